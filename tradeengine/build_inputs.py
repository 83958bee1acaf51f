"""What decides how a core behaves, as data that a journal can hold."""

from dataclasses import dataclass

import msgspec
from pydantic import ValidationError

from tradeengine.errors import BadConfiguration
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.model.plan import SessionPlan
from tradeengine.risk.parameters import RiskLimits
from tradeengine.router.parameters import RouterParameters
from tradeengine.strategy.parameters import HostParameters, StrategySpec


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInputs:
    """All that decides how a core behaves. It stands in every journal's header."""

    plan: SessionPlan
    ledger: LedgerParameters
    risk: RiskLimits
    router: RouterParameters
    host: HostParameters
    strategies: tuple[StrategySpec, ...]

    def to_text(self) -> str:
        """Write the inputs as JSON."""
        rooms = {
            "ledger": self.ledger.model_dump(mode="json"),
            "risk": self.risk.model_dump(mode="json"),
            "router": self.router.model_dump(mode="json"),
            "host": self.host.model_dump(mode="json"),
            "strategies": [spec.model_dump(mode="json", by_alias=True) for spec in self.strategies],
        }
        return msgspec.json.encode({"plan": self.plan, **rooms}).decode()

    @classmethod
    def from_text(cls, text: str) -> "BuildInputs":
        """Read what `to_text` wrote. Raises BadConfiguration for another version's text."""
        try:
            raw = msgspec.json.decode(text)
            return cls(
                plan=msgspec.convert(raw["plan"], SessionPlan),
                ledger=LedgerParameters.model_validate(raw["ledger"]),
                risk=RiskLimits.model_validate(raw["risk"]),
                router=RouterParameters.model_validate(raw["router"]),
                host=HostParameters.model_validate(raw["host"]),
                strategies=tuple(StrategySpec.model_validate(row) for row in raw["strategies"]),
            )
        except (msgspec.MsgspecError, ValidationError, LookupError, TypeError) as error:
            words = " ".join(str(error).split())[:200]
            raise BadConfiguration(
                "the journal's header",
                f"holds settings that this version does not read: {words}",
                "use the version of tradeengine that wrote it",
            ) from error
