"""Who acts on a case locks its row first, so that acts on one case follow one another."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

from cases.models import Case
from cases.refusals import Busy

LOCK_TIMEOUT = "3s"


def lock_case(pk: int) -> Case:
    """The row of a case as it stands, locked for the rest of the transaction. Refuses (`Busy`) after three seconds."""
    with wait_briefly():
        return Case.objects.select_for_update(of=("self",)).get(pk=pk)


@contextmanager
def wait_briefly() -> Iterator[None]:
    """Until the end of the transaction no lock is waited for longer than three seconds; inside, that is `Busy`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    try:
        yield
    except OperationalError as error:
        raise Busy from error
