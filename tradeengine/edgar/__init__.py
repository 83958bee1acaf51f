"""SEC EDGAR: asking for filings, reading the answers, keeping the facts."""
