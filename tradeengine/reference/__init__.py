"""
What the desk knows without asking anybody: who was in the index when, names, sectors.

    membership.py   the S&P 500 on any day from 2004-12-30 on
    renames.py      the names that one company has had
    sectors.py      sectors by symbol, or by the SIC code of a filing
    sic.py          which sector an SIC code belongs to

The tables beside this file and their licences: `LICENSES.md`.
"""
