"""How much may be withheld each month. Expected sums are worked out by hand from the slices of CSS D553-1."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cases.reference_data import FOLDER
from cases.rules.reading import FaultyRules, read_toml
from cases.rules.withholding import (
    FraudLevel,
    ResourcePeriod,
    Verdict,
    Withholding,
    WithholdingInputs,
    compute_withholding,
    is_to_be_revised,
    read_scales,
)  # fmt: skip

FIRST_EDITION = read_toml(FOLDER / "withholding.toml")
SCALES = read_scales(FIRST_EDITION)
NOVEMBER = date(2026, 11, 25)
BEFORE = date(2018, 6, 1)
"""Before any year that is known: the values of the code."""
OF_2020 = date(2020, 6, 1)


def counted(resources: str | None = "0", *, on: date = NOVEMBER, **more: Any) -> Withholding:
    """A single person without child nor rent, unless said otherwise."""
    of_call = {name: more.pop(name) for name in ("debt", "observed", "fraud") if name in more}
    means = WithholdingInputs(
        resources=None if resources is None else Decimal(resources), **({"rent": Decimal()} | more)
    )
    return compute_withholding(means, scales=SCALES, on=on, **of_call)


def of_quotient(quotient: str, *, on: date = BEFORE) -> Decimal:
    """A single person has one part and a half."""
    return counted(str(Decimal(quotient) * Decimal("1.5")), on=on).amount


@pytest.mark.parametrize(
    ("quotient", "amount"),
    [
        ("0", "45.00"),
        ("230.99", "45.00"),
        ("231", "45.00"),
        ("232", "45.25"),  # 45 + 25 % of 1
        ("345", "73.50"),  # 45 + 25 % of 114
        ("346", "73.75"),  # 45 + 25 % of 115
        ("347", "74.10"),  # 73.75 + 35 % of 1
        ("517", "133.60"),  # 73.75 + 35 % of 171
        ("518", "134.05"),  # 133.60 + 45 % of 1
        ("691", "211.90"),  # 133.60 + 45 % of 174
        ("692", "212.50"),  # 211.90 + 60 % of 1
        ("1000", "397.30"),  # 211.90 + 60 % of 309
        ("1096", "454.90"),  # 211.90 + 60 % of 405
    ],
)
def test_the_values_of_the_code_give_these_withholdings(quotient: str, amount: str):
    assert of_quotient(quotient) == Decimal(amount)


@pytest.mark.parametrize(
    ("on", "quotient", "amount"),
    [
        ("2019-06-01", "262", "48.00"),
        ("2019-06-01", "391", "80.25"),  # 48 + 25 % of 129
        ("2019-06-01", "585", "148.15"),  # 80.25 + 35 % of 194
        ("2019-06-01", "781", "236.35"),  # 148.15 + 45 % of 196
        ("2019-06-01", "1167", "467.95"),  # 236.35 + 60 % of 386
        ("2020-06-01", "265", "49.00"),
        ("2020-06-01", "397", "81.75"),  # 49 + 25 % of 131
        ("2020-06-01", "594", "150.70"),  # 81.75 + 35 % of 197
        ("2020-06-01", "793", "240.25"),  # 150.70 + 45 % of 199
        ("2020-06-01", "1000", "364.45"),  # 240.25 + 60 % of 207
        ("2025-06-01", "301", "56.00"),
        ("2025-06-01", "451", "93.50"),  # 56 + 25 % of 150
        ("2025-06-01", "673", "171.20"),  # 93.50 + 35 % of 222
        ("2025-06-01", "899", "272.90"),  # 171.20 + 45 % of 226
        ("2025-06-01", "1000", "333.50"),  # 272.90 + 60 % of 101
        ("2025-06-01", "1345", "540.50"),  # 272.90 + 60 % of 446
    ],
)
def test_a_year_whose_values_are_known_has_its_own(on: str, quotient: str, amount: str):
    assert of_quotient(quotient, on=date.fromisoformat(on)) == Decimal(amount)


@pytest.mark.parametrize(
    ("on", "scale", "is_estimate"),
    [
        ("2018-12-31", "base", True),
        ("2019-01-01", "2019", False),
        ("2019-12-31", "2019", False),
        ("2020-01-01", "2020", False),
        ("2020-12-31", "2020", False),
        ("2021-01-01", "2020", True),
        ("2024-12-31", "2020", True),
        ("2025-01-01", "2025", False),
        ("2025-12-31", "2025", False),
        ("2026-11-25", "2025", True),
    ],
)
def test_a_year_that_is_not_known_is_estimated_by_the_last_one_that_is(on: str, scale: str, is_estimate: bool):
    found = counted(on=date.fromisoformat(on))
    assert (found.scale.code, found.is_estimate) == (scale, is_estimate)
    assert found.steps[0].startswith("Estimation, avec les valeurs") is is_estimate


def test_an_estimate_compares_nothing():
    found = counted("1000", children=1, observed=Decimal(900))
    assert (found.verdict, found.difference) == (Verdict.UNSURE, Decimal(0))


def test_a_scale_without_an_end_is_of_its_year_alone():
    data = deepcopy(FIRST_EDITION)
    del data["scales"][-1]["until"]
    (scale,) = [each for each in read_scales(data).scales if each.code == "2025"]
    assert scale.holds(date(2025, 12, 31))
    assert not scale.holds(date(2026, 1, 1))


def test_the_scales_of_the_press_are_to_be_verified():
    assert {each.code for each in SCALES.scales if each.confidence != "H"} == {"2019", "2020", "2025"}


@pytest.mark.parametrize(
    ("resources", "given", "quotient"),
    [
        # The household divides the income.
        ("1200", {}, "800.00"),  # 1.5
        ("1200", {"children": 1}, "600.00"),  # 2
        ("1200", {"is_couple": True}, "600.00"),  # 2
        ("1200", {"is_couple": True, "children": 2}, "400.00"),  # 3
        ("1200", {"children": 3}, "400.00"),  # 3
        ("1200", {"is_couple": True, "children": 3}, "342.86"),  # 3.5
        # Resources of a year and of three months are of one month.
        ("14400", {"period": ResourcePeriod.YEAR}, "800.00"),
        ("3600", {"period": ResourcePeriod.QUARTER}, "800.00"),
        ("1200", {"period": ResourcePeriod.MONTH}, "800.00"),
        # Benefits are added and the rent taken off: without a known rent, a quarter of both.
        ("1200", {"benefits": Decimal(300), "rent": Decimal(500), "children": 1}, "500.00"),
        ("1200", {"benefits": Decimal(400), "rent": None, "children": 1}, "600.00"),
    ],
)
def test_the_income_of_a_month_less_the_rent_is_divided_by_the_household(
    resources: str, given: dict[str, Any], quotient: str
):
    assert counted(resources, **given).quotient == Decimal(quotient)


def test_a_rent_above_the_income_leaves_nothing_and_the_fixed_sum_remains():
    found = counted("300", rent=Decimal(900), on=OF_2020)
    assert (found.quotient, found.amount) == (Decimal(0), Decimal("49.00"))


def test_unknown_resources_are_presumed():
    found = counted(None, on=BEFORE)
    assert (found.quotient, found.amount) == (Decimal(1096), Decimal("454.90"))
    assert counted(None, on=date(2019, 6, 1)).quotient == Decimal(1167)
    assert counted(None, on=OF_2020).quotient == Decimal(1186)
    assert counted(None, on=date(2025, 6, 1)).quotient == Decimal(1345)


def test_it_says_how_it_counted():
    found = counted(
        "14400", period=ResourcePeriod.YEAR, benefits=Decimal(300), rent=Decimal(500), children=1, on=BEFORE
    )
    assert [step.replace("\u00a0", " ").replace("\u202f", " ") for step in found.steps] == [
        "Estimation, avec les valeurs de base du code : celles de 2018 n’ont pas été saisies",
        "Ressources : 14 400,00 € ÷ 12 mois = 1 200,00 € par mois",
        "Revenu du mois : 1 200,00 € + prestations 300,00 € = 1 500,00 €",
        "Logement déduit : 1 500,00 € − 500,00 € = 1 000,00 €",
        "Revenu pondéré : 1 000,00 € ÷ 2 parts = 500,00 €",
        "Jusqu’à 231,00 € : somme fixe de 45,00 €",
        "De 231,00 € à 346,00 € : 25 % de 115,00 € = 28,75 €",
        "De 346,00 € à 500,00 € : 35 % de 154,00 € = 53,90 €",
        "Retenue du barème : 127,65 € par mois",
    ]


@pytest.mark.parametrize(
    ("observed", "verdict", "difference"),
    [
        ("205.00", Verdict.ABOVE, "87.20"),
        ("118.81", Verdict.ABOVE, "1.01"),
        ("118.80", Verdict.WITHIN, "1.00"),
        ("117.80", Verdict.WITHIN, "0.00"),
        ("116.80", Verdict.WITHIN, "-1.00"),
        ("116.79", Verdict.BELOW, "-1.01"),
        ("0", Verdict.BELOW, "-117.80"),
    ],
)
def test_what_is_observed_is_compared_to_a_euro(observed: str, verdict: Verdict, difference: str):
    # 49, then 25 % of 131 and 35 % of 103.
    found = counted("1000", children=1, observed=Decimal(observed), on=OF_2020)
    assert (found.amount, found.verdict, found.difference) == (Decimal("117.80"), verdict, Decimal(difference))


def test_nothing_observed_is_compared_with_nothing():
    assert counted("1000").verdict is None


def test_it_is_never_more_than_what_is_still_owed():
    found = counted("1000", children=1, debt=Decimal("60.50"), observed=Decimal("117.80"), on=OF_2020)
    assert (found.amount, found.verdict) == (Decimal("60.50"), Verdict.ABOVE)
    assert counted("1000", debt=Decimal(0)).amount == Decimal(0)


def test_a_fraud_adds_half_at_most_and_a_second_one_doubles_that():
    assert counted("1000", children=1, fraud=FraudLevel.FIRST, on=OF_2020).amount == Decimal("176.70")
    assert counted("1000", children=1, fraud=FraudLevel.REPEATED, on=OF_2020).amount == Decimal("235.60")


def test_the_body_counts_again_when_the_result_moves_by_a_fifth():
    assert is_to_be_revised(Decimal(100), Decimal(80), scales=SCALES)
    assert is_to_be_revised(Decimal(100), Decimal(120), scales=SCALES)
    assert not is_to_be_revised(Decimal(100), Decimal("119.99"), scales=SCALES)


sums = st.decimals(0, 5000, places=2)


@given(resources=sums, benefits=sums, rent=sums | st.none(), more=sums, debt=sums, children=st.integers(0, 8))
def test_it_is_never_negative_nor_above_the_debt_and_grows_with_the_income(
    resources: Decimal, benefits: Decimal, rent: Decimal | None, more: Decimal, debt: Decimal, children: int
):
    def amount(resources: Decimal, children: int, debt: Decimal | None = None, rent: Decimal | None = rent) -> Decimal:
        means = WithholdingInputs(resources=resources, benefits=benefits, rent=rent, children=children)
        return compute_withholding(means, scales=SCALES, on=NOVEMBER, debt=debt).amount

    here = amount(resources, children)
    assert here >= 0
    assert amount(resources, children, debt) == min(here, debt)
    assert amount(resources + more, children) >= here
    assert amount(resources, children + 1) <= here
    if rent is not None:
        assert amount(resources, children, rent=rent + more) <= here


def faults(change: Any) -> str:
    data = deepcopy(FIRST_EDITION)
    change(data)
    with pytest.raises(FaultyRules) as refused:
        read_scales(data)
    return "\n".join(refused.value.faults)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["household"].update(child="-1"), "household, child : donner un nombre positif"),
        (lambda data: data["housing"].pop("share"), "housing, share : donner un nombre positif"),
        (lambda data: data["scales"].clear(), "Un barème, et un seul, est sans date : celui du code."),
        (lambda data: data["scales"][1].pop("from"), "Un barème, et un seul, est sans date"),
        (lambda data: data["scales"][0].pop("flat"), "Barème « base » : il manque flat."),
        (lambda data: data["scales"][0].update(colour="red"), "Barème « base » : « colour » n’est pas connu."),
        (lambda data: data["scales"][0].update(flat="peu"), "Barème « base » : flat = « peu » n’est pas un montant."),
        (lambda data: data["scales"][0].update(confidence="X"), "la confiance « X » n’est pas H, M ou L."),
        (lambda data: data["scales"][1].update(until="2020-06-30"), "Barème « 2019 » : il vaut pour une seule année"),
        (lambda data: data["scales"][1].update(until="jamais"), "until = « jamais » n’est pas une date"),
        (lambda data: data["scales"][0]["slices"].reverse(), "les tranches vont de la plus basse à la plus haute"),
        (lambda data: data["scales"][0]["slices"][0].update(rate="120"), "chaque tranche donne « above », en euros"),
        (
            lambda data: data["scales"].append(dict(data["scales"][2], code="2020b", **{"from": "2020-12-31"})),
            "Barèmes « 2020 » et « 2020b » : ils valent tous deux le 31/12/2020.",
        ),
    ],
)
def test_faulty_scales_are_refused_in_french(change: Any, words: str):
    assert words in faults(change)
