"""What will become of each line, and why. Nothing is written here: a dry run is this alone, so it tells what the run does.

A plan moves on what it knows in memory (`Home`, `Lease`); `apply` writes exactly that.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, TypeVar

from django.db.models import Model

from cases.actions.people import TRUST, news
from cases.matching import Address, Band, Candidate, Found, Identity, Person, Reason, compare_places, is_one_person
from cases.models import (
    CLAIMANT_KINDS,
    Beneficiary,
    DebtStatement,
    FactSource,
    Household,
    HouseholdFact,
    Housing,
    LandlordType,
    Report,
    Structure,
    Tenancy,
)
from cases.rules import names, thresholds
from cases.rules.french import money
from workflows.imports import said
from workflows.imports.known import Home, Known, Lease, as_address, as_person
from workflows.imports.rows import ReadRow, identity

NOTHING = Decimal()


class Outcome(StrEnum):
    """What became of a line; stored and printed, never renamed."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    WATCHED = "watched"
    IGNORED = "ignored"
    REJECTED = "rejected"
    TO_CHECK = "to_check"


class Act(StrEnum):
    """What is to be done about the debt."""

    NONE = "none"
    STATE = "state"  # keep the balance
    REPORT = "report"  # open the case, or complete it
    WATCH = "watch"
    CLEAR = "clear"


class CannotKeep(Exception):
    """A value does not fit where it would be kept. French."""


@dataclass(kw_only=True)
class Plan:
    line: int
    outcome: Outcome
    reason: str = ""
    column: str = ""
    row: ReadRow
    home: Home | None = None
    lease: Lease | None = None
    candidates: tuple[Candidate, ...] = ()
    new_people: list[Beneficiary] = field(default_factory=list)
    people_changes: list[tuple[Beneficiary, dict[str, str]]] = field(default_factory=list)
    tenancy_changes: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    milestones: dict[str, datetime.date] = field(default_factory=dict)
    act: Act = Act.NONE
    statement: DebtStatement | None = None
    proposes_closing: bool = False

    @property
    def completes(self) -> bool:
        """Does the line bring anything besides its balance?"""
        dated = self.milestones if self.lease and self.lease.is_open else {}
        return bool(self.new_people or self.people_changes or self.tenancy_changes or self.facts or dated)


# Who sends


class Sender:
    """A structure that sends a file, and what follows from what it is."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.is_claimant = structure.kind in CLAIMANT_KINDS
        self.is_caf = structure.kind.startswith("caf_")
        self.source = FactSource.CAF if self.is_caf else FactSource.LANDLORD
        self.channel = Report.Channel.CAF_LIST if self.is_caf else Report.Channel.FILE

    @cached_property
    def claimants(self) -> dict[str, Structure]:
        """Landlords and rent managers by their names, that of their body included."""
        known = Structure.objects.filter(kind__in=CLAIMANT_KINDS, is_active=True).select_related(
            "organisation", "landlord_profile"
        )
        return {
            names.joined(name): structure
            for structure in known
            for name in (structure.code, structure.name, structure.organisation.name)
        }

    @cached_property
    def others(self) -> Structure:
        """Stands for the landlords who do not take part."""
        return Structure.objects.get(code="autres-bailleurs")

    def landlord(self, name: str) -> Structure:
        """The landlord that a line names; failing that, the sender if it claims rent."""
        named = self.claimants.get(names.joined(name))
        return named or (self.structure if self.is_claimant else self.others)

    def dues(self, structure: Structure) -> Decimal:
        profile = self.profile(structure)
        return profile.opening_dues if profile else law().opening_dues

    def profile(self, structure: Structure) -> Any:
        known = self.claimants.get(names.joined(structure.code))
        return getattr(known, "landlord_profile", None)


@cache
def law() -> thresholds.Law:
    return thresholds.load()


# Lines


class Planner:
    def __init__(
        self,
        *,
        sender: Sender,
        known: Known,
        as_of: datetime.date,
        today: datetime.date,
        seen: Iterable[int] = (),
        decided: Mapping[str, str] | None = None,
    ) -> None:
        self.sender = sender
        self.known = known
        self.as_of = as_of
        self.today = today
        self.seen_before = set(seen)  # tenancies that earlier lines of this file spoke of
        self.seen: dict[int, Lease] = {}
        self.decided = decided or {}
        """Key of an identity that someone looked at → key of the home it is, or nothing: none of those."""

    def plan(self, row: ReadRow) -> Plan:
        """Decide what becomes of a line, and move on what is known as if it were done."""
        if row.outcome is not None:
            return refused(row)
        if refusal := self.lacks(row):
            return refusal
        incoming = identity(row.values, sender=self.sender.structure.code)
        found = self.known.find(incoming)
        key = decided_key(incoming)
        if found.band is Band.TO_CHECK and key in self.decided:
            return self.plan_for(row, incoming, self.known.homes.get(self.decided[key]))
        if found.band is Band.TO_CHECK:
            return Plan(
                line=row.line,
                outcome=Outcome.TO_CHECK,
                reason=said_of(found),
                candidates=found.candidates,
                row=row,
            )
        return self.plan_for(row, incoming, self.known.homes[found.household] if found.household else None)

    def plan_for(self, row: ReadRow, incoming: Identity, home: Home | None) -> Plan:
        """The line is of this home, or of one that is not known yet."""
        plan = Plan(line=row.line, outcome=Outcome.UNCHANGED, row=row, home=home)
        if home is None and row.values.get("debt") == 0:
            return finished(plan, Outcome.IGNORED, "solde nul")
        lease = self.lease(row, incoming, home) if home else None
        if lease and self.is_repeated(lease):
            plan.lease = lease
            return finished(plan, Outcome.IGNORED, "ligne répétée : ce bail figure déjà plus haut dans le fichier")
        if home and lease is None and row.values.get("debt") == 0:
            return finished(plan, Outcome.IGNORED, "solde nul")
        try:
            self.complete(plan, home, lease)
        except CannotKeep as error:
            return finished(Plan(line=row.line, outcome=Outcome.REJECTED, row=row), Outcome.REJECTED, str(error))
        self.judge(plan)
        self.move_on(plan)
        return plan

    def lacks(self, row: ReadRow) -> Plan | None:
        if "debt" in row.values or self.sender.is_caf:
            return None
        return Plan(
            line=row.line, outcome=Outcome.REJECTED, reason="montant manquant : la dette n’est pas indiquée", row=row
        )

    # The lease

    def lease(self, row: ReadRow, incoming: Identity, home: Home) -> Lease | None:
        """The lease of this home that the line speaks of: by the sender’s numbers, else by the place or the landlord."""
        numbers = {number for _owner, number in incoming.references}
        mine = [lease for lease in home.leases if self.is_mine(lease, row)]
        for lease in mine:
            if numbers & {lease.tenancy.reference, lease.tenancy.contract} - {""}:
                return lease
        # Under another number: the same lease renumbered, unless the file has it already (a car park, say).
        free = [lease for lease in mine if not (numbers and lease.tenancy.reference and self.is_repeated(lease))]
        for lease in free:
            if any(is_at(lease, address) for address in incoming.addresses):
                return lease
        unnumbered = [lease for lease in free if not (numbers and lease.tenancy.reference)]
        return unnumbered[0] if len(unnumbered) == 1 else None

    def is_mine(self, lease: Lease, row: ReadRow) -> bool:
        """A sender speaks of his own leases, and of those whose landlord was not known to take part."""
        if not self.sender.is_claimant:
            named = self.sender.landlord(row.values.get("landlord", ""))
            return named in (self.sender.others, lease.tenancy.landlord, lease.owner)
        return self.sender.structure in (lease.owner, lease.tenancy.landlord) or self.is_unclaimed(lease)

    def is_unclaimed(self, lease: Lease) -> bool:
        return lease.tenancy.landlord.code == "autres-bailleurs"

    def is_repeated(self, lease: Lease) -> bool:
        return id(lease) in self.seen or lease.tenancy.pk in self.seen_before

    def forget(self, failed: Plan, *, known: Known) -> None:
        """A line was not carried out as planned: go on from what the database knows now."""
        kept = [lease for lease in self.seen.values() if lease is not failed.lease]
        self.seen_before |= {lease.tenancy.pk for lease in kept if lease.tenancy.pk}
        self.seen, self.known = {}, known

    # What the line brings

    def complete(self, plan: Plan, home: Home | None, lease: Lease | None) -> None:
        values = plan.row.values
        plan.home = home or Home(key=f"line {plan.line}", household=Household())
        plan.lease = lease or Lease(tenancy=self.new_tenancy(values))
        self.complete_people(plan, plan.home)
        if lease:
            plan.tenancy_changes = self.tenancy_changes(plan.home, lease, values)
        fits(plan.lease.tenancy, plan.tenancy_changes)
        facts = said.facts_of(values)
        if self.sender.is_caf and "aid_kind" in values:
            facts["aid_kind"] = values["aid_kind"]
        plan.facts = news(plan.home.facts, facts, source=self.sender.source)
        stated = said.milestones_of(values, today=self.today)
        plan.milestones = {kind: day for kind, day in stated.items() if plan.lease.milestones.get(kind) != day}

    def complete_people(self, plan: Plan, home: Home) -> None:
        for person, details in said.people_of(plan.row.values):
            known = next((other for other in home.people if is_known_as(person, as_person(other))), None)
            if known is None:
                new = said.new_person(person, details)
                fits(new, {})
                plan.new_people.append(new)
            elif changes := missing(known, said.person_fields(person) | details):
                fits(known, changes)
                plan.people_changes.append((known, changes))

    def new_tenancy(self, values: Mapping[str, Any]) -> Tenancy:
        tenancy = Tenancy(**self.landlord_fields(values), **said.tenancy_of(values))
        tenancy.housing = self.housing(tenancy)
        return tenancy

    def landlord_fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A rent manager sends for landlords who may or may not take part themselves."""
        name = values.get("landlord", "")
        landlord = self.sender.landlord(name)
        manages = self.sender.is_claimant and self.sender.structure.kind == "rent_manager"
        is_named = names.joined(name) in self.sender.claimants
        return {
            "landlord": landlord,
            "landlord_name": "" if is_named else name,
            "manager": self.sender.structure if manages else None,
        }

    def housing(self, tenancy: Tenancy) -> str:
        profile = self.sender.profile(tenancy.landlord)
        if tenancy.landlord_type == LandlordType.EPFIF:
            return Housing.EPFIF
        if tenancy.landlord_type in (LandlordType.HLM, LandlordType.SEM):
            return Housing.SOCIAL
        if names.normalised(tenancy.landlord_name).startswith("PRIVE"):
            return Housing.PRIVATE
        return profile.housing if profile else ""

    def tenancy_changes(self, home: Home, lease: Lease, values: Mapping[str, Any]) -> dict[str, Any]:
        """A landlord keeps his own lease up to date; others fill what is missing, the CAF also tells the aid.

        A file older than what the sender said last only fills what is missing.
        """
        stated = said.tenancy_of(values)
        if self.sender.is_claimant and self.is_unclaimed(lease):
            stated |= self.landlord_fields(values)
        writes = set(stated) if self.sender.is_claimant else set()
        aid_source = home.facts.get("aid_kind")
        if self.sender.is_caf and not (aid_source and TRUST[aid_source.source] > TRUST[self.sender.source]):
            writes |= set(said.AID)
        elif aid_source and TRUST[aid_source.source] > TRUST[self.sender.source]:
            writes -= set(said.AID)
        if self.is_behind(lease, values):
            writes = set()
        return {
            name: value
            for name, value in stated.items()
            if getattr(lease.tenancy, name) != value and (name in writes or getattr(lease.tenancy, name) in ("", None))
        }

    # The debt

    def day(self, values: Mapping[str, Any]) -> datetime.date:
        """The date of a balance: the line’s own, else the day on which the CAF was told, else the file’s."""
        told = values.get("reported_on") if not self.sender.is_claimant else None
        return min(values.get("debt_on") or told or self.as_of, self.today)

    def is_behind(self, lease: Lease, values: Mapping[str, Any]) -> bool:
        """The sender has already given a balance for a later day."""
        mine = [day for source, day in lease.statements if source == self.sender.structure.pk]
        return max(mine, default=datetime.date.min) > self.day(values)

    def judge(self, plan: Plan) -> None:
        """The debt of the line against what is known of it: act, outcome and reason."""
        lease, values = plan.lease, plan.row.values
        assert lease is not None  # noqa: S101 - `complete` has set it
        if "debt" not in values:
            return settle(plan, Act.NONE, *self.without_debt(plan))
        day, latest = self.day(values), lease.latest
        current = lease.statements.get((self.sender.structure.pk, day))
        plan.statement = DebtStatement(
            source=self.sender.structure, as_of=day, balance=values["debt"], **said.statement_of(values)
        )
        if current and is_same(current, plan.statement, values):
            plan.statement = None
            if plan.completes:
                return settle(plan, Act.NONE, Outcome.UPDATED, "fiche complétée")
            return settle(plan, Act.NONE, Outcome.UNCHANGED, "déjà enregistrée")
        overtaken = latest is not None and latest.as_of > day and 0 in (latest.balance, values["debt"])
        if self.is_behind(lease, values) or overtaken:
            return settle(plan, Act.STATE, Outcome.UPDATED, "relevé plus ancien que le dernier : historique complété")
        if values["debt"] == 0:
            return self.judge_cleared(plan, lease)
        if lease.is_open:
            reason = "montant corrigé" if current else "historique de la dette complété"
            return settle(plan, Act.REPORT, Outcome.UPDATED, reason)
        return self.judge_opening(plan, lease)

    def without_debt(self, plan: Plan) -> tuple[Outcome, str]:
        if not plan.home or not plan.home.people:
            return Outcome.REJECTED, "montant manquant : ménage inconnu et dette non indiquée"
        return (Outcome.UPDATED, "fiche complétée") if plan.completes else (Outcome.UNCHANGED, "déjà enregistrée")

    def judge_cleared(self, plan: Plan, lease: Lease) -> None:
        owed = lease.latest is not None and lease.latest.balance > 0
        if lease.is_open:
            plan.proposes_closing = owed
            reason = "dette soldée : clôture proposée" if owed else "dette toujours soldée"
            return settle(plan, Act.CLEAR, Outcome.UPDATED, reason)
        if lease.is_watched or owed:
            return settle(plan, Act.CLEAR, Outcome.UPDATED, "dette soldée : fin de la veille")
        plan.statement = None
        return settle(plan, Act.NONE, Outcome.IGNORED, "solde nul")

    def judge_opening(self, plan: Plan, lease: Lease) -> None:
        after = {name: getattr(lease.tenancy, name) for name in TERMS} | plan.tenancy_changes
        terms = terms_of(after)
        opens = self.opens(plan.row.values, lease, terms)
        threshold = thresholds.opening_threshold(terms, dues=self.sender.dues(lease.owner))
        if not opens:
            return settle(plan, Act.WATCH, Outcome.WATCHED, f"sous le seuil d’ouverture ({euros(threshold)})")
        if self.sender.is_caf:
            reason = "impayé signalé à la CAF : dossier ouvert"
        elif threshold is None:
            reason = "loyer inconnu : dossier ouvert pour être qualifié"
        else:
            reason = f"seuil d’ouverture atteint ({euros(threshold)}) : dossier ouvert"
        return settle(plan, Act.REPORT, Outcome.CREATED, reason)

    def opens(self, values: Mapping[str, Any], lease: Lease, terms: thresholds.Terms) -> bool:
        """What the CAF lists has passed a threshold of the law. Without a rent, the months tell; else someone looks."""
        if self.sender.is_caf:
            return True
        dues = self.sender.dues(lease.owner)
        opens = thresholds.opens_a_case(self.owed(values, lease, terms), terms=terms, dues=dues)
        if opens is not None:
            return opens
        return values.get("months_unpaid", dues) >= dues

    def owed(self, values: Mapping[str, Any], lease: Lease, terms: thresholds.Terms) -> Decimal:
        """The balance without what is not late: a term still to come, or costs, when the landlord counts them in."""
        profile, owed = self.sender.profile(lease.owner), values["debt"]
        if profile and profile.balance_includes_costs:
            owed -= values.get("debt_costs", NOTHING)
        if profile and profile.balance_includes_next_term:
            owed -= thresholds.net_due(terms) or NOTHING
        return max(owed, NOTHING)

    # As if it were done

    def move_on(self, plan: Plan) -> None:
        home, lease = plan.home, plan.lease
        if home is None or lease is None or plan.outcome in (Outcome.REJECTED, Outcome.IGNORED):
            return
        home.people += plan.new_people
        if lease not in home.leases and plan.act is not Act.NONE:
            home.leases.append(lease)
        self.seen[id(lease)] = lease
        for person, changes in plan.people_changes:
            assign(person, changes)
        assign(lease.tenancy, plan.tenancy_changes)
        for name, value in plan.facts.items():
            home.facts[name] = HouseholdFact(name=name, value=value, source=self.sender.source)
        if lease.is_open or plan.act is Act.REPORT:
            lease.milestones |= plan.milestones
        if plan.statement:
            lease.statements[self.sender.structure.pk, plan.statement.as_of] = plan.statement
        lease.is_open = lease.is_open or plan.act is Act.REPORT
        lease.is_watched = plan.act is Act.WATCH or (lease.is_watched and plan.act in (Act.NONE, Act.STATE))
        self.known.put(home)


# Small things


def decided_key(incoming: Identity) -> str:
    """What stays the same, from one month to the next, of someone that a person has recognised or told apart."""
    people = sorted(
        f"{names.name_key(person.last_name, person.first_name)} {person.birth} {person.caf_number}"
        for person in incoming.people
    )
    told = "\n".join([*people, *sorted(map("/".join, incoming.references))])
    return hashlib.sha256(told.encode()).hexdigest()


def is_at(lease: Lease, address: Address) -> bool:
    return compare_places(address, as_address(lease.tenancy)) is Reason.SAME_ADDRESS


def is_known_as(person: Person, known: Person) -> bool:
    """Inside one household; a name changes by marriage, a first name and a birth date do not."""
    if is_one_person(person, known) or (person.caf_number and person.caf_number == known.caf_number):
        return True
    born = person.birth is not None and person.birth.is_telling and person.birth == known.birth
    return born and names.fits(person.first_name, known.first_name)


TERMS = ("rent", "charges", "rent_reduction", "aid", "aid_kind", "direct_payment")


def terms_of(fields: Mapping[str, Any]) -> thresholds.Terms:
    aid = thresholds.Aid.UNKNOWN
    if fields["aid_kind"]:
        aid = thresholds.Aid.NO if fields["aid_kind"] == "none" else thresholds.Aid.YES
    return thresholds.Terms(
        rent=fields["rent"],
        charges=fields["charges"],
        rent_reduction=fields["rent_reduction"],
        aid=aid,
        aid_amount=fields["aid"],
        direct_payment=fields["direct_payment"],
    )


def refused(row: ReadRow) -> Plan:
    """The reason first, then what to do about it."""
    problem = next((problem for problem in row.problems if problem.blocking), None)
    reason = row.reason.label if row.reason else ""
    detail = problem.message.removeprefix(reason).lstrip(". ") if problem else ""
    return Plan(
        line=row.line,
        outcome=Outcome(str(row.outcome)),
        reason=f"{reason} : {detail}" if detail else reason,
        column=problem.heading if problem else "",
        row=row,
    )


def settle(plan: Plan, act: Act, outcome: Outcome, reason: str) -> None:
    plan.act = act
    finished(plan, outcome, reason)


def finished(plan: Plan, outcome: Outcome, reason: str) -> Plan:
    """A value that was left out is said beside what became of the line."""
    left_out = [problem for problem in plan.row.problems if not problem.blocking]
    plan.outcome = outcome
    plan.reason = " ; ".join([reason, *(f"« {problem.heading} » : {problem.message}" for problem in left_out)])
    plan.column = left_out[0].heading if left_out else ""
    return plan


def said_of(found: Found) -> str:
    """Why someone has to look: what agrees and what does not, for the nearest household."""
    if len([c for c in found.candidates if c.match.band is Band.SAME]) > 1:
        return f"à vérifier : {Reason.SEVERAL_MATCHES.label}"
    return "à vérifier : " + ", ".join(reason.label for reason in found.candidates[0].match.reasons)


def missing(known: Beneficiary, said_fields: Mapping[str, str]) -> dict[str, str]:
    """What the line adds to a person: blanks filled, a date completed, a name with a lost letter made whole."""
    changes = {name: value for name, value in said_fields.items() if value and not getattr(known, name)}
    born = said_fields.get("birth_date", "")
    if born.startswith(known.birth_date) and len(born) > len(known.birth_date):
        changes["birth_date"] = born
    for name in ("usual_name", "first_names"):
        lost = names.LOST in names.normalised(getattr(known, name))
        if lost and said_fields.get(name) and names.LOST not in names.normalised(said_fields[name]):
            changes[name] = said_fields[name]
    return changes


Row = TypeVar("Row", bound=Model)


def assign(row: Row, changes: Mapping[str, Any]) -> Row:
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def fits(row: Model, changes: Mapping[str, Any]) -> None:
    """Refuses (`CannotKeep`) a text longer than its column."""
    for column in row._meta.concrete_fields:  # noqa: SLF001 - Django’s documented API
        value = changes.get(column.name, getattr(row, column.attname))
        longest = getattr(column, "max_length", None)
        if longest and isinstance(value, str) and len(value) > longest:
            raise CannotKeep(
                f"texte trop long : {column.verbose_name}, {longest} caractères au plus. Corrigez le fichier."
            )


def is_same(current: DebtStatement, new: DebtStatement, values: Mapping[str, Any]) -> bool:
    compared = ("balance", *said.statement_of(values))
    return all(getattr(current, name) == getattr(new, name) for name in compared)


def euros(amount: Decimal | None) -> str:
    return money(amount) if amount is not None else "inconnu"


def counts(plans: "list[Plan]") -> dict[str, int]:
    found = Counter(plan.outcome for plan in plans)
    return {outcome.value: found[outcome] for outcome in Outcome}
