"""A line that gives another address for a lease of the landlord: he says what it means, and nothing is silent."""

from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case, Household, JournalEntry, ProcessingRestriction, Tenancy
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.workflows.views.imports.sending import HEADINGS, LINE, checked, imported
from workflows.imports.run import run_waiting
from workflows.models import IdentityDecision, ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MOVED = LINE.replace("4 rue de la Plaine", "12 avenue des Sablons").replace("1 060,00", "1 590,00")


def page(job: ImportJob) -> str:
    return reverse("import_line", args=[job.public_id, 2])


def say(client: Any, job: ImportJob, answer: str) -> Any:
    return client.post(page(job), {"address": answer}, follow=True)


def row(job: ImportJob) -> ImportRow:
    return ImportRow.objects.get(job=job)


def leases() -> list[tuple[str, str, bool]]:
    found = Tenancy.objects.order_by("pk")
    return [(lease.reference, lease.address, lease.ended_on is None) for lease in found]


@pytest.fixture
def october(landlord):
    """The lease is known since the month before."""
    job = imported(landlord)
    ImportJob.objects.filter(pk=job.pk).update(as_of="2026-10-24")
    Tenancy.objects.get().debt.statements.update(as_of="2026-10-24")
    return job


def test_both_addresses_are_side_by_side_and_nothing_is_written(landlord, october):
    job = imported(landlord, HEADINGS + MOVED)
    assert (row(job).outcome, row(job).reason) == ("to_check", "à vérifier : autre adresse que celle de ce bail")
    shown = landlord.get(page(job)).content.decode()
    assert "4 rue de la Plaine, 91350 Grigny" in shown.replace("GRIGNY", "Grigny")
    assert "12 avenue des Sablons" in shown
    assert leases() == [("L7001", "4 rue de la Plaine", True)]


def test_a_move_ends_the_lease_and_begins_another_with_its_own_debt(landlord, october):
    job = imported(landlord, HEADINGS + MOVED)
    say(landlord, job, "moved")
    assert leases() == [("L7001", "4 rue de la Plaine", False), ("L7001", "12 avenue des Sablons", True)]
    assert Household.objects.count() == 1
    debts = {lease.address: [str(s.balance) for s in lease.debt.statements.all()] for lease in Tenancy.objects.all()}
    assert debts == {"4 rue de la Plaine": ["1060.00"], "12 avenue des Sablons": ["1590.00"]}
    assert Case.objects.filter(closed_on=None).count() == 2
    again = imported(landlord, HEADINGS + MOVED)
    assert again.counts["unchanged"] == 1


def test_a_landlord_does_not_read_who_had_what_is_done_with_her_restricted(landlord, october):
    job = imported(landlord, HEADINGS + MOVED)
    household = Tenancy.objects.get().household
    before = landlord.get(page(job)).context["tenant"]
    ProcessingRestriction.objects.create(
        household=household, ground="accuracy", put_by=factories.member("caf-91-pilotage", "dpo"), put_at=NOON
    )
    assert (before, landlord.get(page(job)).context["tenant"]) == ("MARTIN Alice", "")


@pytest.mark.parametrize("answer", ["moved", "corrected", "other"])
def test_what_was_decided_of_an_address_goes_with_its_household(landlord, october, answer):
    say(landlord, imported(landlord, HEADINGS + MOVED), answer)
    decided = IdentityDecision.objects.get()
    assert decided.household == Tenancy.objects.get(address="12 avenue des Sablons").household


def test_whoever_follows_the_lease_that_was_left_is_told(landlord, october):
    from cases.actions.case import assign_professional

    case, worker = Case.objects.get(), factories.member("caf-91-pilotage", "pilot")
    assign_professional(case=case, user=worker, structure=case.responsible_structure, at=NOON, by=None)
    say(landlord, imported(landlord, HEADINGS + MOVED), "moved")
    assert JournalEntry.objects.get(kind="tenancy.ended").case == case
    drain_outbox(at=NOON)
    assert Notice.objects.filter(user=worker, entry__kind="tenancy.ended").exists()


def test_a_corrected_address_stays_one_lease(landlord, october):
    say(landlord, imported(landlord, HEADINGS + MOVED), "corrected")
    assert leases() == [("L7001", "12 avenue des Sablons", True)]
    assert Case.objects.count() == 1


def test_another_person_has_taken_the_number_over(landlord, october):
    say(landlord, imported(landlord, HEADINGS + MOVED), "other")
    assert leases() == [("L7001", "4 rue de la Plaine", False), ("L7001", "12 avenue des Sablons", True)]
    assert Household.objects.count() == 2
    again = imported(landlord, HEADINGS + MOVED)
    assert again.counts["unchanged"] == 1
    assert Household.objects.count() == 2


@pytest.mark.parametrize(("answer", "count"), [("moved", 2), ("corrected", 1), ("other", 2)])
def test_what_is_said_before_the_import_is_done_by_it(landlord, october, answer, count):
    job = checked(landlord, HEADINGS + MOVED)
    say(landlord, job, answer)
    assert row(job).outcome == ("updated" if answer == "corrected" else "created")
    assert len(leases()) == 1
    landlord.post(reverse("start_import", args=[job.public_id]))
    run_waiting(at=NOON)
    assert len(leases()) == count


def test_an_answer_holds_for_that_address_alone(landlord, october):
    job = checked(landlord, HEADINGS + MOVED)
    say(landlord, job, "corrected")
    elsewhere = checked(landlord, HEADINGS + MOVED.replace("12 avenue", "14 avenue"))
    assert row(elsewhere).outcome == "to_check"


def test_the_same_address_written_otherwise_asks_nothing(landlord, october):
    job = checked(
        landlord, HEADINGS + LINE.replace("4 rue de la Plaine", "4, R. DE LA PLAINE").replace("1 060", "1 590")
    )
    assert row(job).outcome == "updated"


def test_a_move_is_undone_with_its_import(landlord, october):
    job = imported(landlord, HEADINGS + MOVED)
    say(landlord, job, "moved")
    landlord.post(reverse("undo_import", args=[job.public_id]))
    run_waiting(at=NOON)
    job.refresh_from_db()
    assert (job.state, leases()[0]) == ("undone", ("L7001", "4 rue de la Plaine", True))
    again = checked(landlord, HEADINGS + MOVED)
    assert row(again).outcome == "created"


def test_an_answer_that_is_none_of_the_three_is_refused(landlord, october):
    job = imported(landlord, HEADINGS + MOVED)
    assert say(landlord, job, "whatever").status_code == 404
    assert row(job).outcome == "to_check"
