"""What beat does every thirty seconds: expiries, reminders, old drafts, then notices, then e-mails, then files to scan. Twice or in parallel, it is the same."""

from datetime import datetime

from django.utils.timezone import localdate

from cases.actions import place_delays, quarantine, readings
from cases.actions.members import forget_ended
from notifications import reminders
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from workflows.actions import drafts, handovers, kept, replays, simulations
from workflows.actions.members import return_left
from workflows.actions.stock import release_and_tell
from workflows.actions.watching import forget_watches
from workflows.exports import run as exports
from workflows.imports.run import forget_abandoned, run_waiting
from workflows.imports.undo import forget_traces
from workflows.sweep import sweep_deadlines

MOVED_PEOPLE = 1000
IMPORTED_LINES = 200
WRITTEN_EXPORTS = 1
SIMULATED = 20_000
REPLAYED = 200
"""What a tick does of long jobs, if the worker was not woken: little, so that notices do not wait."""


def tick(*, at: datetime) -> dict[str, int]:
    """Returns what was done, by kind."""
    acted = place_delays.follow_before_missing(at=at)
    swept = sweep_deadlines(at=at)
    return {f"échéances : {act}": count for act, count in sorted(swept.items())} | {
        "suivis repris": acted,
        "dossiers du stock libérés": release_and_tell(at=at),
        "personnes transférées": handovers.run_waiting(at=at, limit=MOVED_PEOPLE),
        "rappels": reminders.scan(at=at),
        "brouillons oubliés": drafts.forget_expired(at=at),
        "saisies en attente oubliées": kept.forget_expired(at=at),
        "lignes annoncées": drain_outbox(at=at),
        "courriels envoyés": send_due(at=at),
        "lignes importées": run_waiting(at=at, limit=IMPORTED_LINES),
        "veilles oubliées": forget_watches(at=at),
        "droits échus retirés": forget_ended(on=localdate(at)),
        "départs sans relais": return_left(at=at),
        "fichiers abandonnés": forget_abandoned(at=at),
        "listes exportées": exports.run_waiting(at=at, limit=WRITTEN_EXPORTS),
        "exports supprimés": exports.delete_old_exports(at=at),
        "traces d’import effacées": forget_traces(at=at),
        "lectures oubliées": readings.forget(at=at),
        "orientations reprises": replays.run_waiting(at=at, limit=REPLAYED),
        "situations simulées": simulations.run_waiting(at=at, limit=SIMULATED),
        "simulations oubliées": simulations.forget_expired(at=at),
        "pièces vérifiées": quarantine.scan_waiting(at=at),
    }
