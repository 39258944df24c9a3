"""The journal of a case in words: who did what, with the consequences of an act folded under it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.timezone import localtime

from cases.journal import KINDS
from cases.models import (
    Appointment,
    CaseOutcome,
    ContactAttempt,
    Diagnostic,
    Document,
    HouseholdMember,
    InformationGiven,
    JournalEntry,
    LedgerEntry,
    Letter,
    Measure,
    Participation,
    PlanCheck,
    RentCheck,
    RentMonth,
    RepaymentPlan,
    Report,
    SharingRequest,
)
from cases.models.case import Note
from cases.models.withholding import VERDICTS
from cases.rules import later
from cases.rules.appointments import clock
from cases.rules.french import month_name
from cases.rules.measures import STEPS
from cases.templatetags.relais import weekday_date
from workflows.actions.taking_back import REASONS, UNDONE
from workflows.queries.court_acts import TELLING
from workflows.queries.timeline import root_of
from workflows.queries.tracks import act_words, court_words
from workflows.steps.agree import ANSWERS
from workflows.steps.answer import DECLINE_REASONS
from workflows.steps.monitor import WITHOUT_PLAN
from workflows.steps.qualify import RESULTS
from workflows.steps.send_dsf import RESULTS as DSF_RESULTS

IMPORTANT = frozenset(
    {
        "case.opened",
        "case.closed",
        "case.reopened",
        "case.made_urgent",
        "step.accepted",
        "plan.answered",
        "deadline.missed",
        "deadline.unanswered",
        "order.announced",
        "court_act.declared",
    }
)

FORMER_STATES = {
    "planned": "à engager", "asked": "demandée", "granted": "obtenue", "refused": "refusée", "dropped": "abandonnée",
}  # fmt: skip
"""Of measures, before each kind had its own: lines of the journal are never rewritten."""

CODES: dict[str, dict[str, Any]] = {
    "appointment.made": {"place": dict(Appointment.Place.choices)},
    "appointment.cancelled": {"whose": {code: f"par {words}" for code, words in Appointment.CancelledBy.choices}},
    "report.made": {"channel": dict(Report.Channel.choices)},
    "step.qualified": {"result": dict(RESULTS)},
    "step.declined": {"reason": dict(DECLINE_REASONS)},
    "step.monitored": {"result": dict(WITHOUT_PLAN)},
    "contact.attempted": {
        "channel": dict(ContactAttempt.Channel.choices),
        "result": dict(ContactAttempt.Result.choices),
    },
    "contact.taken_back": {
        "channel": dict(ContactAttempt.Channel.choices),
        "reason": {UNDONE: "aussitôt", **REASONS},
    },
    **{
        kind: {"reason": {UNDONE: "aussitôt", **REASONS}}
        for kind in (
            "appointment.taken_back",
            "letter.taken_back",
            "line.closing_taken_back",
            "line.signature_taken_back",
            "plan.check_taken_back",
            "step.acceptance_taken_back",
        )
    },
    "member.placed": {"position": {**dict(HouseholdMember.Position.choices), "holder": "titulaire"}},
    "person.informed": {"means": dict(InformationGiven.Means.choices)},
    "diagnosis.made": {"completeness": dict(Diagnostic.Completeness.choices)},
    "document.voided": {"reason": dict(Document.VoidReason.choices)},
    "letter.sent": {"means": dict(Letter.Means.choices)},
    "measure.decided": {"code": dict(Measure.Kind.choices)},
    "measure.updated": {"code": dict(Measure.Kind.choices), "step": STEPS, "state": FORMER_STATES},
    "plan.answered": {"answer": dict(ANSWERS), "reason": dict(RepaymentPlan.Refusal.choices)},
    "movement.recorded": {"code": dict(LedgerEntry.Kind.choices)},
    "movement.corrected": {"reason": dict(LedgerEntry.Reason.choices)},
    "plan.checked": {"result": dict(PlanCheck.Result.choices)},
    "plan.ended": {
        "state": dict(RepaymentPlan.State.choices),
        "reason": dict(RepaymentPlan.BreakReason.choices),
    },
    "case.closed": {"outcome": dict(CaseOutcome.choices)},
    "case.later_told": {"months": {str(months): words for months, words in later.WORDS.items()}},
    "line.withholding_checked": {"verdict": dict(VERDICTS)},
    "sharing.accepted": {"level": dict(Participation.Level.choices)},
    "sharing.declined": {"reason": dict(SharingRequest.DeclineReason.choices)},
    "sharing.started": {"part": dict(Participation.Part.choices), "level": dict(Participation.Level.choices)},
    "sharing.changed": {"part": dict(Participation.Part.choices), "level": dict(Participation.Level.choices)},
    "step.dsf_sent": {"result": dict(DSF_RESULTS)},
    "note.written": {"visibility": dict(Note.Visibility.choices)},
}
"""For each kind, the codes of its data that are shown, with their words."""


@dataclass(kw_only=True)
class TimelineEntry:
    """One line of the timeline, as its template shows it."""

    what: str
    at: datetime
    structure: str
    reason: str
    note: str
    important: bool
    children: list["TimelineEntry"] = field(default_factory=list)


def build_timeline(
    entries: Iterable[JournalEntry], *, milestones: dict[str, str], pieces: dict[int, str] | None = None
) -> list[TimelineEntry]:
    """The newest first; what an act caused is listed under it.

    `milestones`: the words of dated facts. `pieces`: the names of those that the reader may see.
    """
    entries = list(entries)
    lines = {entry.pk: line_of(entry, milestones=milestones, pieces=pieces or {}) for entry in entries}
    causes = {entry.pk: entry.cause_id for entry in entries}
    roots = []
    for entry in reversed(entries):
        root = root_of(entry.pk, causes)
        if root == entry.pk:
            roots.append(lines[entry.pk])
        elif note := lines[entry.pk].note:  # what was written beside the act is read with it
            lines[root].note = f"{lines[root].note}\n{note}".strip()
        else:
            lines[root].children.append(lines[entry.pk])
    return roots[::-1]


def line_of(entry: Any, *, milestones: dict[str, str], pieces: dict[int, str]) -> TimelineEntry:
    return TimelineEntry(
        what=_entry_sentence(entry),
        at=entry.happened_at,
        structure=entry.structure.name if entry.structure else "",
        reason=" ; ".join(_details(entry, milestones, pieces)),
        note=entry.note_text or "",
        important=entry.kind in IMPORTANT,
    )


def _entry_sentence(entry: JournalEntry) -> str:
    """« Claire Montel a accepté l’orientation »; without a person, the structure, else the tool."""
    words = KINDS[entry.kind]
    if not words.startswith(("a ", "n’a ")):
        return capfirst(words)
    if entry.kind.startswith(("sharing.", "professional.")):  # the structure is whose access changes
        return f"{entry.actor or 'Relais'} {words}"
    return f"{entry.actor or entry.structure or 'Relais'} {words}"


def _details(entry: Any, milestones: dict[str, str], pieces: dict[int, str]) -> Iterable[str]:
    for key, words in CODES.get(entry.kind, {}).items():
        if code := entry.data.get(key):
            yield str(words.get(code, code))
    if entry.kind == "step.time_asked":
        yield f"réponse attendue le {date.fromisoformat(entry.data['on']):%d/%m/%Y}"
    if entry.kind == "track.moved":
        yield court_words(entry.data["after"])
    if entry.kind in TELLING:
        yield from _of_the_landlord(entry)
    if entry.kind in ("milestone.recorded", "milestone.withdrawn"):
        yield f"{milestones.get(entry.data['code'], entry.data['code'])}, {entry.milestone_on:%d/%m/%Y}"
    yield from _of_the_debt(entry)
    if entry.appointment_at:
        yield f"{weekday_date(entry.appointment_at)} à {clock(localtime(entry.appointment_at))}"
    piece = pieces.get(entry.data.get("document"))
    named = (piece, entry.person, entry.about, entry.place, entry.deadline_title, entry.letter_title)
    yield from filter(None, named)


def _of_the_landlord(entry: JournalEntry) -> Iterable[str]:
    """What he planned or did, when, and the day that he had announced before."""
    if code := entry.data.get("code"):
        yield act_words(code)
    yield f"{date.fromisoformat(entry.data['on']):%d/%m/%Y}"
    if before := entry.data.get("before"):
        yield f"au lieu du {date.fromisoformat(before):%d/%m/%Y}"


def _of_the_debt(entry: Any) -> Iterable[str]:
    """The months of rent that a line tells, the plan that it amends, the statement that it read."""
    if entry.kind == "rent.recorded":
        for month, paid in entry.data["months"].items():
            yield f"{month_name(date.fromisoformat(f'{month}-01'))} : {RentMonth.Paid(paid).label}"
    if entry.kind == "debt.checked":
        found = list(entry.data["findings"].values())
        for finding, words in RentCheck.Finding.choices:
            if count := found.count(finding):
                yield f"{count} point{'s' if count > 1 else ''} : {words}"
    if entry.kind == "plan.proposed" and entry.data.get("amends"):
        yield "avenant au plan en cours"
    if entry.statement_told and entry.kind != "statement.recorded":
        yield f"d’après le relevé de {entry.statement_told}"


def refusal_words(entry: JournalEntry) -> str:
    """Why a structure did not take a case."""
    return str(dict(DECLINE_REASONS).get(entry.data.get("reason", ""), "sans réponse dans le délai"))
