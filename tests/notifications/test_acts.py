"""What one act says to one person is one e-mail, with references; what must not be missed keeps its own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from cases import journal
from cases.models import Case, User
from notifications import fanout
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys.scene import case_at
from workflows.actions.members import hand_over

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
