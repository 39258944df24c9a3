"""A simulation that is too long for a page: asked there, counted by the worker in batches, read on its page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from cases.actions.editions import CannotEdit
from cases.models import Edition, User
from cases.replica import read_late
from cases.rules.editions import Row
from cases.rules.reading import FaultyRules
from workflows.actions import batches
from workflows.models import Simulation
from workflows.queries import simulation
from workflows.queries.simulation import Comparison, Difference, Tally
from workflows.routing.apply import known_structures
from workflows.routing.editable_tables import TABLES, read_rows

BATCH = 5000
KEPT_FOR = timedelta(days=31)
"""A simulation says what a draft would have changed: of no use once it is published or dropped."""
UNREADABLE = "Le brouillon a des points à corriger : les corriger, puis simuler."


def ask(*, edition: Edition, rows: Sequence[Row], base: Edition, months: int, by: User, at: datetime) -> Simulation:
    """Have the worker try a draft, as it stands now. Refuses (`CannotEdit`) a draft with faults, an unknown number of
    months, and a second simulation of the same draft while one runs."""
    if months not in simulation.MONTHS:
        raise CannotEdit(f"Choisir un nombre de mois parmi {', '.join(map(str, simulation.MONTHS))}.")
    try:
        read_rows(edition, rows, structures=known_structures(edition.territory, on=localdate(at)))
    except FaultyRules as invalid:
        raise CannotEdit(UNREADABLE) from invalid
    asked = Simulation(
        edition=edition,
        base=base,
        rows=list(rows),
        by=by,
        asked_at=at,
        since=simulation.first_day(localdate(at), months=months),
    )
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError as error:
        raise CannotEdit("Une simulation de ce brouillon est déjà en cours : attendre qu’elle se termine.") from error
    return asked


def is_short(asked: Simulation) -> bool:
    """Is it so little that a page may wait for it?"""
    few = simulation.find_first_routings(asked.edition, since=asked.since).order_by()[: simulation.AT_ONCE + 1]
    return few.count() <= simulation.AT_ONCE


def run_waiting(*, at: datetime, limit: int | None = None, only: Simulation | None = None) -> int:
    """Go on with the simulations that were asked for, or with one, `limit` situations at most. Returns how many were
    compared."""
    read: dict[int, Comparison | None] = {}  # for all batches of a simulation

    def next_batch(asked: Simulation) -> int:
        if asked.pk not in read:
            read[asked.pk] = _tables(asked, at=at)
        comparison = read[asked.pk]
        return _next_batch(asked, comparison) if comparison else 0

    asked = Simulation.objects.filter(state=Simulation.State.RUNNING).select_related("edition", "base")
    return batches.go_on(asked.filter(pk=only.pk) if only else asked, next_batch, limit=limit)


def _tables(asked: Simulation, *, at: datetime) -> Comparison | None:
    structures = known_structures(asked.edition.territory, on=localdate(at))
    try:
        before, after = (
            read_rows(edition, rows, structures=structures)
            for edition, rows in (
                (asked.base, TABLES[asked.base.catalogue].rows_of_edition(asked.base)),
                (asked.edition, asked.rows),
            )
        )
    except FaultyRules:  # a structure was taken away meanwhile, say
        asked.state, asked.message = Simulation.State.REFUSED, UNREADABLE
        asked.save(update_fields=["state", "message"])
        return None
    return Comparison(before, after)


def _next_batch(asked: Simulation, comparison: Comparison) -> int:
    if asked.total is None:
        found = simulation.find_first_routings(asked.edition, since=asked.since).order_by()
        asked.total = read_late(found.count)[0]
    rows, _ = read_late(
        lambda: list(simulation.find_first_routings(asked.edition, since=asked.since, before=asked.before_pk)[:BATCH])
    )
    tally = Tally(counted=asked.done, moved=asked.moved)
    tally.go_on(asked.counts)
    comparison.add(rows, tally, keep=simulation.KEPT - len(asked.differences))
    asked.done, asked.moved, asked.counts = tally.counted, tally.moved, tally.as_json()
    asked.differences = [*asked.differences, *(each.as_json() for each in tally.differences)]
    asked.total = max(asked.total, asked.done)
    if len(rows) < BATCH:
        asked.state, asked.total = Simulation.State.DONE, asked.done
    else:
        asked.before_pk = rows[-1][0]
    asked.save(update_fields=["before_pk", "state", "total", "done", "moved", "counts", "differences"])
    return len(rows)


def tally_of(asked: Simulation) -> Tally:
    """What was counted, as the page reads it."""
    tally = Tally(counted=asked.done, moved=asked.moved)
    tally.go_on(asked.counts)
    tally.differences = [Difference.from_json(each) for each in asked.differences]
    return tally


def forget_expired(*, at: datetime) -> int:
    """Returns how many old ones were erased."""
    return Simulation.objects.filter(asked_at__lt=at - KEPT_FOR).delete()[0]
