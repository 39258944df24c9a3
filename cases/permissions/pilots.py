"""Whose figures a pilot reads plain, and of whom the pilot of the référents (action 11) may open the card.

Working figures are plain for who pilots the action of these cases: any of them may come before him. They are on no page of
another pilot, who reads that action in « Indicateurs » alone, small numbers hidden, as in all that is published.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case, CaseKind, Coordination, Referent, Structure, User, Vacancy
from cases.permissions.held_rights import desks_of_procedure, structures_where
from cases.rules.procedures import PROCEDURES


def piloted_kinds(user: User, *, territory: str, at: date) -> frozenset[str]:
    """The kinds of the cases whose action a person pilots there: of these he reads every figure plain."""
    desks = structures_where(user, "pilot_action", at=at).filter(territory=territory)
    held = set(desks.order_by().values_list("kind", flat=True))
    return frozenset(procedure.kind for procedure in PROCEDURES.values() if procedure.pilot in held)


def opening_structures(user: User, *, territory: str, at: date) -> QuerySet[Structure]:
    """Where a person administers the territory, or pilots an action of it: he opens its published figures to all, or not."""
    own = structures_where(user, "grant_roles", at=at) | structures_where(user, "change_rules", at=at)
    return own.filter(territory=territory)


def referent_desks(user: User, *, at: date) -> QuerySet[Structure]:
    """The structures at which a person pilots the référents."""
    return desks_of_procedure(user, CaseKind.COORDINATION, at=at)


def cards_to_open(user: User, *, at: date) -> QuerySet[Case]:
    """Whose card a person may open where he pilots the référents: somebody is missing, or has not answered."""
    return piloted_people(user, at=at) & unsettled_cases()


def piloted_people(user: User, *, at: date) -> QuerySet[Case]:
    """All who are followed where a person pilots the référents: he knows their number, and no more."""
    desks = referent_desks(user, at=at).order_by()
    return Case.objects.filter(kind=CaseKind.COORDINATION, territory__in=desks.values("territory"))


def unsettled_cases() -> QuerySet[Case]:
    """Of people who are followed, or should be: a place that nobody holds, a proposal without an answer."""
    this_case = {"case": OuterRef("pk")}
    waits = (
        Q(Exists(Vacancy.objects.open().filter(**this_case)))
        | Q(Exists(Referent.objects.proposed().filter(**this_case)))
        | Q(Exists(Coordination.objects.proposed().filter(**this_case)))
    )
    return Case.objects.filter(waits, kind=CaseKind.COORDINATION, closed_on=None)
