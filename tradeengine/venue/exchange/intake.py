"""
Intake: a request that passed the rules becomes an order, with its legs.

An order for later (the market is closed) is `accepted` and waits; any other is
`pending_new`. Legs are `held`.
"""

from dataclasses import replace
from decimal import Decimal

from tradeengine.venue.exchange import account_rules, asset_rules, request_rules
from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.draft import Draft, draft_of
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.hours import Timing, timing
from tradeengine.venue.exchange.order_life import OrderLife
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.exchange.triggers import collar_of
from tradeengine.venue.records import OrderRequest, VenueOrder


class Intake:
    """Takes in new orders."""

    def __init__(self, floor: Floor, life: OrderLife) -> None:
        self._floor = floor
        self._life = life
        self._rejects: dict[str, list[str]] = {}
        self._cuts: dict[str, list[Decimal]] = {}

    def reject_next(self, account_id: str, reason: str) -> None:
        """Let the account's next order be taken and then rejected by the exchange."""
        self._rejects.setdefault(account_id, []).append(reason)

    def cut_next(self, account_id: str, share: Decimal) -> None:
        """Let the account's next order be filled by `share` at most and then cancelled."""
        self._cuts.setdefault(account_id, []).append(share)

    def submit(self, account: Account, request: OrderRequest) -> Ticket:
        """Take an order in. Raises Refused."""
        request = with_limit(request)
        request_rules.check(request)
        draft = draft_of(self._floor, account, request)
        account_rules.check_unique(draft)
        asset_rules.check(draft)
        times = timing(request, self._floor.now, self._floor.session)
        account_rules.check(draft)
        ticket = self._ticket(draft, times)
        self._admit(account, ticket)
        if not draft.simple:
            self._attach_legs(account, draft, ticket)
        reasons = self._rejects.get(account.id)
        if reasons:
            ticket.reject_reason = reasons.pop(0)
        shares = self._cuts.get(account.id)
        if shares:
            ticket.cut = shares.pop(0)
        self._life.send(ticket, times.opens_at)
        return ticket

    def _admit(self, account: Account, ticket: Ticket) -> None:
        account.admit(ticket)
        self._life.time_out(ticket)
        self._floor.tell(ticket, ticket.order.status)

    def _ticket(self, draft: Draft, times: Timing) -> Ticket:
        request, now = draft.request, self._floor.now
        waits = times.opens_at > now
        self._floor.tickets += 1
        group = None if draft.simple else self._floor.ids.uuid()
        role = None if draft.simple else "entry"
        order = VenueOrder(
            id=self._floor.ids.uuid(),
            client_order_id=request.client_order_id or self._floor.ids.uuid(),
            account_id=draft.account.id,
            symbol=request.symbol,
            asset_id=draft.instrument.asset_id,
            side=request.side,
            type=request.type,
            time_in_force=request.time_in_force,
            status="accepted" if waits else "pending_new",
            created_at=now,
            updated_at=now,
            submitted_at=now,
            position_intent=draft.intent,
            order_class="" if draft.simple else request.order_class,
            qty=request.qty,
            notional=request.notional,
            limit_price=request.limit_price,
            stop_price=None if request.type == "trailing_stop" else request.stop_price,
            trail_price=request.trail_price,
            trail_percent=request.trail_percent,
            extended_hours=request.extended_hours,
            expires_at=times.expires_at,
            group_id=group,
            group_role="take_profit" if request.order_class == "oco" else role,
        )
        return Ticket(
            order=order,
            number=self._floor.tickets,
            ends_at=times.expires_at,
            in_house=draft.fractional,
            estimate=draft.shares if request.qty is None else Decimal(0),
            reserve_price=draft.reserve_price,
            collar=collar_of(request.type, request.side, request.stop_price),
        )

    def _attach_legs(self, account: Account, draft: Draft, ticket: Ticket) -> None:
        request, exits = draft.request, []
        if request.take_profit_limit is not None and request.order_class != "oco":
            exits.append(self._leg(ticket, "take_profit", limit=request.take_profit_limit))
        if request.stop_loss_stop is not None:
            stop, limit = request.stop_loss_stop, request.stop_loss_limit
            exits.append(self._leg(ticket, "stop_loss", stop=stop, limit=limit))
        ticket.legs = exits
        if request.order_class == "oco":
            ticket.rival, exits[0].rival = exits[0], ticket
        else:
            for leg in exits:
                leg.parent = ticket
        if len(exits) == 2:
            exits[0].rival, exits[1].rival = exits[1], exits[0]
        for leg in exits:
            self._admit(account, leg)

    def _leg(
        self,
        ticket: Ticket,
        role: str,
        *,
        limit: Decimal | None = None,
        stop: Decimal | None = None,
    ) -> Ticket:
        """Write a leg: it closes what the entry opens (an oco's parent closes already)."""
        entry = ticket.order
        side = entry.side
        if entry.group_role == "entry":
            side = "sell" if entry.side == "buy" else "buy"
        kind = "limit" if stop is None else "stop" if limit is None else "stop_limit"
        self._floor.tickets += 1
        order = VenueOrder(
            id=self._floor.ids.uuid(),
            client_order_id=self._floor.ids.uuid(),
            account_id=entry.account_id,
            symbol=entry.symbol,
            asset_id=entry.asset_id,
            side=side,
            type=kind,
            time_in_force=entry.time_in_force,
            status="held",
            created_at=entry.created_at,
            updated_at=entry.created_at,
            submitted_at=entry.created_at,
            position_intent=f"{side}_to_close",
            order_class=entry.order_class,
            qty=entry.qty,
            limit_price=limit,
            stop_price=stop,
            expires_at=entry.expires_at,
            parent_id=entry.id,
            group_id=entry.group_id,
            group_role=role,
        )
        return Ticket(
            order=order,
            number=self._floor.tickets,
            ends_at=ticket.ends_at,
            reserves=False,
            collar=collar_of(kind, side, stop),
        )


def with_limit(request: OrderRequest) -> OrderRequest:
    """Give an oco its limit price: clients send it as the take-profit's (docs example)."""
    sent_inside = request.take_profit_limit is not None and request.type == "limit"
    if request.order_class == "oco" and sent_inside:
        return replace(request, limit_price=request.take_profit_limit)
    return request
