"""
Alerts: what a person must hear of, by SMS gateway, e-mail and other channels.

    alert.py            what is told: severity, code, text, and how often
    message.py, gsm.py  an alert as at most 160 characters, without any secret
    channels.py         the port that a message leaves by; failures sorted by who must act
    smtp.py             e-mail and SMS gateways; `apprise_urls.py` everything else
    configured.py       the channels that `.env` asks for, in the order of the ladder
    repeats.py          the same alert again is counted, and told later as xN
    waiting.py          a bounded line in front of a channel; criticals first, never dropped
    rate_limit.py       so many messages an hour, criticals aside
    worker.py           one task a channel: a silent server delays nobody else
    outbox.py           takes alerts without waiting; starts and ends the workers
    records.py          what became of each alert on each channel; `sqlite_records.py` on disk
    clerk.py            keeps the records from a thread of its own
    escalation.py       criticals that nobody acknowledged climb to the next channel
    notices.py          the start-up canary and the daily all-quiet: silence means failure
    rounds.py           looks from time to time whether one of those is due
    gateways.py         which carriers still turn e-mail into SMS
    commands.py         what the command line says about all of this
"""
