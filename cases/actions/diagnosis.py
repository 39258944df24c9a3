"""The diagnosis of a case: a draft filled block by block, finished once, and updated by making another from it.

A block is saved whole. When somebody else saved it meanwhile, the last one wins on that block and is told so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from cases import journal
from cases.actions.retention.anonymise import note_erased, note_those_of
from cases.locks import lock_case
from cases.models import (
    Case,
    Diagnostic,
    DiagnosticBlock,
    DiagnosticDevice,
    DiagnosticPerson,
    HouseholdMember,
    JournalEntry,
    Measure,
    Structure,
    User,
)
from cases.models.diagnosis import COLUMNS, Block, column_of
from cases.refusals import Refusal
from cases.rules import measures
from cases.rules.budget import household_size

LINES = ("people", "resource_lines", "expense_lines", "debt_lines", "devices")
"""The tables of a diagnosis, by their names on it."""

OF_ITS_OWN = {
    "id", "public_id", "case", "by", "structure", "based_on", "completeness", "made_on", "finished_at",
    "met_on", "presence", "rent", "rent_charges", "rent_reduction", "aid", "transmission_told_on", "lawyer_read_on",
}  # fmt: skip
"""What an update does not take over: it speaks of another day."""


Position = HouseholdMember.Position
ADULTS = (Position.HOLDER, Position.CO_HOLDER, Position.SPOUSE)


class CannotDiagnose(Refusal):
    """A diagnosis is not filled in or finished so."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    diagnostic: Diagnostic
    block: DiagnosticBlock
    over: DiagnosticBlock | None = None
    """What somebody else had saved after the page was opened, and this saving replaced."""


def draft_of(case: Case) -> Diagnostic | None:
    return case.diagnostics.drafts().first()


def last_finished(case: Case) -> Diagnostic | None:
    return case.diagnostics.finished().last()


@transaction.atomic
def begin(*, case: Case, structure: Structure, by: User, at: datetime) -> Diagnostic:
    """The open draft of the case, or a new one: from the last finished diagnosis if there is one."""
    draft = _lock_draft(case)
    if draft:
        return draft
    draft = _create_draft(case, structure=structure, by=by)
    journal.record(
        "diagnosis.begun",
        at=at,
        case=case,
        by=by,
        structure=structure,
        diagnostic=draft.pk,
        updates=draft.based_on_id,
    )
    return draft


@transaction.atomic
def save_block(
    *,
    case: Case,
    structure: Structure,
    by: User,
    code: str,
    values: Mapping[str, object],
    lines: Mapping[str, Sequence[Mapping[str, object]]],
    version: int | None,
    at: datetime,
) -> Saved:
    """Keep a block: `values` of the diagnosis, and the whole `lines` of its tables. It begins the draft if need be.

    `version`: the one that the page was opened with; None asks nothing. Refuses (`ValidationError`) what the
    constraints refuse.
    """
    draft = begin(case=case, structure=structure, by=by, at=at)
    _write_draft(draft, values, lines)
    return _mark_block_saved(draft, code=code, by=by, version=version, at=at, unfinished={})


@transaction.atomic
def keep_unfinished(
    *,
    case: Case,
    structure: Structure,
    by: User,
    code: str,
    typed: Mapping[str, object],
    version: int | None,
    at: datetime,
) -> Saved:
    """Keep what was typed in a block and cannot be saved as it is, beside what was saved before."""
    draft = begin(case=case, structure=structure, by=by, at=at)
    return _mark_block_saved(draft, code=code, by=by, version=version, at=at, unfinished=dict(typed))


@transaction.atomic
def finish(
    *,
    case: Case,
    structure: Structure,
    by: User,
    completeness: str,
    made_on: date,
    at: datetime,
    values: Mapping[str, object] | None = None,
    lines: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
) -> JournalEntry:
    """Close the draft (an empty one when nobody answered): from now on it is never rewritten.

    `values`, of the essential, and `lines` complete it first, as saving this block does: what was still to correct of it is.

    Refuses (`CannotDiagnose`) a complete one without the essential, and a block whose typing is still to correct.
    """
    draft = _lock_draft(case) or _create_draft(case, structure=structure, by=by)
    _write_draft(draft, values or {}, lines or {})
    if values:
        draft.blocks.filter(code=Block.ESSENTIALS).update(unfinished={})
    _refuse_what_is_left(draft, completeness)
    take_household(draft)
    if draft.household_size is None:
        positions = list(draft.people.values_list("position", flat=True))
        draft.household_size = size_of(draft, positions=positions, facts=_household_facts(case))
    if lease := case.tenancy:
        draft.rent, draft.rent_charges = lease.rent, lease.charges
        draft.rent_reduction, draft.aid = lease.rent_reduction, lease.aid
    draft.by, draft.structure = by, structure
    draft.completeness, draft.made_on, draft.finished_at = completeness, made_on, at
    draft.full_clean(exclude=["case"])
    draft.save()
    return journal.record(
        "diagnosis.made",
        at=at,
        case=case,
        by=by,
        structure=structure,
        diagnostic=draft.pk,
        completeness=completeness,
    )


@transaction.atomic
def drop_draft(*, case: Case, structure: Structure, by: User, at: datetime) -> None:
    """Give up what was begun: its draft is erased, finished ones stay. Nothing to give up changes nothing.

    What the database keeps of it is forgotten with the household, to which nothing else will lead.
    """
    draft = _lock_draft(case)
    if draft is None:
        return
    home = case.household
    for name in (*LINES, "blocks"):
        rows = getattr(draft, name)
        note_those_of(rows.model, rows.field.name, [draft.pk], home=home)
        rows.all().delete()
    note_erased(Diagnostic, [draft.pk], home=home)
    draft.delete()
    journal.record("diagnosis.dropped", at=at, case=case, by=by, structure=structure)


def _lock_draft(case: Case) -> Diagnostic | None:
    """The draft, once the case’s row is locked: two people who begin at once work on the same one."""
    lock_case(case.pk)
    return draft_of(case)


def _create_draft(case: Case, *, structure: Structure, by: User) -> Diagnostic:
    former = last_finished(case)
    draft = Diagnostic(case=case, by=by, structure=structure, based_on=former)
    if former:
        for name in COLUMNS:
            if name not in OF_ITS_OWN:
                setattr(draft, name, getattr(former, name))
    draft.save()
    if former:
        for name in LINES:
            _replace_lines(draft, name, [_copyable_values(line) for line in getattr(former, name).all()])
    _take_measures(draft)
    take_household(draft)
    return draft


def _write_draft(
    draft: Diagnostic, values: Mapping[str, object], lines: Mapping[str, Sequence[Mapping[str, object]]]
) -> None:
    for name, value in values.items():
        setattr(draft, name, value)
    draft.full_clean(exclude=["case"], validate_unique=False)
    draft.save()
    for name, rows in lines.items():
        _replace_lines(draft, name, rows)


def take_household(draft: Diagnostic) -> None:
    """Those who live in the household now; what was said of the activity of those who stay is kept."""
    members = HouseholdMember.objects.filter(household=draft.case.household_id, until=None)
    positions = dict(members.values_list("beneficiary", "position"))
    kept = {line.beneficiary_id: line for line in draft.people.all()}
    draft.people.exclude(beneficiary__in=positions).delete()
    for beneficiary, position in positions.items():
        line = kept.get(beneficiary) or DiagnosticPerson(diagnostic=draft, beneficiary_id=beneficiary)
        line.position = position
        line.save()


def size_of(diagnostic: Diagnostic, *, positions: Sequence[str], facts: Mapping[str, Any]) -> int:
    """How many live in the household, from those who are named and from what is known besides."""
    family = Diagnostic.Family
    return household_size(
        named=len(positions),
        adults=sum(position in ADULTS for position in positions),
        is_couple=diagnostic.family in (family.COUPLE, family.COUPLE_CHILDREN),
        children=facts.get("dependent_children"),
    )


def _household_facts(case: Case) -> dict[str, object]:
    return dict(case.household.facts.values_list("name", "value"))


def _take_measures(draft: Diagnostic) -> None:
    """The measures of the action plan are known: they need not be typed again, and say where they stand."""
    for measure in draft.case.measures.exclude(state=measures.DROPPED).order_by("pk"):
        known = {"state": _state_of(measure)}
        if measure.state_rules.good is not None:
            known["decided_on"] = measure.updated_on.isoformat()
        elif measure.state != measures.TO_BUILD:
            known["asked_on"] = measure.updated_on.isoformat()
        DiagnosticDevice.objects.update_or_create(diagnostic=draft, kind=measure.kind, defaults=known)


def _state_of(measure: Measure) -> str:
    """A state of a measure, as the diagnosis says it."""
    states = DiagnosticDevice.State
    if measure.state == measures.TO_BUILD:
        return states.TO_ASK
    return {True: states.GRANTED, False: states.REFUSED, None: states.ASKED}[measure.state_rules.good]


def _refuse_what_is_left(draft: Diagnostic, completeness: str) -> None:
    unfinished = draft.blocks.exclude(unfinished={}).first()
    if unfinished:
        raise CannotDiagnose(
            f"La rubrique « {unfinished.get_code_display()} » contient une saisie à corriger : "
            "la corriger ou l’effacer, puis terminer le diagnostic."
        )
    if completeness == Diagnostic.Completeness.COMPLETE and (missing := essentials_missing(draft)):
        raise CannotDiagnose(
            f"Pour un diagnostic complet, il manque : {', '.join(missing)}. Sinon, choisir « partiel »."
        )


def essentials_missing(draft: Diagnostic) -> list[str]:
    """The labels of what a complete diagnosis cannot do without."""
    return [
        str(column_of(name).verbose_name)
        for name in ("family", "cause", "resources", "rent_resumed")
        if getattr(draft, name) in (None, "")
    ]


def _mark_block_saved(
    draft: Diagnostic, *, code: str, by: User, version: int | None, at: datetime, unfinished: dict[str, object]
) -> Saved:
    before = draft.blocks.filter(code=code).first()
    block = DiagnosticBlock(
        pk=before.pk if before else None,
        diagnostic=draft,
        code=Block(code),
        version=(before.version if before else 0) + 1,
        saved_by=by,
        saved_at=at,
        unfinished=unfinished,
    )
    block.save()
    is_over = before is not None and version is not None and before.version != version and before.saved_by_id != by.pk
    return Saved(diagnostic=draft, block=block, over=before if is_over else None)


def _replace_lines(draft: Diagnostic, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Lines have no life of their own: those of a block are written again, in their order."""
    related = getattr(draft, name)
    related.all().delete()
    for row in rows:
        line = related.model(diagnostic=draft, **row)
        line.full_clean(exclude=["diagnostic"])
        line.save()


def _copyable_values(line: Any) -> dict[str, object]:
    """A line as it would be written in another diagnosis."""
    fields = model_to_dict(line, exclude=["id", "diagnostic"])
    names = {"beneficiary": "beneficiary_id", "person": "person_id"}
    return {names.get(name, name): value for name, value in fields.items()}
