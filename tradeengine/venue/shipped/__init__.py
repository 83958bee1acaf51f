"""Market data that comes with the package; what it is and whose: `LICENSES.md`."""
