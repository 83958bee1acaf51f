"""`python -m tradeengine` is the `tradeengine` command."""

from tradeengine.loading import main

if __name__ == "__main__":
    main()
