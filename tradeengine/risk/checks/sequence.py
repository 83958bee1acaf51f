"""
The pre-trade controls in their order: the first that says no is the reason.

Cheap and general questions come first, so that the reason an operator reads is
the plainest one. The size is settled between the two parts.
"""

from tradeengine.risk.checks import account, belief, data, engine, price, repetition, size, symbol
from tradeengine.risk.checks.hard_cap import hard_cap
from tradeengine.risk.checks.verdict import Check

BEFORE_SIZE: tuple[Check, ...] = (
    engine.engine_is_trading,
    engine.order_stream_is_ready,
    engine.positions_are_protected,
    engine.within_entry_window,
    symbol.is_in_universe,
    symbol.is_not_frozen,
    symbol.is_not_halted,
    symbol.is_long_or_shortable,
    repetition.nothing_alike,
    repetition.no_opposite_order,
    repetition.cooled_down,
    repetition.entries_are_few,
    repetition.budget_has_room,
    account.account_is_known,
    account.positions_are_few,
    belief.regime_is_known,
    belief.regime_allows,
    belief.is_valued,
    belief.valuation_is_fresh,
    belief.is_undervalued,
    belief.vix_is_known,
    belief.range_is_known,
    size.volume_is_known,
    data.bar_is_fresh,
    data.is_warm,
    data.quote_is_fresh,
    data.quote_is_sound,
    data.spread_is_narrow,
    price.is_limit_order,
    price.quote_is_plausible,
    price.is_inside_collar,
    price.is_inside_band,
    price.short_is_above_bid,
)

AFTER_SIZE: tuple[Check, ...] = (
    size.has_size,
    size.fractions_are_allowed,
    size.quantity_is_small,
    size.notional_is_small,
    size.volume_can_take_it,
    account.buying_power_suffices,
    account.margin_is_left,
    account.gross_is_bounded,
    account.net_is_bounded,
    account.sector_is_bounded,
    account.beta_is_bounded,
    hard_cap,
)

CHECKS = (*BEFORE_SIZE, *AFTER_SIZE)
"""All of them, in the order in which they are asked."""
