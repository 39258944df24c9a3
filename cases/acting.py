"""Who is away on a day, and who does his work meanwhile: what pages and lists say of it. Rights are the door’s."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from cases.models import Absence, Assignment, Structure, User
from cases.models.absences import ONE_DAY


@dataclass(frozen=True, kw_only=True)
class Away:
    """Until when somebody is away, and the names of those who replace him."""

    last_day: date
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        """In words that suit both men and women."""
        instead = f"remplacement : {', '.join(self.names)}" if self.names else "sans remplaçant"
        return f"absence jusqu’au {self.last_day:%d/%m/%Y}, {instead}"


def full_name(path: str = "") -> Concat:
    return Concat(f"{path}first_name", Value(" "), f"{path}last_name")


def chosen_names() -> ArrayAgg:
    """For a query on absences: those who were chosen to replace."""
    found = Q(substitutes__isnull=False)
    return ArrayAgg(full_name("substitutes__"), filter=found, order_by=["substitutes__last_name"], default=Value([]))


def away_in(structure: Structure, *, on: date) -> dict[int, Away]:
    """Member → his absence of that day. One query."""
    found = Absence.objects.current(on).filter(structure=structure).annotate(names=chosen_names())
    return {absence.user_id: Away(last_day=absence.last_day, names=tuple(absence.names)) for absence in found}


def why_not(user: User, structure: Structure, *, by: User | None, on: date) -> str:
    """Why nothing new is given to somebody who is away: nobody would do it. Empty when it may be.

    Who is replaced may be given work, that his substitute does meanwhile; and anybody may take what he wants himself.
    """
    return "" if by == user else absence_refusal(user, away_in(structure, on=on).get(user.pk), by=by)


def absence_refusal(user: User, away: Away | None, *, by: User | None) -> str:
    """The same, of somebody whose absence is known."""
    if by == user or away is None or away.names:
        return ""
    return (
        f"{user} est en absence jusqu’au {away.last_day:%d/%m/%Y}, sans remplaçant : choisir une autre personne, ou "
        "organiser son remplacement."
    )


def absences_of_rows(*, on: date, user: str, structure: str = "structure") -> QuerySet[Absence]:
    """For a query on rows that name a person in a structure: his absence of that day."""
    return Absence.objects.current(on).filter(user=OuterRef(user), structure=OuterRef(structure))


def with_away(
    rows: QuerySet[Any], *, on: date, user: str = "owner", case: str = "case", structure: str = "structure"
) -> QuerySet[Any]:
    """Read with each row, for `away_of`, the absence of the person whom it names: no query more.

    `user`, `case`, `structure`: the fields of the row that say who, of what, for whom; those of a step unless given.
    """
    absences = absences_of_rows(on=on, user=user, structure=structure)
    instead = Assignment.objects.standing_in(on).filter(
        case=OuterRef(case), replaces=OuterRef(user), structure=OuterRef(structure)
    )
    return rows.annotate(
        away_until=Subquery(absences.values("until")[:1]),
        away_names=ArraySubquery(instead.order_by("pk").values_list(full_name("user__"))),
    )


def away_of(row: Any) -> Away | None:
    """Of a row read by `with_away`; None for whoever is there."""
    return Away(last_day=row.away_until - ONE_DAY, names=tuple(row.away_names)) if row.away_until else None
