from tradeengine.reference.renames import found_as, names_of


def test_a_company_is_known_by_all_its_names() -> None:
    assert names_of("BBT") == ("BBT", "TFC")
    assert names_of("NLOK") == ("NLOK", "SYMC", "GEN")
    assert names_of("PSKY") == ("PSKY", "CBS", "VIAC", "PARA")
    assert names_of("AAPL") == ("AAPL",)


def test_bars_are_found_under_a_name_of_another_time() -> None:
    found = found_as({"UTX", "HRS", "AAPL", "LEH"}, {"RTX", "LHX", "AAPL", "TFC"})

    assert found == {"AAPL": "AAPL", "UTX": "RTX", "HRS": "LHX"}


def test_a_name_with_data_of_its_own_is_never_replaced() -> None:
    assert found_as({"IR", "TT"}, {"IR", "TT"}) == {"IR": "IR", "TT": "TT"}
    assert found_as({"IR", "TT"}, {"TT"}) == {"TT": "TT"}


def test_two_symbols_never_get_one_name() -> None:
    assert found_as({"CBS", "PARA"}, {"VIAC"}) == {"CBS": "VIAC"}
