"""Daily bars: fetched, checked, kept raw, and lined up for those who reckon with them."""
