"""An act that is undone before its e-mail leaves is not told by e-mail; what had left, or stays, is."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from cases.actions.case import assign_professional
from cases.actions.handover import Move
from cases.models import JournalEntry, Referent
from notifications import fanout
from notifications.delivery import send_due
from notifications.models import Delivery
from notifications.preferences import save_preference
from tests.cases.actions.test_referents import somebody
from tests.factories import NOON, PARIS, member, structure
from tests.journeys import scene
from tests.workflows.views.case.test_case import routed_to_the_caf
from tests.workflows.walk import Walk
from workflows.actions import grouped, grouped_undo, referents
from workflows.actions.grouped import Done, Giving, GroupedActContext
from workflows.actions.taking_back_acts import take_back_act
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
MORNING = datetime(2026, 11, 25, 8, tzinfo=PARIS)


class Team:
    """A manager who gives three steps of Nadia to Rokia, once all that was told before has left."""

    def __init__(self) -> None:
        self.manager = member("caf-91", "manager")
        self.nadia, self.rokia = member("caf-91"), member("caf-91")
        self.walks = [scene.case_at("contact", worker=self.nadia) for _ in range(3)]
        self.tell(at=NOON)
        self.tell(at=MORNING)
        mail.outbox.clear()
        self.at = MORNING + timedelta(hours=2)

    def tell(self, *, at: datetime) -> None:
        fanout.drain_outbox(at=at)
        send_due(at=at)

    def setting(self) -> GroupedActContext:
        return GroupedActContext(structure=structure("caf-91"), by=self.manager, at=self.at)

    def give(self) -> Done:
        steps = CaseTask.objects.open().filter(case__in=[walk.case for walk in self.walks], node="contact")
        tasks = list(steps.select_related("case", "owner", "structure").order_by("pk"))
        return grouped.give_several(
            Giving(tasks, self.setting()).plan(among=[self.rokia]), self.setting(), reason="load"
        )

    def undo(self, done: Done) -> None:
        grouped_undo.undo_grouped_act(entry=done.entry, by=self.manager, at=self.at + timedelta(minutes=1))

    def written_to(self) -> list[str]:
        return [address for message in mail.outbox for address in message.to]


def test_what_was_given_and_taken_back_before_the_e_mail_leaves_is_not_told_to_who_received_it():
    team = Team()
    team.undo(team.give())
    team.tell(at=team.at + timedelta(minutes=2))
    assert team.rokia.email not in team.written_to()


def test_who_was_told_that_he_received_is_told_that_it_was_taken_back():
    team = Team()
    done = team.give()
    team.tell(at=team.at)
    assert team.written_to().count(team.rokia.email) == 1
    team.undo(done)
    team.tell(at=team.at + timedelta(minutes=2))
    assert team.written_to().count(team.rokia.email) == 2


def test_what_stays_after_an_undo_is_told():
    """One of the steps was given to her again since."""
    team = Team()
    done = team.give()
    kept = team.walks[0].task("contact")
    team.undo(done)
    CaseTask.objects.filter(pk=kept.pk).update(owner=team.rokia)
    team.tell(at=team.at + timedelta(minutes=2))
    assert team.rokia.email in team.written_to()


class Portfolio:
    """A manager who hands two people whom Nadia follows over to Rokia, once all that was told before has left."""

    def __init__(self) -> None:
        self.manager = member("caf-91", "manager")
        self.nadia, self.rokia = member("caf-91"), member("caf-91")
        names = ("Okafor", "Pereira")
        self.rows = [scene.followed(by=self.nadia, code="caf-91", someone=somebody(name)) for name in names]
        self.at = MORNING + timedelta(hours=2)
        for at in (NOON, MORNING):
            self.tell(at=at)
        mail.outbox.clear()

    def tell(self, *, at: datetime) -> None:
        fanout.drain_outbox(at=at)
        send_due(at=at)

    def transfer(self) -> JournalEntry:
        moves = [Move(referent=row, to=self.rokia) for row in self.rows]
        return referents.transfer(moves=moves, structure=structure("caf-91"), by=self.manager, at=self.at)

    def undo(self, transfer: JournalEntry) -> None:
        referents.undo_transfer(transfer=transfer, by=self.manager, at=self.at + timedelta(minutes=1))

    def count_written_to_rokia(self) -> int:
        return [address for message in mail.outbox for address in message.to].count(self.rokia.email)


def test_a_transfer_is_told_to_who_receives_it():
    team = Portfolio()
    team.transfer()
    team.tell(at=team.at + timedelta(minutes=2))
    assert team.count_written_to_rokia() == 1


def test_a_transfer_that_is_undone_before_its_e_mail_leaves_is_not_told_to_who_received_it():
    team = Portfolio()
    team.undo(team.transfer())
    team.tell(at=team.at + timedelta(minutes=2))
    assert team.count_written_to_rokia() == 0


def test_a_second_transfer_is_told_though_the_first_was_undone():
    team = Portfolio()
    team.undo(team.transfer())
    team.rows = list(Referent.objects.current().filter(user=team.nadia).order_by("pk")[:1])
    team.at += timedelta(minutes=2)
    team.transfer()
    team.tell(at=team.at + timedelta(minutes=1))
    assert team.count_written_to_rokia() == 1


class Given:
    """A case that the manager of the CAF gives to Nadia, who chose to be written to at once."""

    def __init__(self) -> None:
        self.manager = member("caf-91", "manager")
        self.nadia, self.rokia = member("caf-91"), member("caf-91")
        for each in (self.nadia, self.rokia):
            save_preference(user=each, rhythm="now", by_family={})
        self.case = routed_to_the_caf()
        self.tell(at=NOON)
        mail.outbox.clear()
        Walk(self.case).take("answer", by=self.manager, accept=True, professional=self.nadia)

    def tell(self, *, at: datetime) -> None:
        fanout.drain_outbox(at=at)
        send_due(at=at)

    def give_to_rokia(self) -> None:
        at = NOON + timedelta(minutes=1)
        assign_professional(
            case=self.case, user=self.rokia, structure=structure("caf-91"), at=at, by=self.manager
        )  # fmt: skip

    def written_to(self) -> list[str]:
        return [address for message in mail.outbox for address in message.to]


def test_who_is_given_a_case_is_written_to_at_once():
    given = Given()
    given.tell(at=NOON)
    assert given.written_to() == [given.nadia.email]


def test_a_case_that_is_given_on_before_the_e_mail_leaves_is_told_to_the_second_alone():
    given = Given()
    given.give_to_rokia()
    given.tell(at=NOON + timedelta(minutes=2))
    assert given.written_to() == [given.rokia.email]


def test_an_acceptance_taken_back_before_the_e_mail_leaves_is_told_to_nobody():
    given = Given()
    entry = given.case.journal.get(kind="step.accepted")
    take_back_act(case=given.case, entry=entry, by=given.manager, at=NOON + timedelta(minutes=1))
    given.tell(at=NOON + timedelta(minutes=2))
    assert given.written_to() == []
    (e_mail,) = Delivery.objects.filter(user=given.nadia, notice__entry__kind="professional.assigned")
    assert e_mail.state == Delivery.State.LEFT_OUT


def test_no_search_for_what_undid_it_is_made_for_a_case_that_was_given_once(django_assert_num_queries):
    """What failed, what is due, those e-mails, of what, for which cases and structures; then a savepoint, the claim, the mark,
    and its end."""
    given = Given()
    fanout.drain_outbox(at=NOON)
    with django_assert_num_queries(10):
        send_due(at=NOON)
    assert given.written_to() == [given.nadia.email]
