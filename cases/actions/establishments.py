"""From which establishments people enter a structure by ProConnect: an administrator of its territory says it."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import Establishment, Structure, User
from cases.refusals import Refusal
from cases.rules.sirets import read_siret


class CannotAdmitEstablishment(Refusal):
    """An establishment is not admitted, or not any more."""


@transaction.atomic
def admit(*, structure: Structure, siret: str, by: User, at: datetime) -> Establishment:
    """Refuses (`CannotAdmitEstablishment`) a stranger, a number that is no SIRET, and one that is admitted there."""
    _refuse_stranger(structure, by=by, at=at)
    digits = read_siret(siret)
    if digits is None:
        raise CannotAdmitEstablishment(
            "Ce n’est pas un SIRET : recopier ses 14 chiffres depuis annuaire-entreprises.data.gouv.fr.", field="siret"
        )
    admitted, is_new = Establishment.objects.get_or_create(structure=structure, siret=digits)
    if not is_new:
        raise CannotAdmitEstablishment("Cet établissement est déjà admis dans la structure.", field="siret")
    journal.record("establishment.admitted", at=at, by=by, structure=structure, siret=digits)
    return admitted


@transaction.atomic
def withdraw(*, structure: Structure, siret: str, by: User, at: datetime) -> None:
    """Nobody enters from there any more; the accounts stay, with their password. Harmless when it was not admitted."""
    _refuse_stranger(structure, by=by, at=at)
    gone, _ = Establishment.objects.filter(structure=structure, siret=siret).delete()
    if gone:
        journal.record("establishment.withdrawn", at=at, by=by, structure=structure, siret=siret)


def _refuse_stranger(structure: Structure, *, by: User, at: datetime) -> None:
    administered = permissions.administered_structures(by, at=localdate(at))
    if not administered.filter(territory=structure.territory).exists():
        raise CannotAdmitEstablishment("Vous n’administrez pas ce territoire.")
