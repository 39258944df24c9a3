"""The lines of a file are written: one by one by the ordinary acts, and the commonest many at once, those that only say the
next balance and those of a household of whom nothing was known."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError

from cases.actions.debts import NextBalance
from cases.refusals import Busy, Refusal
from workflows.actions.leases import HeldLease
from workflows.actions.newcomers import Newcomer, report_newcomers, watch_newcomers
from workflows.actions.next_balances import report_next_balances
from workflows.imports import field_mapping
from workflows.imports.apply import NO_WRITE, apply_plan, forget_newcomer, newcomer_of, trace_reported, trace_watched
from workflows.imports.decisions import keep_decided
from workflows.imports.lines import FilePlanner
from workflows.imports.plan import DebtAction, ImportOutcome, LinePlan
from workflows.imports.records import decision_of, decisions_of, row_of
from workflows.imports.sender import Sender
from workflows.imports.trace import Trace
from workflows.models import ImportJob, ImportRow

log = logging.getLogger(__name__)

TOGETHER = 100
"""Lines of one transaction: nobody acts on their cases meanwhile, for a tenth of a second."""
ATTEMPTS = 3
NOT_WRITTEN = (
    "La ligne n’a pas pu être enregistrée. Importer de nouveau le fichier ; si cela persiste, prévenir le support."
)


class WrittenLine(NamedTuple):
    """A line that was written among others."""

    plan: LinePlan
    trace: Trace


class FileWriter:
    """Takes the plans of a file in turn. Those that may wait are written together; to be flushed at the end."""

    def __init__(self, job: ImportJob, *, lines: FilePlanner, lease: HeldLease, at: datetime) -> None:
        self.job, self.lines, self.lease, self.at = job, lines, lease, at
        self.waiting: list[LinePlan] = []
        self.done = 0

    def take_plan(self, plan: LinePlan) -> None:
        if self.depends_on_waiting(plan) and self.write_waiting():
            plan = self.lines.plan_again(plan)
        if not may_wait(plan, self.lines.sender):
            if not self.write_alone(plan):
                self.write_waiting()  # the lines that follow are planned from what the database knows
            return
        self.waiting.append(plan)
        if len(self.waiting) >= TOGETHER:
            self.write_waiting()

    def depends_on_waiting(self, plan: LinePlan) -> bool:
        """Would this line be another if one that waits failed? One that speaks of the same household may be, or of one that is
        near; or that ends the lease of another."""
        homes = {each.home.key for each in self.waiting if each.home}
        near = {plan.home.key} if plan.home else set()
        near |= {each.household for each in plan.candidates}
        return plan.left is not None or not homes.isdisjoint(near)

    def write_waiting(self) -> list[LinePlan]:
        """Write those that wait, none of which depends on another. Returns those that could not be written."""
        plans, self.waiting = self.waiting, []
        apart = self.write_together(plans) if len(plans) > 1 else plans
        return [plan for plan in apart if not self.write_alone(plan)]

    def write_together(self, plans: Sequence[LinePlan]) -> list[LinePlan]:
        """In one transaction. Returns those that are to be written alone: all, if one of them was refused."""
        newcomers = [(plan, newcomer) for plan in plans if (newcomer := newcomer_of(plan, self.lines.sender))]
        try:
            with self.lease.transaction():
                known = {plan.line for plan, _ in newcomers}
                kept = self.write_balances([plan for plan in plans if plan.line not in known])
                kept += self.write_reported([each for each in newcomers if each[0].act is DebtAction.REPORT])
                kept += self.write_watched([each for each in newcomers if each[0].act is DebtAction.WATCH])
                self.write_rows(kept)
        except (DatabaseError, Refusal) as error:
            for plan, newcomer in newcomers:
                forget_newcomer(plan, newcomer)
            log.warning("import %s: %s lines one by one: %s", self.job.pk, len(plans), type(error).__name__)
            return list(plans)
        self.done += len(kept)
        written = {plan.line for plan, _ in kept}
        return [plan for plan in plans if plan.line not in written]

    def write_rows(self, written: Sequence[WrittenLine]) -> None:
        rows = [row_of(self.job, plan, trace) for plan, trace in written]
        decisions = decisions_of(pk for _, trace in written for pk in trace.opened)
        for row in rows:
            row.decision = decisions.get(row.case_id)
        ImportRow.objects.bulk_create(rows)
        for plan, _ in written:
            keep_decided(plan, self.job.structure)

    def write_reported(self, newcomers: Sequence[tuple[LinePlan, Newcomer]]) -> list[WrittenLine]:
        if not newcomers:
            return []
        sender = self.lines.sender
        written = report_newcomers(
            [newcomer for _, newcomer in newcomers],
            structure=sender.structure,
            channel=sender.channel,
            is_initial_stock=self.job.is_initial_stock,
            at=self.at,
            by=self.job.by,
        )
        return [
            WrittenLine(plan, trace_reported(plan, newcomer, done))
            for (plan, newcomer), done in zip(newcomers, written, strict=True)
        ]

    def write_watched(self, newcomers: Sequence[tuple[LinePlan, Newcomer]]) -> list[WrittenLine]:
        if not newcomers:
            return []
        written = watch_newcomers(
            [newcomer for _, newcomer in newcomers],
            structure=self.lines.sender.structure,
            at=self.at,
            by=self.job.by,
        )
        return [
            WrittenLine(plan, trace_watched(newcomer, done))
            for (plan, newcomer), done in zip(newcomers, written, strict=True)
        ]

    def write_balances(self, plans: Sequence[LinePlan]) -> list[WrittenLine]:
        said = {plan.line: next_balance(plan) for plan in plans}
        balances = [each for each in said.values() if each]
        kept = report_next_balances(balances, structure=self.lines.sender.structure, at=self.at, by=self.job.by)
        found: list[WrittenLine] = []
        for plan in plans:
            balance, trace = said[plan.line], Trace()
            written = kept.get(balance.tenancy) if balance else None
            if written:
                trace.made["cases.debtstatement"] = [written.statement]
                trace.entries = [written.before, written.after]
            if written or balance is None:
                found.append(WrittenLine(plan, trace))
        return found

    def write_alone(self, plan: LinePlan) -> bool:
        """Write a line and what became of it. Returns False when it could not be written, which the report then says, and the
        lines that follow are planned without it."""
        self.done += 1
        refused = self.try_alone(plan)
        if refused:
            with self.lease.transaction():
                ImportRow.objects.create(
                    job=self.job,
                    line=plan.line,
                    outcome=ImportOutcome.REJECTED,
                    reason=refused[:300],
                    values=plan.row.kept,
                )
            self.lines.note_failed(plan)
        return not refused

    def try_alone(self, plan: LinePlan) -> str:
        """By the ordinary acts. Returns why it could not be written."""
        job, busy = self.job, ""
        for _ in range(ATTEMPTS):
            try:
                with self.lease.transaction():
                    trace = apply_plan(
                        plan,
                        sender=self.lines.sender,
                        at=self.at,
                        by=job.by,
                        is_initial_stock=job.is_initial_stock,
                    )
                    row = row_of(job, plan, trace)
                    row.decision = decision_of(row, trace)
                    row.save(force_insert=True)
                    keep_decided(plan, job.structure)
            except Busy as error:
                busy = str(error)
            except (DatabaseError, Refusal) as error:
                # The class alone: a message of the database may quote what someone’s line says.
                log.error("import %s, line %s: %s", job.pk, plan.line, type(error).__name__)  # noqa: TRY400
                return NOT_WRITTEN
            else:
                return ""
        return busy


def may_wait(plan: LinePlan, sender: Sender) -> bool:
    """Does the line write nothing, say the next balance of an open case, or only that a newcomer owes?"""
    return plan.outcome in NO_WRITE or next_balance(plan) is not None or newcomer_of(plan, sender) is not None


def next_balance(plan: LinePlan) -> NextBalance | None:
    lease, statement = plan.lease, plan.statement
    if plan.outcome is not ImportOutcome.UPDATED or plan.act is not DebtAction.REPORT:
        return None
    if lease is None or lease.case is None or statement is None or plan.has_details or plan.milestones:
        return None
    return NextBalance(
        tenancy=lease.tenancy.pk,
        case=lease.case.pk,
        as_of=statement.as_of,
        balance=statement.balance,
        details=field_mapping.statement_of(plan.row.values),
    )
