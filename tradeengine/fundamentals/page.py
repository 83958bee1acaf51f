"""The page `docs/fundamentals.md`: prose, and the tables of tags, codes and industries."""

from collections.abc import Iterator

from tradeengine.fundamentals.codes import DOUBTS, MEANINGS, TRANSIENT, Code
from tradeengine.fundamentals.industries import BANDS
from tradeengine.fundamentals.tags import RULES, Input, kind

_HEAD = """\
# Fundamentals

Made from the code by `make docs`; do not edit.

`tradeengine cache-fund` (`make cache-fund`) asks the SEC for what companies filed, keeps every
fact, and judges for a session which companies have all that a valuation needs. A company that has
not is refused with a code, the value found and the limit, in `data/rejected_tickers/`;
`tradeengine audit` sums that up.

## What a session may know

A fact counts for the session after the day on which it was filed, and never before: `filed` names
a day and no hour, so a filing becomes usable with the next open. The same period is filed again
and again; as of a day the version counts that was filed last by then. No fact is ever changed or
removed in the store (`data/fundamentals/`), so a question about a past day has the same answer
for ever. It is kept by company, taxonomy, tag, unit, period, day of filing and accession number,
one parquet file a company.

Only forms 10-K and 10-Q (and 10-KT, 10-QT, and amendments) count. The last twelve months are the
last fiscal year, or the last year plus this year so far less the same months of the year before
(out of the same filing), or four quarters in a row.

## When the SEC cannot be reached

Every request waits for its turn (`fundamentals.requests_per_second`, over the whole process), has
a time limit, and is tried `fundamentals.request_attempts` times when it fails in a passing way:
no answer, 403, 408, 425, 429, 5xx, a page of HTML, an answer that is cut off. After
`fundamentals.failures_in_a_row_max` companies in a row, or `fundamentals.run_seconds_max`, the
rest is not tried. What was there before stays and serves for
`fundamentals.last_good_sessions_max` sessions, with its day beside it (`LAST_GOOD`); then nothing
is entered any more. The command ends with exit code 1, and the alert `EDGAR_UNAVAILABLE` says how
old the last good set is. Run it again: companies that were looked at on the day of the session, or
within the last hour, are not asked for again. On an evening all are: what was filed since the
morning counts for the next session.

The real site answers only those who say who they are: set `fundamentals.contact`. The embedded
venue does not ask.

## What is known to fall short

* Facts of segments and of classes of shares, and tags of a company's own, are not in the SEC's
  data. Where a count of shares is missing, an average or what earnings a share imply stands in,
  with a warning.
* Splits are those of the stored daily bars. Of a symbol without bars a count from before a split
  stands as it was filed, or is refused as `SHARES_SUSPECT` once the next count jumps.
* XBRL began in 2009. Filings of 2010 hold three fiscal years, so `fundamentals.history_years_min`
  is 3 where five would be better.
* Filings of 2009 and 2010 of the shipped data have periods at month ends and no counts on covers.
"""

_TAGS = """
## Tags

The first rule of an input wins whose tags are all known for one and the same period; the figure
keeps the rule that fired. `?` marks a tag that may be missing, `~` a makeshift, which gives the
warning `MAKESHIFT_TAG`. For revenue, the larger of two totals for one period wins. A change of tags
within the twelve months is followed where both tags name a same period and agree on it
(`TAG_SWITCH`). Interest that a company has stopped telling is taken at the rate that was told last,
for three years.

| input | measured | rules, in order |
|---|---|---|
"""

_CODES = """
## Refusals

*Transient*: waiting helps. *Structural*: it stays until the company files something else.

| code | weight | what it means |
|---|---|---|
"""

_DOUBTS = """
## Warnings

They refuse nobody and stand beside the inputs, as `CODE:input`.

| code | what it means |
|---|---|
"""

_INDUSTRIES = """
## Industries without a valuation by cash flow

By the SEC's industry code (SIC). They are refused as `DCF_NOT_APPLICABLE`.

| codes | industry | why |
|---|---|---|
"""


def fundamentals_page() -> str:
    """Write `docs/fundamentals.md`."""
    return "".join(
        [
            _HEAD,
            *(_TAGS, *_tags()),
            *(_CODES, *(f"| `{code}` | {_weight(code)} | {MEANINGS[code]} |\n" for code in Code)),
            *(_DOUBTS, *(f"| `{doubt}` | {words} |\n" for doubt, words in DOUBTS.items())),
            *(_INDUSTRIES, *_industries()),
        ]
    )


def _tags() -> Iterator[str]:
    for name in Input:
        rules = "<br>".join(
            f"{number}. {'~ ' if rule.makeshift else ''}{rule}"
            for number, rule in enumerate(RULES[name], start=1)
        )
        yield f"| {name} | {kind(name)} | {rules} |\n"


def _weight(code: Code) -> str:
    if code in {Code.STALE, Code.TTM_INSUFFICIENT}:
        return "depends"
    return "transient" if code in TRANSIENT else "structural"


def _industries() -> Iterator[str]:
    for band in BANDS:
        codes = str(band.first) if band.first == band.last else f"{band.first}-{band.last}"
        more = "; in while they invest at least what they depreciate" if band.depletes else ""
        yield f"| {codes} | {band.name} | {band.why}{more} |\n"
