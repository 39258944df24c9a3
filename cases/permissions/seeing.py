"""Which cases a person sees, and how much of each."""

from datetime import date
from typing import Any, Literal

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from cases.expressions import OneOf
from cases.models import Assignment, Beneficiary, Case, CaseOutcome, HouseholdMember, Participation, User
from cases.permissions.held_rights import Rights, _own_structure_ids, pilot_desks, reviewed_structures, rights

Level = Literal["full", "card", "none"]
MANY = 5000
SHOWN = (Participation.Level.FULL, Participation.Level.CARD)
OPENED_BY: dict[str, list[str]] = {
    Participation.Part.ASKED: ["answer_routing"],
    Participation.Part.QUALIFYING: ["pilot_action"],
    Participation.Part.ARBITER: ["pilot_action"],
}
"""Besides those who see all the cases of a structure: the right that each part in a case opens it to."""


def _opening_participations(held: Rights, *, at: date, is_open: bool | None = None) -> QuerySet[Participation]:
    """Participations that open a case to someone who holds these rights."""
    part = Participation.Part
    found = Participation.objects.active(at).order_by()
    if is_open is not None:
        found = found.filter(is_open=is_open)
    return found.filter(
        Q(structure__in=held.get("view_structure_cases", ()))
        | Q(structure__in=held.get("answer_routing", ()), part=part.ASKED)
        | Q(structure__in=held.get("pilot_action", ()), part__in=(part.QUALIFYING, part.ARBITER)),
        level__in=SHOWN,
    )


def _active_assignments(user: User, *, at: date, is_open: bool | None = None) -> QuerySet[Assignment]:
    """Active ones, in structures where the person still works. `is_open`: on cases that are open, or closed."""
    # His structures are found once: joined, they would be for each row of an outer query, and hide from an index that some are enough.
    there = OneOf("structure", ArraySubquery(_own_structure_ids(user, at=at)))
    found = Assignment.objects.active(at).filter(there, user=user)
    return found if is_open is None else found.filter(is_open=is_open)


def visible_cases(
    user: User | AnonymousUser, *, at: date, held: Rights | None = None, is_open: bool | None = None
) -> QuerySet[Case]:
    """The cases a person sees on a day: lists, pages, exports, searches and notices all start here. `is_open`: the open
    ones alone, or the closed ones."""
    if not user.is_authenticated:
        return Case.objects.none()
    held = rights(user, at=at) if held is None else held
    found = Case.objects.filter(pk__in=visible_case_ids(user, at=at, held=held, is_open=is_open))
    return found if is_open is None else found.filter(closed_on__isnull=is_open)


def visible_case_ids(
    user: User, *, at: date, held: Rights, is_open: bool | None = None
) -> QuerySet[Participation, object]:
    """Ids of `visible_cases`, for a query that needs no more of them. `is_open`: of open cases only, or of closed ones."""
    by_right = _opening_participations(held, at=at, is_open=is_open).values("case_id")
    own = _active_assignments(user, at=at, is_open=is_open).order_by().values("case_id")
    return by_right.union(own)


def own_case_ids(user: User, given: QuerySet[Any, object], *, at: date, held: Rights) -> QuerySet[Assignment, object]:
    """Ids of the open cases that a person sees and to which he is assigned, or that are of `given` (ids of open cases).

    Where he is assigned by a structure in which he works, he sees the case; only of the others his rights are asked.
    """
    there = OneOf("structure", ArraySubquery(_own_structure_ids(user, at=at)))
    assigned = Assignment.objects.active(at).filter(user=user, is_open=True).order_by()
    seen = assigned.filter(there).values("case_id")
    others = assigned.exclude(there).values("case_id").union(given.exclude(case_id__in=seen))
    by_right = _opening_participations(held, at=at, is_open=True).filter(OneOf("case", ArraySubquery(others)))
    return seen.union(by_right.values("case_id"))


def may_see_many(held: Rights) -> bool:
    """Do these rights open all the cases of a structure, and not only one’s own and what is asked of it?"""
    return bool(held.get("view_structure_cases") or held.get("pilot_action"))


def sees_many(held: Rights, *, at: date, is_open: bool | None = None) -> bool:
    """Do these rights open so many cases that a list in the order of an index does better with `sees_case`? One query."""
    if not may_see_many(held):
        return False
    opened = _opening_participations(held, at=at, is_open=is_open)
    return opened[:MANY].count() == MANY


def sees_case(user: User, case: str, *, at: date, held: Rights, own_first: bool = False) -> Q:
    """For a query on rows that belong to cases (`case`: their field): the person sees the case of the row.

    The same cases as `visible_cases`, but asked row by row: for lists that an index already gives in their order.
    `own_first`: most rows are of his own cases, which PostgreSQL then asks first.
    """
    # Written as a range, so that the planner asks the index for each row shown and never hashes a whole structure.
    this_case = Q(case__gte=OuterRef(case), case__lte=OuterRef(case))
    by_right = Q(Exists(_opening_participations(held, at=at).filter(this_case)))
    own = Q(Exists(_active_assignments(user, at=at).filter(this_case)))
    return own | by_right if own_first else by_right | own


def shown_in_full(user: User, *, at: date) -> Exists:
    """For a query on cases: does the person see the whole of each, and not its card only?"""
    full = Participation.Level.FULL
    by_right = _opening_participations(rights(user, at=at), at=at).filter(case=OuterRef("pk"), level=full)
    own = _active_assignments(user, at=at).filter(case=OuterRef("case"), structure=OuterRef("structure"))
    by_assignment = Participation.objects.active(at).filter(Exists(own), case=OuterRef("pk"), level=full)
    return Exists(by_right.values("case").union(by_assignment.values("case"), all=True))


def sees_in_full(user: User, case: str, *, at: date) -> Exists:
    """As `sees_case`: the person sees the whole of the case of the row. Asked row by row, and of no other case."""
    this_case = Q(pk__gte=OuterRef(case), pk__lte=OuterRef(case))
    return Exists(Case.objects.filter(this_case, shown_in_full(user, at=at)))


def read_for(user: User, *, at: date, held: Rights) -> dict[str, Combinable]:
    """For a query on cases that the person sees: for which structure he reads each, and whether he is assigned to it."""
    own = _active_assignments(user, at=at).filter(case=OuterRef("pk")).order_by("pk")
    by_right = _opening_participations(held, at=at).filter(case=OuterRef("pk")).order_by("pk")
    structure = Coalesce(Subquery(own.values("structure")[:1]), Subquery(by_right.values("structure")[:1]))
    return {"read_for": structure, "is_assigned": Exists(own)}


def access_level(user: User | AnonymousUser, case: Case, *, at: date) -> Level:
    """How much of a case a person sees: the fullest of what his structures hold, if he may see it at all."""
    if not user.is_authenticated:
        return "none"
    cases = visible_cases(user, at=at).filter(pk=case.pk)
    shown: bool | None = cases.values_list(shown_in_full(user, at=at), flat=True).first()
    return "none" if shown is None else "full" if shown else "card"


def can_view(user: User | AnonymousUser, case: Case, *, at: date) -> bool:
    return visible_cases(user, at=at).filter(pk=case.pk).exists()


def followed_in_full(user: User, *, at: date) -> QuerySet[Case]:
    """The cases that a person sees whole for a structure in which he follows cases."""
    held = rights(user, at=at)
    follows = held.get("handle_case", frozenset())
    own = _active_assignments(user, at=at).filter(case=OuterRef("case"), structure=OuterRef("structure"))
    whole = Participation.objects.active(at).filter(structure__in=follows, level=Participation.Level.FULL)
    seen = whole.filter(Q(structure__in=held.get("view_structure_cases", ())) | Exists(own))
    return Case.objects.filter(pk__in=seen.order_by().values("case_id"))


def reviewed_cases(user: User, *, at: date) -> QuerySet[Case]:
    """Those in which a service of his takes or took part. He knows their number and who saw them, never what they say."""
    taken = Participation.objects.filter(structure__in=reviewed_structures(user, at=at))
    return Case.objects.filter(pk__in=taken.order_by().values("case"))


def managed_cases(user: User, *, at: date) -> QuerySet[Case]:
    """Those that a person sees, of the structures in charge whose members he manages."""
    managed = rights(user, at=at).get("manage_members", frozenset())
    return visible_cases(user, at=at).filter(responsible_structure__in=managed)


def officer_cases(user: User, *, at: date) -> QuerySet[Case]:
    """Those whose service in charge a person is officer of. He reads who corrected what, never what they say."""
    return Case.objects.filter(responsible_structure__in=reviewed_structures(user, at=at))


def comparable_people(user: User, *, at: date) -> QuerySet[Beneficiary]:
    """People whose records a person may compare, and merge when two are of one.

    Those who follow cases: where they see a case of hers whole, and none that is open less than whole. At the
    pilot’s desk: where there is a case at all. Whoever is on a landlord’s watch list only is his alone.
    """
    members = HouseholdMember.objects.order_by()
    if territories := list(pilot_desks(user, at=at).values_list("territory", flat=True)):
        known = Case.objects.filter(territory__in=territories, household__archived_on=None)
        known = known.exclude(outcome=CaseOutcome.VOIDED)
        return _people_of_members(members.filter(household__in=known.order_by().values("household")))
    followed = followed_in_full(user, at=at).order_by()
    # Asked of each: to gather all open cases of others takes seconds where there are many.
    elsewhere = Case.objects.filter(~Exists(followed.filter(pk=OuterRef("pk"))), closed_on=None).order_by()
    hers = members.filter(beneficiary=OuterRef("pk"), household__cases__in=elsewhere)
    found = members.filter(household__in=followed.values("household"))
    return _people_of_members(found).exclude(Exists(hers))


def _people_of_members(members: QuerySet[HouseholdMember]) -> QuerySet[Beneficiary]:
    return Beneficiary.objects.filter(pk__in=members.values("beneficiary"), merged_into=None)
