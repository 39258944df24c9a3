"""The departure of a tenant is recorded, corrected, or withdrawn when it was a mistake."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.locks import lock_case
from cases.models import Beneficiary, Case, HouseholdMember, LeaseDeparture, Structure, User
from cases.refusals import NotAllowed, Refusal
from cases.rules.solidarity import GROUNDS

Position = HouseholdMember.Position
DEBTORS = (Position.HOLDER, Position.CO_HOLDER, Position.SPOUSE)
"""Who of a household owes its rent, or may."""


OWES_NOTHING = (
    "Cette personne n’est au dossier ni titulaire, ni cotitulaire, ni conjointe : elle ne doit pas ce loyer. Corriger"
    " d’abord sa place dans le ménage si c’est une erreur."
)


class CannotLeave(Refusal):
    """A departure is not recorded so."""


def owes_rent(person: Beneficiary, case: Case) -> bool:
    """Or may: who holds the lease of the case, and a spouse."""
    return HouseholdMember.objects.filter(
        household=case.household_id, beneficiary=person, position__in=DEBTORS
    ).exists()


@transaction.atomic
def record_departure(
    *,
    case: Case,
    person: Beneficiary,
    ground: str,
    left_on: date,
    event_on: date | None,
    replaced_on: date | None,
    structure: Structure,
    by: User,
    at: datetime,
) -> LeaseDeparture:
    """Of the lease of the case: one a person, corrected in place. The journal never says why she left.

    Refuses (`CannotLeave`) a date to come, but that of a notice, and who never was a tenant there nor the spouse of one.
    """
    lock_case(case.pk)
    if case.tenancy is None:
        raise NotAllowed
    if not owes_rent(person, case):
        raise CannotLeave(OWES_NOTHING)
    Beneficiary.objects.select_for_update().get(pk=person.pk)
    today, rule = localdate(at), GROUNDS[ground]
    if left_on > today:
        raise CannotLeave("Cette date est à venir : noter le départ quand il a eu lieu.", field="left_on")
    if event_on and event_on > today and not rule.ahead:
        raise CannotLeave(f"Cette date est à venir : la noter quand elle est connue ({rule.event}).", field="event_on")
    if replaced_on and replaced_on > today and rule.unless_replaced:
        raise CannotLeave("Cette date est à venir : la noter quand le bail le dit.", field="replaced_on")
    said: dict[str, Any] = {
        "ground": ground,
        "left_on": left_on,
        "event_on": event_on,
        "replaced_on": replaced_on if rule.unless_replaced else None,
    }
    made, _ = LeaseDeparture.objects.update_or_create(
        tenancy=case.tenancy, beneficiary=person, defaults=said | {"structure": structure, "recorded_by": by}
    )
    journal.record("lease.left", at=at, by=by, structure=structure, case=case, person=person.pk, departure=made.pk)
    return made


@transaction.atomic
def withdraw_departure(*, departure: LeaseDeparture, case: Case, structure: Structure, by: User, at: datetime) -> None:
    """It was noted by mistake: she is a tenant as before. What it said stays in the past of the row.

    Refuses (`CannotLeave`) one that somebody has withdrawn meanwhile.
    """
    lock_case(case.pk)
    person = departure.beneficiary_id
    withdrawn, _ = LeaseDeparture.objects.filter(pk=departure.pk).delete()
    if not withdrawn:
        raise CannotLeave("Ce départ est déjà retiré.")
    journal.record("lease.departure_withdrawn", at=at, by=by, structure=structure, case=case, person=person)
