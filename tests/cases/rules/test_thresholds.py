from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cases.rules import thresholds
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.thresholds import (
    Aid,
    Assessment,
    Included,
    Statement,
    TenancyTerms,
    ThresholdPosition,
    assess,
    late_part,
    net_due,
    opening_threshold,
    opens_a_case,
    order_is_signalled,
    read_law,
    report_by,
)

LAW = thresholds.load_arrears_law()
OLD, NEW = date(2026, 12, 31), date(2027, 1, 1)


def terms(**changes: Any) -> TenancyTerms:
    """Bertin's: gross due 610 €, aid 210 € paid to the landlord."""
    known: dict[str, Any] = {"rent": 510, "charges": 100, "aid": Aid.YES, "aid_amount": 210, "direct_payment": True}
    amounts = {"rent", "charges", "aid_amount", "rent_reduction"}
    typed: dict[str, Any] = {
        k: Decimal(str(v)) if k in amounts and v is not None else v for k, v in {**known, **changes}.items()
    }
    return TenancyTerms(**typed)


def assessed(debt: object, tenancy: TenancyTerms | None = None, *, report: date = OLD, **more: Any) -> Assessment:
    return assess(debt=Decimal(str(debt)), terms=tenancy or terms(), report_date=report, law=LAW, **more)


def statements(*pairs: tuple[str, object]) -> list[Statement]:
    return [Statement(on=date.fromisoformat(day), debt=Decimal(str(debt))) for day, debt in pairs]


@pytest.mark.parametrize(
    ("report", "regime", "threshold", "position", "constituted", "steps"),
    [
        (
            OLD, "A", Decimal(800), ThresholdPosition.BELOW, False,
            ["Régime A : CCH R824-1 (décret n° 2019-772)", "Seuil : 2 × 400,00\u00a0€ = 800,00\u00a0€",
             "Dette de 610,00\u00a0€ : sous le seuil"],
        ),
        (
            NEW, "B", Decimal(450), ThresholdPosition.ABOVE, True,
            ["Régime B : Décret n° 2026-84 du 12 février 2026", "Seuil : plus de 450,00\u00a0€",
             "Dette de 610,00\u00a0€ : au-dessus du seuil"],
        ),
    ],
)  # fmt: skip
def test_bertin_is_below_the_threshold_of_2026_and_above_that_of_2027(
    report: date, regime: str, threshold: Decimal, position: ThresholdPosition, constituted: bool, steps: list[str]
):
    """Bertin (4): 71 years old, owes 610 €."""
    found = assessed(610, report=report)
    assert (found.regime, found.threshold, found.position, found.constituted) == (
        regime,
        threshold,
        position,
        constituted,
    )
    due = "Terme : loyer et charges 610,00\u00a0€ − aide 210,00\u00a0€ = 400,00\u00a0€"
    assert list(found.steps) == [steps[0], due, *steps[1:]]


def test_the_example_of_the_caf_of_the_aisne():
    # 280 € of rent, 20 € of charges, 50 € of aid paid to the landlord: 500 €
    assert assessed(500, terms(rent=280, charges=20, aid_amount=50)).threshold == Decimal(500)


@pytest.mark.parametrize(
    ("report", "debt", "position", "constituted"),
    [
        (OLD, "799.99", ThresholdPosition.BELOW, False),
        (OLD, "800", ThresholdPosition.AT, True),
        (OLD, "800.01", ThresholdPosition.ABOVE, True),
        (NEW, "449.99", ThresholdPosition.BELOW, False),
        (NEW, "450", ThresholdPosition.AT, False),
        (NEW, "450.01", ThresholdPosition.ABOVE, True),
    ],
)
def test_until_2026_two_dues_are_enough_and_from_2027_the_debt_must_go_beyond_450_euros(
    report: date, debt: str, position: ThresholdPosition, constituted: bool
):
    result = assessed(debt, report=report)
    assert (result.position, result.constituted) == (position, constituted)


def test_aid_paid_to_the_tenant_counts_two_gross_dues():
    assert assessed(1219, terms(direct_payment=False)).threshold == Decimal(1220)
    assert assessed(1219, terms(direct_payment=False)).constituted is False
    assert assessed(1220, terms(direct_payment=False)).constituted is True


def test_when_who_receives_the_aid_is_unknown_the_lower_threshold_is_kept_and_said():
    result = assessed(800, terms(direct_payment=None))
    assert (result.threshold, result.constituted) == (Decimal(800), True)
    assert result.steps[1] == (
        "Terme : loyer et charges 610,00\u00a0€ − aide 210,00\u00a0€, supposée versée au bailleur = 400,00\u00a0€"
    )


def test_the_rent_reduction_counts_from_2027_only():
    reduced = terms(rent_reduction=30)
    assert (assessed(610, reduced).due, assessed(610, reduced).threshold) == (Decimal(400), Decimal(800))
    new = assessed(610, reduced, report=NEW)
    assert (new.due, new.threshold) == (Decimal(370), Decimal(450))
    assert new.steps[1] == (
        "Terme : loyer et charges 610,00\u00a0€ − aide 210,00\u00a0€ − réduction de loyer 30,00\u00a0€ = 370,00\u00a0€"
    )


def test_a_household_without_aid_has_no_legal_threshold():
    for report in (OLD, NEW):
        result = assessed(5000, terms(aid=Aid.NO), report=report)
        assert (result.applies, result.threshold, result.position, result.constituted) == (False, None, None, None)
        assert result.steps == (
            "Sans aide au logement, aucun seuil légal : une échéance impayée est un défaut de paiement",
        )


def test_an_unknown_aid_leaves_the_answer_open_and_says_so():
    result = assessed(610, terms(aid=Aid.UNKNOWN, aid_amount=None, direct_payment=None), report=NEW)
    assert (result.applies, result.due, result.constituted) == (None, None, True)
    assert "Aide au logement inconnue : le seuil ne vaut que pour un allocataire" in result.steps


@pytest.mark.parametrize("changes", [{"rent": None}, {"aid_amount": None}])
def test_without_the_rent_or_the_aid_the_old_threshold_is_unknown_and_the_new_one_is_not(changes: dict[str, Any]):
    old, new = assessed(610, terms(**changes)), assessed(610, terms(**changes), report=NEW)
    assert (old.threshold, old.position, old.constituted) == (None, None, None)
    assert old.steps[-1] == "Seuil inconnu : il manque le loyer ou le montant de l’aide versée au bailleur"
    assert (new.threshold, new.constituted) == (Decimal(450), True)


def test_aid_paid_to_the_tenant_need_not_be_known_in_amount():
    assert assessed(1220, terms(direct_payment=False, aid_amount=None)).constituted is True


def test_charges_that_are_unknown_count_for_nothing():
    assert assessed(600, terms(charges=None)).threshold == Decimal(600)


def test_an_aid_above_the_rent_leaves_no_due():
    covered = terms(aid_amount=700)
    assert (net_due(covered), assessed(1, covered).threshold) == (Decimal(0), Decimal(0))
    assert assessed(1, covered).constituted is True
    assert assessed(0, covered).constituted is False


# Since when

MONTHS = statements(("2026-09-05", 300), ("2026-10-05", 620), ("2026-11-05", 910))


def test_the_two_months_run_from_the_first_statement_that_crosses():
    assert assessed(910, statements=MONTHS).constituted_on == date(2026, 11, 5)
    assert assessed(910, statements=MONTHS, report=NEW).constituted_on == date(2026, 10, 5)
    assert assessed(910, statements=reversed(MONTHS)).constituted_on == date(2026, 11, 5)


def test_a_partial_payment_does_not_start_the_two_months_anew():
    history = statements(("2026-08-05", 850), ("2026-09-05", 700), ("2026-10-05", 900))
    assert assessed(900, statements=history).constituted_on == date(2026, 8, 5)


@pytest.mark.parametrize("cleared", [0, -12])
def test_a_debt_that_was_cleared_starts_anew(cleared: int):
    history = statements(("2026-08-05", 850), ("2026-09-05", cleared), ("2026-10-05", 900))
    assert assessed(900, statements=history).constituted_on == date(2026, 10, 5)


def test_what_never_crossed_has_no_date():
    assert assessed(620, statements=MONTHS[:2]).constituted_on is None
    assert assessed(0, statements=statements(("2026-08-05", 850), ("2026-09-05", 0))).constituted_on is None


def test_from_2027_a_small_debt_that_lasts_three_months_is_an_impaye():
    history = statements(("2026-11-05", 120), ("2026-12-05", 130), ("2027-01-05", 140), ("2027-02-05", 150))
    before = assessed(140, report=date(2027, 2, 4), statements=history)
    after = assessed(150, report=date(2027, 2, 5), statements=history)
    assert (before.constituted, before.constituted_on) == (False, None)
    assert (after.position, after.constituted, after.constituted_on) == (
        ThresholdPosition.BELOW,
        True,
        date(2027, 2, 5),
    )
    assert after.steps[-1] == "Premier défaut le 05/11/2026, non soldé après 3 mois"


def test_the_first_default_that_the_landlord_noted_counts_before_his_statements():
    result = assessed(150, report=date(2027, 1, 10), first_default_on=date(2026, 10, 10))
    assert (result.constituted, result.constituted_on) == (True, date(2027, 1, 10))
    assert assessed(150, report=date(2026, 12, 31), first_default_on=date(2026, 1, 10)).constituted is False


def test_a_debt_that_was_cleared_does_not_last():
    cleared = statements(("2026-11-05", 120), ("2026-12-05", 0), ("2027-02-05", 100))
    assert assessed(100, report=date(2027, 2, 10), statements=cleared).constituted is False


def test_the_earlier_of_the_two_crossings_counts():
    history = statements(("2026-11-05", 120), ("2027-03-05", 900))
    assert assessed(900, report=date(2027, 3, 10), statements=history).constituted_on == date(2027, 2, 5)


@pytest.mark.parametrize(
    ("direct_payment", "report", "applies", "last_day"),
    [
        (True, date(2026, 12, 1), True, date(2027, 1, 5)),
        (None, date(2026, 12, 1), None, date(2027, 1, 5)),
        (False, date(2027, 1, 2), True, date(2027, 1, 1)),  # the text is of that day
    ],
)
def test_the_landlord_has_two_months_to_report(
    direct_payment: bool | None, report: date, applies: bool | None, last_day: date
):
    tenancy = terms(direct_payment=direct_payment)
    result = assessed(910, tenancy, report=report, statements=MONTHS)
    deadline = report_by(result, terms=tenancy, report_date=report, catalogue=load_catalogue())
    assert deadline is not None
    assert (deadline.applies, deadline.legal_date) == (applies, last_day)


def test_a_landlord_who_is_not_paid_the_aid_has_nothing_to_report_before_2027():
    tenancy = terms(direct_payment=False)
    history = statements(("2026-11-05", 1300))
    result = assessed(1300, tenancy, statements=history)
    assert result.constituted_on == date(2026, 11, 5)
    assert report_by(result, terms=tenancy, report_date=OLD, catalogue=load_catalogue()) is None


def test_what_is_not_an_impaye_has_no_date_to_report_by():
    below = assessed(620, statements=MONTHS[:2])
    assert report_by(below, terms=terms(), report_date=OLD, catalogue=load_catalogue()) is None


# Opening a case here


def test_a_net_due_is_what_the_tenant_owes_the_landlord():
    assert net_due(terms()) == Decimal(400)
    assert net_due(terms(rent_reduction="32.50")) == Decimal("367.50")
    assert net_due(terms(direct_payment=False)) == Decimal(610)
    assert net_due(terms(aid=Aid.NO)) == Decimal(610)
    assert net_due(terms(rent=None)) is None


@pytest.mark.parametrize(
    ("debt", "dues", "opens"),
    [
        ("399.99", "1", False),
        ("400", "1", True),
        ("610", "1", True),
        ("610", "2", False),
        ("200", "0.5", True),
        ("0", "1", False),
        ("-50", "1", False),
    ],
)
def test_a_case_opens_at_so_many_net_dues(debt: str, dues: str, opens: bool):
    assert opens_a_case(Decimal(debt), terms=terms(), dues=Decimal(dues)) is opens


def test_the_opening_threshold_is_one_net_due_by_default():
    assert LAW.opening_dues == 1
    assert opening_threshold(terms(), dues=LAW.opening_dues) == Decimal(400)
    assert opening_threshold(terms(rent=None), dues=LAW.opening_dues) is None


def test_without_the_rent_someone_has_to_look():
    assert opens_a_case(Decimal(900), terms=terms(rent=None), dues=Decimal(1)) is None
    assert opens_a_case(Decimal(0), terms=terms(rent=None), dues=Decimal(1)) is False


def test_nothing_owed_opens_nothing_even_when_the_aid_covers_the_rent():
    assert opens_a_case(Decimal(0), terms=terms(aid_amount=700), dues=Decimal(1)) is False
    assert opens_a_case(Decimal(5), terms=terms(aid_amount=700), dues=Decimal(1)) is True


@pytest.mark.parametrize(
    ("debt", "rent", "months", "signalled"),
    [
        (100, 510, 2, True),
        (1020, 510, 1, True),
        (1019, 510, 1, False),
        (1019, 510, None, None),
        (1019, None, 1, None),
        (1020, 510, None, True),
    ],
)
def test_an_order_to_pay_is_signalled_when_the_arrears_last_or_weigh(
    debt: int, rent: int | None, months: int | None, signalled: bool | None
):
    known_rent = None if rent is None else Decimal(rent)
    assert order_is_signalled(debt=Decimal(debt), rent=known_rent, months_unpaid=months, law=LAW) is signalled


# The law as data


def test_the_date_of_the_report_chooses_the_regime():
    assert LAW.regime(date(2019, 9, 1)).code == "A"
    assert LAW.regime(OLD).code == "A"
    assert LAW.regime(NEW).code == "B"


def test_a_regime_has_an_amount_or_dues_and_not_both():
    regime = {"code": "C", "reference": "", "confidence": "L", "at_threshold": True, "rent_reduction": False}
    with pytest.raises(ValueError, match="Régime C : donner un montant ou un nombre de termes, pas les deux"):
        read_law({"regimes": [regime]})


amounts = st.decimals(min_value=0, max_value=5000, places=2)


@given(debt=amounts, more=amounts, report=st.sampled_from([OLD, NEW]), direct=st.sampled_from([True, False, None]))
def test_a_larger_debt_is_never_less_of_an_impaye(debt: Decimal, more: Decimal, report: date, direct: bool | None):
    tenancy = terms(direct_payment=direct)
    if assessed(debt, tenancy, report=report).constituted:
        assert assessed(debt + more, tenancy, report=report).constituted


@pytest.mark.parametrize(
    ("included", "late"),
    [
        ({}, "1000"),
        ({"next_term": True}, "600"),  # a net due: 510 + 100 − 210
        ({"costs": True}, "950"),
        ({"expected_aid": True}, "790"),
        ({"next_term": True, "costs": True, "expected_aid": True}, "340"),
    ],
)
def test_a_balance_is_read_without_what_its_landlord_counts_in(included: dict[str, bool], late: str):
    found = late_part(Decimal(1000), terms=terms(), included=Included(**included), costs=Decimal(50))
    assert found == Decimal(late)


def test_an_aid_that_goes_to_the_tenant_is_not_expected_by_the_landlord():
    expected = Included(expected_aid=True)
    assert late_part(Decimal(1000), terms=terms(direct_payment=False), included=expected) == Decimal(1000)
    assert late_part(Decimal(100), terms=terms(), included=expected) == Decimal(0)
