"""Territories: an administrator of the first one adds another, corrects how it is called, ends it; nothing else of it is his.

Its own administrators do the rest by the same pages as those of the first: structures, members, nominations, rules.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import invitations, structures
from cases.models import Case, Organisation, Role, Structure, StructureKind, Territory, User
from cases.models.structures import OTHER_LANDLORDS
from cases.reference_data import publish_first_editions
from cases.refusals import Refusal

ADMINISTRATORS = 2
"""Invited with it: a nomination takes two."""
OTHERS_NAME = "Bailleurs non partenaires"


class CannotChangeTerritory(Refusal):
    """A territory is not added, corrected or ended so."""


class AdministratorInvited(NamedTuple):
    email: str
    first_name: str
    last_name: str


@transaction.atomic
def add_territory(
    *,
    name: str,
    insee_codes: str,
    postcode: str = "",
    city_name: str,
    desk_name: str,
    administrators: Sequence[AdministratorInvited],
    by: User,
    at: datetime,
) -> Territory:
    """Add a territory with what no procedure does without, and its first administrators, invited to its city.

    That is: its city, which pilots action 13; the desk that pilots action 12; who stands for the landlords that take no
    part; and the first editions of its rules.

    Refuses (`CannotChangeTerritory`) who does not administer the installation, a name that is taken, fewer than two
    administrators, and the same one twice.
    """
    known = _lock_territories(by=by, at=at)
    _refuse_taken_name(name, known)
    if len({each.email.strip().lower() for each in administrators}) < ADMINISTRATORS:
        raise CannotChangeTerritory(
            "Inviter deux administrateurs, à deux adresses : une nomination se propose et se confirme à deux."
        )
    if city_name.casefold() == desk_name.casefold():
        raise CannotChangeTerritory("Ce nom est déjà celui de la ville : en donner un autre.", field="desk_name")
    territory = Territory.objects.create(
        code=_free_code(name, {each.code for each in known}),
        name=name,
        insee_codes=insee_codes,
        postcode=postcode,
        since=localdate(at),
    )
    city = _create_structures(territory, city_name=city_name, desk_name=desk_name)
    publish_first_editions(territory.code)
    journal.record("territory.added", at=at, by=by, structure=city, territory=territory.pk)
    for each in administrators:
        user = invitations.get_or_create_account(**each._asdict())
        if not user.is_active:
            raise CannotChangeTerritory(f"{each.email} ne peut pas être invité : donner une autre adresse.")
        called = invitations.full_name(each.first_name, each.last_name)
        invitations.offer(user=user, called=called, structure=city, role=Role.ADMINISTRATOR, by=by, at=at)
    return territory


def _create_structures(territory: Territory, *, city_name: str, desk_name: str) -> Structure:
    """Its city, which is returned, the desk of action 12, and who stands for the other landlords."""
    others, _ = Organisation.objects.get_or_create(code=OTHER_LANDLORDS, defaults={"name": OTHERS_NAME})
    body = structures.get_or_create_organisation(city_name)
    kind = StructureKind
    structures.create_structure(territory=territory.code, organisation=others, name=OTHERS_NAME, kind=kind.LANDLORD)
    desk = structures.get_or_create_organisation(desk_name)
    structures.create_structure(territory=territory.code, organisation=desk, name=desk_name, kind=kind.CAF_PILOT)
    return structures.create_structure(territory=territory.code, organisation=body, name=city_name, kind=kind.CITY)


@transaction.atomic
def correct_territory(
    *, territory: Territory, name: str, insee_codes: str, postcode: str, by: User, at: datetime
) -> None:
    """Correct how it is called and found; its code stays. Nothing is written when nothing changes."""
    known = _lock_territories(by=by, at=at)
    found = next(each for each in known if each.pk == territory.pk)
    if (found.name, found.insee_codes, found.postcode) == (name, insee_codes, postcode):
        return
    _refuse_taken_name(name, [each for each in known if each != found])
    found.name, found.insee_codes, found.postcode = name, insee_codes, postcode
    found.save(update_fields=["name", "insee_codes", "postcode"])
    journal.record("territory.corrected", at=at, by=by, territory=found.pk)


@transaction.atomic
def end_territory(*, territory: Territory, by: User, at: datetime) -> None:
    """Nobody works there any more: its structures end, and whoever is a member or invited. What was done stays.

    Refuses (`CannotChangeTerritory`) the first one, one that has ended, and one with open cases, which are counted.
    """
    known = _lock_territories(by=by, at=at)
    found = next(each for each in known if each.pk == territory.pk)
    if found == known[0]:
        raise CannotChangeTerritory("C’est le premier territoire de cette installation : il ne prend pas fin.")
    if not found.is_active:
        raise CannotChangeTerritory("Ce territoire n’est déjà plus en service.")
    if number := open_cases(found):
        raise CannotChangeTerritory(
            f"{number} dossier{'s y sont ouverts' if number > 1 else ' y est ouvert'} : ses administrateurs"
            f" {'les' if number > 1 else 'le'} font clore d’abord."
        )
    found.is_active = False
    found.save(update_fields=["is_active"])
    entry = journal.record("territory.ended", at=at, by=by, territory=found.pk)
    there = Structure.objects.filter(territory=found.code, is_active=True).order_by("pk")
    for structure in there.select_for_update(of=("self",)):
        structures.close_structure(structure, by=by, at=at, cause=entry)


def open_cases(territory: Territory) -> int:
    return Case.objects.filter(territory=territory.code, closed_on=None).count()


def listed_territories() -> QuerySet[Territory]:
    """The first one first: its administrators are those of the installation."""
    return Territory.objects.order_by("pk")


def _lock_territories(*, by: User, at: datetime) -> list[Territory]:
    """Those who change them follow one another. Refuses who administers no structure of the first one."""
    known = list(listed_territories().select_for_update(of=("self",)))
    if not permissions.administers_installation(by, at=localdate(at)):
        raise CannotChangeTerritory(
            "Seuls les administrateurs du premier territoire ajoutent ou changent un territoire."
        )
    return known


def _refuse_taken_name(name: str, known: Sequence[Territory]) -> None:
    if any(each.name.casefold() == name.casefold() for each in known):
        raise CannotChangeTerritory("Un territoire porte déjà ce nom : le corriger, ou préciser.", field="name")


def _free_code(name: str, taken: set[str]) -> str:
    wanted = slugify(name)[:40] or "territoire"
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (wanted, *numbered) if code not in taken)
