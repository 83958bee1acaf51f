"""Strategies: from market data to wishes. Pure: no clock, no file, no task."""
