"""What a tick does of cases and of long jobs (see `config.ticking`). Twice or in parallel, it is the same.

Each function returns what was done, by kind.
"""

from datetime import datetime

from django.utils.timezone import localdate

from cases.actions import family_codes, place_delays, quarantine
from cases.actions.members import forget_ended
from workflows.actions import drafts, handovers, kept, replays, retention, simulations, subject_acts
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
ERASED_HOUSEHOLDS = 40
"""What a tick does of long jobs, if the worker was not woken: little, so that notices do not wait."""


def follow_time(*, at: datetime) -> dict[str, int]:
    """What the hour makes happen: what leavers held comes back, delays end, the stock is let out, people change hands; what is
    too old goes."""
    left = return_left(at=at)  # before anything is told of it: they would be told, who see it no more
    acted = place_delays.follow_before_missing(at=at)
    swept = sweep_deadlines(at=at)
    return {f"échéances : {act}": count for act, count in sorted(swept.items())} | {
        "départs sans relais": left,
        "suivis repris": acted,
        "dossiers du stock libérés": release_and_tell(at=at),
        "personnes transférées": handovers.run_waiting(at=at, limit=MOVED_PEOPLE),
        "brouillons oubliés": drafts.forget_expired(at=at),
        "codes de fiches finis": family_codes.end_useless(at=at),
        "saisies en attente oubliées": kept.forget_expired(at=at),
    }


def go_on_with_jobs(*, at: datetime) -> dict[str, int]:
    """A little of each job that the worker was asked for and has not done, and what is forgotten or closed meanwhile."""
    return {
        "lignes importées": run_waiting(at=at, limit=IMPORTED_LINES),
        "veilles oubliées": forget_watches(at=at),
        "droits échus retirés": forget_ended(on=localdate(at)),
        "fichiers abandonnés": forget_abandoned(at=at),
        "listes exportées": exports.run_waiting(at=at, limit=WRITTEN_EXPORTS),
        "exports supprimés": exports.delete_old_exports(at=at),
        "traces d’import effacées": forget_traces(at=at),
        "orientations reprises": replays.run_waiting(at=at, limit=REPLAYED),
        "situations simulées": simulations.run_waiting(at=at, limit=SIMULATED),
        "ménages archivés ou anonymisés": retention.run_waiting(at=at, limit=ERASED_HOUSEHOLDS),
        "dossiers de personnes préparés": subject_acts.run_waiting(at=at),
        "dossiers de personnes supprimés": subject_acts.forget_person_files(at=at),
        "simulations oubliées": simulations.forget_expired(at=at),
        "pièces vérifiées": quarantine.scan_waiting(at=at),
    }
