"""The only way to move a procedure. A turn locks the case, does the step’s act and lets the flow go on.

Pages, commands, the sweep and signed links all come here. A turn is one transaction: it happens whole or not at
all. `at` is aware; nothing here reads the clock.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.timezone import localdate, localtime
from viewflow.workflow import Flow
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from cases import permissions
from cases.actions import deadlines
from cases.actions.rows import Counterparts, copy_row
from cases.actions.rules_in_force import rules_read_once
from cases.actions.sharing import access_columns_written_once
from cases.locks import lock_case, lock_cases
from cases.models import Assignment, Case, CaseKind, Deadline, Debt, JournalEntry, Outbox, Referent, User
from cases.queries import court_position
from cases.refusals import NotAllowed, Refusal
from cases.written_once import NO_DAY, NO_UUID, read_written
from workflows.flows import FLOWS
from workflows.models import CaseProcess, CaseTask
from workflows.nodes import EachDebt, SideTask, Turn


class AlreadyDone(Refusal):
    """Someone else took this step first, or it is no longer to be taken."""

    def __init__(self, task: CaseTask) -> None:
        self.task = task
        if task.status == STATUS.DONE and task.owner and task.finished:
            message = f"Cette étape a déjà été faite par {task.owner} le {_moment_in_words(task.finished)}."
        else:
            message = "Cette étape n’est plus à faire : le dossier a avancé entre-temps."
        super().__init__(message)


class AlreadySent(Refusal):
    """The same form a second time, on a step that goes on waiting after an act."""

    def __init__(self) -> None:
        super().__init__("Cet envoi est déjà enregistré : relire le dossier avant d’en faire un autre.")


def may_act(user: User, task: CaseTask, *, at: datetime) -> bool:
    """May this user take this step now? Asked at every completion, never stored.

    What is given to somebody, he takes, or a manager; or, on the days of his absence, his substitute.
    """
    today = localdate(at)
    held = permissions.rights(user, at=today)
    if task.structure_id not in held.get(task.step.right, ()):
        return task.case.responsible_structure_id in held.get(task.step.stand_in_right, ())
    if task.owner_id is None or task.owner_id == user.pk or task.structure_id in held.get("view_backlog", ()):
        return True
    return permissions.is_replacing(user, task.owner_id, case=task.case_id, structure=task.structure_id, at=today)


@transaction.atomic
@access_columns_written_once()
@rules_read_once()
def start(
    flow_class: type[Flow],
    *,
    case: Case,
    at: datetime,
    by: User | None = None,
    cause: JournalEntry | None = None,
    debt: Debt | None = None,
    **data: Any,
) -> CaseProcess:
    """Begin a procedure on a case, or on one of its debts, and go on to its first waiting step."""
    lock_case(case.pk)
    return start_locked(flow_class, case=case, at=at, by=by, cause=cause, debt=debt, **data)


def start_locked(
    flow_class: type[Flow],
    *,
    case: Case,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None = None,
    debt: Debt | None = None,
    read: Referent | None = None,
    **data: Any,
) -> CaseProcess:
    """The same, inside an act that has locked the case, or opened it. `read`: the référent of whom it is, as he stands."""
    is_of_a_person = case.kind == CaseKind.COORDINATION  # the facts of the court are of a dwelling
    data["comes_first"] = not is_of_a_person and court_position(case, on=localdate(at)).comes_first
    process: CaseProcess = flow_class.process_class(flow_class=flow_class, case=case, debt=debt, created=at, data=data)
    process.turn = Turn(at=at, by=by, cause=cause, read={read.pk: read} if read else {})
    process.save()
    begun = deepcopy(process.data)
    node = flow_class.instance.node("start")
    task = flow_class.task_class(
        process=process,
        flow_task=node,
        case=case,
        node=node.name,
        structure=case.responsible_structure,
        token=Token("start"),
        created=at,
        started=at,
    )
    activation = node.activation_class(task)
    activation.complete()
    activation.activate_next()
    _look_beside(process, after=node.name)
    _settle_process(process, begun=begun)
    return process


@transaction.atomic
@access_columns_written_once()
@rules_read_once()
def complete(
    task: CaseTask, *, by: User, at: datetime, data: Mapping[str, object], cause: JournalEntry | None = None
) -> CaseTask:
    """Take a waiting step: lock the case, check the right, do the step’s act, let the flow go on.

    1. The case’s row is locked (`Busy` after three seconds), so that turns of a case follow one another.
    2. The task is read again: done or cancelled meanwhile is `AlreadyDone`, which names who and when.
    3. The right is asked at the door (`NotAllowed`).
    4. The step’s act runs; a refusal of the act undoes everything.
    5. The flow goes on to its next waiting steps.
    """
    lock_case(task.case_id)
    task = reload_open_task(task)
    if not may_act(by, task, at=at):
        raise NotAllowed
    return _take(task, by=by, at=at, data=data, cause=cause)


@transaction.atomic
@access_columns_written_once()
@rules_read_once()
def expire(task: CaseTask, *, at: datetime, data: Mapping[str, object]) -> CaseTask:
    """Take a step in nobody’s name because its delay is over. Only steps that say so accept it."""
    lock_case(task.case_id)
    task = reload_open_task(task)
    if not task.step.may_expire:
        raise NotAllowed
    return _take(task, by=None, at=at, data=data)


def redirect(task: CaseTask, *, to: str, by: User | None, at: datetime, cause: JournalEntry | None = None) -> CaseTask:
    """Leave a waiting step undone and go on from another one of the same procedure. Returns its task."""
    activation = task.flow_task.activation_class(task)
    process = activation.process
    process.turn = Turn(at=at, by=by, cause=cause)
    activation.cancel()
    node = task.flow_task.flow_class.instance.node(to)
    following = node.activation_class.create(node, activation, task.token)
    activation._activate_next({following})  # noqa: SLF001 - no public name
    _settle_process(process)
    task_there: CaseTask = following.task
    return task_there


def wait_again(task: CaseTask, *, owner: User | None, assigned: datetime | None, at: datetime) -> None:
    """A step that was taken by mistake waits as it did, and all that had opened since in its case is left: the procedures
    of debts that it had begun stop. Its caller has locked the case, and answers for its delays and for its rows."""
    opened = CaseTask.objects.open().filter(case=task.case_id)
    begun = list(opened.exclude(process=task.process_id).values_list("process", flat=True))
    CaseProcess.objects.filter(pk__in=begun).update(status=STATUS.CANCELED, finished=at)
    opened.update(status=STATUS.CANCELED, finished=at)
    CaseTask.objects.filter(pk=task.pk).update(
        status=STATUS.NEW, started=None, finished=None, owner=owner, assigned=assigned
    )


@transaction.atomic
def look_aside(case: Case, *, by: User | None, at: datetime, cause: JournalEntry | None = None) -> None:
    """Something outside the procedure changed: open the side steps that are called for, leave the pointless ones."""
    for process in CaseProcess.objects.filter(case=case, status=STATUS.NEW):
        process.turn = Turn(at=at, by=by, cause=cause)
        for node in _side_steps(process):
            _open_or_leave(node, process)
        _write_links(process)


@transaction.atomic
def stop(case: Case, *, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """End the procedure of a case wherever it stands: what waits is cancelled, and nothing follows."""
    lock_case(case.pk)
    for task in CaseTask.objects.open().of_case(case).select_related("process__case", "structure"):
        task.case = task.process.case
        activation = task.flow_task.activation_class(task)
        task.process = activation.process
        task.process.turn = Turn(at=at, by=by, cause=cause)
        activation.cancel()
    CaseProcess.objects.filter(case=case, status=STATUS.NEW).update(status=STATUS.CANCELED, finished=at)


def reload_open_task(task: CaseTask) -> CaseTask:
    [task] = read_written(_write_open_task, None, NO_DAY, {}, public_id=task.public_id)
    task.case = task.process.case
    if not task.is_open:
        raise AlreadyDone(task)
    return task


def _write_open_task(user: User, on: date, held: permissions.Rights) -> QuerySet[CaseTask]:
    """With what turns ask of its case."""
    read = ("process__case__responsible_structure", "process__case__tenancy__debt", "owner", "structure")
    return CaseTask.objects.select_related(*read).filter(public_id=NO_UUID)


def _take(
    task: CaseTask, *, by: User | None, at: datetime, data: Mapping[str, object], cause: JournalEntry | None = None
) -> CaseTask:
    activation = task.flow_task.activation_class(task)
    process = activation.process
    process.turn = Turn(at=at, by=by, cause=cause)
    task.process = process
    if data.get("turn") not in (None, task.turn_count):
        raise AlreadySent
    entry = task.step.carry_out(task, data)
    if task.step.stays_open(task, data):
        task.data["turns"] = task.turn_count + 1
        task.save(update_fields=["data"])
        _settle_process(process)
        return task
    process.turn = Turn(at=at, by=by, cause=entry)
    task.step.on_task_finished(task)
    activation.run(None)
    task.started, task.owner = at, by or task.owner
    activation.execute()
    _look_beside(process, after=task.node)
    _settle_process(process)
    for begun in task.step.procedures_to_start(task):
        start_locked(FLOWS[begun.flow], case=begun.case, at=at, by=by, cause=entry, read=begun.read, **begun.data)
    return task


def _write_links(process: CaseProcess) -> None:
    links = process.turn.links
    if links:
        CaseTask.previous.through.objects.bulk_create(links)
        links.clear()


def _settle_process(process: CaseProcess, *, begun: Mapping[str, object] | None = None) -> None:
    """Keep what the automatic steps answered, and date the end of the procedure by the turn.

    `begun`: the answers with which it was written in this turn.
    """
    _write_links(process)
    if process.status == STATUS.DONE:
        process.finished = process.turn.at
    if process.status == STATUS.DONE or process.data != begun:
        process.save(update_fields=["status", "finished", "data"])
    for node in process.flow_class.instance.nodes():
        if isinstance(node, EachDebt):
            _begin_each(node, process)
    if process.status == STATUS.DONE and process.debt_id:
        _end_each(process)


def _begin_each(node: EachDebt, process: CaseProcess) -> None:
    """The procedure waits at this node: each debt that has no procedure of its own begins one. Where there is none, as in a case
    that is reopened once all ended, there is nothing to wait for."""
    if not any(task.node == node.name for task in process.open_tasks()):
        return
    debts = node.step.debts_to_start(process)
    for debt in debts:
        start_locked(node.each, case=process.case, debt=debt, at=process.turn.at, by=process.turn.by)
    if not debts:
        _end_each(process)


def _end_each(process: CaseProcess) -> None:
    """The last of them ended: the procedure that waited for them goes on, in the name of who ended it."""
    others = CaseProcess.objects.filter(case=process.case_id, status=STATUS.NEW)
    if others.exclude(debt=None).exists():
        return
    for parent in others.filter(debt=None):
        for task in parent.open_tasks():
            if isinstance(task.flow_task, EachDebt):
                _take(
                    reload_open_task(task), by=process.turn.by, at=process.turn.at, data={}, cause=process.turn.cause
                )


def _side_steps(process: CaseProcess) -> list[SideTask]:
    return [node for node in process.flow_class.instance.nodes() if isinstance(node, SideTask)]


def _look_beside(process: CaseProcess, *, after: str) -> None:
    """The side steps that may open once that step was taken."""
    for node in _side_steps(process):
        if node.after == after:
            _open_or_leave(node, process)


def _open_or_leave(node: SideTask, process: CaseProcess) -> None:
    waiting = next((task for task in process.open_tasks() if task.node == node.name), None)
    if waiting is None and node.step.is_called_for(process):
        node.open(process)
    elif waiting and node.step.is_pointless(process):
        activation = node.activation_class(waiting)
        waiting.process = activation.process = process
        activation.cancel()


def _moment_in_words(at: datetime) -> str:
    return f"{localtime(at):%d/%m/%Y à %H:%M}"


# Many cases at once. A turn is a hundred statements: half an hour for the thousands whom a professional follows. These
# verbs are some thirty for a thousand cases, and leave the same rows (`tests/workflows/actions/test_portfolio.py`).

WRITTEN = (
    (Referent, "case"),
    (JournalEntry, "case"),
    (Outbox, "entry"),
    (Assignment, "case"),
    (Deadline, "case"),
    (CaseProcess, "case"),
    (CaseTask, "case"),
    (CaseTask.previous.through, "from_casetask"),
    (CaseTask.deadlines.through, "casetask"),
)
"""The tables where `repeat_act` looks for new rows, and of what they are: each after those that its rows name."""


def lock_many(cases: Sequence[int]) -> None:
    """Lock the rows of cases, as `cases.locks.lock_cases`."""
    lock_cases(Case.objects.filter(pk__in=cases))


@transaction.atomic
def stop_many(waiting: QuerySet[CaseTask], *, at: datetime) -> None:
    """Stop the procedures that wait at these steps, and the delays of the steps. Not for steps that, when they are left,
    have more to undo (`on_task_abandoned`)."""
    tasks = dict(waiting.values_list("pk", "process"))
    links = CaseTask.deadlines.through.objects.filter(casetask__in=tasks)
    deadlines.cancel(Deadline.objects.waiting().filter(pk__in=links.values("deadline")), at=at)
    CaseTask.objects.filter(pk__in=tasks).update(status=STATUS.CANCELED, finished=at)
    CaseProcess.objects.filter(pk__in=tasks.values()).update(status=STATUS.CANCELED, finished=at)


@transaction.atomic
def repeat_act(act: Callable[[], object], *, case: Case, counterparts: Counterparts) -> None:
    """Do an ordinary act on a case, and write for others, that are alike, the rows that it has written for that one.

    `counterparts`: what stands in each of the others in the stead of the case, and of whatever else the act names. The
    caller has locked them (`lock_many`), asked for the right, and ended there what the act ends on rows that it finds.
    """
    known = set(find_written(case))
    act()
    for row in find_written(case):
        if row not in known:
            copy_row(row, counterparts)


def find_written(case: Case) -> list[Model]:
    """What is written of a case in these tables. Without a join: PostgreSQL reads both tables whole, as long as it has no
    statistics of thousands of rows that were just written."""
    found: dict[Any, list[Model]] = {Case: [case]}
    for table, name in WRITTEN:
        of = found[table._meta.get_field(name).related_model]  # noqa: SLF001
        found[table] = list(table._base_manager.filter(**{f"{name}__in": of}).order_by("pk"))  # noqa: SLF001
    return [row for table, _ in WRITTEN for row in found[table]]
