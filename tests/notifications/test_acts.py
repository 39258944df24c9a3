"""What one act says to one person is one e-mail, with references; what must not be missed keeps its own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from cases import journal
from cases.actions import deadlines
from cases.actions.retention.anonymise import erase_rows
from cases.actions.retention.archive import archive_household
from cases.actions.retention.register import ERASED
from cases.models import Case, Deadline, User
from notifications import fanout
from notifications.ages import forget_old_notices
from notifications.answered import read_answered_notices
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice, Reminder, ReminderRule
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys.scene import case_at
from workflows.actions import milestones
from workflows.actions.members import hand_over
from workflows.models import CaseTask

SATURDAY = datetime(2026, 11, 28, 0, 5, tzinfo=PARIS)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def nadia() -> User:
    return factories.member("caf-91", email="nadia@example.org")


@pytest.fixture
def cases(nadia: User) -> list[Case]:
    found = [case_at("contact", worker=nadia, usual_name=name).case for name in ("Un", "Deux", "Trois")]
    sent()
    return found


def sent(*, at=NOON) -> list[tuple[str, str]]:
    """To whom, and the subject."""
    mail.outbox.clear()
    drain_outbox(at=at)
    send_due(at=at)
    return [(message.to[0], str(message.subject)) for message in mail.outbox]


def cleared(*cases: Case, at=NOON, by: User | None = None) -> None:
    for case in cases:
        journal.record("debt.cleared", at=at, case=case, by=by, structure=factories.structure("caf-91"))


def test_many_lines_of_one_act_are_one_e_mail_with_the_references(cases: list[Case]):
    cleared(*cases)
    [(to, subject)] = sent()
    assert (to, subject) == ("nadia@example.org", "Relais : 3 informations d’un bailleur ou sur un plan")
    body = str(mail.outbox[0].body)
    for case in cases:
        assert f"dossier {case.reference} : http://localhost:8000/situations/{case.public_id}/" in body
    for name in ("Un", "Deux", "Trois"):
        assert name not in body
    assert Notice.objects.filter(entry__kind="debt.cleared").count() == 3
    assert sent() == []


def test_one_line_is_an_e_mail_as_before(cases: list[Case]):
    cleared(cases[0])
    assert sent() == [("nadia@example.org", f"Relais : une tâche vous attend (dossier {cases[0].reference})")]


def test_two_acts_are_two_e_mails(cases: list[Case]):
    other = factories.member("caf-91", "manager")
    cleared(cases[0])
    cleared(cases[1], by=other)
    cleared(cases[2], at=NOON + timedelta(seconds=1))
    assert len(sent()) == 3


def test_an_act_longer_than_a_chunk_is_still_one_e_mail(cases: list[Case], monkeypatch):
    monkeypatch.setattr(fanout, "CHUNK", 1)
    cleared(*cases)
    assert len(sent()) == 1
    assert Delivery.objects.get(notice__entry__kind="debt.cleared").told_notices.count() == 3


def test_what_must_not_be_missed_has_its_own_e_mail_each(cases: list[Case]):
    for case in cases:
        journal.record("deadline.missed", at=NOON, case=case, structure=factories.structure("caf-91"), deadline=0)
    cleared(*cases)
    subjects = [subject for _, subject in sent()]
    assert sorted(subjects) == sorted(
        [f"Relais : une tâche vous attend (dossier {case.reference})" for case in cases]
        + ["Relais : 3 informations d’un bailleur ou sur un plan"]
    )


def test_what_must_not_be_missed_is_said_again_once_what_waits_was_read(cases: list[Case]):
    """The e-mail of what was read is not sent: the second line would have none."""
    told: dict[str, Any] = {"case": cases[0], "structure": factories.structure("caf-91"), "deadline": 0}
    journal.record("deadline.missed", at=SATURDAY, **told)
    drain_outbox(at=SATURDAY)
    Notice.objects.update(read_at=SATURDAY)
    journal.record("deadline.missed", at=SATURDAY + timedelta(hours=2), **told)
    assert [email for email, _ in sent(at=datetime(2026, 11, 30, 8, tzinfo=PARIS))] == ["nadia@example.org"]


def remind_urgently(case: Case, *, at: datetime, deadline: Deadline | None = None) -> None:
    """Of the contact to make, or of another delay."""
    task = CaseTask.objects.open().get(case=case, node="contact")
    rule, deadline = ReminderRule.objects.get(code="R-CONTACT-URGENT"), deadline or task.deadlines.get()
    last = Reminder.objects.filter(deadline=deadline).count()
    made = Reminder.objects.create(
        rule=rule, deadline=deadline, rank=last, due_on=deadline.legal_date, day=at.date(), made_at=at
    )
    journal.record(
        "reminder.due", at=at, case=case, structure=task.structure, reminder=made.pk, deadline=deadline.pk, floor="urgent",
        last_day="2026-12-04", title="Contacter", due="",
    )  # fmt: skip


def test_an_urgent_reminder_is_not_held_back_by_that_of_another_delay_which_may_be_met_before_it_leaves(
    cases: list[Case], nadia: User
):
    """Both would leave at eight: that of the contact is read by itself once it is made, and its e-mail does not leave."""
    milestones.record(
        case=cases[0], kind="order_to_pay_served", happened_on=NOON.date(), known="proved", by=nadia, at=NOON
    )
    sent()
    remind_urgently(cases[0], at=SATURDAY)
    drain_outbox(at=SATURDAY)
    remind_urgently(cases[0], at=SATURDAY, deadline=Deadline.objects.get(case=cases[0], rule__code="C01"))
    drain_outbox(at=SATURDAY)
    deadlines.meet(Deadline.objects.filter(case=cases[0], rule__code__startswith="P-CONTACT"), at=SATURDAY)
    read_answered_notices({cases[0].pk}, at=SATURDAY)
    assert [email for email, _ in sent(at=datetime(2026, 11, 30, 8, tzinfo=PARIS))] == ["nadia@example.org"]


def test_two_urgent_reminders_of_one_delay_are_one_e_mail(cases: list[Case]):
    remind_urgently(cases[0], at=SATURDAY)
    remind_urgently(cases[0], at=SATURDAY)
    drain_outbox(at=SATURDAY)
    remind_urgently(cases[0], at=SATURDAY)
    assert [email for email, _ in sent(at=datetime(2026, 11, 30, 8, tzinfo=PARIS))] == ["nadia@example.org"]


def test_a_reminder_that_is_answered_before_its_e_mail_leaves_holds_back_no_other(cases: list[Case]):
    """Both would leave at eight: the reminder is read by itself, and the other one was not made."""
    remind_urgently(cases[0], at=SATURDAY)
    drain_outbox(at=SATURDAY)
    assert Delivery.objects.filter(state="waiting").count() == 1
    told: dict[str, Any] = {"case": cases[0], "structure": factories.structure("caf-91"), "deadline": 0}
    journal.record("deadline.missed", at=SATURDAY + timedelta(hours=2), **told)
    drain_outbox(at=SATURDAY + timedelta(hours=2))
    Notice.objects.filter(entry__kind="reminder.due").update(read_at=SATURDAY + timedelta(hours=3))
    assert [email for email, _ in sent(at=datetime(2026, 11, 30, 8, tzinfo=PARIS))] == ["nadia@example.org"]


def test_a_reminder_says_nothing_that_an_act_said_already(cases: list[Case]):
    told: dict[str, Any] = {"case": cases[0], "structure": factories.structure("caf-91"), "deadline": 0}
    journal.record("deadline.missed", at=SATURDAY, **told)
    remind_urgently(cases[0], at=SATURDAY)
    assert [email for email, _ in sent(at=datetime(2026, 11, 30, 8, tzinfo=PARIS))] == ["nadia@example.org"]


def test_an_e_mail_that_told_of_several_notices_is_forgotten_at_its_age_with_them(cases: list[Case]):
    cleared(*cases)
    sent()
    assert Delivery.objects.filter(notice__entry__case=cases[0], notices__entry__kind="debt.cleared").exists()
    later = NOON + timedelta(days=3 * 366)
    assert forget_old_notices(at=later) >= 3
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


def test_a_household_is_erased_whose_e_mail_told_of_another_too(cases: list[Case]):
    cleared(*cases)
    sent()
    home = cases[0].household
    for table in ("notifications.Delivery", "notifications.Notice"):
        erase_rows(ERASED[table], ERASED[table].find_rows([home.pk]))
    connection.check_constraints()
    left = Notice.objects.filter(entry__kind="debt.cleared")
    assert {(each.case, each.digest) for each in left} == {(cases[1], None), (cases[2], None)}


def test_a_household_is_archived_whose_e_mail_told_of_another_too(cases: list[Case]):
    cleared(*cases)
    sent()
    archive_household(household=cases[0].household, by=None, at=NOON)
    connection.check_constraints()
    left = Notice.objects.filter(entry__kind="debt.cleared")
    assert {(each.case, each.digest) for each in left} == {(cases[1], None), (cases[2], None)}


def test_cases_handed_over_and_gone_again_before_the_morning_are_not_counted(cases: list[Case], nadia: User):
    manager, rokia, julien = (factories.member("caf-91", role) for role in ("manager", "agent", "agent"))
    sent()
    evening = datetime(2026, 11, 24, 19, 30, tzinfo=PARIS)
    caf = factories.structure("caf-91")
    hand_over(chosen=cases, user=nadia, to=rokia, structure=caf, by=manager, at=evening)
    drain_outbox(at=evening)
    hand_over(chosen=cases[:2], user=rokia, to=julien, structure=caf, by=manager, at=evening + timedelta(minutes=10))
    sent(at=datetime(2026, 11, 25, 8, tzinfo=PARIS))
    said = {message.to[0]: str(message.body) for message in mail.outbox}
    assert "1 dossier confié" in said[rokia.email]
    assert cases[2].reference in said[rokia.email]
    assert cases[0].reference not in said[rokia.email]


def test_what_was_read_meanwhile_is_left_out_and_nothing_leaves_when_all_was(cases: list[Case]):
    cleared(*cases)
    drain_outbox(at=NOON)
    Notice.objects.filter(case=cases[0]).update(read_at=NOON)
    assert sent() == [("nadia@example.org", "Relais : 2 informations d’un bailleur ou sur un plan")]
    assert cases[0].reference not in str(mail.outbox[0].body)
    cleared(*cases, at=NOON + timedelta(hours=1))
    drain_outbox(at=NOON)
    Notice.objects.update(read_at=NOON)
    assert sent() == []


def test_cases_handed_over_together_are_told_with_their_references(cases: list[Case], nadia: User):
    manager, rokia = factories.member("caf-91", "manager"), factories.member("caf-91", email="rokia@example.org")
    hand_over(chosen=cases, user=nadia, to=rokia, structure=factories.structure("caf-91"), by=manager, at=NOON)
    assert sent() == [("rokia@example.org", "Relais : 3 dossiers confiés")]
    for case in cases:
        assert f"dossier {case.reference} : http://localhost:8000/situations/{case.public_id}/" in str(
            mail.outbox[0].body
        )
