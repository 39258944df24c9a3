"""A run of retention: what is due is listed, approved, done in batches, and nothing older than its limit is left."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import localdate

from cases.actions import case as cases, members
from cases.actions.retention.archive import archive_household
from cases.actions.retention.due import find_due, find_kept
from cases.actions.retention.holds import CannotChangeHold, lift_hold, put_hold
from cases.actions.retention.limits import CannotLimit, read_lengths, read_shortest, set_limit
from cases.models import Beneficiary, Case, Household, JournalEntry, Membership, RetentionRun, User
from cases.permissions import visible_cases
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys import scene
from workflows.actions import retention
from workflows.actions.retention import CannotRunRetention

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TWO_YEARS_ON = datetime(2028, 11, 25, 12, 0, tzinfo=PARIS)
"""The first day on which what was closed on 24 November 2026 is due."""
FIVE_YEARS_ON = datetime(2031, 11, 27, 12, 0, tzinfo=PARIS)


def closed(**person: Any) -> Case:
    case = factories.reported(factories.tenancy(home=factories.household(**person)))
    cases.close_case(case=case, outcome="no_debt", by=None, at=NOON)
    return case


@pytest.fixture
def officer() -> User:
    return factories.member("caf-91-pilotage", "dpo")


def approved(officer: User, *, at: datetime) -> RetentionRun:
    desk = factories.structure("caf-91-pilotage")
    run = retention.propose(structure=desk, by=officer, at=at)
    return retention.approve(run=run, structure=desk, by=factories.member("caf-91", "dpo"), at=at)


def acts(run: RetentionRun) -> list[tuple[int, str, str, str]]:
    return list(run.items.order_by("household").values_list("household", "act", "state", "why"))


def test_two_years_after_the_last_contact_a_case_is_archived_then_anonymised(officer: User):
    case = closed(usual_name="Okonkwo")
    assert find_due("grigny", on=date(2028, 11, 24)) == []
    run = approved(officer, at=TWO_YEARS_ON)
    assert acts(run) == [(case.household_id, "archive", "waiting", "")]
    assert retention.run_waiting(at=TWO_YEARS_ON) == 1
    case.household.refresh_from_db()
    assert (case.household.archived_on, case.household.anonymised_on) == (date(2028, 11, 25), None)
    run.refresh_from_db()
    assert (run.state, run.ended_at) == ("done", TWO_YEARS_ON)
    assert find_due("grigny", on=date(2031, 11, 25)) == []
    approved(officer, at=FIVE_YEARS_ON)
    retention.run_waiting(at=FIVE_YEARS_ON)
    assert list(Beneficiary.objects.values_list("usual_name", flat=True)) == ["(effacé)"]
    kinds = JournalEntry.objects.filter(kind__contains=".a").exclude(case=None).values_list("kind", flat=True)
    assert [kind for kind in kinds if kind in ("case.archived", "case.anonymised")] == [
        "case.anonymised",
        "case.archived",
    ]


def test_the_dry_run_changes_nothing(officer: User):
    case = closed(usual_name="Okonkwo")
    desk = factories.structure("caf-91-pilotage")
    run = retention.propose(structure=desk, by=officer, at=TWO_YEARS_ON)
    assert retention.run_waiting(at=TWO_YEARS_ON) == 0
    assert Household.objects.get(pk=case.household_id).archived_on is None
    with pytest.raises(CannotRunRetention, match="déjà proposé ou en cours"):
        retention.propose(structure=desk, by=officer, at=TWO_YEARS_ON)
    retention.drop(run=run, structure=desk, by=officer, at=TWO_YEARS_ON)
    with pytest.raises(CannotRunRetention, match="déjà abandonné"):
        retention.approve(run=run, structure=desk, by=factories.member("caf-91", "dpo"), at=TWO_YEARS_ON)


def test_whoever_made_a_list_does_not_approve_it_even_alone_and_administrator_too(officer: User):
    closed()
    desk = factories.structure("caf-91-pilotage")
    members.join(user=officer, structure=desk, role="administrator", since=NOON.date(), at=NOON)
    officer = User.objects.get(pk=officer.pk)
    run = retention.propose(structure=desk, by=officer, at=TWO_YEARS_ON)
    with pytest.raises(CannotRunRetention, match="approuvée par quelqu’un d’autre que son auteur"):
        retention.approve(run=run, structure=desk, by=officer, at=TWO_YEARS_ON)
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("proposed", None)


def test_an_administrator_of_the_territory_approves_where_no_other_officer_is_there(officer: User):
    closed()
    desk, town = factories.structure("caf-91-pilotage"), factories.structure("ville-grigny")
    administrator, landlord = factories.member(town.code, "administrator"), factories.member("bailleur-a", "dpo")
    run = retention.propose(structure=desk, by=officer, at=TWO_YEARS_ON)
    other = factories.member("caf-91", "dpo")
    for person in (landlord, administrator):
        with pytest.raises(CannotRunRetention, match="par quelqu’un d’autre"):
            retention.approve(run=run, structure=town, by=person, at=TWO_YEARS_ON)
    Membership.objects.filter(user=other).update(until=NOON.date())
    assert retention.approve(run=run, structure=town, by=administrator, at=TWO_YEARS_ON).approved_by == administrator


def test_what_is_archived_is_seen_by_nobody(officer: User):
    manager = factories.member("caf-91", "manager")
    case = closed(usual_name="Okonkwo")
    case.participations.create(
        structure=factories.structure("caf-91"),
        part="lead",
        level="full",
        basis="SH-8",
        since=NOON.date(),
        is_open=False,
    )
    assert case in visible_cases(manager, at=date(2028, 11, 24))
    approved(officer, at=TWO_YEARS_ON)
    retention.run_waiting(at=TWO_YEARS_ON)
    assert case not in visible_cases(manager, at=date(2028, 11, 25))


@pytest.mark.parametrize("what", ["hold", "open", "contact"])
def test_what_is_no_longer_due_when_its_turn_comes_is_left(officer: User, what: str):
    case = closed(usual_name="Okonkwo")
    desk = factories.structure("caf-91-pilotage")
    run = approved(officer, at=TWO_YEARS_ON)
    if what == "hold":
        put_hold(case=case, reason="litigation", structure=desk, by=officer, at=TWO_YEARS_ON)
    elif what == "open":
        Case.objects.filter(pk=case.pk).update(closed_on=None, outcome="")
    else:
        case.contact_attempts.create(
            structure=desk,
            by=officer,
            channel="phone",
            result="reached",
            made_on=date(2028, 11, 25),
            recorded_at=TWO_YEARS_ON,
        )
    assert retention.run_waiting(at=TWO_YEARS_ON) == 1
    assert acts(run) == [(case.household_id, "archive", "left", {"hold": "held"}.get(what, what))]
    assert Household.objects.get(pk=case.household_id).archived_on is None


@pytest.mark.parametrize("what", ["hold", "limit"])
def test_why_a_file_is_left_is_true_of_a_hold_and_of_a_limit(officer: User, what: str):
    case = closed(usual_name="Okonkwo")
    run = approved(officer, at=TWO_YEARS_ON)
    if what == "hold":
        desk = factories.structure("caf-91-pilotage")
        put_hold(case=case, reason="litigation", structure=desk, by=officer, at=TWO_YEARS_ON)
    else:
        scene.restricted(case, by=officer)
    assert retention.run_waiting(at=TWO_YEARS_ON) == 1
    left = run.items.get()
    assert (left.state, left.get_why_display()) == ("left", "un gel ou une limitation l’empêche")
    assert Household.objects.get(pk=case.household_id).archived_on is None


def test_a_run_cut_in_the_middle_goes_on(officer: User, monkeypatch: pytest.MonkeyPatch):
    homes = {closed().household_id for _each in range(5)}
    monkeypatch.setattr(retention, "BATCH", 2)
    run = approved(officer, at=TWO_YEARS_ON)
    assert retention.run_waiting(at=TWO_YEARS_ON, limit=2) == 2
    assert Household.objects.exclude(archived_on=None).count() == 2
    run.refresh_from_db()
    assert run.state == "running"
    assert retention.run_waiting(at=TWO_YEARS_ON) == 3
    assert set(Household.objects.exclude(archived_on=None).values_list("pk", flat=True)) == homes
    run.refresh_from_db()
    assert run.state == "done"


def test_a_household_that_fails_is_left_and_the_others_are_done(
    officer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    first, fails, last = (closed(usual_name="Okonkwo").household_id for _each in range(3))

    def fail_once(*, household: Household, **more: Any) -> None:
        archive_household(household=household, **more)
        if household.pk == fails:
            with connection.cursor() as cursor:  # what the database would say only as the batch ends
                cursor.execute("UPDATE cases_case SET responsible_structure_id = 0 WHERE household_id = %s", [fails])

    monkeypatch.setattr(retention, "DO", {"archive": fail_once})
    run = approved(officer, at=TWO_YEARS_ON)
    assert retention.run_waiting(at=TWO_YEARS_ON) == 3
    assert acts(run) == [
        (first, "archive", "done", ""),
        (fails, "archive", "left", "failed"),
        (last, "archive", "done", ""),
    ]
    assert set(Household.objects.exclude(archived_on=None).values_list("pk", flat=True)) == {first, last}
    assert f"household {fails}, could not be done: IntegrityError" in caplog.text
    assert "Okonkwo" not in caplog.text


def test_a_hold_on_the_wrong_person_is_lifted_and_both_are_told(officer: User):
    case, desk = closed(), factories.structure("caf-91-pilotage")
    hold = put_hold(case=case, reason="litigation", structure=desk, by=officer, at=NOON)
    with pytest.raises(CannotChangeHold, match="déjà posé"):
        put_hold(case=case, reason="claim", structure=desk, by=officer, at=NOON)
    assert find_due("grigny", on=localdate(TWO_YEARS_ON)) == []
    lift_hold(hold=hold, reason="wrong_person", structure=desk, by=officer, at=NOON)
    with pytest.raises(CannotChangeHold, match="déjà levé"):
        lift_hold(hold=hold, reason="wrong_person", structure=desk, by=officer, at=NOON)
    assert len(find_due("grigny", on=localdate(TWO_YEARS_ON))) == 1
    told = (
        JournalEntry.objects.filter(kind__startswith="hold.")
        .order_by("pk")
        .values_list("kind", "case", "data__reason")
    )
    assert list(told) == [("hold.put", case.pk, "litigation"), ("hold.lifted", case.pk, "wrong_person")]


def test_an_open_case_keeps_those_of_its_household(officer: User):
    case = closed()
    factories.reported(factories.tenancy(home=case.household, address="9 rue des Lacs"))
    assert find_due("grigny", on=date(2040, 1, 1)) == []


def test_a_household_without_a_case_is_anonymised_directly(officer: User):
    home = factories.household(usual_name="Sansdossier")
    Household.objects.filter(pk=home.pk).update(created_at=NOON)
    [due] = find_due("grigny", on=date(2027, 5, 25))
    assert (due.household, due.act, due.since, due.last_day) == (
        home,
        "anonymise",
        date(2026, 11, 24),
        date(2027, 5, 24),
    )


@pytest.mark.parametrize(
    ("closed_on", "last_day", "on"),
    [
        (date(2027, 2, 28), date(2029, 2, 28), date(2029, 3, 1)),
        (date(2028, 2, 29), date(2030, 2, 28), date(2030, 3, 1)),
        (date(2027, 8, 31), date(2029, 8, 31), date(2029, 9, 1)),
    ],
)
def test_a_case_that_ended_at_the_end_of_a_month_is_due_the_day_after_its_last_one(
    closed_on: date, last_day: date, on: date
):
    case = closed()
    Case.objects.filter(pk=case.pk).update(closed_on=closed_on)
    assert find_due("grigny", on=last_day) == []
    assert [due.last_day for due in find_due("grigny", on=on)] == [last_day]
    assert [each.last_day for each in find_kept("grigny", on=last_day, within=timedelta(days=1))] == [last_day]


def test_every_household_is_looked_at_however_few_are_read_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("cases.actions.retention.due.READ_AT_ONCE", 1)
    followed, archived = closed(usual_name="Okonkwo").household, closed(usual_name="Ferry").household
    nobodys = factories.household(usual_name="Sansdossier")
    Household.objects.filter(pk=archived.pk).update(archived_on=date(2026, 11, 24))
    Household.objects.filter(pk=nobodys.pk).update(created_at=NOON)
    found = find_due("grigny", on=date(2030, 1, 1))
    assert [(due.household, due.act, due.last_day) for due in found] == [
        (followed, "archive", date(2028, 11, 24)),
        (archived, "anonymise", date(2029, 11, 24)),
        (nobodys, "anonymise", date(2027, 5, 24)),
    ]


@pytest.mark.parametrize(
    ("length", "said"), [(0, "ne peut pas être inférieure à 6 mois"), (25, "ne peut pas dépasser 24 mois (CNIL")]
)
def test_a_limit_out_of_the_law_is_refused(officer: User, length: int, said: str):
    desk = factories.structure("caf-91-pilotage")
    with pytest.raises(CannotLimit) as refused:
        set_limit(
            structure=desk, kind="archive", length=length, effective_on=NOON.date(), reason="…", by=officer, at=NOON
        )
    assert said in str(refused.value)


def test_a_limit_counts_from_its_day_in_its_territory(officer: User):
    desk = factories.structure("caf-91-pilotage")
    day = NOON.date() + timedelta(days=10)
    set_limit(structure=desk, kind="archive", length=12, effective_on=day, reason="Décision", by=officer, at=NOON)
    set_limit(
        structure=desk, kind="export", length=3, effective_on=NOON.date(), reason="Décision", by=officer, at=NOON
    )
    assert read_lengths("grigny", on=NOON.date())["archive"] == 24
    assert read_lengths("grigny", on=day)["archive"] == 12
    assert read_lengths("valbrune", on=day)["archive"] == 24
    assert read_shortest("export", on=day) == 3
    with pytest.raises(CannotLimit, match="ne change pas dans le passé"):
        set_limit(
            structure=desk, kind="archive", length=12, effective_on=date(2026, 11, 1), reason="…", by=officer, at=NOON
        )


def test_managers_and_officers_are_told_thirty_days_before_and_once():
    case = closed()
    Case.objects.filter(pk=case.pk).update(responsible_structure=factories.structure("caf-91"))
    days = [
        datetime(2028, 10, 24, 3, tzinfo=PARIS),
        datetime(2028, 10, 25, 3, tzinfo=PARIS),
        datetime(2028, 11, 3, 3, tzinfo=PARIS),
    ]
    assert [retention.tell_near(at=day) for day in days] == [0, 1, 0]
    told = JournalEntry.objects.get(kind="retention.near")
    assert told.structure
    assert (told.structure.code, told.data) == ("caf-91", {"households": [[case.household_id, "archive"]], "count": 1})
