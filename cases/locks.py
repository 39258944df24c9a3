"""Who acts on a case locks its row first, so that acts on one case follow one another; who gives it to a structure keeps that
one in service until he is done.

Not its key (`no_key`): a line that names the case, of a reminder or a notice, waits for no act, else the act that waits for what
its writer holds, and he, would wait for each other.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection
from django.db.models import Func, QuerySet, TextField, Value
from psycopg.errors import DeadlockDetected, LockNotAvailable

from cases.models import Case, CaseKind, Household, JournalEntry, Structure, Tenancy, Territory
from cases.refusals import Busy, OutOfService

LOCK_TIMEOUT = "3s"
WAITS_BRIEFLY = Func(
    Value("lock_timeout"),
    Value(LOCK_TIMEOUT),
    template="set_config(%(expressions)s, true)",
    output_field=TextField(),
)


def lock_case(pk: int) -> Case:
    """The row of a case as it stands, locked for the rest of the transaction. Refuses (`Busy`) after three seconds.

    As `wait_briefly`, in the same statement: what it selects is computed before the row that it found is locked.
    """
    with busy_when_locked():
        return Case.objects.select_for_update(of=("self",), no_key=True).annotate(waits=WAITS_BRIEFLY).get(pk=pk)


def lock_open_arrears(tenancy: Tenancy) -> Case | None:
    """The open case of the arrears of a lease, locked likewise; none when whoever acted on it has just closed it."""
    found = Case.objects.filter(tenancy=tenancy, kind=CaseKind.ARREARS, closed_on=None)
    with busy_when_locked():
        return found.select_for_update(of=("self",), no_key=True).annotate(waits=WAITS_BRIEFLY).first()


def lock_free_cases(pks: Collection[int]) -> list[Case]:
    """The rows of those of these cases on which nobody acts at this moment, locked for the rest of the transaction. Waits for
    none: who waited for one would keep everybody from the others."""
    with wait_briefly():
        free = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk__in=pks)
        return list(free.order_by("pk"))


def lock_cases(found: QuerySet[Case]) -> None:
    """The rows of cases, in one order: two that lock many do not wait for each other. Refuses (`Busy`) after three seconds."""
    with wait_briefly():
        list(found.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def lock_household(pk: int) -> Household:
    """The row of a household as it stands, after those of its cases: whoever acts on one of them locks it, then the household,
    and in another order each would wait for the other. Refuses (`Busy`) after three seconds."""
    with wait_briefly():
        list(
            Case.objects.select_for_update(of=("self",), no_key=True)
            .filter(household=pk)
            .order_by("pk")
            .values_list("pk")
        )
        return Household.objects.select_for_update().get(pk=pk)


def keep_in_service(code: str) -> Structure | None:
    """A structure that is given something, which nobody ends before the end of this transaction; None when it has ended.

    Those who give at once do not wait for each other. Inside `lock_case`, refuses (`Busy`) after three seconds.
    """
    kept = 'SELECT * FROM "cases_structure" WHERE "code" = %s AND "is_active" FOR KEY SHARE'
    with busy_when_locked():
        return next(iter(Structure.objects.raw(kept, [code])), None)


def refuse_ended(structure: Structure) -> None:
    """Before it is given something: refuses (`OutOfService`) one that has ended meanwhile, else keeps it in service."""
    if keep_in_service(structure.code) is None:
        raise OutOfService(structure)


def lock_newcomers(territory: str) -> None:
    """Until the end of the transaction nobody else enters somebody new in that territory: whoever does so at the same
    moment waits, searches again, and finds her. Refuses (`Busy`) after three seconds."""
    with wait_briefly():
        Territory.objects.select_for_update(no_key=True).get(code=territory)


def lock_territories() -> list[Territory]:
    """Those in service, until the end of the transaction: of two who look at the same moment for what nobody was told yet, as
    two beats ask, the second waits, and finds that it was told."""
    return list(Territory.objects.in_service().order_by("pk").select_for_update(no_key=True))


def lock_undoing(entry: JournalEntry) -> None:
    """Who undoes what this line tells waits for who undoes it at the same moment. The line itself cannot be locked: the
    application has no right to change one, which locking asks for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"relais.undo.{entry.pk}"])


@contextmanager
def wait_briefly() -> Iterator[None]:
    """Until the end of the transaction no lock is waited for longer than three seconds; inside, that is `Busy`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    with busy_when_locked():
        yield


@contextmanager
def busy_when_locked() -> Iterator[None]:
    """What `wait_briefly` has made of a lock that is waited for too long, later in the same transaction, is `Busy` too. A database
    that is away or has no room is another matter, and its page says so."""
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
            raise
        raise Busy from error
