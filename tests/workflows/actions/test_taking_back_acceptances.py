"""« Accepter », taken back: every row of the case is as it was before, or nothing has changed."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.actions import labels
from cases.models import (
    Assignment,
    Case,
    CaseLabel,
    Deadline,
    Participation,
    Referent,
    Structure,
)
from cases.refusals import Refusal
from notifications.fanout import drain_outbox
from notifications.models import Notice
from notifications.undone import leave_out_undone
from tests.factories import NOON, member, structure
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, opened, steps
from tests.workflows.views.case.test_case import routed_to_the_caf
from tests.workflows.walk import Walk
from workflows.actions.taking_back_acts import take_back_act
from workflows.models import CaseProcess, CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def worker(clock):
    return member("caf-91")


def rows(case: Case) -> dict[str, list[dict[str, Any]]]:
    """All that stands open of a case. What an act began and what ended with it are past."""
    case.refresh_from_db()
    return {
        "case": written(Case.objects.filter(pk=case.pk)),
        "process": written(CaseProcess.objects.filter(case=case, status="NEW")),
        "tasks": written(CaseTask.objects.open().filter(case=case)),
        "deadlines": written(Deadline.objects.waiting().filter(case=case)),
        "of tasks": written(
            CaseTask.deadlines.through.objects.filter(casetask__in=CaseTask.objects.open().filter(case=case))
        ),
        "parts": written(Participation.objects.filter(case=case, until=None)),
        "people": written(Assignment.objects.filter(case=case, until=None)),
        "labels": written(CaseLabel.objects.filter(case=case)),
        "referents": written(Referent.objects.filter(beneficiary__households=case.household_id).current()),
    }


def written(found: Any) -> list[dict[str, Any]]:
    # What the database numbers anew where it kept the row whole.
    return [
        {name: value for name, value in row.items() if name != "id" or found.model is not CaseLabel}
        for row in found.order_by("pk").values()
    ]


def take_back(case: Case, by: Any, *, at: Any = NOON, reason: str = "") -> None:
    entry = case.journal.filter(kind="step.accepted").latest("pk")
    take_back_act(case=case, entry=entry, by=by, at=at, reason=reason)


def test_an_acceptance_is_taken_back_row_by_row_and_may_be_given_again(worker):
    case = routed_to_the_caf()
    before = rows(case)
    Walk(case).take("answer", by=worker, accept=True, professional=worker)
    assert rows(case) != before
    take_back(case, worker, at=NOON + timedelta(minutes=9))
    assert rows(case) == before
    assert Walk(case).waiting_for == {"answer": "caf-91"}
    Walk(case).take("answer", by=worker, accept=True, professional=worker)
    assert Walk(case).waiting_for == {"contact": "caf-91"}


def press(client, case: Case, by: Any) -> None:
    """By the page, where the database itself holds back what its reader may not see."""
    client.force_login(by)
    entry = case.journal.filter(kind="step.accepted").latest("pk")
    answer = client.post(reverse("act_take_back", args=[case.public_id, entry.pk]))
    assert answer.status_code == 302, html_of(answer)


@time_machine.travel(AT, tick=False)
def test_who_opened_an_overpayment_answers_for_it_again_with_his_label_and_his_lines_unbegun(client):
    opener, manager = member("ccas-grigny"), member("ccas-grigny", "manager")
    case = opened(opener, rsa=True)
    Walk(case, at=AT).take("check_notice", by=opener, routes_stated="no", lacks=["reason"])
    label = labels.create(structure=structure("ccas-grigny"), words="atelier budget", by=manager, at=AT)
    labels.put(case=case, label=label, by=manager, at=AT)
    before = rows(case)
    asked = member("mds-grigny")
    Walk(case, at=AT).take("answer", by=asked, accept=True, professional=asked)
    assert (case.responsible_structure.code, CaseLabel.objects.count()) == ("mds-grigny", 0)
    press(client, case, asked)
    assert rows(case) == before
    Walk(case, at=AT).take("answer", by=asked, accept=True, professional=asked)
    assert steps(case, "rsa") == steps(case, "apl") == ["choose_way"]


@pytest.mark.parametrize("who", ["himself", "a colleague"])
def test_a_place_of_referent_that_came_with_it_goes_with_it(client, clock, who):
    worker = member("caf-91", "manager")  # who still sees what he gives to a colleague
    Structure.objects.filter(code="caf-91").update(names_referents=True)
    case = routed_to_the_caf()
    before = rows(case)
    professional = worker if who == "himself" else member("caf-91", last_name="Sow")
    Walk(case).take("answer", by=worker, accept=True, professional=professional)
    followed = Case.objects.get(kind="coordination")
    press(client, case, worker)
    assert rows(case) == before
    assert Referent.objects.get().state == "withdrawn"
    followed.refresh_from_db()
    assert not followed.is_open
    assert not CaseTask.objects.open().filter(case=followed).exists()
    assert not Deadline.objects.waiting().filter(case=followed).exists()
    Walk(case).take("answer", by=worker, accept=True, professional=worker)
    assert Referent.objects.current().get().user == worker


def test_what_somebody_built_on_it_keeps_it(worker):
    case = routed_to_the_caf()
    colleague = member("caf-91", "manager")
    Walk(case).take("answer", by=worker, accept=True, professional=worker)
    Walk(case).take("contact", by=colleague, result="again", channel="phone", made_on=date(2026, 11, 24))
    stood = rows(case)
    with pytest.raises(Refusal, match="a avancé depuis cette acceptation"):
        take_back(case, worker)
    assert rows(case) == stood
    assert not case.journal.filter(kind="step.acceptance_taken_back").exists()


def test_a_colleague_and_whoever_comes_late_say_why(worker):
    case = routed_to_the_caf()
    Walk(case).take("answer", by=worker, accept=True, professional=worker)
    with pytest.raises(Refusal, match="dire pourquoi"):
        take_back(case, member("caf-91", "manager"))
    with pytest.raises(Refusal, match="dire pourquoi"):
        take_back(case, worker, at=NOON + timedelta(minutes=11))
    take_back(case, worker, at=NOON + timedelta(minutes=11), reason="wrong_case")
    assert case.journal.get(kind="step.acceptance_taken_back").data["reason"] == "wrong_case"


def test_whoever_was_given_the_case_reads_that_it_was_a_mistake_and_nobody_else_reads_anything(worker):
    case = routed_to_the_caf()
    colleague = member("caf-91", last_name="Sow")
    drain_outbox(at=NOON)
    read = Notice.objects.count()
    Walk(case).take("answer", by=worker, accept=True, professional=colleague)
    take_back(case, worker)
    drain_outbox(at=NOON)
    told = list(Notice.objects.order_by("pk").select_related("entry")[read:])
    assert [(notice.user, notice.entry.kind) for notice in told] == [
        (colleague, "professional.assigned"),
        (colleague, "professional.released"),
    ]
    assert leave_out_undone(told) == [], "no e-mail of either, as long as neither has left"


def test_one_press_accepts_and_one_link_takes_it_back(client, worker):
    case = routed_to_the_caf()
    client.force_login(worker)
    step = reverse("step", args=[case.public_id, Walk(case).task("answer").public_id])
    html = html_of(client.post(step, {"quick": "mine"}, follow=True))
    entry = case.journal.get(kind="step.accepted")
    undo = reverse("act_take_back", args=[case.public_id, entry.pk])
    assert f'<a href="{undo}">Retirer l’acceptation</a>' in html
    # It stays on the page of the case, as long as nothing came after.
    assert f'href="{undo}">Retirer l’acceptation' in html_of(client.get(reverse("case", args=[case.public_id])))
    page = html_of(client.get(undo))
    assert "Retirer : orientation acceptée" in page
    assert 'name="reason"' not in page
    client.force_login(member("mds-grigny"))
    assert client.post(undo).status_code == 404
    client.force_login(worker)
    assert "Retiré." in html_of(client.post(undo, follow=True))
    assert Walk(case).waiting_for == {"answer": "caf-91"}
    assert "déjà retiré" in html_of(client.post(undo, follow=True))
    assert undo not in html_of(client.get(reverse("case", args=[case.public_id])))


def test_who_accepts_for_a_colleague_takes_it_back_within_ten_minutes_without_seeing_the_case(client, clock, worker):
    case, colleague = routed_to_the_caf(), member("caf-91", last_name="Sow")
    before = rows(case)
    client.force_login(worker)
    step = reverse("step", args=[case.public_id, Walk(case).task("answer").public_id])
    html = html_of(client.post(step, {"accept": "yes", "professional": colleague.pk}, follow=True))
    assert client.get(reverse("case", args=[case.public_id])).status_code == 404
    undo = reverse("own_acceptance_take_back", args=[case.journal.get(kind="step.accepted").pk])
    assert f'<a href="{undo}">Retirer l’acceptation</a>' in html
    page = html_of(client.get(undo))
    assert f"Retirer : orientation acceptée à 12:00, confiée à {colleague}" in page
    assert "Ferreira" not in page
    assert case.reference not in page
    client.force_login(member("caf-91", last_name="Diallo"))
    assert client.post(undo).status_code == 404, "another’s"
    clock.move_to(NOON + timedelta(minutes=11))
    client.force_login(worker)
    assert "Plus de dix minutes ont passé" in html_of(client.post(undo, follow=True))
    assert rows(case) != before
    clock.move_to(NOON + timedelta(minutes=9))
    assert "Retiré." in html_of(client.post(undo, follow=True))
    assert rows(case) == before
    assert "déjà retiré" in html_of(client.post(undo, follow=True))
