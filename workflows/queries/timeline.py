"""The journal of a case, with the people, structures, rules and notes that its lines name by id. One query."""

from typing import Any

from django.db.models import BigIntegerField, F, Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import BaseExpression, Combinable
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Concat

from cases.models import (
    Appointment,
    Beneficiary,
    Case,
    Deadline,
    DebtStatement,
    JournalEntry,
    Letter,
    Milestone,
    Note,
    Structure,
    User,
)

LONGEST = 300
"""Lines read, the newest first: some years of an ordinary case."""


def entries_of(case: Case, *, notes: QuerySet[Note]) -> list[JournalEntry]:
    """The newest first. `notes`: those that the reader may read; the text of any other stays out."""
    people = User.objects.annotate(name=Concat("first_name", Value(" "), "last_name"))
    household = Beneficiary.objects.annotate(name=Concat("first_names", Value(" "), "usual_name"))
    day = Func(F("as_of"), Value("DD/MM/YYYY"), function="to_char", output_field=TextField())
    told = DebtStatement.everything.annotate(
        told=Concat("source__name", Value(" arrêté au "), day, output_field=TextField())
    )
    found = (
        JournalEntry.objects.filter(case=case)
        .annotate(
            person_id=_id("user", "to"),
            about_id=_id("person"),
            place_id=_id("assigned_to"),
            deadline_id=_id("deadline"),
            milestone_id=_id("milestone"),
            note_id=_id("note"),
            letter_id=_id("letter"),
            statement_id=_id("statement"),
            appointment_id=_id("appointment"),
        )
        .annotate(
            person=_named(people, "person_id", "name"),
            about=_named(household, "about_id", "name"),
            place=_named(Structure.objects.all(), "place_id", "name"),
            deadline_title=_named(Deadline.objects.all(), "deadline_id", "rule__title"),
            milestone_on=_named(Milestone.everything.all(), "milestone_id", "happened_on"),
            letter_title=_named(Letter.objects.all(), "letter_id", "title"),
            statement_told=_named(told, "statement_id", "told"),
            appointment_at=_named(Appointment.objects.all(), "appointment_id", "starts_at"),
            note_text=_named(notes, "note_id", "text"),
        )
        .select_related("actor", "structure")
    )
    return list(found[:LONGEST])


def _id(*keys: str) -> Combinable | BaseExpression:
    return Cast(Coalesce(*(KT(f"data__{key}") for key in keys), Value(None)), BigIntegerField())


def _named(
    rows: QuerySet[Any],
    key: str,
    words: str,
) -> Subquery:
    return Subquery(rows.filter(pk=OuterRef(key)).annotate(words=F(words)).values("words")[:1])
