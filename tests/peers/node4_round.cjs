// A round of the npm client `@alpacahq/alpaca-trade-api` 4.x (TypeScript) against a venue.
//
// Run by `test_peers.py` with NODE_PATH set to where the client is; prints `ok`.
// Environment: VENUE_TRADING, VENUE_DATA_SOCKET, VENUE_TRADING_SOCKET, VENUE_KEY, VENUE_SECRET.

const assert = require("node:assert/strict");
const { Alpaca } = require("@alpacahq/alpaca-trade-api");

const env = process.env;

async function waitFor(condition, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`timeout: ${condition}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function main() {
  const alpaca = new Alpaca({
    keyId: env.VENUE_KEY,
    secret: env.VENUE_SECRET,
    rateLimit: false,
    // The client knows only Alpaca's own hosts; both are the venue here.
    fetchApi: (url, init) => fetch(String(url).replace(/^https:\/\/[^/]+/, env.VENUE_TRADING), init),
  });
  const { trading, marketData } = alpaca;
  assert.equal((await trading.account.getAccount()).cash, "100000");
  const heard = new Set();
  const bars = marketData.stockStream({ feed: "iex", url: `${env.VENUE_DATA_SOCKET}/v2/iex` });
  bars.onQuote((quote) => heard.add(`quote ${quote.symbol}`));
  bars.onBar(() => heard.add("bar"));
  bars.onTrade((trade) => heard.add(trade.timestamp ? "trade" : "no timestamp"));
  bars.onConnect(() => {
    bars.subscribeForQuotes(["AAPL"]);
    bars.subscribeForBars(["*"]);
    bars.subscribeForTrades(["SPY"]);
  });
  bars.connect();
  const updates = trading.stream({ url: env.VENUE_TRADING_SOCKET });
  updates.onTradeUpdate((update) => heard.add(update.event));
  updates.onConnect(() => updates.subscribeTradeUpdates());
  updates.connect();
  await waitFor(() => ["quote AAPL", "trade", "bar"].every((name) => heard.has(name)));
  const order = await trading.orders.market({ symbol: "AAPL", qty: 2, side: "buy" });
  await waitFor(async () => (await trading.orders.getOrderByOrderID({ orderId: order.id })).status === "filled");
  await waitFor(() => heard.has("fill"));
  const positions = await trading.positions.getAllOpenPositions();
  assert.equal(positions[0].qty, "2");
  const resting = await trading.orders.limit({ symbol: "SPY", qty: 1, side: "buy", limitPrice: 200 });
  await trading.orders.deleteOrderByOrderID({ orderId: resting.id });
  const open = async () => trading.orders.getAllOrders({ status: "open" });
  await waitFor(async () => (await open()).length === 0);
  console.log("ok");
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
