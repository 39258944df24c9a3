"""Closing a line with an outcome that its sums contradict is asked about, and says what it gives up."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from cases.models import LedgerEntry
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, line, take
from tests.workflows.views.overpayment.test_line_letters import ready
from workflows.actions.lines import correct_movement
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(worker):
    case = ready(worker)
    take(case, "rsa", "choose_way", worker, ways=["accept"], informed_by="interview")
    return case


@pytest.fixture
def url(case):
    task = CaseTask.objects.open().get(process__debt=line(case, "rsa").debt, node="close_line")
    return reverse("step", args=[case.public_id, task.public_id])


def test_a_line_said_to_be_cancelled_with_money_due_is_asked_about_and_says_what_lapses(client, worker, case, url):
    html = strip_tags(html_of(client.post(url, {"outcome": "cancelled", "note": ""}))).replace("\u00a0", " ")
    assert "1 214,31 € restent dus sur cette ligne." in html.replace("\u202f", " ")
    assert "Clore quand même" in html
    assert "Échéance abandonnée : " in html
    assert line(case, "rsa").is_open
    # What was ticked for another outcome does not hold for this one.
    client.post(url, {"outcome": "waived", "note": "", "confirmed": "cancelled"})
    assert line(case, "rsa").is_open
    client.post(url, {"outcome": "cancelled", "note": "", "confirmed": "cancelled"})
    assert line(case, "rsa").outcome == "cancelled"


def test_a_line_that_is_maintained_is_closed_at_once(client, worker, case, url):
    client.post(url, {"outcome": "maintained", "note": ""})
    assert line(case, "rsa").outcome == "maintained"


def test_a_waiver_that_was_corrected_is_not_proposed_as_the_outcome(client, worker, case, url):
    waived = LedgerEntry.objects.create(
        debt=line(case, "rsa").debt, kind="remitted", amount=100, on=AT.date(), by=worker, recorded_at=AT
    )
    assert client.get(url).context["form"]["outcome"].value() == "waived_partly"
    correct_movement(case=case, line=line(case, "rsa"), entry=waived, reason="wrong", by=worker, at=AT)
    assert client.get(url).context["form"]["outcome"].value() == "maintained"
