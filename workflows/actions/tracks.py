"""What follows when the eviction procedure of a case moves: it comes first, people are told, others may have to act."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from viewflow.workflow.status import STATUS

from cases import journal
from cases.actions import case as cases
from cases.models import CLAIMANT_KINDS, Case, Debt, JournalEntry, Structure, User
from cases.queries import court_position, line_facts
from cases.rules import tracks
from cases.rules.tracks import TrackPosition
from workflows import engine
from workflows.actions.tasks import route_if_known
from workflows.actions.urgency import make_urgent
from workflows.models import CaseProcess, CaseTask
from workflows.routing import apply
from workflows.routing.decide import Decision, RoutingOutcome
from workflows.routing.facts import AMICABLE


def court_track() -> tracks.TrackDefinition:
    return tracks.load_tracks().court


def read_procedure(case: Case, debt: Debt | None, *, on: date) -> tuple[list[tracks.DatedFact], date]:
    """The dated facts of the case, or of one debt of it, and the day on which an earlier procedure ended, if one did."""
    facts = line_facts(case, debt)
    return facts, court_track().last_end(facts, on=on)


def of_the_lease() -> frozenset[str]:
    """The dated facts of the eviction procedure and of the housing aid: they are said of one lease."""
    return tracks.load_tracks().court.moving_facts | tracks.load_tracks().aid.moving_facts


@transaction.atomic
def draw_consequences(
    *,
    case: Case,
    before: TrackPosition,
    structure: Structure,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None,
) -> None:
    """Draw the consequences of facts that were just recorded, corrected or taken back, by who has locked the case. `before`:
    where it stood.

    1. The move is journalled, hence told at once to who follows the case and to his manager.
    2. A case whose household may be evicted becomes urgent; one that was so by mistake is not any more.
    3. Its open tasks come before those that can wait, or no longer do.
    4. As long as nobody has accepted it, another structure may have to be asked.
    5. Side steps open or close: a hearing asks for the diagnosis to be sent.
    """
    now = court_position(case, on=localdate(at))
    if now.code != before.code and case.processes.exists():  # else it begins there: nothing moved
        cause = journal.record(
            "track.moved",
            at=at,
            case=case,
            by=by,
            structure=structure,
            cause=cause,
            before=before.code,
            after=now.code,
        )
    if _is_urgent(now):
        make_urgent(case=case, structure=structure, at=at, by=by, cause=cause)
    elif _is_urgent(before) and _was_made_urgent_here(case):
        cases.make_ordinary(case=case, structure=structure, at=at, by=by, cause=cause)
    if now.comes_first != before.comes_first:
        _set_comes_first(case, comes_first=now.comes_first)
    if _stage(now) != _stage(before):
        route_again(case=case, by=by, at=at, cause=cause)
    engine.look_aside(case, by=by, at=at, cause=cause)


def _set_comes_first(case: Case, *, comes_first: bool) -> None:
    """The steps that wait, and those that will open."""
    for process in CaseProcess.objects.filter(case=case, status=STATUS.NEW):
        process.data["comes_first"] = comes_first
        process.save(update_fields=["data"])
    theirs = Structure.objects.filter(kind__in=CLAIMANT_KINDS)
    CaseTask.objects.open().of_case(case).exclude(structure__in=theirs).update(comes_first=comes_first)


def _is_urgent(position: TrackPosition) -> bool:
    return position.state is not None and position.state.is_urgent


def _was_made_urgent_here(case: Case) -> bool:
    """By the procedure, and not by whoever reported the case."""
    made = case.journal.filter(kind="case.made_urgent").select_related("cause").first()
    return case.is_urgent and made is not None and made.cause is not None and made.cause.kind == "track.moved"


def _stage(position: TrackPosition) -> str:
    return position.state.stage if position.state else AMICABLE


@transaction.atomic
def route_again(*, case: Case, by: User | None, at: datetime, cause: JournalEntry | None) -> bool:
    """Ask the table again for a case that nobody has accepted yet; the structure that had been asked is told.

    What the pilot attributed stays so. Returns whether anything changed.
    """
    if route_if_known(case=case, at=at):
        return True
    task = CaseTask.objects.open().of_case(case).filter(node__in=("answer", "arbitrate")).first()
    if task is None:
        return False
    task = engine.reload_open_task(task)
    process = task.process
    if process.answer("arbitrated") == "assigned":
        return False
    _, decision = apply.explain_routing(case, on=localdate(at), declined=process.data.get("declined", []), forced=True)
    if not _changes_who_must_act(task, decision):
        return False
    entry = journal.record(
        "routing.reviewed", at=at, case=case, by=by, structure=task.structure, cause=cause, rule=decision.rule
    )
    engine.redirect(task, to="route", by=by, at=at, cause=entry)
    return True


def _changes_who_must_act(task: CaseTask, decision: Decision) -> bool:
    """Another structure, or the same one with an urgency that shortens its delay."""
    if task.node == "arbitrate":
        return decision.outcome is RoutingOutcome.ROUTED
    if decision.structure != task.structure.code:
        return True
    return decision.urgent and not task.process.answer("urgent")
