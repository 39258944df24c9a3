"""What the database knows, as matching compares it."""

from cases.matching.identity import BirthDate, Person, PostalAddress
from cases.models import Beneficiary, Tenancy


def as_person(person: Beneficiary) -> Person:
    return Person(
        last_name=person.usual_name,
        first_name=person.first_names,
        birth_last_name=person.birth_name,
        birth=BirthDate(*map(int, person.birth_date.split("-"))) if person.birth_date else None,
        caf_number=person.caf_number,
    )


def as_address(tenancy: Tenancy) -> PostalAddress:
    return PostalAddress(
        street=tenancy.address,
        postcode=tenancy.postcode,
        city=tenancy.city,
        building=tenancy.building,
        door=tenancy.door,
    )
