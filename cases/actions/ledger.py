"""What lowers a debt is recorded: a payment, the FSL’s, an aid paid late, a waiver. A wrong one is corrected by another."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions import plans
from cases.models import Case, Debt, DebtStatement, JournalEntry, LedgerEntry, RepaymentPlan, Structure, User
from cases.queries import balances_of, movements_of
from cases.refusals import Refusal
from cases.rules.french import money
from cases.rules.ledger import owed_at

AWAITED = (LedgerEntry.Kind.FSL, LedgerEntry.Kind.AID)
OLDEST = timedelta(days=3660)


class CannotRecordMovement(Refusal):
    """A movement of a debt is not recorded so."""


class AlreadyRecorded(CannotRecordMovement):
    """A question: the same movement is known. Recorded all the same once it is said to be another one."""

    def __init__(self, known: LedgerEntry) -> None:
        super().__init__(
            f"Un mouvement de {money(known.amount)} est déjà enregistré au {known.on:%d/%m/%Y}"
            f" ({known.get_kind_display()}, par {known.by}). S’il s’agit d’un autre, le confirmer.",
            field="is_another",
        )


def write_movement(
    *,
    case: Case,
    debt: Debt,
    kind: str,
    amount: Decimal,
    on: date,
    structure: Structure,
    by: User,
    at: datetime,
    statement: DebtStatement | None = None,
    is_another: bool = False,
    seen: int | None = None,
    plan: RepaymentPlan | None = None,
    cause: JournalEntry | None = None,
) -> LedgerEntry:
    """Record what lowers a debt, in the transaction of an act; it pays the oldest instalments of the plan that runs
    (`plan`, when it is at hand). `statement` says who told it.

    Refuses (`CannotRecordMovement`) a sum that is not one, a day to come, more than what was owed; asks (`AlreadyRecorded`)
    about the same sum of the same day, unless it `is_another`; once more, if there are no longer as many movements as whoever
    says so had `seen`: a second click is no third movement.
    """
    debt = Debt.objects.select_for_update(of=("self",)).get(pk=debt.pk)
    _refuse_impossible(amount, on, today=localdate(at))
    known = list(debt.ledger.select_related("by", "corrected_by"))
    if not is_another or seen not in (None, len(known)):
        _ask_if_known(known, amount, on)
    plan = plan or plans.running_plan(debt)
    entry = LedgerEntry.objects.create(
        debt=debt,
        kind=kind,
        amount=amount,
        on=on,
        source=LedgerEntry.Source.IMPORT if statement else LedgerEntry.Source.TYPED,
        statement=statement,
        plan=plan if plan and _is_counted_for_plan(plan, kind, on) else None,
        owed_before=_owed_before(debt, known, amount, on),
        by=by,
        recorded_at=at,
    )
    line = journal.record(
        "movement.recorded",
        at=at,
        case=case,
        by=by,
        structure=structure,
        cause=cause,
        movement=entry.pk,
        code=kind,
        source=entry.source,
        statement=statement.pk if statement else None,
    )
    if entry.plan:
        plans.settle_instalments(plan=entry.plan, structure=structure, by=by, at=at, cause=line)
    return entry


record_movement = transaction.atomic(write_movement)
"""The same, as an act of its own."""


@transaction.atomic
def correct_movement(
    *, case: Case, entry: LedgerEntry, reason: str, structure: Structure, by: User, at: datetime
) -> LedgerEntry:
    """Cancel a movement by its opposite, of the same day. Refuses (`CannotRecordMovement`) what is already corrected."""
    Debt.objects.select_for_update(of=("self",)).get(pk=entry.debt_id)
    if entry.kind == LedgerEntry.Kind.CORRECTION or LedgerEntry.objects.filter(corrects=entry).exists():
        raise CannotRecordMovement("Ce mouvement est déjà corrigé.")
    correction = LedgerEntry.objects.create(
        debt=entry.debt,
        kind=LedgerEntry.Kind.CORRECTION,
        amount=-entry.amount,
        on=entry.on,
        plan=entry.plan,
        corrects=entry,
        reason=reason,
        by=by,
        recorded_at=at,
    )
    line = journal.record(
        "movement.corrected",
        at=at,
        case=case,
        by=by,
        structure=structure,
        movement=correction.pk,
        corrects=entry.pk,
        reason=reason,
    )
    if correction.plan:
        plans.settle_instalments(plan=correction.plan, structure=structure, by=by, at=at, cause=line)
    return correction


def _refuse_impossible(amount: Decimal, on: date, *, today: date) -> None:
    if amount <= 0:
        raise CannotRecordMovement("Saisir un montant supérieur à zéro.")
    if on > today:
        raise CannotRecordMovement("Cette date est à venir : enregistrer la somme une fois versée.")
    if on < today - OLDEST:
        raise CannotRecordMovement("Vérifier l’année : cette date remonte à plus de dix ans.")


def _ask_if_known(known: Iterable[LedgerEntry], amount: Decimal, on: date) -> None:
    for entry in known:
        if (entry.amount, entry.on) == (amount, on) and not entry.is_corrected:
            raise AlreadyRecorded(entry)


def _is_counted_for_plan(plan: RepaymentPlan, kind: str, on: date) -> bool:
    """What came since the plan was made; an amendment takes over what the former plan expected, but for what the
    statement to which it was lowered has. A share of the FSL or of an aid is awaited until told, whatever its day."""
    if plan.amends_id is None:
        return on >= plan.made_on
    return kind in AWAITED or not plans.is_in_statement(plan, on)


def _owed_before(debt: Debt, known: Iterable[LedgerEntry], amount: Decimal, on: date) -> Decimal | None:
    statements = list(debt.statements.order_by("as_of", "pk"))
    owed = owed_at(balances_of(statements), movements_of(known), on=on)
    if owed is not None and amount > owed:
        base = next(statement for statement in reversed(statements) if statement.as_of < on)
        raise CannotRecordMovement(
            f"La dette connue à cette date est de {money(max(owed, Decimal(0)))} (relevé du {base.as_of:%d/%m/%Y},"
            " moins les mouvements connus). Saisir la part qui rembourse la dette, sans le loyer courant ; si le solde"
            " a changé, relever d’abord le nouveau solde."
        )
    return owed
