"""Debts and their monthly statements are recorded; small debts are watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases import journal
from cases.models import Case, Debt, DebtStatement, JournalEntry, Structure, Tenancy, User, Watch

COMPARED = ("balance", "months_unpaid", "first_unpaid_on", "last_paid_on", "last_paid")


def rent_debt(tenancy: Tenancy) -> Debt:
    """The rent debt of a tenancy: one, for as long as the tenancy lasts."""
    return _find_or_begin(tenancy)[0]


def _find_or_begin(tenancy: Tenancy) -> tuple[Debt, bool]:
    return Debt.objects.get_or_create(tenancy=tenancy, defaults=_said_of_debt(tenancy))


def _said_of_debt(tenancy: Tenancy) -> dict[str, Any]:
    return {"kind": Debt.Kind.RENT, "household_id": tenancy.household_id, "creditor_id": tenancy.landlord_id}


def new_rent_debt(tenancy: Tenancy) -> Debt:
    """Of a tenancy that has none yet; not saved."""
    return Debt(tenancy=tenancy, **_said_of_debt(tenancy))


def follow_landlord(tenancy: Tenancy, landlord: Structure) -> None:
    """Once he is named, the rent is owed to him."""
    Debt.objects.filter(tenancy=tenancy).update(creditor=landlord)


def _said_of_balance(balance: Decimal, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"balance": balance} | {name: value for name, value in details.items() if name in COMPARED}


def new_statement(
    debt: Debt, *, source: Structure, as_of: date, balance: Decimal, details: Mapping[str, Any]
) -> DebtStatement:
    """Not saved."""
    return DebtStatement(debt=debt, source=source, as_of=as_of, **_said_of_balance(balance, details))


@transaction.atomic(savepoint=False)
def record_statement(
    *,
    tenancy: Tenancy,
    source: Structure,
    as_of: date,
    balance: Decimal,
    at: datetime,
    by: User | None = None,
    case: Case | None = None,
    cause: JournalEntry | None = None,
    **details: Any,
) -> tuple[DebtStatement, bool]:
    """Keep the balance that a source gives for a date; a second one for the same date corrects it.

    Returns the statement and whether anything changed: the same file twice changes nothing.
    """
    debt, is_new = _find_or_begin(tenancy)
    wanted = _said_of_balance(balance, details)
    of_the_day = {"debt": debt, "source": source, "as_of": as_of}
    current = None if is_new else DebtStatement.objects.filter(**of_the_day).first()
    if current and all(getattr(current, name) == value for name, value in wanted.items()):
        return current, False
    if is_new:
        statement = DebtStatement.objects.create(**of_the_day, **wanted)
    else:
        statement, _ = DebtStatement.objects.update_or_create(**of_the_day, defaults=wanted)
    journal.record(
        "statement.recorded",
        at=at,
        case=case,
        by=by,
        structure=source,
        cause=cause,
        statement=statement.pk,
        corrected=current is not None,
    )
    return statement, True


@dataclass(frozen=True, kw_only=True)
class NextBalance:
    """What a source says next of a debt of which nothing else changes."""

    tenancy: int
    case: int
    as_of: date
    balance: Decimal
    details: Mapping[str, Any]


def record_next_statements(
    said: Sequence[tuple[int, NextBalance]], *, source: Structure, at: datetime, by: User | None
) -> list[tuple[int, int]]:
    """As `record_statement` of each of these debts (id, balance), of whose day this source has said nothing yet: their
    statements, and their lines of the journal, by their ids, in the same order. Two statements, however many."""
    made = DebtStatement.objects.bulk_create(
        DebtStatement(debt_id=debt, source=source, as_of=each.as_of, **_said_of_balance(each.balance, each.details))
        for debt, each in said
    )
    acts = [[line_of_new_statement(row, case=each.case)] for (_, each), row in zip(said, made, strict=True)]
    written = journal.record_acts(acts, at=at, by=by)
    return [(row.pk, line.pk) for row, line in zip(made, written, strict=True)]


def line_of_new_statement(statement: DebtStatement, *, case: int | None = None) -> journal.JournalLine:
    """What `record_statement` writes in the journal of one that corrects none."""
    return journal.JournalLine(
        "statement.recorded", {"statement": statement.pk, "corrected": False}, case, statement.source_id
    )


def new_watch(tenancy: Tenancy, *, structure: Structure, on: date) -> Watch:
    """Not saved."""
    return Watch(tenancy=tenancy, structure=structure, first_seen_on=on, last_seen_on=on)


def watch(*, tenancy: Tenancy, structure: Structure, on: date) -> Watch:
    """Keep an eye on a small debt, for the landlord alone."""
    current, created = Watch.objects.get_or_create(
        tenancy=tenancy, defaults={"structure": structure, "first_seen_on": on, "last_seen_on": on}
    )
    if not created and on > current.last_seen_on:
        current.last_seen_on = on
        current.save(update_fields=["last_seen_on"])
    return current


def stop_watching(tenancy: Tenancy) -> None:
    Watch.objects.filter(tenancy=tenancy).delete()
