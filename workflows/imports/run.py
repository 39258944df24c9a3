"""A file is checked or imported line by line; what is done is kept, so that an interrupted run goes on where it was."""

import logging
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.fields.files import FieldFile
from django.utils.timezone import localdate

from cases import journal
from cases.actions.rules_in_force import rules_read_once
from cases.actions.sharing_bases import NoBasisRecorded
from cases.refusals import Busy, Refusal, StoreAway
from workflows.actions import leases, stock
from workflows.actions.leases import HeldLease, LeaseLost
from workflows.actions.lots import Lots, tell_lots
from workflows.imports.file_writer import FileWriter
from workflows.imports.jobs import NotNow, lock_job
from workflows.imports.lines import FilePlanner
from workflows.imports.mappings import read_as_usual, read_options, remember
from workflows.imports.months import other_total
from workflows.imports.planner import WAITS
from workflows.imports.read import CannotRead, FileTable, read_table
from workflows.imports.records import corrections_of, forget_lines, keep_checked, row_of, save_counts, seen_tenancies
from workflows.imports.sender import Sender
from workflows.imports.stated_total import read_stated_total
from workflows.imports.undo import CannotUndo, undo_import
from workflows.models import ImportJob, ImportRow

log = logging.getLogger(__name__)

PROGRESS = 20  # lines between two marks of the progress, with the same rules
BATCH = 500  # lines of a dry run that are kept together
ABANDONED = timedelta(days=7)
LONG_UNDO = 10 * 60
"""Seconds, of the fourteen minutes of a task: an undo that had as many will not end in another."""


class ImportGoesOn(Refusal):
    """An import writes in the territory at this moment."""

    def __init__(self) -> None:
        super().__init__("Un import est en cours d’enregistrement : réessayer dans quelques minutes.")


def lease_name(territory: str) -> str:
    """One import at a time in a territory: two files that name the same household must see each other’s work."""
    return f"imports {territory}"


def keep_imports_out(territory: str) -> None:
    """No import writes in this territory before the transaction ends. Refuses (`ImportGoesOn`) while one does."""
    leases.keep_out(lease_name(territory), refusal=ImportGoesOn())


def run_waiting(*, at: datetime, limit: int | None = None) -> int:
    """Check and import the files that wait for it, `limit` lines at most. Returns how many lines were done.

    What waits is read from PostgreSQL, so this may run anywhere, twice, or after a crash.
    """
    done = 0
    waiting = ImportJob.objects.filter(state__in=WAITING).order_by("pk").values_list("pk", "structure__territory")
    for pk, territory in list(waiting):
        if limit is not None and done >= limit:
            break
        with leases.take(lease_name(territory)) as lease:
            job = ImportJob.objects.select_related("structure", "by").filter(pk=pk, state__in=WAITING).first()
            if lease and job:
                done += run_job(job, lease=lease, at=at, limit=limit)
    return done


WAITING = (ImportJob.State.CHECKING, ImportJob.State.RUNNING, ImportJob.State.UNDOING)


def forget_abandoned(*, at: datetime) -> int:
    """Delete the files that were deposited and never imported, and those of which an import left one behind. Returns how
    many were never imported. Without an answer of the store, they wait for the next turn."""
    try:
        for job in ImportJob.objects.filter(finished_at__isnull=False).exclude(file=""):
            delete_file(job, at=at)
        return _forget_abandoned(at=at)
    except StoreAway:
        log.warning("the store of files does not answer: files of imports wait to be deleted")
        return 0


def _forget_abandoned(*, at: datetime) -> int:
    left = ImportJob.objects.filter(state__in=TO_GO_ON, created_at__lt=at - ABANDONED).exclude(file="")
    never_imported = 0
    for job in left:
        try:
            never_imported += _forget_file(job, at=at)
        except NotNow:  # somebody goes on with it
            continue
        except (StoreAway, SoftTimeLimitExceeded):
            raise
        except Exception:  # one that fails must not keep the files of all the others
            log.exception("the file of import %s could not be deleted", job.pk)
    return never_imported


TO_GO_ON = (ImportJob.State.UPLOADED, ImportJob.State.CHECKED, ImportJob.State.FAILED)


@transaction.atomic
def _forget_file(job: ImportJob, *, at: datetime) -> bool:
    """Was it never imported? What an import wrote before it stopped stays."""
    job = lock_job(job, *TO_GO_ON)
    if written := job.count_written():
        end_unfinished(job, written=written, at=at)
        return False
    job.file.delete(save=False)
    job.state, job.message = ImportJob.State.FAILED, "Fichier supprimé : il n’avait pas été importé."
    job.file_deleted_at = at
    job.save(update_fields=["file", "state", "message", "file_deleted_at"])
    forget_lines(ImportRow.objects.filter(job=job))
    return True


def run_job(job: ImportJob, *, lease: HeldLease, at: datetime, limit: int | None = None) -> int:
    """Check, import or undo a job’s own file. A failure is said on the job; what was done stays done."""
    if job.state == ImportJob.State.UNDOING:
        return undo_job(job, lease=lease, at=at)
    try:
        table = read_job(job)
        if job.state == ImportJob.State.CHECKING:
            return check_table(job, table, lease=lease, at=at)
        return import_table(job, table, lease=lease, at=at, limit=limit)
    except LeaseLost:
        log.warning("import %s: another process goes on with it", job.pk)
    except (CannotRead, NoBasisRecorded, StoreAway) as error:
        fail(job, str(error), lease=lease)
    except Exception:
        fail(job, "L’import s’est interrompu. Ce qui est fait est gardé : reprendre l’import.", lease=lease)
        raise
    return 0


def undo_job(job: ImportJob, *, lease: HeldLease, at: datetime) -> int:
    """All of it or nothing: an import that could not be undone is as it was, and says why."""
    began = time.monotonic()
    try:
        with lease.transaction():
            return undo_import(job, at=at)
    except LeaseLost:
        return 0
    except (CannotUndo, Busy) as refusal:
        message = str(refusal)
    except SoftTimeLimitExceeded:  # the worker is to end
        if time.monotonic() - began > LONG_UNDO:  # tried again, it would take as long
            log.warning("import %s has too many lines to be undone at once", job.pk)
            keep_done(
                job,
                "Cet import a trop de lignes pour être annulé en une fois : rien n’a changé. Corriger les dossiers un par un,"
                " ou déposer un fichier corrigé.",
            )
        raise
    except DatabaseError:
        log.exception("import %s could not be undone", job.pk)
        message = (
            "L’annulation n’a pas pu se faire : rien n’a changé. Réessayer ; si cela persiste, prévenir le support."
        )
    keep_done(job, message)
    return 0


def keep_done(job: ImportJob, message: str) -> None:
    """It was not undone, for this reason in French."""
    ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.DONE, message=message[:500], undone_by=None)


def read_job(job: ImportJob) -> FileTable:
    if not job.file:
        raise CannotRead("Le fichier n’est plus là : le déposer de nouveau.")
    with local_copy(job.file) as path:
        if not job.options:
            return read_as_usual(path, name=job.file_name, structure=job.structure)
        return read_table(path, name=job.file_name, options=read_options(job.structure, job.options))


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """Where the child process reads it: the file itself, when it is on this disk."""
    try:
        path = Path(file.path)
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy, open_deposited(file) as deposited:
            shutil.copyfileobj(deposited, copy)
            copy.flush()
            yield Path(copy.name)
    else:
        yield path


def open_deposited(file: FieldFile) -> FieldFile:
    try:
        return file.open()
    except FileNotFoundError as error:
        raise CannotRead("Le fichier n’est plus là : le déposer de nouveau.") from error


def fail(job: ImportJob, message: str, *, lease: HeldLease) -> None:
    with suppress(LeaseLost), lease.transaction():
        ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.FAILED, message=message[:500])


# The dry run


def check_table(job: ImportJob, table: FileTable, *, lease: HeldLease, at: datetime) -> int:
    """Tell what the import would do, and write nothing else than that. Begins again if it was interrupted."""
    with lease.transaction():
        ImportRow.objects.filter(job=job).delete()
    done = 0
    lines = lines_of(job, table, at=at).plans()
    while plans := list(islice(lines, BATCH)):
        done += len(plans)
        with lease.transaction():
            keep_checked(row_of(job, plan, whole=True) for plan in plans)
            ImportJob.objects.filter(pk=job.pk).update(done_rows=done, total_rows=len(table.rows))
    with lease.transaction():
        save_counts(job, total=len(table.rows))
        job.stated_total = read_stated_total(table, job.columns)
        job.state = ImportJob.State.CHECKED
        job.save(update_fields=["state", "stated_total"])
    return done


# The import


def import_table(job: ImportJob, table: FileTable, *, lease: HeldLease, at: datetime, limit: int | None = None) -> int:
    """Import what is not done yet of a file, each line in its own transaction, or with others that are as plain.

    If another file of the month came first meanwhile, it is checked again, for someone to say which one counts.
    """
    if other_total(job) and not ImportRow.objects.filter(job=job).exists():
        ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.CHECKING)
        return 0
    job.is_initial_stock = is_first(job)
    rows = ImportRow.objects.filter(job=job)
    earlier = set(rows.values_list("line", flat=True))
    waiting = set(rows.filter(outcome__in=WAITS).values_list("line", flat=True))
    lines = lines_of(job, table, at=at, done=earlier, seen=seen_tenancies(rows), waiting=waiting)
    save_counts(job, total=len(table.rows))
    writer, more = FileWriter(job, lines=lines, lease=lease, at=at), True
    plans = islice(lines.plans(), limit)
    while more:
        with rules_read_once():
            taken = list(map(writer.take_plan, islice(plans, PROGRESS)))
            more = len(taken) == PROGRESS
            if not more:
                writer.write_waiting()
        ImportJob.objects.filter(pk=job.pk).update(done_rows=len(earlier) + writer.done)
    if len(earlier) + writer.done >= len(table.rows):
        finish(job, table, lease=lease, at=at)
    return writer.done


def is_first(job: ImportJob) -> bool:
    """The first file of a landlord brings debts of all ages: they are told apart in figures of delays. One that stopped, and that
    nobody resumed, left debts to the next."""
    done = ImportJob.objects.filter(structure=job.structure, state=ImportJob.State.DONE)
    earlier = done.filter(done_rows__gte=F("total_rows"))
    return job.structure.is_claimant and not earlier.filter(pk__lt=job.pk).exists()


def finish(job: ImportJob, table: FileTable, *, lease: HeldLease, at: datetime) -> None:
    """The file has given what it had: it is deleted, since it holds what Relais does not keep."""
    with lease.transaction():
        end_import(job, total=len(table.rows), message="", at=at)


@transaction.atomic
def end_unfinished(job: ImportJob, *, written: int, at: datetime) -> None:
    """Nobody went on with an import that stopped. What it wrote stays, is told, and may be undone."""
    job.is_initial_stock = is_first(job)
    message = (
        f"Import arrêté avant la fin et jamais repris : {written} ligne{'s ont' if written > 1 else ' a'} été écrite"
        f"{'s' if written > 1 else ''}. Le fichier a été supprimé : le déposer de nouveau pour importer les autres."
    )
    end_import(job, total=job.total_rows, message=message, at=at)


def end_import(job: ImportJob, *, total: int, message: str, at: datetime) -> None:
    save_counts(job, total=total)
    job.state, job.finished_at, job.message = ImportJob.State.DONE, at, message
    job.save(update_fields=["state", "finished_at", "message", "is_initial_stock"])
    remember(job.structure, job.columns, options=job.options, at=at)
    entry = journal.record(
        "file.imported",
        at=at,
        by=job.by,
        structure=job.structure,
        job=job.pk,
        replaces=job.replaces_id,
        completes=job.completes_id,
        **job.counts,
    )
    if job.is_initial_stock:
        stock.release(at=at)
    tell_lots(lots_of(job), cause=entry, at=at)
    # It is imported, even if its file goes later (`forget_abandoned`).
    transaction.on_commit(lambda: delete_file(job, at=at), robust=True)


def lots_of(job: ImportJob) -> Lots:
    """How many cases the import brings to each structure."""
    found = ImportRow.objects.filter(job=job, decision__structure__isnull=False)
    return Counter((job.pk, structure) for structure in found.values_list("decision__structure", flat=True))


def delete_file(job: ImportJob, *, at: datetime) -> None:
    if job.file:
        job.file.delete(save=False)
        job.file_deleted_at = at
        job.save(update_fields=["file", "file_deleted_at"])


# Rows and counts


def lines_of(
    job: ImportJob,
    table: FileTable,
    *,
    at: datetime,
    done: Collection[int] = (),
    seen: Collection[int] = (),
    waiting: Collection[int] = (),
) -> FilePlanner:
    today = localdate(at)
    return FilePlanner(
        table,
        job.columns,
        sender=Sender(job.structure),
        as_of=job.as_of or stated_day(table, today=today),
        today=today,
        done=done,
        seen=seen,
        waiting=waiting,
        corrections=corrections_of(job) if job.pk else None,
    )


def stated_day(table: FileTable, *, today: date) -> date:
    return min(table.as_of or today, today)
