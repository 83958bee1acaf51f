"""What public sites know on a day: filings at the SEC, the volatility index, rates."""
