"""Structures in support of a case, beside the one that answers for it: added, seeing more or less, withdrawn."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.acting import why_not
from cases.actions import case as cases, questions, restrictions, sharing
from cases.actions.sharing import MANAGED, CannotShare
from cases.models import (
    Assignment,
    Case,
    CaseKind,
    InformationGiven,
    JournalEntry,
    LegalBasis,
    Participation,
    Structure,
    User,
)
from cases.models.structures import StructureKind

Level, Part = Participation.Level, Participation.Part

ASKED_BY_THE_PERSON = (LegalBasis.ON_REQUEST, LegalBasis.MANDATE)


@transaction.atomic
def add(
    *,
    case: Case,
    structure: Structure,
    level: str,
    basis: str,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> Participation:
    """Let a structure see a case, in support.

    Refuses (`CannotShare`) a closed case, whoever claims or recovers, a structure that takes part already, the whole case before the
    person was informed, the landlord’s social advisers unless the person asked for them, a ground that she opposed,
    and what is done with her file being restricted.
    """
    if case.kind == CaseKind.COORDINATION:
        raise CannotShare("Une structure entre dans une coordination par son référent : en proposer un.")
    if not case.is_open:
        raise CannotShare("Ce dossier est clos : le rouvrir avant de le partager.")
    if Participation.objects.filter(case=case, structure=structure, until=None).exclude(level=Level.THREAD).exists():
        raise CannotShare(f"{structure} participe déjà au dossier : changer son accès plutôt.")
    _refuse_level(case, level)
    _refuse_structure(structure, basis)
    _refuse_opposed(case, basis)
    _refuse_restricted(case)
    return sharing.take_part(
        case=case, structure=structure, part=Part.SUPPORT, level=level, basis=basis, by=by, at=at, cause=cause
    )


@transaction.atomic
def change(*, participation: Participation, level: str, basis: str, by: User, at: datetime) -> Participation:
    """Let a structure in support see more, or less. Refuses (`CannotShare`) as `add` does."""
    _refuse_part(participation)
    _refuse_level(participation.case, level)
    _refuse_structure(participation.structure, basis)
    _refuse_opposed(participation.case, basis)
    if (participation.level, level) != (Level.FULL, Level.CARD):
        _refuse_restricted(participation.case)
    return sharing.take_part(
        case=participation.case,
        structure=participation.structure,
        part=participation.part,
        level=level,
        basis=basis,
        by=by,
        at=at,
    )


@transaction.atomic
def remove(*, participation: Participation, by: User, at: datetime) -> None:
    """Withdraw the access of a structure in support, and of its professionals, at once.

    An operator that was asked something keeps the thread of its questions, as long as one waits.
    """
    _refuse_part(participation)
    case, structure = participation.case, participation.structure
    if questions.is_asked(case, structure):
        participation = sharing.take_part(
            case=case, structure=structure, part=Part.ANSWERING, level=Level.THREAD, by=by, at=at
        )
        cases.release_all(case=case, structure=structure, by=by, at=at, cause=None)
        return
    entry = sharing.end_sharing(case=case, structure=structure, by=by, at=at)
    cases.release_all(case=case, structure=structure, by=by, at=at, cause=entry)


@transaction.atomic
def name_professional(*, participation: Participation, user: User, by: User, at: datetime) -> Assignment:
    """Name, in a structure in support, the professional who sees the case."""
    _refuse_part(participation)
    if refused := why_not(user, participation.structure, by=by, on=localdate(at)):
        raise CannotShare(refused)
    return cases.assign_professional(
        case=participation.case, user=user, structure=participation.structure, by=by, at=at
    )


def is_informed(case: Case) -> bool:
    """Was the person told who follows her and what is shared?"""
    return InformationGiven.objects.filter(case=case).exists()


def _refuse_part(participation: Participation) -> None:
    follows_referent = participation.case.kind == CaseKind.COORDINATION
    if participation.part not in MANAGED or participation.until is not None or follows_referent:
        raise CannotShare("Cet accès suit la procédure : il change et prend fin avec ses étapes.")


def _refuse_level(case: Case, level: str) -> None:
    if level == Level.FULL and not is_informed(case):
        raise CannotShare("Informer d’abord la personne de ce partage : jusque-là, partager la fiche seulement.")


def _refuse_opposed(case: Case, basis: str) -> None:
    if sharing.is_opposed(case, basis):
        raise CannotShare(sharing.OPPOSED, field="basis")


def _refuse_restricted(case: Case) -> None:
    if restrictions.is_restricted(case.household_id):
        raise CannotShare(restrictions.RESTRICTED)


def _refuse_structure(structure: Structure, basis: str) -> None:
    if not structure.may_help:
        raise CannotShare(f"{structure} n’accompagne pas les ménages : ce service ne participe à aucun dossier.")
    if structure.kind == StructureKind.LANDLORD_SOCIAL and basis not in ASKED_BY_THE_PERSON:
        raise CannotShare(
            "Le conseil social du bailleur intervient à la demande de la personne : choisir ce fondement, ou son mandat."
        )
