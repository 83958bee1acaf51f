"""
The gatekeeper: filed facts in, validated inputs out, or the reasons for refusing.

Nothing passes with a guess in it that is not named: fall-backs stand in `rule` of their
figure and in `warnings`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from statistics import median

from tradeengine.fundamentals import checks
from tradeengine.fundamentals.balance_sheet import BalanceSheet, read_balance_sheet
from tradeengine.fundamentals.checks import Finding
from tradeengine.fundamentals.codes import Code, Warn, weight_of
from tradeengine.fundamentals.company import Books, Company
from tradeengine.fundamentals.income import Income, read_income, with_interest
from tradeengine.fundamentals.industries import band_of
from tradeengine.fundamentals.inputs import CompanyInputs, Figure
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.reading import NEAR, Missing, period_end
from tradeengine.fundamentals.share_count import ShareCount, Split, count_shares
from tradeengine.fundamentals.switching import AFTER
from tradeengine.model.rejections import Rejection, Stage

_BASE_FORMS = frozenset({"10-K", "10-Q"})
_TAX_RATES = (0.0, 0.6)


def inspect(
    symbol: str,
    company: Company,
    session: date,
    rules: FundamentalsParameters,
    splits: Sequence[Split] = (),
) -> CompanyInputs | list[Rejection]:
    """
    Judge a company for a session by what was filed before that day.

    `splits` are those of its shares, in any order; later ones are not looked at.
    """
    books = Books(company, session)
    refused = list(_at_the_door(books))
    if refused:
        return _rejections(symbol, session, refused)
    end = period_end(books)
    if end is None:
        none = Finding(
            code=Code.TTM_INSUFFICIENT, field="revenue", value="no period", limit="one of 12 months"
        )
        return _rejections(symbol, session, [none])
    income = read_income(books, end, rules)
    sheet = read_balance_sheet(books, income)
    income = with_interest(books, income, sheet.figures.get("debt"), rules.stale_days)
    counted = count_shares(books, rules, splits)
    missing = [
        *income.missing,
        *sheet.missing,
        *([counted] if isinstance(counted, Missing) else []),
    ]
    if missing or isinstance(counted, Missing):
        return _rejections(symbol, session, [_lacking(each, end, session) for each in missing])
    found = list(_findings(books, income, sheet, counted, rules))
    if found:
        return _rejections(symbol, session, found)
    return _inputs(symbol, books, income, sheet, counted)


def _at_the_door(books: Books) -> Iterator[Finding]:
    """Find what makes further reading pointless."""
    company = books.company
    band = band_of(company.sic)
    if not books.reported:
        taxonomies = sorted({taxonomy for taxonomy, _, _ in company.facts})
        yield Finding(
            code=Code.NO_XBRL,
            field="facts",
            value=f"taxonomies: {', '.join(taxonomies) or 'none'}",
            limit="us-gaap in USD, of forms 10-K and 10-Q",
        )
    elif (band is not None and not band.depletes) or not company.sic:
        why = f"{band.name}: {band.why}" if band else "an industry that is known"
        yield Finding(
            code=Code.DCF_NOT_APPLICABLE, field="sic", value=str(company.sic or "none"), limit=why
        )
    elif lagging := _not_among_the_facts(books):
        yield Finding(code=Code.FACTS_LAG, field="filings", value=lagging, limit="among the facts")


def _not_among_the_facts(books: Books) -> str:
    """Name the newest report if its facts are not there yet."""
    reports = [
        filing
        for filing in books.company.filings
        if filing.form in _BASE_FORMS and filing.filed < books.session
    ]
    newest = max(reports, key=lambda filing: (filing.filed, filing.accession), default=None)
    if newest is None or newest.filed <= books.last_report:
        return ""
    return f"{newest.form} of {newest.filed} ({newest.accession})"


def _lacking(missing: Missing, end: date, session: date) -> Finding:
    """Say what is missing; twelve months may come with a report that is due."""
    is_due = (session - end).days >= checks.FILING_AFTER_DAYS
    passing = missing.code is Code.TTM_INSUFFICIENT and is_due
    limit = "twelve months" if missing.code is Code.TTM_INSUFFICIENT else "a tag of its rules"
    return Finding(
        code=missing.code,
        field=missing.field,
        value=missing.found,
        limit=limit,
        transient=passing,
    )


_POSITIVE = frozenset({"revenue", "assets", "shares"})
_NOT_NEGATIVE = frozenset({"cash", "debt", "capex", "interest", "depreciation"})


def _findings(
    books: Books,
    income: Income,
    sheet: BalanceSheet,
    counted: ShareCount,
    rules: FundamentalsParameters,
) -> Iterator[Finding]:
    figures: list[tuple[str, Figure]] = [
        *income.flows.items(),
        *sheet.figures.items(),
        ("shares", counted.shares),
    ]
    yield from checks.signs(figures, _POSITIVE, _NOT_NEGATIVE)
    yield from checks.ages(figures, books.session, rules)
    yield from checks.balance(books, sheet.figures["assets"], rules)
    for field, years in income.years.items():
        if field != "ebit":
            yield from checks.jumps(field, years, income.flows[field])
    yield from counted.findings
    ebitda = income.flows["ebit"].value + income.flows["depreciation"].value
    yield from checks.margin(ebitda, income.flows["revenue"])
    yield from _too_small(income, rules)
    yield from _depleting(books.company.sic, income)


def _too_small(income: Income, rules: FundamentalsParameters) -> Iterator[Finding]:
    """Find companies whose cash flows say nothing of their worth."""
    revenue, profits = income.flows["revenue"], income.years["ebit"]
    fewest = min(len(income.years["revenue"]), len(profits))
    if fewest < rules.history_years_min:
        yield _not_applicable("history", f"{fewest} fiscal years", f"{rules.history_years_min}")
    if revenue.value < rules.revenue_dollars_min:
        yield _not_applicable("revenue", f"{revenue.value:g}", f"{rules.revenue_dollars_min:g}")
    middle = median(figure.value for figure in profits[-5:]) if profits else 0.0
    if profits and middle <= 0:
        yield _not_applicable("ebit", f"{middle:g} in the median year", "above 0")


def _depleting(sic: int, income: Income) -> Iterator[Finding]:
    """Find a company that lives on its reserves and does not replace them."""
    band = band_of(sic)
    spent, worn = income.flows["capex"].value, income.flows["depreciation"].value
    if band is not None and spent < worn:
        value = f"{spent:g} invested, {worn:g} depreciated ({band.name})"
        yield _not_applicable("sic", value, "investing at least what depletes")


def _not_applicable(field: str, value: str, limit: str) -> Finding:
    return Finding(code=Code.DCF_NOT_APPLICABLE, field=field, value=value, limit=limit)


def _rejections(symbol: str, session: date, findings: Iterable[Finding]) -> list[Rejection]:
    return [
        Rejection(
            symbol=symbol,
            stage=Stage.FUNDAMENTALS,
            code=finding.code.value,
            field=str(finding.field),
            value=finding.value,
            limit=finding.limit,
            source=finding.source,
            as_of=session,
            weight=weight_of(finding.code, finding.transient),
        )
        for finding in findings
    ]


def _inputs(
    symbol: str, books: Books, income: Income, sheet: BalanceSheet, counted: ShareCount
) -> CompanyInputs:
    company, flows, years = books.company, income.flows, income.years
    optional = sheet.optional
    return CompanyInputs(
        symbol=symbol,
        cik=company.cik,
        name=company.name,
        sic=company.sic,
        as_of=books.session,
        revenue=flows["revenue"],
        ebit=flows["ebit"],
        depreciation=flows["depreciation"],
        capex=flows["capex"],
        pretax=flows["pretax"],
        tax=flows["tax"],
        interest=flows["interest"],
        operating_cash_flow=flows["operating_cash_flow"],
        net_income=flows["net_income"],
        working_capital=sheet.figures["working_capital"],
        debt=sheet.figures["debt"],
        debt_year_ago=optional["debt_year_ago"],
        cash=sheet.figures["cash"],
        long_term_investments=optional["long_term_investments"],
        equity=sheet.figures["equity"],
        equity_year_ago=optional["equity_year_ago"],
        noncontrolling=optional["noncontrolling"],
        preferred=optional["preferred"],
        assets=sheet.figures["assets"],
        shares=counted.shares,
        dilution=counted.dilution,
        annual_revenue=years["revenue"],
        annual_ebit=years["ebit"],
        annual_depreciation=years["depreciation"],
        annual_capex=years["capex"],
        annual_working_capital=sheet.annual_working_capital,
        warnings=tuple(_warnings(books, income, sheet, counted)),
    )


def _warnings(
    books: Books, income: Income, sheet: BalanceSheet, counted: ShareCount
) -> Iterator[str]:
    for field, figure in [*income.flows.items(), *sheet.figures.items()]:
        if figure.rule.startswith("~"):
            yield f"{Warn.MAKESHIFT_TAG}:{field}"
        if AFTER in figure.rule:
            yield f"{Warn.TAG_SWITCH}:{field}"
    for field, figure in income.flows.items():
        if figure.end < income.end - NEAR:
            yield f"{Warn.LAGGING}:{field}"
    yield from income.warnings
    yield from sheet.warnings
    yield from counted.warnings
    pretax, tax = income.flows["pretax"].value, income.flows["tax"].value
    if pretax > 0 and not _TAX_RATES[0] <= tax / pretax <= _TAX_RATES[1]:
        yield f"{Warn.TAX_RATE}:tax"
    longest = len(income.years["revenue"])
    for field in ("depreciation", "capex"):
        if len(income.years[field]) < longest:
            yield f"{Warn.SHORT_HISTORY}:{field}"
    yield from checks.quarters_add_up(books)
    yield from checks.cash_adds_up(books, sheet.figures["assets"])
