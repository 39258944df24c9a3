"""A debt and its plan on a day: what is owed, what each statement says beside what was expected, what was paid.

Movements and months of rent are read with the case itself, as arrays, so that its page costs no query more.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject, TruncDate

from cases.models import (
    Beneficiary,
    Case,
    DebtStatement,
    Instalment,
    LeaseDeparture,
    LeaseShare,
    LedgerEntry,
    RentCheck,
    RentMonth,
    RepaymentPlan,
)
from cases.queries import balances_of
from cases.rules import ledger
from cases.rules.lease_shares import TenantShare
from cases.rules.ledger import Gap
from cases.rules.rent_checks import RentFinding
from cases.templatetags.relais import euros

NOTHING = Decimal()


@dataclass(frozen=True, kw_only=True)
class DebtMovement:
    """A movement of the debt, as it is read."""

    public_id: str
    on: date
    amount: Decimal
    kind: str
    corrects: str | None
    """The kind of the movement that it cancels."""
    is_corrected: bool
    reason: str
    by: str
    recorded_on: date
    source: str | None
    as_of: date | None
    """The statement that told it: whose, and of which day."""


@dataclass(frozen=True, kw_only=True)
class RentAnswer:
    """Whether the rent of a month was paid, as it is read."""

    month: date
    paid: str
    source: str
    known_on: date
    by: str


def with_account(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases, each with the movements of its debt, what is known of the rent of each month, and what was checked."""
    entries = LedgerEntry.objects.filter(debt__tenancy=OuterRef("tenancy")).order_by("on", "pk")
    row = JSONObject(
        public_id="public_id",
        on="on",
        amount=Cast("amount", TextField()),
        kind="kind",
        corrects="corrects__kind",
        is_corrected=Exists(LedgerEntry.objects.filter(corrects=OuterRef("pk"))),
        reason="reason",
        by=_person_name("by"),
        recorded_on=TruncDate("recorded_at"),
        source="statement__source__name",
        as_of="statement__as_of",
    )
    months = RentMonth.objects.filter(tenancy=OuterRef("tenancy")).order_by("month")
    answer = JSONObject(month="month", paid="paid", source="source", known_on="known_on", by=_person_name("by"))
    checks = RentCheck.objects.filter(tenancy=OuterRef("tenancy")).order_by("pk")
    check = JSONObject(code="code", finding="finding", amount=Cast("amount", TextField()), evidence="evidence")
    left = LeaseDeparture.objects.filter(tenancy=OuterRef("tenancy")).order_by("pk")
    departure = JSONObject(
        public_id="beneficiary__public_id",
        usual_name="beneficiary__usual_name",
        first_names="beneficiary__first_names",
        ground="ground",
        left_on="left_on",
        event_on="event_on",
        replaced_on="replaced_on",
    )
    shares = LeaseShare.objects.filter(tenancy=OuterRef("tenancy")).order_by("pk")
    share = JSONObject(
        public_id="beneficiary__public_id",
        percent=Cast("percent", TextField()),
        owed=Cast("owed", TextField()),
        owed_on="owed_on",
        source="source",
    )
    return cases.annotate(
        tenants_shares=ArraySubquery(shares.values(row=share)),
        tenants_left=ArraySubquery(left.values(row=departure)),
        movements=ArraySubquery(entries.values(row=row)),
        rent_months=ArraySubquery(months.values(row=answer)),
        checked_rent=ArraySubquery(checks.values(row=check)),
    )


def _person_name(person: str) -> Concat:
    return Concat(f"{person}__first_name", Value(" "), f"{person}__last_name")


def movements_of(case: Case) -> list[DebtMovement]:
    """The oldest first; no query when the case was read `with_account`."""
    rows = getattr(case, "movements", None)
    if rows is None:
        rows = with_account(Case.objects.filter(pk=case.pk)).get().movements  # type: ignore[attr-defined]  # annotated
    return [_read_movement(row) for row in rows]


def rent_of(case: Case) -> list[RentAnswer]:
    """The oldest first; no query when the case was read `with_account`."""
    rows = getattr(case, "rent_months", None)
    if rows is None:
        rows = with_account(Case.objects.filter(pk=case.pk)).get().rent_months  # type: ignore[attr-defined]  # annotated
    days = ("month", "known_on")
    return [RentAnswer(**row | {name: date.fromisoformat(row[name]) for name in days}) for row in rows]


def rent_findings_of(case: Case) -> dict[str, RentFinding]:
    """What was found of the debt by each check; no query when the case was read `with_account`."""
    rows = getattr(case, "checked_rent", None)
    if rows is None:
        rows = with_account(Case.objects.filter(pk=case.pk)).get().checked_rent  # type: ignore[attr-defined]  # annotated
    return {row["code"]: _read_finding(row) for row in rows}


def departures_of(case: Case) -> list[LeaseDeparture]:
    """Those who left the lease, with their names; no query when the case was read `with_account`."""
    rows = getattr(case, "tenants_left", None)
    if rows is None:
        rows = with_account(Case.objects.filter(pk=case.pk)).get().tenants_left  # type: ignore[attr-defined]  # annotated
    return [_read_departure(**row) for row in rows]


def _read_departure(*, ground: str, left_on: str, event_on: str, replaced_on: str, **person: str) -> LeaseDeparture:
    said = {"left_on": left_on, "event_on": event_on, "replaced_on": replaced_on}
    days = {name: day and date.fromisoformat(day) for name, day in said.items()}
    return LeaseDeparture(ground=ground, beneficiary=Beneficiary(**person), **days)


def shares_of(case: Case) -> dict[str, TenantShare]:
    """What each owes of the debt, by his public number; no query when the case was read `with_account`."""
    rows = getattr(case, "tenants_shares", None)
    if rows is None:
        rows = with_account(Case.objects.filter(pk=case.pk)).get().tenants_shares  # type: ignore[attr-defined]  # annotated
    return {row["public_id"]: _read_share(row) for row in rows}


def _read_share(row: dict[str, Any]) -> TenantShare:
    return TenantShare(
        percent=Decimal(row["percent"]) if row["percent"] else None,
        owed=Decimal(row["owed"]) if row["owed"] else None,
        owed_on=date.fromisoformat(row["owed_on"]) if row["owed_on"] else None,
        source=row["source"],
    )


def _read_finding(row: dict[str, Any]) -> RentFinding:
    amount = Decimal(row["amount"]) if row["amount"] else None
    return RentFinding(finding=row["finding"], amount=amount, evidence=row["evidence"])


def _read_movement(row: dict[str, Any]) -> DebtMovement:
    days = {name: row[name] and date.fromisoformat(row[name]) for name in ("on", "recorded_on", "as_of")}
    return DebtMovement(**row | days | {"amount": Decimal(row["amount"])})


@dataclass(frozen=True, kw_only=True)
class DebtAccount:
    statements: list[DebtStatement]
    """The oldest first, as the movements."""
    movements: list[DebtMovement]
    on: date

    @cached_property
    def ledger_movements(self) -> list[ledger.LedgerMovement]:
        return [ledger.LedgerMovement(on=moved.on, amount=moved.amount) for moved in self.movements]

    @cached_property
    def expected_balance(self) -> Decimal | None:
        return ledger.compute_expected_balance(balances_of(self.statements), self.ledger_movements, on=self.on)

    @property
    def is_inconsistent(self) -> bool:
        """The last statement says less than the movements dated after it: one of the two is wrong."""
        return self.expected_balance is not None and self.expected_balance < 0

    @cached_property
    def moved_since(self) -> bool:
        """Is anything known beyond the last statement?"""
        return bool(self.statements) and any(entry.on > self.statements[-1].as_of for entry in self.movements)

    @cached_property
    def gaps(self) -> dict[int, Gap]:
        """Statement id → what it says beside what was expected. Compared within one source, since each counts in its
        own way, and only where a movement was known: else nothing was expected."""
        found, before = {}, dict[int, DebtStatement]()
        for statement in self.statements:
            previous = before.get(statement.source_id)
            if previous and self._moved_between(previous, statement):
                earlier, later = balances_of([previous, statement])
                found[statement.pk] = ledger.gap(earlier, later, self.ledger_movements)
            before[statement.source_id] = statement
        return found

    def _moved_between(self, before: DebtStatement, after: DebtStatement) -> bool:
        return any(before.as_of < entry.on <= after.as_of for entry in self.movements)


@dataclass(frozen=True, kw_only=True)
class PlanProgress:
    """A plan, its instalments in order, and where it stands."""

    plan: RepaymentPlan
    instalments: list[Instalment]
    on: date

    @cached_property
    def paid(self) -> Decimal:
        return sum((each.paid for each in self.instalments), NOTHING)

    @cached_property
    def relieved(self) -> Decimal:
        return sum((each.relieved for each in self.instalments), NOTHING)

    @cached_property
    def late_amount(self) -> Decimal:
        """What was due before today and wasn’t received."""
        return sum((each.remaining for each in self.instalments if each.due_on < self.on), NOTHING)

    @property
    def received(self) -> Decimal:
        return self.paid + self.relieved

    @property
    def remaining(self) -> Decimal:
        return self.plan.amount - self.received

    @property
    def words(self) -> str:
        """3 mensualités sur 10, 318,00 € reçus, reste 742,00 €."""
        count = len(self.instalments)
        plural = "s" if self.settled_count > 1 else ""
        return (
            f"{self.settled_count} mensualité{plural} sur {count} : {euros(self.received)} reçus, "
            f"reste {euros(self.remaining)}"
        )

    @property
    def settled_count(self) -> int:
        """How many instalments are wholly received."""
        return sum(not each.remaining for each in self.instalments)

    @property
    def said_received(self) -> list[tuple[Instalment, int | None]]:
        """Each instalment, with the line of the journal by which it was said to be received, as long as that may be taken back."""
        runs = self.plan.state == RepaymentPlan.State.RUNNING
        return [(each, getattr(each, "checked_by", None) if runs else None) for each in self.instalments]

    @property
    def next_instalment(self) -> Instalment | None:
        """The oldest instalment of which something is still due."""
        return next((each for each in self.instalments if each.remaining), None)
