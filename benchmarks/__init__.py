"""Measurements against alpaca-py, as ratios of one run: `make bench`, docs/performance.md."""
