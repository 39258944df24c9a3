"""Rent arrears taken in charge early (action 12, pilot: CAF de l’Essonne; roadmap of 18 October 2022).

A landlord, the CAF or a professional reports; the pilot’s desk qualifies what is not known; a table routes;
the structure that accepts contacts the household, makes the diagnosis, plans, follows month by month, closes.
"""

from viewflow import this
from viewflow.workflow import act

from cases.models import CaseKind, Edition, LegalBasis, StructureKind
from cases.rules.procedures import Procedure
from workflows.flows.base import CaseFlow
from workflows.models import ArrearsProcess
from workflows.nodes import AutomaticStep, ProcessEnd, SideEnd, SideTask, Start, Task, YesNoGateway
from workflows.steps.agree import Agree
from workflows.steps.answer import AnswerRouting
from workflows.steps.arbitrate import Arbitrate
from workflows.steps.close import Close, LeaveScheme
from workflows.steps.contact import Contact
from workflows.steps.diagnose import Diagnose
from workflows.steps.monitor import Monitor
from workflows.steps.plan import PlanActions
from workflows.steps.qualify import Qualify
from workflows.steps.route import ReadFacts, Route
from workflows.steps.send_dsf import SendDsf
from workflows.steps.wait_turn import WaitTurn


class ArrearsFlow(CaseFlow):
    process_title = "Impayé de loyer"
    process_class = ArrearsProcess

    # Whoever reports: landlord, CAF, professional
    start = Start(this.has_turn, title="Signaler l’impayé", who="Bailleur, CAF ou professionnel")
    has_turn = YesNoGateway(act.process.has_turn, title="Peut avancer ?").Then(this.read_facts).Else(this.wait_turn)
    wait_turn = Task(
        WaitTurn, title="Attendre la prochaine vague", verb="Orienter maintenant", who="Bureau de qualification (CAF)"
    ).Next(this.read_facts)
    read_facts = AutomaticStep(ReadFacts, title="Lire les faits connus", who="Automatique").Next(this.is_complete)

    # The pilot’s qualification desk
    is_complete = YesNoGateway(act.process.is_complete, title="Faits suffisants ?").Then(this.route).Else(this.qualify)
    qualify = Task(
        Qualify, title="Qualifier la situation", verb="Qualifier", who="Bureau de qualification (CAF)"
    ).Next(this.is_in_scope)
    is_in_scope = (
        YesNoGateway(act.process.is_in_scope, title="Dans le champ ?").Then(this.route).Else(this.leave_scheme)
    )
    leave_scheme = AutomaticStep(LeaveScheme, title="Réorienter hors dispositif", who="Automatique").Next(this.closed)

    # The table
    route = AutomaticStep(Route, title="Orienter", who="Automatique").Next(this.has_lead)
    has_lead = YesNoGateway(act.process.has_lead, title="Structure trouvée ?").Then(this.answer).Else(this.arbitrate)

    # The structure that is asked
    answer = Task(AnswerRouting, title="Répondre à l’orientation", verb="Répondre", who="Structure sollicitée").Next(
        this.is_accepted
    )
    is_accepted = YesNoGateway(act.process.is_accepted, title="Acceptée ?").Then(this.contact).Else(this.route)

    # The pilot
    arbitrate = Task(Arbitrate, title="Arbitrer", verb="Arbitrer", who="Pilote").Next(this.is_assigned)
    is_assigned = YesNoGateway(act.process.is_assigned, title="Attribuée ?").Then(this.answer).Else(this.leave_scheme)

    # The professional, with the household
    contact = Task(Contact, title="Informer et contacter le ménage", verb="Contacter", who="Professionnel").Next(
        this.is_reached
    )
    is_reached = YesNoGateway(act.process.is_reached, title="Contact établi ?").Then(this.diagnose).Else(this.close)
    diagnose = Task(Diagnose, title="Établir le diagnostic", verb="Diagnostiquer", who="Professionnel").Next(this.plan)
    plan = Task(
        PlanActions, title="Construire le plan d’actions", verb="Planifier", who="Professionnel et ménage"
    ).Next(this.has_repayment_plan)
    has_repayment_plan = (
        YesNoGateway(act.process.has_repayment_plan, title="Plan d’apurement ?").Then(this.agree).Else(this.monitor)
    )

    # The landlord
    agree = Task(Agree, title="Recueillir l’accord du bailleur", verb="Noter la réponse", who="Bailleur").Next(
        this.is_agreed
    )
    is_agreed = (
        YesNoGateway(act.process.is_agreed, title="Accord du bailleur ?").Then(this.monitor).Else(this.keeps_former)
    )
    keeps_former = (
        YesNoGateway(act.process.former_plan_runs, title="Plan précédent en cours ?")
        .Then(this.monitor)
        .Else(this.plan)
    )

    # The professional, month after month
    monitor = Task(Monitor, title="Suivre le plan", verb="Faire le point", who="Professionnel").Next(this.goes_on)
    goes_on = (
        YesNoGateway(act.process.plan_goes_on, title="Le plan continue ?").Then(this.monitor).Else(this.is_amended)
    )
    is_amended = (
        YesNoGateway(act.process.plan_is_amended, title="Avenant proposé ?").Then(this.agree).Else(this.is_broken)
    )
    is_broken = YesNoGateway(act.process.plan_is_broken, title="Plan rompu ?").Then(this.plan).Else(this.close)
    close = Task(Close, title="Clore le dossier", verb="Clore", who="Professionnel").Next(this.closed)
    closed = ProcessEnd(title="Dossier clos")

    # Beside all this, once the case is accepted and a hearing is fixed
    send_dsf = SideTask(
        SendDsf, after="answer", title="Transmettre le diagnostic (DSF)", verb="Transmettre", who="Professionnel"
    ).Next(this.dsf_sent)
    dsf_sent = SideEnd(title="Juge informé")


ARREARS = Procedure(
    kind=CaseKind.ARREARS,
    title="impayé de loyer",
    legal_basis=LegalBasis.ARREARS_PREVENTION,
    pilot=StructureKind.CAF_PILOT,
    flows={"arrears": ArrearsFlow},
    routing=Edition.Catalogue.ROUTING_ARREARS,
    rule_catalogues=frozenset({Edition.Catalogue.ROUTING_ARREARS}),
)
