"""What a letter about one line of an overpayment says on a day, from all that is known of the line and its case."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial

from cases.actions.lines import LawOfTheDay, facts_of
from cases.actions.notices import balance_of
from cases.actions.rules_in_force import find_edition
from cases.letters.compose import (
    address_lines,
    find_protection,
    guardian_lines,
    is_served_on_guardian,
    judgment_words,
    polite_name,
    sender_lines,
    split_address,
)
from cases.letters.tenant_letter_writer import is_unsafe
from cases.letters.typeset import Envelope
from cases.models import (
    Beneficiary,
    Case,
    DebtLine,
    Edition,
    LedgerEntry,
    LegalProtection,
    Structure,
    User,
    WithholdingCheck,
)
from cases.rules.debt_line_standing import DebtLineStanding
from cases.rules.debt_lines import load_machine
from cases.rules.line_letter_values import LineLetterFacts, PriorRequest, recipient_lines, values_of
from cases.rules.line_letters import OF_THE_SCALE, TYPED, LineLetter, LineLetters, read_line_letters, with_pieces
from cases.rules.protections import GUARDIAN, REFUSED, sign_in_place, sign_letter
from cases.rules.remedies import Remedy
from cases.rules.texts import Filled, non_empty_lines
from cases.rules.tracks import DatedFact
from cases.templatetags.relais import long_date, phone

ANSWERS = {
    "rectification_asked": ("rectification_rejected", "rectification_rejected_silently"),
    "recourse_sent": ("recourse_rejected", "recourse_rejected_silently"),
    "mediation_asked": ("mediation_ended", ""),
    "waiver_asked": ("waiver_refused", "waiver_refused_silently"),
    "waiver_recourse_sent": ("waiver_recourse_rejected", "waiver_recourse_rejected_silently"),
}
"""A request → what refuses it, and the silence that does."""
CHOSEN_BY_LAW = ("authority", "waiver", "refusal")
"""Letters to whom the matrix names: the right ones are those that it names for this benefit, or that an option names."""


def letters_of_the_day(*, on: date, territory: str) -> tuple[Edition, LineLetters]:
    edition = find_edition(Edition.Catalogue.OVERPAYMENT_LETTERS, on=on, territory=territory)
    return edition, read_line_letters(edition.parameters)


def letters_for(line: DebtLine, *, letters: LineLetters, remedy: Remedy) -> list[LineLetter]:
    """Those that may be written about this line, whoever it is best to write to first. None says to a service that asks for no
    rectification that its delay is interrupted by one."""
    named = {*remedy.letters.values(), *(option.letter for option in load_machine().options.values())}
    return [
        letter
        for letter in letters.letters_about(line.benefit)
        if letter.sender != "operator"
        and (letter.to not in CHOSEN_BY_LAW or letter.code in named)
        and (not letter.operators or line.notice.operator in letter.operators)
        and (letter.counts_as != "rectification_asked" or remedy.suspension.has_rectification)
    ]


@dataclass(kw_only=True)
class LineLetterWriter:
    """Who writes about which line on which day. What is read of it is read once."""

    case: Case
    line: DebtLine
    holder: Beneficiary
    structure: Structure
    by: User
    on: date

    @cached_property
    def law(self) -> LawOfTheDay:
        return LawOfTheDay(on=self.on, territory=self.case.territory)

    @cached_property
    def remedy(self) -> Remedy:
        return self.law.remedy_for(self.line)

    @cached_property
    def edition_and_letters(self) -> tuple[Edition, LineLetters]:
        return letters_of_the_day(on=self.on, territory=self.case.territory)

    @property
    def letters(self) -> LineLetters:
        return self.edition_and_letters[1]

    @cached_property
    def dated_facts(self) -> list[DatedFact]:
        return facts_of([self.line])[self.line.debt_id]

    @cached_property
    def standing(self) -> DebtLineStanding:
        return self.law.standing_of_line(self.line, self.dated_facts)

    @cached_property
    def letter_facts(self) -> LineLetterFacts:
        line, notice = self.line, self.line.notice
        withheld = list(
            line.debt.ledger.filter(kind=LedgerEntry.Kind.WITHHELD, corrected_by=None).order_by("on", "pk")
        )
        check = self.last_withholding_check
        causes = {cause.code: cause.label for cause in self.law.overpayments.causes}
        checks = [
            check for check in self.law.overpayments.checks if check.act == "notice" and check.code in notice.lacks
        ]
        cause = causes.get(line.cause, "")
        alarm = min(self.standing.alarms, key=lambda each: each.seen_on, default=None)
        unlawful = [each.amount for each in withheld if each.on in {seen.seen_on for seen in self.standing.alarms}]
        return LineLetterFacts(
            person=polite_name(self.holder),
            operator_name=notice.creditor.organisation.name,
            benefit=line.benefit,
            amount=line.amount,
            balance=balance_of(line.debt),
            first_month=line.since,
            last_month=line.until or line.since,
            file_number=notice.file_number,
            cause=cause[:1].lower() + cause[1:],
            notice_on=notice.letter_date,
            received_on=notice.received_on,
            requests=tuple(self._requests()),
            formal_notice_on=self._last_day_of("formal_notice_received"),
            served_on=self._last_day_of("constraint_served"),
            penalty_decided_on=self._last_day_of("penalty_decided"),
            penalty_mediation_asked_on=self._last_day_of("penalty_mediation_asked"),
            penalty_mediation_ended_on=self._last_day_of("penalty_mediation_ended"),
            admitted_on=self._last_day_of("over_indebtedness_admitted"),
            erased_on=self._last_day_of("debts_erased"),
            withheld=check.observed if check else withheld[-1].amount if withheld else None,
            withheld_since=withheld[0].on if withheld else None,
            allowed=check.allowed if check and not check.is_estimate else None,
            lacks=tuple(checks),
            alarm=alarm,
            withheld_unlawfully=unlawful[-1] if unlawful else None,
            professional=self.by.get_full_name(),
            structure=self.structure.name,
        )

    @cached_property
    def last_withholding_check(self) -> WithholdingCheck | None:
        """The last comparison of what is withheld with the scale."""
        return self.line.withholding_checks.last()

    def _requests(self) -> Iterator[PriorRequest]:
        for asked, (refused, silent) in ANSWERS.items():
            on = self._last_day_of(asked)
            if on:
                yield PriorRequest(
                    fact=asked,
                    on=on,
                    refused_on=self._last_day_of(refused, since=on),
                    silent_on=self._last_day_of(silent, since=on),
                )

    def _last_day_of(self, kind: str, *, since: date = date.min) -> date | None:
        return max((fact.on for fact in self.dated_facts if fact.kind == kind and fact.on >= since), default=None)

    def lacks_scale(self, letter: LineLetter) -> bool:
        """Does it print what a scale allows, that nothing says of this line?"""
        known = self.values(letter)
        return any(name in OF_THE_SCALE and not known[name] for name in self.letters.field_names(letter))

    def values(self, letter: LineLetter) -> dict[str, str]:
        return values_of(self.letter_facts, letter=letter, letters=self.letters, remedy=self.remedy, on=self.on)

    def to_type(self, letter: LineLetter, *, arguments: Collection[str]) -> list[str]:
        """What the professional writes, then what the line should have said and does not."""
        known, named = self.values(letter), self.letters.field_names(letter, arguments=arguments)
        typed = [name for name in TYPED if name in named]
        return [*typed, *(name for name in named if not known.get(name) and name not in {*typed, *OF_THE_SCALE})]

    def letter_recipient(self, letter: LineLetter, *, typed: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """`typed`: what the professional wrote, where the addressee is copied from a decision."""
        if letter.to == "person" and self.protection and is_served_on_guardian(self.protection):
            return (*guardian_lines(self.protection), f"pour {polite_name(self.holder)}")
        facts = replace(self.letter_facts, typed=typed or {})
        return recipient_lines(letter, facts, letters=self.letters, remedy=self.remedy)

    def compose(
        self,
        letter: LineLetter,
        *,
        typed: Mapping[str, str],
        arguments: Collection[str] = (),
        pieces: Sequence[str] = (),
        steps: Sequence[str] = (),
        home: Iterable[str] = (),
        to_address: Iterable[str] = (),
        draft: bool = False,
    ) -> tuple[Filled, Envelope]:
        """The letter in words, and what stands around it. Refuses (`MissingValue`) what is not known, unless in a draft."""
        values = self.values(letter) | {name: words for name, words in typed.items() if words}
        filled = self.letters.fill(
            with_pieces(letter, pieces), values=values, arguments=arguments, steps=steps, draft=draft
        )
        if protection := self.signed_with(letter):
            in_her_name = partial(sign_letter, several=protection.has_several_guardians)
            sign = in_her_name if letter.sender == "person" else sign_in_place
            filled = sign(
                filled,
                rule=protection.rule,
                person=polite_name(self.holder),
                guardian=protection.guardian,
                judged=judgment_words(protection),
            )
        own = phone(self.by.phone or self.structure.phone)
        from_structure = sender_lines(self.structure.name, self.by.get_full_name(), own)
        from_person = non_empty_lines(*self.signing_names, *home)
        return filled, Envelope(
            sender=from_person if letter.sender == "person" else from_structure,
            recipient=(*self.letter_recipient(letter, typed=typed), *to_address),
            reference=values.get("file_number") or self.case.reference,
            made_on=self.on,
        )

    @cached_property
    def protection(self) -> LegalProtection | None:
        """The measure that protects the person, if any."""
        return find_protection(self.holder, on=self.on)

    def signed_with(self, letter: LineLetter) -> LegalProtection | None:
        """The measure that says who signs what the person is to sign, when somebody was appointed."""
        found = self.protection
        return found if found and found.guardian and letter.is_signed_by_person else None

    def required_signature(self, letter: LineLetter) -> str:
        """Without whose signature the letter is refused; empty when the person may sign."""
        found = self.signed_with(letter)
        return found.guardian if found and found.rule.without_guardian == REFUSED else ""

    @property
    def is_represented(self) -> bool:
        return bool(self.protection and self.protection.guardian and self.protection.rule.signs == GUARDIAN)

    @property
    def signing_names(self) -> tuple[str, ...]:
        """Who writes: the person, or who represents her."""
        if self.protection is None or not self.is_represented:
            return (polite_name(self.holder),)
        return (*guardian_lines(self.protection), f"pour {polite_name(self.holder)}")

    @property
    def home(self) -> tuple[str, ...]:
        """Where one answers who writes; nothing where she must not be written to as others are: what goes to an operator is
        read by whoever shares her account there."""
        if self.protection and self.is_represented:
            return split_address(self.protection.address)
        return () if self.hides_where_she_is else address_lines(self.holder, self.case)

    @property
    def hides_where_she_is(self) -> bool:
        """She says herself where she is answered, in each letter."""
        return is_unsafe(self.holder)


def as_text(filled: Filled, envelope: Envelope) -> dict[str, object]:
    """What a letter says, as it is kept for its editable copy."""
    return {
        "subject": filled.subject,
        "blocks": list(filled.blocks),
        "sender": list(envelope.sender),
        "recipient": list(envelope.recipient),
        "dated": f"Le {long_date(envelope.made_on)}",
    }
