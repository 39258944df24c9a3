"""Anything follows anything on the référents of two people in two structures: R1 to R11 hold after each act."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils.timezone import localdate

from cases.actions import coordination, handover
from cases.actions.referents import CannotFollow
from cases.invariants import INVARIANTS
from cases.models import Beneficiary, Coordination, Referent, Structure, User, Vacancy
from cases.refusals import Refusal
from cases.rules.merging import Side
from tests.cases.actions.test_referents import somebody
from tests.factories import NOON, member, structure
from workflows import engine
from workflows.actions import coordination as coordinators, members, merging, referents
from workflows.models import CaseTask
from workflows.steps.coordination import NODES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SIDES: tuple[Side, ...] = ("kept", "absorbed")


class World:
    """Two people, two structures with a manager and two agents each; an act is drawn, tried, and may be refused."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)  # noqa: S311 - not a secret
        self.at = NOON
        self.people = [somebody(), somebody()]
        self.pilot, self.desk = member("cd91-rsa", "pilot"), member("caf-91-pilotage", "pilot")
        self.teams: dict[Structure, list[User]] = {
            structure(code): [member(code, "manager"), member(code), member(code)]
            for code in ("mds-grigny", "ccas-grigny")
        }
        self.acts: list[Callable[[], Any]] = [
            self.propose, self.propose, self.propose, self.propose, self.answer, self.answer, self.answer, self.answer, self.withdraw, self.inform, self.inform,
            self.end, self.transfer, self.coordinate, self.answer_coordination, self.agree, self.object, self.give_up,
            self.leave, self.note_the_legal_one, self.merge,
        ]  # fmt: skip

    def step(self) -> str:
        self.at += timedelta(hours=self.draw.randint(0, 30))
        act = self.draw.choice(self.acts)
        try:
            act()
        except Refusal:
            return f"{act.__name__}, refused"
        return act.__name__

    def one(self, found: Any) -> Any:
        some = list(found)
        if not some:
            raise CannotFollow("nothing of that kind")
        return self.draw.choice(some)

    def propose(self) -> None:
        place = self.draw.choice(list(self.teams))
        manager, *_ = team = self.teams[place]
        user = self.draw.choice(team)
        referents.propose(
            beneficiary=self.draw.choice(self.people), structure=place, user=user, by=manager, at=self.at
        )

    def answer(self) -> None:
        waiting = self.one(Referent.objects.proposed().select_related("case", "structure", "user"))
        accepts = self.draw.random() < 0.8
        referents.answer_proposal(referent=waiting, accept=accepts, reason="load", by=waiting.user, at=self.at)

    def withdraw(self) -> None:
        waiting = self.one(Referent.objects.proposed().select_related("case", "structure"))
        referents.withdraw_proposal(referent=waiting, by=self.teams[waiting.structure][0], at=self.at)

    def inform(self) -> None:
        task = self.one(CaseTask.objects.open().filter(node="inform_person").select_related("owner"))
        data = {"means": "phone", "on": localdate(self.at), "objects": self.draw.random() < 0.1}
        engine.complete(task, by=task.owner, at=self.at, data=data)

    def end(self) -> None:
        held = self.one(Referent.objects.current().select_related("case", "structure", "user"))
        vacant = self.draw.random() < 0.6
        referents.end(
            referent=held, reason="support_ended", stays_vacant=vacant, because="fini", by=held.user, at=self.at
        )

    def transfer(self) -> None:
        held = self.one(Referent.objects.current().select_related("case", "structure", "user"))
        team = self.teams[held.structure]
        to = self.one(user for user in team if user != held.user)
        moves = [handover.Move(referent=held, to=to)]
        entry = referents.transfer(moves=moves, structure=held.structure, by=team[0], at=self.at)
        if self.draw.random() < 0.5:
            referents.undo_transfer(transfer=entry, by=team[0], at=self.at + timedelta(hours=1))

    def coordinate(self) -> None:
        """The pilot chooses, or people who follow her agree among themselves."""
        task = CaseTask.objects.open().filter(node="choose_coordinator").first()
        held = self.one(Referent.objects.filter(state="active").select_related("case", "structure", "user"))
        if task and task.case_id == held.case_id and self.draw.random() < 0.5:
            engine.complete(task, by=self.pilot, at=self.at, data={"referent": held})
        else:
            coordinators.propose(referent=held, by=held.user, at=self.at)

    def answer_coordination(self) -> None:
        task = self.one(CaseTask.objects.open().filter(node="coordinate").select_related("owner"))
        accepts = "yes" if self.draw.random() < 0.8 else "no"
        engine.complete(task, by=task.owner, at=self.at, data={"accept": accepts, "reason": "load"})

    def agree(self) -> None:
        task = self.one(CaseTask.objects.open().filter(node="ask_agreement").select_related("owner"))
        agrees = "yes" if self.draw.random() < 0.8 else "no"
        engine.complete(task, by=task.owner, at=self.at, data={"agrees": agrees, "on": localdate(self.at)})

    def object(self) -> None:
        held = self.one(Referent.objects.current().select_related("case", "structure", "user"))
        own = {"case": held.case, "structure": held.structure, "by": held.user, "at": self.at}
        if coordination.is_objected(held.case):
            coordinators.lift_objection(**own)
        else:
            coordinators.object_to(on=localdate(self.at), **own)

    def note_the_legal_one(self) -> None:
        held = self.one(Referent.objects.current().select_related("case", "structure", "user"))
        own = {"case": held.case, "structure": held.structure, "by": held.user, "at": self.at}
        legal = self.draw.choice([*self.teams, None])
        coordination.record_legal(legal=legal, on=localdate(self.at), **own)

    def merge(self) -> None:
        """Both turn out to be one person: whose référents stay is drawn too. Sometimes it was a mistake."""
        pair = merging.Pair.from_people(*self.people)
        stay: dict[str, Side] = {place.code: self.draw.choice(SIDES) for place in merging.find_doubled_places(pair)}
        done = merging.merge(pair=pair, choices={}, together=False, stay=stay, by=self.desk, at=self.at)
        if self.draw.random() < 0.4:
            merging.unmerge(merge=done, by=self.desk, at=self.at)
            self.people = list(Beneficiary.objects.filter(pk__in=(pair.kept.pk, pair.absorbed.pk)))
        else:
            self.people = [pair.kept, somebody()]

    def give_up(self) -> None:
        vacancy: Vacancy = self.one(Vacancy.objects.open().exclude(structure=None).select_related("structure"))
        task = self.one(
            CaseTask.objects.open().filter(case=vacancy.case, node="fill_place", structure=vacancy.structure)
        )
        manager = self.teams[task.structure][0]
        engine.complete(task, by=manager, at=self.at, data={"choice": "give_up", "because": "fini"})

    def leave(self) -> None:
        """Somebody is removed at once; those who still follow people are not."""
        place = self.draw.choice(list(self.teams))
        manager, *others = self.teams[place]
        if len(others) > 1:
            gone = self.draw.choice(others)
            members.end_all_memberships(user=gone, structure=place, last_day=None, by=manager, at=self.at)
            self.teams[place].remove(gone)


def without_a_step() -> list[int]:
    """Référents proposed or in place for whom nothing waits: their procedure would be lost."""
    waiting = CaseTask.objects.open().filter(case__kind="coordination").select_related("process")
    known = {task.process.data["referent"] for task in waiting if task.node not in ("fill_place", *NODES)}
    live = Referent.objects.filter(state__in=["proposed", "accepted", "active"]).values_list("pk", flat=True)
    return sorted(set(live) ^ known)


def coordinations_without_a_step() -> list[int]:
    """Proposed, or accepted without her agreement yet: somebody has to answer. Nothing else waits for anybody."""
    waiting = CaseTask.objects.open().filter(node__in=("coordinate", "ask_agreement")).select_related("process")
    known = {task.process.data["coordination"] for task in waiting}
    live = Coordination.objects.filter(state__in=["proposed", "accepted"]).values_list("pk", flat=True)
    return sorted(set(live) ^ known)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_follows_nobody_is_left_without_saying_so(seed: int):
    world = World(seed)
    done: list[str] = []
    for _ in range(50):
        done.append(world.step())
        broken = [each.code for each in INVARIANTS if list(each.broken(localdate(world.at)))]
        assert (broken, without_a_step(), coordinations_without_a_step()) == ([], [], []), done
    assert len({act for act in done if not act.endswith("refused")}) > 5
