"""The members of a structure, what is entrusted to each, and who is invited."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value

from cases import permissions
from cases.models import Absence, Assignment, Beneficiary, Case, CaseKind, Invitation, Membership, Structure, User
from cases.queries import people_of
from workflows.flows import human_nodes
from workflows.models import RESPONDING, CaseTask
from workflows.queries.inbox import had_with
from workflows.queries.presence import count_uncovered, not_over, with_uncovered
from workflows.queries.time_left import last_of_nearest, with_last_day

SHOWN = 100
"""Cases listed on the page of a member."""


def tasks_held(user: User, structure: Structure, *, keeps: frozenset[str] = frozenset()) -> QuerySet[CaseTask]:
    """The open steps given to a person in a structure, those apart that he could still take with these rights."""
    return CaseTask.objects.open().filter(~had_with(keeps), owner=user, structure=structure)


def assignments_held(user: User, structure: Structure, *, keeps: frozenset[str] = frozenset()) -> QuerySet[Assignment]:
    """The open cases that a person is named for in a structure; none if he could still follow them."""
    if "handle_case" in keeps:
        return Assignment.objects.none()
    return Assignment.objects.filter(user=user, structure=structure, until=None, case__closed_on=None)


def cases_held(user: User, structure: Structure, *, keeps: frozenset[str] = frozenset()) -> QuerySet[Case]:
    """The cases that would be left to nobody if the person kept no more than these rights."""
    by_steps = tasks_held(user, structure, keeps=keeps).order_by().values("case_id")
    named = assignments_held(user, structure, keeps=keeps).order_by().values("case_id")
    # An OR of both would look at every case of all structures.
    return Case.objects.filter(pk__in=by_steps.union(named))


def cases_only_proposed(user: User, structure: Structure) -> QuerySet[Case]:
    """Those of people whom he was asked to follow, and has nothing to do with yet: he alone answers."""
    asked = tasks_held(user, structure).filter(node__in=RESPONDING)
    held = assignments_held(user, structure).order_by().values("case_id")
    return Case.objects.filter(pk__in=asked.order_by().values("case_id")).exclude(pk__in=held)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in a structure: one line of the list."""

    user: User
    memberships: list[Membership]
    tasks: int = 0
    cases: int = 0
    absence: Absence | None = None
    """The one of the day, else the next one."""
    is_away: bool = False
    uncovered: int = 0
    """His cases that nobody looks after today."""

    @property
    def roles(self) -> str:
        return ", ".join(membership.get_role_display() for membership in self.memberships)

    @property
    def since(self) -> date:
        return min(membership.since for membership in self.memberships)

    @property
    def last_day(self) -> date | None:
        """None as long as one of the memberships has no end."""
        days = [membership.until for membership in self.memberships]
        return None if None in days else max(day for day in days if day)


@dataclass(frozen=True, kw_only=True)
class StructureMembers:
    present: list[Member]
    gone: list[Member]
    """Who worked there, the last to leave first."""
    invited: list[Invitation]


def members_of(structure: Structure, *, on: date) -> StructureMembers:
    """The members of a structure, with what each holds and who is absent. Four queries."""
    rows = Membership.objects.filter(structure=structure).select_related("user")
    rows = rows.order_by("user__last_name", "user__first_name", "user", "-since", "role")
    counts = _count_by_user(structure)
    absences: dict[int, Any] = {}
    for absence in with_uncovered(not_over(structure, on=on), on=on):
        absences.setdefault(absence.user_id, absence)
    present, gone = [], []
    for user, group in groupby(rows, key=lambda row: row.user):
        memberships = list(group)
        current = [row for row in memberships if row.until is None or row.until >= on]
        if current and user.is_active:
            present.append(_build_member(user, current, counts, absences.get(user.pk), on=on))
        else:
            gone.append(Member(user=user, memberships=memberships))
    gone.sort(key=lambda member: member.last_day or on, reverse=True)
    invited = Invitation.objects.waiting().filter(structure=structure).select_related("user")
    return StructureMembers(present=present, gone=gone, invited=list(invited))


def _build_member(
    user: User, memberships: list[Membership], counts: dict[str, Counter[int]], absence: Any, *, on: date
) -> Member:
    return Member(
        user=user,
        memberships=memberships,
        tasks=counts["tasks"][user.pk],
        cases=counts["cases"][user.pk],
        absence=absence,
        is_away=bool(absence) and absence.is_current(on),
        uncovered=count_uncovered(absence, on=on) if absence else 0,
    )


def _count_by_user(structure: Structure) -> dict[str, Counter[int]]:
    """What is counted → user → how many: the steps given to him, the cases that he answers for. One query."""
    offered = [
        node for node in human_nodes() if node.step.is_offered
    ]  # as À faire: that a case waits is no step to do
    held = CaseTask.objects.open().filter(structure=structure, flow_task__in=offered)
    tasks: Any = _count_query(held, "owner", of="pk", name="tasks")
    cases = _count_query(_open_assignments(structure), "user", of="case", name="cases")
    found: dict[str, Counter[int]] = {"tasks": Counter(), "cases": Counter()}
    for name, user, number in tasks.union(cases, all=True):
        found[name][user] = number
    return found


def count_cases_by_user(structure: Structure) -> Counter[int]:
    """User → the open cases that he answers for in the structure."""
    counted = _count_query(_open_assignments(structure), "user", of="case", name="cases")
    return Counter({user: number for _, user, number in counted})


def _open_assignments(structure: Structure) -> QuerySet[Assignment]:
    return Assignment.objects.filter(structure=structure, until=None, case__closed_on=None)


def _count_query(rows: QuerySet[Any], who: str, *, of: str, name: str) -> Any:
    counted = rows.order_by().annotate(name=Value(name), person=F(who)).values("name", "person")
    return counted.annotate(number=Count(of, distinct=True)).values_list("name", "person", "number")


@dataclass(kw_only=True)
class Entrusted:
    """A case of a member: the steps that wait for him there, and whether he answers for it."""

    case: Case
    person: Beneficiary | None
    tasks: list[CaseTask] = field(default_factory=list)
    is_responsible: bool = False
    takers: list[User] = field(default_factory=list)
    """The colleagues who could do all of it."""

    @property
    def follows_referent(self) -> bool:
        """A person who is followed changes hands by her own page."""
        return self.case.kind == CaseKind.COORDINATION

    @property
    def said_takers(self) -> str:
        if not self.takers:
            return "Aucun collègue ne le peut : donner le rôle qu’il faut à l’un d’eux, ou indiquer un dernier jour à venir ; la structure le reprendra alors."
        return f"Le peuvent : {', '.join(map(str, self.takers))}."

    @property
    def key(self) -> str:
        return str(self.case.public_id)

    @property
    def nearest_task(self) -> CaseTask | None:
        """The one of the case whose step, or right, expires first."""
        dated = [task for task in self.tasks if task.nearest_on]
        return min(dated, key=lambda task: task.nearest_on, default=None)

    @property
    def due_on(self) -> date | None:
        return self.nearest_task.nearest_on if self.nearest_task else None

    @property
    def last_on(self) -> date | None:
        return last_of_nearest(self.nearest_task) if self.nearest_task else None

    @property
    def required_rights(self) -> set[str]:
        """What a colleague must be allowed, to take over."""
        return {task.right for task in self.tasks} | ({"handle_case"} if self.is_responsible else set())


def find_takers(lines: Iterable[Entrusted], structure: Structure, *, but: User, on: date) -> list[User]:
    """Say on each line who could take it. Returns those who could take one at least. A query for each right, no more."""
    lines = [line for line in lines if not line.follows_referent]
    holders = {
        right: list(permissions.colleagues_with_right(structure, right, at=on).exclude(pk=but.pk))
        for right in {right for line in lines for right in line.required_rights}
    }
    everybody = sorted(
        {user for users in holders.values() for user in users},
        key=lambda user: (user.last_name, user.first_name, user.pk),
    )
    for line in lines:
        line.takers = [user for user in everybody if all(user in holders[right] for right in line.required_rights)]
    return list(dict.fromkeys(user for line in lines for user in line.takers))


def seen_by(reader: User, user: User, structure: Structure, *, on: date) -> QuerySet[Case]:
    """The cases of a member that the reader sees."""
    return cases_held(user, structure).filter(pk__in=permissions.visible_cases(reader, at=on))


def without_followed(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those that a colleague may be given here: a person who is followed changes hands by her own page."""
    return cases.exclude(kind=CaseKind.COORDINATION)


def find_entrusted_cases(user: User, structure: Structure, *, reader: User, on: date) -> list[Entrusted]:
    """What is entrusted to a member, of the cases that the reader sees, the most urgent first."""
    steps = tasks_held(user, structure).filter(case=OuterRef("pk")).order_by("nearest_on").values("nearest_on")
    seen = seen_by(reader, user, structure, on=on).annotate(nearest_on=Subquery(steps[:1]))
    cases = {case.pk: case for case in seen.order_by(F("nearest_on").asc(nulls_last=True), "pk")[:SHOWN]}
    tasks: dict[int, list[CaseTask]] = defaultdict(list)
    for task in with_last_day(tasks_held(user, structure).filter(case__in=cases)).order_by("due_on"):
        tasks[task.case_id].append(task)
    answered = set(assignments_held(user, structure).filter(case__in=cases).values_list("case_id", flat=True))
    people = people_of(cases.values())
    lines = [
        Entrusted(case=case, person=people.get(pk), tasks=tasks[pk], is_responsible=pk in answered)
        for pk, case in cases.items()
    ]
    return sorted(lines, key=lambda line: (line.due_on or date.max, line.case.pk))
