"""A contact: a person on a lead, with phones and e-mail addresses. One of them is primary."""
