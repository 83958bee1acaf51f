"""The market's regime: many two-state models at once, a trend, and what both say."""
