"""
The broker's edge: commands go out, answers and order events come in.

Two brokers say the same things: `AlpacaBroker` (`courier.py`) over REST and the
order stream, `SimulatedBroker` (`simulated.py`) over the embedded exchange
without a socket. `tests/broker/contract.py` holds both to it.
"""
