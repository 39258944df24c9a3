"""What Relais already knows of the households that a file may speak of: a few queries for many lines, never one a line."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from django.db.models import Q

from cases.matching import Identity, Index, MatchingResult, as_address, as_person, find_household, lookup_keys
from cases.models import (
    Beneficiary,
    Case,
    CaseOutcome,
    Debt,
    DebtStatement,
    Household,
    HouseholdFact,
    HouseholdMember,
    Milestone,
    Structure,
    Tenancy,
    Watch,
)
from cases.models.structures import OTHER_LANDLORDS
from cases.queries import ids_subquery, words_subquery


@dataclass(kw_only=True, eq=False)
class Lease:
    """A tenancy and its debt. Planning moves it on; applying writes the same."""

    tenancy: Tenancy
    statements: dict[tuple[int, date], DebtStatement] = field(default_factory=dict)  # by source and date
    milestones: dict[str, date] = field(default_factory=dict)
    case: Case | None = None
    is_open: bool = False  # a planned case has no row yet
    closings: list[date] = field(default_factory=list)
    """Days on which cases of it were closed."""
    is_watched: bool = False

    @property
    def latest_statement(self) -> DebtStatement | None:
        return max(self.statements.values(), key=lambda statement: statement.as_of, default=None)

    @property
    def is_owing(self) -> bool:
        return self.latest_statement is not None and self.latest_statement.balance > 0

    @property
    def awaits_balance(self) -> bool:
        """Does it say something that nothing is owed?"""
        return self.is_open or self.is_watched or self.is_owing

    @property
    def owner(self) -> Structure:
        """Who numbers its tenants and sends the file."""
        return self.tenancy.manager or self.tenancy.landlord

    @property
    def is_unclaimed(self) -> bool:
        """Its landlord was not known to take part."""
        return self.tenancy.landlord.organisation.code == OTHER_LANDLORDS


@dataclass(kw_only=True, eq=False)
class Home:
    """A household, its people and its leases. `household` has no row yet when a line of this file made it."""

    key: str
    household: Household
    people: list[Beneficiary] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    facts: dict[str, HouseholdFact] = field(default_factory=dict)

    @property
    def made_by_line(self) -> int | None:
        """The line of this file that the household was first read on, if it was not known before."""
        kind, _, number = self.key.partition(" ")
        return int(number) if kind == "line" else None

    @property
    def identity(self) -> Identity:
        return Identity(
            people=tuple(map(as_person, self.people)),
            references=frozenset(chain.from_iterable(map(references, self.leases))),
            phones=frozenset(person.phone for person in self.people if person.phone),
            addresses=tuple(as_address(lease.tenancy) for lease in self.leases if lease.tenancy.address),
        )


class KnownHomes:
    """The homes near the lines being read. A line planned later finds what an earlier one brought."""

    def __init__(self, *, sender: Structure) -> None:
        self.sender = sender
        self.homes: dict[str, Home] = {}
        self.index = Index()

    def load_homes_near(self, incoming: Iterable[Identity]) -> None:
        """Read whatever shares a key with these identities, unless it is here already."""
        loaded = {home.household.pk for home in self.homes.values()}
        near = households_near(incoming, sender=self.sender) - loaded
        for home in read_homes(near):
            self.add_home(home)

    def add_home(self, home: Home) -> None:
        self.homes[home.key] = home
        self.index.add_household(home.key, home.identity)

    def find(self, incoming: Identity) -> MatchingResult:
        return find_household(incoming, self.index)


# Look-ups


def households_near(incoming: Iterable[Identity], *, sender: Structure) -> set[int]:
    """Of the territory of who sends: who is known in another city has other records there. What is archived is found by nobody."""
    values: dict[str, set[str]] = defaultdict(set)
    for identity in incoming:
        for kind, value in lookup_keys(identity):
            values[kind].add(value)
        values["number"] |= {number for _owner, number in identity.references}
    here = Q(household__territory=sender.territory, household__archived_on=None)
    members = HouseholdMember.objects.filter(here, until=None)
    people = [
        members.filter(beneficiary__caf_number__in=words_subquery(values["caf_number"])).exclude(
            beneficiary__caf_number=""
        ),
        members.filter(beneficiary__phone__in=words_subquery(values["phone"])).exclude(beneficiary__phone=""),
        members.filter(beneficiary__name_key__in=words_subquery(values["name"])),
        members.filter(beneficiary__birth_date__in=words_subquery(values["birth"])).exclude(
            beneficiary__birth_date=""
        ),
    ]
    numbers = words_subquery(values["number"])
    leases = [
        Tenancy.objects.filter(here, landlord=sender, reference__in=numbers).exclude(reference=""),
        Tenancy.objects.filter(here, landlord=sender, contract__in=numbers),
        Tenancy.objects.filter(here, manager=sender).filter(Q(reference__in=numbers) | Q(contract__in=numbers)),
        Tenancy.objects.filter(here, address_key__in=words_subquery(values["address"])).exclude(address_key=""),
    ]
    return set(chain.from_iterable(query.values_list("household_id", flat=True) for query in [*people, *leases]))


def read_homes(ids: Iterable[int]) -> Iterator[Home]:
    homes = {
        pk: Home(key=str(pk), household=home)
        for pk, home in Household.objects.filter(pk__in=ids_subquery(ids)).in_bulk().items()
    }
    for member in HouseholdMember.objects.filter(household__in=ids_subquery(homes), until=None).select_related(
        "beneficiary"
    ):
        homes[member.household_id].people.append(member.beneficiary)
    for fact in HouseholdFact.objects.filter(household__in=ids_subquery(homes)):
        homes[fact.household_id].facts[fact.name] = fact
    tenancies = Tenancy.objects.filter(household__in=ids_subquery(homes), ended_on=None)
    leases = {row.pk: Lease(tenancy=row) for row in tenancies.prefetch_related("landlord__organisation", "manager")}
    for lease in leases.values():
        homes[lease.tenancy.household_id].leases.append(lease)
    read_debts(leases)
    yield from homes.values()


def read_debts(leases: dict[int, Lease]) -> None:
    debts = dict(Debt.objects.filter(tenancy__in=ids_subquery(leases)).values_list("pk", "tenancy_id"))
    for statement in DebtStatement.objects.filter(debt__in=ids_subquery(debts)):
        lease = leases[debts[statement.debt_id]]
        lease.statements[statement.source_id, statement.as_of] = statement
    for case in Case.objects.filter(tenancy__in=ids_subquery(leases), kind="arrears").exclude(
        outcome=CaseOutcome.VOIDED
    ):
        lease = leases[case.tenancy_id]  # type: ignore[index]  # filtered by tenancy
        if case.closed_on:
            lease.closings.append(case.closed_on)
        else:
            lease.case, lease.is_open = case, True
    cases = {lease.case.pk: lease for lease in leases.values() if lease.case}
    milestones = Milestone.objects.filter(case__in=ids_subquery(cases), replaced_by=None)
    for case_id, kind, day in milestones.values_list("case_id", "kind", "happened_on"):
        cases[case_id].milestones[kind] = day
    for tenancy in Watch.objects.filter(tenancy__in=ids_subquery(leases)).values_list("tenancy_id", flat=True):
        leases[tenancy].is_watched = True


# As matching sees them


def references(lease: Lease) -> set[tuple[str, str]]:
    numbers = (lease.tenancy.reference, lease.tenancy.contract)
    return {(lease.owner.code, number) for number in numbers if number}
