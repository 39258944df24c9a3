"""The other way round: who sees a case, and who holds a right in a structure."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import (
    CLAIMANT_KINDS,
    Assignment,
    Case,
    Membership,
    Participation,
    RepaymentPlan,
    Report,
    RetentionRun,
    Role,
    Structure,
    User,
)
from cases.permissions.held_rights import COVERED, _given_on_structures
from cases.permissions.reading import restrictions_of
from cases.permissions.seeing import OPENED_BY, SHOWN


def who_sees(case: Case, *, at: date) -> QuerySet[User]:
    """The other way round: the people who see a case on a day, and may therefore be told of it."""
    kept = _read_once.get()
    if kept is not None:
        return User.objects.filter(pk__in=kept.who_sees(case, at=at))
    giving = Q(pk__in=[])
    for structure, right in _opening_rights(case, at=at):
        giving |= Q(object_pk=str(structure), permission__codename=right)
    groups = _given_on_structures().filter(giving).values("group_id")
    by_right = Membership.objects.active(at).filter(group__in=groups).order_by().values("user_id")
    return User.objects.filter(Q(pk__in=by_right) | Q(pk__in=_assigned_memberships(case, at=at).values("user_id")))


def _opening_rights(case: Case, *, at: date) -> list[tuple[int, str]]:
    """The rights that open a case, each with the structure in which it is held."""
    parts = Participation.objects.active(at).filter(case=case, level__in=SHOWN).values_list("structure", "part")
    return [
        (structure, right) for structure, part in parts for right in ("view_structure_cases", *OPENED_BY.get(part, ()))
    ]


def _assigned_memberships(case: Case, *, at: date) -> QuerySet[Membership]:
    """Of those who are assigned to a case, in the structures where they still work."""
    named = Assignment.objects.active(at).filter(case=case, user=OuterRef("user"), structure=OuterRef("structure"))
    return Membership.objects.active(at).filter(Exists(named)).order_by()


def landlords_of(case: Case, *, at: date) -> QuerySet[User]:
    """The other way round: the correspondents who see a report of this case, and may be told of their own part in it.
    None while what is done with the household is restricted."""
    if restrictions_of(case.household_id).exists():
        return User.objects.none()
    reporting = Report.objects.filter(case=case, structure__kind__in=CLAIMANT_KINDS)
    ids = set(reporting.values_list("structure", flat=True))
    if case.tenancy and RepaymentPlan.objects.filter(case=case).exists():
        ids.add(case.tenancy.manager_id or case.tenancy.landlord_id)
    people = User.objects.none()
    for structure in Structure.objects.filter(pk__in=ids).order_by("pk"):
        people |= colleagues_with_right(structure, "answer_question", at=at)
    return people


def approvers_of(run: RetentionRun, *, at: date) -> QuerySet[User]:
    """Who may approve what is to be archived and anonymised: an officer of the territory who did not make that list; where
    there is no other, an administrator of the territory."""
    there = Membership.objects.active(at).filter(structure__territory=run.territory, user__is_active=True)
    there = there.exclude(structure__kind__in=CLAIMANT_KINDS).exclude(user=run.asked_by_id)
    officers = there.filter(role=Role.DPO)
    chosen = officers if officers.exists() else there.filter(role=Role.ADMINISTRATOR)
    return User.objects.filter(pk__in=chosen.order_by().values("user_id"))


def possible_substitutes(structure: Structure, *, at: date) -> QuerySet[User]:
    """The members of a structure who can replace somebody there."""
    found = User.objects.none()
    for right in COVERED:
        found |= colleagues_with_right(structure, right, at=at)
    return found.distinct().order_by("last_name", "first_name", "pk")


def colleagues_with_right(structure: Structure, right: str, *, at: date) -> QuerySet[User]:
    """Active members of a structure who hold a right in it: whom a case or a task can be given to."""
    kept = _read_once.get()
    if kept is not None:
        return User.objects.filter(pk__in=kept.holders_in(structure.pk, at=at).get(right, ()))
    given = _given_on_structures().filter(object_pk=str(structure.pk), permission__codename=right)
    members = Membership.objects.active(at).filter(structure=structure, group__in=given.values("group_id"))
    return User.objects.filter(pk__in=members.values("user_id"))


@dataclass
class _People:
    """Those who hold the rights of structures and those who see cases, as they were first read."""

    holders: dict[tuple[int, date], dict[str, set[int]]] = field(default_factory=dict)
    seeing: dict[tuple[int, date], set[int]] = field(default_factory=dict)

    def holders_in(self, structure: int, *, at: date) -> dict[str, set[int]]:
        """Right → ids of the active members of the structure who hold it. Two queries, once."""
        if (structure, at) not in self.holders:
            self.holders[structure, at] = _read_holders(structure, at=at)
        return self.holders[structure, at]

    def who_sees(self, case: Case, *, at: date) -> set[int]:
        if (case.pk, at) not in self.seeing:
            by_right = [
                self.holders_in(where, at=at).get(right, set()) for where, right in _opening_rights(case, at=at)
            ]
            assigned = _assigned_memberships(case, at=at).values_list("user_id", flat=True)
            self.seeing[case.pk, at] = set[int]().union(assigned, *by_right)
        return self.seeing[case.pk, at]


_read_once: ContextVar[_People | None] = ContextVar("people read once", default=None)


@contextmanager
def people_read_once() -> Iterator[None]:
    """Within it `colleagues_with_right` and `who_sees` read each structure and each case once: for whoever tells many lines at once.

    Who gains or loses a right meanwhile is told, or not, as when it began: no longer than a transaction.
    """
    token = _read_once.set(_People())
    try:
        yield
    finally:
        _read_once.reset(token)


def _read_holders(structure: int, *, at: date) -> dict[str, set[int]]:
    members = defaultdict(set)
    for user, group in Membership.objects.active(at).filter(structure=structure).values_list("user_id", "group_id"):
        members[group].add(user)
    given = _given_on_structures().filter(object_pk=str(structure), group__in=list(members))
    found: dict[str, set[int]] = defaultdict(set)
    for right, group in given.values_list("permission__codename", "group_id"):
        found[right] |= members[group]
    return dict(found)
