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
    SharingObjection,
    Structure,
)
from cases.rules.procedures import PROCEDURES

OPPOSED = (
    "La personne s’est opposée aux partages qui reposent sur le fondement de la coordination : le délégué à la protection des"
    " données l’a enregistré. Partager plutôt un de ses dossiers, sur un autre fondement ou avec son mandat."
)


def is_restricted(person: str) -> Exists:
    """Of rows with a person in this field, for a query: is what is done with a household where she lives restricted?"""
    standing = permissions.restrictions_of(OuterRef("household"))
    return Exists(HouseholdMember.objects.filter(Exists(standing), beneficiary=OuterRef(person), until=None))


def is_opposed(person: str) -> Exists:
    """The same: is the ground of coordinations opposed by a household where she lives?"""
    basis = PROCEDURES[CaseKind.COORDINATION].legal_basis
    opposed = SharingObjection.objects.filter(household=OuterRef("household"), basis=basis)
    return Exists(HouseholdMember.objects.filter(Exists(opposed), beneficiary=OuterRef(person), until=None))


def has_place(person: str, structure: Structure | OuterRef) -> Exists:
    """The same: does this structure follow her in her coordination?"""
    hers = {"case__beneficiary": OuterRef(person), "case__kind": CaseKind.COORDINATION, "case__closed_on": None}
    return Exists(Participation.objects.filter(**hers, structure=structure, until=None, part__in=PLACES))


def why_not_new_place(person: Beneficiary, structure: Structure) -> str:
    """Why a structure does not begin to follow a person. Empty when it may, or follows her already. One query."""
    asked = Beneficiary.objects.filter(~has_place("pk", structure), pk=person.pk)
    for restricted, opposed in asked.values_list(is_restricted("pk"), is_opposed("pk")):
        return restrictions.RESTRICTED if restricted else OPPOSED if opposed else ""
    return ""
