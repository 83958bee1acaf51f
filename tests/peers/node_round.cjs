// A round of the npm client `@alpacahq/alpaca-trade-api` against a venue.
//
// Run by `test_peers.py` with NODE_PATH set to where the client is; prints `ok`.
// Environment: VENUE_TRADING, VENUE_DATA, VENUE_DATA_SOCKET, VENUE_KEY, VENUE_SECRET.

const assert = require("node:assert/strict");
const Alpaca = require("@alpacahq/alpaca-trade-api");

const env = process.env;

async function waitFor(condition, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`timeout: ${condition}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function main() {
  const api = new Alpaca({
    keyId: env.VENUE_KEY,
    secretKey: env.VENUE_SECRET,
    baseUrl: env.VENUE_TRADING,
    dataBaseUrl: env.VENUE_DATA,
    dataStreamUrl: env.VENUE_DATA_SOCKET.replace("ws://", "http://"),
    feed: "iex",
  });
  assert.equal((await api.getAccount()).cash, "100000");
  assert.equal((await api.getClock()).is_open, true);
  assert.equal((await api.getCalendar({ start: "2019-02-11", end: "2019-02-15" })).length, 5);
  assert.ok((await api.getAssets({ status: "active" })).length >= 3);
  assert.equal((await api.getAsset("AAPL")).symbol, "AAPL");

  const heard = new Set();
  const data = api.data_stream_v2;
  // The client makes every address wss; a venue on loopback speaks plain ws.
  data.session.url = `${env.VENUE_DATA_SOCKET}/v2/iex`;
  data.onConnect(() => {
    data.subscribeForQuotes(["AAPL"]);
    data.subscribeForBars(["*"]);
    data.subscribeForTrades(["SPY"]);
  });
  data.onStockQuote((quote) => heard.add(`quote ${quote.Symbol}`));
  data.onStockTrade((trade) => heard.add(`trade ${trade.Symbol}`));
  data.onStockBar(() => heard.add("bar"));
  data.connect();
  const updates = api.trade_ws;
  updates.onConnect(() => updates.subscribe(["trade_updates"]));
  updates.onOrderUpdate((update) => heard.add(update.event));
  updates.connect();
  await waitFor(() => ["quote AAPL", "trade SPY", "bar"].every((name) => heard.has(name)));

  const order = await api.createOrder({
    symbol: "AAPL", qty: 2, side: "buy", type: "market", time_in_force: "day",
  });
  await waitFor(async () => (await api.getOrder(order.id)).status === "filled");
  await waitFor(() => heard.has("fill"));
  assert.equal((await api.getPosition("AAPL")).qty, "2");
  const resting = await api.createOrder({
    symbol: "SPY", qty: 1, side: "buy", type: "limit", limit_price: 200, time_in_force: "gtc",
    client_order_id: "peer-3",
  });
  assert.equal((await api.getOrderByClientId("peer-3")).id, resting.id);
  await waitFor(async () => (await api.getOrder(resting.id)).status === "new");
  const replaced = await api.replaceOrder(resting.id, { qty: 3, limit_price: 201 });
  await waitFor(async () => (await api.getOrder(replaced.id)).status === "new");
  await api.cancelOrder(replaced.id);
  await waitFor(async () => (await api.getOrders({ status: "open" })).length === 0);

  let bars = 0;
  for await (const bar of api.getBarsV2("AAPL", {
    start: "2019-02-12", end: "2019-02-12", timeframe: "1Min", limit: 100,
  })) {
    assert.ok(bar.ClosePrice > 0);
    bars += 1;
  }
  assert.equal(bars, 100);
  assert.ok((await api.getLatestQuote("AAPL")).AskPrice > 0);
  assert.ok((await api.getSnapshot("AAPL")).DailyBar.ClosePrice > 0);
  assert.equal((await api.getAccountActivities({ activityTypes: "FILL" })).length, 1);
  await api.closePosition("AAPL");
  await waitFor(async () => (await api.getPositions()).length === 0);
  console.log("ok");
  process.exit(0);
}

main().catch((error) => {
  console.error(error.response ? error.response.data : error);
  process.exit(1);
});
