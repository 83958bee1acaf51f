"""Fundamentals: what companies filed, as it was known on a day, and what a share is worth."""
