"""Handover notes: of each case, on one page, what whoever takes it over must know, as far as the reader may see it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from cases import permissions
from cases.models import (
    Appointment,
    Beneficiary,
    Case,
    ContactAttempt,
    Deadline,
    DebtStatement,
    Measure,
    Note,
    Participation,
    RepaymentPlan,
    User,
)
from cases.models.appointments import midnight
from cases.queries import people_of
from workflows.models import CaseTask

CONTACTS, NOTES = 5, 3
"""The last ones that a note says."""


@dataclass(kw_only=True)
class HandoverNote:
    case: Case
    full: bool
    """Does the reader see the whole case? Else the note says whose it is, what waits and until when, and nothing more."""
    person: Beneficiary | None = None
    tasks: list[CaseTask] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    contacts: list[ContactAttempt] = field(default_factory=list)
    """The last one first."""
    statement: DebtStatement | None = None
    plan: RepaymentPlan | None = None
    measures: list[Measure] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    """The last one first; never a personal one, which is nobody else’s."""
    structures: list[str] = field(default_factory=list)
    """Those that take part."""


def build_notes(cases: Iterable[Case], *, reader: User, on: date) -> list[HandoverNote]:
    """Of cases that the reader sees, in their order. A dozen queries, however many cases."""
    notes = {case.pk: HandoverNote(case=case, full=False) for case in cases}
    in_full = Case.objects.filter(permissions.shown_in_full(reader, at=on), pk__in=notes)
    full = set(in_full.order_by().values_list("pk", flat=True))
    people = people_of(note.case for note in notes.values())
    for pk, note in notes.items():
        note.full, note.person = pk in full, people.get(pk)
    _add_dates(notes)
    _add_history(notes, full, reader=reader, on=on)
    _add_money(notes, full)
    return list(notes.values())


def _add_dates(notes: dict[int, HandoverNote]) -> None:
    waiting = CaseTask.objects.open().filter(case__in=notes).select_related("structure", "owner", "process")
    for task in waiting.order_by("nearest_on", "pk"):
        notes[task.case_id].tasks.append(task)
    running = Deadline.objects.running().last_days().filter(case__in=notes).select_related("rule", "structure")
    for deadline in running.order_by("legal_date", "pk"):
        notes[deadline.case_id].deadlines.append(deadline)


def _add_history(notes: dict[int, HandoverNote], full: Collection[int], *, reader: User, on: date) -> None:
    met = Appointment.objects.planned().filter(case__in=full, starts_at__gte=midnight(on))
    for appointment in met.select_related("professional").order_by("starts_at"):
        notes[appointment.case_id].appointments.append(appointment)
    made = ContactAttempt.objects.filter(case__in=full).select_related("by").order_by("-made_on", "-pk")
    for contact in made:
        if len(notes[contact.case_id].contacts) < CONTACTS:
            notes[contact.case_id].contacts.append(contact)
    written = permissions.visible_notes_of(reader, full, at=on).exclude(visibility=Note.Visibility.PERSONAL)
    for note in written.select_related("author").order_by("-written_at", "-pk"):
        if len(notes[note.case_id].notes) < NOTES:
            notes[note.case_id].notes.append(note)
    parts = Participation.objects.active(on).filter(case__in=notes).order_by("structure__name")
    for case, name in parts.values_list("case", "structure__name").distinct():
        notes[case].structures.append(name)


def _add_money(notes: dict[int, HandoverNote], full: Collection[int]) -> None:
    leases: dict[int, list[HandoverNote]] = defaultdict(list)
    for pk in full:
        if lease := notes[pk].case.tenancy_id:
            leases[lease].append(notes[pk])
    known = DebtStatement.objects.filter(debt__tenancy__in=leases).select_related("debt", "source")
    for statement in known.order_by("debt__tenancy_id", "-as_of", "-pk").distinct("debt__tenancy_id"):
        for note in leases[statement.debt.tenancy_id]:
            note.statement = statement
    for plan in RepaymentPlan.objects.filter(case__in=full, state=RepaymentPlan.State.RUNNING).order_by("pk"):
        notes[plan.case_id].plan = plan
    for measure in Measure.objects.running().filter(case__in=full):
        notes[measure.case_id].measures.append(measure)
