"""What one press noted by mistake is taken back; so is, with a reason, what was noted long ago or by a colleague."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from cases.actions import appointments
from cases.models import Case, ContactAttempt, Deadline, JournalEntry, Letter, Milestone
from cases.refusals import Refusal
from tests.factories import NOON, member, structure
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, BONUS, RSA, line, steps, take
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.case.test_letters import APPOINTMENT, write
from tests.workflows.views.overpayment.test_line_letters import chosen, make, ready
from tests.workflows.walk import Walk
from workflows.actions import milestones, taking_back, taking_back_acts
from workflows.actions.reopen import reopen_case
from workflows.actions.tasks import close_now
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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


def drawn_up(case, worker, hours):
    """An appointment at the office, in so many hours."""
    return appointments.make(
        case=case, person=case.household.members.get(), professional=worker, structure=structure("caf-91"),
        starts_at=NOON + timedelta(hours=hours), minutes=30, place="office", by=worker, at=NOON,
    )  # fmt: skip


def undo_of(case):
    return reverse("attempt_take_back", args=[case.public_id, ContactAttempt.everything.latest("pk").pk])


def test_an_attempt_of_one_press_is_taken_back_by_one_more(client, worker, case):
    html = press(client, worker, case)
    assert f'<a href="{undo_of(case)}">Retirer cette tentative</a>' in html
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
    assert f'<a href="{undo_of(case)}?retour=accueil">Retirer cette tentative</a>' in html
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


def test_what_an_earlier_procedure_concluded_holds_back_no_attempt_of_the_next(worker, case):
    walk = Walk(case)
    for channel in ("visit", "phone"):
        walk.take("contact", by=worker, result="again", channel=channel, made_on=date(2026, 11, 24))
    walk.take("contact", by=worker, result="not_reached", channel="letter", made_on=date(2026, 11, 24))
    close_now(case=case, by=worker, at=NOON, data={"outcome": "no_contact"})
    reopen_case(case=case, by=worker, at=NOON)
    case.refresh_from_db()
    Walk(case).take("answer", by=worker, accept=True, professional=worker)
    Walk(case).take("contact", by=worker, result="again", channel="phone", made_on=date(2026, 11, 24))
    taking_back.take_back_attempt(attempt=ContactAttempt.objects.latest("pk"), by=worker, at=NOON)
    assert case.contact_attempts.count() == 3


def test_an_attempt_of_another_service_has_no_page_and_no_link(client, worker, case):
    press(client, worker, case)
    step = reverse("step", args=[case.public_id, Walk(case).task("contact").public_id])
    assert undo_of(case) in html_of(client.get(step))
    assert undo_of(case) in html_of(client.get(step, headers={"HX-Request": "true"}))
    ContactAttempt.objects.update(structure=structure("ccas-grigny"))
    assert undo_of(case) not in html_of(client.get(step))
    assert undo_of(case) not in html_of(client.get(step, headers={"HX-Request": "true"}))
    assert client.get(undo_of(case)).status_code == 404


def test_an_attempt_of_a_missed_appointment_has_no_link(client, worker, case):
    made = drawn_up(case, worker, 2)
    appointments.mark_missed(appointment=made, by=worker, at=NOON + timedelta(hours=3))
    client.force_login(worker)
    html = html_of(client.get(reverse("step", args=[case.public_id, Walk(case).task("contact").public_id])))
    assert "entretien au service, sans réponse" in html
    assert undo_of(case) not in html


def test_an_attempt_whose_line_of_the_journal_is_lost_is_taken_back_with_a_reason(client, worker, case):
    attempt = ContactAttempt.objects.create(
        case=case, structure=structure("caf-91"), by=worker, channel="phone", result="no_answer", made_on=NOON.date()
    )
    client.force_login(worker)
    assert 'name="reason"' in html_of(client.get(undo_of(case)))
    client.post(undo_of(case), {"reason": "mistake"})
    attempt.refresh_from_db()
    assert attempt.voided_at


# A convocation, that counts as an attempt


def convoke(client, worker, case, **typed):
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    sent = {"sent_by": "post", "sent_on": "2026-11-24"}
    return client.post(address("letter_sent"), sent | typed)


def test_with_a_sending_goes_the_attempt_that_it_counted_as_and_no_other_of_that_moment(client, worker, case):
    press(client, worker, case)
    convoke(client, worker, case, attempt="on")
    assert sorted(case.contact_attempts.values_list("channel", flat=True)) == ["letter", "phone"]
    client.post(address("letter_take_back"))
    assert list(case.contact_attempts.values_list("channel", flat=True)) == ["phone"]
    assert case.journal.get(kind="contact.taken_back").cause.kind == "letter.taken_back"


def test_an_attempt_on_which_a_conclusion_rests_does_not_go_by_its_letter_either(client, worker, case):
    convoke(client, worker, case, attempt="on")
    press(client, worker, case, "visit")
    Walk(case).take("contact", by=worker, result="not_reached", channel="phone", made_on=date(2026, 11, 24))
    client.force_login(worker)
    assert "repose sur cette tentative" in html_of(client.post(address("letter_take_back")))
    assert case.contact_attempts.count() == 3
    assert Letter.objects.get().sent_on


def test_nothing_is_taken_back_nor_noted_as_returned_on_a_closed_case(client, worker, case):
    press(client, worker, case)
    convoke(client, worker, case)
    close_now(case=case, by=worker, at=NOON, data={"outcome": "no_contact"})
    client.force_login(worker)
    for url, typed in (
        (undo_of(case), {}),
        (address("letter_take_back"), {}),
        (address("letter_returned"), {"returned_on": "2026-11-24"}),
    ):
        assert "Ce dossier est clos : le rouvrir d’abord" in html_of(client.post(url, typed))
    letter = Letter.objects.get()
    assert (letter.sent_on, letter.returned_on) == (date(2026, 11, 24), None)
    assert case.contact_attempts.count() == 1
    assert address("letter_take_back") not in html_of(client.get(reverse("letters", args=[case.public_id])))


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
    assert f'<a href="{address("letter_take_back")}">Retirer l’envoi</a>' in send(client)
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
    go_on_to_wait(case, worker)
    client.force_login(worker)
    assert "La ligne a avancé depuis" in html_of(client.post(address("letter_take_back")))
    assert Letter.objects.get().sent_on


def line_process(case):
    return CaseTask.objects.open().get(process__debt=line(case, "rsa").debt).process


def note_fact(case, worker, kind, on, **known):
    known.setdefault("known", "declared")
    milestones.record(
        case=case,
        debt=line(case, "rsa").debt,
        context={"benefit": "rsa", "operator": "caf", "court": "ta"},
        kind=kind,
        happened_on=on,
        by=worker,
        at=AT,
        **known,
    )


def go_on_to_wait(case, worker):
    """The recourse left at its step, and its answer is awaited."""
    take(case, "rsa", "prepare", worker, signed="signed")
    take(case, "rsa", "send", worker, sent_on=date(2026, 11, 2), proof="online", received_on=None)


def test_a_sending_that_was_answered_is_not_taken_back(client, overpaid):
    case, worker, _ = overpaid
    send(client)
    note_fact(case, worker, "waiver_refused", date(2026, 11, 2))
    client.force_login(worker)
    assert "ou un fait y a été noté" in html_of(client.post(address("letter_take_back")))
    standing = Milestone.objects.filter(kind__startswith="waiver", replaced_by=None)
    assert sorted(standing.values_list("kind", flat=True)) == ["waiver_asked", "waiver_refused"]


def test_a_sending_whose_fact_another_service_says_now_is_explained(client, overpaid):
    case, worker, _ = overpaid
    send(client)
    Case.objects.filter(pk=case.pk).update(responsible_structure=structure("mds-grigny"))
    with pytest.raises(Refusal, match="que suit maintenant"):
        taking_back.take_back_sending(letter=Letter.objects.get(), by=worker, at=AT)
    assert Milestone.objects.filter(kind="waiver_asked", replaced_by=None).exists()


def test_a_day_that_the_sending_corrected_is_known_again(client, overpaid):
    case, worker, _ = overpaid
    note_fact(case, worker, "waiver_asked", date(2026, 10, 30))
    send(client)
    assert Milestone.objects.get(kind="waiver_asked", replaced_by=None).happened_on == date(2026, 11, 2)
    client.force_login(worker)
    client.post(address("letter_take_back"))
    assert Milestone.objects.get(kind="waiver_asked", replaced_by=None).happened_on == date(2026, 10, 30)


def test_an_answer_awaited_beside_others_is_awaited_no_more(client, overpaid):
    case, worker, _ = overpaid
    go_on_to_wait(case, worker)
    client.force_login(worker)
    send(client)
    process = line_process(case)
    assert process.answer("awaits") == ["recourse", "waiver"]
    assert set(process.answer("titles")) == {"recourse", "waiver"}
    assert case.journal.get(kind="line.awaits").data == {"line": line(case, "rsa").pk, "way": "waiver"}
    client.post(address("letter_take_back"))
    process.refresh_from_db()
    assert process.answer("awaits") == ["recourse"]
    assert set(process.answer("titles")) == {"recourse"}


def test_a_step_that_waits_for_nothing_else_leads_to_another_way(client, overpaid):
    case, worker, _ = overpaid
    go_on_to_wait(case, worker)
    client.force_login(worker)
    send(client)
    process = line_process(case)
    process.data["awaits"] = ["waiver"]
    process.save()
    client.post(address("letter_take_back"))
    assert CaseTask.objects.open().get(process__debt=line(case, "rsa").debt).node == "choose_way"


def test_the_way_whose_answer_is_awaited_is_that_of_the_letter(client, overpaid):
    case, worker, _ = overpaid
    go_on_to_wait(case, worker)
    Letter.objects.update(kind="L13b")
    client.force_login(worker)
    send(client)
    assert line_process(case).answer("awaits") == ["recourse", "court_directly"]


def test_a_sending_that_says_nothing_new_awaits_nothing_more(client, overpaid):
    case, worker, _ = overpaid
    go_on_to_wait(case, worker)
    note_fact(case, worker, "waiver_asked", date(2026, 11, 2))
    client.force_login(worker)
    send(client)
    assert Letter.objects.get().sent_on
    assert line_process(case).answer("awaits") == ["recourse"]


def test_a_letter_that_came_back_says_so_wherever_it_is_read(client, overpaid):
    case, worker, clock = overpaid
    assert "Noter comme revenu" not in html_of(client.get(reverse("letters", args=[case.public_id])))
    send(client)
    html = html_of(client.post(address("letter_returned"), {"returned_on": "2026-11-01"}))
    assert "il n’a pas pu revenir avant" in html
    clock.move_to(AT + timedelta(days=9))
    client.force_login(worker)
    html = html_of(client.post(address("letter_returned"), {"returned_on": "2026-11-10"}, follow=True))
    assert re.search(r">\s*revenu\s*</span>\s*10/11/2026", html)
    assert case.journal.filter(kind="letter.returned").count() == 1
    assert "déjà noté comme revenu" in html_of(client.post(address("letter_returned"), {"returned_on": "2026-11-10"}))
    chronology = html_of(client.get(reverse("case", args=[case.public_id])))
    assert "Awa Sow a noté qu’un courrier est revenu" in chronology


# Steps and appointments


def undo_act(case, kind):
    return reverse("act_take_back", args=[case.public_id, case.journal.filter(kind=kind).latest("pk").pk])


def test_a_signature_of_one_press_is_taken_back_and_asked_for_again(client, overpaid):
    case, worker, _ = overpaid
    client.force_login(worker)
    prepare = Walk(case).task("prepare")
    html = html_of(
        client.post(reverse("step", args=[case.public_id, prepare.public_id]), {"quick": "signed"}, follow=True)
    )
    assert f'<a href="{undo_act(case, "line.signed")}">Retirer</a>' in html
    assert "send" in Walk(case).waiting_for
    page = html_of(client.get(undo_act(case, "line.signed")))
    assert "Retirer : courrier signé" in page
    assert 'name="reason"' not in page
    client.post(undo_act(case, "line.signed"))
    again = Walk(case).task("prepare")
    assert "send" not in Walk(case).waiting_for
    assert (again.due_on, "signed" in again.process.data) == (prepare.due_on, False)
    assert case.journal.get(kind="line.signature_taken_back").data["reason"] == "undone"
    # A second press finds it done.
    assert "déjà retiré" in html_of(client.post(undo_act(case, "line.signed"), follow=True))
    assert case.journal.filter(kind="line.signature_taken_back").count() == 1


def test_a_signature_after_which_the_letter_left_stays(client, overpaid):
    case, worker, _ = overpaid
    take(case, "rsa", "prepare", worker, signed="signed")
    url = undo_act(case, "line.signed")
    take(case, "rsa", "send", worker, sent_on=date(2026, 11, 2), proof="online", received_on=None)
    client.force_login(worker)
    assert "Le dossier a avancé depuis" in html_of(client.post(url))
    assert not case.journal.filter(kind="line.signature_taken_back").exists()


@pytest.fixture
def closed_line(client):
    """RSA, about to be « maintenue » on 2 November, while a recourse against its letter, received on 22 October, may be sent."""
    with time_machine.travel(AT, tick=False) as clock:
        worker = member("ccas-grigny")
        case = ready(worker, lines=(RSA, BONUS))
        take(case, "rsa", "choose_way", worker, ways=["accept"], informed_by="interview")
        yield case, worker, clock


def close_line(case, worker, benefit="rsa"):
    take(case, benefit, "close_line", worker, outcome="maintained", note="")


def running(case):
    """What counts from the letter; not the time to take a step."""
    found = Deadline.objects.running().filter(debt__line=line(case, "rsa"), rule__code__startswith="IND")
    return dict(found.values_list("rule__code", "legal_date"))


def test_a_line_that_was_closed_by_mistake_is_open_again_with_its_last_days(client, closed_line):
    case, worker, _ = closed_line
    before = running(case)
    assert before == {"IND-01": date(2026, 11, 11), "IND-05b": date(2026, 12, 22)}
    close_line(case, worker)
    assert running(case) == {}
    client.force_login(worker)
    page = reverse("case_line", args=[case.public_id, line(case, "rsa").public_id])
    assert f'<a href="{undo_act(case, "line.closed")}">Retirer la clôture</a>' in html_of(client.get(page))
    asked = html_of(client.get(undo_act(case, "line.closed")))
    assert "Retirer : clôture de la ligne RSA, 02/11/2026" in asked
    assert "une voie s’y choisit" in asked
    client.post(undo_act(case, "line.closed"))
    assert (line(case, "rsa").is_open, line(case, "rsa").outcome) == (True, "")
    assert steps(case, "rsa") == ["choose_way"]
    assert running(case) == before
    assert case.journal.get(kind="line.closing_taken_back").data["reason"] == "undone"
    assert "Retirer la clôture" not in html_of(client.get(page))
    assert "déjà retiré" in html_of(client.post(undo_act(case, "line.closed"), follow=True))
    call_command("check_invariants")


def test_the_case_waits_again_for_its_last_line_and_ends_with_it(client, closed_line):
    case, worker, _ = closed_line
    for benefit in ("rsa", "prime_activite"):
        if benefit != "rsa":
            take(case, benefit, "choose_way", worker, ways=["accept"], informed_by="interview")
        close_line(case, worker, benefit)
    assert Walk(case, at=AT).waiting_for == {"close": "ccas-grigny"}
    client.force_login(worker)
    client.post(undo_act(case, "line.closed"))
    assert (steps(case, "rsa"), steps(case, "prime_activite")) == ([], ["choose_way"])
    assert "close" not in Walk(case, at=AT).waiting_for
    take(case, "prime_activite", "choose_way", worker, ways=["accept"], informed_by="interview")
    close_line(case, worker, "prime_activite")
    assert Walk(case, at=AT).waiting_for == {"close": "ccas-grigny"}


def test_a_reopened_case_of_which_each_line_is_closed_may_be_closed_or_open_one_of_them_again(client, closed_line):
    case, worker, clock = closed_line
    close_line(case, worker)
    take(case, "prime_activite", "choose_way", worker, ways=["accept"], informed_by="interview")
    close_line(case, worker, "prime_activite")
    Walk(case, at=AT).take("close", by=worker, note="")
    client.force_login(worker)
    url = reverse("act_take_back", args=[case.public_id, case.journal.filter(kind="line.closed").earliest("pk").pk])
    assert "Ce dossier est clos : le rouvrir d’abord" in html_of(client.post(url))
    later = AT + timedelta(hours=1)
    clock.move_to(later)
    reopen_case(case=Case.objects.get(pk=case.pk), by=worker, at=later)
    Walk(case, at=later).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert Walk(case, at=later).waiting_for == {"close": "ccas-grigny"}
    client.post(url, {"reason": "mistake"})
    assert (line(case, "rsa").is_open, steps(case, "rsa")) == (True, ["choose_way"])
    assert not line(case, "prime_activite").is_open


def test_what_a_settled_line_left_awaiting_is_known_once_its_closing_is_taken_back(closed_line):
    case, worker, _ = closed_line
    rsa = line(case, "rsa")
    process = CaseTask.objects.open().get(process__debt=rsa.debt).process
    process.data["left_awaiting"] = {"recourse": "Recours"}
    process.save(update_fields=["data"])
    close_line(case, worker)
    taking_back_acts.take_back_act(case=case, entry=case.journal.get(kind="line.closed"), by=worker, at=AT)
    assert CaseTask.objects.open().get(process__debt=rsa.debt).process.data["left_awaiting"] == {"recourse": "Recours"}


@pytest.fixture
def followed(clock, worker):
    """A plan whose first instalment is due, three days ago."""
    case = followed_by(worker, until="monitor")
    first = case.plans.get().instalments.first()
    clock.move_to(NOON.replace(year=first.due_on.year, month=first.due_on.month, day=first.due_on.day, hour=15))
    return case


def test_an_instalment_is_said_unpaid_from_the_day_on_which_it_is_due(client, worker, clock):
    case = followed_by(worker, until="monitor")
    first = case.plans.get().instalments.first()
    noon = NOON.replace(year=first.due_on.year, month=first.due_on.month, day=first.due_on.day)
    url = reverse("step", args=[case.public_id, Walk(case).task("monitor").public_id])
    clock.move_to(noon - timedelta(days=1))
    client.force_login(worker)
    assert "Mensualité non payée" not in html_of(client.get(url))
    assert f"n’est due que le {first.due_on:%d/%m/%Y}" in html_of(client.post(url, {"result": "incident"}))
    assert case.plans.get().instalments.first().state == "expected"
    clock.move_to(noon)
    client.force_login(worker)
    assert "Mensualité non payée" in html_of(client.get(url))


def states(case):
    return list(case.plans.get().instalments.order_by("number").values_list("state", "paid"))


def press_check(client, worker, case, code):
    client.force_login(worker)
    url = reverse("step", args=[case.public_id, Walk(case).task("monitor").public_id])
    return html_of(client.post(url, {"quick": code}, follow=True))


@pytest.mark.parametrize("code", ["due", "unpaid"])
def test_a_month_said_paid_or_unpaid_by_mistake_is_expected_again(client, worker, followed, code):
    before, owed = states(followed), Walk(followed).task("monitor")
    html = press_check(client, worker, followed, code)
    assert states(followed) != before
    assert f'<a href="{undo_act(followed, "plan.checked")}">Retirer</a>' in html
    client.post(undo_act(followed, "plan.checked"))
    assert states(followed) == before
    assert Walk(followed).task("monitor").due_on == owed.due_on
    assert not followed.plans.get().checks.exists()
    assert followed.journal.get(kind="plan.check_taken_back").data["reason"] == "undone"
    # It may be said for good.
    press_check(client, worker, followed, "due")
    assert states(followed)[0][0] == "paid"


def test_a_check_on_which_another_followed_stays_and_one_of_long_ago_asks_why(client, worker, followed, clock):
    press_check(client, worker, followed, "unpaid")
    first = undo_act(followed, "plan.checked")
    clock.shift(timedelta(minutes=11))
    client.force_login(worker)
    client.post(first)
    assert followed.plans.get().checks.count() == 1
    press_check(client, worker, followed, "unpaid")
    assert "Le dossier a avancé depuis" in html_of(client.post(first, {"reason": "mistake"}))
    client.post(undo_act(followed, "plan.checked"))
    assert [state for state, _ in states(followed)][:2] == ["missed", "expected"]


def test_a_month_said_to_be_received_has_its_link_as_long_as_the_plan_runs_whatever_was_checked_since(
    client, worker, followed, clock
):
    """Two months said to be received; a month later, the first was not."""
    press_check(client, worker, followed, "due")
    first = undo_act(followed, "plan.checked")
    clock.shift(timedelta(days=31))
    press_check(client, worker, followed, "due")
    assert [state for state, _ in states(followed)][:3] == ["paid", "paid", "expected"]
    clock.shift(timedelta(days=2))
    client.force_login(worker)
    page = reverse("case", args=[followed.public_id])
    assert f'href="{first}"' in html_of(client.get(page))
    client.post(first, {"reason": "mistake"})
    assert [state for state, _ in states(followed)][:3] == ["paid", "expected", "expected"]
    assert followed.plans.get().checks.count() == 1
    assert followed.journal.get(kind="plan.check_taken_back").data["reason"] == "mistake"
    second = followed.plans.get().instalments.get(number=2)
    assert Walk(followed).task("monitor").due_on == second.due_on + timedelta(days=3)
    html = html_of(client.get(page))
    assert f'href="{first}"' not in html
    assert f'href="{undo_act(followed, "plan.checked")}"' in html


def test_a_plan_that_runs_no_more_keeps_what_was_said_of_it(client, worker, followed):
    press_check(client, worker, followed, "due")
    first = undo_act(followed, "plan.checked")
    followed.plans.update(state="broken", break_reason="instalments_unpaid", ended_on=followed.plans.get().agreed_on)
    assert f'href="{first}"' not in html_of(client.get(reverse("case", args=[followed.public_id])))


@pytest.mark.parametrize(("result", "kind"), [("honore", "appointment.kept"), ("non-honore", "appointment.missed")])
def test_the_result_of_an_appointment_is_taken_back_with_the_attempt_that_it_counted_as(
    client, worker, case, clock, result, kind
):
    made = drawn_up(case, worker, 1)
    clock.move_to(NOON + timedelta(hours=2))
    client.force_login(worker)
    url = reverse("appointment_result", args=[case.public_id, made.public_id])
    html = html_of(client.post(url, {"resultat": result, "retour": "agenda"}, follow=True))
    assert f'<a href="{undo_act(case, kind)}?retour=agenda">Retirer</a>' in html
    client.force_login(member("mds-grigny"))
    assert client.post(undo_act(case, kind)).status_code == 404
    client.force_login(worker)
    client.post(undo_act(case, kind))
    made.refresh_from_db()
    assert (made.state, made.attempt, case.contact_attempts.count()) == ("planned", None, 0)
    assert case.journal.get(kind="appointment.taken_back").data["reason"] == "undone"
    client.post(url, {"resultat": "honore"})
    # Once the contact was recorded, the appointment stays with it.
    kept = undo_act(case, "appointment.kept")
    Walk(case, at=NOON + timedelta(hours=2)).take(
        "contact", by=worker, result="reached", channel="office", made_on=NOON.date(), informed_by="interview"
    )
    assert "Un contact a été enregistré depuis ce rendez-vous" in html_of(client.post(kept))
