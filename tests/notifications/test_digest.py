"""One e-mail for many things: on its morning, once, of what is still unread, and without a word of anybody."""

import re
import threading
from collections.abc import Sequence
from datetime import date, datetime

import pytest
import time_machine
from django.core import mail
from django.db import connections

from cases import journal
from cases.models import User
from notifications import preferences, reminders
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys.scene import REACHED, case_at
from tests.pages import without_ids
from tests.workflows.walk import Walk
from workflows.actions import absences
from workflows.actions.members import hand_over
from workflows.actions.taking_back_acts import take_back_act
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 11, 25, 8, tzinfo=PARIS)
EVENING = datetime(2026, 11, 24, 20, tzinfo=PARIS)


def paris(on: Sequence[int], hour: int, minute: int = 0) -> datetime:
    year, month, day = on
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def caf_case(**who):
    home = factories.household(usual_name="Secretnom", first_names="Prénomcaché", phone="+33612345678", **who)
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home)
    return factories.reported(lease, code="gestionnaire-b", balance="1234.56", **factories.FAMILY)


def agent(rhythm: str = "daily", **by_family: str):
    person = factories.member("caf-91")
    preferences.save_preference(user=person, rhythm=rhythm, by_family=by_family)
    drain_outbox(at=NOON)
    return person


def sent() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def test_a_day_is_told_in_one_e_mail_the_next_morning():
    person = agent()
    cases = [caf_case() for _ in range(3)]
    drain_outbox(at=NOON)
    assert send_due(at=NOON) == 0
    assert send_due(at=WEDNESDAY) == 1
    [message] = mail.outbox
    assert (message.to, message.subject) == ([person.email], "Relais : 3 notifications à lire")
    assert "- 3 situations à prendre" in message.body
    for case in cases:
        assert f"dossier {case.reference} : http://localhost:8000/situations/{case.public_id}/" in message.body
    assert str(Delivery.objects.get(user=person).public_id) in message.message()["Message-ID"]


def test_each_case_says_its_step_its_day_and_where_to_answer_without_signing_in(client):
    agent()
    case = caf_case()
    late = caf_case()
    factories.aim(CaseTask.objects.filter(case=late, node="answer"), at=date(2026, 11, 20))
    drain_outbox(at=NOON)
    send_due(at=WEDNESDAY)
    lines = mail.outbox[0].body.splitlines()
    place = next(n for n, line in enumerate(lines) if case.reference in line)
    # Five working days from Tuesday the 24th.
    assert lines[place + 1] == "    Répondre à l’orientation : mar. 01/12/2026, dans 6\u00a0jours"
    [path] = re.findall(r"répondre sans se connecter : http://localhost:8000(/\S+)", lines[place + 2])
    with time_machine.travel(WEDNESDAY, tick=False):
        assert case.reference in client.get(path).content.decode()
    place = next(n for n, line in enumerate(lines) if late.reference in line)
    # Monday, Tuesday and Wednesday.
    assert lines[place + 1] == "    Répondre à l’orientation : ven. 20/11/2026, en retard de 3\u00a0j\u00a0ouvrés"


def test_who_is_away_is_not_written_to_of_what_a_colleague_can_take():
    here, away = agent("now"), agent("now")
    lone = factories.structure("caf-91")
    absences.declare(
        user=away, structure=lone, by=away, since=NOON.date(), last_day=date(2026, 12, 4), substitutes=[], at=NOON
    )
    drain_outbox(at=NOON)
    send_due(at=NOON)
    mail.outbox.clear()
    caf_case()
    drain_outbox(at=NOON)
    send_due(at=NOON)
    assert sent() == [here.email]


def test_a_case_that_any_colleague_may_take_is_written_at_once_to_who_gives_work_and_to_who_chose_so():
    """Of four: the manager; who chose it; the two others read it the next morning, if nobody answered meanwhile."""
    manager, eager = factories.member("caf-91", "manager"), agent("now")
    others = [factories.member("caf-91"), factories.member("caf-91")]
    drain_outbox(at=NOON)
    send_due(at=NOON)
    mail.outbox.clear()
    answered, waiting = caf_case(), caf_case()
    drain_outbox(at=NOON)
    send_due(at=NOON)
    assert sorted(sent()) == sorted([manager.email, eager.email] * 2)
    mail.outbox.clear()
    Walk(answered).take("answer", by=eager, accept=True, professional=eager)
    drain_outbox(at=NOON)
    send_due(at=WEDNESDAY)
    said = {message.to[0]: message.body for message in mail.outbox}
    for each in others:
        assert waiting.reference in said[each.email]
        assert answered.reference not in said[each.email]


def test_while_no_manager_is_there_all_are_written_to_at_once():
    here, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    absences.declare(
        user=manager, structure=factories.structure("caf-91"), by=manager, since=NOON.date(),
        last_day=date(2026, 12, 4), substitutes=[], at=NOON,
    )  # fmt: skip
    drain_outbox(at=NOON)
    send_due(at=NOON)
    mail.outbox.clear()
    caf_case()
    drain_outbox(at=NOON)
    send_due(at=NOON)
    assert sent() == [here.email]


@pytest.mark.parametrize("why", ["wants none", "wants mornings", "address fails"])
def test_a_manager_whom_no_e_mail_reaches_at_once_holds_nobody_back(why: str):
    here, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    if why == "address fails":
        User.objects.filter(pk=manager.pk).update(failing_email=manager.email)
    else:
        rhythm = "none" if why == "wants none" else "daily"
        preferences.save_preference(user=manager, rhythm=rhythm, by_family={})
    drain_outbox(at=NOON)
    send_due(at=NOON)
    mail.outbox.clear()
    caf_case()
    drain_outbox(at=NOON)
    send_due(at=NOON)
    assert sent() == [here.email]


def test_a_case_whose_acceptance_is_taken_back_is_told_again_to_who_read_that_it_was_taken():
    """The manager at once, who was written to; the other the next morning, whose summary had lost it."""
    manager, eager, other = factories.member("caf-91", "manager"), agent("now"), factories.member("caf-91")
    drain_outbox(at=NOON)
    case = caf_case()
    drain_outbox(at=NOON)
    Walk(case).take("answer", by=eager, accept=True, professional=eager)
    drain_outbox(at=NOON)
    send_due(at=NOON)
    mail.outbox.clear()
    accepted = case.journal.get(kind="step.accepted")
    take_back_act(case=case, entry=accepted, by=eager, at=NOON, reason="wrong_case")
    drain_outbox(at=NOON)
    send_due(at=NOON)
    assert sent() == [manager.email]
    assert "répondre" in mail.outbox[0].body.lower()
    send_due(at=WEDNESDAY)
    assert sent() == [manager.email, other.email]
    assert "- 1 situation à prendre" in mail.outbox[1].body
    assert case.reference in mail.outbox[1].body


def test_an_acceptance_taken_back_before_anybody_was_told_is_counted_once():
    factories.member("caf-91", "manager")
    eager, other = agent("none"), factories.member("caf-91")
    drain_outbox(at=NOON)
    case = caf_case()
    Walk(case).take("answer", by=eager, accept=True, professional=eager)
    take_back_act(case=case, entry=case.journal.get(kind="step.accepted"), by=eager, at=NOON, reason="wrong_case")
    drain_outbox(at=NOON)
    send_due(at=WEDNESDAY)
    assert Notice.objects.filter(user=other, case=case, read_at=None).exists()
    said = next(message.body for message in mail.outbox if message.to == [other.email])
    assert "- 1 situation à prendre" in said


def test_it_says_nothing_of_anybody():
    agent()
    caf_case()
    drain_outbox(at=NOON)
    send_due(at=WEDNESDAY)
    whole = str(mail.outbox[0].message()) + mail.outbox[0].body
    for secret in ("Secretnom", "SECRETNOM", "Prénomcaché", "1234", "1 234", "0612345678", "Gestionnaire", "loyer"):
        assert secret not in without_ids(whole), secret


def test_it_leaves_once():
    agent()
    caf_case()
    drain_outbox(at=NOON)
    assert (send_due(at=WEDNESDAY), send_due(at=WEDNESDAY)) == (1, 0)


def test_what_was_read_before_is_left_out_and_an_empty_one_does_not_leave():
    person = agent()
    read, unread = caf_case(), caf_case()
    drain_outbox(at=NOON)
    Notice.objects.filter(user=person, case=read).update(read_at=NOON)
    send_due(at=WEDNESDAY)
    assert read.reference not in mail.outbox[0].body
    assert "- 1 situation à prendre" in mail.outbox[0].body
    assert unread.reference in mail.outbox[0].body
    mail.outbox.clear()
    caf_case()
    drain_outbox(at=WEDNESDAY)
    Notice.objects.update(read_at=WEDNESDAY)
    assert send_due(at=datetime(2026, 11, 26, 8, tzinfo=PARIS)) == 0
    assert mail.outbox == []
    assert Delivery.objects.get(digest_on=date(2026, 11, 26)).state == "left_out"


def test_what_somebody_took_meanwhile_is_written_neither_to_the_others_nor_to_who_took_it():
    agent()
    taken = Walk(caf_case())
    other = factories.member("caf-91")
    drain_outbox(at=NOON)
    taken.take("answer", by=other, accept=True, professional=other, reason="")
    drain_outbox(at=NOON)
    mail.outbox.clear()
    send_due(at=WEDNESDAY)
    assert sent() == []


def reminded_of_two_contacts(nadia: User) -> list[Walk]:
    """Told on the first of December, for the summary of the next morning."""
    preferences.save_preference(user=nadia, rhythm="daily", by_family={})
    walks = [case_at("contact", worker=nadia, usual_name=name) for name in ("Un", "Deux")]
    drain_outbox(at=NOON)
    Notice.objects.update(read_at=NOON)
    reminders.scan(at=paris((2026, 12, 1), 8))
    drain_outbox(at=paris((2026, 12, 1), 8))
    mail.outbox.clear()
    return walks


def test_a_reminder_of_what_is_done_before_the_morning_is_left_out_of_the_summary():
    nadia = factories.member("caf-91")
    done, left = reminded_of_two_contacts(nadia)
    done.at = paris((2026, 12, 1), 15)
    done.take("contact", by=nadia, **REACHED | {"made_on": date(2026, 12, 1)})
    drain_outbox(at=paris((2026, 12, 1), 15))
    send_due(at=paris((2026, 12, 2), 8))
    assert sent() == [nadia.email]
    assert "- 1 rappel\n" in mail.outbox[0].body
    assert left.case.reference in mail.outbox[0].body
    assert done.case.reference not in mail.outbox[0].body


def test_a_reminder_of_a_case_that_is_anothers_by_the_morning_is_left_out_of_the_summary():
    nadia, rokia, paul = (factories.member("caf-91", role) for role in ("agent", "agent", "manager"))
    gone, left = reminded_of_two_contacts(nadia)
    caf = factories.structure("caf-91")
    hand_over(chosen=[gone.case], user=nadia, to=rokia, structure=caf, by=paul, at=paris((2026, 12, 1), 15))
    drain_outbox(at=paris((2026, 12, 1), 15))
    mail.outbox.clear()
    send_due(at=paris((2026, 12, 2), 8))
    [said] = [str(message.body) for message in mail.outbox if message.to == [nadia.email]]
    assert "- 1 rappel\n" in said
    assert left.case.reference in said
    assert gone.case.reference not in said


def test_what_the_night_held_back_leaves_together():
    person = agent("now")
    for _ in range(2):
        caf_case()
    drain_outbox(at=EVENING)
    assert send_due(at=EVENING) == 0
    assert send_due(at=WEDNESDAY) == 1
    assert sent() == [person.email]


def test_what_is_urgent_leaves_alone_and_at_once_even_for_who_wants_no_e_mail():
    person = agent("none")
    case = caf_case()
    journal.record("case.made_urgent", at=NOON, case=case)
    drain_outbox(at=NOON)
    assert send_due(at=NOON) == 1
    assert mail.outbox[0].to == [person.email]
    assert case.reference in mail.outbox[0].subject
    assert Notice.objects.filter(user=person).count() == 2
    assert Delivery.objects.filter(user=person).count() == 1


def test_two_e_mails_that_would_say_the_same_of_a_case_at_once_are_one():
    person = agent("none")
    case, other = caf_case(), caf_case()
    for each in (case, case, other):
        journal.record("case.made_urgent", at=NOON, case=each)
    drain_outbox(at=NOON)
    journal.record("case.made_urgent", at=NOON, case=case)
    drain_outbox(at=NOON)
    assert send_due(at=NOON) == 2
    assert sorted(message.subject for message in mail.outbox) == sorted(
        f"Relais : une tâche vous attend (dossier {each.reference})" for each in (case, other)
    )
    assert sent() == [person.email] * 2
    # The centre keeps each of them.
    assert Notice.objects.filter(user=person, entry__kind="case.made_urgent").count() == 4


def test_who_no_longer_wants_an_e_mail_does_not_get_the_summary_that_waited():
    person = agent()
    caf_case()
    drain_outbox(at=NOON)
    preferences.save_preference(user=person, rhythm="none", by_family={})
    assert send_due(at=WEDNESDAY) == 0


def test_what_comes_once_the_summary_has_left_is_in_the_next_one():
    """Told by a worker whose clock was a second behind."""
    person = agent()
    caf_case()
    drain_outbox(at=NOON)
    send_due(at=WEDNESDAY)
    late = caf_case()
    drain_outbox(at=datetime(2026, 11, 25, 7, 59, 59, tzinfo=PARIS))
    assert list(Delivery.objects.filter(user=person).values_list("digest_on", "state").order_by("pk")) == [
        (date(2026, 11, 25), "sent"),
        (date(2026, 11, 26), "waiting"),
    ]
    assert Notice.objects.get(case=late).digest == Delivery.objects.get(user=person, state="waiting")


@pytest.mark.parametrize(
    ("rhythm", "told_at", "closed", "leaves_at"),
    [
        ("daily", (2026, 11, 27, 15), [(2026, 11, 28), (2026, 11, 29)], (2026, 11, 30)),
        ("daily", (2026, 12, 24, 15), [(2026, 12, 25), (2026, 12, 26), (2026, 12, 27)], (2026, 12, 28)),
        ("daily", (2027, 3, 26, 15), [(2027, 3, 27), (2027, 3, 28), (2027, 3, 29)], (2027, 3, 30)),
        ("weekly", (2027, 3, 24, 15), [(2027, 3, 25), (2027, 3, 26), (2027, 3, 29)], (2027, 3, 30)),
        ("now", (2027, 10, 29, 21), [(2027, 10, 30), (2027, 10, 31), (2027, 11, 1)], (2027, 11, 2)),
    ],
)
def test_it_waits_for_a_working_morning(rhythm, told_at, closed, leaves_at):
    """A weekend, Christmas, Easter and the hour of summer, All Saints’ Day and the hour of winter."""
    agent(rhythm)
    caf_case()
    drain_outbox(at=paris(told_at[:3], told_at[3]))
    for day in closed:
        assert send_due(at=paris(day, 18)) == 0
    assert send_due(at=paris(leaves_at, 7, 59)) == 0
    assert send_due(at=paris(leaves_at, 8)) == 1


def test_a_closed_account_is_written_to_no_more():
    person = agent()
    caf_case()
    drain_outbox(at=NOON)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert send_due(at=WEDNESDAY) == 0


def test_it_shows_ten_references_of_each_kind_and_counts_the_others():
    agent()
    for _ in range(12):
        caf_case()
    drain_outbox(at=NOON)
    send_due(at=WEDNESDAY)
    body = mail.outbox[0].body
    assert "- 12 situations à prendre" in body
    assert body.count("dossier 2026-") == 10
    assert "et 2 autres dossiers" in body


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_and_send_one_summary():
    people = [agent() for _ in range(3)]
    for _ in range(6):
        caf_case()
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(timeout=60)
        drain_outbox(at=NOON)
        send_due(at=WEDNESDAY)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    drain_outbox(at=NOON)
    send_due(at=WEDNESDAY)
    first = Delivery.objects.filter(digest_on=date(2026, 11, 25))
    assert first.count() == 3
    assert not first.exclude(state="sent").exists()
    assert Notice.objects.filter(entry__kind="step.routed").count() == 18
    assert not Notice.objects.filter(entry__kind="step.routed", digest=None).exists()
    assert {email: sent().count(email) for email in {p.email for p in people}} == {p.email: 1 for p in people}
