"""What a pilot has under way in the scene: a draft simulated, wrong routings reviewed, a commission in session."""

from dataclasses import dataclass

from cases.models import Case, Edition, User
from tests import factories
from tests.factories import NOON
from workflows.actions import commissions, simulations
from workflows.models import Commission, CommissionItem, Replay, ReplayedCase, RoutingDecision, Simulation
from workflows.routing.editable_tables import ARREARS_TABLE


@dataclass(frozen=True, kw_only=True)
class Piloted:
    simulation: Simulation
    """Done."""
    simulating: Simulation
    """The worker is at it."""
    replay: Replay
    """To be reviewed: one case to move, another that stays."""
    replaying: Replay
    """The worker looks for cases."""
    commission: Commission
    """In session."""
    item: CommissionItem


def pilot_work(*, by: User, draft: Edition, asked: Case, accepted: Case) -> Piloted:
    base = Edition.objects.get(catalogue=draft.catalogue, state="published")
    simulation = simulations.ask(
        edition=draft, rows=ARREARS_TABLE.rows_of_edition(draft), base=base, months=12, by=by, at=NOON
    )
    simulations.run_waiting(only=simulation, at=NOON)
    simulation.refresh_from_db()
    own = {"edition": draft, "by": by, "asked_at": NOON}
    of_routing = own | {"in_force": base, "first_day": NOON.date(), "last_day": NOON.date()}
    replay = Replay.objects.create(**of_routing, state="ready", total=2, done=2)
    for case, kept_out in ((asked, ""), (accepted, "CAF 91 – travail social l’a déjà acceptée : elle y reste.")):
        ReplayedCase.objects.create(
            replay=replay,
            case=case,
            decision=RoutingDecision.objects.filter(case=case).latest("pk"),
            before=factories.structure("caf-91"),
            after=factories.structure("adil-91"),
            rules=["R3", "R3"],
            why=["R3 désigne ADIL 91, au lieu de CAF 91 – travail social."],
            kept_out=kept_out,
            is_chosen=not kept_out,
        )
    commission = commissions.open_commission(
        desk=factories.structure("caf-91-pilotage"), on=NOON.date(), present="CAF, MDS, CCAS", by=by, at=NOON
    )
    return Piloted(
        simulation=simulation,
        simulating=Simulation.objects.create(**own, base=base, since=NOON.date(), total=50_000, done=15_000, moved=37),
        replay=replay,
        replaying=Replay.objects.create(**of_routing, total=1000, done=50),
        commission=commission,
        item=commission.items.all()[0],
    )
