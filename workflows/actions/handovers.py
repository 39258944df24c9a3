"""A transfer that is too long for a page: asked there, done by the worker in batches, told once."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction

from cases.actions import handover
from cases.actions.handover import Move
from cases.actions.referents import CannotFollow
from cases.models import JournalEntry, Referent, Structure, User
from workflows.actions import batches, portfolio, referents
from workflows.models import Handover

AT_ONCE = 100
"""People who are moved while the page waits."""
BATCH = 1000
ONE_BY_ONE = 50
"""A batch of those who are moved, or given back, one by one: their cases are not locked for long."""
READ = ("structure", "by", "entry", "undoes__structure")


def ask_transfer(*, moves: Sequence[Move], structure: Structure, by: User, at: datetime) -> Handover:
    """Have the worker hand a portfolio over, as planned. Refuses (`CannotFollow`) while another one runs."""
    ordered = sorted(moves, key=lambda move: move.referent.case_id)
    pairs = [[move.referent.pk, move.to.pk] for move in ordered]
    return _record_request(Handover(structure=structure, by=by, asked_at=at, moves=pairs, total=len(pairs)))


def ask_undo(*, transfer: JournalEntry, structure: Structure, by: User, at: datetime) -> Handover:
    handover.refuse_undo(transfer, by=by, at=at)
    total = handover.moved_by(transfer).count()
    return _record_request(Handover(structure=structure, by=by, asked_at=at, undoes=transfer, total=total))


def running_handover(structure: Structure) -> Handover | None:
    found: Handover | None = Handover.objects.filter(structure=structure, state=Handover.State.RUNNING).first()
    return found


def _record_request(asked: Handover) -> Handover:
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError as error:
        raise CannotFollow(
            "Un transfert est déjà en cours dans cette structure : attendre qu’il se termine."
        ) from error
    return asked


def run_waiting(*, at: datetime, limit: int | None = None) -> int:
    """Go on with the transfers that were asked for, `limit` people at most. Returns how many were moved."""
    asked = Handover.objects.filter(state=Handover.State.RUNNING).select_related(*READ)
    return batches.go_on(asked, partial(_go_on, at=at), limit=limit)


def _go_on(asked: Handover, *, at: datetime) -> int:
    try:
        with transaction.atomic():
            return _begin(asked, at=at) if asked.entry is None else _next_batch(asked, at=at)
    except CannotFollow as refusal:
        asked.state, asked.message = Handover.State.REFUSED, str(refusal)[:500]
        asked.save(update_fields=["state", "message"])
        return 0


def _begin(asked: Handover, *, at: datetime) -> int:
    """Tell the act. Nobody is moved yet."""
    if asked.undoes:
        back, asked.entry = handover.begin_undo(entry=asked.undoes, by=asked.by, at=at)
        asked.moves = [[move.referent.pk, move.to.pk] for move in back]
        asked.done = asked.total - len(back)
    else:
        moves = moves_of(asked.moves)
        asked.entry = handover.begin_transfer(moves=moves, structure=asked.structure, by=asked.by, at=at)
    return _save(asked, moved=asked.done)


def _next_batch(asked: Handover, *, at: datetime) -> int:
    if asked.entry is None:
        raise RuntimeError("a transfer has not begun")
    if asked.undoes:
        now = moves_of(asked.moves[:ONE_BY_ONE])
        moved = referents.give_back(now, by=asked.by, at=at, cause=asked.entry)
    else:
        now = _next_moves(asked, at=at)
        moved = referents.move_many(now, structure=asked.structure, by=asked.by, at=at, cause=asked.entry)
    treated = {move.referent.pk for move in now}
    asked.moves = [pair for pair in asked.moves if pair[0] not in treated]
    asked.done += len(now)
    asked.left_out += len(now) - moved
    return _save(asked, moved=moved)


def _next_moves(asked: Handover, *, at: datetime) -> list[Move]:
    """Of the next ones, some of those who are moved one by one, as long as there are any; then the others at once."""
    found = moves_of(asked.moves[:BATCH])
    alike = set(portfolio.filter_bulk_moves(found, structure=asked.structure, at=at))
    return [move for move in found if move not in alike][:ONE_BY_ONE] or found


def _save(asked: Handover, *, moved: int) -> int:
    if not asked.moves:
        asked.state = Handover.State.DONE
    asked.save(update_fields=["entry", "moves", "done", "left_out", "state"])
    return moved


def moves_of(pairs: Sequence[Sequence[int]]) -> list[Move]:
    """As they stand now. Two queries."""
    rows = Referent.objects.select_related("case").in_bulk([referent for referent, _ in pairs])
    people = User.objects.in_bulk({user for _, user in pairs})
    return [Move(referent=rows[referent], to=people[user]) for referent, user in pairs]
