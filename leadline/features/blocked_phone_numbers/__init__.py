"""A blocked phone number: neither calls from it nor calls to it are wanted."""
