"""By when a household may expect to hear of someone: the partnership’s own delays, one after the other."""

from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases.actions.deadlines import catalogue_in_force
from cases.models import Case, Deadline, Milestone
from cases.rules.catalogue import Computed, compute_deadline
from cases.rules.conditions import Value
from cases.rules.counting import safe_date
from workflows.models import CaseTask
from workflows.queries.tracks import HEARING
from workflows.steps.answer import AnswerRouting
from workflows.steps.arbitrate import Arbitrate
from workflows.steps.base import running_deadlines
from workflows.steps.contact import CONTACTED, Contact
from workflows.steps.qualify import Qualify

CONTACT = "contact"
WAY = {
    "qualify": (Qualify.fact, AnswerRouting.fact, Contact.fact),
    "arbitrate": (Arbitrate.fact, AnswerRouting.fact, Contact.fact),
    "answer": (AnswerRouting.fact, Contact.fact),
    CONTACT: (Contact.fact,),
}
"""The step at which a case waits → the facts from which the delays count until someone calls."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """By when somebody calls: the last day, the day to aim at, and the rule that says it."""

    legal_date: date
    safe_date: date
    rule: str
    is_promised: bool = False
    """The person was told already."""


def contact_expected_by(case: Case, *, on: date) -> Expected | None:
    """The last day, if each step takes the time that it has; what the person was told already, or the last working day
    before her hearing, if it is nearer. None when it is over, or when someone called already.

    A call after the hearing is no help: what it is made of must reach the judge before (loi 89-462, article 24, III).
    """
    task = CaseTask.objects.open().of_case(case).filter(node__in=WAY).select_related("process").first()
    if task is None:
        return None
    found = [_nearest_expected(Deadline.objects.promised().filter(case=case), on=on)]
    if task.node == CONTACT:
        found.append(
            _nearest_expected(running_deadlines(task).filter(rule__condition__until__contains=CONTACTED), on=on)
        )
    else:
        found.append(_added_up(task, on=on))
    nearest = min(filter(None, found), key=lambda each: each.legal_date, default=None)
    return _before_hearing(case, nearest, on=on) if nearest else None


def _before_hearing(case: Case, expected: Expected, *, on: date) -> Expected | None:
    """None when it is tomorrow or before: nobody can promise a call."""
    coming = Milestone.objects.filter(case=case, kind=HEARING, replaced_by=None, happened_on__gt=on)
    hearing = coming.filter(happened_on__lte=expected.legal_date).order_by("happened_on").first()
    if hearing is None:
        return expected
    last = safe_date(hearing.happened_on, margin_working_days=1)
    aim = min(expected.safe_date, last)
    return replace(expected, legal_date=last, safe_date=aim, is_promised=False) if last > on else None


def _nearest_expected(deadlines: QuerySet[Deadline], *, on: date) -> Expected | None:
    """The nearest that is still to come."""
    nearest = deadlines.filter(legal_date__gt=on).select_related("rule").order_by("legal_date").first()
    if nearest is None:
        return None
    return Expected(
        legal_date=nearest.legal_date,
        safe_date=nearest.safe_date,
        rule=nearest.rule.code,
        is_promised=nearest.is_promised,
    )


def _added_up(task: CaseTask, *, on: date) -> Expected | None:
    """The delays that are left, one after the other; the last of them is the contact’s own."""
    catalogue = catalogue_in_force(on=on, territory=task.case.territory, start__in=WAY[task.node])
    context = _context(task)
    day, last = localdate(task.created), None
    for fact in WAY[task.node]:
        last = _last_day([compute_deadline(rule, start=day, context=context) for rule in catalogue.starting_on(fact)])
        if last is None or last.legal_date is None:
            return None
        day = last.legal_date
    if last is None or last.safe_date is None or day <= on:
        return None
    return Expected(legal_date=day, safe_date=last.safe_date, rule=last.rule)


def _context(task: CaseTask) -> dict[str, Value]:
    context: dict[str, Value] = {"urgent": task.case.is_urgent or bool(task.process.answer("urgent"))}
    if rule := task.process.answer("contact_rule"):
        context["contact_rule"] = rule
    return context


def _last_day(computed: list[Computed]) -> Computed | None:
    """The first of the delays that apply: those after it are for when it was missed. As long as nobody knows which
    one applies, the longest: the household is promised nothing that may not be held."""
    dated = [each for each in computed if each.legal_date]
    certain = [each for each in dated if each.applies]
    by_date = attrgetter("legal_date")
    if certain:
        return min(certain, key=by_date)
    return max((each for each in dated if each.applies is None), key=by_date, default=None)
