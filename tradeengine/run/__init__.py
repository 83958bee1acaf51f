"""
One run, part by part. `tradeengine/app.py` puts them together.

    startup.py, recovery.py     from nothing to trading; what an earlier run left behind
    pump.py, heartbeat.py       the inbox through the engine's step; the engine's clock tick
    watch.py, tally.py          what happened: into the log (describe.py), into counts
    picture.py, screen.py       what a person sees while it runs; status.py is the file for others
    outcome.py                  how it ended: exit code, receipt, summary
    stop_signals.py, lag.py, home_lock.py
                                Ctrl-C and its kin; a late event loop, named; one engine a home
    edges.py                    what a run needs of the outside, whichever world it trades in
"""
