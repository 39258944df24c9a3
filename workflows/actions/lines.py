"""What happens to a line beside its steps: a sum is withheld, paid, cancelled; a letter comes."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import ledger, notices, spoken, withholding
from cases.actions.ledger import CannotRecordMovement
from cases.actions.lines import SETTLED, LawOfTheDay, facts_of
from cases.actions.milestones import current_milestone
from cases.locks import lock_case
from cases.models import (
    Case,
    DebtLine,
    DebtStatement,
    LedgerEntry,
    Milestone,
    OverpaymentNotice,
    Spoken,
    User,
    WithholdingCheck,
)
from cases.refusals import NotAllowed, Refusal
from cases.rules.french import money
from workflows import engine
from workflows.actions import dating, milestones
from workflows.actions.ledger import refuse_unless_followed
from workflows.models import CaseTask
from workflows.steps.await_answer import await_again, leave_awaited


class PaidBeforeNotice(CannotRecordMovement):
    """What the letter may have deducted already: it is asked, as letters differ."""

    def __init__(self, said: DebtStatement) -> None:
        super().__init__(
            f"Cette somme est d’avant la lettre du {said.as_of:%d/%m/%Y}, qui réclame {money(said.balance)}. Si la lettre la"
            " déduit déjà, ne pas l’enregistrer ; sinon, le confirmer.",
            field="is_not_deducted",
        )


def _lock_line(line: DebtLine, case: Case, *, by: User, at: datetime) -> None:
    """As it stands, once nobody else acts on its case. Refuses (`NotAllowed`) who does not follow it."""
    refuse_unless_followed(case, by=by, at=at)
    line.refresh_from_db(fields=["closed_on", "fraud", "fraud_by", "fraud_on"])


@transaction.atomic
def record_movement(
    *,
    case: Case,
    line: DebtLine,
    kind: str,
    amount: Decimal,
    on: date,
    by: User,
    at: datetime,
    is_another: bool = False,
    seen: int | None = None,
    is_not_deducted: bool = False,
) -> LedgerEntry:
    """Record what lowers a line; once nothing is left of it, that is a dated fact, which meets what still ran.

    Refuses (`NotAllowed`) who does not follow the case, and (`CannotRecordMovement`) a closed line, a sum above what is left, and
    as `ledger.record_movement` does; asks (`PaidBeforeNotice`) about a sum of before the letter, unless it `is_not_deducted` there.
    """
    _lock_line(line, case, by=by, at=at)
    if not line.is_open:
        raise CannotRecordMovement("Cette ligne est close : plus rien ne s’y enregistre.")
    left = notices.balance_of(line.debt)
    if amount > left:
        raise CannotRecordMovement(f"Il ne reste que {money(left)} sur cette ligne : corriger la somme.")
    said = notices.what_is_claimed(line.debt)
    if said and on < said.as_of and not is_not_deducted:
        raise PaidBeforeNotice(said)
    entry = ledger.record_movement(
        case=case,
        debt=line.debt,
        kind=kind,
        amount=amount,
        on=on,
        structure=case.responsible_structure,
        by=by,
        at=at,
        is_another=is_another,
        seen=seen,
    )
    if amount == left:
        law = LawOfTheDay(on=localdate(at), territory=case.territory)
        milestones.keep_milestone(
            case=case,
            debt=line.debt,
            context=law.context_of(line),
            kind=SETTLED,
            happened_on=on,
            known=Milestone.Known.DECLARED,
            structure=case.responsible_structure,
            by=by,
            at=at,
        )
        _leave_steps(line, law=law, by=by, at=at)
    return entry


def _leave_steps(line: DebtLine, *, law: LawOfTheDay, by: User, at: datetime) -> None:
    """Nothing is left to send nor to wait for; to choose, only what outlives the debt, as the remedy against a penalty."""
    standing = law.standing_of_line(line, facts_of([line])[line.debt_id])
    to = "choose_way" if standing.options_with_deadline else "close_line"
    waiting = CaseTask.objects.open().filter(process__debt=line.debt_id).select_related("process")
    for task in waiting.exclude(node__in=(to, "close_line", "oppose")):
        if task.node == "await_answer":
            leave_awaited(task.process)
            task.process.save(update_fields=["data"])
        engine.redirect(engine.reload_open_task(task), to=to, by=by, at=at)


@transaction.atomic
def correct_movement(
    *, case: Case, line: DebtLine, entry: LedgerEntry, reason: str, by: User, at: datetime
) -> LedgerEntry:
    """Cancel a movement of a line by its opposite: a line that nothing was left of is owed again.

    Refuses (`NotAllowed`) who does not follow the case, and (`CannotRecordMovement`) a closed line, and what is corrected already.
    """
    _lock_line(line, case, by=by, at=at)
    if not line.is_open:
        raise CannotRecordMovement("Cette ligne est close : plus rien ne s’y corrige.")
    structure = case.responsible_structure
    correction = ledger.correct_movement(case=case, entry=entry, reason=reason, structure=structure, by=by, at=at)
    settled = current_milestone(case, SETTLED, debt=line.debt)
    if settled and notices.balance_of(line.debt):
        milestones.take_back(milestone=settled, structure=structure, by=by, at=at)
        _resume_steps(line, by=by, at=at)
    return correction


def _resume_steps(line: DebtLine, *, by: User, at: datetime) -> None:
    """What was awaited when nothing was left of the line is awaited again, since its silence counts: what was begun meanwhile
    about a debt of which nothing was owed is left. Else a way is chosen again."""
    waiting = CaseTask.objects.open().filter(process__debt=line.debt_id).exclude(node="oppose")
    for task in waiting.select_related("process"):
        # Settled before 0.3, it kept what it awaited where steps have it that wait.
        is_awaited = await_again(task.process) or bool(
            task.node in ("close_line", "choose_way") and task.process.answer("awaits")
        )
        if is_awaited:
            task.process.data["answered"] = None  # an agreement that settled the line was noted by mistake
        task.process.save(update_fields=["data"])
        to = "await_answer" if is_awaited else "choose_way"
        if task.node != to and (is_awaited or task.node == "close_line"):
            engine.redirect(engine.reload_open_task(task), to=to, by=by, at=at)


@transaction.atomic
def correct_notice_check(
    *, case: Case, notice: OverpaymentNotice, routes_stated: str, lacks: Sequence[str], by: User, at: datetime
) -> None:
    """Refuses (`NotAllowed`) who does not answer for the case, and (`Refusal`) a letter that nobody has checked yet. As the step,
    it asks for the card only: nothing of a line is shown."""
    lock_case(case.pk)
    case.refresh_from_db(fields=["closed_on", "responsible_structure"])
    if not case.is_open or not permissions.has_right(
        by, "handle_case", case.responsible_structure_id, at=localdate(at)
    ):
        raise NotAllowed
    notice.refresh_from_db()
    if notice.checked_at is None:
        raise Refusal("Ce courrier n’est pas encore vérifié : le vérifier d’abord, par son étape.")
    notices.correct_check(
        notice=notice, routes_stated=routes_stated, lacks=lacks, structure=case.responsible_structure, by=by, at=at
    )


@transaction.atomic
def check_withholding(*, case: Case, line: DebtLine, by: User, at: datetime, **said: Any) -> WithholdingCheck:
    """Compare what is withheld with the scale, and keep it with the line. Refuses (`NotAllowed`) who does not follow."""
    refuse_unless_followed(case, by=by, at=at)
    return withholding.check(line=line, structure=case.responsible_structure, by=by, at=at, **said)


@transaction.atomic
def note_spoken(*, case: Case, line: DebtLine, on: date, by: User, at: datetime, **said: Any) -> Spoken:
    """Keep what was said to an operator, or by it. Refuses (`NotAllowed`) who does not follow, and (`Refusal`) a closed
    line, a day to come or too far away."""
    _lock_line(line, case, by=by, at=at)
    if not line.is_open:
        raise Refusal("Cette ligne est close : plus rien ne s’y enregistre.")
    dating.refuse_far_day(on, today=localdate(at))
    return spoken.record_oral_exchange(line=line, on=on, structure=case.responsible_structure, by=by, at=at, **said)


@transaction.atomic
def correct_fraud(*, case: Case, line: DebtLine, by: User, at: datetime, **said: Any) -> None:
    """Refuses (`NotAllowed`) who does not follow the case, and (`CannotRecordNotice`) as `notices.correct_fraud` does."""
    _lock_line(line, case, by=by, at=at)
    notices.correct_fraud(line=line, structure=case.responsible_structure, by=by, at=at, **said)
