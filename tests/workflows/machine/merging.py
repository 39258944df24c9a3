"""Réunir deux fiches, deux ménages; défaire la fusion; reconnaître deux personnes."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from cases.actions.merging.merge import CannotMerge
from cases.actions.merging.unmerge import CannotUnmerge
from cases.models import Appointment, Beneficiary, Case, Deadline, HouseholdMember, Merge, Milestone
from cases.refusals import NotAllowed
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import DESK
from tests.workflows.machine.files import Files
from tests.workflows.machine.matter import Matter
from tests.workflows.machine.policy import follows, sees_fully
from workflows.actions import merging


@dataclass
class Merged:
    merge: int
    closed: int | None = None
    kept: int | None = None
    reports: list[str] = field(default_factory=list)
    """Structures whose report went from the closed case to the one that goes on."""
    meetings: list[int] = field(default_factory=list)


class Merging(Files):
    def __init__(self) -> None:
        super().__init__()
        self.merges: list[Merged] = []

    # Who is who, as the tables have it

    def homes(self) -> dict[int, set[int]]:
        """Person → households in which she lives or has lived."""
        found: dict[int, set[int]] = {}
        for person, home in HouseholdMember.objects.values_list("beneficiary", "household"):
            found.setdefault(person, set()).add(home)
        return found

    def cases_in(self, homes: set[int]) -> list[Matter]:
        cases = Case.objects.filter(household__in=homes).order_by("pk").values_list("pk", flat=True)
        return [self.matters[pk] for pk in cases]

    def pairs(self) -> list[tuple[int, int]]:
        """People of two households that are known by a case."""
        homes = self.homes()
        living = set(Beneficiary.objects.filter(merged_into=None).values_list("pk", flat=True))
        known = sorted(
            person
            for person in living & homes.keys()
            if any(matter.outcome != "voided" for matter in self.cases_in(homes[person]))
        )
        return list(combinations(known, 2))

    def whole_for(self, user: int, matter: Matter) -> bool:
        posts = [post for post in self.posts if post.user == user and post.holds(self.today)]
        return any(
            sees_fully(post, matter, self.parts(matter)) and follows(self.posts, user, post.structure, on=self.today)
            for post in posts
        )

    def may_compare(self, user: int, people: tuple[int, ...]) -> bool:
        """The desk; and who follows a case of hers whole, and no open one less."""
        if user in self.at_work(DESK):
            return True
        homes = self.homes()
        return all(
            any(self.whole_for(user, matter) for matter in self.cases_in(homes[person]))
            and all(self.whole_for(user, matter) for matter in self.cases_in(homes[person]) if matter.is_open)
            for person in people
        )

    def clash(self, one: int, other: int) -> list[Matter]:
        """Open cases of either, with one landlord: are they one matter?"""
        homes = self.homes()
        mine = [matter for matter in self.cases_in(homes[one]) if matter.is_open]
        theirs = [matter for matter in self.cases_in(homes[other]) if matter.is_open]
        found = {
            matter.case: matter
            for first in mine
            for second in theirs
            if first not in theirs and second not in mine and first.owner == second.owner
            for matter in (first, second)
        }
        return [found[case] for case in sorted(found)]

    def someone_who_compares(self, people: tuple[int, int], place: int) -> int:
        """The desk as a rule; else the professional of one of their cases."""
        homes = self.homes()
        cases = self.cases_in(homes[people[0]] | homes[people[1]])
        named = [user for matter in cases for user in matter.named.values()]
        return self.pick([*self.at_work(DESK), *self.at_work(DESK), *named], place)

    # The acts

    @act(
        when=lambda self: self.pairs(),
        weight=3,
        place=PICK,
        by=PICK,
        what=st.sampled_from(["people", "people and homes", "homes"]),
        answer=st.sampled_from(["none", "both go on", "first closes", "second closes"]),
    )
    def merge(self, place: int, by: int, what: str, answer: str) -> bool | None:
        one, other = self.pick(self.pairs(), place)
        user = self.someone_who_compares((one, other), by)
        pair = merging.Pair.from_people(Beneficiary.objects.get(pk=one), Beneficiary.objects.get(pk=other))
        asked = self.clash(one, other)
        closed = asked[answer == "second closes"] if asked and answer.endswith("closes") else None
        self.tell(f"{self.said(user)} merges {what}: {one} and {other}; asked of {[m.case for m in asked]}: {answer}")
        touched = self.touched(one, other)

        def merge() -> Merge:
            closes = Case.objects.get(pk=closed.case) if closed else None
            return merging.merge(
                pair=pair,
                choices={},
                together="homes" in what,
                answer=None if answer == "none" else merging.DuplicateCaseChoice(closed=closes),
                is_one_person="people" in what,
                by=self.user(user),
                at=self.at,
            )

        if not self.may_compare(user, (one, other)):
            return self.refused(merge, NotAllowed)
        if self.cannot_merge(pair, what, asked, answer, closed, user):
            return self.refused(merge, CannotMerge)
        merged = Merged(merge().pk)
        self.merges.append(merged)
        for matter in touched:
            matter.acts += 1
        if closed:
            self.close_duplicate(merged, closed, next(matter for matter in asked if matter is not closed))
        return None

    def touched(self, one: int, other: int) -> list[Matter]:
        homes = self.homes()
        return self.cases_in(homes[one] | homes[other])

    def cannot_merge(
        self, pair: merging.Pair, what: str, asked: list[Matter], answer: str, closed: Matter | None, user: int
    ) -> bool:
        if "homes" in what and not self.has_two_homes(pair):
            return True
        if asked and answer == "none":
            return True
        if closed is None:
            return False
        answers = user in self.at_work(DESK) or follows(self.posts, user, closed.responsible, on=self.today)
        return len(asked) != 2 or not answers or self.is_alone_with_a_date(closed, of=asked)

    def is_alone_with_a_date(self, closed: Matter, *, of: list[Matter]) -> bool:
        """Does a delay run on it from a fact that the other does not know of the same day?"""
        kept = next(matter for matter in of if matter is not closed)
        facts = {
            matter.case: set(
                Milestone.objects.filter(case=matter.case, replaced_by=None).values_list("kind", "happened_on")
            )
            for matter in of
        }
        running = set(Deadline.objects.waiting().filter(case=closed.case).values_list("rule__start", flat=True))
        return any(kind in running for kind, _ in facts[closed.case] - facts[kept.case])

    def has_two_homes(self, pair: merging.Pair) -> bool:
        places = [
            set(HouseholdMember.objects.filter(beneficiary=person, until=None).values_list("household", flat=True))
            for person in (pair.kept, pair.absorbed)
        ]
        return all(len(homes) == 1 for homes in places) and places[0] != places[1]

    def close_duplicate(self, merged: Merged, closed: Matter, kept: Matter) -> None:
        """Who reported the case that closes follows the one that goes on; so do appointments of its services."""
        merged.closed, merged.kept = closed.case, kept.case
        closed.is_duplicate = True
        merged.reports = sorted(closed.reports - kept.reports)
        closed.reports -= set(merged.reports)
        kept.reports |= set(merged.reports)
        parts = self.parts(kept)
        for pk, (case, structure, starts_at) in list(self.meetings.items()):
            if case == closed.case and structure in parts:
                self.meetings[pk] = (kept.case, structure, starts_at)
                merged.meetings.append(pk)
        self.closed(closed, "duplicate")

    @act(when=lambda self: self.merges, weight=2, which=PICK, by=PICK)
    def unmerge(self, which: int, by: int) -> bool | None:
        """By the desk; the case that the merge closed is reopened if the desk answers for it."""
        merged = self.pick(self.merges, which)
        merge = Merge.objects.get(pk=merged.merge)
        user = self.pick(self.at_work(DESK), by)
        self.tell(f"the desk undoes merge {merged.merge}")
        people = {person for person in (merge.kept_person_id, merge.absorbed_person_id) if person}
        homes = {home for home in (merge.kept_household_id, merge.absorbed_household_id) if home}

        def unmerge() -> merging.Undone:
            return merging.unmerge(merge=merge, by=self.user(user), at=self.at)

        if merged is not self.merges[-1]:
            try:
                done = unmerge()
            except CannotUnmerge:
                return False
        else:
            done = unmerge()
        self.merges.remove(merged)
        lived = self.homes()
        for matter in self.cases_in(homes.union(*(lived.get(person, set()) for person in people))):
            matter.acts += 1
        if merged.closed and merged.kept:
            self.reopen_duplicate(merged, self.matters[merged.closed], self.matters[merged.kept], done)
        return None

    def reopen_duplicate(self, merged: Merged, closed: Matter, kept: Matter, done: merging.Undone) -> None:
        closed.is_duplicate = False
        kept.reports -= set(merged.reports)
        closed.reports |= set(merged.reports)
        was_closed_by_it = closed.outcome == "duplicate"
        others = [matter for matter in self.open_matters() if matter.lease == closed.lease]
        is_reopened = was_closed_by_it and closed.responsible == DESK and not others
        assert (done.reopened is not None) == is_reopened
        if is_reopened:
            closed.begins_again()
            closed.acts += 1
        for pk in merged.meetings:
            if pk in self.meetings:
                self.give_meeting_back(pk, closed, kept)

    def give_meeting_back(self, pk: int, closed: Matter, kept: Matter) -> None:
        """With its case; it is cancelled where nobody of the service would see it."""
        _, structure, starts_at = self.meetings.pop(pk)
        found = Appointment.objects.get(pk=pk)
        matter = closed if found.case_id == closed.case else kept
        if found.is_planned:
            self.meetings[pk] = (matter.case, structure, starts_at)
            self.given_back |= set() if matter.is_open else {pk}

    @act(when=lambda self: self.pairs(), place=PICK)
    def tell_two_people_apart(self, place: int) -> None:
        one, other = self.pick(self.pairs(), place)
        self.tell(f"the desk tells {one} and {other} apart")
        pair = merging.Pair.from_people(Beneficiary.objects.get(pk=one), Beneficiary.objects.get(pk=other))
        merging.tell_apart(pair=pair, by=self.user(self.at_work(DESK)[0]), at=self.at)

    def said(self, user: int) -> Any:
        return " and ".join(f"{post.role} of {post.structure}" for post in self.posts if post.user == user)
