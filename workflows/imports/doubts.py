"""A line that waits for someone: he says which household it is of, or corrects a cell; then it is judged again.

While the file is only checked, what is said is kept for the import to come; once it is imported, the line is written
at once. Nothing else of the file is run again.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from cases.matching import MatchBand
from cases.models import Household, Tenancy, User
from cases.refusals import Refusal
from workflows.imports import field_mapping
from workflows.imports.apply import apply_plan
from workflows.imports.decisions import decided_by_people, keep_decided, place_key
from workflows.imports.existing_records import Home, KnownHomes
from workflows.imports.jobs import NotNow
from workflows.imports.lines import Corrections, apply_corrections, may_be_known
from workflows.imports.plan import LinePlan
from workflows.imports.planner import WAITS, Planner, decided_key
from workflows.imports.read import FileRow
from workflows.imports.records import corrections_of, replace_row, row_of, seen_tenancies
from workflows.imports.rows import ReadRow, line_identity, read_row
from workflows.imports.run import keep_imports_out
from workflows.imports.sender import Sender
from workflows.models import IdentityDecision, ImportCorrection, ImportJob, ImportRow

OPEN = (ImportJob.State.CHECKED, ImportJob.State.DONE)


class Doubt:
    """A line to check, read again, with the households that it may be of."""

    def __init__(self, row: ImportRow, *, at_day: date) -> None:
        self.row = row
        self.read = reread_line(row, today=at_day, corrections=corrections_of(row.job))
        self.sender = Sender(row.job.structure)
        self.incoming = line_identity(self.read.values, sender=row.job.structure.code)
        self.known = KnownHomes(sender=row.job.structure)
        self.known.load_homes_near([self.incoming])
        found = self.known.find(self.incoming)
        self.is_doubtful = found.band is MatchBand.TO_CHECK
        self.candidates = [(self.known.homes[near.household], near.match) for near in found.candidates]

    @property
    def read_address(self) -> str:
        """As the file says it, in one line."""
        return Tenancy(**field_mapping.tenancy_of(self.read.values)).one_line_address

    def is_own(self, home: Home) -> bool:
        """Does the sender know this household by a lease of his?"""
        return any(self.row.job.structure in (lease.owner, lease.tenancy.landlord) for lease in home.leases)


def reread_line(row: ImportRow, *, today: date, corrections: Corrections) -> ReadRow:
    """The line as it was kept, with what was corrected since."""
    cells = row.values | row.refused
    typed = corrections.get(row.line, {})
    headings = tuple(dict.fromkeys([*cells, *typed]))
    mapping = {heading: name for heading, name in row.job.columns.items() if heading in headings}
    kept = FileRow(line=row.line, cells=tuple(cells.get(heading, "") for heading in headings))
    return read_row(apply_corrections(kept, headings, typed), headings, mapping, today=today)


def decide_household(row: ImportRow, *, household: Household | None, by: User, at: datetime, today: date) -> LinePlan:
    """Someone says which household a line is of, or that it is none of those near; it is judged again."""
    with transaction.atomic():
        keep_imports_out(row.job.structure.territory)
        row = lock_waiting_row(row)
        if row.outcome != ImportRow.Outcome.TO_CHECK:
            raise NotNow("Cette ligne a déjà été vérifiée.")
        doubt = Doubt(row, at_day=today)
        key = decided_key(doubt.incoming)
        decision, _ = IdentityDecision.objects.update_or_create(
            structure=row.job.structure,
            key=key,
            defaults={"household": household, "decided_by": by, "decided_at": at},
        )
        plan = plan_again(row, doubt.read, known=doubt.known, by=by, at=at, today=today)
        keep_household(decision, plan)
        return plan


def decide_address(row: ImportRow, *, answer: str, by: User, at: datetime, today: date) -> LinePlan:
    """Someone says what another address means: a move, a correction, another person. The line is judged again."""
    with transaction.atomic():
        keep_imports_out(row.job.structure.territory)
        row = lock_waiting_row(row)
        if row.match.get("question") != "address":
            raise NotNow("Cette ligne a déjà été vérifiée.")
        doubt = Doubt(row, at_day=today)
        decision, _ = IdentityDecision.objects.update_or_create(
            structure=row.job.structure,
            key=decided_key(doubt.incoming),
            defaults={
                "address": answer,
                "address_key": place_key(doubt.incoming.addresses[0]),
                "decided_by": by,
                "decided_at": at,
            },
        )
        plan = plan_again(row, doubt.read, known=doubt.known, by=by, at=at, today=today)
        if answer == IdentityDecision.Address.OTHER:
            decision.household = None
            decision.save(update_fields=["household"])
        keep_household(decision, plan)
        return plan


def keep_household(decision: IdentityDecision, plan: LinePlan) -> None:
    """« None of those » made a household: next month’s line is of it, and makes no other. What was decided of an address goes
    with the household that it is of."""
    if decision.household is None and plan.home and plan.home.household.pk:
        decision.household = plan.home.household
        decision.save(update_fields=["household"])


class CorrectedMeanwhile(Refusal):
    """Somebody else has corrected the same cells since they were shown; `cells`: by heading, what they say now."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        super().__init__("Quelqu’un a corrigé cette ligne entre-temps : recharger la page.")
        self.cells = cells


def correct_cells(
    row: ImportRow,
    *,
    typed: Mapping[str, str],
    shown: Mapping[str, str] | None = None,
    by: User,
    at: datetime,
    today: date,
) -> LinePlan:
    """Cells are corrected beside what the file says, and the line is judged again. What is empty takes a cell away.

    `shown`: what whoever typed was shown of them. Refuses (`NotNow`) a line that no longer waits, and
    (`CorrectedMeanwhile`) cells that say neither that nor what is typed any more.
    """
    with transaction.atomic():
        keep_imports_out(row.job.structure.territory)
        row = lock_waiting_row(row)
        cells = row.values | row.refused | corrections_of(row.job).get(row.line, {})
        if shown is not None:
            refuse_corrected(cells, typed=typed, shown=shown)
        for heading, value in typed.items():
            if heading in row.job.columns:
                said = {"value": value, "by": by, "corrected_at": at}
                ImportCorrection.objects.update_or_create(
                    job=row.job,
                    line=row.line,
                    heading=heading,
                    defaults=said,
                    create_defaults=said | {"original": cells.get(heading, "")[:200]},
                )
        read = reread_line(row, today=today, corrections=corrections_of(row.job))
        known = KnownHomes(sender=row.job.structure)
        if may_be_known(read):
            known.load_homes_near([line_identity(read.values, sender=row.job.structure.code)])
        return plan_again(row, read, known=known, by=by, at=at, today=today)


def refuse_corrected(cells: Mapping[str, str], *, typed: Mapping[str, str], shown: Mapping[str, str]) -> None:
    now = {heading: cells.get(heading, "").strip() for heading in typed}
    if meanwhile := {each: text for each, text in now.items() if text not in (shown.get(each, ""), typed[each])}:
        raise CorrectedMeanwhile(meanwhile)


def lock_waiting_row(row: ImportRow) -> ImportRow:
    """The line as it is now, its import held still."""
    job = ImportJob.objects.select_for_update(of=("self",)).select_related("structure", "by").get(pk=row.job_id)
    if job.state not in OPEN:
        raise NotNow(f"Cet import est {job.get_state_display()} : recharger la page.")
    found = ImportRow.objects.filter(job=job, line=row.line).first()
    if found is None or found.written or (job.state == ImportJob.State.DONE and not found.is_waiting):
        raise NotNow("Cette ligne est déjà enregistrée : recharger la page.")
    found.job = job
    return found


def plan_again(row: ImportRow, read: ReadRow, *, known: KnownHomes, by: User, at: datetime, today: date) -> LinePlan:
    sender = Sender(row.job.structure)
    others = ImportRow.objects.filter(job=row.job).exclude(pk=row.pk)
    if read.values.get("debt"):
        others = others.exclude(debt=0)  # what is owed of a lease is told beside what another line of it does not owe
    planner = Planner(
        sender=sender,
        known=known,
        as_of=row.job.as_of or today,
        today=today,
        seen=seen_tenancies(others),
        decided=decided_by_people(row.job.structure),
    )
    if read.is_in_credit:
        note_waiting_lines(planner, row, today=today)
    plan = planner.plan(read)
    if row.job.state == ImportJob.State.CHECKED:
        judge_again(row, plan)
    else:
        carry_out_again(row, plan, sender=sender, by=by, at=at)
    return plan


def note_waiting_lines(planner: Planner, row: ImportRow, *, today: date) -> None:
    """The other lines of the file that wait for someone: one of them may owe what a line in credit would clear."""
    corrections = corrections_of(row.job)
    for other in ImportRow.objects.filter(job=row.job, outcome__in=WAITS).exclude(pk=row.pk):
        other.job = row.job
        planner.note_waiting(reread_line(other, today=today, corrections=corrections))


def carry_out_again(row: ImportRow, plan: LinePlan, *, sender: Sender, by: User | None, at: datetime) -> LinePlan:
    """A line that someone has decided is written in the place of its doubtful one. The acts’ refusals go through."""
    with transaction.atomic():
        trace = apply_plan(plan, sender=sender, at=at, by=by, is_initial_stock=row.job.is_initial_stock)
        replace_row(row, row_of(row.job, plan, trace))
        keep_decided(plan, row.job.structure)
    return plan


def judge_again(row: ImportRow, plan: LinePlan) -> None:
    """The dry run of one line, in the place of its earlier one."""
    with transaction.atomic():
        replace_row(row, row_of(row.job, plan, whole=True))
