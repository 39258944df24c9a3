"""Ending a partner structure: asked first what it still has, under its lock; then the act of `cases.actions.structures`."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from cases.actions import structures
from cases.actions.structures import CannotChangeStructure
from cases.models import (
    Case,
    DebtLine,
    LegalReferent,
    Participation,
    Question,
    Referent,
    Report,
    SharingRequest,
    Structure,
    User,
)
from workflows.models import CaseTask

BY_WHOM = "« Noter le référent unique », par qui la suit"
"""The structure takes no part in her coordination, and has no page of her."""


def what_remains(structure: Structure) -> list[str]:
    """What keeps a structure in service, in words: « 2 dossiers ouverts dont elle répond »."""
    answers_for = Case.objects.filter(responsible_structure=structure, closed_on=None)
    parts = Participation.objects.filter(structure=structure, until=None, case__closed_on=None)
    of_its_leases = Q(tenancy__landlord=structure) | Q(tenancy__manager=structure)
    counted = (
        (answers_for, "dossier ouvert dont elle répond", "dossiers ouverts dont elle répond"),
        (CaseTask.objects.open().filter(structure=structure), "étape qui l’attend", "étapes qui l’attendent"),
        (parts.exclude(case__in=answers_for), "autre dossier auquel elle participe", "autres dossiers auxquels elle participe"),
        (Referent.objects.current().filter(structure=structure), "personne suivie", "personnes suivies"),
        (
            LegalReferent.objects.filter(structure=structure, ended_on=None, case__closed_on=None),
            f"personne dont elle a le référent unique (à changer sur la page de cette personne, {BY_WHOM})",
            f"personnes dont elle a le référent unique (à changer sur la page de chacune, {BY_WHOM})",
        ),
        (
            Question.objects.filter(structure=structure, state=Question.State.ASKED),
            "question sans réponse",
            "questions sans réponse",
        ),
        (
            Report.objects.filter(structure=structure, case__closed_on=None),
            "signalement dont le dossier est ouvert",
            "signalements dont le dossier est ouvert",
        ),
        (
            Case.objects.filter(of_its_leases, closed_on=None),
            "dossier ouvert d’un de ses baux",
            "dossiers ouverts de ses baux",
        ),
        (
            DebtLine.objects.filter(notice__creditor=structure, closed_on=None),
            "trop-perçu qui lui est dû",
            "trop-perçus qui lui sont dus",
        ),
        (
            SharingRequest.objects.filter(structure=structure, state=SharingRequest.State.ASKED),
            "demande de partage sans réponse",
            "demandes de partage sans réponse",
        ),
    )  # fmt: skip
    found = ((rows.count(), one, many) for rows, one, many in counted)
    return [f"{count} {one if count == 1 else many}" for count, one, many in found if count]


@transaction.atomic
def end_structure(*, structure: Structure, by: User, at: datetime) -> None:
    """Refuses (`CannotChangeStructure`) what still waits for it, and what `structures.end_structure` refuses."""
    structures.lock_to_end(structure)
    if remains := what_remains(structure):
        raise CannotChangeStructure(
            f"Il lui reste {', '.join(remains)} : les confier ou les clore d’abord, depuis les pages de la structure."
        )
    structures.end_structure(structure=structure, by=by, at=at)
