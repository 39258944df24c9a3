"""A case is opened, given, closed and reopened."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from cases import permissions
from cases.actions import case as cases
from cases.actions.retention.archive import archive_household
from cases.models import Assignment, Case, Deadline, JournalEntry, Participation
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db


def followed():
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    walk = Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    return walk, worker


def test_a_tenancy_has_one_open_arrears_case_whose_reference_names_nobody():
    walk, worker = followed()
    assert (walk.case.reference, walk.case.opened_on) == (f"2026-{walk.case.pk:05d}", date(2026, 11, 24))
    of_tenancy = {"household": walk.case.household, "tenancy": walk.case.tenancy}
    with pytest.raises(cases.CannotOpen, match="déjà ouvert"), transaction.atomic():
        cases.open_case(kind="arrears", structure=factories.structure("caf-91-pilotage"), at=NOON, **of_tenancy)
    with pytest.raises(cases.CannotOpen, match="déjà ouvert"):
        cases.reopen_case(case=walk.case, at=NOON, by=worker)


def test_naming_another_professional_ends_the_former_ones_sight_at_once_and_the_same_changes_nothing():
    walk, worker = followed()
    other = factories.member("caf-91")
    lines = JournalEntry.objects.count()
    told = {"case": walk.case, "structure": factories.structure("caf-91"), "at": NOON, "by": None}
    cases.assign_professional(user=worker, **told)
    assert JournalEntry.objects.count() == lines
    cases.assign_professional(user=other, **told)
    assert permissions.can_view(other, walk.case, at=NOON.date())
    assert not permissions.can_view(worker, walk.case, at=NOON.date())
    assert Assignment.objects.filter(case=walk.case, until=None).count() == 1


def test_closing_ends_what_runs_and_says_so_where_lists_read_it_once():
    walk, worker = followed()
    cases.close_case(case=walk.case, outcome="cleared", at=NOON, by=worker)
    assert not Deadline.objects.running().filter(case=walk.case).exists()
    columns = Participation.objects.filter(case=walk.case, until=None).values_list("is_open", "next_due_on")
    assert list(columns) == [(False, None)]
    assert list(walk.case.assignments.values_list("is_open", flat=True)) == [False]
    assert Case.objects.get(pk=walk.case.pk).closed_by == worker
    with pytest.raises(cases.CannotCloseCase):
        cases.close_case(case=walk.case, outcome="left", at=NOON, by=worker)


def test_reopening_keeps_the_case_and_its_history():
    walk, worker = followed()
    cases.close_case(case=walk.case, outcome="plan_kept", at=NOON, by=worker)
    cases.reopen_case(case=walk.case, at=NOON + timedelta(days=30), by=worker)
    case = Case.objects.get(pk=walk.case.pk)
    assert (case.closed_on, case.closed_by, case.outcome) == (None, None, "")
    assert list(case.assignments.values_list("is_open", flat=True)) == [True]
    kinds = list(
        JournalEntry.objects.filter(case=case, kind__startswith="case.").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == ["case.opened", "case.closed", "case.reopened"]


def test_no_case_is_opened_or_reopened_in_a_household_that_is_archived():
    walk, worker = followed()
    case, pilot = walk.case, factories.structure("caf-91-pilotage")
    cases.close_case(case=case, outcome="cleared", at=NOON, by=worker)
    archive_household(household=case.household, by=None, at=NOON)
    with pytest.raises(cases.CannotOpen, match="chercher de nouveau la personne"), transaction.atomic():
        cases.open_case(kind="arrears", household=case.household, tenancy=case.tenancy, structure=pilot, at=NOON)
    with pytest.raises(cases.CannotOpen, match="chercher de nouveau la personne"):
        cases.reopen_case(case=case, at=NOON, by=worker)
