"""By when a household may expect to hear of someone: the partnership’s own delays, one after the other."""

from datetime import date

from django.utils.timezone import localdate

from cases.actions.deadlines import catalogue_in_force
from cases.models import Case
from cases.rules.catalogue import Computed, compute
from cases.rules.conditions import Value
from workflows.models import CaseTask
from workflows.steps.answer import Answer
from workflows.steps.arbitrate import Arbitrate
from workflows.steps.contact import Contact
from workflows.steps.qualify import Qualify

WAY = {
    "qualify": (Qualify.fact, Answer.fact, Contact.fact),
    "arbitrate": (Arbitrate.fact, Answer.fact, Contact.fact),
    "answer": (Answer.fact, Contact.fact),
    "contact": (Contact.fact,),
}
"""The step at which a case waits → the facts from which the delays count until someone calls."""


def contact_expected_by(case: Case, *, on: date) -> date | None:
    """The last day, if each step takes the time that it has. None when it is over, or when someone called already."""
    task = CaseTask.objects.open().of(case).filter(node__in=WAY).select_related("process").first()
    if task is None:
        return None
    catalogue = catalogue_in_force(on=on, territory=case.territory, start__in=WAY[task.node])
    context = _context(task)
    day = localdate(task.created)
    for fact in WAY[task.node]:
        day = _last_day([compute(rule, start=day, context=context) for rule in catalogue.starting_on(fact)], day)
    return day if day > on else None


def _context(task: CaseTask) -> dict[str, Value]:
    context: dict[str, Value] = {"urgent": task.case.is_urgent or bool(task.process.answer("urgent"))}
    if rule := task.process.answer("contact_rule"):
        context["contact_rule"] = rule
    return context


def _last_day(computed: list[Computed], start: date) -> date:
    """The first of the delays that apply: those after it are for when it was missed. As long as nobody knows which
    one applies, the longest: the household is promised nothing that may not be held."""
    certain = [each.legal_date for each in computed if each.applies and each.legal_date]
    possible = [each.legal_date for each in computed if each.applies is None and each.legal_date]
    return min(certain) if certain else max(possible, default=start)
