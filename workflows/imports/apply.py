"""A plan is carried out: one transaction a line, through the acts that people’s own screens use."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions import debts, people, support, tenancies
from cases.models import Case, HouseholdMember, User
from workflows.actions.report import report_arrears
from workflows.actions.tasks import route_if_known
from workflows.imports import said
from workflows.imports.known import Home, Lease
from workflows.imports.plan import Act, Outcome, Plan
from workflows.imports.sender import Sender

NO_WRITE = {Outcome.IGNORED, Outcome.REJECTED, Outcome.TO_CHECK, Outcome.UNCHANGED}


@transaction.atomic
def apply(plan: Plan, *, sender: Sender, at: datetime, by: User | None) -> None:
    """Write what the plan says. May refuse as the acts do (`engine.Busy` when someone works on the case)."""
    home, lease = plan.home, plan.lease
    if plan.outcome in NO_WRITE or home is None or lease is None:
        return
    Writer(plan, home, lease, sender=sender, at=at, by=by).write()


class Writer:
    def __init__(self, plan: Plan, home: Home, lease: Lease, *, sender: Sender, at: datetime, by: User | None) -> None:
        self.plan, self.home, self.lease = plan, home, lease
        self.sender, self.at, self.by = sender, at, by

    def write(self) -> None:
        self.write_people()
        if self.plan.act is not Act.NONE or self.lease.tenancy.pk:
            self.write_tenancy()
        changed = people.record_facts(
            household=self.home.household,
            facts=self.plan.facts,
            source=self.sender.source,
            known_on=localdate(self.at),
            at=self.at,
            by=self.by,
            case=self.lease.case,
        )
        known_case = self.lease.case
        self.write_debt()
        if known_case and self.lease.tenancy.pk:
            self.write_milestones(known_case)
            if changed or self.plan.tenancy_changes or self.plan.people_changes:
                route_if_known(case=known_case, at=self.at)

    def write_people(self) -> None:
        plan, home = self.plan, self.home
        position = HouseholdMember.Position.CO_HOLDER if self.sender.is_claimant else HouseholdMember.Position.OTHER
        if not home.household.pk:
            holder, *others = plan.new_people
            home.household = people.create_household(
                holder=holder, others=[(person, position) for person in others], at=self.at, by=self.by
            )
        else:
            for person in plan.new_people:
                people.add_member(household=home.household, person=person, position=position, at=self.at, by=self.by)
        for person, changes in plan.people_changes:
            people.correct_person(person=person, changes=changes, at=self.at, by=self.by)

    def write_tenancy(self) -> None:
        tenancy, structure = self.lease.tenancy, self.sender.structure
        if not tenancy.pk:
            tenancy.household = self.home.household
            tenancies.record_tenancy(tenancy=tenancy, structure=structure, at=self.at, by=self.by)
        elif self.plan.tenancy_changes:
            tenancies.update_tenancy(
                tenancy=tenancy,
                changes=self.plan.tenancy_changes,
                structure=structure,
                case=self.lease.case,
                at=self.at,
                by=self.by,
            )

    def write_debt(self) -> None:
        plan, lease = self.plan, self.lease
        if plan.statement is None:
            return
        details = said.statement_of(plan.row.values)
        if plan.act is Act.REPORT:
            lease.case = report_arrears(
                tenancy=lease.tenancy,
                structure=self.sender.structure,
                channel=self.sender.channel,
                balance=plan.statement.balance,
                as_of=plan.statement.as_of,
                milestones=plan.milestones,
                at=self.at,
                by=self.by,
                **details,
            ).case
            return
        debts.record_statement(
            tenancy=lease.tenancy,
            source=self.sender.structure,
            as_of=plan.statement.as_of,
            balance=plan.statement.balance,
            case=lease.case,
            at=self.at,
            by=self.by,
            **details,
        )
        if plan.act is Act.WATCH:
            debts.watch(tenancy=lease.tenancy, structure=self.sender.structure, on=localdate(self.at))
        if plan.act is Act.CLEAR:
            self.clear()

    def clear(self) -> None:
        debts.stop_watching(self.lease.tenancy)
        if self.plan.proposes_closing:
            journal.record(
                "debt.cleared", at=self.at, case=self.lease.case, by=self.by, structure=self.sender.structure
            )

    def write_milestones(self, case: Case) -> None:
        for kind, day in self.plan.milestones.items():
            support.record_milestone(
                case=case, kind=kind, happened_on=day, structure=self.sender.structure, by=self.by, at=self.at
            )
