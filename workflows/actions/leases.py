"""Work of many transactions that one process does at a time: a row says which process, and until when.

Not a lock of the session: behind a pooler each transaction may go to another connection of the server. The time is the
database’s, one for all machines.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from cases.locks import wait_briefly
from cases.refusals import Busy, Refusal
from workflows.models import Lease

LASTS = timedelta(minutes=3)
"""Without a sign of its holder: a killed worker’s work is taken up by the next one after this time."""
SECONDS_BETWEEN_TRIES = 0.2


class LeaseLost(Exception):
    """Nothing was heard of this process for longer than its lease lasts, and another one does the work now."""


@dataclass(frozen=True, kw_only=True)
class HeldLease:
    """A lease that this process holds."""

    name: str
    holder: UUID

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction of the work: it renews the lease, and until its end nobody takes it, however long it lasts.

        Raises `LeaseLost` when another process has it, before anything is written.
        """
        with transaction.atomic():
            if not Lease.objects.filter(name=self.name, holder=self.holder).update(until=Now() + LASTS):
                raise LeaseLost(self.name)
            yield


@contextmanager
def take(name: str) -> Iterator[HeldLease | None]:
    """The lease, given back at the end; None while another process holds it."""
    held = _try(name)
    try:
        yield held
    finally:
        if held:
            # A server that no longer answers: the lease ends by itself.
            with suppress(DatabaseError):
                Lease.objects.filter(name=name, holder=held.holder).update(holder=None, until=None)


@contextmanager
def wait_for(name: str) -> Iterator[HeldLease]:
    """The lease, once whoever holds it has given it back. For a command, not for a page."""
    while True:
        with take(name) as held:
            if held:
                yield held
                return
        time.sleep(SECONDS_BETWEEN_TRIES)


def keep_out(name: str, *, refusal: Refusal) -> None:
    """Nobody takes the lease before this transaction ends. Refuses when somebody holds it."""
    _write_row(name)
    try:
        with wait_briefly():
            is_free = _free(name).select_for_update().exists()
    except Busy:
        is_free = False
    if not is_free:
        raise refusal
    # Whoever held it and was silent too long finds that he has lost it.
    _free(name).update(holder=None, until=None)


@transaction.atomic
def _try(name: str) -> HeldLease | None:
    _write_row(name)
    # Skipped, not waited for: a row that is locked is in use.
    if not _free(name).select_for_update(skip_locked=True).first():
        return None
    held = HeldLease(name=name, holder=uuid4())
    Lease.objects.filter(name=name).update(holder=held.holder, until=Now() + LASTS)
    return held


def _free(name: str) -> QuerySet[Lease]:
    return Lease.objects.filter(Q(until=None) | Q(until__lt=Now()), name=name)


def _write_row(name: str) -> None:
    if not Lease.objects.filter(name=name).exists():
        Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
