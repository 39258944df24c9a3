"""Cases that an edition had wrongly routed are reviewed, then routed again, each in its own transaction; and put back.

Nothing moves before the pilot has confirmed. What somebody has accepted, or the pilot attributed, stays.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.rules_in_force import edition_in_force
from cases.locks import lock_case
from cases.models import Edition, Structure, User
from cases.refusals import Refusal
from workflows import engine
from workflows.actions import batches, replay_undo
from workflows.models import Replay, ReplayedCase, RoutingDecision
from workflows.queries import replays
from workflows.queries.replays import Tables
from workflows.steps.desk import pilot_of

AT_ONCE = 30
"""Cases that are looked at, or moved, while the page waits."""
BATCH = 50
DAY = timedelta(days=1)
KEPT = ("routed_to", "contact_rule", "urgent", "answered")
"""The answers of a procedure that a routing changes."""
BEGUN = (Replay.State.SEARCHING, Replay.State.RUNNING, Replay.State.UNDOING)


class CannotReplay(Refusal):
    """Cases are not moved as an edition corrects them."""


def desk_of(edition: Edition) -> Structure:
    return pilot_of(edition.territory, kind=permissions.desk_of_rules(edition.catalogue))


def refuse_unless_pilot(edition: Edition, *, by: User, at: datetime) -> Structure:
    desk = desk_of(edition)
    if not permissions.has_right(by, "pilot_action", desk.pk, at=localdate(at)):
        raise CannotReplay("Seul le pilote de cette action réoriente ses situations.")
    return desk


def _in_force_now(edition: Edition, *, at: datetime) -> Edition | None:
    """The one that routes in its place."""
    return edition_in_force(edition.catalogue, on=localdate(at), territory=edition.territory)


def ask_review(*, edition: Edition, first_day: date, last_day: date, by: User, at: datetime) -> Replay:
    """Have the open cases looked for that an edition has routed between two days. Refuses (`CannotReplay`) the edition
    in force, days in the wrong order or to come, and a second review of the same edition while one runs."""
    refuse_unless_pilot(edition, by=by, at=at)
    today = localdate(at)
    in_force = edition_in_force(edition.catalogue, on=today, territory=edition.territory)
    if in_force is None or in_force == edition:
        raise CannotReplay(
            "Cette édition est en vigueur : ses orientations n’ont pas à être reprises.", field="edition"
        )
    if last_day < first_day:
        raise CannotReplay("Le dernier jour vient avant le premier : les inverser.", field="last_day")
    if first_day > today:
        raise CannotReplay("Choisir aujourd’hui ou un jour passé.", field="first_day")
    found = replays.routed_by(edition, first_day=first_day, last_day=last_day)
    asked = Replay(
        edition=edition,
        in_force=in_force,
        first_day=first_day,
        last_day=last_day,
        by=by,
        asked_at=at,
        total=found.order_by().count(),
    )
    with _one_at_a_time():
        asked.save()
    return asked


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of an edition: the database says so, whoever begins."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise CannotReplay("Une reprise de cette édition est déjà en cours : attendre qu’elle se termine.") from error


def _put_to_work(replay: Replay, *fields: str) -> None:
    try:
        with _one_at_a_time():
            replay.save(update_fields=["state", "total", "done", "by", *fields])
    except CannotReplay:
        replay.refresh_from_db()  # what a page shows of it is what it is
        raise


@transaction.atomic
def choose(*, replay: Replay, offered: Iterable[int], chosen: Iterable[int]) -> None:
    """Keep which of the rows that a page offered are to be moved. Refuses (`CannotReplay`) what is no longer reviewed."""
    _lock_ready(replay)
    rows = replay.cases.filter(pk__in=list(offered), kept_out="")
    rows.filter(pk__in=list(chosen)).update(is_chosen=True)
    rows.exclude(pk__in=list(chosen)).update(is_chosen=False)


@transaction.atomic
def confirm(*, replay: Replay, reason: str, by: User, at: datetime) -> None:
    """Have the chosen cases routed again: one act, told once. Refuses (`CannotReplay`) an empty choice or reason, and a
    table that has changed since the review, and another review of the same edition that works."""
    desk = refuse_unless_pilot(replay.edition, by=by, at=at)
    _lock_ready(replay)
    if not reason.strip():
        raise CannotReplay("Dire en une phrase pourquoi ces situations sont réorientées.", field="reason")
    count = replay.cases.filter(is_chosen=True).count()
    if not count:
        raise CannotReplay("Choisir au moins une situation à réorienter.")
    if _in_force_now(replay.edition, at=at) != replay.in_force:
        raise CannotReplay("Une autre édition est entrée en vigueur depuis cette recherche : la refaire.")
    replay.entry = journal.record(
        "routing.replayed",
        at=at,
        by=by,
        structure=desk,
        replay=replay.pk,
        edition=replay.edition_id,
        in_force=replay.in_force_id,
        count=count,
    )
    replay.reason, replay.by, replay.state = reason.strip(), by, Replay.State.RUNNING
    replay.total, replay.done = count, 0
    _put_to_work(replay, "entry", "reason")


@transaction.atomic
def ask_undo(*, replay: Replay, by: User, at: datetime) -> None:
    """Have each case put back, within a day. Refuses (`CannotReplay`) a later day, what is undone or still runs, and while
    another review of the same edition works."""
    desk = refuse_unless_pilot(replay.edition, by=by, at=at)
    Replay.objects.select_for_update(of=("self",)).get(pk=replay.pk)
    replay.refresh_from_db()
    if replay.state != Replay.State.DONE or replay.entry is None:
        raise CannotReplay("Cette reprise est déjà défaite, ou se poursuit.")
    if at - replay.entry.happened_at > DAY:
        raise CannotReplay(
            "Une reprise se défait dans la journée qui suit. Ensuite, les situations restent où elles sont."
        )
    count = replay.cases.filter(state=ReplayedCase.State.MOVED).count()
    if not count:
        raise CannotReplay("Aucune situation n’a été réorientée : il n’y a rien à défaire.")
    replay.undoing = journal.record("routing.put_back", at=at, by=by, structure=desk, replay=replay.pk, count=count)
    replay.state, replay.total, replay.done, replay.by = Replay.State.UNDOING, count, 0, by
    _put_to_work(replay, "undoing")


def _lock_ready(replay: Replay) -> None:
    Replay.objects.select_for_update(of=("self",)).get(pk=replay.pk)
    replay.refresh_from_db()
    if replay.state != Replay.State.READY:
        raise CannotReplay("Cette reprise a déjà été confirmée.")


# The worker


def run_waiting(*, at: datetime, limit: int | None = None, only: Replay | None = None) -> int:
    """Go on with what was asked, or with one review: its search, or its cases one after the other; `limit` of them at
    most. Returns how many were treated."""
    read: dict[int, Tables] = {}  # for all batches of a review

    def next_batch(asked: Replay) -> int:
        if asked.pk not in read:
            read[asked.pk] = Tables(asked.edition, asked.in_force, on=localdate(at))
        return _go_on(asked, tables=read[asked.pk], at=at)

    asked = Replay.objects.filter(state__in=BEGUN).select_related("edition", "in_force", "by", "entry", "undoing")
    return batches.go_on(asked.filter(pk=only.pk) if only else asked, next_batch, limit=limit)


def _go_on(asked: Replay, *, tables: Tables, at: datetime) -> int:
    if asked.state == Replay.State.SEARCHING:
        return _search(asked, tables=tables, at=at)
    moving = asked.state == Replay.State.RUNNING
    state = ReplayedCase.State.PLANNED if moving else ReplayedCase.State.MOVED
    rows = asked.cases.filter(is_chosen=True, state=state)
    row = rows.select_related("case", "before", "after", "decision__case", "decision__structure", "made").first()
    if row is None:
        asked.state = Replay.State.DONE if moving else Replay.State.UNDONE
        asked.save(update_fields=["state"])
        return 0
    if moving:
        _route_again(row, asked=asked, tables=tables, at=at)
    else:
        replay_undo.put_back(row, by=asked.by, at=at, cause=asked.undoing)
    row.save(update_fields=["state", "message", "answers", "made"])
    asked.done += 1
    asked.save(update_fields=["done"])
    return 1


def _search(asked: Replay, *, tables: Tables, at: datetime) -> int:
    found = replays.routed_by(asked.edition, first_day=asked.first_day, last_day=asked.last_day)
    decisions = list(
        found.filter(pk__gt=asked.looked_at).select_related(
            "case__responsible_structure", "case__tenancy__debt", "case__household", "structure"
        )[:BATCH]
    )
    for decision in decisions:
        proposal = replays.propose_replay(decision, tables=tables, at=at)
        if proposal is None:
            continue
        ReplayedCase.objects.create(
            replay=asked,
            case=decision.case,
            decision=decision,
            before=proposal.before,
            after=tables.structures.get(proposal.decision.structure),
            rules=list(proposal.rules),
            why=list(proposal.why),
            kept_out=proposal.kept_out,
            is_chosen=not proposal.kept_out,
        )
    asked.done += len(decisions)
    asked.total = max(asked.total, asked.done)
    if len(decisions) < BATCH:
        asked.state, asked.total = Replay.State.READY, asked.done
    else:
        asked.looked_at = decisions[-1].pk
    asked.save(update_fields=["done", "total", "looked_at", "state"])
    return len(decisions)


def _route_again(row: ReplayedCase, *, asked: Replay, tables: Tables, at: datetime) -> None:
    """Route one case again through its procedure, if it is still as it was reviewed."""
    lock_case(row.case_id)
    row.case.refresh_from_db()
    row.message = _why_left(row, asked=asked, at=at)
    proposal = None if row.message else replays.propose_replay(row.decision, tables=tables, at=at)
    if not row.message:
        if proposal is None:
            row.message = "Elle n’irait plus ailleurs : ce qui est connu d’elle a changé."
        elif proposal.kept_out or proposal.task is None:
            row.message = proposal.kept_out
        elif proposal.decision.structure != (row.after.code if row.after else ""):
            row.message = "Elle irait désormais à une autre structure que celle relue : refaire la recherche."
    if row.message or proposal is None or proposal.task is None:
        row.state = ReplayedCase.State.LEFT
        return
    task = engine.reload_open_task(proposal.task)
    row.answers = {name: task.process.data.get(name) for name in KEPT}
    told = journal.record(
        "case.rerouted",
        at=at,
        case=row.case,
        by=asked.by,
        structure=task.structure,
        cause=asked.entry,
        replay=asked.pk,
        decision=row.decision_id,
        to=row.after_id,
    )
    engine.redirect(task, to="route", by=asked.by, at=at, cause=told)
    row.made = RoutingDecision.objects.filter(case=row.case).order_by("-pk").first()
    row.state = ReplayedCase.State.MOVED


def _why_left(row: ReplayedCase, *, asked: Replay, at: datetime) -> str:
    if not row.case.is_open:
        return "Le dossier a été clos entre-temps."
    last = RoutingDecision.objects.filter(case=row.case).order_by("-pk").values_list("pk", flat=True).first()
    if last != row.decision_id:
        return "Elle a été orientée de nouveau entre-temps."
    if _in_force_now(asked.edition, at=at) != asked.in_force:
        return "Une autre édition est entrée en vigueur entre-temps."
    return ""
