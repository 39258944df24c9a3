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


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        # 640 € a month: 7.11 € a day for each of three; the rate is 340 / 1480.
        ({}, {"gross_housing": "560.00", "net_housing": "340.00", "left_to_live": "640.00", "left_a_day_each": "7.11",
              "net_effort": "23.0"}),
        # The reduction of social rents comes before the aid.
        ({"rent_reduction": "40.00"}, {"gross_housing": "520.00", "net_housing": "300.00", "left_to_live": "680.00",
                                       "net_effort": "20.3"}),
        # An aid larger than the rent leaves nothing to pay.
        ({"aid": "700.00"}, {"net_housing": "0", "net_effort": "0.0", "left_to_live": "980.00"}),
        # A month that cannot be paid is negative.
        ({"resources": "607.75", "people": 1}, {"left_to_live": "-232.25", "left_a_day_each": "-7.74", "net_effort": "55.9"}),
        # Without any resource there is no rate.
        ({"resources": "0"}, {"net_effort": None, "left_to_live": "-840.00"}),
        # A household known to have no aid misses nothing.
        ({"aid": None, "has_no_aid": True}, {"net_housing": "560.00", "left_to_live": "420.00"}),
        # A tenth is rounded half up.
        ({"resources": "1000.00", "rent": "300.00", "charges": "70.50", "aid": "0"}, {"net_effort": "37.1"}),
    ],
)  # fmt: skip
def test_a_budget_is_counted_to_the_cent(changes: dict[str, Any], counted: dict[str, str | None]):
    typed = {name: Decimal(value) if isinstance(value, str) else value for name, value in changes.items()}
    found = compute_budget(means(**typed))
    expected = {name: None if value is None else Decimal(value) for name, value in counted.items()}
    assert {name: getattr(found, name) for name in counted} == expected
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
