"""What is only watched leaves nothing behind, three months after it was last seen."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cases.actions.debts import record_statement, watch
from cases.actions.retention.anonymise import forget_past_rows
from cases.actions.retention.holds import lift_hold, put_hold
from cases.models import (
    Beneficiary,
    Case,
    Debt,
    DebtStatement,
    ErasedRow,
    Household,
    PastRow,
    RetentionRun,
    Tenancy,
    Watch,
)
from tests import factories
from tests.factories import PARIS
from workflows.actions.watching import forget_watches

pytestmark = pytest.mark.django_db


def watched(*, seen: date) -> Tenancy:
    lease = factories.tenancy()
    landlord = factories.structure("bailleur-a")
    record_statement(tenancy=lease, source=landlord, as_of=seen, balance=Decimal("80.00"), at=factories.NOON)
    watch(tenancy=lease, structure=landlord, on=seen)
    return lease


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=PARIS)


def left() -> list[int]:
    return [model.objects.count() for model in (Watch, Tenancy, Debt, DebtStatement, Household, Beneficiary)]


def test_a_watch_of_5_august_is_kept_on_5_november_and_forgotten_the_day_after():
    watched(seen=date(2026, 8, 5))
    assert forget_watches(at=at(date(2026, 11, 5))) == 0
    assert forget_watches(at=at(date(2026, 11, 6))) == 1
    assert left() == [0, 0, 0, 0, 0, 0]


def test_nothing_of_what_was_forgotten_is_left_after_the_night():
    lease = watched(seen=date(2026, 8, 5))
    Beneficiary.objects.update(phone="+33612345678")
    run = RetentionRun.objects.create(
        territory="grigny", as_of=factories.NOON.date(), asked_by=factories.member("caf-91"), asked_at=factories.NOON
    )
    run.items.create(household=lease.household, act="anonymise", since=date(2026, 8, 5), state="left", why="contact")
    forget_watches(at=at(date(2026, 11, 6)))
    gone = PastRow.objects.filter(is_deleted=True).values_list("table_name", flat=True)
    assert {"cases_watch", "cases_tenancy", "cases_debt", "cases_debtstatement", "cases_beneficiary"} <= set(gone)
    assert forget_past_rows() > 0
    assert (PastRow.objects.count(), ErasedRow.objects.count(), run.items.count()) == (0, 0, 0)


def test_forgetting_twice_is_forgetting_once():
    watched(seen=date(2026, 5, 5))
    assert [forget_watches(at=factories.NOON), forget_watches(at=factories.NOON)] == [1, 0]


def test_a_household_that_has_a_case_is_not_forgotten():
    lease = watched(seen=date(2026, 8, 5))
    Watch.objects.all().delete()
    case = factories.reported(lease)
    watch(tenancy=lease, structure=factories.structure("bailleur-a"), on=date(2026, 5, 5))
    forget_watches(at=at(date(2026, 11, 24)))
    assert Case.objects.get() == case
    assert left()[1:] == [1, 1, 2, 1, 1]


def test_a_watch_of_a_household_that_is_held_is_kept_until_the_hold_is_lifted():
    lease, officer = watched(seen=date(2026, 8, 5)), factories.member("caf-91-pilotage", "dpo")
    case = factories.reported(factories.tenancy(home=lease.household))
    told: dict[str, Any] = {"structure": factories.structure("caf-91-pilotage"), "by": officer, "at": factories.NOON}
    hold = put_hold(case=case, reason="litigation", **told)
    assert forget_watches(at=at(date(2026, 11, 6))) == 0
    lift_hold(hold=hold, reason="over", **told)
    assert forget_watches(at=at(date(2026, 11, 6))) == 1


def test_a_household_with_another_lease_keeps_it():
    lease = watched(seen=date(2026, 5, 5))
    other = factories.tenancy(landlord="gestionnaire-b", home=lease.household)
    forget_watches(at=factories.NOON)
    assert list(Tenancy.objects.all()) == [other]
    assert Household.objects.count() == 1
