"""Which lease of a household a report is about, as far as one is known."""

from collections.abc import Mapping
from typing import Any

from cases.matching import address_key
from cases.models import Household, Tenancy
from cases.refusals import Refusal


class CannotReport(Refusal):
    """A report does not become a case so."""


def find_tenancy(lease: Mapping[str, Any], home: Household) -> Tenancy | None:
    """The lease that the household has with the landlord that is named, or whose landlord nobody knew; of one that nobody
    names, the lease whose case is open, else the only one. Refuses (`CannotReport`) another tenant’s."""
    if lease["landlord"] is None:
        return _only_tenancy(home)
    theirs = Tenancy.objects.filter(landlord=lease["landlord"], ended_on=None)
    reference = lease.get("reference")
    if not reference:
        return theirs.filter(household=home).order_by("-pk").first() or _tenancy_of_unknown(lease, home)
    named = theirs.filter(reference=reference).first()
    if named and named.household_id != home.pk:
        raise CannotReport(
            "Cette référence est celle d’un autre locataire de ce bailleur : la vérifier. Si un collègue vient de "
            "signaler le même ménage, recharger la page : il y est proposé, et rien de ce qui est saisi n’est perdu."
        )
    return named or theirs.filter(household=home, reference="").first() or _tenancy_of_unknown(lease, home)


def _tenancy_of_unknown(lease: Mapping[str, Any], home: Household) -> Tenancy | None:
    """The lease whose landlord nobody knew yet, unless what is said of it is another’s."""
    known, said = _only_tenancy(home), address_key(lease.get("address") or "")
    if known is None or not known.landlord_is_unknown or known.reference not in ("", lease.get("reference")):
        return None
    return known if said in ("", known.address_key) or not known.address_key else None


def _only_tenancy(home: Household) -> Tenancy | None:
    theirs = Tenancy.objects.filter(household=home, ended_on=None).order_by("-pk")
    open_ones = theirs.filter(cases__kind="arrears", cases__closed_on=None)
    return open_ones.first() or (theirs.first() if theirs.count() == 1 else None)
