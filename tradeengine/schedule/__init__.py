"""
The timetable: what is due when, and who rings when it is.

    timetable.py           triggers as data, and what they say of an instant (pure)
    entries.py             the quant desk's jobs with their triggers, from the settings
    job.py                 what a job is to the timetable: an async callable
    apscheduler_clock.py   rings on the machine's clock, in the engine's loop
    venue_clock.py         rings on a venue's own clock, from the same triggers
"""
