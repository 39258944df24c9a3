"""Leases are recorded and kept up to date, each with its search key."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from cases import journal
from cases.locks import refuse_ended
from cases.matching import address_key
from cases.models import Case, JournalEntry, Structure, Tenancy, User


def set_search_key(tenancy: Tenancy) -> None:
    tenancy.address_key = address_key(tenancy.address)


@transaction.atomic
def record_tenancy(
    *,
    tenancy: Tenancy,
    at: datetime,
    by: User | None = None,
    structure: Structure | None = None,
    cause: JournalEntry | None = None,
) -> Tenancy:
    """Save a lease that is not recorded yet. Refuses (`OutOfService`) one of a landlord or of a manager that ends meanwhile."""
    _refuse_ended(tenancy.landlord, tenancy.manager)
    set_search_key(tenancy)
    tenancy.save(force_insert=True)
    journal.record("tenancy.recorded", at=at, by=by, structure=structure, cause=cause, tenancy=tenancy.pk)
    return tenancy


@transaction.atomic
def update_tenancy(
    *,
    tenancy: Tenancy,
    changes: Mapping[str, object],
    at: datetime,
    by: User | None = None,
    structure: Structure | None = None,
    case: Case | None = None,
    cause: JournalEntry | None = None,
) -> Tenancy:
    """Write these fields of a lease, and no other. The line of the journal says which, not what. Refuses as `record_tenancy`."""
    _refuse_ended(changes.get("landlord"), changes.get("manager"))
    for name, value in changes.items():
        setattr(tenancy, name, value)
    set_search_key(tenancy)
    tenancy.save(update_fields=[*changes, "address_key"])
    journal.record(
        "tenancy.updated",
        at=at,
        by=by,
        structure=structure,
        case=case,
        cause=cause,
        tenancy=tenancy.pk,
        fields=sorted(changes),
    )
    return tenancy


@transaction.atomic
def end_tenancy(
    *,
    tenancy: Tenancy,
    on: date,
    at: datetime,
    by: User | None = None,
    structure: Structure | None = None,
    case: Case | None = None,
    cause: JournalEntry | None = None,
) -> Tenancy:
    """The household has left. Its debt and its case, if any, stay: whoever follows them is told."""
    tenancy.ended_on = on
    tenancy.save(update_fields=["ended_on"])
    journal.record("tenancy.ended", at=at, by=by, structure=structure, case=case, cause=cause, tenancy=tenancy.pk)
    return tenancy


def _refuse_ended(*given: object) -> None:
    for structure in given:
        if isinstance(structure, Structure):
            refuse_ended(structure)
