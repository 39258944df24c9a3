"""The initial stock goes to the services in weekly portions: who takes how many, and whose turn has come."""

from collections import Counter
from datetime import datetime

from django.db import connection, transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.rules_in_force import rules_read_once
from cases.locks import lock_case
from cases.models import Case, Structure, User
from cases.refusals import Busy, Refusal
from workflows import engine
from workflows.actions.lots import Lots, join_lot, tell_lots
from workflows.models import CaseTask, StockPace
from workflows.queries import stock


class CannotSetPace(Refusal):
    """The pace of a structure is not set so."""


@transaction.atomic
def set_pace(*, structure: Structure, per_week: int, by: User, at: datetime) -> StockPace:
    """How many a structure takes a week. Refuses (`CannotSetPace`) who does not pilot at the desk of its territory."""
    if not permissions.is_of_desk(by, structure.territory, at=localdate(at)):
        raise CannotSetPace("Seul le pilote de l’action 12 fixe le rythme des structures de son territoire.")
    pace, _ = StockPace.objects.update_or_create(
        structure=structure, defaults={"per_week": per_week, "set_by": by, "set_at": at}
    )
    journal.record("stock.pace_set", at=at, by=by, structure=structure, per_week=per_week)
    return pace


@transaction.atomic
def foresee(case: Case, *, at: datetime) -> None:
    """Note whom a case that waits for its turn will go to: what is known of it has changed."""
    task = stock.held_tasks().filter(case=case).first()
    if task:
        _note_expected_structure(task, stock.foresee_structure(case, on=localdate(at)))


def release_and_tell(*, at: datetime) -> int:
    """At a tick: release whose turn has come, and tell each structure once. Returns how many went on."""
    if not stock.held_tasks().exists():
        return 0
    with transaction.atomic():
        lots = release(at=at)
        tell_lots(lots, at=at)
    return lots.total()


@transaction.atomic
@rules_read_once()
def release(*, at: datetime) -> Lots:
    """Let go on what presses, then for each structure as many as it still takes this week.

    A case that someone works on at this moment keeps its place. Safe to run twice, even at once: nothing is let go as long as
    another does so, of which nobody sees yet how many a structure was given.
    """
    lots: Lots = Counter()
    on = localdate(at)
    if not _take_turn():
        return lots
    for task in list(stock.pressing_tasks().order_by("pk")[:MANY]):
        _release_task(task, at=at, lots=lots)
    for portion in stock.portions(on=on) if stock.is_anyones_turn(on=on) else []:
        if not stock.is_wave_day(portion, on=on):
            continue
        for task in list(stock.next_of(portion.structure)[: portion.remaining_this_week]):
            _release_task(task, at=at, lots=lots, only_to=portion.structure)
    return lots


MANY = 100
"""Cases in one transaction."""


def _take_turn() -> bool:
    """Nobody else lets go until the end of the transaction; False while somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('relais.stock'))")
        return bool(cursor.fetchone()[0])


def _release_task(task: CaseTask, *, at: datetime, lots: Lots, only_to: Structure | None = None) -> None:
    try:
        with transaction.atomic():
            lock_case(task.case_id)
            task = engine.reload_open_task(task)
            structure = stock.foresee_structure(task.case, on=localdate(at))
            _note_expected_structure(task, structure)
            if only_to and structure != only_to:
                return  # what is known of it has changed: it waits for the turn of another
            engine.expire(task, at=at, data={})
            lots.update(join_lot(task.case))
    except (Busy, engine.AlreadyDone):
        return


def _note_expected_structure(task: CaseTask, structure: Structure) -> None:
    if task.data.get("expected") != structure.pk:
        task.data["expected"] = structure.pk
        task.save(update_fields=["data"])
