"""Until when a tenant who left answers for the debt of the one who stayed. Rows of `cases/reference/solidarity.toml`. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

from cases.rules.counting import add_months
from cases.rules.reading import CONFIDENCES, make_row, read_toml, refuse_faults, row_faults

REFERENCE = Path(__file__).parents[1] / "reference" / "solidarity.toml"
VIOLENCE = "violence"
"""The ground whose address and whose letters are never the other one’s to read."""


@dataclass(frozen=True, kw_only=True)
class SolidarityGround:
    """What ends the solidarity of a tenant who left."""

    code: str
    label: str
    event: str
    """The date from which it counts."""
    days: int = 0
    months: int = 0
    unless_replaced: bool = False
    """A new tenant on the lease ends it before those months are over, and no sooner than that date."""
    ahead: bool = False
    """That date may be one to come."""
    means: str
    proof: str
    meanwhile: str
    """What he owes as long as that date is not known."""
    in_letter: str
    """The text, as a letter names it."""
    reference: str
    confidence: str
    read_on: date | None = None
    """When its text was read; none, when it was not."""

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    def find_release(self, event_on: date | None, *, replaced_on: date | None = None) -> date | None:
        """Debts born from that day on are no longer his; None as long as the date is not known. `replaced_on`: since when a
        new tenant is on the lease."""
        if event_on is None:
            return None
        last = add_months(event_on, self.months)
        if replaced_on and self.unless_replaced:
            last = min(max(event_on, replaced_on), last)
        return last + timedelta(days=self.days)


def read_grounds(rows: Sequence[Mapping[str, object]]) -> Mapping[str, SolidarityGround]:
    """Code → ground. Refuses (`FaultyRules`) a row that says what is not known."""
    refuse_faults(row_faults(rows, SolidarityGround, name="Fin de solidarité", choices={"confidence": CONFIDENCES}))
    return MappingProxyType({str(row["code"]): make_row(SolidarityGround, row) for row in rows})


GROUNDS = read_grounds(read_toml(REFERENCE)["grounds"])
