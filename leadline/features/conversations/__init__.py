"""A conversation: the messages with one contact over one channel."""
