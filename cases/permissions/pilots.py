"""Who pilots the référents (action 11), and of whom he may open the card."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case, CaseKind, Coordination, Referent, Structure, User, Vacancy
from cases.permissions.held_rights import structures_where
from cases.rules.procedures import PROCEDURES


def referent_desks(user: User, *, at: date) -> QuerySet[Structure]:
    """The structures at which a person pilots the référents."""
    return structures_where(user, "pilot_action", at=at).filter(kind=PROCEDURES[CaseKind.COORDINATION].pilot)


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
