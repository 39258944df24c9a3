"""What was erased stays erased: after the restoration of an older backup, the ledger is applied again before anyone is served.

`scripts/restore.sh` writes its lines in a table of its own, in the transaction that fills the database; `migrate` applies
them, and gunicorn does not start while they wait (`config/starting.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction

from cases.actions.objections import oppose_again
from cases.actions.restrictions import restrict_again
from cases.actions.retention.anonymise import anonymise_household, redact_journal
from cases.actions.retention.archive import archive_household
from cases.models import Household, RetentionItem

WAITING = "erasures_to_apply"
Act = RetentionItem.Act
OPPOSE, RESTRICT = "oppose", "restrict"
"""The acts of lines that say what holds for a household: the ground of an opposition; that of a restriction, then its request
or a dash. Where a merge of that household was undone, the moment of the last one follows. `scripts/erasures.sql` reads them
from what stands."""
LIFT = "lift"
"""The act of a line that says a restriction which ended."""
APART = {OPPOSE: "unoppose", RESTRICT: "unrestrict"}
"""The acts of lines that say what the household of another asked, from whom a merge no longer makes it one: what said before
that moment that it holds for this one, too, says so no longer."""
FORGOTTEN = "-"
"""In place of a request that the register forgot, at its age."""
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
        )  # restricted, opposed, archived, then anonymised
        lines = [line for (line,) in cursor.fetchall()]
    known = Cancelled(lines)
    for line in lines:
        with transaction.atomic():
            done += 0 if known.cancels(line) else _apply(line, at=at)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM erasures_to_apply WHERE line = %s", [line])
    redact_journal()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE erasures_to_apply")
    return done


@dataclass
class Cancelled:
    """What lines say that holds no longer."""

    lines: list[str]
    lifted: set[str] = field(init=False)
    apart: dict[str, str] = field(init=False)
    """What holds no longer for a household, as a line would say that it does → since when."""

    def __post_init__(self) -> None:
        self.lifted = {_without_moment(line)[0] for line in self.lines if line.startswith(f"{LIFT} ")}
        acts = tuple(f"{act} " for act in APART.values())
        self.apart = dict(sorted(_without_moment(line) for line in self.lines if line.startswith(acts)))

    def cancels(self, line: str) -> bool:
        """Another restriction that was put the same day on the same ground, of another request, may stand."""
        said, moment = _without_moment(line)
        act, about = said.split(" ", 1)
        if act not in APART:
            return act == LIFT or act in APART.values()
        of_any_request = f"{about.rpartition(' ')[0]} {FORGOTTEN}"
        says_lift = act == RESTRICT and not self.lifted.isdisjoint({f"{LIFT} {about}", f"{LIFT} {of_any_request}"})
        alike = (about, of_any_request) if act == RESTRICT else (about,)
        return says_lift or any(moment < self.apart.get(f"{APART[act]} {each}", "") for each in alike)


def _without_moment(line: str) -> tuple[str, str]:
    """And its moment, which alone has an hour."""
    said, _, last = line.rpartition(" ")
    return (said, last) if "T" in last else (line, "")


def _apply(line: str, *, at: datetime) -> int:
    """On the day of the line. A household that the backup does not know is unknown for good."""
    act, public_id, day, *more = line.split()
    home = Household.objects.filter(public_id=public_id).first()
    if home is None:
        return 0
    if act == OPPOSE:
        return int(oppose_again(household=home, basis=more[0], on=date.fromisoformat(day), at=at))
    if act == RESTRICT:
        on, (ground, asked) = date.fromisoformat(day), more[:2]
        return int(
            restrict_again(household=home, ground=ground, asked="" if asked == FORGOTTEN else asked, on=on, at=at)
        )
    if home.anonymised_on if act == Act.ANONYMISE else home.archived_on:
        return 0
    ACTS[act](household=home, by=None, at=at, on=date.fromisoformat(day))
    return 1
