"""Market data: a socket's bytes become events in the inbox."""
