"""
Indicators: one number a bar, from numbers that have passed.

Each is a small object with `update(...)`, which costs the same however long the
history, and returns None until it is defined. The values are those of TA-Lib
0.8 (its C code 0.8.1), seeds included: the tests hold them against recorded
ones to 1e-9.
"""
