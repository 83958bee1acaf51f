"""
What can be set, and what it is when nobody sets it.

`Settings` is one frozen object. Each room declares its own section in
`<room>/parameters.py`; the sections that belong to no room are declared here.
The docstring line under a field is its meaning, the type and `Field(...)` its
range: the reference page `docs/configuration.md` is made from nothing else.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator

from tradeengine.alerts.parameters import AlertParameters
from tradeengine.bars.parameters import BarsParameters
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.console.parameters import ConsoleParameters
from tradeengine.feed.parameters import FeedParameters
from tradeengine.fundamentals.parameters import FundamentalsParameters, ValuationParameters
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.model.parameters import Parameters
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.risk.parameters import RiskLimits
from tradeengine.router.parameters import RouterParameters
from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.settings.secrets import Secrets
from tradeengine.settings.strategy_class import parameters_class, typed_parameters
from tradeengine.strategy.parameters import HostParameters, StrategySpec
from tradeengine.universe.parameters import UniverseParameters
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.server.parameters import ServerParameters

CONTRARIAN = "tradeengine.strategy.contrarian:Contrarian"
"""The strategy that ships."""


class RunParameters(Parameters):
    """What `tradeengine run` does when no flag says otherwise."""

    venue: str = Field(
        default="auto", pattern=r"^(auto|embedded|simulated|paper|live|https?://\S+)$"
    )
    """Where to trade: `auto`, `embedded`, `simulated`, `paper`, `live`, or the URL of a venue.
    `auto` is paper when `.env` holds the Alpaca keys, else embedded."""

    until: str = Field(default="close", pattern=r"^(close|([01]\d|2[0-3]):[0-5]\d)$")
    """When to stop: `close`, or HH:MM in New York."""

    plan: str = Field(default="auto", min_length=1)
    """The session plan: `auto`, built by the engine from its data, where on our own venues one
    by hand in the folder `plans`, named by the session's date, comes first; or a file written by
    hand. A name that is not there is looked for where the configuration is."""


class EngineParameters(Parameters):
    """How the engine itself beats, faults and stops."""

    heartbeat_seconds: float = Field(default=1.0, ge=0.1, le=60)
    """Engine time between two `heartbeat` timers; limits and deadlines are checked on each."""

    flatten_before_close_minutes: int = Field(default=5, ge=0, le=120)
    """Minutes before the close of the day at which a run that ends at the close flattens."""

    shutdown_deadline_seconds: float = Field(default=60.0, ge=1, le=3600)
    """Real seconds that closing the edges may take once trading has ended."""

    inbox_capacity: int = Field(default=10_000, ge=16, le=1_000_000)
    """Inputs that may wait for the engine; beyond it quotes conflate and the rest waits."""

    loop_lag_alert_seconds: float = Field(default=0.25, gt=0, le=60)
    """How late the event loop may be before it is reported, with the slowest callback."""

    loop_lag_times: int = Field(default=3, ge=1, le=1_000)
    """Late beats of the event loop, within `loop_lag_window_seconds`, that forbid entries."""

    loop_lag_window_seconds: float = Field(default=10.0, gt=0, le=600)
    """Real seconds in which so many late beats are too many; without one for so long, entries are
    allowed again."""


class LogParameters(Parameters):
    """What is written under `logs/`, and how long it stays."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least serious event that is written."""

    rotation_megabytes: float = Field(default=64.0, ge=0.001, le=100_000)
    """A log file of this size is closed, numbered, and a new one begun."""

    parts_kept: int = Field(default=100, ge=1, le=100_000)
    """Numbered parts of each log file that stay; the oldest goes first."""

    retention_runs: int = Field(default=30, ge=1, le=100_000)
    """Runs whose directory stays under `logs/`; the oldest goes first."""

    unfinished_days: float = Field(default=7.0, ge=0, le=3650)
    """Days for which a run without a receipt stays, however many runs there are."""

    flush_events: int = Field(default=64, ge=1, le=100_000)
    """Events held in memory before they are written; each heartbeat writes them too."""


class AccountParameters(Parameters):
    """Which accounts may trade real money."""

    live_account_numbers: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Numbers of the accounts that `--venue live` may trade; with none, live is refused."""


class VenueSection(VenueParameters):
    """The embedded venue: its market and matching, and under `server` its protocol."""

    server: ServerParameters = ServerParameters()


class StrategyEntry(StrategySpec):
    """One strategy that the engine hosts; its parameters are checked by its own class."""

    @classmethod
    def shipped(cls) -> Self:
        """Give the strategy that ships, with its defaults."""
        return cls(name="contrarian", class_path=CONTRARIAN)

    @field_validator("class_path", mode="after")
    @classmethod
    def _exists(cls, class_path: str) -> str:
        parameters_class(class_path)
        return class_path

    @field_validator("parameters", mode="after")
    @classmethod
    def _suit_the_class(
        cls, parameters: dict[str, object], info: ValidationInfo
    ) -> dict[str, object]:
        if "class_path" in info.data:  # Otherwise the class is what is wrong, and is told.
            typed_parameters(info.data["class_path"], parameters)
        return parameters


class Settings(Parameters):
    """Everything that can be set. Made by `load_settings`, then never changed."""

    run: RunParameters = RunParameters()
    engine: EngineParameters = EngineParameters()
    account: AccountParameters = AccountParameters()
    strategy: tuple[StrategyEntry, ...] = Field(default_factory=lambda: (StrategyEntry.shipped(),))
    host: HostParameters = HostParameters()
    risk: RiskLimits = RiskLimits()
    router: RouterParameters = RouterParameters()
    ledger: LedgerParameters = LedgerParameters()
    feed: FeedParameters = FeedParameters()
    broker: BrokerParameters = BrokerParameters()
    fundamentals: FundamentalsParameters = FundamentalsParameters()
    venue: VenueSection = VenueSection()
    universe: UniverseParameters = UniverseParameters()
    console: ConsoleParameters = ConsoleParameters()
    logs: LogParameters = LogParameters()
    alerts: AlertParameters = AlertParameters()
    schedule: ScheduleParameters = ScheduleParameters()
    bars: BarsParameters = BarsParameters()
    valuation: ValuationParameters = ValuationParameters()
    regime: RegimeParameters = RegimeParameters()

    _secrets: Secrets = PrivateAttr(default_factory=Secrets)
    _sources: dict[str, str] = PrivateAttr(default_factory=dict)
    _config_file: str = PrivateAttr(default="")

    @field_validator("strategy", mode="after")
    @classmethod
    def _at_least_one(cls, strategy: tuple[StrategyEntry, ...]) -> tuple[StrategyEntry, ...]:
        if not strategy:
            raise ValueError("must name at least one strategy")
        return strategy

    @property
    def secrets(self) -> Secrets:
        """What `.env` or the environment gave; in no dump and no repr of the settings."""
        return self._secrets

    @property
    def sources(self) -> dict[str, str]:
        """Where each key that was set came from: `config/config.yaml:12`, `.env`, `environment`."""
        return dict(self._sources)

    @property
    def config_file(self) -> str:
        """The file that was read, "" if none was."""
        return self._config_file

    def completed(self, secrets: Secrets, sources: dict[str, str], config_file: str) -> Self:
        """Give these settings with the secrets, and with where everything came from."""
        completed = self.model_copy()
        completed._secrets = secrets
        completed._sources = sources
        completed._config_file = config_file
        return completed
