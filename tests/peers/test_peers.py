"""
Other people's Alpaca clients, unmodified, trade on `tradeengine venue`.

They are not dependencies of the project, so a client that is not installed is
skipped. To run them all:

    python -m venv peers && peers/bin/pip install 'alpaca-trade-api>=3' ccxt
    npm install --prefix peers3 @alpacahq/alpaca-trade-api@3
    npm install --prefix peers4 @alpacahq/alpaca-trade-api@4
    PEERS_PYTHON=peers/bin/python PEERS_NODE3=$PWD/peers3/node_modules \\
        PEERS_NODE4=$PWD/peers4/node_modules pytest tests/peers
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PYTHON = os.environ.get("PEERS_PYTHON", sys.executable)
COMMAND = (
    "-m", "tradeengine", "venue", "--port", "0", "--date", "2019-02-13", "--start", "10:00",
    "--speed", "60", "--json",
)  # fmt: skip


@asynccontextmanager
async def running_venue(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """Run a venue and give its addresses as the environment of a client."""
    venue = await asyncio.create_subprocess_exec(
        sys.executable, *COMMAND, "--home", str(tmp_path), stdout=subprocess.PIPE
    )
    assert venue.stdout is not None
    try:
        urls = json.loads(await asyncio.wait_for(venue.stdout.readline(), 60))
        yield {
            "VENUE_TRADING": urls["trading_url"],
            "VENUE_DATA": urls["data_url"],
            "VENUE_TRADING_SOCKET": urls["trading_stream"],
            "VENUE_DATA_SOCKET": urls["data_stream"].removesuffix("/v2/iex"),
            "VENUE_KEY": urls["key"],
            "VENUE_SECRET": urls["secret"],
        }
    finally:
        venue.send_signal(signal.SIGTERM)
        await asyncio.wait_for(venue.wait(), 20)


async def run_round(program: str, script: str, environment: dict[str, str]) -> None:
    """Run a client's round; its last word is `ok`."""
    client = await asyncio.create_subprocess_exec(
        program,
        str(HERE / script),
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(client.communicate(), 90)
    assert client.returncode == 0, output.decode()
    assert output.decode().splitlines()[-1] == "ok"


@pytest.mark.parametrize(
    ("client", "script"),
    [("alpaca_trade_api", "alpaca_trade_api_round.py"), ("ccxt", "ccxt_round.py")],
)
async def test_a_python_client_trades(client: str, script: str, tmp_path: Path) -> None:
    probe = f"import importlib.util as u, sys; sys.exit(u.find_spec({client!r}) is None)"
    if subprocess.run([PYTHON, "-c", probe], check=False).returncode:  # noqa: ASYNC221 - brief
        pytest.skip(f"{client} is not installed in {PYTHON}; set PEERS_PYTHON")
    async with running_venue(tmp_path) as addresses:
        await run_round(PYTHON, script, addresses)


@pytest.mark.parametrize(
    ("variable", "script"),
    [("PEERS_NODE3", "node_round.cjs"), ("PEERS_NODE4", "node4_round.cjs")],
)
async def test_a_node_client_trades(variable: str, script: str, tmp_path: Path) -> None:
    node, modules = shutil.which("node"), os.environ.get(variable)
    if node is None or not modules:
        pytest.skip(f"no node, or {variable} does not name a node_modules folder")
    async with running_venue(tmp_path) as addresses:
        await run_round(node, script, {**addresses, "NODE_PATH": modules})
