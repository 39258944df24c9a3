"""Who reads a case in which he has no part, for a time, and who watches it and may end it."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from cases.models import Case, EmergencyAccess, Membership, Note, Structure, User
from cases.permissions.held_rights import (
    _given_on_structures,
    has_right,
    reviewed_structures,
    rights,
    structures_where,
)
from cases.permissions.people import colleagues_with_right


def open_emergencies(user: User, *, at: datetime) -> QuerySet[EmergencyAccess]:
    """Those of the person that run, in structures where he still follows cases."""
    following = structures_where(user, "handle_case", at=localdate(at)).values("pk")
    return EmergencyAccess.objects.running(at).filter(by=user, structure__in=following)


def watched_emergencies(user: User, *, at: date) -> QuerySet[EmergencyAccess]:
    """Those of whoever a person manages, and those that an officer’s services opened or whose case they answer for."""
    managed = rights(user, at=at).get("view_structure_cases", frozenset())
    reviewed = reviewed_structures(user, at=at).order_by().values("pk")
    return EmergencyAccess.objects.filter(
        Q(structure__in=managed) | Q(structure__in=reviewed) | Q(case__responsible_structure__in=reviewed)
    )


def known_emergencies(user: User, *, at: date) -> QuerySet[EmergencyAccess]:
    """His own, and those that he watches: of none does he read more of the case than its number."""
    watched = watched_emergencies(user, at=at).order_by().values("pk")
    return EmergencyAccess.objects.filter(Q(by=user) | Q(pk__in=watched))


def may_open_emergency(user: User, structure: Structure, *, at: date) -> bool:
    return has_right(user, "handle_case", structure.pk, at=at)


def watchers_of(structure: Structure, case: Case, *, at: date) -> QuerySet[User]:
    """The other way round: the managers of a structure, and the officers of both controllers."""
    managers = colleagues_with_right(structure, "view_structure_cases", at=at)
    found = Q(pk__in=managers.values("pk"))
    for one in (structure, case.responsible_structure):
        found |= Q(pk__in=_officers_of(one, at=at).values("user_id"))
    return User.objects.filter(found, is_active=True)


def officers_of(structure: Structure, *, at: date) -> QuerySet[User]:
    """Those of its controller."""
    return User.objects.filter(pk__in=_officers_of(structure, at=at).values("user_id"), is_active=True)


def _officers_of(structure: Structure, *, at: date) -> QuerySet[Membership]:
    """Wherever in the same body and territory they were named."""
    beside = Structure.objects.filter(organisation=structure.organisation_id, territory=structure.territory)
    places = [str(pk) for pk in beside.values_list("pk", flat=True)]
    given = _given_on_structures().filter(object_pk__in=places, permission__codename="review_traces")
    return Membership.objects.active(at).filter(structure__in=beside, group__in=given.values("group_id")).order_by()


def notes_in_emergency(access: EmergencyAccess) -> QuerySet[Note]:
    """What is shared of the case: nothing internal to a service, nothing personal."""
    return Note.objects.filter(case=access.case_id, visibility=Note.Visibility.SHARED)
