"""A scheduling link: a web address where a time can be booked with one person."""
