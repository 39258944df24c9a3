"""What a line says, under the names of our own tables."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cases.matching import Person
from cases.models import Beneficiary
from cases.rules.names import normalise_text
from workflows.imports.rows import people_in_line

TENANCY_FIELDS = {
    "landlord_type": "landlord_type",
    "tenant_reference": "reference",
    "contract_number": "contract",
    "street": "address",
    "building": "building",
    "staircase": "stair",
    "door": "door",
    "residence": "residence",
    "postcode": "postcode",
    "city": "city",
    "direct_payment": "direct_payment",
    "aid_kind": "aid_kind",
}
AMOUNTS = {"rent": "rent", "charges": "charges", "rent_reduction": "rent_reduction", "aid_amount": "aid"}
AID = ("aid", "aid_kind", "direct_payment")
STATEMENT_FIELDS = {
    "months_unpaid": "months_unpaid",
    "first_unpaid_on": "first_unpaid_on",
    "last_payment_on": "last_paid_on",
    "last_payment_amount": "last_paid",
}
MILESTONES = {
    "reported_to_caf_on": "arrears_reported",
    "ccapex_on": "ccapex_seized",
    "order_to_pay_on": "order_to_pay_served",
    "summons_on": "summons_served",
    "hearing_on": "hearing",
    "order_to_leave_on": "order_to_leave_served",
}
FACTS = {
    "children": "dependent_children",
    "family_benefits": "family_benefits",
    "rsa": "rsa",
    "employed": "employed",
    "legal_protection": "legal_protection",
}
TITLES = {"M": "m", "MR": "m", "MONSIEUR": "m", "MME": "mme", "MADAME": "mme", "MLLE": "mme", "MADEMOISELLE": "mme"}


def rename_fields(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: values[theirs] for theirs, ours in names.items() if theirs in values}


def tenancy_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the lease. A rent or an aid below zero says nothing: it is left out."""
    found = rename_fields(values, TENANCY_FIELDS) | {
        name: amount for name, amount in rename_fields(values, AMOUNTS).items() if amount >= 0
    }
    if lease_date := max(filter(None, (values.get("lease_date"), values.get("lease_renewed_on"))), default=None):
        found["lease_date"] = lease_date
    whole = values.get("rent_with_charges", Decimal(-1))
    if "rent" not in found and whole >= 0:
        # A sender that gives one amount for both: unless the charges are known, they stay inside the rent.
        found["rent"] = max(whole - found.get("charges", 0), Decimal())
    return found


def statement_of(values: Mapping[str, Any]) -> dict[str, Any]:
    return rename_fields(values, STATEMENT_FIELDS)


def milestones_of(values: Mapping[str, object], *, today: datetime.date) -> dict[str, datetime.date]:
    """A hearing is known ahead; an act that was served is not."""
    found = rename_fields(values, MILESTONES)
    return {kind: day for kind, day in found.items() if kind == "hearing" or day <= today}


def facts_of(values: Mapping[str, Any]) -> dict[str, Any]:
    found = rename_fields(values, FACTS)
    if "affiliation" in values:
        found["msa"] = values["affiliation"] == "msa"
    return found


def people_of(values: Mapping[str, Any]) -> list[tuple[Person, dict[str, str]]]:
    """Each person named, with what the line says of him besides: the line’s own details are the first one’s."""
    first, *others = people_in_line(values)
    details = {name: values[name] for name in ("phone", "email", "language") if name in values}
    title = TITLES.get(normalise_text(values.get("civility", "")))
    if title:
        details["title"] = title
    return [(first, details), *((other, {}) for other in others)]


def person_fields(person: Person) -> dict[str, str]:
    return {
        "usual_name": person.last_name,
        "first_names": person.first_name,
        "birth_name": person.birth_last_name,
        "birth_date": str(person.birth) if person.birth else "",
        "caf_number": person.caf_number,
    }


def new_person(person: Person, details: Mapping[str, str]) -> Beneficiary:
    return Beneficiary(**person_fields(person), **details)
