"""What was erased stays erased: after the restoration of an older backup, the ledger is applied again before anyone is served.

`scripts/restore.sh` writes its lines in a table of its own, in the transaction that fills the database; `migrate` applies
them, and gunicorn does not start while they wait (`config/starting.py`).
"""

from collections.abc import Callable, Collection
from datetime import date, datetime

from django.db import connection, transaction

from cases.actions.objections import oppose_again
from cases.actions.restrictions import restrict_again
from cases.actions.retention.anonymise import anonymise_household, redact_journal
from cases.actions.retention.archive import archive_household
from cases.models import Household, RetentionItem

WAITING = "erasures_to_apply"
Act = RetentionItem.Act
OPPOSE = "oppose"
"""The act of a line that says on which ground a sharing was opposed, in a fourth word; `scripts/erasures.sql` reads it from
what stands (`SharingObjection`)."""
RESTRICT, LIFT = "restrict", "lift"
"""The acts of lines that say a restriction which stands, and one that ended: its ground, then its request or a dash."""
FORGOTTEN = "-"
"""In place of a request that the register forgot, at its age."""
Lifted = Collection[tuple[str, ...]]
ACTS: dict[str, Callable[..., None]] = {Act.ARCHIVE: archive_household, Act.ANONYMISE: anonymise_household}


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{WAITING}"])
        [(found,)] = cursor.fetchall()
    return bool(found)


def apply_waiting(*, at: datetime) -> int:
    """As the owner of the database. Killed in the middle, the next call goes on. Returns how many lines were applied."""
    if not is_waiting():
        return 0
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line FROM erasures_to_apply ORDER BY line DESC"
        )  # restricted, opposed, lifted, archived, then anonymised
        lines = [line for (line,) in cursor.fetchall()]
    lifted = {_which(line) for line in lines if line.startswith(LIFT)}
    for line in lines:
        with transaction.atomic():
            done += _apply(line, at=at, lifted=lifted)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM erasures_to_apply WHERE line = %s", [line])
    redact_journal()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE erasures_to_apply")
    return done


def _which(line: str) -> tuple[str, ...]:
    """Of a line on a restriction: its household, its day, its ground and its request, which carries one alone."""
    return tuple(line.split()[1:5])


def _is_lifted(line: str, lifted: Lifted) -> bool:
    """Another one that was put the same day on the same ground, of another request, may stand."""
    which = _which(line)
    return which in lifted or (*which[:3], FORGOTTEN) in lifted


def _apply(line: str, *, at: datetime, lifted: Lifted = ()) -> int:
    """On the day of the line. A household that the backup does not know is unknown for good."""
    act, public_id, day, *more = line.split()
    home = Household.objects.filter(public_id=public_id).first()
    if home is None or act == LIFT or (act == RESTRICT and _is_lifted(line, lifted)):
        return 0
    if act == OPPOSE:
        return int(oppose_again(household=home, basis=more[0], on=date.fromisoformat(day), at=at))
    if act == RESTRICT:
        on, (ground, asked) = date.fromisoformat(day), more
        return int(
            restrict_again(household=home, ground=ground, asked="" if asked == FORGOTTEN else asked, on=on, at=at)
        )
    if home.anonymised_on if act == Act.ANONYMISE else home.archived_on:
        return 0
    ACTS[act](household=home, by=None, at=at, on=date.fromisoformat(day))
    return 1
