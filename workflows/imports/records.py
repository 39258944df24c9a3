"""What is kept of an import: its lines, its counts, what was corrected of it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum
from psycopg import sql

from cases.actions.retention.anonymise import note_erased
from workflows.imports.lines import Corrections
from workflows.imports.plan import ImportOutcome, LinePlan
from workflows.imports.planner import NOT_SEEN, WAITS
from workflows.imports.trace import Trace
from workflows.models import ImportCorrection, ImportJob, ImportRow, RoutingDecision


def row_of(job: ImportJob, plan: LinePlan, trace: Trace | None = None, *, whole: bool = False) -> ImportRow:
    """What is kept of a line: what became of it, and its content only while someone has to look at it.

    `whole`: as long as the file itself is kept, a dry run shows each of its lines.
    """
    waits = plan.outcome in WAITS
    household = plan.home.household if plan.home else None
    case = plan.lease.case if plan.lease else None
    tenancy = plan.lease.tenancy if plan.lease else None
    return ImportRow(
        job=job,
        line=plan.line,
        outcome=plan.outcome,
        reason=plan.reason[:300],
        column=plan.column[:120],
        values=plan.row.kept if waits or whole else {},
        refused=plan.row.refused if waits or whole else {},
        debt=plan.row.values.get("debt"),
        match=match_of(plan),
        household=household if household and household.pk else None,
        case=case if case and case.pk else None,
        tenancy=tenancy if tenancy and tenancy.pk and plan.outcome is not ImportOutcome.TO_CHECK else None,
        written=trace.as_json() if trace else {},
    )


def keep_checked(rows: Iterable[ImportRow]) -> None:
    """Write the lines of a dry run. By COPY: to quote what each holds for a statement costs more than to check it."""
    fields = [field for field in ImportRow._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(ImportRow._meta.db_table),  # noqa: SLF001
        sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields),
    )
    # Django puts in its own words what goes wrong in a statement, not in a COPY.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(into) as lines:
        for row in rows:
            lines.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def match_of(plan: LinePlan) -> dict[str, object]:
    """Why it is this household, which an earlier line of the file may have made."""
    found: dict[str, Any] = {"reasons": [reason.value for reason in plan.why]} if plan.why else {}
    if plan.question:
        found |= {"question": plan.question, "tenancy": plan.lease.tenancy.pk if plan.lease else None}
    if plan.why and not plan.is_own:
        found["own"] = False
    if plan.home and plan.home.made_by_line not in (None, plan.line):
        found["line"] = plan.home.made_by_line
    return found


def decision_of(row: ImportRow, trace: Trace) -> RoutingDecision | None:
    """How the line’s case was routed, if the line is what had it routed."""
    if not (trace.routed or trace.opened):
        return None
    return RoutingDecision.objects.filter(case=row.case).first()


def decisions_of(opened: Iterable[int]) -> dict[int | None, RoutingDecision]:
    """How cases that have just been opened were routed, at once or not yet. One query."""
    return {decision.case_id: decision for decision in RoutingDecision.objects.filter(case__in=list(opened))}


UNCOUNTED = (ImportOutcome.REJECTED, ImportOutcome.IGNORED)


def total_of(rows: Iterable[ImportRow]) -> Decimal:
    """The same, of lines that are not kept."""
    return sum((row.debt for row in rows if row.debt and row.outcome not in UNCOUNTED), Decimal())


def save_counts(job: ImportJob, *, total: int) -> None:
    """How many lines of each outcome; and what is owed in all, as the file is read."""
    by_outcome = ImportRow.objects.filter(job=job).order_by().values("outcome")
    found = {row["outcome"]: row for row in by_outcome.annotate(count=Count("pk"), owed=Sum("debt"))}
    job.counts = {outcome.value: found[outcome]["count"] if outcome in found else 0 for outcome in ImportOutcome}
    job.total_rows, job.done_rows = total, sum(row["count"] for row in found.values())
    owed = (row["owed"] for outcome, row in found.items() if outcome not in UNCOUNTED)
    job.total_debt = sum(filter(None, owed), Decimal())
    job.save(update_fields=["counts", "total_rows", "done_rows", "total_debt"])


def replace_row(old: ImportRow, new: ImportRow) -> None:
    old.delete()
    new.save(force_insert=True)
    save_counts(new.job, total=new.job.total_rows)


def seen_tenancies(rows: QuerySet[ImportRow]) -> set[int]:
    """The leases that these lines spoke of, as the planner sees them (`Planner.seen`)."""
    told = rows.exclude(tenancy=None).exclude(outcome__in=NOT_SEEN)
    return set(told.values_list("tenancy_id", flat=True))


def corrections_of(job: ImportJob) -> Corrections:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for line, heading, value in job.corrections.values_list("line", "heading", "value"):
        found[line][heading] = value
    return found


@transaction.atomic
def forget_lines(rows: QuerySet[ImportRow]) -> int:
    """Of these lines, nothing remains but what became of them; what the database kept of corrections goes in the night."""
    corrected = list(ImportCorrection.objects.filter(job__in=rows.values("job")).values_list("pk", flat=True))
    note_erased(ImportCorrection, corrected, home=None)
    ImportCorrection.objects.filter(pk__in=corrected).delete()
    return rows.update(values={}, refused={}, written={}, debt=None)
