"""An unsubscribed e-mail: an address that is not to be written to any more."""
