"""A notice of overpayment is typed with its lines, checked, and its lines are closed one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions import causes, deadlines, questions
from cases.actions.remedies import matrix_in_force
from cases.locks import keep_in_service
from cases.models import (
    Case,
    Deadline,
    Debt,
    DebtLine,
    DebtStatement,
    FormerFraud,
    JournalEntry,
    OverpaymentNotice,
    Structure,
    StructureKind,
    User,
)
from cases.refusals import Refusal
from cases.rules.notices import TypedLine, faults_of, faults_of_fraud
from cases.rules.remedies import NoRemedy

CREDITORS = {
    "caf": StructureKind.CAF_RECOVERY,
    "msa": StructureKind.MSA,
    "cpam": StructureKind.CPAM,
    "cnav": StructureKind.CNAV,
    "france_travail": StructureKind.FRANCE_TRAVAIL,
    "department": StructureKind.DEPARTMENT,
}
"""Operator → its service that claims."""


class CannotRecordNotice(Refusal):
    """A letter of overpayment is not recorded so. All that is to correct is said at once: the field, and the sentence."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        found = tuple(faults)
        super().__init__(" ".join(words for _, words in found))
        self.faults = found


class CannotCloseLine(Refusal):
    """A line of an overpayment stays open."""


@dataclass(frozen=True, kw_only=True)
class NoticeReception:
    """When and how the letter came. `on` is None when nobody knows: its own date stands for it."""

    on: date | None
    how: str
    is_proved: bool = False


@transaction.atomic
def record_notice(
    *,
    case: Case,
    operator: str,
    letter_date: date,
    received: NoticeReception,
    lines: Sequence[TypedLine],
    structure: Structure,
    by: User,
    at: datetime,
    file_number: str = "",
    routes_stated: str = "",
    cause: JournalEntry | None = None,
) -> tuple[OverpaymentNotice, JournalEntry]:
    """Keep a notice; each of its lines is a debt of its own, whose first statement is the amount notified.

    Refuses (`CannotRecordNotice`, every fault at once) dates or lines that contradict one another.
    """
    today = localdate(at)
    faults = faults_of(letter_date=letter_date, received_on=received.on, lines=lines, today=today)
    faults += list(_unpaid_by(operator, lines, on=letter_date, territory=case.territory))
    if faults:
        raise CannotRecordNotice(faults)
    notice = OverpaymentNotice.objects.create(
        case=case,
        operator=operator,
        creditor=creditor_of(operator, territory=case.territory),
        letter_date=letter_date,
        received_on=received.on,
        receipt=received.how,
        is_receipt_proved=received.is_proved and received.on is not None,
        file_number=file_number,
        routes_stated=routes_stated,
        by=by,
    )
    for position, line in enumerate(lines, start=1):
        _record_line(notice, line, position=position)
    entry = journal.record(
        "notice.recorded",
        at=at,
        case=case,
        by=by,
        structure=structure,
        cause=cause,
        notice=notice.pk,
        operator=operator,
        lines=len(lines),
    )
    causes.raise_cause_alerts(notice=notice, at=at)
    return notice, entry


def _unpaid_by(operator: str, lines: Sequence[TypedLine], *, on: date, territory: str) -> Iterable[tuple[str, str]]:
    """Benefits that this operator does not pay: the letter was read wrongly."""
    matrix = matrix_in_force(on=on, territory=territory)
    for rank, line in enumerate(lines, start=1):
        try:
            matrix.remedy_for(benefit=line.benefit, operator=operator, on=on)
        except NoRemedy as unknown:
            yield f"benefit-{rank}", str(unknown)


def _record_line(notice: OverpaymentNotice, line: TypedLine, *, position: int) -> None:
    debt = Debt.objects.create(kind=Debt.Kind.BENEFIT, household=notice.case.household, creditor=notice.creditor)
    DebtLine.objects.create(
        notice=notice,
        debt=debt,
        position=position,
        benefit=line.benefit,
        amount=line.amount,
        since=line.since,
        until=line.until,
        cause=line.cause,
        fraud=line.fraud,
        fraud_by=line.fraud_by,
        fraud_on=line.fraud_on,
    )
    DebtStatement.objects.create(debt=debt, source=notice.creditor, as_of=notice.letter_date, balance=line.amount)


def creditor_of(operator: str, *, territory: str) -> Structure:
    """The service of an operator that claims. Refuses (`CannotRecordNotice`) where none takes part any more."""
    found = Structure.objects.filter(kind=CREDITORS[operator], territory=territory, is_active=True).first()
    if found is None or keep_in_service(found.code) is None:
        words = "Aucun service de cet organisme n’est en service ici : demander à l’administrateur de l’y remettre."
        raise CannotRecordNotice([("operator", words)])
    return found


@transaction.atomic
def check_notice(
    *,
    notice: OverpaymentNotice,
    routes_stated: str,
    lacks: Sequence[str],
    structure: Structure,
    by: User,
    at: datetime,
) -> JournalEntry:
    """Say what the letter lacks of what the law asks of it (domain §A6)."""
    notice.routes_stated, notice.lacks, notice.checked_at = routes_stated, sorted(lacks), at
    notice.save(update_fields=["routes_stated", "lacks", "checked_at"])
    return journal.record(
        "notice.checked",
        at=at,
        case=notice.case,
        by=by,
        structure=structure,
        notice=notice.pk,
        routes=routes_stated,
        lacks=notice.lacks,
    )


@transaction.atomic
def correct_check(
    *,
    notice: OverpaymentNotice,
    routes_stated: str,
    lacks: Sequence[str],
    structure: Structure,
    by: User,
    at: datetime,
) -> JournalEntry | None:
    """The letter was read wrongly; the journal keeps what was said of it before. None when nothing changes."""
    former = {"routes": notice.routes_stated, "lacks": notice.lacks}
    if former == {"routes": routes_stated, "lacks": sorted(lacks)}:
        return None
    notice.routes_stated, notice.lacks = routes_stated, sorted(lacks)
    notice.save(update_fields=["routes_stated", "lacks"])
    return journal.record(
        "notice.check_corrected",
        at=at,
        case=notice.case,
        by=by,
        structure=structure,
        notice=notice.pk,
        routes=routes_stated,
        lacks=notice.lacks,
        before=former,
    )


@transaction.atomic
def correct_fraud(
    *, line: DebtLine, said: str, authority: str, on: date | None, structure: Structure, by: User, at: datetime
) -> JournalEntry | None:
    """Say whether a fraud was qualified, by whom and when; what was said before stays with the line. None when nothing
    changes.

    Refuses (`CannotRecordNotice`, every fault at once) a fraud qualified by nobody, and a day to come.
    """
    if faults := faults_of_fraud(said, by=authority, on=on, today=localdate(at)):
        raise CannotRecordNotice(faults)
    if (line.fraud, line.fraud_by, line.fraud_on) == (said, authority, on):
        return None
    former = FormerFraud.objects.create(
        line=line,
        fraud=line.fraud,
        fraud_by=line.fraud_by,
        fraud_on=line.fraud_on,
        corrected_by=by,
        corrected_at=at,
    )
    line.fraud, line.fraud_by, line.fraud_on = said, authority, on
    line.save(update_fields=["fraud", "fraud_by", "fraud_on"])
    return journal.record(
        "line.fraud_corrected",
        at=at,
        case=line.notice.case,
        by=by,
        structure=structure,
        line=line.pk,
        former=former.pk,
    )


@transaction.atomic
def close_line(
    *,
    line: DebtLine,
    outcome: str,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """A line has its outcome. Refuses (`CannotCloseLine`) one that has it already, and an outcome that its sums deny."""
    if not line.is_open:
        raise CannotCloseLine("Cette ligne est déjà close.", field="outcome")
    left = balance_of(line.debt)
    if outcome == DebtLine.Outcome.SETTLED and left > 0:
        raise CannotCloseLine(
            "Il reste une somme à payer sur cette ligne : enregistrer d’abord ce qui a été versé.", field="outcome"
        )
    line.closed_on, line.outcome = localdate(at), outcome
    line.save(update_fields=["closed_on", "outcome"])
    deadlines.cancel(Deadline.objects.waiting().filter(debt=line.debt_id), at=at)
    entry = journal.record(
        "line.closed",
        at=at,
        case=line.notice.case,
        by=by,
        structure=structure,
        cause=cause,
        line=line.pk,
        outcome=outcome,
    )
    questions.withdraw_those_of(case=line.notice.case, line=line, by=by, at=at, cause=entry)
    return entry


def open_line_again(*, line: DebtLine, closed_at: datetime, on: date) -> None:
    """A line that was closed by mistake at that moment has no outcome: its last days run as before. Questions stay withdrawn."""
    line.closed_on, line.outcome = None, ""
    line.save(update_fields=["closed_on", "outcome"])
    deadlines.take_up_again(line.notice.case, closed_at=closed_at, on=on, debt=line.debt)


def what_is_claimed(debt: Debt) -> DebtStatement | None:
    """What the letter of a line says that is owed, and on which day."""
    return debt.statements.order_by("as_of", "pk").last()


def balance_of(debt: Debt) -> Decimal:
    """What is left of a line: what was notified, less everything that lowered it since."""
    said = what_is_claimed(debt)
    moved = sum((entry.amount for entry in debt.ledger.all()), Decimal())
    return (said.balance if said else Decimal()) - moved
