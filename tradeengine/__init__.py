"""tradeengine: an event-driven trading engine for US equities."""

__version__ = "0.1.0"
