"""Legal hold: nothing of a household is archived or erased while it stands."""

from datetime import datetime

from django.db import transaction

from cases import journal
from cases.actions.purges import destroy_what_was_kept
from cases.actions.retention.anonymise import find_homes
from cases.locks import lock_household
from cases.models import Case, Household, LegalHold, Structure, User
from cases.refusals import Refusal


class CannotChangeHold(Refusal):
    """A hold is not put or lifted so."""


@transaction.atomic
def put_hold(*, case: Case, reason: str, structure: Structure, by: User, at: datetime) -> LegalHold:
    """`structure`: the officer’s own. Refuses (`CannotChangeHold`) a household that has one, or that is anonymised already."""
    home = Household.objects.select_for_update().get(pk=case.household_id)
    if home.anonymised_on:
        raise CannotChangeHold("Ce dossier est déjà anonymisé : il ne reste rien à geler.", field="case")
    if LegalHold.objects.standing().filter(household=home).exists():
        raise CannotChangeHold("Un gel est déjà posé pour ce ménage.", field="case")
    hold = LegalHold.objects.create(household=home, case=case, reason=reason, put_by=by, put_at=at)
    journal.record("hold.put", at=at, case=case, by=by, structure=structure, hold=hold.pk, reason=reason)
    return hold


@transaction.atomic
def lift_hold(*, hold: LegalHold, reason: str, structure: Structure, by: User, at: datetime) -> LegalHold:
    """One that waits at a household that became this one takes its place; else what the hold kept of a sharing that was opposed
    goes. Refuses (`CannotChangeHold`) one that is lifted already."""
    home = lock_household(Household.objects.values_list("pk", flat=True).get(legal_holds=hold.pk))
    hold = LegalHold.objects.select_for_update(of=("self",)).select_related("case").get(pk=hold.pk)
    if hold.lifted_at:
        raise CannotChangeHold("Ce gel est déjà levé : recharger la page.")
    hold.lifted_by, hold.lifted_at, hold.lift_reason = by, at, reason
    hold.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
    waiting = LegalHold.objects.standing().filter(household__in=find_homes(home)).order_by("pk").first()
    if waiting:
        waiting.household = home
        waiting.save(update_fields=["household"])
    journal.record("hold.lifted", at=at, case=hold.case, by=by, structure=structure, hold=hold.pk, reason=reason)
    destroy_what_was_kept(household=home, by=by, at=at)
    return hold
