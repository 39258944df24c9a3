"""The legal protection of an adult is recorded, corrected, and ends."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from cases import journal
from cases.models import Beneficiary, Case, JournalEntry, LegalProtection, Structure, User
from cases.refusals import Refusal


class CannotProtect(Refusal):
    """A measure of protection is not recorded so."""


@transaction.atomic
def protect_person(
    *,
    protection: LegalProtection,
    at: datetime,
    by: User,
    structure: Structure,
    case: Case,
    cause: JournalEntry | None = None,
) -> LegalProtection:
    """Record the measure of a person. Refuses (`CannotProtect`) a second one while another runs, and what it does not say."""
    person = Beneficiary.objects.select_for_update().get(pk=protection.beneficiary_id)
    refuse_unsaid(protection)
    others = person.protections.exclude(until__lt=protection.since)
    if protection.until:
        others = others.filter(since__lte=protection.until)
    if other := others.first():
        raise CannotProtect(
            f"Une mesure est déjà enregistrée pour ces dates ({other.rule.label}) : noter d’abord sa fin, ou la corriger.",
            field="kind",
        )
    protection.structure, protection.recorded_by = structure, by
    protection.save()
    _record("person.protected", protection, at=at, by=by, structure=structure, case=case, cause=cause)
    return protection


@transaction.atomic
def correct_protection(
    *,
    protection: LegalProtection,
    changes: Mapping[str, object],
    at: datetime,
    by: User,
    structure: Structure,
    case: Case,
) -> LegalProtection:
    """Write these fields, and no other. The line of the journal says which, not what."""
    for name, value in changes.items():
        setattr(protection, name, value)
    refuse_unsaid(protection)
    protection.save(update_fields=[*changes])
    fields = sorted(changes)
    _record("person.protection_corrected", protection, at=at, by=by, structure=structure, case=case, fields=fields)
    return protection


@transaction.atomic
def end_protection(
    *, protection: LegalProtection, on: date, at: datetime, by: User, structure: Structure, case: Case
) -> LegalProtection:
    """Its last day, by a release, a death or the end of its time. It stays in the person’s past."""
    if on < protection.since:
        raise CannotProtect("La mesure a commencé après ce jour : vérifier la date.", field="until")
    protection.until = on
    protection.save(update_fields=["until"])
    _record("person.protection_ended", protection, at=at, by=by, structure=structure, case=case)
    return protection


def refuse_unsaid(protection: LegalProtection) -> None:
    """Refuses (`CannotProtect`) a mandate without its dates, or without whom it was given to."""
    lacking = [name for name in ("judged_on", "since") if getattr(protection, name) is None]
    if lacking:
        raise CannotProtect(
            "Indiquer le jour du jugement et celui où le mandat commence : sans eux, rien ne dit que la personne nommée peut"
            " signer ou recevoir les actes. Ils sont sur le jugement ; le demander à qui se présente.",
            field=lacking[0],
        )
    if protection.since < protection.judged_on:
        raise CannotProtect("Le mandat commence au plus tôt le jour du jugement : vérifier les dates.", field="since")
    if protection.until and protection.until < protection.since:
        raise CannotProtect("La fin du mandat doit suivre son début : vérifier les dates.", field="until")
    if not protection.guardian and protection.kind != LegalProtection.Kind.SAUVEGARDE:
        raise CannotProtect("Indiquer le nom de qui exerce la mesure, ou le service.", field="guardian_name")


def _record(
    kind: str,
    protection: LegalProtection,
    *,
    at: datetime,
    by: User,
    structure: Structure,
    case: Case,
    cause: JournalEntry | None = None,
    **data: object,
) -> None:
    journal.record(
        kind,
        at=at,
        by=by,
        structure=structure,
        case=case,
        cause=cause,
        person=protection.beneficiary_id,
        protection=protection.pk,
        **data,
    )
