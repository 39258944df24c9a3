"""What the database knows, as matching compares it."""

from collections.abc import Iterable

from cases.matching.complete import is_one_person
from cases.matching.identity import BirthDate, Person, PostalAddress
from cases.models import Beneficiary, Tenancy
from cases.rules.names import name_key


def as_person(person: Beneficiary) -> Person:
    return Person(
        last_name=person.usual_name,
        first_name=person.first_names,
        birth_last_name=person.birth_name,
        birth=BirthDate(*map(int, person.birth_date.split("-"))) if person.birth_date else None,
        caf_number=person.caf_number,
    )


def find_named(people: Iterable[Beneficiary], *, usual_name: str, first_names: str) -> Beneficiary | None:
    """Who of one household is called so: by that very name, else the only one whose name is close."""
    typed, here = name_key(usual_name, first_names), list(people)
    named = next((each for each in here if each.name_key == typed), None)
    said = Person(last_name=usual_name, first_name=first_names)
    close = [each for each in here if is_one_person(said, as_person(each))]
    return named or (close[0] if len(close) == 1 else None)


def as_address(tenancy: Tenancy) -> PostalAddress:
    return PostalAddress(
        street=tenancy.address,
        postcode=tenancy.postcode,
        city=tenancy.city,
        building=tenancy.building,
        door=tenancy.door,
    )
