"""The exports that are too long for a page, written by the worker; and those that are kept no longer."""

import logging
import tempfile
from datetime import datetime, timedelta

from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.timezone import localdate

from cases.actions.retention.files import delete_with_file
from cases.actions.retention.limits import kept_for
from cases.refusals import StoreAway
from cases.replica import read_late
from workflows.exports import jobs
from workflows.lists.base import Listing
from workflows.models import Export

log = logging.getLogger(__name__)

SILENT = timedelta(minutes=5)
"""Without a sign for so long, whoever wrote an export is dead: somebody else begins again."""
ATTEMPTS = 3
NO_LONGER = "Vos droits ont changé depuis la demande : rien n’est exporté."
INTERRUPTED = "L’export s’est interrompu. Le demander de nouveau ; si cela persiste, prévenir le support."


class Overtaken(Exception):
    """Somebody else took this export over, or it is gone."""


def run_waiting(*, at: datetime, limit: int | None = None) -> int:
    """Write the exports that were asked for, `limit` of them at most. Returns how many were written.

    What waits is read from PostgreSQL, so this may run anywhere, twice, or after a crash.
    """
    done = 0
    dead = Q(state=Export.State.RUNNING, seen_at__lt=Now() - SILENT)
    waiting = Export.objects.filter(Q(state=Export.State.WAITING) | dead)
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:limit]):
        # Claimed by a conditional update: of two workers, one gets it.
        if Export.objects.filter(Q(state=Export.State.WAITING) | dead, pk=pk).update(
            state=Export.State.RUNNING, attempts=F("attempts") + 1, seen_at=Now(), done=0
        ):
            done += _write_export(Export.objects.select_related("by", "structure").get(pk=pk), at=at)
    return done


def _write_export(export: Export, *, at: datetime) -> int:
    if export.attempts > ATTEMPTS:
        return _mark_failed(export, INTERRUPTED)
    if not jobs.is_still_allowed(export, at=at):
        return _mark_failed(export, NO_LONGER)
    try:
        _write_file(export, jobs.listing_of(export, at=at), at=at)
    except Overtaken:
        log.info("export %s is written by somebody else", export.pk)
        return 0
    except StoreAway as away:
        log.warning("export %s: the store of files does not answer", export.pk)
        return _mark_failed(export, f"{away} L’export est à demander de nouveau.")
    except Exception:
        _mark_failed(export, INTERRUPTED)
        raise
    return 1


def _write_file(export: Export, asked: Listing, *, at: datetime) -> None:
    _ = asked.held_rights  # of the database itself, whatever is read late
    with tempfile.TemporaryFile() as out:

        def tell(done: int) -> None:
            _mark_progress(export, done=done)

        def write() -> list[int]:
            out.seek(0)
            out.truncate()
            found = asked.ids(limit=jobs.MOST)
            _mark_progress(export, total=len(found), done=0)
            jobs.write_list(out, asked, found, file_type=export.format, tell=tell)
            return found

        ids, _age = read_late(write)
        out.seek(0)
        name = f"exports/{export.public_id}"
        storage = export.file.storage
        storage.delete(name)  # of an attempt that was interrupted
        with transaction.atomic():
            _mark_progress(export, state=Export.State.DONE, file=storage.save(name, File(out)))
            jobs.record_list_export(asked, file_type=export.format, count=len(ids), at=at)


def _mark_progress(export: Export, **changed: object) -> None:
    """How far it is; raises `Overtaken` when it is no longer ours."""
    still_ours = Export.objects.filter(pk=export.pk, state=Export.State.RUNNING, attempts=export.attempts)
    if not still_ours.update(seen_at=Now(), **changed):
        raise Overtaken


def _mark_failed(export: Export, message: str) -> int:
    Export.objects.filter(pk=export.pk, state=Export.State.RUNNING).update(state=Export.State.FAILED, message=message)
    return 0


def delete_old_exports(*, at: datetime) -> int:
    """Delete the exports whose time is over, with their files. Returns how many."""
    return delete_with_file(Export.objects.filter(asked_at__lt=at - kept_for("export", on=localdate(at))))
