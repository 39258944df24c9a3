"""One overpayment, from the way that is chosen to its outcome (action 13). Each line of a notice runs its own.

The authority, the delays and the court depend on the benefit and the operator: they are data, as are the letters.
"""

from viewflow import this
from viewflow.workflow import act

from workflows.flows.base import CaseFlow
from workflows.models import DebtLineProcess
from workflows.nodes import ProcessEnd, SideEnd, SideTask, Start, Task, YesNoGateway
from workflows.steps.await_answer import AwaitAnswer
from workflows.steps.choose_way import ChooseWay
from workflows.steps.end_line import CloseLine, DecideNext
from workflows.steps.oppose import Oppose
from workflows.steps.send_letters import PrepareLetters, SendLetters


class DebtLineFlow(CaseFlow):
    process_title = "Ligne de trop-perçu"
    process_class = DebtLineProcess

    # The professional, with the person
    start = Start(this.choose_way, title="Ouvrir la ligne", who="Automatique")
    choose_way = Task(ChooseWay, title="Choisir la voie", verb="Choisir", who="Référent et personne").Next(this.writes)
    writes = (
        YesNoGateway(act.process.needs_letter, title="Un courrier à faire ?").Then(this.prepare).Else(this.close_line)
    )
    prepare = Task(PrepareLetters, title="Préparer et faire signer", verb="Préparer", who="Référent et personne").Next(
        this.is_signed
    )
    is_signed = YesNoGateway(act.process.is_signed, title="Signé ?").Then(this.send).Else(this.choose_way)
    send = Task(SendLetters, title="Envoyer avec preuve", verb="Noter l’envoi", who="Référent").Next(this.awaits)
    awaits = (
        YesNoGateway(act.process.awaits_answer, title="Une réponse à attendre ?")
        .Then(this.await_answer)
        .Else(this.choose_way)
    )

    # The operator
    await_answer = Task(
        AwaitAnswer, title="Attendre la réponse ou le silence", verb="Noter la réponse", who="Organisme"
    ).Next(this.is_settled)
    is_settled = (
        YesNoGateway(act.process.is_settled, title="Tout est accordé ?").Then(this.close_line).Else(this.decide_next)
    )

    # The professional
    decide_next = Task(DecideNext, title="Décider de la suite", verb="Décider", who="Référent").Next(this.goes_on)
    goes_on = YesNoGateway(act.process.goes_on, title="Une autre voie ?").Then(this.choose_way).Else(this.close_line)
    close_line = Task(CloseLine, title="Clore la ligne", verb="Clore la ligne", who="Référent").Next(this.closed)
    closed = ProcessEnd(title="Ligne close")

    # Beside all this, whenever a constraint is served
    oppose = SideTask(
        Oppose, after="start", title="Former opposition à la contrainte", verb="Former opposition", who="Référent"
    ).Next(this.opposed)
    opposed = SideEnd(title="Opposition traitée")
