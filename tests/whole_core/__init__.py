"""The whole core, as `wiring.build` makes it, against a broker that a test plays."""
