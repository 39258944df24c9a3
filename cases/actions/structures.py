"""Partner structures: an administrator adds one to his territory, corrects what is said of it, ends it, takes it up again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import invitations, members, nominations
from cases.actions.notices import CREDITORS
from cases.models import CLAIMANT_KINDS, JournalEntry, LandlordProfile, Membership, Organisation, Structure, User
from cases.refusals import Refusal
from cases.rules.procedures import PROCEDURES
from cases.rules.rights import rights_of

DESCRIBED = ("name", "phone", "email")


class CannotChangeStructure(Refusal):
    """A partner structure is not added, corrected or ended so."""


@transaction.atomic
def add_structure(
    *,
    territory: str,
    kind: str,
    name: str,
    organisation: Organisation | None,
    organisation_name: str = "",
    phone: str = "",
    email: str = "",
    landlord: Mapping[str, object] | None = None,
    by: User,
    at: datetime,
) -> Structure:
    """Add a service of an organisation, known or new, to a territory. Its code comes from its name, and never changes.

    `landlord`: what holds for the files of who claims rent (`legal_type`, `housing`). Refuses (`CannotChangeStructure`) who
    administers no structure of the territory, a name that is taken, a second desk of an action’s pilot, and a claimant of
    whom nothing is said.
    """
    if not permissions.administered_structures(by, at=localdate(at)).filter(territory=territory).exists():
        raise CannotChangeStructure("Vous n’administrez pas ce territoire.")
    _lock_territory(territory)
    _refuse_taken_name(name, territory)
    _refuse_second_of_kind(kind, territory)
    if kind in CLAIMANT_KINDS and not landlord:
        raise CannotChangeStructure("Dire sa nature juridique et son parc : ses fichiers se lisent selon eux.")
    structure = create_structure(
        organisation=organisation or get_or_create_organisation(organisation_name or name),
        name=name,
        kind=kind,
        territory=territory,
        phone=phone,
        email=email,
    )
    if kind in CLAIMANT_KINDS:
        LandlordProfile.objects.create(structure=structure, **(landlord or {}))
    journal.record("structure.added", at=at, by=by, structure=structure)
    return structure


def get_or_create_organisation(name: str) -> Organisation:
    """A body is one, whatever the territories in which it has services; what one of them knows, the others do not."""
    known = Organisation.objects.filter(name__iexact=name).first()
    return known or Organisation.objects.create(name=name, code=_free_code(name, Organisation))


def create_structure(*, name: str, **said: Any) -> Structure:
    """The row alone: who may, and whether the name is free, was asked."""
    return Structure.objects.create(name=name, code=_free_code(name, Structure), **said)


@transaction.atomic
def correct_structure(*, structure: Structure, name: str, phone: str, email: str, by: User, at: datetime) -> None:
    """Correct its name and how to reach it; its code and its nature stay. Nothing is written when nothing changes."""
    structure = _lock_administered_structure(structure, by=by, at=at)
    said = {"name": name, "phone": phone, "email": email}
    changed = [field for field in DESCRIBED if getattr(structure, field) != said[field]]
    if not changed:
        return
    if "name" in changed:
        _refuse_taken_name(name, structure.territory, but=structure)
    for field in changed:
        setattr(structure, field, said[field])
    structure.save(update_fields=changed)
    journal.record("structure.corrected", at=at, by=by, structure=structure, fields=changed)


@transaction.atomic
def end_structure(*, structure: Structure, by: User, at: datetime) -> None:
    """It takes no part any more: whoever works there stops, whoever was asked to is asked no more, nothing is routed to it,
    and what it did stays.

    What it still has is asked before (`workflows.actions.structures`). Refuses (`CannotChangeStructure`) one’s own
    structure, the desk of an action’s pilot, and the one of the last administrators.
    """
    structure = _lock_administered_structure(structure, by=by, at=at)
    today = localdate(at)
    held = list(Membership.objects.not_over(today).filter(structure=structure).select_related("user", "structure"))
    if any(membership.user_id == by.pk for membership in held):
        raise CannotChangeStructure("Vous y travaillez : c’est à un autre administrateur d’y mettre fin.")
    if structure.kind in _pilot_kinds():
        raise CannotChangeStructure("Cette structure pilote une action : sans elle, rien n’y serait plus arbitré.")
    if granting := {row.user for row in held if "grant_roles" in rights_of(row.role, structure.kind)}:
        members.refuse_last_administrator(granting, structure.territory, on=today)
    close_structure(structure, by=by, at=at)


def close_structure(structure: Structure, *, by: User, at: datetime, cause: JournalEntry | None = None) -> None:
    """It is out of service, and nobody works there nor is asked to. Inside an act, which has asked what is in the way."""
    today = localdate(at)
    structure.is_active = False
    structure.save(update_fields=["is_active"])
    entry = journal.record("structure.ended", at=at, by=by, structure=structure, cause=cause)
    held = Membership.objects.not_over(today).filter(structure=structure).select_related("user", "structure")
    for membership in list(held):
        members.end_membership(membership=membership, on=today, at=at, by=by, cause=entry)
    invitations.withdraw_those_of(structure=structure, by=by, at=at, cause=entry)
    nominations.withdraw_those_of(structure=structure, by=by, at=at, cause=entry)


@transaction.atomic
def take_up_structure(*, structure: Structure, by: User, at: datetime) -> None:
    """It takes part again: an administrator invites its first manager."""
    structure = _lock_administered_structure(structure, by=by, at=at, is_active=False)
    _refuse_second_of_kind(structure.kind, structure.territory)
    structure.is_active = True
    structure.save(update_fields=["is_active"])
    journal.record("structure.taken_up", at=at, by=by, structure=structure)


def lock_to_end(structure: Structure) -> None:
    """Waits for all those who keep it in service as they give it something (`keep_in_service`), and keeps the others out."""
    Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)


def _lock_administered_structure(structure: Structure, *, by: User, at: datetime, is_active: bool = True) -> Structure:
    """The structure as it stands now, for an administrator of its territory."""
    found = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
    if not permissions.administered_structures(by, at=localdate(at)).filter(territory=found.territory).exists():
        raise CannotChangeStructure("Vous n’administrez pas ce territoire.")
    if found.is_active != is_active:
        raise CannotChangeStructure(
            "Cette structure n’est plus en service." if is_active else "Cette structure est déjà en service."
        )
    return found


def _lock_territory(territory: str) -> None:
    """Those who add structures to it follow one another: each finds the names and the codes of the other."""
    list(
        Structure.objects.select_for_update(of=("self",)).filter(territory=territory).order_by("pk").values_list("pk")
    )


def _refuse_taken_name(name: str, territory: str, *, but: Structure | None = None) -> None:
    others = Structure.objects.filter(name__iexact=name, territory=territory)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise CannotChangeStructure("Une structure porte déjà ce nom : la reprendre, ou préciser le service.")


def _refuse_second_of_kind(kind: str, territory: str) -> None:
    """A case is arbitrated by the one structure of its territory that pilots its action; an overpayment is owed to the one
    service of its operator that claims."""
    if not Structure.objects.filter(kind=kind, territory=territory, is_active=True).exists():
        return
    if kind in _pilot_kinds():
        raise CannotChangeStructure("Une structure de cette nature pilote déjà une action sur ce territoire.")
    if kind in CREDITORS.values():
        raise CannotChangeStructure(
            "Cet organisme a déjà un service sur ce territoire, à qui ses trop-perçus sont dus : corriger celui-là."
        )


def _pilot_kinds() -> set[str]:
    return {procedure.pilot for procedure in PROCEDURES.values()}


def _free_code(name: str, model: type[Organisation] | type[Structure]) -> str:
    """From the name; with a number when another has it."""
    wanted = slugify(name)[:40] or "structure"
    taken = set(model.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    return next(
        code for code in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if code not in taken
    )
