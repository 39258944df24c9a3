"""What one press noted by mistake is taken back; so is, with a reason, what was noted long ago or by a colleague."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.models import ContactAttempt, JournalEntry, Letter, Milestone
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.overpayment.test_line_letters import chosen, make
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def worker():
    return member("caf-91")


@pytest.fixture
def case(clock, worker):
    return followed_by(worker, until="contact")


def press(client, worker, case, code="phone"):
    client.force_login(worker)
    url = reverse("step", args=[case.public_id, Walk(case).task("contact").public_id])
    return html_of(client.post(url, {"quick": code}, follow=True))


def undo_of(case):
    return reverse("attempt_take_back", args=[case.public_id, ContactAttempt.everything.latest("pk").pk])


def test_an_attempt_of_one_press_is_taken_back_by_one_more(client, worker, case):
    html = press(client, worker, case)
    assert f'<a href="{undo_of(case)}">Annuler cette tentative</a>' in html
    page = html_of(client.get(undo_of(case)))
    assert "Retirer : appel, sans réponse" in page
    assert 'name="reason"' not in page
    html = html_of(client.post(undo_of(case), follow=True))
    assert "Retiré. La chronologie garde la trace" in html
    assert not case.contact_attempts.exists()
    kinds = case.journal.filter(kind__startswith="contact.").order_by("pk")
    assert list(kinds.values_list("kind", "data__reason")) == [
        ("contact.attempted", None),
        ("contact.taken_back", "undone"),
    ]
    # A second press finds it done; the page of the step no longer counts it.
    assert "déjà retiré" in html_of(client.post(undo_of(case), follow=True))
    assert JournalEntry.objects.filter(kind="contact.taken_back").count() == 1


def test_from_the_line_of_the_inbox_the_link_leads_back_to_it(client, worker, case):
    client.force_login(worker)
    url = reverse("step", args=[case.public_id, Walk(case).task("contact").public_id])
    html = html_of(client.post(url, {"quick": "visit"}, headers={"HX-Request": "true"}))
    assert f'<a href="{undo_of(case)}?retour=accueil">Annuler cette tentative</a>' in html
    assert client.post(f"{undo_of(case)}?retour=accueil").url == reverse("inbox")


def test_after_ten_minutes_a_reason_is_asked_and_stays(client, worker, case, clock):
    press(client, worker, case)
    clock.move_to(NOON + timedelta(minutes=10, seconds=1))
    assert 'name="reason"' in html_of(client.get(undo_of(case)))
    client.post(undo_of(case))
    assert case.contact_attempts.count() == 1
    client.post(undo_of(case), {"reason": "wrong_case"})
    assert not case.contact_attempts.exists()
    assert case.journal.get(kind="contact.taken_back").data["reason"] == "wrong_case"


def test_a_colleague_says_why_and_another_service_finds_nothing(client, worker, case):
    press(client, worker, case)
    client.force_login(member("mds-grigny"))
    assert client.post(undo_of(case)).status_code == 404
    client.force_login(member("caf-91", "manager"))
    client.post(undo_of(case))
    assert case.contact_attempts.count() == 1
    client.post(undo_of(case), {"reason": "not_done"})
    assert not case.contact_attempts.exists()


def test_what_rests_on_an_attempt_keeps_it(client, worker, case):
    for _ in range(2):
        press(client, worker, case, "visit")
    attempt = ContactAttempt.objects.latest("pk")
    Walk(case).take("contact", by=worker, result="not_reached", channel="letter", made_on=date(2026, 11, 24))
    client.force_login(worker)
    url = reverse("attempt_take_back", args=[case.public_id, attempt.pk])
    assert "repose sur cette tentative" in html_of(client.post(url))
    assert case.contact_attempts.count() == 3


def test_a_contact_that_was_made_stays(client, clock, worker):
    case = followed_by(worker)
    url = reverse("attempt_take_back", args=[case.public_id, case.contact_attempts.get().pk])
    client.force_login(worker)
    assert "il ne se retire pas" in html_of(client.post(url))
    assert case.contact_attempts.exists()


# Letters


@pytest.fixture
def overpaid(client):
    with time_machine.travel(AT, tick=False) as clock:
        worker = member("ccas-grigny", first_name="Awa", last_name="Sow")
        case = chosen(worker)
        make(client, worker, case, "L6a", resources="1120", expenses="980", left_to_live="140")
        yield case, worker, clock


def address(name):
    letter = Letter.objects.get()
    return reverse(name, args=[letter.case.public_id, letter.public_id])


def send(client):
    return html_of(client.post(address("letter_sent"), {"sent_by": "post", "sent_on": "2026-11-02"}, follow=True))


def test_a_sending_noted_by_mistake_is_taken_back_with_the_fact_that_it_was(client, overpaid):
    case, _worker, _ = overpaid
    assert f'<a href="{address("letter_take_back")}">Annuler</a>' in send(client)
    assert Milestone.objects.filter(kind="waiver_asked").exists()
    client.post(address("letter_take_back"))
    letter = Letter.objects.get()
    assert (letter.sent_on, letter.sent_by) == (None, "")
    assert not Milestone.objects.filter(kind="waiver_asked", replaced_by=None).exists()
    assert case.journal.get(kind="letter.taken_back").data["reason"] == "undone"
    # It may leave for good later.
    send(client)
    assert Letter.objects.get().sent_on == date(2026, 11, 2)


def test_a_sending_is_taken_back_with_a_reason_the_next_day(client, overpaid):
    _case, worker, clock = overpaid
    send(client)
    clock.move_to(AT + timedelta(hours=2))
    client.force_login(worker)
    client.post(address("letter_take_back"))
    assert Letter.objects.get().sent_on
    client.post(address("letter_take_back"), {"reason": "not_done"})
    assert Letter.objects.get().sent_on is None


def test_a_sending_on_which_the_line_went_on_is_not_taken_back(client, overpaid):
    case, worker, _ = overpaid
    send(client)
    from tests.workflows.actions.test_overpayment import take

    take(case, "rsa", "prepare", worker, signed="signed")
    take(case, "rsa", "send", worker, sent_on=date(2026, 11, 2), proof="online", received_on=None)
    client.force_login(worker)
    assert "La ligne a avancé depuis" in html_of(client.post(address("letter_take_back")))
    assert Letter.objects.get().sent_on


def test_a_letter_that_came_back_says_so_wherever_it_is_read(client, overpaid):
    case, _worker, _ = overpaid
    assert "Noter comme revenu" not in html_of(client.get(reverse("letters", args=[case.public_id])))
    send(client)
    html = html_of(client.post(address("letter_returned"), {"returned_on": "2026-11-01"}))
    assert "il n’a pas pu revenir avant" in html
    html = html_of(client.post(address("letter_returned"), {"returned_on": "2026-11-02"}, follow=True))
    assert re.search(r"revenu\s*</span>\s*0?2/11", html) or "02/11/2026" in html
    assert case.journal.filter(kind="letter.returned").count() == 1
    assert "déjà noté comme revenu" in html_of(client.post(address("letter_returned"), {"returned_on": "2026-11-02"}))
