"""Measures of a plan of actions are decided, then followed from state to state; a mistaken state is taken back."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.models import Case, JournalEntry, Measure, MeasureMove, Structure, User
from cases.refusals import Refusal
from cases.rules.measures import state_of

DETAILS = ("amount_asked", "amount_granted", "reference", "next_on", "decision")


class CannotMove(Refusal):
    """A measure is not followed so."""


@transaction.atomic
def decide_measures(
    *, case: Case, structure: Structure, by: User, kinds: Iterable[str], on: date, at: datetime, cause: JournalEntry
) -> list[Measure]:
    """Add the measures that do not run yet; those that run go on."""
    running = set(case.measures.running().values_list("kind", flat=True))
    decided = []
    for kind in kinds:
        if kind in running:
            continue
        measure = Measure.objects.create(case=case, kind=kind, decided_on=on, updated_on=on)
        MeasureMove.objects.create(measure=measure, state=measure.state, happened_on=on, by=by, recorded_at=at)
        journal.record(
            "measure.decided", at=at, case=case, by=by, structure=structure, cause=cause, measure=measure.pk, code=kind
        )
        decided.append(measure)
    return decided


@transaction.atomic
def follow_measure(
    *,
    measure: Measure,
    to: str,
    on: date,
    details: Mapping[str, object],
    structure: Structure,
    by: User,
    at: datetime,
) -> JournalEntry | None:
    """Bring a measure to another state of its kind, dated, or only complete what is known of it (`DETAILS`).

    Refuses (`CannotMove`) a state that cannot follow, or a date before the present one or to come. None when nothing
    changed.
    """
    measure = _lock_measure(measure)
    changed = [name for name in DETAILS if name in details and getattr(measure, name) != details[name]]
    moved = to != measure.state
    if not moved and not changed:
        return None
    if moved:
        _refuse_impossible(measure, to, on, today=localdate(at))
        measure.state, measure.updated_on = to, on
        MeasureMove.objects.create(measure=measure, state=to, happened_on=on, by=by, recorded_at=at)
    for name in changed:
        setattr(measure, name, details[name])
    if moved and not measure.state_rules.awaits:
        measure.next_on = None
    measure.save()
    return _record_in_journal(measure, structure=structure, by=by, at=at, moved=moved, changed=changed)


@transaction.atomic
def take_back(*, measure: Measure, structure: Structure, by: User, at: datetime) -> JournalEntry:
    """The last state was a mistake: the measure is again as it was before. Refuses (`CannotMove`) at the first one."""
    measure = _lock_measure(measure)
    before = previous_move(measure)
    if before is None:
        raise CannotMove("Cette mesure est à son premier état : il n’y a rien à corriger.")
    measure.state, measure.updated_on = before.state, before.happened_on
    measure.save()
    MeasureMove.objects.create(
        measure=measure,
        state=before.state,
        happened_on=before.happened_on,
        is_correction=True,
        by=by,
        recorded_at=at,
    )
    return _record_in_journal(measure, structure=structure, by=by, at=at, moved=True, changed=[], corrects=True)


def caution_about_plan(case: Case) -> str:
    """What is to be read before a repayment plan is proposed; empty when no measure says anything."""
    present = case.measures.order_by("-pk").values_list("kind", "state")
    return next((said for kind, state in present if (said := state_of(kind, state).about_plan)), "")


def previous_move(measure: Measure) -> MeasureMove | None:
    """The state before the present one, what was taken back left out."""
    standing: list[MeasureMove] = []
    for move in measure.moves.order_by("pk"):
        if move.is_correction:
            standing.pop()
        else:
            standing.append(move)
    return standing[-2] if len(standing) > 1 else None


def _lock_measure(measure: Measure) -> Measure:
    return Measure.objects.select_for_update(of=("self",)).select_related("case").get(pk=measure.pk)


def _refuse_impossible(measure: Measure, to: str, on: date, *, today: date) -> None:
    moves = measure.kind_rules.next_states(measure.state)
    if to not in [state.code for state in moves]:
        following = ", ".join(state.words for state in moves) or "aucun : elle est terminée"
        raise CannotMove(f"La mesure est « {measure.state_rules.words} ». État suivant possible : {following}.")
    if on > today:
        raise CannotMove("Cette date est à venir : l’indiquer comme prochaine date attendue, sans changer l’état.")
    if on < measure.updated_on:
        raise CannotMove(
            f"La mesure est « {measure.state_rules.words} » depuis le {measure.updated_on:%d/%m/%Y} : "
            "saisir cette date ou une date plus récente."
        )


def _record_in_journal(
    measure: Measure, *, structure: Structure, by: User, at: datetime, moved: bool, changed: list[str], **more: Any
) -> JournalEntry:
    return journal.record(
        "measure.updated",
        at=at,
        case=measure.case,
        by=by,
        structure=structure,
        measure=measure.pk,
        code=measure.kind,
        step=f"{measure.kind}.{measure.state}" if moved else None,
        changed=changed,
        **more,
    )
