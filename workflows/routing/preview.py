"""What the table in force would say of a report while it is still being typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflows.routing.apply import age_in_years, claiming_rent, table_in_force
from workflows.routing.decide import Decision, RoutingOutcome, decide_by_table, suspensions_in_words
from workflows.routing.facts import InvalidFacts, read_facts
from workflows.routing.table import RoutingTable


@dataclass(frozen=True)
class Preview:
    decision: Decision
    table: RoutingTable

    @property
    def structure(self) -> str:
        """The name of who would be asked; with facts missing, of who they point to so far."""
        code = self.decision.structure
        return self.table.structures[code].name if code else ""

    @property
    def goes_to_pilot(self) -> bool:
        return self.decision.outcome is RoutingOutcome.ARBITRATE

    @property
    def missing(self) -> list[str]:
        return [self.table.keys[code].label for code in self.decision.missing]

    @property
    def supports(self) -> list[str]:
        return [self.table.structures[code].name for code in self.decision.supports]

    @property
    def suspended(self) -> tuple[str, ...]:
        """Those whose turn would come first, and that take no new case until a day."""
        codes = [judged.row.code for judged in self.decision.rows]
        return suspensions_in_words(self.table, self.decision.rows[: codes.index(self.decision.rule)])

    @property
    def reason(self) -> str:
        """The reason of the row alone: which facts are missing is told apart."""
        return next(judged.row.reason for judged in self.decision.rows if judged.row.code == self.decision.rule)


def preview_routing(
    facts: Mapping[str, object], *, territory: str, born: str, landlord: int | None, on: date
) -> Preview:
    """`facts` may be half typed: what cannot be read is not known yet."""
    _, table = table_in_force(on=on, territory=territory)
    known = {"stage": "amicable", **facts} | ({"age": age_in_years(born, on=on)} if born else {})
    readable = {code: value for code, value in known.items() if _is_readable(code, value, table)}
    who = claiming_rent(landlord)
    decided = decide_by_table(table, read_facts(readable, keys=table.keys), of_kind=who.advisers, claimants=who.codes)
    return Preview(decided, table)


def _is_readable(code: str, value: object, table: RoutingTable) -> bool:
    try:
        read_facts({code: value}, keys=table.keys)
    except InvalidFacts:
        return False
    return True
