"""Headers of a venue of ours that Alpaca's does not have."""

SPEED_HEADER = "X-Venue-Speed"
"""Venue seconds per real second, with the answer of `/v2/clock`."""
