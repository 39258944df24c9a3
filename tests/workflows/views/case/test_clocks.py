"""What people read of delays that are paused, answered by silence, or over."""

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from cases.actions import tenancies
from cases.models import Milestone
from notifications.fanout import drain_outbox
from notifications.feed.content import calendar_of
from tests.factories import PARIS, member
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by
from workflows.actions import milestones
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_at_the_end_of_march"), pytest.mark.slow]

NOW = datetime(2027, 3, 24, 12, tzinfo=PARIS)
LEAVE = "Quitter les lieux après le commandement"
APPEAL = "Faire appel"
POSSIBLE = "Des délais pour quitter les lieux peuvent être demandés au juge de l’exécution"
PREFECT = "Répondre à la demande de concours de la force publique (préfet)"


@pytest.fixture
def _at_the_end_of_march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def worker(client):
    person = member("caf-91", first_name="Claire", last_name="Montel")
    client.force_login(person)
    return person


@pytest.fixture
def case(worker) -> Any:
    """One delay is paused, one was answered by silence, one is over."""
    found = followed_by(worker, until="plan")
    for kind, day in (
        ("decision_served", date(2027, 1, 4)),
        ("police_requested", date(2027, 1, 15)),
        ("order_to_leave_served", date(2027, 2, 1)),
        ("order_to_leave_not_sent", date(2027, 2, 10)),
    ):
        milestones.record(case=found, kind=kind, happened_on=day, known="proved", by=worker, at=NOW)
    sweep_deadlines(at=NOW)
    return found


def page(client, case) -> str:
    return html_of(client.get(reverse("case", args=[case.public_id])))


def test_the_case_says_what_stands_still_what_remains_possible_and_that_silence_was_an_answer(client, case):
    html = page(client, case)
    for words in (
        LEAVE,
        'Suspendue depuis le <span class="nowrap">10/02/2027</span>',
        'le dernier jour, <span class="nowrap">01/04/2027</span>, sera reporté d’autant',
        "Dernier jour passé",
        "Ce qui reste possible.",
        POSSIBLE,
        "sans réponse",
        "Concours de la force publique refusé par le silence du préfet",
        "(date calculée)",
        "Sans réponse dans le délai : le silence vaut décision",
    ):
        assert words in html, words


def test_what_is_answered_since_is_no_longer_over(client, worker, case):
    milestones.record(case=case, kind="appeal_lodged", happened_on=date(2027, 2, 3), known="proved", by=worker, at=NOW)
    assert POSSIBLE not in page(client, case)


def test_the_dates_list_what_is_paused_apart_in_ten_queries_at_most(client, case, django_assert_max_num_queries):
    client.get(reverse("deadlines"))
    with django_assert_max_num_queries(10):
        answer = client.get(reverse("deadlines"))
    running = [line.deadline.rule.title for group in answer.context["groups"] for line in group.lines]
    assert [line.deadline.rule.title for line in answer.context["paused"]] == [LEAVE]
    assert LEAVE not in running
    assert "Suspendues" in html_of(answer)


def test_a_calendar_does_not_hold_what_is_paused(worker, case):
    events = Calendar.from_ical(calendar_of(worker, now=NOW, link=lambda path: path)).walk("VEVENT")
    assert not [event for event in events if LEAVE in str(event["summary"])]


def test_the_notices_say_what_is_over_and_what_remains_possible(client, case):
    drain_outbox(at=NOW)
    html = html_of(client.get(reverse("notifications")))
    assert f"Une échéance est dépassée : {APPEAL} — {POSSIBLE}" in html
    assert f"Sans réponse dans le délai, le silence vaut décision : {PREFECT} — Le silence vaut refus" in html


def test_a_day_before_the_lease_asks_whether_it_was_renewed(client, worker, case):
    tenancies.update_tenancy(
        tenancy=case.tenancy,
        changes={"lease_date": date(2026, 6, 1)},
        at=NOW,
        by=worker,
        structure=case.responsible_structure,
        case=case,
    )
    where = reverse("case_milestone", args=[case.public_id])
    typed = {"kind": "summons_served", "happened_on": "2026-05-04", "known": "proved"}
    assert "is_before_lease" not in html_of(client.get(where))
    refused = html_of(client.post(where, typed))
    assert "Cette date précède le bail, conclu ou renouvelé le 01/06/2026" in refused
    assert "Le bail a été renouvelé depuis" in refused
    assert not Milestone.objects.filter(kind="summons_served").exists()
    client.post(where, {**typed, "is_before_lease": "on"})
    assert Milestone.objects.get(kind="summons_served").happened_on == date(2026, 5, 4)


def test_a_contradiction_is_said_on_the_form(client, worker, case):
    where = reverse("case_milestone", args=[case.public_id])
    answer = client.post(where, {"kind": "police_refused", "happened_on": "2027-01-14", "known": "proved"})
    html = html_of(answer)
    assert "« Concours de la force publique refusé » (14/01/2027) ne peut pas précéder" in html
    assert "« Concours de la force publique requis » (15/01/2027)" in html
