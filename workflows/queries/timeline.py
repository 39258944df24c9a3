"""The journal of a case: which lines belong together, and its lines with what they name by id. One query each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, F, Func, Model, OuterRef, QuerySet, Subquery, TextField, Value
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

STEPS, HOUSEHOLD, DEBT, PIECES, NOTES, ACCESS = "etapes", "menage", "dette", "pieces", "observations", "acces"
NATURES: dict[str, tuple[str, tuple[str, ...]]] = {
    STEPS: (
        "Étapes et échéances",
        (
            "case",
            "step",
            "task",
            "deadline",
            "routing",
            "structure",
            "milestone",
            "track",
            "court_act",
            "order",
            "stock",
        ),
    ),
    HOUSEHOLD: ("Ménage et contacts", ("contact", "appointment", "person", "member", "household", "fact", "letter")),
    DEBT: (
        "Dette et plan",
        ("report", "statement", "movement", "plan", "rent", "measure", "debt", "tenancy", "file", "import", "watch"),
    ),
    PIECES: ("Diagnostic et pièces", ("diagnosis", "document")),
    NOTES: ("Observations", ("note",)),
    ACCESS: ("Accès", ("sharing", "emergency", "professional", "cases", "membership", "work")),
}
"""What one looks for in a timeline: its words, and the families of journal kinds that are of it."""
NATURE_OF = {family: code for code, (_, families) in NATURES.items() for family in families}


TOLD_ONLY = ("reminder.due",)
"""Said to people, done by nobody: left out of what happened."""
INSIDE = ("label.put", "label.taken_off")
"""How a structure sorts its work is for no other to read: left out too, since a timeline is read by several."""
LEFT_OUT = (*TOLD_ONLY, *INSIDE)

LAST = 60
"""Lines that are read where only the last acts are shown."""


@dataclass
class Thread:
    """An act, and what it caused."""

    root: int
    entries: list[int] = field(default_factory=list)
    natures: set[str] = field(default_factory=set)


def threads_of(case: Case) -> list[Thread]:
    """The newest first. One query, on an index."""
    rows = list(
        JournalEntry.objects.filter(case=case).exclude(kind__in=LEFT_OUT).values_list("pk", "cause_id", "kind")
    )
    causes: dict[int, int | None] = {pk: cause for pk, cause, _ in rows}
    found = {pk: Thread(pk) for pk, cause, _ in rows if cause not in causes}
    for pk, _, kind in rows:
        thread = found[root_of(pk, causes)]
        thread.entries.append(pk)
        thread.natures.add(NATURE_OF.get(kind.partition(".")[0], STEPS))
    return list(found.values())


def root_of(pk: int, causes: Mapping[int, int | None]) -> int:
    """The act to which a line goes back, among those that are known."""
    while (cause := causes[pk]) in causes:
        pk = cause  # type: ignore[assignment]  # a known cause is no None
    return pk


def entries_of(case: Case, *, notes: QuerySet[Note], threads: Iterable[Thread] | None = None) -> list[JournalEntry]:
    """The newest first: those of these acts, else the last ones of the case. One query."""
    if threads is None:
        return list(last_entries(case, notes=notes))
    return list(_with_words(case, notes).filter(pk__in=[pk for thread in threads for pk in thread.entries]))


def last_entries(case: Case, *, notes: QuerySet[Note]) -> QuerySet[JournalEntry]:
    return _with_words(case, notes)[:LAST]


def _with_words(case: Case, notes: QuerySet[Note]) -> QuerySet[JournalEntry]:
    """`notes`: those that the reader may read; the text of any other stays out."""
    people = User.objects.annotate(name=Concat("first_name", Value(" "), "last_name"))
    household = Beneficiary.objects.annotate(name=Concat("first_names", Value(" "), "usual_name"))
    day = Func(F("as_of"), Value("DD/MM/YYYY"), function="to_char", output_field=TextField())
    told = DebtStatement.everything.annotate(
        told=Concat("source__name", Value(" arrêté au "), day, output_field=TextField())
    )
    return (
        JournalEntry.objects.filter(case=case)
        .exclude(kind__in=LEFT_OUT)
        .annotate(
            person_id=_id_in_data("user", "to"),
            about_id=_id_in_data("person"),
            place_id=_id_in_data("assigned_to"),
            deadline_id=_id_in_data("deadline"),
            milestone_id=_id_in_data("milestone"),
            note_id=_id_in_data("note"),
            letter_id=_id_in_data("letter"),
            statement_id=_id_in_data("statement"),
            appointment_id=_id_in_data("appointment"),
        )
        .annotate(
            person=_words_subquery(people, "person_id", "name"),
            about=_words_subquery(household, "about_id", "name"),
            place=_words_subquery(Structure.objects.all(), "place_id", "name"),
            deadline_title=_words_subquery(Deadline.objects.all(), "deadline_id", "rule__title"),
            milestone_on=_words_subquery(Milestone.everything.all(), "milestone_id", "happened_on"),
            letter_title=_words_subquery(Letter.objects.all(), "letter_id", "title"),
            statement_told=_words_subquery(told, "statement_id", "told"),
            appointment_at=_words_subquery(Appointment.objects.all(), "appointment_id", "starts_at"),
            note_text=_words_subquery(notes, "note_id", "text"),
        )
        .select_related("actor", "structure")
    )


def _id_in_data(*keys: str) -> Combinable | BaseExpression:
    return Cast(Coalesce(*(KT(f"data__{key}") for key in keys), Value(None)), BigIntegerField())


def _words_subquery(
    rows: QuerySet[Model],
    key: str,
    words: str,
) -> Subquery:
    return Subquery(rows.filter(pk=OuterRef(key)).annotate(words=F(words)).values("words")[:1])
