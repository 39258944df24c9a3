"""Support in handling overpayments (action 13, pilot: Ville de Grigny; roadmap of 18 October 2022).

A professional opens with the letter in hand and checks it; a table says who accompanies; who opened stays responsible
until another accepts. Then each line of the letter goes its own way (`debt_line`), and the case waits for all of them.
"""

from viewflow import this
from viewflow.workflow import act

from cases.models import CaseKind, Edition, LegalBasis, StructureKind
from cases.rules.procedures import Procedure
from workflows.flows.base import CaseFlow
from workflows.flows.debt_line import DebtLineFlow
from workflows.models import OverpaymentProcess
from workflows.nodes import AutomaticStep, EachDebt, ProcessEnd, Start, Task, YesNoGateway
from workflows.steps.answer import AnswerOverpayment
from workflows.steps.arbitrate import ArbitrateOverpayment
from workflows.steps.check_notice import CheckNotice
from workflows.steps.lines import AwaitLines, CloseOverpayment
from workflows.steps.route import RouteOverpayment


class OverpaymentFlow(CaseFlow):
    process_title = "Trop-perçu"
    process_class = OverpaymentProcess

    # Who opens, with the letter
    start = Start(this.check_notice, title="Ouvrir avec le courrier", who="Professionnel")
    check_notice = Task(CheckNotice, title="Vérifier la notification", verb="Vérifier", who="Professionnel").Next(
        this.presses
    )
    presses = YesNoGateway(act.process.is_pressing, title="À traiter le jour même ?").Then(this.lines).Else(this.route)

    # The table
    route = AutomaticStep(RouteOverpayment, title="Orienter", who="Automatique").Next(this.has_lead)
    has_lead = YesNoGateway(act.process.has_lead, title="Structure trouvée ?").Then(this.is_ours).Else(this.arbitrate)
    is_ours = YesNoGateway(act.process.is_ours, title="Celle qui a ouvert ?").Then(this.lines).Else(this.answer)

    # The structure that is asked
    answer = Task(
        AnswerOverpayment, title="Répondre à l’orientation", verb="Répondre", who="Structure sollicitée"
    ).Next(this.is_accepted)
    is_accepted = YesNoGateway(act.process.is_accepted, title="Acceptée ?").Then(this.lines).Else(this.route)

    # The pilot; when he finds nobody, who opened keeps the case
    arbitrate = Task(ArbitrateOverpayment, title="Arbitrer", verb="Arbitrer", who="Pilote").Next(this.is_assigned)
    is_assigned = YesNoGateway(act.process.is_assigned, title="Attribuée ?").Then(this.answer).Else(this.lines)

    # Line by line
    lines = EachDebt(
        AwaitLines, each=DebtLineFlow, title="Suivre chaque ligne", verb="Suivre les lignes", who="Référent"
    ).Next(this.close)
    close = Task(CloseOverpayment, title="Clore le dossier", verb="Clore", who="Référent").Next(this.closed)
    closed = ProcessEnd(title="Dossier clos")


OVERPAYMENT = Procedure(
    kind=CaseKind.OVERPAYMENT,
    title="trop-perçu",
    legal_basis=LegalBasis.ON_REQUEST,
    pilot=StructureKind.CITY,
    flows={"overpayment": OverpaymentFlow, "debt_line": DebtLineFlow},
    routing=Edition.Catalogue.ROUTING_OVERPAYMENT,
    deadlines=(
        "deadlines_overpayments.toml",
        "deadlines_overpayment_steps.toml",
        "deadlines_overpayment_questions.toml",
    ),
    rule_catalogues=frozenset(
        {
            Edition.Catalogue.ROUTING_OVERPAYMENT,
            Edition.Catalogue.REMEDIES,
            Edition.Catalogue.OVERPAYMENTS,
            Edition.Catalogue.OVERPAYMENT_LETTERS,
            Edition.Catalogue.WITHHOLDING,
        }
    ),
)
