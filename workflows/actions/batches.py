"""What a page asks for and the worker goes on with: batch after batch, each kept in its own transaction."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from cases.refusals import Busy

Asked = TypeVar("Asked", bound=Model)


def go_on(asked: QuerySet[Asked], batch: Callable[[Asked], int], *, limit: int | None = None) -> int:
    """Treat each row of `asked` until it is no longer among them, `limit` things at most. `batch` does the next ones of a
    row, which is locked, and returns how many; so does this.

    What waits is read from PostgreSQL, so this may run anywhere, twice, or after a crash. A row that another process
    treats is left to it; where somebody works on one of the cases (`Busy`), the next call goes on.
    """
    done = 0
    for pk in list(asked.order_by("pk").values_list("pk", flat=True)):
        while limit is None or done < limit:
            treated = _one_batch(asked.filter(pk=pk), batch)
            if treated is None:
                break
            done += treated
    return done


def _one_batch(asked: QuerySet[Asked], batch: Callable[[Asked], int]) -> int | None:
    """None when there is nothing left to do, or somebody else is at it."""
    try:
        with transaction.atomic():
            row = asked.select_for_update(of=("self",), skip_locked=True).first()
            return None if row is None else batch(row)
    except Busy:
        return None
