"""What a session may know of companies: from the stored filings, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import polars as pl
from msgspec.structs import replace

from tradeengine.edgar.parse import plain_symbol
from tradeengine.edgar.store import FactStore
from tradeengine.errors import FactsDamaged
from tradeengine.fundamentals.codes import Code, Warn, weight_of
from tradeengine.fundamentals.gatekeeper import inspect
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.share_count import Split
from tradeengine.fundamentals.tags import tags_read
from tradeengine.layout import DeskFiles
from tradeengine.model.rejections import Rejection, Stage
from tradeengine.model.sessions import sessions_between

SHIPPED: Final = FundamentalsParameters()
"""What holds when nobody chooses otherwise."""

Splits = Mapping[str, Sequence[Split]]
"""Splits of each symbol's shares."""


def inputs_on(
    desk: DeskFiles,
    symbols: Iterable[str],
    as_of: date,
    *,
    parameters: FundamentalsParameters = SHIPPED,
    splits: Splits | None = None,
) -> tuple[dict[str, CompanyInputs], list[Rejection]]:
    """
    Give the companies that the session `as_of` may use, and the refusals, from the store alone.

    Only what was filed before that day counts. `splits` are those of the shares: a count from
    before one is multiplied. Raises OutsideCalendar.
    """
    judge = _Judge(FactStore(desk.fundamentals), as_of, parameters)
    inputs: dict[str, CompanyInputs] = {}
    refused: list[Rejection] = []
    names = sorted(set(symbols))
    for number, symbol in enumerate(names):
        if number % _TOGETHER == 0:
            judge.read(names[number : number + _TOGETHER])
        judged = judge.of(symbol, (splits or {}).get(symbol, ()))
        if isinstance(judged, CompanyInputs):
            inputs[symbol] = judged
        else:
            refused.extend(judged)
    return inputs, refused


_TOGETHER = 50
"""Companies whose facts are read at once: quick, and never all in memory."""


class _Judge:
    """Judges companies for one session."""

    def __init__(self, store: FactStore, as_of: date, parameters: FundamentalsParameters) -> None:
        self._store, self._as_of, self._parameters = store, as_of, parameters
        self._tickers: dict[str, int] | None = None
        self._tables: Mapping[int, pl.DataFrame] = {}

    def read(self, symbols: Iterable[str]) -> None:
        """Read the facts of companies that are judged next."""
        try:
            tickers = self._known()
        except FactsDamaged:
            return  # It is said of each.
        ciks = {tickers.get(plain_symbol(symbol)) for symbol in symbols}
        known = [cik for cik in ciks if cik is not None]
        self._tables = self._store.tables(known, tags_read())

    def _known(self) -> Mapping[str, int]:
        self._tickers = self._tickers or self._store.tickers()
        return self._tickers or {}

    def of(self, symbol: str, splits: Sequence[Split]) -> CompanyInputs | list[Rejection]:
        """Give a company's inputs or why there are none."""
        try:
            return self._of(symbol, splits)
        except FactsDamaged as error:
            return self._refused(symbol, Code.SRC_UNAVAILABLE, str(error))

    def _of(self, symbol: str, splits: Sequence[Split]) -> CompanyInputs | list[Rejection]:
        cik = self._known().get(plain_symbol(symbol))
        if self._tickers is None:
            return self._refused(symbol, Code.SRC_UNAVAILABLE, "nothing was ever fetched")
        if cik is None:
            return self._refused(symbol, Code.NO_XBRL, "the SEC knows no such symbol")
        profile = self._store.profile(cik)
        if profile is None:
            return self._refused(symbol, Code.SRC_UNAVAILABLE, "it was never fetched")
        age = sessions_since(profile.checked, self._as_of)
        most = self._parameters.last_good_sessions_max
        if age > most:
            words = f"last looked at on {profile.checked}, {age} sessions ago"
            return self._refused(symbol, Code.SRC_UNAVAILABLE, words, f"{most} sessions")
        company = self._store.company(profile, tags_read(), self._tables.get(cik))
        judged = inspect(symbol, company, self._as_of, self._parameters, splits)
        if isinstance(judged, CompanyInputs) and age:
            warning = f"{Warn.LAST_GOOD}:{profile.checked}"
            return replace(judged, warnings=(*judged.warnings, warning))
        return judged

    def _refused(
        self, symbol: str, code: Code, words: str, limit: str = "filings to read"
    ) -> list[Rejection]:
        return [refusal(symbol, code, self._as_of, words, limit)]


def sessions_since(checked: date, as_of: date) -> int:
    """Count the sessions after a look, up to another day. Raises OutsideCalendar."""
    return sum(session.date > checked for session in sessions_between(checked, as_of))


def refusal(symbol: str, code: Code, as_of: date, words: str, limit: str) -> Rejection:
    """Refuse a symbol for what became of its source, in words."""
    return Rejection(
        symbol=symbol,
        stage=Stage.FUNDAMENTALS,
        code=code.value,
        field="source",
        value=words,
        limit=limit,
        source="",
        as_of=as_of,
        weight=weight_of(code),
    )
