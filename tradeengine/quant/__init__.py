"""The quant desk at work: sources, stores and arithmetic together, one file a job or command."""
