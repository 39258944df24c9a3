"""A landlord says what he plans, or did, in court. Whoever follows the household reads it at once.

He does not see the case: these verbs go by his report. What they keep is `declared`; the professional confirms it.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.milestones import current_milestone
from cases.locks import lock_case
from cases.models import JournalEntry, Milestone, Report, Structure, User
from cases.queries import court_position
from cases.refusals import NotAllowed, Refusal
from workflows.actions import milestones
from workflows.queries.court_acts import ORDER_PLANNED, SERVED


class CannotTell(Refusal):
    """A landlord does not say this of a court."""


@transaction.atomic
def announce_order(*, report: Report, on: date, by: User, at: datetime) -> Milestone:
    """An order to pay is planned for a day; another day changes it, and the former stays in history.

    How far ahead it is announced refuses nothing: the earlier it is known, the better. Refuses (`CannotTell`) a closed
    case, a day that is over, and an order where the procedure has gone further already.
    """
    structure = _lock_for_claimant(report, by=by, at=at)
    current = current_milestone(report.case, ORDER_PLANNED)
    if current and current.happened_on == on:
        return current
    if on < localdate(at):
        raise CannotTell("Cette date est passée. Si le commandement a été délivré, le déclarer ; sinon, la corriger.")
    _refuse_what_is_behind(report, on=localdate(at))
    before = current.happened_on.isoformat() if current else None
    entry = journal.record(
        "order.announced", at=at, case=report.case, by=by, structure=structure, on=on.isoformat(), before=before
    )
    return _keep_milestone(report, ORDER_PLANNED, on=on, structure=structure, by=by, at=at, cause=entry)


@transaction.atomic
def call_off_order(*, report: Report, by: User, at: datetime) -> None:
    """The order to pay that was announced will not be. Refuses (`CannotTell`) when none is announced any more."""
    structure = _lock_for_claimant(report, by=by, at=at)
    current = current_milestone(report.case, ORDER_PLANNED)
    if current is None:
        raise CannotTell("Aucun commandement n’est annoncé : il n’y a rien à retirer.")
    entry = journal.record(
        "order.called_off",
        at=at,
        case=report.case,
        by=by,
        structure=structure,
        on=current.happened_on.isoformat(),
    )
    milestones.take_back(milestone=current, structure=structure, by=by, at=at, cause=entry)


@transaction.atomic
def declare_served(*, report: Report, kind: str, on: date, by: User, at: datetime) -> Milestone:
    """An act was served on that day, says the landlord; another day corrects what was only declared.

    Refuses (`CannotTell`) a closed case, a day to come, a summons before its order to pay, and another date than the
    one that the act itself proves.
    """
    if kind not in SERVED:
        raise ValueError(f"a landlord does not say {kind}")
    structure = _lock_for_claimant(report, by=by, at=at)
    current = current_milestone(report.case, kind)
    if current and current.happened_on == on:
        return current
    if on > localdate(at):
        raise CannotTell(
            "Cette date est à venir : un acte se déclare une fois délivré. Pour un commandement, l’annoncer."
        )
    if current and current.known == Milestone.Known.PROVED:
        raise CannotTell(
            f"La date du {current.happened_on:%d/%m/%Y} est déjà prouvée par l’acte. Si elle est fausse, appeler le contact."
        )
    _refuse_disorder(report, kind, on=on)
    entry = journal.record(
        "court_act.declared", at=at, case=report.case, by=by, structure=structure, code=kind, on=on.isoformat()
    )
    return _keep_milestone(report, kind, on=on, structure=structure, by=by, at=at, cause=entry)


def _lock_for_claimant(report: Report, *, by: User, at: datetime) -> Structure:
    """The structure in whose name he speaks; the case is locked, and still open."""
    lock_case(report.case_id)
    report.case.refresh_from_db(fields=["closed_on"])
    structure = permissions.claimant_of(by, report, at=localdate(at))
    if structure is None:
        raise NotAllowed
    if not report.case.is_open:
        raise CannotTell("Ce dossier est clos. Si la dette existe encore, la signaler de nouveau.")
    return structure


def _keep_milestone(
    report: Report, kind: str, *, on: date, structure: Structure, by: User, at: datetime, cause: JournalEntry
) -> Milestone:
    return milestones.keep_milestone(
        case=report.case, kind=kind, happened_on=on, structure=structure, by=by, at=at, cause=cause
    )


def _refuse_what_is_behind(report: Report, *, on: date) -> None:
    """What others recorded of the procedure is not told to him: only that it is further, and his own acts."""
    current = court_position(report.case, on=on).current
    if current is None or current.state.is_ahead:
        return
    act = SERVED.get(current.fact.kind)
    known = f"{act} le {current.fact.on:%d/%m/%Y}" if act else "la procédure est déjà plus avancée"
    raise CannotTell(f"Il n’y a plus de commandement à annoncer : {known[0].lower()}{known[1:]}.")


def _refuse_disorder(report: Report, kind: str, *, on: date) -> None:
    order = current_milestone(report.case, "order_to_pay_served")
    if kind == "summons_served" and order and on < order.happened_on:
        raise CannotTell(
            f"L’assignation ne peut pas précéder le commandement, délivré le {order.happened_on:%d/%m/%Y}."
        )
