"""Partager: structures in support, professionals named in them, requests asked blind and answered."""

from typing import Any

from hypothesis import strategies as st

from cases.actions import sharing_requests
from cases.actions.sharing import CannotShare
from cases.models import Participation, SharingRequest
from cases.refusals import NotAllowed
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import DESK, LARGE, SERVICES
from tests.workflows.machine.closing import Closing
from tests.workflows.machine.matter import Matter
from tests.workflows.machine.policy import follows, sees
from workflows.actions import sharing

LEVELS = st.sampled_from(["card", "full"])
BASES = st.sampled_from(["SH-1", "SH-3"])
"""Shared support, or at the person’s own request."""


class Sharing(Closing):
    def __init__(self) -> None:
        super().__init__()
        self.requests: dict[int, tuple[int, str, int]] = {}
        """Those that wait: request → case, structure, who asked."""

    def may_share(self, person: int, matter: Matter) -> bool:
        posts = [post for post in self.posts if post.user == person and post.holds(self.today)]
        seen = any(sees(post, matter, self.parts(matter)) for post in posts)
        return seen and follows(posts, person, matter.responsible, on=self.today)

    def takes_part(self, matter: Matter, structure: str) -> bool:
        return structure in self.parts(matter)

    def cannot_share(self, matter: Matter, structure: str, level: str, basis: str) -> bool:
        too_much = level == "full" and not matter.is_informed
        unasked = structure == "bailleur-a-social" and basis != "SH-3"
        return too_much or unasked or structure not in SERVICES

    @act(when=lambda self: self.followed(), case=PICK, by=PICK, to=PICK, level=LEVELS, basis=BASES)
    def share(self, case: int, by: int, to: int, level: str, basis: str) -> bool | None:
        matter = self.pick(self.followed(), case)
        person, structure = self.follower(matter, by), self.pick([*SERVICES, "caf-91-recouvrement"], to)
        self.tell(f"{matter.responsible} shares {matter.case} with {structure}: {level}, {basis}")
        row = self.case(matter)

        def share() -> Any:
            return sharing.share(
                case=row,
                structure=self.structure(structure),
                level=level,
                basis=basis,
                by=self.user(person),
                at=self.at,
            )

        if not self.may_share(person, matter):
            return self.refused(share, NotAllowed)
        if self.takes_part(matter, structure) or self.cannot_share(matter, structure, level, basis):
            return self.refused(share, CannotShare)
        share()
        matter.acts += 1
        matter.supports[structure] = level
        return None

    def supports(self) -> list[tuple[Matter, str]]:
        """Open cases and what supports them, whoever is also asked left out."""
        return [
            (matter, code)
            for matter in self.open_matters()
            for code in matter.supports
            if self.parts(matter)[code].role == "support"
        ]

    def participation(self, matter: Matter, structure: str) -> Participation:
        rows = Participation.objects.select_related("case", "structure")
        return rows.get(case=matter.case, structure__code=structure, until=None)

    @act(when=lambda self: self.supports(), place=PICK, by=PICK, level=LEVELS, basis=BASES)
    def change_what_a_support_sees(self, place: int, by: int, level: str, basis: str) -> bool | None:
        matter, structure = self.pick(self.supports(), place)
        person, row = self.follower(matter, by), self.participation(matter, structure)
        self.tell(f"{structure} now sees of {matter.case}: {level}, {basis}")

        def change() -> Any:
            return sharing.change_sharing(
                participation=row, level=level, basis=basis, by=self.user(person), at=self.at
            )

        if not self.may_share(person, matter):
            return self.refused(change, NotAllowed)
        if self.cannot_share(matter, structure, level, basis):
            return self.refused(change, CannotShare)
        change()
        matter.acts += 1
        matter.supports[structure] = level
        return None

    @act(when=lambda self: self.supports(), place=PICK, by=PICK)
    def stop_sharing(self, place: int, by: int) -> bool | None:
        matter, structure = self.pick(self.supports(), place)
        person, row = self.follower(matter, by), self.participation(matter, structure)
        self.tell(f"{structure} sees nothing more of {matter.case}")

        def stop() -> Any:
            return sharing.stop_sharing(participation=row, by=self.user(person), at=self.at)

        if not self.may_share(person, matter):
            return self.refused(stop, NotAllowed)
        stop()
        matter.acts += 1
        matter.withdraw(structure)
        return None

    @act(when=lambda self: self.supports(), place=PICK, by=PICK, to=PICK)
    def name_someone_in_a_support(self, place: int, by: int, to: int) -> bool | None:
        matter, structure = self.pick(self.supports(), place)
        person = self.pick(self.at_work(structure), by)
        named = self.pick(self.at_work(structure, "agent", "manager"), to)
        row = self.participation(matter, structure)
        self.tell(f"{structure} names someone for {matter.case}")

        def name() -> Any:
            return sharing.name_professional(
                participation=row, user=self.user(named), by=self.user(person), at=self.at
            )

        if person not in self.at_work(structure, "manager"):
            return self.refused(name, NotAllowed)
        name()
        matter.acts += 1
        matter.named[structure] = named
        return None

    # Asked blind

    @act(when=lambda self: self.open_matters(), case=PICK, who=PICK, by=PICK)
    def ask_to_share(self, case: int, who: int, by: int) -> bool | None:
        matter, structure = self.pick(self.open_matters(), case), self.pick(LARGE, who)
        person = self.pick(self.at_work(structure, "agent", "manager"), by)
        self.tell(f"{structure} asks for {matter.case}")
        row = self.case(matter)

        def ask() -> SharingRequest:
            return sharing_requests.ask(
                case=row,
                structure=self.structure(structure),
                reason="La personne est venue.",
                basis="SH-1",
                by=self.user(person),
                at=self.at,
            )

        waits = any((case, code) == (matter.case, structure) for case, code, _ in self.requests.values())
        if self.takes_part(matter, structure) or waits:
            return self.refused(ask, CannotShare)
        self.requests[ask().pk] = (matter.case, structure, person)
        matter.acts += 1
        return None

    def answerable(self) -> list[int]:
        return [pk for pk, (case, _, _) in self.requests.items() if self.matters[case].is_open]

    @act(
        when=lambda self: self.answerable(),
        request=PICK,
        by=PICK,
        answer=st.sampled_from(["card", "full", "decline"]),
    )
    def answer_a_request(self, request: int, by: int, answer: str) -> bool | None:
        """Whoever answers for the case and sees it, the desk included."""
        pk = self.pick(self.answerable(), request)
        case, structure, asker = self.requests[pk]
        matter = self.matters[case]
        person, row = self.follower(matter, by), SharingRequest.objects.select_related("case", "structure").get(pk=pk)
        self.tell(f"{matter.responsible} answers {structure} about {case}: {answer}")

        def reply() -> Any:
            return sharing.answer_request(
                request=row, answer=answer, reason="not_needed", by=self.user(person), at=self.at
            )

        at_desk = matter.responsible == DESK and person in self.at_work(DESK)
        if not (at_desk or self.may_share(person, matter)):
            return self.refused(reply, NotAllowed)
        if answer != "decline" and (
            self.takes_part(matter, structure) or self.cannot_share(matter, structure, answer, "SH-1")
        ):
            return self.refused(reply, CannotShare)
        reply()
        matter.acts += 1
        del self.requests[pk]
        if answer != "decline":
            matter.supports[structure] = answer
            if asker in self.at_work(structure):
                matter.named[structure] = asker
        return None

    @act(when=lambda self: self.requests, request=PICK)
    def withdraw_a_request(self, request: int) -> None:
        pk = self.pick(self.requests, request)
        case, structure, asker = self.requests.pop(pk)
        self.tell(f"{structure} asks no more for {case}")
        sharing_requests.withdraw(request=SharingRequest.objects.get(pk=pk), by=self.user(asker), at=self.at)
        self.matters[case].acts += 1
