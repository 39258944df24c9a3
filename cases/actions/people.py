"""People and households are recorded, corrected, and what is known of them is kept with its source."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from cases import journal
from cases.models import (
    Beneficiary,
    Case,
    FactSource,
    Household,
    HouseholdFact,
    HouseholdMember,
    JournalEntry,
    Structure,
    User,
)
from cases.rules.names import name_key

TRUST = {FactSource.LANDLORD.value: 1, FactSource.CAF.value: 2, FactSource.PROFESSIONAL.value: 3}


def save_person(person: Beneficiary) -> Beneficiary:
    """Save a person with its search key; every way of writing one comes through here."""
    set_search_key(person)
    person.save()
    return person


def set_search_key(person: Beneficiary) -> None:
    person.name_key = name_key(person.usual_name, person.first_names)


@transaction.atomic
def create_household(
    *,
    territory: str,
    holder: Beneficiary,
    others: list[tuple[Beneficiary, str]],
    at: datetime,
    by: User | None = None,
    cause: JournalEntry | None = None,
) -> Household:
    """Record a household of a territory: its lease holder, and other members with their position."""
    household = Household.objects.create(territory=territory)
    for person, position in [(holder, "holder"), *others]:
        save_person(person)
        HouseholdMember.objects.create(household=household, beneficiary=person, position=position)
    journal.record("person.recorded", at=at, by=by, cause=cause, household=household.pk)
    return household


@transaction.atomic
def add_member(
    *,
    household: Household,
    person: Beneficiary,
    position: str,
    since: date | None = None,
    at: datetime,
    by: User | None = None,
    structure: Structure | None = None,
    case: Case | None = None,
    cause: JournalEntry | None = None,
) -> HouseholdMember:
    """Record one more person of a household."""
    save_person(person)
    member = HouseholdMember.objects.create(household=household, beneficiary=person, position=position, since=since)
    journal.record(
        "person.recorded",
        at=at,
        by=by,
        structure=structure,
        case=case,
        cause=cause,
        household=household.pk,
        person=person.pk,
    )
    return member


@transaction.atomic
def correct_person(
    *,
    person: Beneficiary,
    changes: Mapping[str, object],
    at: datetime,
    by: User | None = None,
    structure: Structure | None = None,
    case: Case | None = None,
    cause: JournalEntry | None = None,
) -> Beneficiary:
    """Write these fields of a person, and no other. The line of the journal says which, not what."""
    for name, value in changes.items():
        setattr(person, name, value)
    set_search_key(person)
    person.save(update_fields=[*changes, "name_key"])
    journal.record(
        "person.corrected",
        at=at,
        by=by,
        structure=structure,
        case=case,
        cause=cause,
        person=person.pk,
        fields=sorted(changes),
    )
    return person


def facts_to_change(
    known: Mapping[str, HouseholdFact], facts: Mapping[str, object], *, source: str
) -> dict[str, object]:
    """The facts that this source may change, and that differ from what is known."""
    return {
        name: value
        for name, value in facts.items()
        if (value is not None if name not in known else value != known[name].value)
        and not (name in known and TRUST[known[name].source] > TRUST[source])
    }


def new_facts(household: Household, said: Mapping[str, object], *, source: str, known_on: date) -> list[HouseholdFact]:
    """The rows of what is said of a household, not saved yet."""
    return [
        HouseholdFact(household=household, name=name, value=value, source=source, known_on=known_on)
        for name, value in said.items()
        if value is not None
    ]


def record_facts(
    *,
    household: Household,
    facts: Mapping[str, object],
    source: str,
    known_on: date,
    at: datetime,
    by: User | None = None,
    case: Case | None = None,
    cause: JournalEntry | None = None,
) -> list[str]:
    """Keep what a source says of a household; a more trusted source is not overwritten. `None` forgets a fact.

    Returns the names of the facts that changed.
    """
    if not facts:
        return []
    known = {fact.name: fact for fact in household.facts.all()}
    changed = facts_to_change(known, facts, source=source)
    household.facts.filter(name__in=[name for name, value in changed.items() if value is None]).delete()
    HouseholdFact.objects.bulk_create(
        new_facts(household, changed, source=source, known_on=known_on),
        update_conflicts=True,
        unique_fields=["household", "name"],
        update_fields=["value", "source", "known_on"],
    )
    if changed:
        journal.record(
            "fact.recorded",
            at=at,
            by=by,
            case=case,
            cause=cause,
            household=household.pk,
            facts=list(changed),
            source=source,
        )
    return list(changed)
