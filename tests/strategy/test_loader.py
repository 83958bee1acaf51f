from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from tests.strategy.examples import EveryNth
from tests.strategy.messages import plan
from tradeengine.errors import BadConfiguration
from tradeengine.strategy import loader
from tradeengine.strategy.contrarian import Contrarian
from tradeengine.strategy.loader import load_strategies
from tradeengine.strategy.parameters import StrategySpec

EXAMPLES = "tests.strategy.examples"


def spec(
    class_path: str, name: str = "mine", parameters: dict[str, object] | None = None
) -> StrategySpec:
    return StrategySpec(name=name, class_path=class_path, parameters=parameters or {})


def refusal_of(*specs: StrategySpec) -> BadConfiguration:
    with pytest.raises(BadConfiguration) as caught:
        load_strategies(specs, plan("AAA"))
    return caught.value


def test_strategies_come_in_the_order_of_the_list_with_their_names_and_parameters() -> None:
    first, second = load_strategies(
        [
            spec(f"{EXAMPLES}:EveryNth", "nth", {"every_bars": 7}),
            spec("tradeengine.strategy.contrarian:Contrarian", "contrarian"),
        ],
        plan("AAA"),
    )
    assert isinstance(first, EveryNth)
    assert (first.name, first.parameters.every_bars) == ("nth", 7)
    assert isinstance(second, Contrarian)
    assert list(second.plan.symbols) == ["AAA"]


def test_a_name_used_twice_is_refused() -> None:
    refusal = refusal_of(spec(f"{EXAMPLES}:Idle"), spec(f"{EXAMPLES}:Idle"))
    assert refusal.place == "strategy[mine].name"


@pytest.mark.parametrize("path", ["no.such.module:Thing", ":Thing"])
def test_a_module_that_cannot_be_imported_is_named(path: str) -> None:
    refusal = refusal_of(spec(path))
    assert refusal.place == "strategy[mine].class"
    assert "cannot import" in refusal.problem
    assert "installed" in refusal.remedy


def test_a_misspelt_class_is_answered_with_the_nearest() -> None:
    refusal = refusal_of(spec(f"{EXAMPLES}:EveryNht"))
    assert refusal.problem == f"{EXAMPLES} has no 'EveryNht'"
    assert refusal.remedy == f"did you mean {EXAMPLES}:EveryNth?"


def test_a_class_like_no_other_gets_no_suggestion() -> None:
    assert refusal_of(spec(f"{EXAMPLES}:Zzzzzzz")).remedy == ""


@pytest.mark.parametrize("name", ["NotAStrategy", "intent"])
def test_what_is_no_strategy_is_refused(name: str) -> None:
    refusal = refusal_of(spec(f"{EXAMPLES}:{name}"))
    assert refusal.problem == f"{EXAMPLES}:{name} is not a Strategy"
    assert "derive" in refusal.remedy


def test_an_unknown_parameter_is_answered_with_the_nearest() -> None:
    refusal = refusal_of(spec(f"{EXAMPLES}:EveryNth", parameters={"every_bar": 3}))
    assert refusal.place == "strategy[mine].parameters.every_bar"
    assert (refusal.problem, refusal.remedy) == ("unknown key", "did you mean 'every_bars'?")


def test_an_unknown_parameter_of_a_strategy_that_has_none() -> None:
    refusal = refusal_of(spec(f"{EXAMPLES}:Idle", parameters={"speed": 3}))
    assert (refusal.problem, refusal.remedy) == ("unknown key", "")


def test_a_parameter_out_of_range_is_named_with_its_value() -> None:
    refusal = refusal_of(spec(f"{EXAMPLES}:EveryNth", parameters={"every_bars": 0}))
    assert refusal.place == "strategy[mine].parameters.every_bars"
    assert refusal.problem == "Input should be greater than or equal to 1 (it is 0)"


def test_parameters_that_contradict_each_other_are_refused() -> None:
    wrong: dict[str, object] = {"stop_atr": 4.0}
    refusal = refusal_of(spec("tradeengine.strategy.contrarian:Contrarian", parameters=wrong))
    assert refusal.place == "strategy[mine].parameters"
    assert "stop_atr 4.0 must be less than disaster_atr 3" in refusal.problem


Offer = Callable[[str], None]


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Pretend that an installed package offers a strategy `nth`."""

    def offer_at(value: str) -> None:
        entry = EntryPoint(name="nth", value=value, group=loader.GROUP)

        def offered(*, group: str) -> EntryPoints:
            return EntryPoints([entry]).select(group=group)

        monkeypatch.setattr(loader, "entry_points", offered)

    return offer_at


def test_a_strategy_of_another_package_is_found_by_its_entry_point(offer: Offer) -> None:
    offer(f"{EXAMPLES}:EveryNth")
    (strategy,) = load_strategies([spec("nth")], plan("AAA"))
    assert isinstance(strategy, EveryNth)


def test_an_entry_point_that_nobody_offers_is_answered_with_those_that_are(
    offer: Offer,
) -> None:
    offer(f"{EXAMPLES}:EveryNth")
    refusal = refusal_of(spec("mth"))
    assert refusal.problem == "no installed package offers a strategy 'mth'"
    assert refusal.remedy == "write module:Class, or one of the offered names: nth"


def test_an_entry_point_that_leads_nowhere_is_refused(offer: Offer) -> None:
    offer(f"{EXAMPLES}:Gone")
    refusal = refusal_of(spec("nth"))
    assert f"{EXAMPLES}:Gone cannot be loaded" in refusal.problem
