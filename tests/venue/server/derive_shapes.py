"""
Derive `shapes.json`, the keys and JSON types of Alpaca's answers and messages.

    python tests/venue/server/derive_shapes.py GOLDEN_DIRECTORY

The directory holds recordings of real answers, examples of the vendor's
documentation and, two levels up, its OpenAPI documents. Only facts are kept: for
each shape its keys, the JSON types seen for each, and which keys may be absent.
Recordings decide about the keys; documents add types, and keys where nothing was
recorded.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Object = dict[str, Any]

OUTPUT = Path(__file__).parent / "shapes.json"
TRADEPARTNER = "recorded/tradepartner-2026-10-08"
LEARN_AI = "recorded/learn-ai-2026-07-24"
FUME = "recorded/fume-2026-09-29"


@dataclass
class Shape:
    """The keys of one kind of object, the types of each, and which are optional."""

    types: dict[str, set[str]] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    evidence: int = 0

    def see(self, example: Object) -> None:
        """Take in a recorded object: its keys count."""
        if self.evidence:
            self.optional |= self.types.keys() ^ example.keys()
        self.evidence += 1
        self.see_types(example, new_keys=True)

    def see_types(self, example: Object, *, new_keys: bool = False) -> None:
        """Take in an example: types of known keys, and new keys as optional ones."""
        for key, value in example.items():
            if key not in self.types and not new_keys:
                self.optional.add(key)
            self.types.setdefault(key, set()).add(type_of(value))

    def specify(self, properties: dict[str, set[str]], required: Iterable[str]) -> None:
        """Take in a schema of the specification."""
        for key, types in properties.items():
            self.types.setdefault(key, set()).update(types)
        self.optional |= properties.keys() - set(required)

    def widen(self, properties: dict[str, set[str]]) -> None:
        """Add the types that a schema allows for the keys already known."""
        for key in self.types.keys() & properties.keys():
            self.types[key] |= properties[key]

    def as_json(self) -> Object:
        """Give the facts; `number` covers whole numbers too."""
        keys = {}
        for key in sorted(self.types):
            types = self.types[key]
            keys[key] = sorted(types - {"integer"} if "number" in types else types)
        return {"keys": keys, "optional": sorted(self.optional)}


def type_of(value: object) -> str:
    """Name the JSON type of a value; whole numbers are `integer`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


class Golden:
    """The golden directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        openapi = root.parent.parent / "alpaca-openapi"
        documents = [json.loads(path.read_text()) for path in sorted(openapi.glob("*.json"))]
        self._schemas = {
            name: schema
            for document in documents
            for name, schema in document["components"]["schemas"].items()
        }

    def read(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """Read one file."""
        return json.loads((self._root / f"{name}.json").read_text())

    def objects(self, *names: str) -> Iterator[Object]:
        """Give the objects of files that hold one or a list of them."""
        for name in names:
            value = self.read(name)
            yield from value if isinstance(value, list) else [value]

    def schema(self, *names: str) -> tuple[dict[str, set[str]], list[str]]:
        """Give the properties and required keys of schemas put together."""
        properties: dict[str, set[str]] = {}
        required: list[str] = []
        for name in names:
            schema = self._schemas[name]
            required += schema.get("required", [])
            for key, value in schema.get("properties", {}).items():
                properties[key] = self._types(value)
        return properties, required

    def _types(self, schema: Object) -> set[str]:
        if "$ref" in schema:
            return self._types(self._schemas[str(schema["$ref"]).rsplit("/", 1)[1]])
        declared = schema.get("type", "object")
        return set(declared) if isinstance(declared, list) else {str(declared)}


def orders(golden: Golden) -> Iterator[Object]:
    """Give every order of the REST recordings."""
    yield from golden.objects(f"{LEARN_AI}/orders", f"{TRADEPARTNER}/resting_cancelled")
    for name in ("buy_fractional", "buy_whole", "non_fractionable_buy", "resting", "flatten"):
        for life in golden.objects(f"{TRADEPARTNER}/{name}"):
            yield life["submit"]
            yield from life["polls"]


def order_examples(golden: Golden) -> Iterator[Object]:
    """Give the orders of the specification, with their legs."""
    for name in ("post_v2_orders__200__Bracket", "post_v2_orders__200__Equity"):
        for example in golden.objects(f"openapi-trading-api/{name}"):
            yield example
            yield from example.get("legs") or []


def shapes_of(golden: Golden) -> dict[str, Shape]:
    """Derive all shapes."""
    shapes: dict[str, Shape] = {}

    def recorded(name: str, examples: Iterable[Object]) -> Shape:
        shape = shapes.setdefault(name, Shape())
        for example in examples:
            shape.see(example)
        return shape

    def specified(name: str, *schemas: str) -> Shape:
        shape = shapes.setdefault(name, Shape())
        shape.specify(*golden.schema(*schemas))
        return shape

    order = recorded("order", orders(golden))
    for example in order_examples(golden):
        order.see_types(example)
    order.widen(golden.schema("Order")[0])
    frames = list(golden.objects(f"{LEARN_AI}/trade_updates"))
    updates = [frame["data"] for frame in frames if frame["stream"] == "trade_updates"]
    recorded("trade_update", updates).see_types({"previous_execution_id": ""})
    in_update = recorded("order_in_update", (update["order"] for update in updates))
    in_update.types = {k: v | order.types.get(k, set()) for k, v in in_update.types.items()}
    in_update.types["cancel_requested_at"].add("string")  # RFC 3339 once a cancel was asked for
    in_update.see_types({"group_id": "", "group_role": ""})
    recorded("trading_frame", frames)
    recorded("authorization", [frames[0]["data"]])
    recorded("listening", [frames[1]["data"]])

    recorded(
        "account",
        golden.objects(
            f"{LEARN_AI}/account",
            f"{TRADEPARTNER}/account_before",
            f"{TRADEPARTNER}/account_after",
        ),
    )
    recorded("position", golden.objects(f"{LEARN_AI}/positions", f"{TRADEPARTNER}/positions_held"))
    recorded(
        "asset",
        golden.objects(f"{FUME}/asset-spy", f"{LEARN_AI}/assets", f"{TRADEPARTNER}/assets"),
    )
    steps = ("min_order_size", "min_trade_increment", "price_increment")
    shapes["asset"].see_types(dict.fromkeys(steps, ""))
    recorded("clock", golden.objects(f"{LEARN_AI}/clock"))
    recorded("calendar_day", golden.objects(f"{FUME}/calendar-early-close-2025-11"))
    recorded("fill", golden.objects(f"{TRADEPARTNER}/fill_activities"))
    recorded("journal_entry", golden.objects(f"{LEARN_AI}/activities"))
    recorded("trading_error", [golden.read(f"{FUME}/error-404-asset")["body"]])
    recorded(
        "data_error",
        (golden.read(f"{FUME}/{n}")["body"] for n in ("error-400-bars", "error-403-recent-sip")),
    )
    specified("configurations", "AccountConfigurations")
    specified("portfolio_history", "PortfolioHistory")
    specified("watchlist", "Watchlist")
    specified("watchlist_head", "WatchlistWithoutAsset")
    specified("cancelled_order", "CanceledOrderResponse")
    specified("closed_position", "PositionClosedResponse")
    specified("clocks", "clock_resp")
    specified("market_clock", "clock")
    specified("market_calendar", "public_calendar_resp")
    specified("market_day", "calendar_day")
    specified("market", "public_market")

    bars = [golden.read(f"{FUME}/{n}") for n in ("bars-spy-15min-2025-11-28",)]
    recorded("bars_of_one", bars)
    specified("bars_of_one", "stock_bars_resp_single")
    recorded("bar", bars[0]["bars"])
    specified("bar", "stock_bar")
    for plural, row in (("bars", "bar"), ("trades", "trade"), ("quotes", "quote")):
        specified(plural, f"stock_{plural}_resp")
        specified(f"{plural}_of_one", f"stock_{plural}_resp_single")
        specified(row, f"stock_{row}")
        specified(f"latest_{plural}", f"stock_latest_{plural}_resp")
        specified(f"latest_{row}_of_one", f"stock_latest_{plural}_resp_single")
    specified("snapshot", "stock_snapshot")
    specified("snapshot_of_one", "stock_snapshot").see({"symbol": ""})
    specified("news", "news_resp")
    specified("corporate_actions", "corporate_actions_resp")
    for action in ("cash_dividend", "forward_split", "reverse_split"):
        specified(action, action)
    recorded_actions = golden.read(f"{TRADEPARTNER}/corporate_actions")
    for example in recorded_actions["cash_dividends"]:
        shapes["cash_dividend"].see_types(example)
    for example in recorded_actions["forward_splits"]:
        shapes["forward_split"].see_types(example)
    streams(golden, shapes)
    return shapes


def streams(golden: Golden, shapes: dict[str, Shape]) -> None:
    """Derive the messages of the market-data sockets: `T` and `S` in front of a row."""
    for name, row in (
        ("stream_trade", "trade"),
        ("stream_quote", "quote"),
        ("stream_bar", "bar"),
    ):
        shape = Shape(
            {**shapes[row].types, "T": {"string"}, "S": {"string"}}, set(shapes[row].optional)
        )
        shapes[name] = shape
    status = Shape()
    status.see(next(golden.objects("docs/realtime_L373")))
    shapes["stream_status"] = status
    luld: dict[str, set[str]] = {key: {"string"} for key in ("T", "S", "i", "t", "z")}
    shapes["stream_luld"] = Shape({**luld, "u": {"number"}, "d": {"number"}})
    handshake = list(golden.objects("curated/market_data_ws_handshake"))
    sent = [step["msg"] for step in handshake if step["dir"] == "server"]
    for name, message in (
        ("stream_success", sent[0]),
        ("stream_subscription", sent[-1]),
        ("stream_error", golden.read("curated/market_data_ws_errors")[0]),
    ):
        shape = Shape()
        shape.see(message[0])
        shapes[name] = shape


def main() -> None:
    """Write `shapes.json`."""
    shapes = shapes_of(Golden(Path(sys.argv[1])))
    lines = [
        f"  {json.dumps(name)}: {json.dumps(shapes[name].as_json(), sort_keys=True)}"
        for name in sorted(shapes)
    ]
    OUTPUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
