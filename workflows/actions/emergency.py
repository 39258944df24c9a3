"""An access in emergency to the case of others: opened with a reason, told at once, ended by the clock or by who watches.

It gives no part in the case: no list, no act and no notice knows of it, only its own page.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate, localtime

from cases import journal, permissions
from cases.locks import lock_case
from cases.models import Case, EmergencyAccess, Structure, StructureKind, User
from cases.refusals import NotAllowed, Refusal
from cases.rules.traces import load_trace_limits
from workflows.routing.apply import claimants_of


class CannotOpenInEmergency(Refusal):
    """A case is not opened so."""


@transaction.atomic
def open_in_emergency(*, case: Case, structure: Structure, reason: str, by: User, at: datetime) -> EmergencyAccess:
    """Refuses (`NotAllowed`) who follows no case there, and (`CannotOpenInEmergency`) another territory, who claims or
    recovers, a landlord’s advisers, a closed case, no reason, when nobody could be told, and what was interrupted."""
    case = lock_case(case.pk)
    if not permissions.may_open_emergency(by, structure, at=localdate(at)):
        raise NotAllowed
    _refuse_impossible_emergency(case=case, structure=structure, reason=reason, by=by, at=at)
    if running := permissions.open_emergencies(by, at=at).filter(case=case, structure=structure).first():
        return running
    _refuse_interrupted(case=case, by=by, at=at)
    access = EmergencyAccess.objects.create(
        case=case,
        structure=structure,
        by=by,
        reason=reason.strip(),
        opened_at=at,
        until=at + timedelta(hours=load_trace_limits().emergency_hours),
    )
    journal.record("emergency.opened", at=at, case=case, by=by, structure=structure, access=access.pk)
    return access


def _refuse_impossible_emergency(*, case: Case, structure: Structure, reason: str, by: User, at: datetime) -> None:
    if structure.territory != case.territory:
        raise CannotOpenInEmergency("Ce dossier est d’un autre territoire : téléphoner au service qui le suit.")
    claims = structure.code in claimants_of(case)
    if not structure.may_help or structure.kind == StructureKind.LANDLORD_SOCIAL or claims:
        raise CannotOpenInEmergency(
            f"{structure} n’ouvre aucun dossier en urgence : téléphoner au service qui le suit."
        )
    if not case.is_open:
        raise CannotOpenInEmergency("Ce suivi est terminé : signaler un impayé s’il y a lieu.")
    if not reason.strip():
        raise CannotOpenInEmergency("Dire pourquoi ce dossier est ouvert sans attendre un partage.", field="reason")
    if not permissions.watchers_of(structure, case, at=localdate(at)).exclude(pk=by.pk).exists():
        raise CannotOpenInEmergency(
            "Ni responsable ni délégué à la protection des données ne peut en être prévenu : "
            "téléphoner au service qui suit ce dossier."
        )


def _refuse_interrupted(*, case: Case, by: User, at: datetime) -> None:
    """What whoever watches has ended is not opened again by another press, whatever the structure."""
    ended = EmergencyAccess.objects.filter(case=case, by=by, until__gt=at, ended_at__isnull=False).exclude(ended_by=by)
    if interrupted := ended.order_by("-until").first():
        raise CannotOpenInEmergency(
            "Votre accès d’urgence à ce dossier a été interrompu : il ne se rouvre pas avant le "
            f"{localtime(interrupted.until):%d/%m/%Y à %H:%M}. D’ici là, téléphoner au service qui suit ce dossier."
        )


@transaction.atomic
def end_emergency(*, access: EmergencyAccess, by: User, at: datetime) -> EmergencyAccess:
    """By its author, or whoever watches it. Refuses (`NotAllowed`, `CannotOpenInEmergency` when it is over)."""
    known = permissions.known_emergencies(by, at=localdate(at))
    if not known.filter(pk=access.pk).exists():
        raise NotAllowed
    ended = EmergencyAccess.objects.running(at).filter(pk=access.pk).update(ended_at=at, ended_by=by)
    access.refresh_from_db()
    if not ended:
        raise CannotOpenInEmergency("Cet accès d’urgence a déjà pris fin.")
    journal.record(
        "emergency.ended",
        at=at,
        case=access.case,
        by=by,
        structure=access.structure,
        access=access.pk,
        user=access.by_id,
    )
    return access
