"""What was erased stays erased: after the restoration of an older backup, the ledger is applied again before anyone is served.

`scripts/restore.sh` writes its lines in a table of its own, in the transaction that fills the database; `migrate` applies
them, and gunicorn does not start while they wait (`config/starting.py`).
"""

from collections.abc import Callable
from datetime import date, datetime

from django.db import connection, transaction

from cases.actions.objections import oppose_again
from cases.actions.retention.anonymise import anonymise_household, redact_journal
from cases.actions.retention.archive import archive_household
from cases.models import Household, RetentionItem

WAITING = "erasures_to_apply"
Act = RetentionItem.Act
OPPOSE = "oppose"
"""The act of a line that says on which ground a sharing was opposed, in a fourth word; `scripts/erasures.sql` reads it from
what stands (`SharingObjection`)."""
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
        )  # opposed, then archived, then anonymised
        lines = [line for (line,) in cursor.fetchall()]
    for line in lines:
        with transaction.atomic():
            done += _apply(line, at=at)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM erasures_to_apply WHERE line = %s", [line])
    redact_journal()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE erasures_to_apply")
    return done


def _apply(line: str, *, at: datetime) -> int:
    """On the day of the line. A household that the backup does not know is unknown for good."""
    act, public_id, day, *ground = line.split()
    home = Household.objects.filter(public_id=public_id).first()
    if home is not None and act == OPPOSE:
        return int(oppose_again(household=home, basis=ground[0], on=date.fromisoformat(day), at=at))
    if home is None or (home.anonymised_on if act == Act.ANONYMISE else home.archived_on):
        return 0
    ACTS[act](household=home, by=None, at=at, on=date.fromisoformat(day))
    return 1
