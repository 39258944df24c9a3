"""The référent of a person in one structure (action 11), from his proposal to his end. Each référent runs his own, on the
person’s coordination case; a successor’s begins when he is proposed, and ends his predecessor’s when he accepts. From two
structures on, one of them coordinates: his procedure runs on the same case, once the person was told of two référents.
"""

from viewflow import this
from viewflow.workflow import act

from cases.models import CaseKind, LegalBasis, StructureKind
from cases.rules.procedures import Procedure
from workflows.flows.base import CaseFlow
from workflows.models import CoordinatorProcess, ReferentProcess
from workflows.nodes import AutomaticStep, ProcessEnd, Start, Task, YesNoGateway
from workflows.steps.ask_agreement import AskAgreement
from workflows.steps.coordinate import Coordinate
from workflows.steps.fill_place import FillPlace
from workflows.steps.follow_up import FollowUp
from workflows.steps.inform_person import InformPerson
from workflows.steps.propose_coordinator import ChooseCoordinator, ProposeCoordinator
from workflows.steps.respond import Respond, TakeOver


class ReferentFlow(CaseFlow):
    process_title = "Référent"
    process_class = ReferentProcess

    start = Start(this.has_accepted, title="Proposer un référent", who="Responsable, ou prise en charge d’un dossier")
    has_accepted = (
        YesNoGateway(act.process.has_accepted, title="Déjà accepté ?").Then(this.is_told).Else(this.succeeds)
    )
    is_told = (
        YesNoGateway(act.process.is_told, title="Personne déjà informée ?")
        .Then(this.follow_up)
        .Else(this.inform_person)
    )

    # The professional who is proposed
    succeeds = (
        YesNoGateway(act.process.has_other_referent, title="Prend le relais ?").Then(this.take_over).Else(this.respond)
    )
    respond = Task(Respond, title="Répondre à la proposition", verb="Répondre", who="Professionnel proposé").Next(
        this.is_accepted
    )
    take_over = Task(TakeOver, title="Passer le relais", verb="Répondre", who="Référent entrant").Next(
        this.is_accepted
    )
    is_accepted = (
        YesNoGateway(act.process.is_accepted, title="Accepté ?").Then(this.inform_person).Else(this.is_to_fill)
    )

    # The référent, with the person
    inform_person = Task(InformPerson, title="Informer la personne", verb="Noter l’information", who="Référent").Next(
        this.follow_up
    )
    follow_up = Task(FollowUp, title="Faire le point", verb="Faire le point", who="Référent").Next(this.goes_on)
    goes_on = YesNoGateway(act.process.goes_on, title="Le suivi continue ?").Then(this.follow_up).Else(this.is_to_fill)

    # The structure
    is_to_fill = (
        YesNoGateway(act.process.is_to_fill, title="Place à pourvoir ?").Then(this.fill_place).Else(this.closed)
    )
    fill_place = Task(FillPlace, title="Pourvoir la vacance", verb="Pourvoir", who="Responsable de la structure").Next(
        this.closed
    )
    closed = ProcessEnd(title="Référent terminé")


class CoordinatorFlow(CaseFlow):
    process_title = "Coordinateur"
    process_class = CoordinatorProcess

    start = Start(this.has_accepted, title="Chercher un coordinateur", who="Dès deux structures")
    has_accepted = (
        YesNoGateway(act.process.has_accepted, title="Déjà accepté ?").Then(this.ask_agreement).Else(this.is_proposed)
    )
    is_proposed = (
        YesNoGateway(act.process.is_proposed, title="Déjà proposé ?").Then(this.coordinate).Else(this.propose)
    )

    # The rule, else the pilot
    propose = AutomaticStep(ProposeCoordinator, title="Proposer selon la règle").Next(this.is_designated)
    is_designated = (
        YesNoGateway(act.process.is_proposed, title="La règle désigne-t-elle quelqu’un ?")
        .Then(this.coordinate)
        .Else(this.choose_coordinator)
    )
    choose_coordinator = Task(
        ChooseCoordinator, title="Choisir le coordinateur", verb="Choisir", who="Pilote de l’action (Département)"
    ).Next(this.coordinate)

    # The référent who is proposed
    coordinate = Task(Coordinate, title="Répondre : coordonner", verb="Répondre", who="Référent proposé").Next(
        this.coordinates
    )
    coordinates = YesNoGateway(act.process.coordinates, title="Accepté ?").Then(this.ask_agreement).Else(this.propose)

    # The coordinator, with the person
    ask_agreement = Task(
        AskAgreement, title="Recueillir l’accord de la personne", verb="Noter la réponse", who="Coordinateur"
    ).Next(this.is_agreed)
    is_agreed = YesNoGateway(act.process.is_agreed, title="D’accord ?").Then(this.in_place).Else(this.refused)
    in_place = ProcessEnd(title="Coordinateur en place")
    refused = ProcessEnd(title="Pas de coordination")


COORDINATION = Procedure(
    kind=CaseKind.COORDINATION,
    title="coordination",
    legal_basis=LegalBasis.SOCIAL_FOLLOW_UP,
    pilot=StructureKind.DEPARTMENT,
    # No flow of its own: the case begins and ends with référents, and following a person needs no step.
    flows={"referent": ReferentFlow, "coordinator": CoordinatorFlow},
    deadlines=("deadlines_referents.toml",),
    needs_next_step=False,
)
