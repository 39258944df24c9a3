"""The legal position of cases, typed by hand; Bertin is household 4 of the procedures."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cases.actions import debts
from cases.models import Case
from tests import factories
from tests.factories import NOON, PARIS
from workflows.queries.threshold import LegalPosition, legal_position

pytestmark = pytest.mark.django_db

IN_2027 = datetime(2027, 1, 4, 10, tzinfo=PARIS)


def position(case: Case, *, on: date = date(2027, 1, 5), owed: Decimal | None = None) -> LegalPosition:
    found = legal_position(case, on=on, owed=owed)
    assert found is not None
    return found


def bertin(*, at: datetime = NOON, balance: str = "610.00", **changes: Any) -> Case:
    """71 years old, owes 610 €: a gross due of 610 €, of which an aid of 210 € goes to the landlord."""
    terms: dict[str, Any] = {
        "rent": Decimal(510),
        "charges": Decimal(100),
        "aid_kind": "APL",
        "aid": Decimal(210),
        "direct_payment": True,
    }
    return factories.reported(factories.tenancy(**{**terms, **changes}), at=at, balance=balance)


def observed(case: Case, day: date, balance: str, **details: Any) -> None:
    assert case.tenancy
    landlord = case.tenancy.landlord
    debts.record_statement(
        tenancy=case.tenancy, source=landlord, as_of=day, balance=Decimal(balance), at=NOON, **details
    )


def test_bertin_reported_in_2026_is_below_the_threshold():
    found = position(bertin())
    assert found.summary == "Dette sous le seuil légal : pas encore d’impayé au sens de la loi."
    assert (found.regime, found.constituted, found.report_by, found.missing) == ("A", False, "", ())
    assert found.steps[2:] == ("Seuil : 2 × 400,00\u00a0€ = 800,00\u00a0€", "Dette de 610,00\u00a0€ : sous le seuil")


def test_bertin_reported_in_2027_is_above_it():
    found = position(bertin(at=IN_2027))
    assert found.summary == "Impayé constitué au sens de la loi depuis le 04/01/2027."
    assert (found.regime, found.constituted) == ("B", True)
    assert found.report_by == "Le bailleur signale l’impayé à la CAF ou à la MSA au plus tard le 04/03/2027."


def test_the_first_report_chooses_the_regime_and_a_later_one_does_not_change_it():
    case = bertin()
    factories.reported(case.tenancy, code="ccas-grigny", channel="professional", at=IN_2027, balance="610.00")
    assert position(case).regime == "A"


def test_the_two_months_run_from_the_statement_that_crossed_the_threshold():
    case = bertin(balance="1210.00")
    observed(case, date(2026, 9, 30), "610.00")
    observed(case, date(2026, 10, 31), "800.00")
    found = position(case)
    assert found.summary == "Impayé constitué au sens de la loi depuis le 31/10/2026."
    assert found.report_by == "Le bailleur signale l’impayé à la CAF ou à la MSA au plus tard le 31/12/2026."


def test_only_a_full_payment_starts_them_anew():
    case = bertin(balance="1210.00")
    observed(case, date(2026, 8, 31), "900.00")
    observed(case, date(2026, 9, 30), "0.00")
    assert position(case).constituted_on == date(2026, 11, 24)


def test_a_small_debt_of_2027_that_lasts_three_months_is_constituted():
    case = bertin(at=IN_2027, balance="200.00")
    assert position(case).constituted is False
    observed(case, date(2027, 1, 5), "200.00", first_unpaid_on=date(2026, 10, 1))
    found = position(case)
    assert found.summary == "Impayé constitué au sens de la loi depuis le 01/01/2027."
    assert found.report_by == "Le bailleur signale l’impayé à la CAF ou à la MSA au plus tard le 01/03/2027."


def test_a_small_debt_that_was_reported_early_is_constituted_once_it_has_lasted_three_months():
    case = bertin(at=IN_2027, balance="200.00")
    observed(case, date(2027, 1, 5), "200.00", first_unpaid_on=date(2026, 12, 1))
    assert position(case, on=date(2027, 2, 28)).constituted is False
    found = position(case, on=date(2027, 3, 1))
    assert (found.constituted, found.constituted_on) == (True, date(2027, 3, 1))
    assert "Premier défaut le 01/12/2026, non soldé après 3 mois" in found.steps
    assert position(case, on=date(2027, 3, 1), owed=Decimal(0)).constituted is False, "It was paid meanwhile."
    case.closed_on = date(2027, 2, 20)
    assert position(case, on=date(2027, 3, 1)).constituted is False, "It stood so when it was closed."
    assert found.report_by.endswith("au plus tard le 01/05/2027.")


def test_a_debt_that_equals_the_amount_of_2027_does_not_pass_it():
    found = position(bertin(at=IN_2027, balance="450.00"))
    assert found.summary == "Dette égale au seuil légal, sans le dépasser : pas encore d’impayé au sens de la loi."


def test_when_the_aid_goes_to_the_tenant_the_landlord_has_nothing_to_report_in_2026():
    found = position(bertin(direct_payment=False, balance="1220.00"))
    assert (found.constituted, found.report_by) == (True, "")


def test_without_an_aid_there_is_no_threshold():
    found = position(bertin(aid_kind="none", aid=None, direct_payment=None, balance="5000.00"))
    assert found.summary == (
        "Sans aide au logement, aucun seuil légal : une échéance impayée est déjà un défaut de paiement."
    )
    assert (found.constituted, found.missing, found.report_by) == (None, (), "")


def test_what_is_not_known_is_named():
    found = position(bertin(aid_kind="", aid=None, direct_payment=None, rent=None))
    assert found.summary == (
        "On ne peut pas dire si l’impayé est constitué. À connaître : "
        "si le ménage a une aide au logement, le loyer, le montant de l’aide, à qui l’aide est versée."
    )
    assert found.constituted is None


def test_what_is_not_known_is_said_even_when_one_can_decide():
    found = position(bertin(direct_payment=None, balance="900.00"))
    assert found.missing == ("à qui l’aide est versée",)
    assert found.summary == "Impayé constitué au sens de la loi depuis le 24/11/2026."
    assert found.report_by == (
        "Le bailleur signale l’impayé à la CAF ou à la MSA au plus tard le 24/01/2027, si l’aide lui est versée."
    )


def test_the_fixed_amount_of_2027_needs_only_to_know_of_an_aid():
    found = position(bertin(at=IN_2027, aid_kind="", aid=None, direct_payment=None, rent=None))
    assert found.missing == ("si le ménage a une aide au logement",)
    assert found.summary == (
        "Si le ménage a une aide au logement : impayé constitué au sens de la loi depuis le 04/01/2027."
    )


def test_a_cleared_debt_is_said_so():
    case = bertin()
    observed(case, date(2026, 11, 25), "0.00")
    assert position(case).summary == "La dette est soldée."


def test_it_takes_few_queries(django_assert_max_num_queries: Any):
    case = Case.objects.select_related("tenancy").get(pk=bertin(balance="1210.00").pk)
    with django_assert_max_num_queries(4):
        position(case)
