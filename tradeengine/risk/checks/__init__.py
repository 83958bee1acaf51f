"""The pre-trade controls: one pure function each; `sequence.py` has their order."""
