"""What a letter of the tenant says on a day, from all that is known of the case; a safe address is never in it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from cases.actions.rent_checks import doubts_about
from cases.actions.rules_in_force import find_edition
from cases.letters.compose import (
    address_lines,
    departures_from_home,
    in_words,
    polite_name,
    sender_lines,
    values_of_sender,
)
from cases.letters.typeset import Envelope, typeset
from cases.models import Beneficiary, Case, Diagnostic, Edition, LeaseDeparture, RentMonth, Structure, Tenancy, User
from cases.rules.names import normalise_text
from cases.rules.rent import YES, SaidResumption, assess_resumption
from cases.rules.rent_checks import RentDoubt, RentDoubts
from cases.rules.solidarity import VIOLENCE
from cases.rules.tenant_letters import (
    LATER_POINTS,
    LEFT_FOR_VIOLENCE,
    POINTS,
    NotOffered,
    TenantLetter,
    TenantLetters,
    TenantSituation,
    letters_at_moment,
    read_tenant_letters,
    refusal_of,
)
from cases.rules.texts import Filled, non_empty_lines
from cases.rules.tracks import DatedFact, TrackPosition, load_tracks
from cases.templatetags.relais import euros, long_date, phone

EVICTING = ("lease_terminated", "order_to_leave_served")
"""The dated facts that a decision to evict leaves."""
LEGAL_AID = ("legal_aid_asked", "legal_aid_declined", "counsel_appointed")
ASKED_DALO = (Diagnostic.Dalo.FILED, Diagnostic.Dalo.GRANTED)


class KnownDebt(Protocol):
    """What is owed, with what is known since the last statement."""

    @property
    def expected_balance(self) -> Decimal | None: ...
    @property
    def moved_since(self) -> bool: ...


@dataclass(kw_only=True)
class TenantLetterWriter:
    """For which case one writes on which day, in whose name. What is read of it is read once."""

    case: Case
    facts: Sequence[DatedFact]
    """The dated facts of the case that stand."""
    debt: KnownDebt
    stated_on: date | None
    """The day of the last statement of the debt."""
    diagnostic: Diagnostic | None
    """The last one that is finished."""
    residents: Sequence[Beneficiary]
    """Those of the lease who live there."""
    structure: Structure
    by: User
    on: date

    @cached_property
    def tenants(self) -> list[Beneficiary]:
        """Those of the lease who live there, and those who left and still answer for it."""
        known = {person.pk for person in self.residents}
        left = (each.beneficiary for key, each in self.departures_by_person.items() if key not in known)
        return [*self.residents, *left]

    @cached_property
    def edition_and_letters(self) -> tuple[Edition, TenantLetters]:
        edition = find_edition(Edition.Catalogue.TENANT_LETTERS, on=self.on, territory=self.case.territory)
        return edition, read_tenant_letters(edition.parameters)

    @property
    def letters(self) -> TenantLetters:
        return self.edition_and_letters[1]

    @cached_property
    def position(self) -> TrackPosition:
        return load_tracks().court.position(self.facts, on=self.on)

    @cached_property
    def situation(self) -> TenantSituation:
        current = self.position.current
        police = current is not None and current.fact.kind == "police_requested"
        dalo = self.diagnostic.dalo if self.diagnostic else ""
        holds = {
            "hearing_ahead": self.hearing_on is not None,
            "rent_resumed": self.is_rent_resumed,
            "eviction_ordered": any(self._day_of(kind) for kind in EVICTING),
            "order_to_leave_served": self._day_of("order_to_leave_served") is not None,
            "police_unanswered": police,
            # The fact says of nobody that it is his: one of two tenants asks, and the other still may.
            "no_legal_aid_yet": len(self.tenants) > 1
            or not any(fact.kind in LEGAL_AID for fact in self._of_this_procedure),
            "no_dalo_yet": dalo not in ASKED_DALO,
            "rent_owed": (self.debt.expected_balance or 0) > 0,
            "somebody_left": bool(self.departures_by_person),
            LEFT_FOR_VIOLENCE: any(each.ground == VIOLENCE for each in self.departures_by_person.values()),
        }
        return TenantSituation(position=self.position, holds=frozenset(name for name, true in holds.items() if true))

    @cached_property
    def hearing_on(self) -> date | None:
        return min((fact.on for fact in self.facts if fact.kind == "hearing" and fact.on >= self.on), default=None)

    @property
    def _of_this_procedure(self) -> list[DatedFact]:
        """What an earlier procedure left says nothing of this one; nor what was asked for the first judge, of the next."""
        since = load_tracks().court.last_end(self.facts, on=self.on)
        judged = (found.fact.on for found in self.position.reached if found.state.is_after_judgment)
        since = max(since, min(judged, default=since))
        return [fact for fact in self.facts if fact.on > since]

    def _day_of(self, kind: str) -> date | None:
        """When what still holds was reached by it: a debt that is paid undoes an order to pay, and no judgment."""
        return next((found.fact.on for found in self.position.reached if found.fact.kind == kind), None)

    @cached_property
    def is_rent_resumed(self) -> bool:
        """As the months say it; where the present one and the one before say nothing, as a diagnosis made in either does."""
        answers: dict[date, str] = {}
        if self.case.tenancy_id:
            found = RentMonth.objects.filter(tenancy=self.case.tenancy_id)
            answers = dict(found.values_list("month", "paid"))
        made = self.diagnostic
        said = SaidResumption(state=made.rent_resumed, on=made.made_on) if made and made.made_on else None
        return assess_resumption(answers, on=self.on, said=said).state == YES

    @cached_property
    def departures_by_person(self) -> dict[int, LeaseDeparture]:
        """Of those who left the lease, by the key of the person."""
        return {each.beneficiary_id: each for each in departures_from_home(self.case)}

    def _values_of_departed(self, signers: Sequence[Beneficiary]) -> dict[str, str]:
        """Of the one who signs alone, and of nobody else. A value that is only asked whether it is there says « oui »."""
        left = self.departures_by_person.get(signers[0].pk) if len(signers) == 1 else None
        if left is None:
            return {"at_home": "oui", "left_on": "", "released_on": "", "released_by": "", "release_missing": ""}
        released = long_date(left.released_on)
        return {
            "at_home": "",
            "left_on": long_date(left.left_on),
            "released_on": released,
            "released_by": left.rule.in_letter if released else "",
            "release_missing": "" if released else left.rule.event,
        }

    @cached_property
    def rent_doubts(self) -> RentDoubts:
        """What a professional found to be discussed in the debt."""
        return doubts_about(self.case, on=self.on)

    @cached_property
    def doubted_points(self) -> dict[str, list[str]]:
        """What may not be owed, and what is owed later: each with its sum, where it is told, as the tenant says it."""
        return {
            POINTS: _as_items(each for each in self.rent_doubts.points if each.rule.lowers),
            LATER_POINTS: _as_items(each for each in self.rent_doubts.points if not each.rule.lowers),
        }

    # Choosing

    def offered(self) -> list[tuple[TenantLetter, str]]:
        """Those of the moment, each with what refuses it, if anything does."""
        return letters_at_moment(self.letters.letters.values(), self.situation)

    def refusal(self, letter: TenantLetter) -> NotOffered | None:
        words = refusal_of(letter, self.situation)
        return NotOffered(words) if words else None

    # Writing

    def values(self, signers: Sequence[Beneficiary]) -> dict[str, str]:
        lease = self.case.tenancy
        return {
            **values_of_sender(reference=self.case.reference, structure=self.structure, by=self.by, on=self.on),
            "tenants": " et ".join(polite_name(each) for each in signers),
            "home": lease.one_line_address if lease else "",
            "landlord": self._landlord_before_judge(lease) if lease else "",
            "hearing_day": in_words(self.hearing_on),
            **self._debt_values(),
            **self._values_of_departed(signers),
            "judged_on": long_date(self._day_of("lease_terminated")),
            "order_to_leave_on": long_date(self._day_of("order_to_leave_served")),
            "police_requested_on": long_date(self._day_of("police_requested")),
            "housing_number": self.diagnostic.housing_number if self.diagnostic else "",
        }

    def _landlord_before_judge(self, lease: Tenancy) -> str:
        """Before a judge, by the name of his body; what nobody said is missing."""
        return "" if lease.landlord_is_unknown else lease.landlord_name or lease.landlord.organisation.name

    def _debt_values(self) -> dict[str, str]:
        """Nothing rather than a sum that the movements contradict, or that nobody stated."""
        owed = self.debt.expected_balance
        known_on = self.on if self.debt.moved_since else self.stated_on
        if owed is None or owed <= 0 or known_on is None:
            return {"debt": "", "debt_on": "", "doubted": "", POINTS: "", LATER_POINTS: ""}
        total = self.rent_doubts.total
        return {
            "debt": euros(owed),
            "debt_on": long_date(known_on),
            "doubted": euros(total) if 0 < total <= owed else "",
            **{name: str(len(points)) if points else "" for name, points in self.doubted_points.items()},
        }

    def compose(
        self,
        letter: TenantLetter,
        *,
        signers: Sequence[Beneficiary],
        typed: Mapping[str, str],
        enclosures: Collection[str] = (),
        home: Iterable[str] = (),
        to_address: Iterable[str] = (),
        draft: bool = False,
    ) -> tuple[Filled, Envelope]:
        """The letter in words, and what stands around it. Refuses (`MissingValue`) what is needed and not known, unless in
        a draft; `NotOffered`, what does not fit the case."""
        if not draft and (refusal := self.refusal(letter)):
            raise refusal
        values = self.values(signers) | {name: words for name, words in typed.items() if words}
        names = [polite_name(each) for each in signers]
        filled = self.letters.fill(
            letter,
            values=values,
            signers=names,
            points=self.doubted_points if values["debt"] else {},
            enclosures=[each for each in letter.enclosures if each in enclosures],
            draft=draft,
        )
        own = phone(self.by.phone or self.structure.phone)
        from_structure = sender_lines(self.structure.name, self.by.get_full_name(), own)
        return filled, Envelope(
            sender=from_structure if letter.to_household else non_empty_lines(*names, *home),
            recipient=(*self.letters.recipient_lines(letter, values), *to_address),
            # The number of our case is for the household alone: others need not know who follows it.
            reference=self.case.reference if letter.to_household else values.get("case_number", ""),
            made_on=self.on,
        )

    def home_lines(self, signers: Sequence[Beneficiary]) -> tuple[str, ...]:
        """The dwelling; nothing where one of them left it, or must not be written to there: he says where himself."""
        if self.case.tenancy is None or any(
            is_unsafe(each) or each.pk in self.departures_by_person for each in signers
        ):
            return ()
        return address_lines(signers[0], self.case) if signers else ()


def _as_items(doubts: Iterable[RentDoubt]) -> list[str]:
    said = [(each.finding.amount, each.rule.in_letter) for each in doubts]
    points = [f"{euros(amount)} : {words}" if amount else words for amount, words in said]
    return [f"{words}{' ;' if at < len(points) else '.'}" for at, words in enumerate(points, start=1)]


def is_unsafe(person: Beneficiary) -> bool:
    """Did this person ask not to be written to at home, or not through the spouse?"""
    return bool(person.safe_address) or person.not_through_spouse


def says_safe_address(text: str, people: Iterable[Beneficiary]) -> Beneficiary | None:
    """Whose safe address a text would print."""
    said = _letters_and_digits(text)
    return next(
        (each for each in people if each.safe_address and _letters_and_digits(each.safe_address) in said), None
    )


def _letters_and_digits(text: str) -> str:
    return "".join(letter for letter in normalise_text(text) if letter.isalnum())


def typeset_tenant_letter(letter: TenantLetter, filled: Filled, envelope: Envelope) -> bytes:
    return typeset(filled, envelope=envelope, tight=letter.tight)
