"""Limitation du traitement (RGPD, article 18): put on a household, and ended with a reason, once the person was told."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate, make_aware

from cases import journal, permissions
from cases.actions.purges import destroy_what_was_kept
from cases.locks import lock_household
from cases.models import Case, Household, ProcessingRestriction, Structure, SubjectRequest, User
from cases.refusals import Refusal

RESTRICTED = (
    "Le traitement de ce dossier est limité (RGPD, article 18) : il se lit et se garde, il ne se partage pas davantage. Voir le"
    " délégué à la protection des données."
)


class CannotRestrict(Refusal):
    """What is done with a household is not restricted so, or no longer."""


def is_restricted(household: Household | int) -> bool:
    """Does one stand, of the household or of one that became it?"""
    pk = household.pk if isinstance(household, Household) else household
    return permissions.restrictions_of(pk).exists()


@transaction.atomic
def put_restriction(
    *, case: Case, request: SubjectRequest, ground: str, structure: Structure, by: User, at: datetime
) -> ProcessingRestriction:
    """One that no request holds (the register forgot it, or an older backup was restored) becomes this one’s, and may end.

    Refuses (`CannotRestrict`) a household that has one, and one that is anonymised already."""
    home = lock_household(case.household_id)
    if home.anonymised_on:
        raise CannotRestrict("Ce dossier est déjà anonymisé : il ne reste rien à limiter.")
    standing = permissions.restrictions_of(home.pk).first()
    if standing and standing.request_id:
        raise CannotRestrict("Le traitement de ce ménage est déjà limité : noter la réponse à la demande.")
    made = standing or ProcessingRestriction(household=home, put_by=by, put_at=at)
    made.request, made.ground = request, ground
    made.save()
    journal.record(
        "processing.restricted",
        at=at,
        case=case,
        by=by,
        structure=structure,
        subject_request=request.pk,
        ground=ground,
    )
    return made


@transaction.atomic
def restrict_again(*, household: Household, ground: str, asked: str, on: date, at: datetime) -> bool:
    """After the restoration of an older backup, which knows nothing of it. `asked`: of the request, which that backup may know.
    Returns whether anything was to be done."""
    home = lock_household(household.pk)
    while home.merged_into_id:
        home = lock_household(home.merged_into_id)
    put_at = make_aware(datetime.combine(on, time.min))
    known = ProcessingRestriction.objects.filter(household=home, ground=ground, put_at__date=on)
    if asked:  # one of another request, that ended the same day, is another one
        known = known.filter(Q(request__public_id=asked) | Q(request=None))
    if home.anonymised_on or is_restricted(home) or known.exists():
        return False
    request = SubjectRequest.objects.filter(public_id=asked).first() if asked else None
    ProcessingRestriction.objects.create(household=home, request=request, ground=ground, put_at=put_at)
    case = Case.objects.filter(household=home).order_by("closed_on", "-pk").last()
    journal.record(
        "processing.restricted", at=at, case=case, subject_request=request.pk if request else None, ground=ground
    )
    return True


@transaction.atomic
def end_restriction(
    *,
    restriction: ProcessingRestriction,
    case: Case,
    reason: str,
    told_on: date,
    structure: Structure,
    by: User,
    at: datetime,
) -> ProcessingRestriction:
    """What it kept of a sharing that was opposed goes, unless something else keeps it.

    Refuses (`CannotRestrict`) one that ended already, a day to come (the person is told before it ends), and one before it
    was put."""
    home = lock_household(case.household_id)
    restriction = ProcessingRestriction.objects.select_for_update(of=("self",)).get(pk=restriction.pk)
    if restriction.ended_at:
        raise CannotRestrict("Cette limitation est déjà levée : recharger la page.")
    if told_on > localdate(at):
        raise CannotRestrict(
            "La personne en est informée avant la levée (RGPD, article 18, 3) : choisir un jour passé.",
            field="told_on",
        )
    if told_on < (put_on := localdate(restriction.put_at)):
        raise CannotRestrict(
            f"Cette limitation est posée le {put_on:%d/%m/%Y} : choisir ce jour-là, ou un jour suivant.",
            field="told_on",
        )
    restriction.ended_by, restriction.ended_at, restriction.end_reason, restriction.told_on = by, at, reason, told_on
    restriction.save(update_fields=["ended_by", "ended_at", "end_reason", "told_on"])
    journal.record(
        "processing.resumed",
        at=at,
        case=case,
        by=by,
        structure=structure,
        subject_request=restriction.request_id,
        reason=reason,
    )
    destroy_what_was_kept(household=home, by=by, at=at)
    return restriction
