"""Rendez-vous: fixed for somebody who sees the case, honoured or not, put off, cancelled."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from cases.actions import appointments
from cases.actions.appointments import CannotMeet
from cases.models import Appointment, HouseholdMember
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.matter import Matter
from tests.workflows.machine.policy import follows, sees
from tests.workflows.machine.staff import Staff


class Agenda(Staff):
    def __init__(self) -> None:
        super().__init__()
        self.meetings: dict[int, tuple[int, str, datetime]] = {}
        """Those that are planned: appointment → case, structure, when."""
        self.given_back: set[int] = set()
        """Those of a case that a merge had closed, and that stays closed once it is undone."""

    @act(
        when=lambda self: self.followed(), case=PICK, where=PICK, who=PICK, days=st.sampled_from([0, 2, 9]), hour=PICK
    )
    def make_an_appointment(self, case: int, where: int, who: int, days: int, hour: int) -> bool | None:
        """In the service that answers for the case, or in one that supports it; with somebody who sees it."""
        matter = self.pick(self.followed(), case)
        structure = self.pick([matter.responsible, *self.supported_wholly(matter)], where)
        named = [matter.named[structure]] if structure in matter.named else []
        person = self.pick([*named, *named, *self.at_work(structure, "agent", "manager")], who)
        starts_at = self.at.replace(hour=8 + hour, minute=15) + timedelta(days=days)
        self.tell(f"{structure} meets the household of {matter.case} on {starts_at:%d/%m at %H:%M}")
        row = self.case(matter)
        holder = HouseholdMember.objects.filter(household=row.household_id, until=None).first()
        assert holder

        def make() -> Appointment:
            return appointments.make(
                case=row,
                person=holder.beneficiary,
                professional=self.user(person),
                structure=self.structure(structure),
                starts_at=starts_at,
                minutes=30,
                place="office",
                by=self.user(person),
                at=self.at,
                confirmed=Anything(),
            )

        is_seen = any(
            sees(post, matter, self.parts(matter))
            for post in self.posts
            if post.user == person and post.holds(self.today)
        )
        works_there = follows(self.posts, person, structure, on=self.today)
        if starts_at <= self.at or not works_there or not is_seen:
            return self.refused(make, CannotMeet)
        made = make()
        if made.pk not in self.meetings:
            matter.acts += 1
        self.meetings[made.pk] = (matter.case, structure, starts_at)
        return None

    def supported_wholly(self, matter: Matter) -> list[str]:
        """The services in support that see the whole of it."""
        return sorted(code for code, level in matter.supports.items() if level == "full")

    @act(when=lambda self: self.meetings, which=PICK, became=st.sampled_from(["kept", "missed", "cancelled", "moved"]))
    def say_what_became_of_an_appointment(self, which: int, became: str) -> bool | None:
        pk = self.pick(self.meetings, which)
        case, structure, starts_at = self.meetings[pk]
        matter = self.matters[case]
        appointment = Appointment.objects.select_related("professional").get(pk=pk)
        common: dict[str, Any] = {"appointment": appointment, "by": appointment.professional, "at": self.at}
        self.tell(f"the appointment of {structure} in {case} was {became}")
        if became == "moved":
            return self.move(matter, structure, starts_at, common)
        do = {
            "kept": lambda: appointments.mark_kept(**common),
            "missed": lambda: appointments.mark_missed(**common),
            "cancelled": lambda: appointments.cancel(whose="household", **common),
        }[became]
        is_early = starts_at.date() > self.today if became == "kept" else starts_at > self.at
        if became != "cancelled" and is_early:
            return self.refused(do, CannotMeet)
        do()
        del self.meetings[pk]
        matter.acts += 1
        matter.attempts += became == "missed"
        return None

    def move(self, matter: Matter, structure: str, starts_at: datetime, common: dict[str, Any]) -> bool | None:
        later = max(starts_at, self.at) + timedelta(days=3)

        def move() -> Appointment:
            return appointments.move(starts_at=later, minutes=30, place="phone", confirmed=Anything(), **common)

        person = common["appointment"].professional_id
        posts = [post for post in self.posts if post.user == person and post.holds(self.today)]
        is_there = follows(posts, person, structure, on=self.today)
        if not matter.is_open or not is_there or not any(sees(post, matter, self.parts(matter)) for post in posts):
            return self.refused(move, CannotMeet)
        made = move()
        del self.meetings[common["appointment"].pk]
        self.meetings[made.pk] = (matter.case, structure, later)
        matter.acts += 1
        return None

    def check_meetings(self) -> None:
        """Nobody is waited for on a case that was closed, nor by a service that left it; somebody who sees the case waits."""
        self.given_back = {pk for pk in self.given_back & self.meetings.keys() if not self.case_of_meeting(pk).is_open}
        self.meetings = {
            pk: (case, structure, starts_at)
            for pk, (case, structure, starts_at) in self.meetings.items()
            if starts_at <= self.at or self.still_meets(pk, structure)
        }
        planned = Appointment.objects.planned().values_list("pk", "professional")
        found = dict(planned)
        assert found.keys() == self.meetings.keys(), "appointments that wait"
        for pk, (case, structure, starts_at) in self.meetings.items():
            matter = self.matters[case]
            if starts_at > self.at and matter.named.get(structure):
                posts = [post for post in self.posts if post.user == found[pk] and post.holds(self.today)]
                assert any(sees(post, matter, self.parts(matter)) for post in posts), f"who has appointment {pk}"

    def case_of_meeting(self, pk: int) -> Matter:
        case, _, _ = self.meetings[pk]
        return self.matters[case]

    def still_meets(self, pk: int, structure: str) -> bool:
        matter = self.case_of_meeting(pk)
        return (matter.is_open or pk in self.given_back) and structure in self.parts(matter)


class Anything(frozenset[str]):
    """Whatever is asked, the answer is yes."""

    def __contains__(self, key: object) -> bool:
        return True
