"""What is left to live on, and what the dwelling weighs: sums typed by hand."""

from decimal import Decimal
from typing import Any

import pytest

from cases.rules.budget import HouseholdFinances, compute_budget


def means(**changes: Any) -> HouseholdFinances:
    """1 480 € for three people; 560 € of rent and charges less 220 € of APL; 410 € of expenses; 90 € of debts."""
    said: dict[str, Any] = {
        "resources": Decimal("1480.00"),
        "expenses": Decimal("410.00"),
        "debt_payments": Decimal("90.00"),
        "rent": Decimal("438.20"),
        "charges": Decimal("121.80"),
        "aid": Decimal("220.00"),
        "people": 3,
    }
    return HouseholdFinances(**said | changes)


def test_a_whole_budget_is_counted_to_the_cent():
    found = compute_budget(means())
    assert found.gross_housing == Decimal("560.00")
    assert found.net_housing == Decimal("340.00")
    assert found.left_to_live == Decimal("640.00")
    assert found.left_a_day_each == Decimal("7.11")  # 640 / 30 / 3
    assert found.net_effort == Decimal("23.0")  # 340 / 1480
    assert found.missing == ()


def test_the_reduction_of_social_rents_comes_before_the_aid():
    found = compute_budget(means(rent_reduction=Decimal("40.00")))
    assert (found.gross_housing, found.net_housing, found.left_to_live) == (
        Decimal("520.00"),
        Decimal("300.00"),
        Decimal("680.00"),
    )
    assert found.net_effort == Decimal("20.3")


def test_an_aid_larger_than_the_rent_leaves_nothing_to_pay():
    found = compute_budget(means(aid=Decimal("700.00")))
    assert (found.net_housing, found.net_effort, found.left_to_live) == (Decimal(0), Decimal("0.0"), Decimal("980.00"))


def test_a_month_that_cannot_be_paid_is_negative():
    found = compute_budget(means(resources=Decimal("607.75"), people=1))
    assert found.left_to_live == Decimal("-232.25")
    assert found.left_a_day_each == Decimal("-7.74")
    assert found.net_effort == Decimal("55.9")


def test_without_any_resource_there_is_no_rate():
    found = compute_budget(means(resources=Decimal(0)))
    assert found.net_effort is None
    assert found.left_to_live == Decimal("-840.00")
    assert found.missing == ()


@pytest.mark.parametrize(
    ("unknown", "words", "known"),
    [
        ("resources", "les ressources", {"net_housing": Decimal("340.00")}),
        ("expenses", "les autres charges", {"net_effort": Decimal("23.0")}),
        ("debt_payments", "les mensualités des autres dettes", {"net_effort": Decimal("23.0")}),
        ("aid", "le montant de l’aide au logement", {"gross_housing": Decimal("560.00"), "net_effort": None}),
        ("rent", "le loyer", {"gross_housing": None, "net_effort": None}),
        ("charges", "les charges du logement", {"gross_housing": None, "net_effort": None}),
    ],
)
def test_what_is_not_known_is_asked_and_never_taken_for_zero(unknown, words, known):
    found = compute_budget(means(**{unknown: None}))
    assert found.left_to_live is None
    assert found.left_a_day_each is None
    assert found.missing == (words,)
    for name, value in known.items():
        assert getattr(found, name) == value


def test_a_household_known_to_have_no_aid_misses_nothing():
    found = compute_budget(means(aid=None, has_no_aid=True))
    assert (found.net_housing, found.left_to_live, found.missing) == (Decimal("560.00"), Decimal("420.00"), ())


def test_a_tenth_is_rounded_half_up():
    assert compute_budget(
        means(resources=Decimal("1000.00"), rent=Decimal("300.00"), charges=Decimal("70.50"), aid=Decimal(0))
    ).net_effort == Decimal("37.1")
