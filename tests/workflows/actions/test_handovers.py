"""A transfer that the worker does: in batches, one line, again after a crash, and whoever changed hands is left out."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import handover, members
from cases.actions.referents import CannotFollow
from cases.models import JournalEntry, Referent, User
from notifications import fanout
from notifications.models import Notice
from tests.cases.actions.test_referents import somebody
from tests.factories import member, membership_of, structure
from tests.workflows.actions.test_portfolio import AT, MDS, broken, moves
from tests.workflows.flows.test_referent import in_place, propose
from workflows.actions import handovers, referents
from workflows.models import Handover
from workflows.tasks import run_handovers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def manager() -> User:
    return member(MDS, "manager")


@pytest.fixture
def going() -> User:
    return member(MDS)


@pytest.fixture(autouse=True)
def _batches_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handovers, "BATCH", 2)


def follow(user: User, count: int) -> None:
    for _ in range(count):
        in_place(somebody(), user)


def ask(manager: User, going: User, to: User) -> Handover:
    return handovers.ask_transfer(moves=moves(going, to), structure=structure(MDS), by=manager, at=AT)


def test_batch_after_batch_until_nothing_is_left(manager: User, going: User):
    follow(going, 5)
    asked = ask(manager, going, one := member(MDS))
    assert [handovers.run_waiting(at=AT, limit=1) for _ in range(4)] == [2, 2, 1, 0]
    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.left_out, asked.moves) == ("done", 5, 0, [])
    assert Referent.objects.current().filter(user=one).count() == 5
    assert JournalEntry.objects.filter(kind="referents.handed_over").count() == 1
    assert broken() == []


def test_the_progress_is_kept_with_what_is_done(manager: User, going: User):
    follow(going, 5)
    asked = ask(manager, going, one := member(MDS))
    handovers.run_waiting(at=AT, limit=2)
    asked.refresh_from_db()
    assert (asked.state, asked.progress) == ("running", "2 personnes sur 5")
    assert Referent.objects.current().filter(user=one).count() == 2
    assert broken() == []
    run_handovers()
    asked.refresh_from_db()
    assert asked.state == "done"


def test_whoever_changed_hands_between_two_batches_is_left_out(manager: User, going: User):
    follow(going, 3)
    asked = ask(manager, going, one := member(MDS))
    handovers.run_waiting(at=AT, limit=2)
    last = Referent.objects.current().get(user=going)
    other = propose(last.beneficiary, member(MDS))
    referents.answer_proposal(referent=other, accept=True, by=other.user, at=AT)
    handovers.run_waiting(at=AT)
    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.left_out) == ("done", 3, 1)
    assert Referent.objects.current().filter(user=one).count() == 2
    assert broken() == []


def test_each_colleague_is_told_once_even_before_the_last_batch(manager: User, going: User):
    follow(going, 3)
    one = member(MDS)
    ask(manager, going, one)
    handovers.run_waiting(at=AT, limit=2)
    fanout.drain_outbox(at=AT)
    handovers.run_waiting(at=AT)
    fanout.drain_outbox(at=AT)
    kinds = list(Notice.objects.filter(user=one).values_list("entry__kind", flat=True))
    assert kinds.count("referents.handed_over") == 1
    assert "referent.proposed" not in kinds


def test_it_is_undone_in_batches_too(manager: User, going: User):
    follow(going, 5)
    asked = ask(manager, going, member(MDS))
    handovers.run_waiting(at=AT)
    asked.refresh_from_db()
    assert asked.entry
    back = handovers.ask_undo(transfer=asked.entry, structure=structure(MDS), by=manager, at=AT)
    handovers.run_waiting(at=AT)
    back.refresh_from_db()
    assert (back.state, back.done) == ("done", 5)
    assert Referent.objects.current().filter(user=going).count() == 5
    assert handover.is_undone(asked.entry)
    assert broken() == []
    with pytest.raises(CannotFollow, match="déjà défait"):
        handovers.ask_undo(transfer=asked.entry, structure=structure(MDS), by=manager, at=AT)


def test_it_is_not_undone_when_whoever_left_is_no_longer_a_referent_there(manager: User, going: User):
    follow(going, 2)
    asked = ask(manager, going, member(MDS))
    handovers.run_waiting(at=AT)
    asked.refresh_from_db()
    assert asked.entry
    members.end_membership(membership=membership_of(going), on=AT.date(), at=AT)
    back = handovers.ask_undo(transfer=asked.entry, structure=structure(MDS), by=manager, at=AT)
    handovers.run_waiting(at=AT)
    back.refresh_from_db()
    assert (back.state, back.done) == ("refused", 0)
    assert "ne le sont plus ici" in back.message
    assert not handover.is_undone(asked.entry)
    assert Referent.objects.current().filter(user=going).count() == 0


def test_one_runs_at_a_time_in_a_structure(manager: User, going: User):
    follow(going, 2)
    ask(manager, going, member(MDS))
    with pytest.raises(CannotFollow, match="déjà en cours"):
        ask(manager, going, member(MDS))


def test_a_manager_who_is_one_no_longer_is_refused_and_nothing_moves(going: User):
    follow(going, 2)
    asked = ask(member(MDS), going, member(MDS))
    handovers.run_waiting(at=AT)
    asked.refresh_from_db()
    assert (asked.state, asked.done) == ("refused", 0)
    assert "Un responsable" in asked.message
    assert Referent.objects.current().filter(user=going).count() == 2


def test_from_the_page_a_long_one_is_followed_until_it_is_done(
    manager: User, going: User, client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(handovers, "AT_ONCE", 2)
    follow(going, 3)
    one = member(MDS)
    client.force_login(manager)
    typed: dict[str, Any] = {
        "personne": list(Referent.objects.current().filter(user=going).values_list("pk", flat=True)),
        "collegue": [one.pk],
        "transferer": "oui",
    }
    answer = client.post(reverse("portfolio", args=[MDS, going.public_id]), typed)
    asked = Handover.objects.get()
    url = reverse("handover", args=[MDS, asked.public_id])
    assert answer.url == url  # type: ignore[attr-defined]
    assert "Le transfert va commencer" in client.get(url).content.decode()
    handovers.run_waiting(at=AT, limit=2)
    assert "2 personnes sur 3" in client.get(url, headers={"HX-Request": "true"}).content.decode()
    handovers.run_waiting(at=AT)
    asked.refresh_from_db()
    assert asked.entry
    done = reverse("portfolio_done", args=[MDS, asked.entry.pk])
    assert client.get(url).url == done  # type: ignore[attr-defined]
    undone = client.post(done)
    assert "/en-cours/" in undone.url  # type: ignore[attr-defined]
    handovers.run_waiting(at=AT)
    assert Referent.objects.current().filter(user=going).count() == 3
