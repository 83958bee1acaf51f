"""
Which XBRL tags give an input, in the order in which they are tried.

A rule is a sum of terms. `a + b` needs both; a term that may be missing ends in `?` and
then counts for nothing; `a - b` subtracts. The first rule wins whose needed terms are all
known for one and the same period; the rule that fired is kept with the figure. A rule
marked as a makeshift gives a warning too. Tags are of us-gaap unless `dei:` stands before.
"""

from enum import StrEnum
from functools import cache
from typing import Final

from tradeengine.fundamentals.rules import Rule, rule


class Kind(StrEnum):
    """How an input is measured."""

    FLOW = "flow"
    """Over a period: the last twelve months are summed."""

    INSTANT = "instant"
    """On the day of a balance sheet."""


class Input(StrEnum):
    """What is read of a company. The names are those that a refusal shows."""

    REVENUE = "revenue"
    EBIT = "ebit"
    DEPRECIATION = "depreciation"
    CAPEX = "capex"
    PRETAX = "pretax"
    TAX = "tax"
    INTEREST = "interest"
    OPERATING_CASH_FLOW = "operating_cash_flow"
    NET_INCOME = "net_income"
    CASH = "cash"
    SHORT_TERM_INVESTMENTS = "short_term_investments"
    LONG_TERM_INVESTMENTS = "long_term_investments"
    DEBT_TOTAL = "debt_total"
    DEBT_LONG = "debt_long"
    DEBT_SHORT = "debt_short"
    CURRENT_ASSETS = "current_assets"
    CURRENT_LIABILITIES = "current_liabilities"
    EQUITY = "equity"
    NONCONTROLLING = "noncontrolling"
    PREFERRED = "preferred"
    ASSETS = "assets"
    LIABILITIES = "liabilities"
    FINANCED = "liabilities_and_equity"
    SHARES = "shares"


_PRETAX: Final = (
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFrom"
    "EquityMethodInvestments",
)
_CONTINUING: Final = (
    "IncomeLossFromContinuingOperationsIncludingPortionAttributableToNoncontrollingInterest",
    "IncomeLossFromContinuingOperations",
    "ProfitLoss",
    "NetIncomeLoss",
)
_INTEREST: Final = ("InterestExpense", "InterestExpenseNonoperating", "InterestExpenseDebt")
_INTEREST_PAID: Final = ("InterestPaidNet", "InterestPaid")
_BEFORE_TAX: Final = (*_PRETAX, *(f"{name} + IncomeTaxExpenseBenefit" for name in _CONTINUING))
_LEASES: Final = "FinanceLeaseLiabilityNoncurrent? + CapitalLeaseObligationsNoncurrent?"
_SHORT: Final = "NotesPayableCurrent? + ConvertibleDebtCurrent? + FinanceLeaseLiabilityCurrent?"
_SPENT_ALSO: Final = "PaymentsToDevelopSoftware? + PaymentsToAcquireIntangibleAssets?"

_TEXTS: Final[dict[Input, tuple[str, ...]]] = {
    Input.REVENUE: (
        "RevenueFromContractWithCustomerExcludingAssessedTax",
        "Revenues",
        "RevenueFromContractWithCustomerIncludingAssessedTax",
        "SalesRevenueNet",
        "SalesRevenueGoodsNet + SalesRevenueServicesNet",
        "~SalesRevenueGoodsNet",
        "~SalesRevenueServicesNet",
    ),
    Input.EBIT: (
        "OperatingIncomeLoss",
        *(f"{p} + {i} - NonoperatingIncomeExpense" for p in _PRETAX for i in _INTEREST),
        "GrossProfit - OperatingExpenses",
        "Revenues - CostsAndExpenses",
        "~SalesRevenueNet - CostsAndExpenses",
        *(f"~{p} + {i} - InvestmentIncomeInterest?" for p in _BEFORE_TAX for i in _INTEREST),
        *(f"~{p} - InterestIncomeExpenseNet" for p in _BEFORE_TAX),
        *(f"~{p} + {i}" for p in _BEFORE_TAX for i in _INTEREST_PAID),
    ),
    Input.DEPRECIATION: (
        "DepreciationDepletionAndAmortization",
        "DepreciationAmortizationAndAccretionNet",
        "DepreciationAndAmortization",
        "Depreciation + AmortizationOfIntangibleAssets",
        "~Depreciation",
    ),
    Input.CAPEX: (
        f"PaymentsToAcquirePropertyPlantAndEquipment + {_SPENT_ALSO}",
        "PaymentsToAcquireProductiveAssets",
        f"PaymentsToAcquireOtherPropertyPlantAndEquipment + {_SPENT_ALSO}",
        "~PaymentsToAcquireOtherProductiveAssets",
        "~PaymentsForCapitalImprovements",
    ),
    Input.PRETAX: (
        *_PRETAX,
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic"
        " + IncomeLossFromContinuingOperationsBeforeIncomeTaxesForeign",
        *(f"~{name} + IncomeTaxExpenseBenefit" for name in _CONTINUING),
    ),
    Input.TAX: (
        "IncomeTaxExpenseBenefit",
        *(f"~{before} - {after}" for before in _PRETAX for after in _CONTINUING),
    ),
    Input.INTEREST: (
        *_INTEREST,
        "InterestAndDebtExpense",
        *(f"~{name}" for name in _INTEREST_PAID),
        "~InterestExpenseLongTermDebt + InterestExpenseShortTermBorrowings?",
        # Net of interest earned, or of all that stands between operating and pretax income.
        "~- InterestIncomeExpenseNet",
        *(f"~OperatingIncomeLoss - {name}" for name in _PRETAX),
        *(f"~OperatingIncomeLoss - {name} - IncomeTaxExpenseBenefit" for name in _CONTINUING),
    ),
    Input.OPERATING_CASH_FLOW: (
        "NetCashProvidedByUsedInOperatingActivities",
        "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
    ),
    Input.NET_INCOME: (
        "NetIncomeLossAvailableToCommonStockholdersBasic",
        "NetIncomeLoss",
        "ProfitLoss - NetIncomeLossAttributableToNoncontrollingInterest?",
    ),
    Input.CASH: (
        "CashAndCashEquivalentsAtCarryingValue",
        "Cash",
        "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents - RestrictedCash",
        "~CashCashEquivalentsAndShortTermInvestments",
    ),
    Input.SHORT_TERM_INVESTMENTS: (
        "ShortTermInvestments",
        "MarketableSecuritiesCurrent",
        "AvailableForSaleSecuritiesDebtSecuritiesCurrent",
        "AvailableForSaleSecuritiesCurrent",
        "OtherShortTermInvestments",
    ),
    Input.LONG_TERM_INVESTMENTS: (
        "MarketableSecuritiesNoncurrent",
        "AvailableForSaleSecuritiesDebtSecuritiesNoncurrent",
        "AvailableForSaleSecuritiesNoncurrent",
    ),
    Input.DEBT_TOTAL: ("DebtLongtermAndShorttermCombinedAmount",),
    Input.DEBT_LONG: (
        f"LongTermDebtNoncurrent + {_LEASES}",
        "LongTermDebtAndCapitalLeaseObligations",
        f"LongTermDebt - LongTermDebtCurrent + {_LEASES}",
        f"~LongTermDebt + {_LEASES}",
        f"~LongTermNotesPayable + ConvertibleDebtNoncurrent? + {_LEASES}",
        f"~ConvertibleDebtNoncurrent + {_LEASES}",
        f"~SeniorNotes + {_LEASES}",
        "~FinanceLeaseLiabilityNoncurrent",
        "~CapitalLeaseObligationsNoncurrent",
    ),
    Input.DEBT_SHORT: (
        "DebtCurrent",
        f"LongTermDebtCurrent + ShortTermBorrowings + {_SHORT}",
        f"LongTermDebtAndCapitalLeaseObligationsCurrent + ShortTermBorrowings + {_SHORT}",
        f"LongTermDebtCurrent + CommercialPaper? + OtherShortTermBorrowings? + {_SHORT}",
        "LongTermDebtAndCapitalLeaseObligationsCurrent + CommercialPaper?"
        f" + OtherShortTermBorrowings? + {_SHORT}",
        f"ShortTermBorrowings + {_SHORT}",
        f"CommercialPaper + OtherShortTermBorrowings? + {_SHORT}",
        "OtherShortTermBorrowings + NotesPayableCurrent?",
        "NotesPayableCurrent + ConvertibleDebtCurrent?",
        "ConvertibleDebtCurrent",
    ),
    Input.CURRENT_ASSETS: ("AssetsCurrent",),
    Input.CURRENT_LIABILITIES: ("LiabilitiesCurrent",),
    Input.EQUITY: (
        "StockholdersEquity",
        "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"
        " - MinorityInterest?",
    ),
    Input.NONCONTROLLING: (
        "MinorityInterest + RedeemableNoncontrollingInterestEquityCarryingAmount?",
        "RedeemableNoncontrollingInterestEquityCarryingAmount",
    ),
    Input.PREFERRED: (
        "PreferredStockValue + TemporaryEquityCarryingAmountAttributableToParent?",
        "PreferredStockValueOutstanding",
        "TemporaryEquityCarryingAmountAttributableToParent",
    ),
    Input.ASSETS: ("Assets",),
    Input.LIABILITIES: ("Liabilities",),
    Input.FINANCED: ("LiabilitiesAndStockholdersEquity",),
    Input.SHARES: (
        "dei:EntityCommonStockSharesOutstanding",
        "CommonStockSharesOutstanding",
        "CommonStockSharesIssued - TreasuryStockCommonShares",
    ),
}

RULES: Final[dict[Input, tuple[Rule, ...]]] = {
    name: tuple(rule(text) for text in texts) for name, texts in _TEXTS.items()
}
"""Every input's rules, in order."""

FLOWS: Final = frozenset(list(Input)[: list(Input).index(Input.CASH)])
"""Inputs that are measured over a period; the others are those of a balance sheet."""

DILUTED: Final = "WeightedAverageNumberOfDilutedSharesOutstanding"
BASIC: Final = "WeightedAverageNumberOfSharesOutstandingBasic"
EARNED_PER_SHARE: Final = "EarningsPerShareDiluted"
"""Averages of a period. They give the dilution, and stand in for a count that is lost."""


def kind(name: Input) -> Kind:
    """Tell how an input is measured."""
    return Kind.FLOW if name in FLOWS else Kind.INSTANT


@cache
def tags_read() -> frozenset[tuple[str, str]]:
    """Give every (taxonomy, tag) that anything here reads: a store need load no other."""
    named = {
        (term.taxonomy, term.tag)
        for rules in RULES.values()
        for rule in rules
        for term in rule.terms
    }
    others = (DILUTED, BASIC, EARNED_PER_SHARE, *CASH_FLOW_CHECK, *TEMPORARY_EQUITY)
    return frozenset(named | {("us-gaap", tag) for tag in others})


CASH_FLOW_CHECK: Final = (
    "NetCashProvidedByUsedInInvestingActivities",
    "NetCashProvidedByUsedInFinancingActivities",
    "EffectOfExchangeRateOnCashAndCashEquivalents",
    "CashAndCashEquivalentsPeriodIncreaseDecrease",
)
"""Read by the check that cash flows add up, and by nothing else."""

TEMPORARY_EQUITY: Final = (
    "TemporaryEquityCarryingAmountAttributableToParent",
    "TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests",
    "RedeemableNoncontrollingInterestEquityCarryingAmount",
)
"""Stands between liabilities and equity; read by the check of the balance sheet."""
