"""The référent of a person in one structure (action 11), from his proposal to his end. Each référent runs his own, on the
person’s coordination case; a successor’s begins when he is proposed, and ends his predecessor’s when he accepts.
"""

from viewflow import this
from viewflow.workflow import act

from workflows.flows.base import CaseFlow
from workflows.models import ReferentProcess
from workflows.nodes import Decision, Outcome, Start, Task
from workflows.steps.fill_place import FillPlace
from workflows.steps.follow_up import FollowUp
from workflows.steps.inform_person import InformPerson
from workflows.steps.respond import Respond, TakeOver


class ReferentFlow(CaseFlow):
    process_title = "Référent"
    process_class = ReferentProcess

    start = Start(this.has_accepted, title="Proposer un référent", who="Responsable, ou prise en charge d’un dossier")
    has_accepted = (
        Decision(act.process.has_accepted, title="Déjà accepté ?").Then(this.inform_person).Else(this.succeeds)
    )

    # The professional who is proposed
    succeeds = Decision(act.process.succeeds, title="Prend le relais ?").Then(this.take_over).Else(this.respond)
    respond = Task(Respond, title="Répondre à la proposition", who="Professionnel proposé").Next(this.is_accepted)
    take_over = Task(TakeOver, title="Passer le relais", who="Référent entrant").Next(this.is_accepted)
    is_accepted = Decision(act.process.is_accepted, title="Accepté ?").Then(this.inform_person).Else(this.is_to_fill)

    # The référent, with the person
    inform_person = Task(InformPerson, title="Informer la personne", who="Référent").Next(this.follow_up)
    follow_up = Task(FollowUp, title="Faire le point", who="Référent").Next(this.goes_on)
    goes_on = Decision(act.process.goes_on, title="Le suivi continue ?").Then(this.follow_up).Else(this.is_to_fill)

    # The structure
    is_to_fill = Decision(act.process.is_to_fill, title="Place à pourvoir ?").Then(this.fill_place).Else(this.closed)
    fill_place = Task(FillPlace, title="Pourvoir la vacance", who="Responsable de la structure").Next(this.closed)
    closed = Outcome(title="Référent terminé")
