"""Who lives in a household, over time: a person takes another place, leaves, comes back."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from cases import journal
from cases.models import Beneficiary, Case, Household, HouseholdMember, JournalEntry, Structure, User
from cases.refusals import Refusal

Position = HouseholdMember.Position


class CannotChangeHousehold(Refusal):
    """A household is not composed so."""


@transaction.atomic
def correct_place(
    *,
    member: HouseholdMember,
    position: str,
    since: date | None,
    at: datetime,
    by: User,
    structure: Structure,
    case: Case,
) -> HouseholdMember:
    """What was recorded was wrong: it is replaced, and leaves no trace in the household’s past.

    Refuses (`CannotChangeHousehold`) to leave a household without a holder of the lease.
    """
    member = _lock_current_member(member)
    _refuse_without_holder(member, position, case=case)
    entry = _record_member_placed(member, position, at=at, by=by, structure=structure, case=case)
    if position == Position.HOLDER:
        _one_holder(member, on=None, at=at, by=by, structure=structure, case=case, cause=entry)
    member.position, member.since = position, since
    member.save(update_fields=["position", "since"])
    return member


@transaction.atomic
def change_place(
    *, member: HouseholdMember, position: str, on: date, at: datetime, by: User, structure: Structure, case: Case
) -> HouseholdMember:
    """From that day on the person has another place; the household keeps the one that she had before.

    Who becomes the holder of the lease makes the present one a co-holder, from the same day.
    Refuses (`CannotChangeHousehold`) a day before the present place began, and a household without a holder.
    """
    member = _lock_current_member(member)
    if member.position == position:
        return member
    _refuse_without_holder(member, position, case=case)
    entry = _record_member_placed(member, position, at=at, by=by, structure=structure, case=case)
    if position == Position.HOLDER:
        _one_holder(member, on=on, at=at, by=by, structure=structure, case=case, cause=entry)
    return _start_position(member, position, on=on)


@transaction.atomic
def leave_household(
    *, member: HouseholdMember, on: date, at: datetime, by: User, structure: Structure, case: Case
) -> HouseholdMember:
    """The person no longer lives there; `on` is her last day.

    Refuses (`CannotChangeHousehold`) the holder of the lease, and the last person of the household.
    """
    member = _lock_current_member(member)
    others = member.household.memberships.filter(until=None).exclude(pk=member.pk)
    if not others.exists():
        raise CannotChangeHousehold(
            "C’est la dernière personne du ménage : clore le dossier (« départ volontaire », « décès »…), "
            "ou ajouter d’abord la personne qui reste."
        )
    if member.position == Position.HOLDER:
        raise CannotChangeHousehold(
            f"Cette personne est {_holder_label(case)} : indiquer d’abord qui le devient, à la place de cette personne."
        )
    _refuse_early(member, on)
    member.until = on
    member.save(update_fields=["until"])
    journal.record(
        "member.left",
        at=at,
        by=by,
        structure=structure,
        case=case,
        household=member.household_id,
        person=member.beneficiary_id,
    )
    return member


@transaction.atomic
def come_back(
    *,
    household: Household,
    person: Beneficiary,
    position: str,
    since: date | None,
    at: datetime,
    by: User,
    structure: Structure,
    case: Case,
) -> HouseholdMember:
    """A person who had left lives there again."""
    household = Household.objects.select_for_update().get(pk=household.pk)
    if household.memberships.filter(beneficiary=person, until=None).exists():
        raise CannotChangeHousehold("Cette personne est déjà dans le ménage : recharger la page.")
    last = household.memberships.filter(beneficiary=person).order_by("-until").first()
    if last is None:
        raise CannotChangeHousehold("Cette personne n’a pas vécu dans ce ménage : l’ajouter plutôt.")
    if since and last.until and since <= last.until:
        raise CannotChangeHousehold(
            f"Cette personne est partie le {last.until:%d/%m/%Y} : son retour ne peut pas précéder."
        )
    member = HouseholdMember(household=household, beneficiary=person, position=position, since=since)
    entry = _record_member_placed(member, position, at=at, by=by, structure=structure, case=case)
    if position == Position.HOLDER:
        _one_holder(member, on=since, at=at, by=by, structure=structure, case=case, cause=entry)
    member.save()
    return member


def _lock_current_member(member: HouseholdMember) -> HouseholdMember:
    """The household is locked: what is decided about one person looks at the others."""
    household = Household.objects.select_for_update().get(pk=member.household_id)
    found = household.memberships.filter(pk=member.pk, until=None).select_related("beneficiary").first()
    if found is None:
        raise CannotChangeHousehold("Cette personne n’est plus à cette place dans le ménage : recharger la page.")
    found.household = household
    return found


def _start_position(member: HouseholdMember, position: str, *, on: date) -> HouseholdMember:
    """The former place ends the day before; if it began that same day, it is only replaced."""
    if member.since == on:
        member.position = position
        member.save(update_fields=["position"])
        return member
    _refuse_early(member, on)
    member.until = on - timedelta(days=1)
    member.save(update_fields=["until"])
    return HouseholdMember.objects.create(
        household=member.household, beneficiary=member.beneficiary, position=position, since=on
    )


def _refuse_early(member: HouseholdMember, on: date) -> None:
    if member.since and on < member.since:
        place = member.get_position_display()
        raise CannotChangeHousehold(
            f"La place de {place} est tenue depuis le {member.since:%d/%m/%Y} : choisir une date qui suit."
        )


def _refuse_without_holder(member: HouseholdMember, position: str, *, case: Case) -> None:
    others = member.household.memberships.filter(until=None, position=Position.HOLDER).exclude(pk=member.pk)
    if member.position == Position.HOLDER != position and not others.exists():
        raise CannotChangeHousehold(
            f"Un ménage a un {_holder_label(case)} : donner plutôt cette place à la personne qui le devient."
        )


def _holder_label(case: Case) -> str:
    return Position.labels_by_position(of_lease=case.tenancy_id is not None)[Position.HOLDER]


def _one_holder(holder: HouseholdMember, *, on: date | None, cause: JournalEntry, **told: Any) -> None:
    """People call a household by one name: whoever held the lease alone until then holds it with the new one."""
    current = holder.household.memberships.filter(until=None, position=Position.HOLDER)
    for before in current.exclude(beneficiary=holder.beneficiary):
        _record_member_placed(before, Position.CO_HOLDER, cause=cause, **told)
        if on:
            _start_position(before, Position.CO_HOLDER, on=on)
        else:
            before.position = Position.CO_HOLDER
            before.save(update_fields=["position"])


def _record_member_placed(
    member: HouseholdMember,
    position: str,
    *,
    at: datetime,
    by: User,
    structure: Structure,
    case: Case,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    return journal.record(
        "member.placed",
        at=at,
        by=by,
        structure=structure,
        case=case,
        cause=cause,
        household=member.household_id,
        person=member.beneficiary_id,
        position=position,
    )
