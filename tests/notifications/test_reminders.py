"""The scan, on the real database: who is reminded of what, on which day, once; every date is typed from a calendar."""

import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from cases.actions import case as case_actions, sharing
from cases.models import Deadline, DeadlineRule, Edition, JournalEntry, Membership, Outbox, Tenancy, User
from cases.rules.reading import FaultyRules, read_toml
from config.ticking import tick
from notifications import preferences, reference_data, reminders
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Notice, Reminder, ReminderRule
from notifications.queries import describe_notices
from notifications.reminder_rules import REFERENCE
from tests import factories
from tests.factories import NOON, PARIS
from tests.holding import held_by_another
from tests.journeys import scene
from tests.journeys.scene import REACHED, case_at, closed, to_arbitrate
from tests.workflows.actions.test_overpayment import AT as MONDAY, opened as overpaid
from tests.workflows.actions.test_stock import first_file
from tests.workflows.walk import Walk
from workflows.actions import absences, closures, milestones, more_time, referents, tasks
from workflows.actions.reopen import reopen_case
from workflows.actions.stock import release_and_tell, set_pace
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Killed(Exception):
    pass


def at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 0, tzinfo=PARIS)


def reminded(day: date, *, hour: int = 8) -> dict[str, set[str]]:
    """What the tick of a morning says: rule → first names."""
    last = Notice.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    reminders.scan(at=at(day, hour))
    drain_outbox(at=at(day, hour))
    found: dict[str, set[str]] = {}
    told = Notice.objects.filter(pk__gt=last, entry__kind="reminder.due").select_related("entry", "user")
    for notice in told:
        code = Reminder.objects.get(pk=notice.entry.data["reminder"]).rule.code
        found.setdefault(code, set()).add(notice.user.first_name)
    return found


def day_by_day(first: date, last: date) -> dict[date, set[str]]:
    """The rules that spoke to somebody, day by day."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {day: set(said) for day in days if (said := reminded(day))}


def only(*rows: dict[str, Any]) -> None:
    """These rules are the edition in force."""
    edition = Edition.objects.get(catalogue="reminders")
    reference_data.check({"edition": {"effective_on": edition.effective_on}, "rules": rows}, "grigny")
    ReminderRule.objects.all().delete()
    ReminderRule.objects.bulk_create(ReminderRule(edition=edition, code=row["code"], content=row) for row in rows)
    reference_data.look_at_once()


def rule(**fields: Any) -> dict[str, Any]:
    return {
        "code": "R-TRY", "delays": ["P-CONTACT-10"], "from": "legal", "days": [-3], "unit": "working_day",
        "to": ["responsible"],
    } | fields  # fmt: skip


@pytest.fixture
def manager() -> User:
    return factories.member("caf-91", "manager", first_name="Paul")


@pytest.fixture
def nadia(manager: User) -> User:
    return factories.member("caf-91", first_name="Nadia")


@pytest.fixture
def rokia() -> User:
    return factories.member("caf-91", first_name="Rokia")


@pytest.fixture
def pilot() -> User:
    return factories.member("caf-91-pilotage", "pilot", first_name="Inès")


# The days of a case, from the first edition


def test_a_contact_that_is_not_made_is_reminded_of_then_told_to_the_manager(nadia: User):
    """Accepted on Tuesday 24 November: contact by 8 December, the person told of the sharing by 24 December."""
    case_at("contact", worker=nadia)
    assert day_by_day(date(2026, 11, 24), date(2026, 12, 31)) == {
        date(2026, 12, 1): {"R-CONTACT"},
        date(2026, 12, 3): {"R-CONTACT-LAST"},
        date(2026, 12, 8): {"R-CONTACT"},
        date(2026, 12, 15): {"R-CONTACT"},
        date(2026, 12, 17): {"R-ANY"},
        date(2026, 12, 22): {"R-CONTACT"},
        date(2026, 12, 23): {"R-ANY"},
    }
    escalated = JournalEntry.objects.get(kind="reminder.due", data__reminder=Reminder.objects.get(escalates=True).pk)
    assert {notice.user.first_name for notice in escalated.notices.all()} == {"Paul"}


def test_a_hearing_is_prepared_day_after_day_and_a_hearing_that_moves_takes_its_reminders_along(nadia: User):
    """The hearing is on 2 February: the judge is told by the 1st, the prefect by 20 December (42 days and the eve)."""
    walk = case_at("diagnose", worker=nadia)
    hearing: dict[str, Any] = {"case": walk.case, "kind": "hearing", "known": "proved", "by": nadia}
    milestones.record(**hearing, happened_on=date(2027, 2, 2), at=NOON)
    assert day_by_day(date(2026, 11, 24), date(2027, 1, 22)) == {
        date(2026, 12, 14): {"R-ANY"},  # the prefect
        date(2026, 12, 17): {"R-ANY"},  # the diagnosis, by 24 December
        date(2026, 12, 18): {"R-ANY"},
        date(2026, 12, 23): {"R-ANY"},
        date(2026, 12, 31): {"R-RENT-RESUMED"},  # thirty days before is a Sunday, after the New Year
        date(2027, 1, 4): {"R-LATE"},
        date(2027, 1, 11): {"R-DSF", "R-ANY"},  # legal aid, by 18 January
        date(2027, 1, 15): {"R-ANY"},
        date(2027, 1, 18): {"R-RENT-RESUMED", "R-ANY", "R-LATE"},
        date(2027, 1, 22): {"R-DSF", "R-ANY"},
    }
    milestones.record(**hearing, happened_on=date(2027, 3, 2), at=at(date(2027, 1, 22), 15))
    said = day_by_day(date(2027, 1, 23), date(2027, 3, 2))
    assert {day for day, codes in said.items() if codes & {"R-RENT-RESUMED", "R-HEARING"}} == {
        date(2027, 1, 29),  # of a Sunday, as below
        date(2027, 2, 15),
        date(2027, 2, 23),
        date(2027, 2, 26),
    }
    assert {day for day, codes in said.items() if codes & {"R-DSF", "R-DSF-ALARM"}} == {
        date(2027, 2, 8),
        date(2027, 2, 19),
        date(2027, 2, 26),
    }


def test_a_household_is_reminded_of_its_hearing_once_the_diagnosis_is_sent_too(nadia: User):
    """Sent on 24 November, two months before: its own reminders stop; those of the hearing go on, and follow it when it moves."""
    walk = case_at("diagnose", worker=nadia)
    fact: dict[str, Any] = {"case": walk.case, "known": "declared", "by": nadia}
    milestones.record(**fact, kind="hearing", happened_on=date(2027, 2, 2), at=NOON)
    milestones.record(**fact, kind="dsf_sent", happened_on=date(2026, 11, 24), at=NOON)
    of_hearing = {"R-RENT-RESUMED", "R-HEARING", "R-DSF", "R-DSF-ALARM"}

    def said(first: date, last: date) -> dict[date, set[str]]:
        return {day: codes & of_hearing for day, codes in day_by_day(first, last).items() if codes & of_hearing}

    assert said(date(2026, 11, 24), date(2027, 1, 18)) == {
        date(2026, 12, 31): {"R-RENT-RESUMED"},
        date(2027, 1, 18): {"R-RENT-RESUMED"},
    }
    told = Notice.objects.filter(user=nadia, read_at=None, entry__kind="reminder.due")
    unread = list(told.values_list("entry__data__reminder", flat=True))
    assert Reminder.objects.filter(pk__in=unread, rule__code="R-RENT-RESUMED").count() == 2
    milestones.record(
        **{**fact, "known": "proved"}, kind="hearing", happened_on=date(2027, 2, 2), at=at(date(2027, 1, 19))
    )
    assert said(date(2027, 1, 19), date(2027, 1, 25)) == {}  # proved, nothing is said again
    milestones.record(**fact, kind="hearing", happened_on=date(2027, 3, 2), at=at(date(2027, 1, 25), 15))
    assert said(date(2027, 1, 26), date(2027, 3, 2)) == {
        date(2027, 1, 29): {"R-RENT-RESUMED"},
        date(2027, 2, 15): {"R-RENT-RESUMED"},
        date(2027, 2, 23): {"R-RENT-RESUMED"},
        date(2027, 2, 26): {"R-HEARING"},
    }


def test_what_was_met_by_mistake_is_reminded_of_again(nadia: User):
    """An order to pay of 2 November: reminders of 23 November, of 4 and of 11 December, ten and three days before the 14th."""
    walk = case_at("diagnose", worker=nadia)
    Tenancy.objects.update(lease_date=date(2024, 3, 1))
    fact: dict[str, Any] = {"case": walk.case, "by": nadia}
    milestones.record(**fact, kind="order_to_pay_served", happened_on=date(2026, 11, 2), known="proved", at=NOON)
    reminded(date(2026, 11, 24))
    milestones.record(
        **fact, kind="debt_cleared", happened_on=date(2026, 11, 24), known="proved", at=at(date(2026, 11, 24), 15)
    )
    reminded(date(2026, 12, 1))
    milestones.withdraw(**fact, kind="debt_cleared", at=at(date(2026, 12, 2), 15))
    said = day_by_day(date(2026, 12, 3), date(2026, 12, 14))
    assert {day for day, codes in said.items() if "R-ORDER" in codes} == {date(2026, 12, 4), date(2026, 12, 11)}


def test_an_event_of_which_an_edition_speaks_from_now_on_is_not_forgotten(nadia: User):
    """The diagnosis is sent, and nothing followed the hearing: a published rule does."""
    walk = case_at("diagnose", worker=nadia)
    fact: dict[str, Any] = {"case": walk.case, "known": "proved", "by": nadia, "at": NOON}
    only(rule())
    milestones.record(**fact, kind="hearing", happened_on=date(2027, 2, 2))
    milestones.record(**fact, kind="dsf_sent", happened_on=date(2026, 11, 24))
    assert reminded(date(2026, 11, 25)) == {}
    hearing = {
        "delays": ["C05"],
        "from": "start",
        "unit": "day",
        "days": [-2],
        "title": "Audience",
        "even_when_met": True,
    }
    with time_machine.travel(at(date(2026, 11, 26))):
        only(rule(**hearing))
    assert set(day_by_day(date(2026, 11, 26), date(2027, 2, 2))) == {date(2027, 1, 29)}


def test_nobody_is_reminded_of_a_hearing_that_will_not_be_held(nadia: User):
    walk = case_at("diagnose", worker=nadia)
    fact: dict[str, Any] = {"case": walk.case, "known": "proved", "by": nadia, "at": NOON}
    milestones.record(**fact, kind="hearing", happened_on=date(2027, 2, 2))
    milestones.record(**fact, kind="dsf_sent", happened_on=date(2026, 11, 24))
    assert not reminded(date(2026, 11, 24))
    milestones.withdraw(case=walk.case, kind="hearing", by=nadia, at=NOON)
    assert not any("R-RENT-RESUMED" in said for said in day_by_day(date(2026, 12, 30), date(2027, 1, 4)).values())
    milestones.record(**fact, kind="hearing", happened_on=date(2027, 2, 2))
    assert "R-RENT-RESUMED" in day_by_day(date(2027, 1, 18), date(2027, 1, 18))[date(2027, 1, 18)]


def test_nobody_is_reminded_of_a_hearing_once_the_judge_has_decided(nadia: User, manager: User):
    walk = case_at("diagnose", worker=nadia)
    fact: dict[str, Any] = {"case": walk.case, "known": "proved", "by": nadia, "at": NOON}
    milestones.record(**fact, kind="hearing", happened_on=date(2027, 2, 2))
    milestones.record(**fact, kind="dsf_sent", happened_on=date(2026, 11, 24))
    reminded(date(2026, 11, 24))
    milestones.record(**fact, kind="lease_terminated", happened_on=date(2026, 11, 24))
    first, last = date(2026, 12, 24), date(2026, 12, 31)
    caf = walk.case.responsible_structure
    closures.add(structure=caf, first_day=first, last_day=last, label="fermeture", by=manager, at=NOON)
    assert not any(
        codes & {"R-RENT-RESUMED", "R-HEARING"} for codes in day_by_day(date(2026, 12, 30), date(2027, 1, 31)).values()
    )


def test_what_is_known_late_is_reminded_of_at_once_and_once(nadia: User):
    walk = case_at("diagnose", worker=nadia)
    milestones.record(
        case=walk.case, kind="hearing", happened_on=date(2026, 11, 27), known="proved", by=nadia, at=NOON
    )
    assert set(reminded(date(2026, 11, 24), hour=13)) >= {"R-RENT-RESUMED", "R-DSF", "R-DSF-ALARM"}
    assert reminded(date(2026, 11, 24), hour=14) == {}
    assert set(reminded(date(2026, 11, 25))) & {"R-RENT-RESUMED", "R-DSF", "R-DSF-ALARM", "R-HEARING"} == {"R-HEARING"}


def test_on_the_days_when_clocks_change_a_day_is_a_day(nadia: User):
    """In spring 28 March has no hour from two to three; in autumn 25 October has it twice. The step opens after midnight."""
    only(rule(**{"delays": [], "steps": ["contact"], "from": "start", "unit": "day", "days": [0, 1]}))
    walk = case_at("contact", worker=nadia)
    for opened, first, second in [
        ("2027-03-27T23:30:00+00:00", date(2027, 3, 28), date(2027, 3, 29)),
        ("2027-10-30T22:30:00+00:00", date(2027, 10, 31), date(2027, 11, 1)),
    ]:
        Reminder.objects.all().delete()
        CaseTask.objects.filter(pk=walk.task("contact").pk).update(created=opened, remind_on=date.min)
        start = datetime.fromisoformat(opened)
        spoken = [
            (start + timedelta(hours=hour)).astimezone(PARIS).date()
            for hour in range(60)
            if reminders.scan(at=start + timedelta(hours=hour))
        ]
        assert spoken == [first, second]
        assert set(Reminder.objects.values_list("due_on", flat=True)) == {first}


def test_a_day_without_a_tick_is_made_up_for(nadia: User):
    case_at("contact", worker=nadia)
    assert set(reminded(date(2026, 11, 30))) == set()
    assert set(reminded(date(2026, 12, 2))) == {"R-CONTACT"}
    assert Reminder.objects.get().day == date(2026, 12, 1)
    assert set(reminded(date(2026, 12, 3))) == {"R-CONTACT-LAST"}


# Whom


def test_those_who_may_answer_are_reminded_then_the_manager_who_is_alerted_by_the_delay_itself(
    nadia: User, manager: User, pilot: User
):
    case_to_answer()
    assert reminded(date(2026, 11, 25)) == {}
    assert reminded(date(2026, 11, 26)) == {"R-ANSWER": {"Nadia", "Paul"}}
    assert reminded(date(2026, 12, 4)) == {"R-ANSWER-END": {"Paul"}}


def test_when_time_was_asked_for_only_what_is_urgent_comes_before_the_day_that_was_said(nadia: User, manager: User):
    """Without it, the CAF would be reminded on Thursday 26 November."""
    walk = case_to_answer()
    more_time.ask(task=walk.task("answer"), days=3, by=nadia, at=NOON)
    assert day_by_day(date(2026, 11, 24), date(2026, 12, 8)) == {
        date(2026, 11, 27): {"R-ANSWER-EXPECTED"},
        date(2026, 12, 4): {"R-ANSWER-END"},
    }
    words = [
        line.words
        for line in describe_notices(list(Notice.objects.filter(user=nadia)), reader=nadia, today=date(2026, 11, 27))
    ]
    assert (
        "Rappel : réponse annoncée pour le 27/11/2026, aujourd’hui — Répondre à l’orientation, comme annoncé" in words
    )


def test_the_urgent_reminder_comes_even_before_the_day_that_was_said(nadia: User, manager: User):
    walk = case_to_answer()
    more_time.ask(task=walk.task("answer"), days=3, by=nadia, at=at(date(2026, 12, 3)))
    assert day_by_day(date(2026, 12, 3), date(2026, 12, 8)) == {
        date(2026, 12, 4): {"R-ANSWER-END"},
        date(2026, 12, 8): {"R-ANSWER-EXPECTED"},
    }


def case_to_answer() -> Walk:
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def test_the_desk_is_reminded_of_what_it_qualifies_and_arbitrates(nadia: User, manager: User, pilot: User):
    Walk(factories.reported(rsa=True))
    assert reminded(date(2026, 11, 25)) == {"R-DESK": {"Inès"}}
    to_arbitrate(by=manager)
    assert reminded(date(2026, 11, 30))["R-DESK"] == {"Inès"}


def test_of_a_coordinator_to_choose_the_desk_is_reminded_and_not_those_who_follow(nadia: User):
    factories.member("cd91-rsa", "pilot", first_name="Denis")
    scene.to_coordinate(worker=nadia, helper=factories.member("mds-grigny", first_name="Hugo"))
    only(rule(delays=["REF-CHOOSE"], days=[-1]))
    assert reminded(date(2026, 11, 30)) == {"R-TRY": {"Denis"}}


def test_where_nobody_may_take_the_step_of_another_structure_any_more_its_managers_are_reminded(nadia: User):
    denis = factories.member("cd91-rsa", "pilot", first_name="Denis")
    factories.member("cd91-rsa", "manager", first_name="Carla")
    scene.to_coordinate(worker=nadia, helper=factories.member("mds-grigny", first_name="Hugo"))
    only(rule(delays=["REF-CHOOSE"], days=[-1]))
    Membership.objects.filter(user=denis).update(until=date(2026, 11, 27))
    assert reminded(date(2026, 11, 30)) == {"R-TRY": {"Carla"}}


def test_whoever_is_proposed_to_follow_a_person_is_reminded_to_answer(nadia: User):
    scene.asked_to_follow(worker=factories.member("caf-91", first_name="Julien"))
    only(rule(delays=["REF-ANSWER"], days=[-1]))
    assert reminded(date(2026, 11, 30)) == {"R-TRY": {"Julien"}}


def test_whoever_is_proposed_to_take_over_is_reminded_of_his_answer_and_not_of_the_review_of_his_colleague(
    nadia: User,
):
    held = scene.followed(by=nadia, code="caf-91")
    julien = factories.member("caf-91", first_name="Julien")
    referents.propose(beneficiary=held.beneficiary, structure=held.structure, user=julien, by=nadia, at=NOON)
    # As links were before each step had the delays that it began: the step of Julien, the oldest, had that one too.
    Walk(held.case).take("follow_up", by=nadia, result="kept", on=NOON.date())
    Walk(held.case).task("take_over").deadlines.add(Deadline.objects.get(rule__code="REF-REVIEW-NEXT"))
    only(rule(delays=["REF-REVIEW-NEXT"], days=[-1]), rule(code="R-OWN", delays=["REF-HANDOVER"], days=[-1]))
    assert reminded(date(2026, 11, 30)) == {"R-OWN": {"Julien"}}
    assert reminded(date(2027, 5, 21)) == {"R-TRY": {"Nadia"}}


def test_a_rule_may_name_the_pilot_who_is_told_only_if_he_sees_the_case(nadia: User, pilot: User):
    only(rule(to=["pilot", "responsible"]))
    case_at("contact", worker=nadia)
    assert reminded(date(2026, 12, 3)) == {"R-TRY": {"Nadia"}}


def test_whoever_was_given_the_step_is_reminded(nadia: User, manager: User):
    walk = case_to_answer()
    tasks.give_task(task=walk.task("answer"), to=nadia, by=manager, at=NOON)
    assert reminded(date(2026, 11, 26)) == {"R-ANSWER": {"Nadia"}}


def test_while_she_is_away_her_substitute_is_reminded_in_her_place(nadia: User, rokia: User):
    case_at("contact", worker=nadia)
    absences.declare(
        user=nadia,
        structure=factories.structure("caf-91"),
        since=date(2026, 11, 30),
        last_day=date(2026, 12, 4),
        substitutes=[rokia],
        by=nadia,
        at=NOON,
    )
    assert reminded(date(2026, 12, 1)) == {"R-CONTACT": {"Rokia"}}
    assert reminded(date(2026, 12, 3)) == {"R-CONTACT-LAST": {"Rokia"}}
    assert reminded(date(2026, 12, 8)) == {"R-CONTACT": {"Nadia"}}


def test_when_nobody_replaces_her_the_manager_is_reminded(nadia: User):
    case_at("contact", worker=nadia)
    absences.declare(
        user=nadia,
        structure=factories.structure("caf-91"),
        since=date(2026, 11, 30),
        last_day=date(2026, 12, 4),
        substitutes=[],
        by=nadia,
        at=NOON,
    )
    assert reminded(date(2026, 12, 1)) == {"R-CONTACT": {"Paul"}}


def test_who_accepts_what_another_structure_opened_has_its_last_days_and_its_managers_are_reminded():
    """The recourse about a housing aid may be sent until Tuesday 22 December."""
    opener, worker = factories.member("ccas-grigny"), factories.member("mds-grigny", first_name="Awa")
    factories.member("ccas-grigny", "manager", first_name="Odile")
    factories.member("mds-grigny", "manager", first_name="Léa")
    walk = Walk(overpaid(opener, rsa=True), at=MONDAY)
    walk.take("check_notice", by=opener, routes_stated="no", lacks=["reason"])
    walk.take("answer", by=worker, accept=True, professional=worker)
    absences.declare(
        user=worker,
        structure=factories.structure("mds-grigny"),
        since=date(2026, 12, 1),
        last_day=date(2026, 12, 31),
        substitutes=[],
        by=worker,
        at=NOON,
    )
    only(rule(code="R-ANY", delays=["IND-05c"], days=[-5]))
    assert reminded(date(2026, 12, 15)) == {"R-ANY": {"Léa"}}


def correspondent(code: str = "gestionnaire-b", **person: Any) -> User:
    return factories.member(code, "correspondent", **{"first_name": "Bruno"} | person)


def sent_back_to_the_landlord(worker: User) -> Walk:
    """By the CAF on 24 November: the landlord’s plan is due by 24 May 2027."""
    walk = case_at("diagnose", worker=worker)
    milestones.record(
        case=walk.case, kind="caf_returned_file", happened_on=NOON.date(), known="proved", by=worker, at=NOON
    )
    return walk


def test_the_landlord_is_reminded_of_what_is_his_to_do_and_opens_his_report(nadia: User, client: Client):
    bruno = correspondent()
    correspondent("bailleur-a", first_name="Anne")
    walk = sent_back_to_the_landlord(nadia)
    said = {day: reminded(day) for day in (date(2027, 1, 23), date(2027, 3, 24), date(2027, 4, 24), date(2027, 5, 17))}
    assert {day: people.get("R-LANDLORD-PLAN-BEGUN-OWN", set()) for day, people in said.items()} == {
        date(2027, 1, 23): {"Bruno"}, date(2027, 3, 24): {"Bruno"}, date(2027, 4, 24): set(), date(2027, 5, 17): set(),
    }  # fmt: skip
    assert said[date(2027, 4, 24)]["R-LANDLORD-PLAN-OWN"] == {"Bruno"}
    assert said[date(2027, 5, 17)]["R-LANDLORD-PLAN"] == {"Nadia"}
    assert said[date(2027, 5, 17)]["R-LANDLORD-PLAN-OWN"] == {"Bruno"}
    notice = Notice.objects.filter(user=bruno, entry__kind="reminder.due").order_by("-pk")[0]
    [line] = describe_notices([notice], reader=bruno, today=date(2027, 5, 17))
    said_to_him = line.words.replace("\xa0", " ")
    assert said_to_him == "Rappel : dernier jour le 24/05/2027 — Établir un plan d’apurement avec le locataire"
    assert walk.case.tenancy
    assert line.reference == f"réf. {walk.case.tenancy.reference}"
    with time_machine.travel(at(date(2027, 5, 17), 9)):
        client.force_login(bruno)
        answer = client.post(reverse("notification", args=[notice.public_id]))
    assert answer.headers["Location"] == reverse("report_detail", args=[walk.case.reports.get().public_id])


def test_a_landlord_who_did_not_report_the_case_is_told_nothing_of_it(nadia: User):
    """His dwelling, that a list of the CAF reports: he does not know that there is a case."""
    correspondent("bailleur-a")
    case = factories.reported(factories.tenancy(), code="caf-91-recouvrement", **factories.FAMILY)
    Deadline.objects.create(
        case=case,
        rule=DeadlineRule.objects.get(code="I04"),
        structure=case.responsible_structure,
        started_on=NOON.date(),
        legal_date=date(2027, 5, 24),
        safe_date=date(2027, 5, 17),
    )
    said = day_by_day(date(2027, 5, 16), date(2027, 5, 18))
    assert not {"R-LANDLORD-PLAN-OWN"} & set().union(*said.values(), set())


def test_a_landlord_chooses_when_he_is_reminded_as_others_do(nadia: User):
    bruno = correspondent(email="bruno@example.org")
    preferences.save_preference(user=bruno, rhythm="none", by_family={})
    sent_back_to_the_landlord(nadia)
    reminded(date(2027, 5, 17))
    mail.outbox.clear()
    send_due(at=at(date(2027, 5, 18)))  # the day before is Whit Monday
    written_to = [message.to[0] for message in mail.outbox]
    assert nadia.email in written_to
    assert bruno.email not in written_to


def test_what_is_urgent_for_a_landlord_has_its_own_e_mail_that_says_nothing_of_the_household(nadia: User):
    bruno = correspondent(email="bruno@example.org")
    only(rule(delays=["I04"], to=["landlord"], title="Établir le plan", unit="day", days=[-2], floor="urgent"))
    preferences.save_preference(user=bruno, rhythm="weekly", by_family={})
    walk = sent_back_to_the_landlord(nadia)
    mail.outbox.clear()
    reminded(date(2027, 5, 22), hour=9)
    send_due(at=at(date(2027, 5, 24)))
    [urgent] = [message for message in mail.outbox if message.to == ["bruno@example.org"]]
    assert walk.case.reference in urgent.subject
    for word in ("plan", "CAF", "impayé", "locataire"):
        assert word not in f"{urgent.subject}{urgent.body}"


def shared_with_the_mds(walk: Walk, *, by: User, professional: User) -> None:
    mds = factories.structure("mds-grigny")
    sharing.take_part(case=walk.case, structure=mds, part="support", level="full", at=NOON, by=by)
    case_actions.assign_professional(case=walk.case, user=professional, structure=mds, at=NOON, by=by)


@pytest.fixture
def sam() -> User:
    """Of the MDS, that supports a case of the CAF."""
    factories.member("mds-grigny", "manager", first_name="Mia")
    return factories.member("mds-grigny", first_name="Sam")


def test_those_who_follow_the_household_elsewhere_are_told_of_the_court_and_not_of_the_work_of_others(
    nadia: User, sam: User
):
    walk = case_at("diagnose", worker=nadia)
    shared_with_the_mds(walk, by=nadia, professional=sam)
    milestones.record(
        case=walk.case, kind="order_to_pay_served", happened_on=NOON.date(), known="proved", by=nadia, at=NOON
    )
    assert reminded(date(2026, 11, 24), hour=13)["R-ORDER-SERVED"] == {"Nadia", "Sam"}
    assert reminded(date(2026, 12, 17))["R-ANY"] == {"Nadia"}


def test_while_the_one_of_another_structure_is_away_his_substitute_is_told_or_his_managers(nadia: User, sam: User):
    only(rule(delays=["*"], to=["referent"]))
    walk = case_at("diagnose", worker=nadia)
    shared_with_the_mds(walk, by=nadia, professional=sam)
    away: dict[str, Any] = {"user": sam, "structure": factories.structure("mds-grigny"), "by": sam, "at": NOON}
    absences.declare(**away, since=date(2026, 12, 1), last_day=date(2026, 12, 31), substitutes=[])
    assert set().union(*reminded(date(2026, 12, 21)).values()) == {"Nadia", "Mia"}


# Dates that move, matters that end


def test_a_closure_moves_the_reminder_with_the_date(nadia: User, manager: User):
    """Closed on 30 November and 1 December: contact by 10 December."""
    case_at("contact", worker=nadia)
    assert reminded(date(2026, 11, 24)) == {}
    close(manager, date(2026, 11, 30), date(2026, 12, 1))
    said = day_by_day(date(2026, 11, 25), date(2026, 12, 10))
    assert said == {
        date(2026, 12, 3): {"R-CONTACT"},
        date(2026, 12, 7): {"R-CONTACT-LAST"},
        date(2026, 12, 10): {"R-CONTACT"},
    }


def close(by: User, first: date, last: date, *, when: datetime = NOON) -> None:
    structure = factories.structure("caf-91")
    closures.add(structure=structure, first_day=first, last_day=last, label="fermeture", by=by, at=when)


def test_what_was_said_of_the_former_date_is_not_said_again_of_the_new_one(nadia: User, manager: User):
    """Said on 3 December of the 8th. Closed on the 7th, it is the 9th, of which the day to remind is the 3rd too."""
    case_at("contact", worker=nadia)
    assert "R-CONTACT-LAST" in reminded(date(2026, 12, 3))
    close(manager, date(2026, 12, 7), date(2026, 12, 7), when=at(date(2026, 12, 3), 15))
    assert not {"R-CONTACT-LAST"} & set().union(*day_by_day(date(2026, 12, 4), date(2026, 12, 9)).values())


def test_a_reminder_of_a_date_that_moves_before_it_is_told_is_told_to_nobody(nadia: User, manager: User):
    only(rule())
    case_at("contact", worker=nadia)
    assert reminders.scan(at=at(date(2026, 12, 3))) == 1
    close(manager, date(2026, 12, 4), date(2026, 12, 4), when=at(date(2026, 12, 3)))
    assert reminded(date(2026, 12, 3), hour=9) == {"R-TRY": {"Nadia"}}
    assert list(Reminder.objects.order_by("pk").values_list("due_on", flat=True)) == [
        date(2026, 12, 8),
        date(2026, 12, 9),
    ]
    assert Notice.objects.filter(entry__kind="reminder.due").count() == 1


def test_a_step_that_is_taken_is_silent(nadia: User):
    walk = case_at("contact", worker=nadia)
    walk.at = at(date(2026, 12, 2))
    walk.take("contact", by=nadia, **REACHED)
    said = day_by_day(date(2026, 12, 2), date(2027, 1, 1))
    assert said == {date(2026, 12, 24): {"R-ANY"}, date(2026, 12, 31): {"R-ANY"}}  # the diagnosis, by 1 January


def test_what_is_done_between_the_scan_and_the_telling_is_told_to_nobody(nadia: User):
    walk = case_at("contact", worker=nadia)
    assert reminders.scan(at=at(date(2026, 12, 1))) == 1
    walk.at = at(date(2026, 12, 1))
    walk.take("contact", by=nadia, **REACHED)
    drain_outbox(at=at(date(2026, 12, 1)))
    assert not Notice.objects.filter(entry__kind="reminder.due").exists()


def test_a_closed_case_is_silent_and_speaks_again_when_it_is_reopened(nadia: User):
    case = closed(worker=nadia)
    Deadline.objects.create(
        case=case,
        rule=DeadlineRule.objects.get(code="P-REENTRY"),
        structure=case.responsible_structure,
        started_on=NOON.date(),
        legal_date=date(2027, 11, 24),
        safe_date=date(2027, 11, 24),
    )
    assert day_by_day(date(2026, 11, 25), date(2027, 11, 25)) == {}
    reopen_case(case=case, by=nadia, at=NOON)
    assert set(Deadline.objects.running().filter(case=case).values_list("remind_on", flat=True)) == {date.min}


def test_cases_of_an_initial_stock_are_silent_until_their_turn(pilot: User, tmp_path: Path):
    factories.member("caf-91", "manager", first_name="Paul")
    set_pace(structure=factories.structure("caf-91"), per_week=2, by=pilot, at=NOON)
    first_file(tmp_path)
    drain_outbox(at=NOON)
    held = CaseTask.objects.filter(node="wait_turn", status="NEW").latest("pk")
    served = DeadlineRule.objects.get(code="C08")
    Deadline.objects.create(
        case=held.case,
        rule=served,
        structure=held.structure,
        started_on=date(2026, 10, 5),
        legal_date=date(2026, 12, 5),
        safe_date=date(2026, 11, 20),
    )
    assert not {"R-LEAVE"} & set(reminded(date(2026, 11, 28)))
    release_and_tell(at=at(date(2026, 11, 30)))
    release_and_tell(at=at(date(2026, 12, 4)))
    released = not CaseTask.objects.filter(pk=held.pk, status="NEW").exists()
    assert ("R-LEAVE" in reminded(date(2026, 11, 30), hour=9)) is released


# Once


def test_a_second_scan_says_nothing_more_and_costs_one_query(nadia: User, django_assert_num_queries: Any):
    case_at("contact", worker=nadia)
    assert reminders.scan(at=at(date(2026, 12, 1))) == 1
    with django_assert_num_queries(1):
        assert reminders.scan(at=at(date(2026, 12, 1), 9)) == 0
    reference_data.look_at_once()
    assert reminders.scan(at=at(date(2026, 12, 1), 10)) == 0


def test_many_that_are_due_together_take_few_queries(nadia: User, django_assert_max_num_queries: Any):
    for _ in range(4):
        case_at("contact", worker=nadia)
    with django_assert_max_num_queries(30):
        assert reminders.scan(at=at(date(2026, 12, 1))) == 4


def test_a_scan_that_dies_leaves_nothing_and_the_next_one_says_all(nadia: User):
    case_at("contact", worker=nadia)

    def die() -> None:
        with transaction.atomic():
            assert reminders.scan(at=at(date(2026, 12, 1))) == 1
            raise Killed

    with pytest.raises(Killed):
        die()
    assert not Reminder.objects.exists()
    assert reminded(date(2026, 12, 1)) == {"R-CONTACT": {"Nadia"}}


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_remind_once():
    factories.member("caf-91", "manager", first_name="Paul")
    worker = factories.member("caf-91", first_name="Nadia")
    for _ in range(6):
        case_at("contact", worker=worker)
    drain_outbox(at=NOON)
    start = threading.Barrier(2)
    made = []

    def scan() -> None:
        start.wait(timeout=60)
        made.append(reminders.scan(at=at(date(2026, 12, 1))))
        drain_outbox(at=at(date(2026, 12, 1)))
        connections.close_all()

    scans = [threading.Thread(target=scan) for _ in range(2)]
    for each in scans:
        each.start()
    for each in scans:
        each.join(timeout=60)
    assert sum(made) == Reminder.objects.count() == 6
    assert Notice.objects.filter(entry__kind="reminder.due", user=worker).count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_left_to_the_next_tick():
    worker = factories.member("caf-91", first_name="Nadia")
    walk = case_at("contact", worker=worker)
    with held_by_another(lambda: CaseTask.objects.select_for_update().get(pk=walk.task("contact").pk)):
        assert reminders.scan(at=at(date(2026, 12, 1))) == 0
    assert reminders.scan(at=at(date(2026, 12, 1))) == 1


# What is read


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 12, 4), "Rappel : dernier jour le 08/12/2026 — Contacter le ménage"),
        (date(2026, 12, 7), "Rappel : dernier jour le 08/12/2026, demain — Contacter le ménage"),
        (date(2026, 12, 9), "Rappel : dernier jour le 08/12/2026, dépassé — Contacter le ménage"),
    ],
)
def test_read_on_another_day_than_it_was_told_it_says_the_same_last_day(nadia: User, day: date, words: str):
    case_at("contact", worker=nadia)
    reminded(date(2026, 12, 3))
    notice = Notice.objects.get(user=nadia, entry__kind="reminder.due", entry__data__has_key="deadline")
    [line] = describe_notices([notice], reader=nadia, today=day)
    assert line.words == words


def test_it_reads_well_in_the_notifications_and_leads_to_the_case(client: Any, nadia: User):
    walk = case_at("contact", worker=nadia)
    assert "R-CONTACT-LAST" in reminded(date(2026, 12, 3))
    with time_machine.travel(at(date(2026, 12, 3), 9), tick=False):
        client.force_login(nadia)
        html = client.get(reverse("notifications")).content.decode()
        assert "Rappel : dernier jour le 08/12/2026 — Contacter le ménage" in html
        assert walk.case.reference in html
        notice = Notice.objects.get(user=nadia, entry__kind="reminder.due", entry__data__has_key="deadline")
        assert client.post(reverse("notification", args=[notice.public_id]))["Location"] == reverse(
            "case", args=[walk.case.public_id]
        )


def test_a_step_is_told_by_its_own_words_and_what_stays_unanswered_says_so(client: Any, nadia: User, manager: User):
    case_at("contact", worker=nadia)
    for day in (date(2026, 12, 8), date(2026, 12, 15)):
        assert "R-CONTACT" in reminded(day)
    with time_machine.travel(at(date(2026, 12, 15), 9), tick=False):
        client.force_login(nadia)
        html = client.get(reverse("notifications")).content.decode()
        assert "Rappel : à faire depuis le 04/12/2026 — Informer et contacter le ménage" in html
        client.force_login(manager)
        html = client.get(reverse("notifications")).content.decode()
        assert "Rappel resté sans suite : à faire depuis le 04/12/2026 — Informer et contacter le ménage" in html


def test_the_page_costs_ten_queries_at_most(client: Any, nadia: User, django_assert_max_num_queries: Any):
    for _ in range(3):
        case_at("contact", worker=nadia)
    for day in (date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 8)):
        reminded(day)
    with time_machine.travel(at(date(2026, 12, 8), 9), tick=False):
        client.force_login(nadia)
        with django_assert_max_num_queries(10):
            html = client.get(reverse("notifications")).content.decode()
    assert html.count("Rappel") >= 3


def test_the_line_says_how_loud_the_reminder_is(nadia: User):
    case_at("contact", worker=nadia)
    only(rule(floor="urgent"))
    reminded(date(2026, 12, 3))
    line = JournalEntry.objects.get(kind="reminder.due")
    assert line.data["floor"] == "urgent"
    assert line.data.keys() == {"reminder", "deadline", "floor", "last_day"}
    assert line.data["last_day"] == "2026-12-08"


def test_the_e_mail_carries_a_reference_and_a_link_only(nadia: User):
    walk = case_at("contact", worker=nadia)
    drain_outbox(at=NOON)
    send_due(at=NOON)
    mail.outbox.clear()
    tick(at=at(date(2026, 12, 1)))
    [sent] = mail.outbox
    assert sent.to == [nadia.email]
    assert walk.case.reference in sent.subject
    whole = str(sent.message()) + sent.body
    for secret in ("ontact", "énage", "MARTIN", "Martin", "jours"):
        assert secret not in whole, secret


def test_the_timeline_tells_acts_and_no_reminder(client: Any, nadia: User):
    walk = case_at("contact", worker=nadia)
    reminded(date(2026, 12, 1))
    with time_machine.travel(at(date(2026, 12, 1), 9), tick=False):
        client.force_login(nadia)
        html = client.get(reverse("case_timeline", args=[walk.case.public_id])).content.decode()
    assert "appel d’une date" not in html


# The file


def test_the_first_edition_is_loaded_once_and_a_pilots_own_is_left_alone():
    edition = Edition.objects.get(catalogue="reminders")
    assert (edition.number, edition.state) == (1, "published")
    assert edition.reminder_rules.count() == len(read_toml(REFERENCE)["rules"]) == 33
    edition.reminder_rules.filter(code="R-ANY").delete()
    assert reference_data.publish_reminders("grigny") is None
    assert not ReminderRule.objects.filter(code="R-ANY").exists()


def test_a_faulty_file_is_refused_and_nothing_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ReminderRule.objects.all().delete()
    Edition.objects.filter(catalogue="reminders").delete()
    copy = tmp_path / "reminders.toml"
    copy.write_text(REFERENCE.read_text(encoding="utf-8").replace('["C01"]', '["C99"]', 1), encoding="utf-8")
    monkeypatch.setattr(reference_data, "REFERENCE", copy)
    with pytest.raises(FaultyRules, match="« C99 » n’est le code d’aucune règle de délai"):
        reference_data.publish_reminders("grigny")
    assert not Edition.objects.filter(catalogue="reminders").exists()


def test_an_edition_of_tomorrow_is_not_todays(nadia: User):
    case_at("contact", worker=nadia)
    ReminderRule.objects.create(
        edition=Edition.objects.create(
            catalogue="reminders", number=2, state="published", effective_on=date(2026, 12, 2), territory="grigny"
        ),
        code="R-NEW",
        content=rule(code="R-NEW", days=[-4, -3]),
    )
    assert reminded(date(2026, 12, 1)) == {"R-CONTACT": {"Nadia"}}
    assert reminded(date(2026, 12, 2)) == {"R-NEW": {"Nadia"}}


def test_a_rule_that_cannot_be_read_holds_nothing_else_back(nadia: User, caplog: pytest.LogCaptureFixture):
    case_at("contact", worker=nadia)
    ReminderRule.objects.filter(code="R-CONTACT").update(content={"code": "R-CONTACT", "days": "tomorrow"})
    assert tick(at=at(date(2026, 12, 1)))["rappels"] == 0
    assert "reminders could not be made" in caplog.text
    assert not Outbox.objects.exists()


def test_what_waits_to_be_told_is_told_once(nadia: User):
    case_at("contact", worker=nadia)
    reminded(date(2026, 12, 1))
    assert not Outbox.objects.exists()
    assert reminded(date(2026, 12, 1), hour=10) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_reminder")
        assert cursor.fetchone() == (1,)
