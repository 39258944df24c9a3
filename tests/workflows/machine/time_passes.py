"""Days go by: delays expire, what members left comes back, people are told."""

from datetime import timedelta

from hypothesis import strategies as st

from config.ticking import tick
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests.workflows.machine.agenda import Agenda
from tests.workflows.machine.base import act
from tests.workflows.machine.matter import HELD, UNDECIDED, Matter
from tests.workflows.machine.policy import sees

OVER = frozenset(
    {"sharing.declined", "professional.released", "sharing.ended", "routing.reviewed", "appointment.cancelled"}
)
"""What tells somebody that he does not see the case, or no longer."""
A_DAY = timedelta(days=1)
"""The tool ticks every thirty seconds; here, every morning."""


class Time(Agenda):
    def __init__(self) -> None:
        super().__init__()
        self.last_told = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    @act(days=st.sampled_from([1, 1, 2, 6, 12]))
    def days_go_by(self, days: int) -> None:
        self.tell(f"{days} days go by")
        until = (self.at + timedelta(days=days)).replace(hour=9, minute=0)
        while self.at < until:
            self.at = min(self.at + A_DAY, until)
            self.tick()

    def tick(self) -> None:
        asked = self.steps_at("answer")
        for matter in self.open_matters():
            self.may_expire(matter)
        tick(at=self.at)
        self.look()
        for step in asked:
            if self.node_of(self.matters[step.case]) == "arbitrate":
                self.matters[step.case].declined.append(step.structure)
        for post in self.posts:
            if not post.holds(self.today):
                self.forget(post.user, post.structure)
        if self.mood.is_told:
            self.check_told()

    def may_expire(self, matter: Matter) -> None:
        """Unanswered, the pilot decides; not qualified in time, it goes with what is known; a turn comes."""
        node = self.node_of(matter)
        if node == "answer":
            matter.steps = frozenset({"answer", "arbitrate"})
        if node in ("qualify", HELD):
            matter.steps = UNDECIDED | {node}

    def check_told(self) -> None:
        """People are told at once. Whoever is told of a case may see it; a landlord is told of his reports."""
        drain_outbox(at=self.at)
        told = Notice.objects.filter(pk__gt=self.last_told).order_by("pk")
        for pk, user, case, kind in told.values_list("pk", "user_id", "case_id", "entry__kind"):
            self.last_told = pk
            if not case or kind in OVER:
                continue
            matter = self.matters[case]
            posts = [post for post in self.posts if post.user == user and post.holds(self.today)]
            is_landlord = kind == "plan.proposed" and any(post.structure == matter.owner for post in posts)
            seen = any(sees(post, matter, self.parts(matter)) for post in posts)
            assert seen or is_landlord, f"{kind} of case {case} was told to {user}, who does not see it"
