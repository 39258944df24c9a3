"""Proposals, answers, ends and transfers of one person at once, on connections of their own: one référent at most, none lost."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from cases.actions.handover import Move
from cases.actions.referents import CannotFollow
from cases.models import Assignment, Beneficiary, JournalEntry, Referent, Structure, User, Vacancy
from cases.refusals import Refusal
from tests.cases.actions.test_administrators_at_once import second_of
from tests.cases.actions.test_referents import somebody
from tests.factories import NOON, member, structure
from tests.workflows.actions.test_portfolio import broken, moves
from tests.workflows.flows.test_referent import in_place
from tests.workflows.test_engine import at_once
from workflows.actions import handovers, referents
from workflows.models import Handover

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MDS = "mds-grigny"
TOGETHER = 4


class Place:
    """One place of a person in the MDS, and acts on it that are drawn at random."""

    def __init__(self, someone: Beneficiary, team: list[User], draw: Random) -> None:
        self.someone, self.draw = someone, draw
        self.manager, *self.agents = team
        self.mds: Structure = structure(MDS)

    def acts(self) -> list[Callable[[], Any]]:
        chosen = [self.propose, self.answer, self.answer, self.transfer, self.end, self.withdraw]
        return [partial(self.draw.choice(chosen), self.draw.choice(self.agents)) for _ in range(TOGETHER)]

    def rows(self, *states: str) -> list[Referent]:
        read = Referent.objects.select_related("case", "structure", "user", "beneficiary")
        return list(read.filter(beneficiary=self.someone, state__in=states))

    def propose(self, user: User) -> None:
        referents.propose(beneficiary=self.someone, structure=self.mds, user=user, by=self.manager, at=NOON)

    def answer(self, user: User) -> None:
        for row in self.rows("proposed"):
            accepts = user.pk % 3 > 0
            referents.answer_proposal(
                referent=row, accept=accepts, reason="" if accepts else "load", by=row.user, at=NOON
            )

    def transfer(self, user: User) -> None:
        found = [Move(referent=row, to=user) for row in self.rows(*Referent.HOLDING)]
        referents.transfer(moves=found, structure=self.mds, by=self.manager, at=NOON)

    def end(self, user: User) -> None:
        for row in self.rows(*Referent.HOLDING):
            referents.end(referent=row, reason="change_asked", stays_vacant=True, by=row.user, at=NOON)

    def withdraw(self, user: User) -> None:
        for row in self.rows("proposed"):
            referents.withdraw_proposal(referent=row, by=self.manager, at=NOON)

    def state(self) -> tuple[int, int, int]:
        """In place, proposed, vacant."""
        vacant = Vacancy.objects.open().filter(case__beneficiary=self.someone)
        return len(self.rows(*Referent.HOLDING)), len(self.rows("proposed")), vacant.count()


@pytest.mark.parametrize("races", [10, pytest.param(75, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_whatever_is_done_at_once_leaves_one_referent_a_proposal_or_a_vacancy(races: int):
    team = [member(MDS, "manager"), *(member(MDS) for _ in range(3))]
    draw = Random(11)  # noqa: S311 - not a secret
    place = Place(somebody(), team, draw)
    place.propose(team[1])
    done = 0
    for race in range(races):  # of four acts each
        results = at_once(*place.acts())
        unexpected = [each for each in results if isinstance(each, Exception) and not isinstance(each, Refusal)]
        assert unexpected == [], race
        done += sum(not isinstance(each, Exception) for each in results)
        held, proposed, vacant = place.state()
        assert held <= 1, race
        assert proposed <= 1, race
        assert held + proposed + vacant >= 1, race
        assert vacant <= (held == 0), race
        if not proposed:
            place.propose(next(each for each in team[1:] if not held or each != place.rows(*Referent.HOLDING)[0].user))
    assert done > races
    assert broken() == []


def test_of_colleagues_who_are_proposed_at_once_one_is():
    team = [member(MDS, "manager"), *(member(MDS) for _ in range(4))]
    for _ in range(10):
        someone = somebody()
        place = Place(someone, team, Random(1))  # noqa: S311 - not a secret
        results = at_once(*(partial(place.propose, user) for user in team[1:]))
        assert sum(result is None for result in results) == 1
        assert all(result is None or isinstance(result, CannotFollow) for result in results)
        assert place.state() == (0, 1, 0)
    assert broken() == []


def test_two_workers_that_go_on_with_the_same_transfer_move_each_person_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handovers, "BATCH", 2)
    manager, going, one = member(MDS, "manager"), member(MDS), member(MDS)
    for _ in range(6):
        in_place(somebody(), going)
    asked = handovers.ask_transfer(moves=moves(going, one), structure=structure(MDS), by=manager, at=NOON)
    while Handover.objects.filter(state="running").exists():
        results = at_once(*(partial(handovers.run_waiting, at=NOON, limit=2) for _ in range(3)))
        assert not [each for each in results if isinstance(each, Exception)]
    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.left_out) == ("done", 6, 0)
    assert Referent.objects.current().filter(user=one).count() == 6
    assert JournalEntry.objects.filter(kind="referents.handed_over").count() == 1
    assert Assignment.objects.filter(user=one, kind="responsible", until=None).count() == 6
    assert broken() == []


def test_two_transfers_of_the_same_people_at_once_leave_each_with_one_referent():
    manager, going, one, two = member(MDS, "manager"), member(MDS), member(MDS), member(MDS)
    for _ in range(4):
        in_place(somebody(), going)
    plans = [moves(going, to) for to in (one, two)]
    results = at_once(
        *(partial(referents.transfer, moves=plan, structure=structure(MDS), by=manager, at=NOON) for plan in plans)
    )
    assert sorted(type(each).__name__ for each in results) == ["CannotFollow", "JournalEntry"]
    winners = set(Referent.objects.current().values_list("user", flat=True))
    assert winners in ({one.pk}, {two.pk})
    assert Referent.objects.current().count() == 4
    assert broken() == []


def test_a_transfer_that_two_managers_undo_at_once_is_undone_and_told_once():
    team = [member(MDS, "manager") for _ in range(2)]
    going, one = member(MDS), member(MDS)
    for _ in range(2):
        in_place(somebody(), going)
    entry = referents.transfer(moves=moves(going, one), structure=structure(MDS), by=team[0], at=NOON)
    undo = [partial(referents.undo_transfer, transfer=entry, by=manager, at=NOON) for manager in team]
    refused = second_of(*undo)
    assert isinstance(refused, CannotFollow), refused
    assert str(refused) == "Ce transfert est déjà défait."
    assert JournalEntry.objects.filter(kind="referents.taken_back").count() == 1
    assert Referent.objects.current().filter(user=going).count() == 2
