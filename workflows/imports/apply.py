"""A plan is carried out: one transaction a line, through the acts that people’s own screens use."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from cases import journal
from cases.actions import debts, people, tenancies
from cases.actions.rows import make_new
from cases.locks import lock_case, wait_briefly
from cases.models import (
    Beneficiary,
    Case,
    DebtStatement,
    Household,
    HouseholdFact,
    HouseholdMember,
    Milestone,
    Tenancy,
    User,
    Watch,
)
from workflows.actions.milestones import keep_milestone
from workflows.actions.newcomers import Newcomer, ReportedNewcomer, WatchedNewcomer
from workflows.actions.report import Reported, report_arrears
from workflows.actions.stock import foresee
from workflows.actions.tasks import route_if_known
from workflows.imports import field_mapping
from workflows.imports.complete import BLANK, details_to_add
from workflows.imports.existing_records import Home, Lease
from workflows.imports.plan import DebtAction, ImportOutcome, LinePlan
from workflows.imports.sender import Sender
from workflows.imports.trace import Trace, last_entry

NO_WRITE = {ImportOutcome.IGNORED, ImportOutcome.REJECTED, ImportOutcome.TO_CHECK, ImportOutcome.UNCHANGED}


@transaction.atomic
def apply_plan(
    plan: LinePlan, *, sender: Sender, at: datetime, by: User | None, is_initial_stock: bool = False
) -> Trace:
    """Write what the plan says, and return what was written. May refuse as the acts do (`Busy` when someone
    works on the case)."""
    home, lease = plan.home, plan.lease
    if plan.outcome in NO_WRITE:
        return Trace()
    if lease is None and plan.left:
        return end_left_lease(plan.left, trace=Trace(), sender=sender, at=at)
    if home is None or lease is None:
        return Trace()
    writer = PlanWriter(plan, home, lease, sender=sender, at=at, by=by)
    writer.is_initial_stock = is_initial_stock
    if lease.case:
        lock_case(lease.case.pk)
    before = last_entry(lease.case)
    writer.write()
    writer.trace.note_entries(lease.case, before=before)
    return writer.trace


def end_left_lease(left: Lease, *, trace: Trace, sender: Sender, at: datetime) -> Trace:
    """In nobody’s name: whoever follows its case has not been acted upon by the import’s sender."""
    with trace.noting_changes(left.tenancy, ["ended_on"]):
        tenancies.end_tenancy(
            tenancy=left.tenancy, on=localdate(at), structure=sender.structure, case=left.case, at=at
        )
    return trace


def newcomer_of(plan: LinePlan, sender: Sender) -> Newcomer | None:
    """Of a line that opens the case of a household of whom nothing was known, or has its debt watched, and says no dated fact;
    else None."""
    home, lease, statement = plan.home, plan.lease, plan.statement
    if (
        plan.outcome in NO_WRITE
        or plan.act not in {DebtAction.REPORT, DebtAction.WATCH}
        or plan.milestones
        or plan.left
    ):
        return None
    if home is None or home.household.pk or lease is None or lease.tenancy.pk or statement is None:
        return None
    position = position_of_others(sender)
    positions = [HouseholdMember.Position.HOLDER, *[position] * (len(plan.new_people) - 1)]
    return Newcomer(
        household=home.household,
        people=list(zip(plan.new_people, positions, strict=True)),
        tenancy=lease.tenancy,
        facts=plan.facts,
        source=sender.source,
        as_of=statement.as_of,
        balance=statement.balance,
        details=field_mapping.statement_of(plan.row.values),
    )


def trace_reported(plan: LinePlan, newcomer: Newcomer, written: ReportedNewcomer) -> Trace:
    """What was written of the line; from now on its case is known."""
    trace = _trace_newcomer(newcomer, written.case, written.report, written.statement, facts=written.facts)
    trace.entries = [0, written.last_line]
    if plan.lease:
        plan.lease.case = written.case
    return trace


def trace_watched(newcomer: Newcomer, written: WatchedNewcomer) -> Trace:
    return _trace_newcomer(newcomer, written.statement, written.watch, facts=written.facts)


def _trace_newcomer(newcomer: Newcomer, *written: Model, facts: Iterable[HouseholdFact]) -> Trace:
    trace = Trace()
    for row in (newcomer.household, newcomer.tenancy, *written):
        trace.note_created(row)
    trace.facts = {fact.name: [None, kept_fact(fact)] for fact in facts}
    return trace


def forget_newcomer(plan: LinePlan, newcomer: Newcomer) -> None:
    """Its line is undone by the database, and may be written again."""
    make_new([newcomer.household, newcomer.tenancy, *(person for person, _ in newcomer.people)])
    if plan.lease:
        plan.lease.case = None


def position_of_others(sender: Sender) -> str:
    """Of those whom a line names besides the holder."""
    return HouseholdMember.Position.CO_HOLDER if sender.is_claimant else HouseholdMember.Position.OTHER


class PlanWriter:
    def __init__(
        self, plan: LinePlan, home: Home, lease: Lease, *, sender: Sender, at: datetime, by: User | None
    ) -> None:
        self.plan, self.home, self.lease = plan, home, lease
        self.sender, self.at, self.by = sender, at, by
        self.is_initial_stock = False
        self.is_new_lease = not lease.tenancy.pk
        self.trace = Trace()

    def write(self) -> None:
        self.write_people()
        if self.plan.act is not DebtAction.NONE or self.lease.tenancy.pk:
            self.write_tenancy()
        changed = self.write_facts()
        known_case = self.lease.case
        self.write_debt()
        if known_case and self.lease.tenancy.pk:
            self.write_milestones(known_case)
            if changed or self.plan.tenancy_changes or self.plan.people_changes:
                self.trace.routed = route_if_known(case=known_case, at=self.at)
                foresee(known_case, at=self.at)

    def write_facts(self) -> list[str]:
        before = kept_facts(self.home.household, self.plan.facts)
        changed = people.record_facts(
            household=self.home.household,
            facts=self.plan.facts,
            source=self.sender.source,
            known_on=localdate(self.at),
            at=self.at,
            by=self.by,
            case=self.lease.case,
        )
        after = kept_facts(self.home.household, changed)
        self.trace.facts = {name: [before.get(name), after.get(name)] for name in changed}
        return changed

    def write_people(self) -> None:
        plan, home = self.plan, self.home
        position = position_of_others(self.sender)
        if not home.household.pk:
            holder, *others = plan.new_people
            home.household = people.create_household(
                territory=home.household.territory,
                holder=holder,
                others=[(person, position) for person in others],
                at=self.at,
                by=self.by,
            )
            self.trace.note_created(home.household)
        else:
            for person in plan.new_people:
                self.trace.note_created(
                    people.add_member(
                        household=home.household, person=person, position=position, at=self.at, by=self.by
                    )
                )
        for planned, said in plan.people_changes:
            # Somebody may have written it since the line was planned.
            with wait_briefly():
                person = Beneficiary.objects.select_for_update(no_key=True).get(pk=planned.pk)
            if changes := details_to_add(person, said):
                with self.trace.noting_changes(person, [*changes, "name_key"]):
                    people.correct_person(person=person, changes=changes, at=self.at, by=self.by)

    def write_tenancy(self) -> None:
        tenancy, structure = self.lease.tenancy, self.sender.structure
        if left := self.plan.left:
            end_left_lease(left, trace=self.trace, sender=self.sender, at=self.at)
        if not tenancy.pk:
            tenancy.household = self.home.household
            self.trace.note_created(
                tenancies.record_tenancy(tenancy=tenancy, structure=structure, at=self.at, by=self.by)
            )
        elif said := self.plan.tenancy_changes:
            with wait_briefly():
                known = Tenancy.objects.select_for_update(no_key=True).get(pk=tenancy.pk)
            only_blanks = self.plan.blanks_filled | self.aid_told_by_others(said)
            kept = {name for name in only_blanks if getattr(known, name) not in BLANK}
            if not (changes := {name: value for name, value in said.items() if name not in kept}):
                return
            with self.trace.noting_changes(known, [*changes, "address_key"]):
                tenancies.update_tenancy(
                    tenancy=known,
                    changes=changes,
                    structure=structure,
                    case=self.lease.case,
                    at=self.at,
                    by=self.by,
                )

    def aid_told_by_others(self, said: Iterable[str]) -> set[str]:
        """Of these fields, those of the aid, when somebody who knows better has told of it since the line was planned."""
        of_aid = set(field_mapping.AID).intersection(said)
        fact = HouseholdFact.objects.filter(household=self.home.household, name="aid_kind").first() if of_aid else None
        return of_aid if fact and people.TRUST[fact.source] > people.TRUST[self.sender.source] else set()

    def write_debt(self) -> None:
        if self.plan.statement is None:
            return
        watched = None if self.is_new_lease else Watch.objects.filter(tenancy=self.lease.tenancy).first()
        current = None if self.is_new_lease else self.stored_statement()
        if current:
            with self.trace.noting_changes(current, debts.COMPARED):
                self.write_balance(self.plan.statement)
        else:
            self.write_balance(self.plan.statement)
            if made := self.stored_statement():
                self.trace.note_created(made)
        self.trace_watch(watched)

    def stored_statement(self) -> DebtStatement | None:
        """The one that this sender gave for the day, as the database has it."""
        wanted = self.plan.statement
        found: DebtStatement | None = DebtStatement.objects.filter(
            debt__tenancy=self.lease.tenancy, source=self.sender.structure, as_of=wanted.as_of if wanted else None
        ).first()
        return found

    def trace_watch(self, before: Watch | None) -> None:
        may_be = before or self.plan.act is DebtAction.WATCH
        after = Watch.objects.filter(tenancy=self.lease.tenancy).first() if may_be else None
        if before and after is None:
            self.trace.note_unwatched(before)
        elif after and before is None:
            self.trace.note_created(after)
        elif before and after and before.last_seen_on != after.last_seen_on:
            seen = [before.last_seen_on.isoformat(), after.last_seen_on.isoformat()]
            self.trace.changed.append([after._meta.label_lower, after.pk, "last_seen_on", *seen])  # noqa: SLF001

    def write_balance(self, statement: DebtStatement) -> None:
        plan, lease = self.plan, self.lease
        details = field_mapping.statement_of(plan.row.values)
        if plan.act is DebtAction.REPORT:
            known = self.current_milestones()
            done = report_arrears(
                tenancy=lease.tenancy,
                structure=self.sender.structure,
                channel=self.sender.channel,
                balance=statement.balance,
                as_of=statement.as_of,
                is_initial_stock=self.is_initial_stock,
                waits_turn=self.is_initial_stock,
                milestones=plan.milestones,
                at=self.at,
                by=self.by,
                **details,
            )
            lease.case = done.case
            self.trace_report(done, known)
            return
        debts.record_statement(
            tenancy=lease.tenancy,
            source=self.sender.structure,
            as_of=statement.as_of,
            balance=statement.balance,
            case=lease.case,
            at=self.at,
            by=self.by,
            **details,
        )
        if plan.act is DebtAction.WATCH:
            debts.watch(tenancy=lease.tenancy, structure=self.sender.structure, on=localdate(self.at))
        if plan.act is DebtAction.CLEAR:
            self.clear_debt()

    def clear_debt(self) -> None:
        debts.stop_watching(self.lease.tenancy)
        if self.plan.proposes_closing:
            journal.record(
                "debt.cleared", at=self.at, case=self.lease.case, by=self.by, structure=self.sender.structure
            )

    def write_milestones(self, case: Case) -> None:
        known = self.current_milestones()
        for kind, day in self.plan.milestones.items():
            keep_milestone(
                case=case, kind=kind, happened_on=day, structure=self.sender.structure, by=self.by, at=self.at
            )
        self.trace_milestones(known)

    def current_milestones(self) -> set[int]:
        """Read only when the line has some for a case that was open already."""
        if not self.plan.milestones or self.lease.case is None:
            return set()
        return set(Milestone.objects.filter(case=self.lease.case).values_list("pk", flat=True))

    def trace_report(self, done: Reported, known: set[int]) -> None:
        if done.opened:
            self.trace.note_created(done.case)
        if done.is_new:
            self.trace.note_created(done.report)
        if not done.opened:
            self.trace_milestones(known)

    def trace_milestones(self, known: set[int]) -> None:
        for pk in sorted(self.current_milestones() - known):
            self.trace.made.setdefault("cases.milestone", []).append(pk)


def kept_facts(household: Household, names: Iterable[str]) -> dict[str, list[object]]:
    if not names:
        return {}
    found = HouseholdFact.objects.filter(household=household, name__in=list(names))
    return {fact.name: kept_fact(fact) for fact in found}


def kept_fact(fact: HouseholdFact) -> list[object]:
    return [fact.value, fact.source, fact.known_on.isoformat()]
