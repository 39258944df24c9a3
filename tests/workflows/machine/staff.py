"""Members come, hand over what they have, and leave; what they leave behind comes back to their service."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from cases.actions import members
from cases.actions.members import CannotChangeMember
from cases.refusals import NotAllowed, Refusal
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import DESK, LANDLORDS, LARGE, SERVICES, Post
from tests.workflows.machine.matter import BESIDE, Matter
from tests.workflows.machine.sharing import Sharing
from workflows.actions import members as work
from workflows.actions.tasks import give_task

SIDE = frozenset({"contact", "diagnose", "plan", "monitor", "close", BESIDE})
"""Steps of whoever follows the household: given to another, the case is his."""


class Staff(Sharing):
    def held(self, user: int, structure: str) -> list[Matter]:
        """The open cases that are entrusted to somebody: he is named, or has a step of it."""
        cases = {step.case for step in self.waiting if (step.owner, step.structure) == (user, structure)}
        named = {matter.case for matter in self.open_matters() if matter.named.get(structure) == user}
        return [self.matters[case] for case in sorted(cases | named)]

    def entrusted(self) -> list[tuple[Post, Matter]]:
        here = [post for post in self.posts if post.holds(self.today) and post.structure in LARGE]
        return [(post, matter) for post in here for matter in self.held(post.user, post.structure)]

    @act(when=lambda self: self.entrusted(), weight=3, place=PICK, by=PICK, to=PICK)
    def hand_over(self, place: int, by: int, to: int) -> bool | None:
        """All that a member has of a case, to a colleague, by a manager or by himself."""
        post, matter = self.pick(self.entrusted(), place)
        heads = self.at_work(post.structure, "manager")
        person = self.pick([*heads, *heads, *self.at_work(post.structure)], by)
        colleague = self.pick(self.at_work(post.structure, "agent", "manager"), to)
        self.tell(f"{post.structure} hands over {matter.case}")
        row = self.case(matter)

        def hand_over() -> Any:
            return work.hand_over_case(
                case=row,
                user=self.user(post.user),
                to=self.user(colleague),
                structure=self.structure(post.structure),
                by=self.user(person),
                at=self.at,
            )

        is_his_own = person == post.user and person in self.at_work(post.structure, "agent", "manager", "pilot")
        if not (is_his_own or person in self.at_work(post.structure, "manager")):
            return self.refused(hand_over, NotAllowed)
        if colleague == post.user:
            return self.refused(hand_over, Refusal)
        was_named = matter.named.get(post.structure) == post.user
        had_steps = any(step.owner == post.user and step.node in SIDE for step in self.of(matter))
        hand_over()
        matter.acts += 1
        if was_named or (had_steps and post.structure == matter.responsible):
            matter.named[post.structure] = colleague
        return None

    @act(when=lambda self: self.waiting, weight=2, place=PICK, by=PICK, to=PICK)
    def give_a_step(self, place: int, by: int, to: int) -> bool | None:
        step = self.pick(self.waiting, place)
        matter = self.matters[step.case]
        here, heads = self.at_work(step.structure), self.at_work(step.structure, "manager", "pilot")
        person, colleague = self.pick([*heads, *heads, *here], by), self.pick(here, to)
        self.tell(f"{step.structure} gives {step.node} of {step.case}")
        task = self.task(step)

        def give_it() -> Any:
            return give_task(task=task, to=self.user(colleague), by=self.user(person), at=self.at)

        giving = ("pilot", "agent", "manager") if step.structure == DESK else ("manager",)
        is_his = step.owner == person and step.structure not in LANDLORDS
        if step.structure in LANDLORDS or not (is_his or person in self.at_work(step.structure, *giving)):
            return self.refused(give_it, NotAllowed)
        if colleague not in self.at_work(step.structure, "pilot", "agent", "manager"):
            return self.refused(give_it, Refusal)
        give_it()
        matter.acts += 1
        if step.structure == matter.responsible and step.structure in SERVICES:
            matter.named[step.structure] = colleague
        return None

    # Coming and going

    @act(when=lambda self: self.newcomers(), who=PICK, where=PICK, role=st.sampled_from(["agent", "manager"]))
    def a_member_comes(self, who: int, where: int, role: str) -> None:
        user, structure = self.pick(self.newcomers(), who), self.pick(LARGE, where)
        self.tell(f"someone joins {structure} as {role}")
        members.join(
            user=self.user(user), structure=self.structure(structure), role=role, since=self.today, at=self.at
        )
        self.posts.append(Post(user, structure, role, since=self.today))

    def newcomers(self) -> list[int]:
        busy = {post.user for post in self.posts}
        return [user.pk for user in self.cast.spare if user.pk not in busy]

    @act(when=lambda self: self.leavers(), weight=2, who=PICK, days=st.sampled_from([None, 0, 3, 10]))
    def a_member_leaves(self, who: int, days: int | None) -> bool | None:
        """At once or today, only once nothing is entrusted to him any more; a later day may be said beforehand."""
        post, head = self.pick(self.leavers(), who)
        last_day = None if days is None else self.today + timedelta(days=days)
        self.tell(f"a member of {post.structure} leaves, last day: {last_day or 'now'}")

        def leave() -> None:
            work.end_all_memberships(
                user=self.user(post.user),
                structure=self.structure(post.structure),
                last_day=last_day,
                by=self.user(head),
                at=self.at,
            )

        if self.held(post.user, post.structure) and days in (None, 0):
            return self.refused(leave, CannotChangeMember)
        leave()
        self.posts.remove(post)
        last = last_day or self.today - timedelta(days=1)
        if last >= post.since:
            self.posts.append(post.until(last))
        if last_day is None:
            self.forget(post.user, post.structure)
        return None

    def leavers(self) -> list[tuple[Post, int]]:
        """Agents of a service that has a manager, with that manager."""
        return [
            (post, self.at_work(post.structure, "manager")[0])
            for post in self.posts
            if post.structure in LARGE and post.role == "agent" and post.holds(self.today) and not post.last_day
        ]

    def forget(self, user: int, structure: str) -> None:
        """Nobody who is gone is the professional of a case, open or closed."""
        for matter in self.matters.values():
            if matter.named.get(structure) == user:
                del matter.named[structure]
