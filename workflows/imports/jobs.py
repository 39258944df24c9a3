"""What a person does with a file: deposit it, say how it is read, have it imported."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.timezone import localdate

from cases.actions.retention.anonymise import note_erased
from cases.actions.sharing_bases import require_basis
from cases.models import Structure, User
from cases.refusals import Refusal
from workflows.imports.months import other_total
from workflows.models import ImportCorrection, ImportJob, ImportRow

NOTHING_WRITTEN = (
    "Rien n’a été enregistré de ce fichier, dont la lecture s’est arrêtée : vérifier les colonnes, puis demander une"
    " nouvelle vérification avant de l’importer."
)
OTHER_TOTAL = "Un fichier du même mois, d’un autre total, est déjà importé : dire lequel des deux compte, ou les deux."


class NotNow(Refusal):
    """An import does not do this where it stands."""


@transaction.atomic
def deposit(*, structure: Structure, by: User, file: File[bytes], name: str, at: datetime) -> ImportJob:
    """Keep a file until it is imported; it is stored under a name that tells nothing. Refuses (`NoBasisRecorded`) a sender
    whose ground nobody has recorded: nothing of the file is kept."""
    require_basis(structure, on=localdate(at))
    job = ImportJob(structure=structure, by=by, file_name=name[-200:], sha256=digest(file), created_at=at)
    job.file.save(str(job.public_id), file, save=False)
    job.save()
    return job


def digest(file: "File[Any]") -> str:
    found = hashlib.sha256()
    for part in file.chunks():
        found.update(part)
    file.seek(0)
    return found.hexdigest()


LINES_BY = ("sheet", "encoding", "separator")
"""What a file’s lines and cells depend on: read by another, line 12 is another tenant’s."""


@transaction.atomic
def ask_check(job: ImportJob, *, columns: Mapping[str, str], options: Mapping[str, object], as_of: date | None) -> int:
    """Say how the file is read, and ask for a dry run. Refuses (`NotNow`) a file already imported.

    Returns how many corrections are forgotten, which were of lines that were read otherwise."""
    job = lock_job(job, ImportJob.State.UPLOADED, ImportJob.State.CHECKED, ImportJob.State.FAILED)
    if job.state == ImportJob.State.FAILED and job.count_written():
        raise NotNow("Cet import a commencé : le reprendre, ou déposer de nouveau le fichier.")
    is_read_otherwise = any(job.options.get(name) != options.get(name) for name in LINES_BY)
    forgotten = forget_corrections(job) if is_read_otherwise else 0
    job.columns, job.options, job.as_of = dict(columns), dict(options), as_of
    job.state, job.message = ImportJob.State.CHECKING, ""
    job.save(update_fields=["columns", "options", "as_of", "state", "message"])
    return forgotten


@transaction.atomic
def ask_import(
    job: ImportJob, *, at: datetime, replaces: ImportJob | None = None, completes: ImportJob | None = None
) -> None:
    """Import a file that was checked, or go on with an import that stopped; it keeps the ground on which it is shared.

    Refuses (`NotNow`) any other, such as one whose check failed: its lines are of a dry run; and one of a month for
    which another total is imported, unless it is said to replace it, or to complete it; and (`NoBasisRecorded`) a sender
    without a ground."""
    job = lock_job(job, ImportJob.State.CHECKED, ImportJob.State.FAILED)
    if job.state == ImportJob.State.FAILED and not job.count_written():
        raise NotNow(NOTHING_WRITTEN)
    if job.state == ImportJob.State.CHECKED:
        if replaces or completes:
            job.replaces, job.completes = (None, completes) if completes else (replaces, None)
        if other_total(job):
            raise NotNow(OTHER_TOTAL)
        ImportRow.objects.filter(job=job).delete()
        job.done_rows = 0
    job.basis = require_basis(job.structure, on=localdate(at))
    job.state, job.message = ImportJob.State.RUNNING, ""
    job.save(update_fields=["state", "message", "done_rows", "replaces", "completes", "basis"])


@transaction.atomic
def discard(job: ImportJob) -> None:
    """Forget a file that was not imported, and in the night what the database kept of its corrections."""
    job = lock_job(job, ImportJob.State.UPLOADED, ImportJob.State.CHECKED)
    forget_corrections(job)
    job.file.delete(save=False)
    job.delete()


def forget_corrections(job: ImportJob) -> int:
    """And in the night what the database kept of them. Returns how many."""
    typed = list(job.corrections.values_list("pk", flat=True))
    note_erased(ImportCorrection, typed, home=None)
    job.corrections.filter(pk__in=typed).delete()
    return len(typed)


def lock_job(job: ImportJob, *states: str) -> ImportJob:
    found = ImportJob.objects.select_for_update().get(pk=job.pk)
    if found.state not in states:
        raise NotNow(f"Cet import est {found.get_state_display()} : recharger la page.")
    return found
