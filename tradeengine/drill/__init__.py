"""
The drill: every fault of the embedded venue, on an engine in every situation.

    recipe.py       what a recipe is, and the ways to arm a fault and to know its sign
    recipes.py      each fault: how it is armed, and which message of the engine names it
    situation.py    flat, positions open, orders working: the trader of a cell and its settings
    trader.py       the strategy that brings the situation about and goes on wanting
    witness.py      what the venue knows: positions, orders, fills, when the fault struck
    stage.py        one cell: engine and venue in one loop, over real sockets, in lock-step
    evidence.py     journal and venue's books, read side by side
    alike.py        how long engine and broker held different positions
    verdict.py      the invariants, and the times
    series.py       many cells, and what they say of each fault
    trend.py        data/drills.jsonl
    table.py        what people see
    command.py      `tradeengine drill`
"""
