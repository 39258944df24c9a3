"""Whether the current rent of each month was paid is recorded, whoever said it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.models import Case, JournalEntry, RentMonth, Structure, Tenancy, User
from cases.refusals import Refusal
from cases.rules.rent import first_day


class CannotSayRent(Refusal):
    """The rent is not said so."""


def record_rent(
    *,
    tenancy: Tenancy,
    months: Mapping[date, str],
    source: str,
    structure: Structure,
    by: User | None,
    at: datetime,
    case: Case | None = None,
    cause: JournalEntry | None = None,
) -> JournalEntry | None:
    """Keep what is known of the rent of some months (any day of each); the last answer stands. None when nothing is
    new. Refuses (`CannotSayRent`) a month to come."""
    said = {first_day(day): paid for day, paid in months.items()}
    if any(month > localdate(at) for month in said):
        raise CannotSayRent("Ce mois est à venir : son loyer n’est pas encore dû.")
    known = dict(RentMonth.objects.filter(tenancy=tenancy, month__in=said).values_list("month", "paid"))
    new = {month: paid for month, paid in said.items() if known.get(month) != paid}
    if not new:
        return None
    told = {"source": source, "by": by, "known_on": localdate(at)}
    with transaction.atomic(savepoint=False):  # nothing in it is refused
        RentMonth.objects.bulk_create(
            [RentMonth(tenancy=tenancy, month=month, paid=paid, **told) for month, paid in new.items()],
            update_conflicts=True,
            unique_fields=["tenancy", "month"],
            update_fields=["paid", *told],
        )
        return journal.record(
            "rent.recorded",
            at=at,
            case=case,
            by=by,
            structure=structure,
            cause=cause,
            source=source,
            months={f"{month:%Y-%m}": paid for month, paid in sorted(new.items())},
        )
