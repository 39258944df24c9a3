"""An act that moved a step or an appointment by one press is taken back, as long as nobody has gone on from it.

At once by its author, later with a reason, as `taking_back` does; both lines of the journal stay.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from viewflow.workflow.status import STATUS

from cases import journal
from cases.actions import appointments, checks, ledger, notices
from cases.locks import lock_case
from cases.models import Case, ContactAttempt, DebtLine, JournalEntry, LedgerEntry, PlanCheck, RepaymentPlan, User
from cases.refusals import Refusal
from workflows import engine
from workflows.actions import taking_back_acceptances
from workflows.actions.taking_back import TAKEN_BACK, reason_of, refuse_closed, require_right, take_back_attempt_of
from workflows.flows import FLOWS
from workflows.models import CaseProcess, CaseTask

WENT_ON = "Le dossier a avancé depuis : l’expliquer par une observation."


class CannotTakeBack(Refusal):
    """Somebody has gone on from the act."""


def is_taken_back(entry: JournalEntry) -> bool:
    return JournalEntry.objects.filter(case=entry.case_id, data__takes_back=entry.pk).exists()


def last_act(case: Case, *, by: User, at: datetime) -> JournalEntry | None:
    """What this very turn noted, when a press may take it back."""
    said = JournalEntry.objects.filter(case=case, actor=by, happened_at=at, kind__in=TITLES).order_by("-pk").first()
    return None if said is None or said.data.get("result") == PlanCheck.Result.BROKEN else said


@transaction.atomic
def take_back_act(
    *, case: Case, entry: JournalEntry, by: User, at: datetime, reason: str = "", cause: JournalEntry | None = None
) -> JournalEntry:
    """Refuses (`NotAllowed`) another service, and (`Refusal`) what is taken back already, or on which something rests."""
    lock_case(case.pk)
    entry = JournalEntry.objects.select_related("structure").get(pk=entry.pk, case=case)
    if is_taken_back(entry):
        raise Refusal(TAKEN_BACK)
    require_right(by, entry.structure_id, at=at)
    case = Case.objects.select_related("responsible_structure").get(pk=case.pk)
    refuse_closed(case)
    reason = reason_of(entry, reason, by=by, at=at)
    kind, undo = UNDOES[entry.kind]
    undone = journal.record(
        kind,
        at=at,
        case=case,
        by=by,
        structure=entry.structure,
        cause=cause,
        takes_back=entry.pk,
        reason=reason,
        **{name: entry.data[name] for name in ("appointment", "line", "plan") if name in entry.data},
    )
    undo(case, entry, undone, reason)
    return undone


def _take_back_result(case: Case, entry: JournalEntry, undone: JournalEntry, reason: str) -> None:
    """The appointment waits for its result again; what counted as an attempt counts no longer."""
    met = {"kind": "contact.attempted", "data__result": ContactAttempt.Result.REACHED}
    if JournalEntry.objects.filter(case=case, pk__gt=entry.pk, **met).exists():
        raise CannotTakeBack("Un contact a été enregistré depuis ce rendez-vous : l’expliquer par une observation.")
    attempt = appointments.take_back_result(case=case, pk=entry.data["appointment"])
    if attempt:
        take_back_attempt_of(attempt, cause=undone, reason=reason)


def _take_back_signature(case: Case, entry: JournalEntry, undone: JournalEntry, reason: str) -> None:
    went_on = JournalEntry.objects.filter(
        case=entry.case_id, pk__gt=entry.pk, kind__startswith="line.", data__line=entry.data["line"]
    ).exclude(pk=undone.pk)
    task = _step_opened_by(entry, "send", process__debt__line=entry.data["line"])
    if task is None or went_on.exists():
        raise CannotTakeBack(WENT_ON)
    _forget_answer(task, "signed")
    engine.redirect(engine.reload_open_task(task), to="prepare", by=undone.actor, at=undone.happened_at, cause=undone)


def _take_back_check(case: Case, entry: JournalEntry, undone: JournalEntry, reason: str) -> None:
    """What was received is corrected by its opposite; what it said is unpaid is expected again. What was said to be received
    is taken back as long as its plan runs, whatever was checked since."""
    task = _step_opened_by(entry, "monitor")
    if task is None and not _may_still_be_taken_back(entry):
        raise CannotTakeBack(WENT_ON)
    movements = JournalEntry.objects.filter(cause=entry, kind="movement.recorded").values_list(
        "data__movement", flat=True
    )
    own = LedgerEntry.objects.filter(pk__in=list(movements), corrected_by=None)
    for movement in own.select_related("debt", "plan__case"):
        ledger.correct_movement(
            case=case,
            entry=movement,
            reason=LedgerEntry.Reason.WRONG,
            structure=entry.structure,  # type: ignore[arg-type]  # as whoever checked
            by=undone.actor,  # type: ignore[arg-type]  # somebody takes it back
            at=undone.happened_at,
        )
    checks.take_back_check(
        plan=entry.data["plan"],
        instalment=entry.data["instalment"],
        on=localdate(entry.happened_at),
        result=entry.data["result"],
    )
    waiting = task or CaseTask.objects.open().filter(case=case, node="monitor").first()
    if waiting:
        by, at = undone.actor, undone.happened_at
        engine.redirect(engine.reload_open_task(waiting), to="monitor", by=by, at=at, cause=undone)


def _may_still_be_taken_back(entry: JournalEntry) -> bool:
    runs = RepaymentPlan.objects.filter(pk=entry.data["plan"], state=RepaymentPlan.State.RUNNING)
    return bool(entry.data["result"] == PlanCheck.Result.KEPT) and runs.exists()


def _take_back_acceptance(case: Case, entry: JournalEntry, undone: JournalEntry, reason: str) -> None:
    taking_back_acceptances.take_back(case, entry, undone)


def _take_back_closing(case: Case, entry: JournalEntry, undone: JournalEntry, reason: str) -> None:
    """The line is open, and a way is chosen, with what was known of it. It was the last one: the case waits for it again."""
    line = DebtLine.objects.select_related("debt", "notice__case").get(pk=entry.data["line"])
    by, at = undone.actor, undone.happened_at
    notices.open_line_again(line=line, closed_at=entry.happened_at, on=localdate(at))
    ended = CaseProcess.objects.filter(debt=line.debt_id, status=STATUS.DONE).latest("pk")
    ended.status = STATUS.CANCELED
    ended.save(update_fields=["status"])
    waiting = CaseTask.objects.open().filter(case=case, process__debt=None, node__in=("lines", "close")).first()
    if waiting is None:
        return  # reopened, the case goes first to whoever is to follow it: then the line begins, as those that wait
    if waiting.node == "close":
        engine.redirect(engine.reload_open_task(waiting), to="lines", by=by, at=at, cause=undone)
    else:
        engine.start_locked(FLOWS["debt_line"], case=case, debt=line.debt, by=by, at=at, cause=undone)
    begun = CaseProcess.objects.get(debt=line.debt_id, status=STATUS.NEW)
    begun.data = ended.data | begun.data
    begun.save(update_fields=["data"])


def _step_opened_by(entry: JournalEntry, node: str, **of: object) -> CaseTask | None:
    """The step to which the act led, while it waits as the act left it."""
    opened = CaseTask.objects.open().filter(case=entry.case_id, node=node, created=entry.happened_at, **of)
    return opened.select_related("structure").first()


def _forget_answer(task: CaseTask, name: str) -> None:
    process = CaseProcess.objects.get(pk=task.process_id)
    process.data.pop(name, None)
    process.save(update_fields=["data"])


UNDOES: dict[str, tuple[str, Callable[[Case, JournalEntry, JournalEntry, str], None]]] = {
    "appointment.kept": ("appointment.taken_back", _take_back_result),
    "appointment.missed": ("appointment.taken_back", _take_back_result),
    "line.closed": ("line.closing_taken_back", _take_back_closing),
    "line.signed": ("line.signature_taken_back", _take_back_signature),
    "plan.checked": ("plan.check_taken_back", _take_back_check),
    "step.accepted": ("step.acceptance_taken_back", _take_back_acceptance),
}
"""By what is taken back: what the journal says of it, and what is done."""
TITLES = {
    "appointment.kept": "rendez-vous honoré",
    "appointment.missed": "rendez-vous non honoré",
    "line.closed": "clôture de la ligne",
    "line.signed": "courrier signé",
    "plan.checked": "mensualité vérifiée",
    "step.accepted": "orientation acceptée",
}
