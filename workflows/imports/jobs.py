"""What a person does with a file: deposit it, say how it is read, have it imported, decide a doubtful line."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from cases.matching import Band
from cases.models import Household, Structure, User
from workflows.imports.known import Home, Known
from workflows.imports.plan import Plan
from workflows.imports.planner import Planner, decided_key
from workflows.imports.read import Row
from workflows.imports.rows import ReadRow, identity, read_row
from workflows.imports.run import carry_out_again, imports_lock
from workflows.imports.sender import Sender
from workflows.models import IdentityDecision, ImportJob, ImportRow


class NotNow(Exception):
    """Refusal, in French, to be shown as it is."""


@transaction.atomic
def deposit(*, structure: Structure, by: User, file: "File[Any]", name: str, at: datetime) -> ImportJob:
    """Keep a file until it is imported; it is stored under a name that tells nothing."""
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


@transaction.atomic
def ask_check(job: ImportJob, *, columns: Mapping[str, str], options: Mapping[str, Any], as_of: date | None) -> None:
    """Say how the file is read, and ask for a dry run. Refuses (`NotNow`) a file already imported."""
    job = locked(job, ImportJob.State.UPLOADED, ImportJob.State.CHECKED, ImportJob.State.FAILED)
    if job.state == ImportJob.State.FAILED and job.done_rows:
        raise NotNow("Cet import a commencé : le reprendre, ou déposer de nouveau le fichier.")
    job.columns, job.options, job.as_of = dict(columns), dict(options), as_of
    job.state, job.message = ImportJob.State.CHECKING, ""
    job.save(update_fields=["columns", "options", "as_of", "state", "message"])


@transaction.atomic
def ask_import(job: ImportJob) -> None:
    """Import a file that was checked, or go on with an import that stopped. Refuses (`NotNow`) any other."""
    job = locked(job, ImportJob.State.CHECKED, ImportJob.State.FAILED)
    if job.state == ImportJob.State.CHECKED:
        ImportRow.objects.filter(job=job).delete()
        job.done_rows = 0
    job.state, job.message = ImportJob.State.RUNNING, ""
    job.save(update_fields=["state", "message", "done_rows"])


@transaction.atomic
def discard(job: ImportJob) -> None:
    """Forget a file that was not imported."""
    job = locked(job, ImportJob.State.UPLOADED, ImportJob.State.CHECKED)
    job.file.delete(save=False)
    job.delete()


def locked(job: ImportJob, *states: str) -> ImportJob:
    found = ImportJob.objects.select_for_update().get(pk=job.pk)
    if found.state not in states:
        raise NotNow(f"Cet import est {found.get_state_display()} : recharger la page.")
    return found


# A doubtful line


class Doubt:
    """A line to check, read again, with the households that it may be of."""

    def __init__(self, row: ImportRow, *, at_day: date) -> None:
        self.row = row
        self.read = reread(row, today=at_day)
        self.sender = Sender(row.job.structure)
        self.incoming = identity(self.read.values, sender=row.job.structure.code)
        self.known = Known(sender=row.job.structure)
        self.known.load([self.incoming])
        found = self.known.find(self.incoming)
        self.is_doubtful = found.band is Band.TO_CHECK
        self.candidates = [(self.known.homes[near.household], near.match) for near in found.candidates]

    def is_own(self, home: Home) -> bool:
        """Does the sender know this household by a lease of his?"""
        return any(self.row.job.structure in (lease.owner, lease.tenancy.landlord) for lease in home.leases)


def reread(row: ImportRow, *, today: date) -> ReadRow:
    headings = tuple(row.values)
    mapping = {heading: name for heading, name in row.job.columns.items() if heading in row.values}
    return read_row(Row(line=row.line, cells=tuple(row.values.values())), headings, mapping, today=today)


def decide(row: ImportRow, *, household: Household | None, by: User, at: datetime, today: date) -> Plan:
    """Someone says which household a line is of, or that it is none of those near; the line is then imported."""
    with imports_lock(row.job.structure.territory, wait=True):
        row = ImportRow.objects.select_related("job__structure", "job__by").get(pk=row.pk)
        if row.outcome != ImportRow.Outcome.TO_CHECK:
            raise NotNow("Cette ligne a déjà été vérifiée.")
        doubt = Doubt(row, at_day=today)
        key = decided_key(doubt.incoming)
        IdentityDecision.objects.update_or_create(
            structure=row.job.structure,
            key=key,
            defaults={"household": household, "decided_by": by, "decided_at": at},
        )
        planner = Planner(
            sender=doubt.sender,
            known=doubt.known,
            as_of=row.job.as_of or today,
            today=today,
            decided={key: str(household.pk) if household else ""},
        )
        return carry_out_again(row, planner.plan(doubt.read), sender=doubt.sender, by=by, at=at)
