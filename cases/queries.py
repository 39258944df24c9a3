"""Readings of a case that several places need."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Count,
    DateField,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce, JSONObject

from cases.models import (
    Absence,
    Assignment,
    Beneficiary,
    Case,
    CaseLabel,
    Closure,
    Debt,
    DebtStatement,
    HouseholdMember,
    Label,
    LedgerEntry,
    Milestone,
    RepaymentPlan,
    Structure,
    Tenancy,
)
from cases.models.tenancy import AidKind
from cases.rules import ledger, thresholds, tracks
from cases.rules.pauses import Stop
from cases.rules.thresholds import Aid, TenancyTerms


def which_exist(*found: QuerySet[Any]) -> list[bool]:
    """Of each of these, is there any? One query for all that an act may find in its way, and most often does not."""
    asked: list[str] = []
    params: list[Any] = []
    for each in found:
        try:
            sql, of = each.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            sql, of = "SELECT 1 WHERE false", ()
        asked.append(f"EXISTS({sql})")
        params += of
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked)}", params)
        return list(cursor.fetchone())


def ids_subquery(ids: Iterable[int]) -> Func:
    """For `…__in`: thousands of ids as one value, instead of as many that Django and the driver would each write."""
    array = Value(f"{{{','.join(map(str, ids))}}}")
    return Func(array, function="unnest", template="(SELECT %(function)s(%(expressions)s::bigint[]))")


def words_subquery(words: Iterable[str]) -> Func:
    """The same, of words."""
    array = Value(list(words), output_field=ArrayField(TextField()))
    return Func(array, function="unnest", template="(SELECT %(function)s(%(expressions)s))")


def latest_statement(case: Case) -> DebtStatement | None:
    """The most recent balance of the case’s rent debt, whoever gave it."""
    of_lease = DebtStatement.objects.filter(debt__tenancy=case.tenancy_id, debt__tenancy__isnull=False)
    return of_lease.order_by("-as_of", "-pk").first()


def latest_statements(cases: Iterable[Case]) -> dict[int | None, DebtStatement]:
    """The same of many, by tenancy. One query, or none when none is of a tenancy."""
    leases = [case.tenancy_id for case in cases if case.tenancy_id]
    found = DebtStatement.objects.filter(debt__tenancy__in=leases).annotate(lease=F("debt__tenancy"))
    last = found.order_by("debt__tenancy_id", "-as_of", "-pk").distinct("debt__tenancy_id")
    return {statement.lease: statement for statement in last}


def terms_of(tenancy: Tenancy) -> TenancyTerms:
    """What a tenancy costs each month, for the rules that count with it."""
    return TenancyTerms(
        rent=tenancy.rent,
        charges=tenancy.charges,
        rent_reduction=tenancy.rent_reduction,
        aid=_aid_status(tenancy),
        aid_amount=tenancy.aid,
        direct_payment=tenancy.direct_payment,
    )


def _aid_status(tenancy: Tenancy) -> Aid:
    if tenancy.aid_kind == AidKind.NONE:
        return Aid.NO
    return Aid.YES if tenancy.aid_kind or tenancy.aid else Aid.UNKNOWN


def balances_of(statements: Iterable[DebtStatement]) -> list[ledger.Balance]:
    return [ledger.Balance(on=statement.as_of, amount=statement.balance) for statement in statements]


def movements_of(entries: Iterable[LedgerEntry]) -> list[ledger.LedgerMovement]:
    return [ledger.LedgerMovement(on=entry.on, amount=entry.amount) for entry in entries]


def expected_balance(debt: Debt, *, on: date) -> Decimal | None:
    """What should be owed: the last statement, whoever gave it, less the movements known since. Two queries."""
    statements = DebtStatement.objects.filter(debt=debt).order_by("as_of", "pk")
    return ledger.compute_expected_balance(balances_of(statements), movements_of(debt.ledger.all()), on=on)


SAID_IN_LISTS = (
    "usual_name", "first_names", "no_message", "not_through_spouse", "needs_interpreter", "language", "safe_address",
)  # fmt: skip
"""What a line says of a person: her name, and whether there are contact instructions."""


def holder_in_brief(household: str) -> Subquery:
    """For a query on rows that have a household (`household`: their field): what lines say of who holds the lease, so that no
    other query asks it. `Beneficiary(**found)` reads it."""
    holder = HouseholdMember.objects.filter(
        household=OuterRef(household), position=HouseholdMember.Position.HOLDER, until=None
    ).order_by("pk")
    said = JSONObject(**{name: f"beneficiary__{name}" for name in SAID_IN_LISTS})
    return Subquery(holder.values(said=said)[:1])


def of_holder(household: str) -> dict[str, Subquery]:
    """For a query on rows that have a household (`household`: their field): what `name_of` needs."""
    holder = HouseholdMember.objects.filter(
        household=OuterRef(household), position=HouseholdMember.Position.HOLDER, until=None
    ).order_by("pk")
    return {name: Subquery(holder.values(f"beneficiary__{name}")[:1]) for name in ("usual_name", "first_names")}


def of_person(case: str = "") -> dict[str, Coalesce]:
    """For a query on cases, or on rows that have one (`case`: their field, as `case__`): what `name_of` needs to name
    whom the case is about, the person of a coordination, else the holder."""
    holder = of_holder(f"{case}household")
    return {name: Coalesce(f"{case}beneficiary__{name}", found) for name, found in holder.items()}


def label_words(case: str, *, structures: Iterable[int]) -> ArraySubquery:
    """For a query on cases, or on rows that have one (`case`: their field): the labels that these structures put on it."""
    put = CaseLabel.objects.filter(case=OuterRef(case), label__structure__in=[*structures] or [0])
    return ArraySubquery(put.order_by("label__words", "pk").values("label__words"))


def own_labels() -> ArraySubquery:
    """For a query on structures: their labels in use, each with its id and its words."""
    labels = Label.objects.in_use().filter(structure=OuterRef("pk"))
    return ArraySubquery(labels.values(label=JSONObject(pk="pk", words="words")))


def name_of(row: Any) -> str:
    """The name of whom `of_person` or `of_holder` read; empty when there is nobody."""
    return Beneficiary(usual_name=row.usual_name or "", first_names=row.first_names or "").full_name


@dataclass(frozen=True, kw_only=True)
class UnrecordedPayment:
    """A payment that a statement tells and that isn’t in the ledger."""

    statement: DebtStatement
    on: date
    amount: Decimal
    """The part of it that may have paid the plan."""


SAME_PAYMENT = timedelta(days=7)
"""A bank and a landlord rarely give the same day."""


def payment_told(plan: RepaymentPlan, *, due: Decimal, on: date) -> UnrecordedPayment | None:
    """The last payment that statements tell since the plan was made, unless one of about that day is known, or is in
    the statement to which the plan was lowered. What the statement says is proposed to the professional, never recorded
    without him."""
    told = DebtStatement.objects.filter(
        debt=plan.debt_id, last_paid__gt=0, last_paid_on__gte=plan.made_on, last_paid_on__lte=on
    )
    if plan.counts_after:
        told = told.filter(last_paid_on__gt=plan.counts_after)
    statement = told.select_related("source", "debt__tenancy").order_by("-last_paid_on", "-as_of").first()
    if statement is None:
        return None
    day = statement.last_paid_on
    near = (day - SAME_PAYMENT, day + SAME_PAYMENT)
    if LedgerEntry.objects.filter(debt=plan.debt_id, kind="payment", corrected_by=None, on__range=near).exists():
        return None
    amount = ledger.part_for_the_debt(
        statement.last_paid, due=due, rent=thresholds.net_due(terms_of(statement.debt.tenancy))
    )
    return UnrecordedPayment(statement=statement, on=day, amount=amount) if amount else None


def find_holder(household: int, members: Sequence[HouseholdMember]) -> Beneficiary:
    """Among those who live there, the lease holder, else the first; where nobody is left, who left last. No query, or one."""

    def is_holder(member: HouseholdMember) -> bool:
        return member.position == HouseholdMember.Position.HOLDER

    if members:
        return max(members, key=is_holder).beneficiary
    gone = HouseholdMember.objects.filter(household=household).exclude(until=None).select_related("beneficiary")
    return max(gone, key=lambda member: (member.until or date.min, is_holder(member))).beneficiary


def holders_by_household(household_ids: Iterable[int]) -> dict[int, Beneficiary]:
    """Household → the person by whose name people call it: the holder of the lease. One query."""
    members = HouseholdMember.objects.filter(
        household__in=set(household_ids), position=HouseholdMember.Position.HOLDER, until=None
    ).select_related("beneficiary")
    return {member.household_id: member.beneficiary for member in members.order_by("-pk")}


def people_of(cases: Iterable[Case]) -> dict[int, Beneficiary]:
    """Case → whom it is about: the person of a coordination, else the holder of the lease. Two queries at most."""
    found = list(cases)
    own = Beneficiary.objects.in_bulk([case.beneficiary_id for case in found if case.beneficiary_id])
    homes = holders_by_household(case.household_id for case in found if not case.beneficiary_id)
    people = {case.pk: own.get(case.beneficiary_id) or homes.get(case.household_id) for case in found}
    return {case: person for case, person in people.items() if person}


def names_of(cases: Iterable[Case]) -> dict[int, str]:
    """Case → the name of whom it is about. Two queries at most."""
    return {case: person.full_name for case, person in people_of(cases).items()}


def names_to_hide(cases: Iterable[Case]) -> dict[int, list[str]]:
    """Case → every name of those who are or were of its household: what a paper that names nobody does not say. One query."""
    by_household: dict[int, list[int]] = {}
    for case in cases:
        by_household.setdefault(case.household_id, []).append(case.pk)
    found: dict[int, list[str]] = {case: [] for own in by_household.values() for case in own}
    members = HouseholdMember.objects.filter(household__in=by_household).values_list(
        "household", "beneficiary__usual_name", "beneficiary__birth_name", "beneficiary__first_names"
    )
    for household, *names in members:
        for case_id in by_household[household]:
            found[case_id] += filter(None, names)
    return found


def lease_holders(households: Iterable[int]) -> dict[int, str]:
    """Household id → the lease holder’s name: one query for a whole list."""
    return {household: person.full_name for household, person in holders_by_household(households).items()}


def track_facts(case: Case) -> list[tracks.DatedFact]:
    """The dated facts of a case, as the tracks read them. One query."""
    current = Milestone.objects.filter(case=case, replaced_by=None)
    return [tracks.DatedFact(kind, day) for kind, day in current.values_list("kind", "happened_on")]


def line_facts(case: Case, debt: Debt | None, **only: object) -> list[tracks.DatedFact]:
    """The dated facts that hold for a debt of a case: its own, and those of the whole case. One query."""
    own = Q(debt=None) if debt is None else Q(debt=None) | Q(debt=debt)
    current = Milestone.objects.filter(own, case=case, replaced_by=None, **only)
    return [tracks.DatedFact(kind, day) for kind, day in current.values_list("kind", "happened_on")]


def stops_of(case: Case, debt: Debt | None) -> list[tuple[str, Stop]]:
    """The same facts, each with the day on which what it pauses runs again, where its letter sets one. One query."""
    own = Q(debt=None) if debt is None else Q(debt=None) | Q(debt=debt)
    current = Milestone.objects.filter(own, case=case, replaced_by=None)
    return [(kind, Stop(day, term)) for kind, day, term in current.values_list("kind", "happened_on", "term")]


def closures_of(structure: Structure) -> ArraySubquery:
    """For any query: the first and last days of each of its closures, read with the rows."""
    days = Func("first_day", "last_day", template="ARRAY[%(expressions)s]", output_field=ArrayField(DateField()))
    return ArraySubquery(Closure.objects.filter(structure=structure).order_by("first_day", "pk").values_list(days))


def court_position(case: Case, *, on: date) -> tracks.TrackPosition:
    """Where the eviction procedure stands. One query."""
    return tracks.load_tracks().court.position(track_facts(case), on=on)


def case_loads(structure: Structure, *, on: date, but: Absence | None = None) -> Counter[int]:
    """User → the open cases that he answers for in a structure, or looks after for somebody away, now or soon.

    `but`: an absence whose cases are counted apart.
    """
    named = loads_by_user(structure, on=on)
    if but:
        named = named.exclude(absence=but)
    return Counter(dict(count_loads(named).values_list("user", "number")))


def loads_by_user(structure: Structure, *, on: date) -> QuerySet[Assignment]:
    """What `case_loads` counts."""
    named = Assignment.objects.filter(structure=structure, case__closed_on=None)
    return named.filter(Q(until=None) | Q(until__gt=on))


def count_loads(named: QuerySet[Assignment]) -> QuerySet[Any, Any]:
    """User and `number` of cases."""
    return named.order_by().values("user").annotate(number=Count("case", distinct=True))
