"""
The fuzz: what no peer should ever send, by the million.

`make fuzz` runs all of it, `test_fuzz.py` a small part with every test run. A case is
known by its seed and number, so that whatever is found can be done again alone.
"""
