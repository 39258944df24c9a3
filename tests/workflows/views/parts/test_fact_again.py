"""Papers given, or asked for, on another day than the one that is noted: the form asks whether it is one more time.

The recourse was received on 26 October 2026, a Monday: the commission has until 26 December.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case, Deadline, Milestone, User
from cases.rules.notices import TypedLine
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, line
from tests.workflows.views.overpayment.test_line_letters import ready
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AAH = TypedLine(benefit="aah", amount=Decimal(640))
QUESTION = "Déjà noté au 28/10/2026 : est-ce arrivé de nouveau"


@pytest.fixture
def worker(client: Client) -> Iterator[User]:
    with time_machine.travel(AT, tick=False):
        found = member("ccas-grigny")
        client.force_login(found)
        yield found


@pytest.fixture
def case(worker: User) -> Case:
    found = ready(worker, lines=[AAH], informed_by="interview")
    for kind, day in (("recourse_received", date(2026, 10, 26)), ("request_completed", date(2026, 10, 28))):
        milestones.record(
            case=found, debt=line(found, "aah").debt, kind=kind, happened_on=day, known="proved", by=worker, at=AT,
            context={"benefit": "aah", "operator": "caf"},
        )  # fmt: skip
    return found


def of_line(case: Case) -> str:
    return reverse("case_line_fact", args=[case.public_id, line(case, "aah").public_id])


def noted(case: Case, kind: str = "request_completed") -> list[date]:
    return list(Milestone.objects.filter(case=case, kind=kind, replaced_by=None).values_list("happened_on", flat=True))


def last_day(case: Case) -> date:
    return Deadline.objects.running().get(case=case, rule__code="IND-06").legal_date


def test_what_was_typed_stays_and_the_question_is_asked(client: Client, case: Case):
    assert QUESTION not in html_of(client.get(of_line(case)))
    typed = {"kind": "request_completed", "happened_on": "2026-10-30", "is_proved": "on"}
    html = html_of(client.post(of_line(case), typed))
    assert QUESTION in html
    assert "Répondre oui ou non" in html
    assert 'value="2026-10-30"' in html
    assert (noted(case), last_day(case)) == ([date(2026, 10, 28)], date(2026, 12, 28))


@pytest.mark.parametrize(
    ("answer", "days"),
    [("another", [date(2026, 10, 28), date(2026, 10, 30)]), ("correction", [date(2026, 10, 30)])],
)
def test_both_days_count_or_one_alone_as_it_is_answered(client: Client, case: Case, answer: str, days: list[date]):
    typed = {"kind": "request_completed", "happened_on": "2026-10-30", "again": answer}
    assert "Fait enregistré" in html_of(client.post(of_line(case), typed, follow=True))
    assert (noted(case), last_day(case)) == (days, date(2026, 12, 30))


def test_an_earlier_of_two_days_is_noted_anew_without_a_question_and_the_other_stays(client: Client, case: Case):
    both = {"kind": "request_completed", "happened_on": "2026-10-30", "again": "another"}
    client.post(of_line(case), both)
    proved = {"kind": "request_completed", "happened_on": "2026-10-28", "is_proved": "on"}
    client.post(of_line(case), {**proved, "term": "2026-11-20"}, follow=True)
    html = html_of(client.post(of_line(case), proved, follow=True))
    assert "est-ce arrivé de nouveau" not in html
    assert sorted(noted(case)) == [date(2026, 10, 28), date(2026, 10, 30)]


def test_nothing_is_asked_of_the_same_day_nor_of_what_happens_once(client: Client, case: Case, worker: User):
    same = {"kind": "request_completed", "happened_on": "2026-10-28", "is_proved": "on"}
    assert "Fait enregistré" in html_of(client.post(of_line(case), same, follow=True))
    for day in ("2026-10-27", "2026-10-30"):
        once = {"kind": "formal_notice_received", "happened_on": day}
        assert "Fait enregistré" in html_of(client.post(of_line(case), once, follow=True))
    assert noted(case, "formal_notice_received") == [date(2026, 10, 30)]


def test_it_is_asked_of_a_fact_of_the_whole_case_too(client: Client, case: Case, worker: User):
    milestones.record(
        case=case, kind="completion_asked", happened_on=date(2026, 10, 28), term=date(2026, 11, 10), known="proved",
        by=worker, at=AT,
    )  # fmt: skip
    where = reverse("case_milestone", args=[case.public_id])
    typed = {"kind": "completion_asked", "happened_on": "2026-10-30", "known": "proved"}
    assert QUESTION in html_of(client.post(where, typed))
    client.post(where, {**typed, "again": "another"})
    assert noted(case, "completion_asked") == [date(2026, 10, 28), date(2026, 10, 30)]


FAR = "C’est bien le 14/11/2024"


def test_a_day_of_more_than_a_year_ago_is_asked_about_and_what_was_typed_stays(client: Client, case: Case):
    typed = {"kind": "formal_notice_received", "happened_on": "2024-11-14"}
    asked = html_of(client.post(of_line(case), typed))
    assert FAR in asked
    assert "Vérifier l’année : la corriger, ou cocher cette case." in asked
    assert noted(case, "formal_notice_received") == []
    client.post(of_line(case), typed | {"is_far": "on"})
    assert noted(case, "formal_notice_received") == [date(2024, 11, 14)]


def test_a_day_of_a_case_too_and_a_day_of_this_year_is_not_asked_about(client: Client, case: Case):
    of_case = reverse("case_milestone", args=[case.public_id])
    typed = {"kind": "formal_notice_received", "happened_on": "2024-11-14", "known": "proved"}
    assert FAR in html_of(client.post(of_case, typed))
    assert "C’est bien le" not in html_of(client.post(of_case, typed | {"happened_on": "2025-12-14", "kind": ""}))
