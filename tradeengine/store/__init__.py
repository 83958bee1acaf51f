"""
What outlives a run, in one SQLite file: `data/state.db`.

    database.py    the file: opened, checked, migrated
    baselines.py   the first reading of each session's baseline
    jobs.py        every attempt at a scheduled job, so the last success of each
    locks.py       drawdown locks, their reviews, and the ramp of size after one
"""
