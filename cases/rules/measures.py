"""The states of each measure of a plan of actions, in the order of real life, and where one may go from each.

They are data (`cases/reference/measures.toml`). Codes are stored in rows and in the journal: they never change meaning.
Words are those of the screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cases.rules.reading import DataRow, make_row, read_toml, refuse_faults, row_faults

REFERENCE = Path(__file__).parents[1] / "reference" / "measures.toml"
FSL = "fsl"
OVER_INDEBTEDNESS = "over_indebtedness"
RIGHTS = "rights"
DISPUTE = "dispute"
REHOUSING = "rehousing"

TO_BUILD = "to_build"
DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class MeasureState:
    code: str
    words: str
    moves: tuple[str, ...] = ()
    """Where one may go from here; giving up is possible from every state that runs."""
    runs: bool = True
    """Something is still to be done or awaited."""
    good: bool | None = None
    """True for what was hoped for, False for what was not."""
    milestone: str = ""
    """The dated fact of the deadline catalogue that this is."""
    also: str = ""
    """Another one of the same day."""
    pays: str = ""
    """The kind of movement that it makes on the debt."""
    awaits: str = ""
    """What the next expected date is the date of."""
    about_plan: str = ""
    """What whoever proposes a repayment plan reads as long as the measure is there."""


@dataclass(frozen=True, kw_only=True)
class MeasureLifecycle:
    kind: str
    states: Mapping[str, MeasureState]
    """In order; the first is where every measure starts."""
    asks_amount: bool = False
    reference: str = "Numéro ou référence du dossier"

    def state(self, code: str) -> MeasureState:
        return self.states[code]

    def next_states(self, code: str) -> tuple[MeasureState, ...]:
        """The states that may follow this one; a state that runs may also be dropped."""
        state = self.states[code]
        following = tuple(self.states[move] for move in state.moves)
        return (*following, self.states[DROPPED]) if state.runs else following


def read_measures(data: Mapping[str, Any]) -> Mapping[str, MeasureLifecycle]:
    """Kind → its states. Refuses (`FaultyRules`) a state that lacks a column, or leads to one that is none."""
    return MappingProxyType({kind: _read_lifecycle(kind, row) for kind, row in data.items()})


def _read_lifecycle(kind: str, row: DataRow) -> MeasureLifecycle:
    codes = [each.get("code") for each in row["states"]]
    refuse_faults(row_faults(row["states"], MeasureState, name=f"Mesure {kind}, état", choices={"moves": codes}))
    dropped = MeasureState(code=DROPPED, words="abandonné", runs=False)
    states = [*(make_row(MeasureState, each) for each in row["states"]), dropped]
    return make_row(MeasureLifecycle, row, kind=kind, states=MappingProxyType({state.code: state for state in states}))


MEASURES = read_measures(read_toml(REFERENCE))
RUNNING = {kind: [state.code for state in table.states.values() if state.runs] for kind, table in MEASURES.items()}
"""Kind → the states in which something is still to be done."""


def state_of(kind: str, code: str) -> MeasureState:
    return MEASURES[kind].state(code)


STEPS = {f"{kind}.{state.code}": state.words for kind, table in MEASURES.items() for state in table.states.values()}
"""`fsl.filed` → déposé: journal lines hold a step, so that a line of long ago keeps its words."""
