"""The quant desk at work: sources, stores and arithmetic put together, one file a job or command."""
