"""The states of each measure of a plan of actions, in the order of real life, and where one may go from each.

Codes are stored in rows and in the journal: they never change meaning. Words are those of the screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
    pays: str = ""
    """The kind of movement that it makes on the debt."""
    awaits: str = ""
    """What the next expected date is the date of."""


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
        """The states that may follow."""
        state = self.states[code]
        following = tuple(self.states[move] for move in state.moves)
        return (*following, self.states[DROPPED]) if state.runs else following


def _build_lifecycle(
    kind: str, *states: MeasureState, asks_amount: bool = False, reference: str = ""
) -> MeasureLifecycle:
    dropped = MeasureState(code=DROPPED, words="abandonné", runs=False)
    table = {state.code: state for state in (*states, dropped)}
    more = {"reference": reference} if reference else {}
    return MeasureLifecycle(kind=kind, states=MappingProxyType(table), asks_amount=asks_amount, **more)


MEASURES: Mapping[str, MeasureLifecycle] = MappingProxyType(
    {
        measure.kind: measure
        for measure in (
            _build_lifecycle(
                FSL,
                MeasureState(code=TO_BUILD, words="à constituer", moves=("filed",), awaits="dépôt prévu"),
                MeasureState(
                    code="filed",
                    words="déposé",
                    moves=("completed", "granted", "refused"),
                    awaits="commission ou réponse",
                ),
                MeasureState(
                    code="completed",
                    words="complété",
                    moves=("granted", "refused"),
                    awaits="commission ou réponse",
                ),
                MeasureState(
                    code="granted",
                    words="accordé",
                    moves=("paid",),
                    good=True,
                    milestone="fsl_answered",
                    awaits="versement",
                ),
                MeasureState(code="paid", words="versé", runs=False, good=True, pays="fsl"),
                MeasureState(
                    code="refused",
                    words="refusé",
                    moves=("appealed",),
                    runs=False,
                    good=False,
                    milestone="fsl_answered",
                    awaits="fin du délai de recours",
                ),
                MeasureState(
                    code="appealed",
                    words="recours déposé",
                    moves=("granted", "refused"),
                    awaits="réponse au recours",
                ),
                asks_amount=True,
            ),
            _build_lifecycle(
                OVER_INDEBTEDNESS,
                MeasureState(code=TO_BUILD, words="à constituer", moves=("filed",), awaits="dépôt prévu"),
                MeasureState(
                    code="filed",
                    words="déposé",
                    moves=("admitted", "inadmissible"),
                    awaits="décision de recevabilité",
                ),
                MeasureState(
                    code="admitted",
                    words="recevable",
                    moves=("decided", "erased", "inadmissible"),
                    good=True,
                    milestone="over_indebtedness_admitted",
                    awaits="mesures de la commission",
                ),
                MeasureState(
                    code="inadmissible",
                    words="irrecevable",
                    moves=("appealed",),
                    runs=False,
                    good=False,
                    awaits="fin du délai de recours",
                ),
                MeasureState(
                    code="appealed",
                    words="recours déposé",
                    moves=("admitted", "inadmissible"),
                    awaits="décision du juge",
                ),
                MeasureState(
                    code="decided",
                    words="mesures décidées",
                    moves=("lapsed", "ended"),
                    good=True,
                    milestone="over_indebtedness_decided",
                    awaits="fin des mesures",
                ),
                MeasureState(
                    code="erased",
                    words="dettes effacées (rétablissement personnel)",
                    runs=False,
                    good=True,
                    milestone="over_indebtedness_decided",
                ),
                MeasureState(code="lapsed", words="mesures caduques", moves=("filed",), runs=False, good=False),
                MeasureState(code="ended", words="mesures menées à leur terme", runs=False, good=True),
                reference="Numéro du dossier à la Banque de France",
            ),
            _build_lifecycle(
                RIGHTS,
                MeasureState(code=TO_BUILD, words="à demander", moves=("filed",), awaits="demande prévue"),
                MeasureState(
                    code="filed", words="demandé", moves=("completed", "opened", "refused"), awaits="réponse"
                ),
                MeasureState(
                    code="completed", words="pièces complétées", moves=("opened", "refused"), awaits="réponse"
                ),
                MeasureState(
                    code="opened", words="droits ouverts", moves=("recovered",), runs=False, good=True, awaits="rappel"
                ),
                MeasureState(code="recovered", words="rappel versé au bailleur", runs=False, good=True, pays="aid"),
                MeasureState(
                    code="refused",
                    words="refusé",
                    moves=("appealed",),
                    runs=False,
                    good=False,
                    awaits="fin du délai de recours",
                ),
                MeasureState(
                    code="appealed", words="recours déposé", moves=("opened", "refused"), awaits="réponse au recours"
                ),
                asks_amount=True,
            ),
            _build_lifecycle(
                DISPUTE,
                MeasureState(
                    code=TO_BUILD,
                    words="à examiner",
                    moves=("raised", "inspection", "rejected"),
                    awaits="rendez-vous (ADIL, service d’hygiène)",
                ),
                MeasureState(
                    code="raised",
                    words="signalée au bailleur",
                    moves=("inspection", "conciliation", "established", "settled", "rejected"),
                    awaits="réponse du bailleur",
                ),
                MeasureState(
                    code="inspection",
                    words="visite ou contrôle demandé",
                    moves=("established", "rejected"),
                    awaits="visite",
                ),
                MeasureState(
                    code="established",
                    words="constatée",
                    moves=("conciliation", "settled"),
                    good=True,
                    awaits="travaux ou correction du compte",
                ),
                MeasureState(
                    code="conciliation",
                    words="conciliation ou tribunal",
                    moves=("established", "settled", "rejected"),
                    awaits="audience",
                ),
                MeasureState(code="settled", words="réglée", runs=False, good=True),
                MeasureState(code="rejected", words="non retenue", moves=("conciliation",), runs=False, good=False),
                reference="Référence de la procédure",
            ),
            _build_lifecycle(
                REHOUSING,
                MeasureState(code=TO_BUILD, words="à constituer", moves=("filed",), awaits="dépôt prévu"),
                MeasureState(
                    code="filed",
                    words="demande déposée",
                    moves=("priority", "offered", "refused"),
                    awaits="renouvellement ou réponse",
                ),
                MeasureState(
                    code="priority",
                    words="reconnue prioritaire",
                    moves=("offered", "refused"),
                    good=True,
                    awaits="proposition",
                ),
                MeasureState(
                    code="offered",
                    words="logement proposé",
                    moves=("rehoused", "priority", "filed"),
                    good=True,
                    awaits="réponse à la proposition",
                ),
                MeasureState(code="rehoused", words="relogé", runs=False, good=True),
                MeasureState(code="refused", words="refusée", moves=("filed",), runs=False, good=False),
                reference="Numéro unique de demande (SNE)",
            ),
        )
    }
)

RUNNING = {kind: [state.code for state in table.states.values() if state.runs] for kind, table in MEASURES.items()}
"""Kind → the states in which something is still to be done."""


def state_of(kind: str, code: str) -> MeasureState:
    return MEASURES[kind].state(code)


STEPS = {f"{kind}.{state.code}": state.words for kind, table in MEASURES.items() for state in table.states.values()}
"""`fsl.filed` → déposé: journal lines hold a step, so that a line of long ago keeps its words."""
