"""People and households are recorded, corrected, and what is known of them is kept with its source."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from cases import journal
from cases.models import Beneficiary, Case, FactSource, Household, HouseholdFact, HouseholdMember, JournalEntry, User
from cases.rules.names import name_key

TRUST = {FactSource.LANDLORD.value: 1, FactSource.CAF.value: 2, FactSource.PROFESSIONAL.value: 3}


def save_person(person: Beneficiary) -> Beneficiary:
    """Save a person with its search key; every way of writing one comes through here."""
    person.name_key = name_key(person.usual_name, person.first_names)
    person.save()
    return person


@transaction.atomic
def create_household(
    *,
    holder: Beneficiary,
    others: list[tuple[Beneficiary, str]],
    at: datetime,
    by: User | None = None,
    cause: JournalEntry | None = None,
) -> Household:
    """Record a household: its lease holder, and other members with their position."""
    household = Household.objects.create()
    for person, position in [(holder, "holder"), *others]:
        save_person(person)
        HouseholdMember.objects.create(household=household, beneficiary=person, position=position)
    journal.record("person.recorded", at=at, by=by, cause=cause, household=household.pk)
    return household


def record_facts(
    *,
    household: Household,
    facts: dict[str, Any],
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
    known = {fact.name: fact for fact in household.facts.all()}
    changed = []
    for name, value in facts.items():
        current = known.get(name)
        if current and TRUST[current.source] > TRUST[source]:
            continue
        if current and current.value == value:
            continue
        if value is None:
            if current:
                current.delete()
                changed.append(name)
            continue
        HouseholdFact.objects.update_or_create(
            household=household, name=name, defaults={"value": value, "source": source, "known_on": known_on}
        )
        changed.append(name)
    if changed:
        journal.record(
            "fact.recorded", at=at, by=by, case=case, cause=cause, household=household.pk, facts=changed, source=source
        )
    return changed
