"""The arrears procedure, branch by branch."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests import factories
from tests.workflows.walk import Walk
from workflows import engine

pytestmark = pytest.mark.django_db

PRIVATE_FAMILY: dict[str, Any] = {"housing": "private", "aid_kind": "ALF"}


def family_case():
    """A family with family benefits in private housing with ALF: row R3, to the CAF."""
    return factories.reported(
        factories.tenancy(landlord="gestionnaire-b", **PRIVATE_FAMILY), code="gestionnaire-b", **factories.FAMILY
    )


def test_a_case_whose_facts_are_known_goes_straight_to_the_structure_of_its_row():
    walk = Walk(family_case())
    assert walk.waiting_for == {"answer": "caf-91"}


def test_a_case_whose_facts_are_missing_waits_at_the_qualification_desk():
    walk = Walk(factories.reported())
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}


def test_a_case_goes_from_report_to_closing():
    walk = Walk(family_case())
    manager, worker = factories.member("caf-91", "manager"), factories.member("caf-91")
    walk.take("answer", by=manager, accept=True, professional=worker, reason="")
    assert walk.waiting_for == {"contact": "caf-91"}
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=date(2026, 11, 24), informed_by="phone")
    walk.take("diagnose", by=worker, completeness="partial", family="lone_parent")
    walk.take(
        "plan",
        by=worker,
        kinds=["repayment", "fsl"],
        amount=Decimal("1060.00"),
        monthly=Decimal("100.00"),
        first_due_on=date(2026, 12, 5),
    )
    assert walk.waiting_for == {"agree": "gestionnaire-b"}
    walk.take("agree", by=factories.member("gestionnaire-b", "correspondent"), answer="accepted")
    assert walk.waiting_for == {"monitor": "caf-91"}
    walk.take("monitor", by=worker, result="close", rent_paid=True)
    walk.take("close", by=worker, outcome="plan_kept", note="")
    assert walk.waiting_for == {}
    assert (walk.case.closed_on, walk.case.outcome) == (date(2026, 11, 24), "plan_kept")


def test_an_outsider_takes_no_step():
    walk = Walk(family_case())
    with pytest.raises(engine.NotAllowed):
        walk.take("answer", by=factories.member("mds-grigny", "manager"), accept=True)
