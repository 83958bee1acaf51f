"""The universe: measures of every candidate, and the choice among them."""
