"""What keeps a structure that does not follow a person yet from beginning to."""

from django.db.models import Exists, OuterRef

from cases import permissions
from cases.actions import restrictions
from cases.actions.coordination import PLACES
from cases.models import (
    Beneficiary,
    CaseKind,
    HouseholdMember,
    Participation,
    Structure,
)


def is_restricted(person: str) -> Exists:
    """Of rows with a person in this field, for a query: is what is done with a household where she lives restricted?"""
    standing = permissions.restrictions_of(OuterRef("household"))
    return Exists(HouseholdMember.objects.filter(Exists(standing), beneficiary=OuterRef(person), until=None))


def has_place(person: str, structure: Structure | OuterRef) -> Exists:
    """The same: does this structure follow her in her coordination?"""
    hers = {"case__beneficiary": OuterRef(person), "case__kind": CaseKind.COORDINATION, "case__closed_on": None}
    return Exists(Participation.objects.filter(**hers, structure=structure, until=None, part__in=PLACES))


def why_not_new_place(person: Beneficiary, structure: Structure) -> str:
    """Why a structure does not begin to follow a person. Empty when it may, or follows her already. One query."""
    asked = Beneficiary.objects.filter(~has_place("pk", structure), pk=person.pk)
    for (restricted,) in asked.values_list(is_restricted("pk")):
        if restricted:
            return restrictions.RESTRICTED
    return ""
