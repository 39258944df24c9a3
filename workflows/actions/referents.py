"""Référents move with their procedures: what an act changes on the rows, the steps that wait follow at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

from django.db import transaction
from viewflow.workflow.status import STATUS

from cases.actions import handover, places, referents
from cases.actions.handover import Move
from cases.actions.rows import Counterparts
from cases.locks import lock_case
from cases.models import Beneficiary, Case, JournalEntry, Referent, Structure, User, Vacancy
from workflows import engine
from workflows.actions import coordination as coordinators, portfolio
from workflows.flows import FLOWS
from workflows.models import FILL_PLACE, RESPONDING, CaseProcess, CaseTask, read_referent
from workflows.nodes import Turn
from workflows.steps.place import PlaceStep, stop_stale


@transaction.atomic
def propose(
    *,
    beneficiary: Beneficiary,
    structure: Structure,
    user: User,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> Referent:
    """Propose a référent; his procedure begins. Refuses (`CannotFollow`) as `cases.actions.referents.propose` does."""
    referent, entry = referents.propose(
        beneficiary=beneficiary, structure=structure, user=user, by=by, at=at, cause=cause
    )
    settle_procedures(referent.case, by=by, at=at, cause=entry)
    return referent


@transaction.atomic
def answer_proposal(*, referent: Referent, accept: bool, reason: str = "", by: User, at: datetime) -> None:
    """The one who is proposed answers, on his own page: he does not see the case yet."""
    task = task_of(referent, *RESPONDING)
    if task is None:
        raise referents.CannotFollow("Cette proposition n’attend plus de réponse : recharger la page.")
    engine.complete(task, by=by, at=at, data={"accept": "yes" if accept else "no", "reason": reason})
    settle_procedures(referent.case, by=by, at=at, cause=None)


@transaction.atomic
def withdraw_proposal(*, referent: Referent, by: User, at: datetime) -> None:
    lock_case(referent.case_id)
    entry = referents.withdraw(referent=referent, by=by, at=at)
    settle_procedures(referent.case, by=by, at=at, cause=entry)


@transaction.atomic
def end(
    *, referent: Referent, reason: str, stays_vacant: bool, because: str = "", by: User | None, at: datetime
) -> None:
    """End a référent from wherever his procedure stands."""
    lock_case(referent.case_id)
    entry = referents.end(referent=referent, reason=reason, stays_vacant=stays_vacant, because=because, by=by, at=at)
    settle_procedures(referent.case, by=by, at=at, cause=entry)


@transaction.atomic
def leave_vacant(*, case: Case, user: User, structure: Structure, at: datetime) -> None:
    """He is no longer a member: what he followed is to be filled, what he had not answered to is taken back."""
    for referent in Referent.objects.filter(case=case, user=user, structure=structure):
        if referent.has_place:
            reason = Referent.End.DEPARTURE
            end(referent=referent, reason=reason, stays_vacant=True, by=None, at=at)
        elif referent.state == Referent.State.PROPOSED:
            entry = referents.withdraw(referent=referent, by=None, at=at)
            settle_procedures(case, by=None, at=at, cause=entry)


@transaction.atomic
def transfer(*, moves: Sequence[Move], structure: Structure, by: User, at: datetime) -> JournalEntry:
    """Hand a portfolio over, and the steps with it: all of it or nothing."""
    entry = handover.begin_transfer(moves=moves, structure=structure, by=by, at=at)
    if move_many(moves, structure=structure, by=by, at=at, cause=entry) != len(moves):
        raise referents.CannotFollow(handover.CHANGED)
    return entry


@transaction.atomic
def undo_transfer(*, transfer: JournalEntry, by: User, at: datetime) -> JournalEntry:
    back, entry = handover.begin_undo(entry=transfer, by=by, at=at)
    give_back(back, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def move_many(moves: Sequence[Move], *, structure: Structure, by: User, at: datetime, cause: JournalEntry) -> int:
    """Move some of a transfer that was begun: by the ordinary acts, and those that are alike as the first of them.

    Returns how many: whoever has changed hands meanwhile is left out.
    """
    engine.lock_many([move.referent.case_id for move in moves])
    still = handover.still_to_move(moves, structure)
    alike = portfolio.filter_bulk_moves(still, structure=structure, at=at)
    apart = {move.referent.pk for move in alike}

    def move_one(move: Move) -> None:
        followed = handover.move_person(move, structure, by=by, at=at, cause=cause)
        settle_procedures(followed.case, by=by, at=at, cause=cause)

    for move in still:
        if move.referent.pk not in apart:
            move_one(move)
    for _, (first, *others) in groupby(sorted(alike, key=_led_by), key=_led_by):
        if others:
            _move_alike(first, others, structure, partial(move_one, first), at=at)
        else:
            move_one(first)
    return len(still)


def _led_by(move: Move) -> int:
    """Its automatic steps are of that structure: cases are alike where one answers for them."""
    return move.referent.case.responsible_structure_id


def _move_alike(
    first: Move, others: Sequence[Move], structure: Structure, move_first: Callable[[], None], *, at: datetime
) -> None:
    held = [move.referent for move in others]
    waiting = CaseTask.objects.open().filter(case__in=[each.case_id for each in held], structure=structure)
    engine.stop_many(waiting, at=at)
    places.leave_places(held, structure, at=at)
    counterparts: Counterparts = {
        ("case", first.referent.case_id): [each.case_id for each in held],
        ("beneficiary", first.referent.beneficiary_id): [each.beneficiary_id for each in held],
        ("referent", first.referent.pk): [each.pk for each in held],
        ("user", first.referent.user_id): [each.user_id for each in held],
        ("user", first.to.pk): [move.to.pk for move in others],
    }
    engine.repeat_act(move_first, case=first.referent.case, counterparts=counterparts)
    places.name_successors(held, structure, at=at)


@transaction.atomic
def give_back(moves: Sequence[Move], *, by: User, at: datetime, cause: JournalEntry) -> int:
    """Give some of an undone transfer back, one by one: what each person was told, and who coordinated, is her own.

    Returns how many: whoever changed hands meanwhile is left out.
    """
    given_back = 0
    for move in sorted(moves, key=lambda move: move.referent.case_id):
        lock_case(move.referent.case_id)
        if Referent.objects.current().filter(pk=move.referent.pk).exists():
            back = handover.give_back(move.referent, by=by, at=at, cause=cause)
            settle_procedures(back.case, by=by, at=at, cause=cause)
            given_back += 1
    return given_back


def settle_procedures(case: Case, *, by: User | None, at: datetime, cause: JournalEntry | None) -> None:
    """Bring the procedures of a coordination into step with its rows.

    1. Where a place was left vacant, the procedure of whoever held it goes on there.
    2. Those that wait for somebody who is no longer concerned stop.
    3. A référent who is proposed or in place, and has none, begins one.
    4. So does the coordinator who is to be looked for, or was given back.
    """
    _go_on_where_vacant(case, by=by, at=at, cause=cause)
    waiting = CaseTask.objects.open().of_case(case).select_related("process__case", "structure")
    stop_stale(waiting, turn=Turn(at=at, by=by, cause=cause))
    running = CaseProcess.objects.filter(case=case, status=STATUS.NEW, flow_class=FLOWS["referent"])
    known = {process.answer("referent") for process in running}
    for referent in Referent.objects.filter(case=case, state__in=[Referent.State.PROPOSED, *Referent.HOLDING]):
        if referent.pk not in known:
            engine.start(FLOWS["referent"], case=case, at=at, by=by, cause=cause, referent=referent.pk)
    coordinators.look_for(case, by=by, at=at, cause=cause)


def task_of(referent: Referent, *nodes: str) -> CaseTask | None:
    """The step of a référent that waits at one of these nodes."""
    waiting = CaseTask.objects.open().of_case(referent.case).filter(node__in=nodes, structure=referent.structure)
    read = waiting.select_related("process__case", "structure", "owner")
    return next((task for task in read if task.process.answer("referent") == referent.pk), None)


def _go_on_where_vacant(case: Case, *, by: User | None, at: datetime, cause: JournalEntry | None) -> None:
    """Whose référent ended elsewhere than at his own step: his procedure goes on where the place is to be filled."""
    for task in CaseTask.objects.open().of_case(case).select_related("process__case", "structure"):
        if not isinstance(task.step, PlaceStep) or task.node == FILL_PLACE:
            continue
        referent = read_referent(task.process)
        if referent.has_place or referent.state == Referent.State.PROPOSED:
            continue
        same = {"case": case, "structure": referent.structure}
        filling = CaseTask.objects.open().filter(node=FILL_PLACE, **same)
        if Vacancy.objects.open().filter(**same).exists() and not filling.exists():
            engine.redirect(task, to=FILL_PLACE, by=by, at=at, cause=cause)
