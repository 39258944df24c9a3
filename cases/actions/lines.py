"""Where the lines of an overpayment stand: the law of a day, read once for all of them, applied to what is known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from cases.actions import notices
from cases.actions.deadlines import catalogue_in_force
from cases.actions.ledger import CannotRecordMovement, write_movement
from cases.actions.remedies import CataloguesOfTheDay
from cases.actions.rules_in_force import once
from cases.models import DebtLine, JournalEntry, LedgerEntry, Milestone, Structure, User
from cases.rules import debt_lines
from cases.rules.catalogue import DeadlineCatalogue
from cases.rules.conditions import Value
from cases.rules.debt_line_standing import Caution, DebtLineStanding
from cases.rules.french import money
from cases.rules.known_lines import WITHHOLDING, DebtLineFacts, DebtLineLaw
from cases.rules.line_letters import LineLetters
from cases.rules.overpayments import Overpayments
from cases.rules.remedies import Matrix, Remedy
from cases.rules.tracks import DatedFact
from cases.rules.withholding import Scales

MEDIATION = "mediation_asked"
SETTLED = "debt_settled"
"""The dated fact of a line of which nothing is left."""
SAME, ANOTHER, BY_SUM = "same", "another", "by_sum"
"""Of a sum that the operator takes off, when one was since it was asked: is it that one, which two answers say? `BY_SUM`: where
nobody can be asked, it is the one that a professional noted of the same nature and the same amount, if there is one."""


class AlreadyTakenOff(CannotRecordMovement):
    """A question: something was taken off since this was asked. Recorded once it is said to be that (`SAME`), or not. An operator
    reads it too: it says no sum."""

    def __init__(self) -> None:
        super().__init__(
            "Une somme a déjà été déduite depuis cette demande : dire si c’est la même.",
            field="noted",
        )


class NotTheSame(CannotRecordMovement):
    """Said to be deducted already: no sum of this amount is."""

    def __init__(self) -> None:
        super().__init__(
            "Aucune somme de ce montant n’est déjà déduite : corriger la somme, ou dire que c’en est une autre.",
            field="amount",
        )


class LawOfTheDay:
    """The catalogues in force on a day, read when they are needed, once."""

    def __init__(self, *, on: date, territory: str, with_letters: bool = False) -> None:
        self.on, self.territory, self.with_letters = on, territory, with_letters

    @cached_property
    def _catalogues(self) -> CataloguesOfTheDay:
        asked: dict[str, Any] = {"on": self.on, "territory": self.territory, "with_letters": self.with_letters}
        return once(("catalogues of lines", *asked.values()), lambda: CataloguesOfTheDay(**asked))

    @property
    def matrix(self) -> Matrix:
        return self._catalogues.matrix

    @property
    def overpayments(self) -> Overpayments:
        return self._catalogues.overpayments

    @property
    def scales(self) -> Scales:
        return self._catalogues.scales

    @property
    def letters(self) -> LineLetters:
        """When they were asked for (`with_letters`)."""
        return self._catalogues.letters

    @cached_property
    def deadline_catalogue(self) -> DeadlineCatalogue:
        return catalogue_in_force(on=self.on, territory=self.territory)

    def remedy_for(self, line: DebtLine) -> Remedy:
        return self.matrix.remedy_for(benefit=line.benefit, operator=line.notice.operator, on=line.notice.letter_date)

    def has_mediator_first(self, line: DebtLine) -> bool:
        """Is the first authority a mediator, to whom no recourse is sent?"""
        rules = self.deadline_catalogue.rules_named(self.remedy_for(line).contest.rule)
        return any(MEDIATION in rule.until for rule in rules)

    def standing_of_line(self, line: DebtLine, facts: Iterable[DatedFact]) -> DebtLineStanding:
        return debt_lines.load_machine().standing(_known_of(line, facts), on=self.on, law=self._law_of(line))

    def find_without_effect(self, line: DebtLine, facts: Iterable[DatedFact]) -> frozenset[DatedFact]:
        """What was not asked in time, with its answers: no delay begins with it."""
        return debt_lines.load_machine().find_without_effect(
            _known_of(line, facts), on=self.on, law=self._law_of(line)
        )

    def _law_of(self, line: DebtLine) -> DebtLineLaw:
        return DebtLineLaw(catalogue=self.deadline_catalogue, remedy=self.remedy_for(line))

    def context_of(self, line: DebtLine) -> dict[str, Value]:
        """What the conditions of legal delays ask about a line."""
        return {
            "benefit": line.benefit,
            "operator": line.notice.operator,
            "court": self.remedy_for(line).court.code,
        }


def _known_of(line: DebtLine, facts: Iterable[DatedFact]) -> DebtLineFacts:
    return DebtLineFacts(
        benefit=line.benefit,
        operator=line.notice.operator,
        facts=tuple(facts),
        fraud=fraud_of(line),
        routes_stated=line.notice.states_routes,
    )


def fraud_of(line: DebtLine) -> bool | None:
    """Was it qualified as fraud, by who may? None: nobody knows, or it is only alleged."""
    return debt_lines.load_machine().read_fraud(line.fraud, by=line.fraud_by)


def cautions(chosen: Iterable[str], standing: DebtLineStanding) -> tuple[Caution, ...]:
    return debt_lines.load_machine().cautions(list(chosen), standing)


def facts_of(lines: Iterable[DebtLine], *, known: Iterable[Milestone] | None = None) -> Mapping[int, list[DatedFact]]:
    """Debt → the dated facts that its standing is read from. Two queries, however many lines; one when the facts of their
    cases are `known`.

    A fact of the whole case concerns each of its lines; a withholding is seen in the ledger.
    """
    wanted = list(lines)
    found: dict[int, list[DatedFact]] = defaultdict(list)
    debts = {line.debt_id: line.notice.case_id for line in wanted}
    if known is None:
        of_lines = Q(debt__in=debts) | Q(debt=None)
        known = Milestone.objects.filter(of_lines, case__in=set(debts.values()), replaced_by=None)
    for fact in known:
        concerned = [debt for debt, case in debts.items() if fact.case_id == case and fact.debt_id in (None, debt)]
        for debt in concerned:
            found[debt].append(DatedFact(fact.kind, fact.happened_on))
    withheld = LedgerEntry.objects.filter(debt__in=debts, kind=LedgerEntry.Kind.WITHHELD, corrected_by=None)
    for debt, day in withheld.values_list("debt", "on"):
        found[debt].append(DatedFact(WITHHOLDING, day))
    return found


def find_taken_off(debt: int, *, since: date) -> QuerySet[LedgerEntry]:
    """What was recorded from a day on as taken off a debt by the operator, and stands."""
    kinds = [LedgerEntry.Kind.REMITTED, LedgerEntry.Kind.CANCELLED]
    standing = LedgerEntry.objects.filter(debt=debt, kind__in=kinds, corrected_by=None)
    return standing.filter(recorded_at__date__gte=since).order_by("pk")


def _is_taken_off(line: DebtLine, amount: Decimal, *, kind: str, asked_on: date, noted: str) -> bool:
    """Was this sum taken off since it was asked for? Asks (`AlreadyTakenOff`), and refuses (`NotTheSame`) another amount."""
    known = find_taken_off(line.debt_id, since=asked_on)
    alike = known.filter(amount=amount)
    if noted == SAME:
        if not alike.exists():
            raise NotTheSame
        return True
    if noted == BY_SUM:
        moved = line.notice.case.journal.filter(kind="movement.recorded", cause__kind__startswith="question.")
        answered = list(moved.values_list("data__movement", flat=True))
        return alike.filter(kind=kind).exclude(pk__in=answered).exists()
    if not noted and known.exists():
        raise AlreadyTakenOff
    return False


def lower_debt(
    line: DebtLine,
    *,
    kind: str,
    amount: Decimal | None,
    asked_on: date,
    noted: str,
    on: date,
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry,
) -> bool:
    """Take off what the operator grants, inside an act; without a sum, all that is left. Is nothing left of the line?

    Then its caller keeps the dated fact (`SETTLED`), with all that follows. Nothing to take off, nothing is written; nor where
    the sum is one that was taken off since it was asked for (`noted`: what is said of that).
    Refuses (`CannotRecordMovement`) more than what is left; asks (`AlreadyTakenOff`) when nobody said whether it is the same.
    """
    if amount and _is_taken_off(line, amount, kind=kind, asked_on=asked_on, noted=noted):
        return False
    left = notices.balance_of(line.debt)
    amount = amount or left
    if amount > left:
        raise CannotRecordMovement(
            f"Il ne reste que {money(left)} sur cette ligne : corriger la somme.", field="amount"
        )
    if not amount:
        return False
    write_movement(
        case=line.notice.case,
        debt=line.debt,
        kind=kind,
        amount=amount,
        on=on,
        structure=structure,
        by=by,
        at=at,
        is_another=True,
        cause=cause,
    )
    return amount == left
