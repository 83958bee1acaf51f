"""The way in: loads the commands, which takes a moment, and runs the one that was typed."""

import sys


def main() -> None:
    """Load and run; Ctrl-C while the commands are still being loaded ends in words too."""
    try:
        from tradeengine.cli import main as command
    except KeyboardInterrupt:
        print("tradeengine: interrupted; nothing had begun", file=sys.stderr)
        sys.exit(130)
    command()
