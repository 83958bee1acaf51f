"""How messages move: inbox, dispatch to completion, journal, the engine's step."""
