"""What will become of each line. Nothing is written here: a dry run is this alone, so it tells what the run does.

A plan moves on what it knows in memory (`Home`, `Lease`).
"""

import datetime
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from django.db.models import Model

from cases.matching import (
    Identity,
    MatchBand,
    MatchingResult,
    MatchReason,
    PostalAddress as Place,
    as_address,
    compare_identities,
    compare_places,
)
from cases.models import HouseholdFact
from cases.rules import names
from workflows.imports.balance_outcome import Judgement
from workflows.imports.complete import Completion
from workflows.imports.decisions import Address, Decided, place_key
from workflows.imports.existing_records import Home, KnownHomes, Lease
from workflows.imports.plan import CannotKeep, DebtAction, ImportOutcome, LinePlan, plan_refused_line, set_outcome
from workflows.imports.rows import ReadRow, line_identity, numbers_in_line
from workflows.imports.sender import Sender, Sending

NOT_SEEN = (ImportOutcome.REJECTED, ImportOutcome.IGNORED, ImportOutcome.TO_CHECK)
"""A line of which this becomes has told nothing of its lease."""
WAITS = (ImportOutcome.REJECTED, ImportOutcome.TO_CHECK)
"""A line of which this becomes waits for someone, and may tell then."""
OWING_WAITS = (
    "solde créditeur, mais la ligne {line}, de même numéro, reste à corriger ou à vérifier :"
    " c’est elle qui dira ce qui est dû"
)


class Planner:
    def __init__(
        self,
        *,
        sender: Sender,
        known: KnownHomes,
        as_of: datetime.date,
        today: datetime.date,
        seen: Iterable[int] = (),
        decided: Mapping[str, Decided] | None = None,
    ) -> None:
        self.sender = sender
        self.known = known
        sending = Sending(sender, as_of=as_of, today=today)
        self.completion, self.judgement = Completion(sending), Judgement(sending)
        self.seen_before = set(seen)  # tenancies that earlier lines of this file spoke of
        self.seen: dict[int, Lease] = {}
        self.waiting_lines: dict[str, int] = {}
        """Number of a tenant or of a contract → a line of this file that may owe under it, and waits for someone."""
        self.decided = dict(decided or {})
        """Key of an identity that someone looked at → what he said of it, and the home that this file made of it."""

    def plan(self, row: ReadRow) -> LinePlan:
        """Decide what becomes of a line, and move on what is known as if it were done."""
        if row.is_in_credit:
            return self.plan_in_credit(row)
        plan = self.plan_balance(row)
        if plan.outcome in WAITS:
            self.note_waiting(row)
        elif plan.outcome not in NOT_SEEN:
            for number in numbers_in_line(row.values):
                self.waiting_lines.pop(number, None)
        return plan

    def note_waiting(self, row: ReadRow) -> None:
        """It is not taken: until someone corrects or checks it, nobody knows what is owed under its numbers."""
        if row.may_owe:
            self.waiting_lines |= dict.fromkeys(numbers_in_line(row.values), row.line)

    def plan_balance(self, row: ReadRow) -> LinePlan:
        if row.outcome is not None:
            return plan_refused_line(row)
        if refusal := self.plan_refused_without_balance(row):
            return refusal
        incoming = line_identity(row.values, sender=self.sender.structure.code)
        key = decided_key(incoming)
        said = self.decided.get(key)
        plan = self.plan_of(row, incoming, said)
        if said and not said.home and plan.home and plan.outcome not in NOT_SEEN:
            plan.decided, self.decided[key] = key, replace(said, home=plan.home.key)
        return plan

    def plan_in_credit(self, row: ReadRow) -> LinePlan:
        """Nothing is owed any more: it says so of a lease that owed, or is followed, as a balance of zero does; of any
        other, nothing. Nor of one of which another line, that waits for someone, may say that it owes."""
        numbers = sorted(numbers_in_line(row.values))
        if waiting := next((self.waiting_lines[each] for each in numbers if each in self.waiting_lines), None):
            plan = plan_refused_line(row)
            plan.reason = OWING_WAITS.format(line=waiting)
            return plan
        plan = self.plan_balance(row.read_as_cleared())
        asks_in_vain = plan.outcome is ImportOutcome.TO_CHECK and not (plan.lease and plan.lease.awaits_balance)
        if plan.outcome is ImportOutcome.IGNORED or asks_in_vain:
            return plan_refused_line(row)
        plan.reason = f"{plan.reason} (solde créditeur)"
        return plan

    def plan_of(self, row: ReadRow, incoming: Identity, said: Decided | None) -> LinePlan:
        found = self.known.find(incoming)
        if found.band is MatchBand.TO_CHECK and said and self.may_be_of(said, incoming):
            plan = self.plan_for(row, incoming, self.known.homes.get(said.home), said)
            plan.candidates = found.candidates
            return plan
        if found.band is MatchBand.TO_CHECK:
            return LinePlan(
                outcome=ImportOutcome.TO_CHECK,
                reason=said_of(found),
                candidates=found.candidates,
                why=found.candidates[0].match.reasons,
                row=row,
            )
        home = self.known.homes[found.household] if found.household else None
        is_own = home is None or any(self.is_of_sender(lease) for lease in home.leases)
        plan = self.plan_for(row, incoming, home, said)
        plan.candidates, plan.why, plan.is_own = found.candidates, reasons_of(found), is_own
        return plan

    def may_be_of(self, said: Decided, incoming: Identity) -> bool:
        """Was it said of this one? Two namesakes without a number share what was said of either, but not the household that was
        made of it: of who lives elsewhere, nobody has said anything."""
        home = self.known.homes.get(said.home)
        return home is None or compare_identities(incoming, home.identity).band is not MatchBand.DIFFERENT

    def plan_for(self, row: ReadRow, incoming: Identity, home: Home | None, said: Decided | None = None) -> LinePlan:
        """The line is of this home, or of one that is not known yet."""
        plan = LinePlan(outcome=ImportOutcome.UNCHANGED, row=row, home=home)
        lease = self.find_lease(row, incoming, home) if home else None
        if lease and self.is_repeated(lease):
            plan.lease = lease
            return set_outcome(
                plan, ImportOutcome.IGNORED, "ligne répétée : ce bail figure déjà plus haut dans le fichier"
            )
        if home and lease and self.is_elsewhere(lease, row, incoming):
            answer = said.said_of(place_key(incoming.addresses[0])) if said else ""
            if not said or not answer:
                return asks_of_address(row, plan, lease)
            home, lease = self.as_said(answer, said, plan, home, lease)
        if lease is None and row.values.get("debt") == 0:
            return plan_without_lease(plan)
        if lease is None and plan.left is None and said:
            plan.left = self.taken_over(incoming, home)
        try:
            self.completion.complete(plan, home, lease)
        except CannotKeep as error:
            return set_outcome(LinePlan(outcome=ImportOutcome.REJECTED, row=row), ImportOutcome.REJECTED, str(error))
        self.judgement.judge(plan)
        self.move_on(plan)
        return plan

    def plan_refused_without_balance(self, row: ReadRow) -> LinePlan | None:
        if "debt" in row.values or self.sender.is_caf:
            return None
        return LinePlan(
            outcome=ImportOutcome.REJECTED,
            reason="montant manquant : la dette n’est pas indiquée",
            row=row,
        )

    # The lease

    def as_said(
        self, answer: str, said: Decided, plan: LinePlan, home: Home, lease: Lease
    ) -> tuple[Home | None, Lease | None]:
        """What someone said that another address means: whose line it is, and of which lease."""
        if answer == Address.CORRECTED:
            return home, lease
        home.leases.remove(lease)
        plan.left = lease
        if answer == Address.OTHER:
            plan.home = self.known.homes.get(said.home if said.home != home.key else "")
        return plan.home, None

    def taken_over(self, incoming: Identity, home: Home | None) -> Lease | None:
        """The lease of another household that has the number of the line. A landlord’s number names one lease at a time:
        someone said that the line is not of that household, which has left, then."""
        numbers = {number for _owner, number in incoming.references}
        for other in self.known.homes.values():
            for lease in other.leases if other is not home else ():
                if self.is_of_sender(lease) and lease.tenancy.reference in numbers:
                    other.leases.remove(lease)
                    return lease
        return None

    def is_elsewhere(self, lease: Lease, row: ReadRow, incoming: Identity) -> bool:
        """Does the landlord now give another address for this lease of his? An older file does not count."""
        if not (self.sender.is_claimant and incoming.addresses and lease.tenancy.pk and self.is_of_sender(lease)):
            return False
        if self.completion.sending.is_behind(lease, row.values):
            return False
        place = compare_places(incoming.addresses[0], as_address(lease.tenancy))
        return place in (MatchReason.OTHER_ADDRESS, MatchReason.OTHER_DOOR)

    def find_lease(self, row: ReadRow, incoming: Identity, home: Home) -> Lease | None:
        """The lease of this home that the line speaks of: by the sender’s numbers, else by the place or the landlord."""
        numbers = {number for _owner, number in incoming.references}
        mine = [lease for lease in home.leases if self.is_mine(lease, row)]
        for lease in mine:
            if numbers & {lease.tenancy.reference, lease.tenancy.contract} - {""}:
                return lease
        if row.was_in_credit and numbers:
            return None  # of a car park, say: what it does not owe tells nothing of the dwelling
        # Under another number: the same lease renumbered, unless the file has it already (a car park, say).
        free = [lease for lease in mine if not (numbers and lease.tenancy.reference and self.is_repeated(lease))]
        for lease in free:
            if any(is_at(lease, address) for address in incoming.addresses):
                return lease
        unnumbered = [lease for lease in free if not (numbers and lease.tenancy.reference)]
        return unnumbered[0] if len(unnumbered) == 1 else None

    def is_mine(self, lease: Lease, row: ReadRow) -> bool:
        """A sender speaks of his own leases, and of those whose landlord was not known to take part."""
        if self.sender.is_claimant:
            return self.is_of_sender(lease) or lease.is_unclaimed
        name = row.values.get("landlord", "")
        if namesakes := self.sender.find_namesakes(name):  # one of these, or nobody who takes part
            return lease.is_unclaimed or lease.tenancy.landlord in namesakes or lease.owner in namesakes
        named = self.sender.find_landlord(name)
        return named in (self.sender.other_landlords, lease.tenancy.landlord, lease.owner)

    def is_of_sender(self, lease: Lease) -> bool:
        return self.sender.structure in (lease.owner, lease.tenancy.landlord)

    def is_repeated(self, lease: Lease) -> bool:
        return id(lease) in self.seen or lease.tenancy.pk in self.seen_before

    def forget_failed(
        self, failed: Collection[LinePlan], *, known: KnownHomes, decided: Mapping[str, Decided]
    ) -> None:
        """Lines were not carried out as planned: go on from what the database knows now."""
        leases = {id(plan.lease) for plan in failed}
        kept = [lease for key, lease in self.seen.items() if key not in leases]
        self.seen_before |= {lease.tenancy.pk for lease in kept if lease.tenancy.pk}
        self.seen, self.known, self.decided = {}, known, dict(decided)

    # As if it were done

    def move_on(self, plan: LinePlan) -> None:
        home, lease = plan.home, plan.lease
        if home is None or lease is None or plan.outcome in NOT_SEEN:
            return
        told = bool(plan.new_people or plan.people_changes or plan.tenancy_changes) or len(home.people) != 1
        home.people += plan.new_people
        if lease not in home.leases and plan.act is not DebtAction.NONE:
            home.leases.append(lease)
            told = True
        self.seen[id(lease)] = lease
        for person, changes in plan.people_changes:
            assign(person, changes)
        assign(lease.tenancy, plan.tenancy_changes)
        for name, value in plan.facts.items():
            home.facts[name] = HouseholdFact(name=name, value=value, source=self.sender.source)
        if lease.is_open or plan.act is DebtAction.REPORT:
            lease.milestones |= plan.milestones
        if plan.statement:
            lease.statements[self.sender.structure.pk, plan.statement.as_of] = plan.statement
        lease.is_open = lease.is_open or plan.act is DebtAction.REPORT
        lease.is_watched = plan.act is DebtAction.WATCH or (
            lease.is_watched and plan.act in (DebtAction.NONE, DebtAction.STATE)
        )
        if told or home.key not in self.known.homes:  # else it is recognised by nothing else than before
            self.known.add_home(home)


def decided_key(incoming: Identity) -> str:
    """What stays the same, from one month to the next, of someone that a person has recognised or told apart."""
    people = sorted(
        f"{names.name_key(person.last_name, person.first_name)} {person.birth} {person.caf_number}"
        for person in incoming.people
    )
    told = "\n".join([*people, *sorted(map("/".join, incoming.references))])
    return hashlib.sha256(told.encode()).hexdigest()


def is_at(lease: Lease, address: Place) -> bool:
    return compare_places(address, as_address(lease.tenancy)) is MatchReason.SAME_ADDRESS


def plan_without_lease(plan: LinePlan) -> LinePlan:
    """Nothing is owed where the line says, and no lease is begun for that; one that was left ends all the same."""
    if plan.left:
        return set_outcome(plan, ImportOutcome.UPDATED, "solde nul à la nouvelle adresse : ancien bail terminé")
    return set_outcome(plan, ImportOutcome.IGNORED, "solde nul")


def asks_of_address(row: ReadRow, plan: LinePlan, lease: Lease) -> LinePlan:
    plan.lease, plan.question = lease, "address"
    return set_outcome(plan, ImportOutcome.TO_CHECK, "à vérifier : autre adresse que celle de ce bail")


def reasons_of(found: MatchingResult) -> tuple[MatchReason, ...]:
    """What the household was recognised by; nothing when it is a new one."""
    return next((near.match.reasons for near in found.candidates if near.household == found.household), ())


def said_of(found: MatchingResult) -> str:
    """Why someone has to look: what agrees and what does not, for the nearest household."""
    if len([c for c in found.candidates if c.match.band is MatchBand.SAME]) > 1:
        return f"à vérifier : {MatchReason.SEVERAL_MATCHES.label}"
    return "à vérifier : " + ", ".join(reason.label for reason in found.candidates[0].match.reasons)


Row = TypeVar("Row", bound=Model)


def assign(row: Row, changes: Mapping[str, object]) -> Row:
    for name, value in changes.items():
        setattr(row, name, value)
    return row
