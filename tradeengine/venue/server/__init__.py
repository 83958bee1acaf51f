"""
The embedded venue's edge: Alpaca's REST, websockets and SSE on loopback.

Where to look: `server.py` puts it together, `desk.py` is what handlers share,
`rest_*.py` are the endpoints, `data_*.py` and `trading_*.py` the websockets (the
`*_session.py` are the protocols without sockets), `wire_*.py` the exact JSON,
`parse.py` what clients really send, `faults.py` what can go wrong on purpose,
`pace.py` who moves venue time.
"""
