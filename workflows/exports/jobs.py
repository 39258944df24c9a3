"""What a person does with an export: asks for it, follows it, takes its file."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.models import User
from cases.refusals import Refusal
from workflows.exports.sheets import write_sheet
from workflows.lists import LISTINGS, build_listing
from workflows.lists.base import Line, Listing
from workflows.models import Export

AT_ONCE = 5000
"""Lines that are written while the page waits."""
MOST = 300_000
"""Nobody reads more; a spreadsheet holds about a million."""
BATCH = 2000
"""Lines that are read together."""


class CannotExport(Refusal):
    """A list does not become a file."""


def request_export(asked: Listing, *, file_type: str, at: datetime) -> tuple[IO[bytes] | None, Export | None]:
    """A list as a file: at once when it is short, else the worker is asked for it. Refuses (`CannotExport`) a filter
    that no longer exists, an empty list, one that is too long, and a second one while the same person waits."""
    if refusal := asked.refusal_of_filters:
        raise CannotExport(refusal)
    ids = asked.ids(limit=MOST + 1)
    if not ids:
        raise CannotExport("La liste est vide : il n’y a rien à exporter.")
    if len(ids) > MOST:
        raise CannotExport("La liste compte plus de 300 000 lignes : ajouter un filtre, puis exporter.")
    if len(ids) > AT_ONCE:
        return None, _leave_to_worker(asked, file_type=file_type, total=len(ids), at=at)
    record_list_export(asked, file_type=file_type, count=len(ids), at=at)
    with ExitStack() as closing:
        out = closing.enter_context(tempfile.TemporaryFile())
        write_list(out, asked, ids, file_type=file_type)
        out.seek(0)
        closing.pop_all()  # the answer that sends it closes it
    return out, None


@transaction.atomic
def _leave_to_worker(asked: Listing, *, file_type: str, total: int, at: datetime) -> Export:
    User.objects.select_for_update(of=("self",)).get(pk=asked.user.pk)
    if Export.objects.filter(by=asked.user, state__in=(Export.State.WAITING, Export.State.RUNNING)).exists():
        raise CannotExport("Un de vos exports est en cours : attendre qu’il soit prêt.")
    return Export.objects.create(
        by=asked.user,
        structure=asked.structure,
        list_code=asked.code,
        asked=asked.asked,
        scope=asked.scope,
        format=file_type,
        total=total,
        asked_at=at,
    )


@transaction.atomic
def record_list_export(asked: Listing, *, file_type: str, count: int, at: datetime) -> None:
    """The line of the journal: which list, how many lines. Neither its filters nor whom it names."""
    journal.record(
        "list.exported", at=at, by=asked.user, structure=asked.structure, list=asked.code, format=file_type, rows=count
    )


@transaction.atomic
def record_download(export: Export, *, at: datetime) -> None:
    """Record in the journal that the author of an export takes its file."""
    journal.record(
        "export.downloaded",
        at=at,
        by=export.by,
        structure=export.structure,
        export=export.pk,
        list=export.list_code,
        rows=export.total,
    )


def exports_of(user: User) -> QuerySet[Export]:
    return Export.objects.filter(by=user).select_related("structure", "by")


def find_allowed_exports(user: User, *, at: datetime) -> list[Export]:
    """His, of which he still holds the rights. Two queries, however many."""
    found, memo = list(exports_of(user)), dict[str, Any]()
    return [export for export in found if is_still_allowed(export, at=at, memo=memo)]


def is_still_allowed(export: Export, *, at: datetime, memo: dict[str, object] | None = None) -> bool:
    """Does its author hold all the rights under which it was asked? `memo`: his rights, once they were read."""
    asked = listing_of(export, at=at)
    if memo is not None:
        asked.memo = memo
    return asked.is_allowed and set(export.scope) <= set(asked.scope)


def listing_of(export: Export, *, at: datetime) -> Listing:
    return build_listing(
        export.list_code, user=export.by, asked=export.asked, today=localdate(at), structure=export.structure
    )


def title_of(export: Export) -> str:
    return LISTINGS[export.list_code].title


def file_name(code: str, *, file_type: str, at: datetime) -> str:
    """It says what it is, and names nobody."""
    return f"relais-{code}-{localdate(at):%Y-%m-%d}.{file_type}"


def write_list(
    out: IO[bytes], asked: Listing, ids: list[int], *, file_type: str, tell: Callable[[int], None] = lambda _done: None
) -> None:
    """These rows, as a sheet; `tell` is told, batch after batch, how many were read."""
    lines = _read_in_batches(asked, ids, tell)
    write_sheet(out, lines, file_type=file_type, heading=asked.heading, columns=asked.columns())


def _read_in_batches(asked: Listing, ids: list[int], tell: Callable[[int], None]) -> Iterator[Line]:
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        yield from asked.read_lines(batch)
        tell(start + len(batch))
