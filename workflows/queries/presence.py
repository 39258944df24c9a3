"""Who is away in a structure, or will be, and the cases that nobody looks after meanwhile."""

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Model, OuterRef, QuerySet

from cases.acting import chosen_names
from cases.models import Absence, Assignment, Structure
from workflows.models import RESPONDING, CaseTask


def not_over(structure: Structure, *, on: date) -> QuerySet[Absence]:
    """The absences of the day and those to come, each with who was chosen to replace (`names`)."""
    found = Absence.objects.not_over(on).filter(structure=structure).select_related("user")
    return found.annotate(names=chosen_names())


def with_uncovered(absences: QuerySet[Absence], *, on: date) -> QuerySet[Absence]:
    """Read with each absence, for `count_uncovered`, the cases that nobody looks after that day: no query more."""
    away = {"structure": OuterRef("structure")}
    answered = Assignment.objects.filter(user=OuterRef("user"), until=None, case__closed_on=None, **away)
    # Whoever is proposed to follow a person alone answers: nobody does instead.
    held = CaseTask.objects.open().exclude(node__in=RESPONDING).filter(owner=OuterRef("user"), **away)
    return absences.annotate(
        left_answered=ArraySubquery(_without_substitute(answered, "user", on=on).values("case")),
        left_held=ArraySubquery(_without_substitute(held, "owner", on=on).values("case")),
    )


def _without_substitute(rows: QuerySet[Model], who: str, *, on: date) -> QuerySet[Model]:
    instead = Assignment.objects.standing_in(on).filter(
        case=OuterRef("case"), structure=OuterRef("structure"), replaces=OuterRef(who)
    )
    return rows.filter(~Exists(instead)).order_by()


def count_uncovered(absence: Any, *, on: date) -> int:
    """How many cases nobody looks after; none before the absence begins."""
    return len({*absence.left_answered, *absence.left_held}) if absence.is_current(on) else 0
