"""A task as a line of a list: who, which step, who has the ball and since when, what happened last, the act to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from cases import permissions
from cases.acting import away_of
from cases.models import Beneficiary, JournalEntry, SharingRequest
from cases.queries import name_of
from cases.rules.catalogue import of_benefit
from workflows.actions.more_time import ANSWER
from workflows.actions.tasks import may_give
from workflows.models import CaseTask, ProposedCompletion
from workflows.queries.inbox import Inbox
from workflows.queries.reports import OwnReport, own_reports
from workflows.queries.time_left import last_of_nearest
from workflows.queries.tracks import why_first
from workflows.queries.waiting_time import since_day, since_words
from workflows.steps.answer import is_imposed
from workflows.views.parts.last_events import dated_sentence, last_events

ONE_DAY = timedelta(days=1)
UNNAMED = "Titulaire non renseigné"
SHORT = frozenset({"answer", "contact", "agree", "monitor", "close", "send_dsf"})
"""Steps whose form opens in the line (workflows.views.parts.inline_form)."""
BACK = "retour=accueil"


@dataclass(frozen=True, kw_only=True)
class SecondaryAct:
    """Another act than the step’s, from the line. `here`: its form opens in it."""

    label: str
    url: str
    here: bool = False


@dataclass(frozen=True, kw_only=True)
class LegalLastDay:
    """Of a right, or of an obligation of law, that runs in the case of a step, whatever the step is about."""

    on: date
    words: str
    """What is to be done by then."""
    step_due_on: date | None
    """Until when the step itself is to be done, where the last day comes before."""


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """What inbox/line.html shows."""

    key: str
    title: str
    url: str
    person: str
    reference: str
    due_on: date | None
    """What expires first: the step, or what `last_day` says."""
    last_on: date | None = None
    """Its last day, when `due_on` keeps a margin before it."""
    ball: str
    ball_since: str
    urgent: bool
    comes_first: bool = False
    why: str = ""
    """Why it comes before the others."""
    last_day: LegalLastDay | None = None
    instead: str = ""
    """Whom the reader replaces, until when."""
    instructions: Sequence[str] = ()
    event: str = ""
    action_label: str = ""
    action_url: str = ""
    here: bool = False
    """Does the form of the act open in the line?"""
    more: Sequence[SecondaryAct] = ()


def build_task_lines(tasks: Sequence[CaseTask], *, inbox: Inbox) -> list[TaskLine]:
    """Three queries at most, however many tasks. What waits for a landlord who may not read his report of it has no line."""
    asked = [task for task in tasks if task.structure.is_claimant and _is_theirs(task, inbox)]
    reports = _reports(asked, inbox=inbox) if asked else {}
    hidden = {task.pk for task in asked if task.case_id not in reports}
    shown = [task for task in tasks if task.pk not in hidden]
    seen = [task for task in shown if task.case_id not in reports]
    events = last_events([task.case_id for task in seen], reader=inbox.user) if seen else {}
    return [
        _of_landlord(task, reports[task.case_id], inbox) if task.case_id in reports else _of_case(task, events, inbox)
        for task in shown
    ]


def _is_theirs(task: CaseTask, inbox: Inbox) -> bool:
    """Is the reader of the structure that has the ball?"""
    return task.structure_id in inbox.held_rights.get(task.step.right, ())


def _of_case(task: Any, events: dict[int, JournalEntry], inbox: Inbox) -> TaskLine:
    person = task.case.beneficiary or (Beneficiary(**task.holder) if task.holder else None)
    event = events.get(task.case_id)
    may_act = _may_act(task, inbox)
    here = may_act and task.node in SHORT
    step_url = reverse("step", args=[task.case.public_id, task.public_id]) if may_act else ""
    return TaskLine(
        key=str(task.public_id),
        title=task.full_title,
        url=reverse("case", args=[task.case.public_id]),
        person=person.full_name if person else UNNAMED,
        reference=task.case.reference,
        due_on=task.nearest_on,
        last_on=last_of_nearest(task),
        ball=_ball(task, inbox),
        ball_since=since_words(task, today=inbox.today),
        urgent=task.case.is_urgent,
        comes_first=task.comes_first,
        why=why_first(task.dated_facts, on=inbox.today) if task.comes_first else "",
        last_day=find_last_day(task),
        instead=_replacement_words(task),
        instructions=person.contact_instructions if person else (),
        event=dated_sentence(event, today=inbox.today) if event else "",
        action_label=task.flow_task.verb if may_act else "",
        action_url=f"{step_url}?{BACK}" if here else step_url,
        here=here,
        more=list(_secondary_acts(task, inbox)),
    )


def find_last_day(task: Any) -> LegalLastDay | None:
    """Of a task read with its `first_last_day`, as `last_day`."""
    if task.legal_on is None or task.last_day is None:
        return None
    is_first = task.due_on is None or task.legal_on < task.due_on
    words = of_benefit(task.last_day["title"], task.last_day["benefit"])
    return LegalLastDay(
        on=task.legal_on,
        words=words if words[1:2].isupper() else words[0].lower() + words[1:],
        step_due_on=task.due_on if is_first else None,
    )


def find_last_day_before(task: Any, *, own: date | None, today: date) -> LegalLastDay | None:
    """That of a right which ends before the step’s `own` last day, while there is time: pages of one step say it beside, as
    its line does. What is over is with the delays of the case."""
    found = find_last_day(task)
    return found if found and today <= found.on and (own is None or found.on < own) else None


def _secondary_acts(task: CaseTask, inbox: Inbox) -> Iterator[SecondaryAct]:
    case = task.case.public_id
    yield SecondaryAct(
        label="Écrire une observation",
        url=f"{reverse('case_note', args=[case])}?{BACK}&tache={task.public_id}",
        here=True,
    )
    if task.case.responsible_structure_id in inbox.held_rights.get("handle_case", ()):
        yield SecondaryAct(label="Fixer un rendez-vous", url=f"{reverse('appointment_make', args=[case])}?{BACK}")
        yield SecondaryAct(label="Préparer un courrier", url=reverse("letters", args=[case]))
    if task.node == ANSWER and _may_act(task, inbox) and not task.expected_on and not is_imposed(task):
        address = reverse("ask_time", args=[case, task.public_id])
        yield SecondaryAct(label="Demander du temps", url=f"{address}?{BACK}", here=True)
    if may_give(inbox.user, task, held=inbox.held_rights):
        yield SecondaryAct(
            label="Confier à un collègue", url=f"{reverse('give_task', args=[task.public_id])}?{BACK}", here=True
        )


def request_line(ask: SharingRequest, *, inbox: Inbox) -> TaskLine:
    """A request to share, beside the tasks."""
    address = reverse("sharing_request", args=[ask.public_id])
    return TaskLine(
        key=str(ask.public_id),
        title="Répondre à une demande de partage",
        url=address,
        person=name_of(ask) or UNNAMED,
        reference=ask.case.reference,
        due_on=ask.deadline.safe_date if ask.deadline else None,
        last_on=ask.deadline.legal_date if ask.deadline else None,
        ball=ask.case.responsible_structure.name,
        ball_since=since_day(localdate(ask.asked_at), today=inbox.today),
        urgent=ask.case.is_urgent,
        event=f"{ask.structure} demande à voir le dossier",
        action_label="Répondre",
        action_url=address,
    )


def completion_line(proposed: ProposedCompletion, *, inbox: Inbox) -> TaskLine:
    """What another service would add to a case, beside the requests to share."""
    address = reverse("completion", args=[proposed.public_id])
    return TaskLine(
        key=str(proposed.public_id),
        title="Répondre à un complément proposé",
        url=address,
        person=name_of(proposed) or UNNAMED,
        reference=proposed.case.reference,
        due_on=None,
        ball=proposed.case.responsible_structure.name,
        ball_since=since_day(localdate(proposed.asked_at), today=inbox.today),
        urgent=proposed.case.is_urgent,
        event=f"{proposed.structure} propose de compléter le dossier",
        action_label="Répondre",
        action_url=address,
    )


def _of_landlord(task: CaseTask, report: OwnReport, inbox: Inbox) -> TaskLine:
    """His tenant as he calls him, under his own reference, and nothing of the case."""
    tenancy = task.case.tenancy
    return TaskLine(
        key=str(task.public_id),
        title="Répondre au plan d’apurement",
        url=report.url,
        person=report.tenant or (tenancy and tenancy.one_line_address) or "Adresse non connue",
        reference=f"réf. {(tenancy and tenancy.reference) or task.case.reference}",
        due_on=task.due_on,
        last_on=last_of_nearest(task),
        ball=task.structure.name,
        ball_since=since_words(task, today=inbox.today),
        urgent=False,
        event=tenancy.one_line_address if tenancy and report.tenant else "",
        action_label="Répondre",
        action_url=report.url,
    )


def _reports(tasks: Sequence[CaseTask], *, inbox: Inbox) -> dict[int, OwnReport]:
    """Case → the report under which its landlord knows it."""
    seen = permissions.visible_reports(inbox.user, at=inbox.today)
    mine = inbox.held_rights.get("report_arrears", frozenset())
    return own_reports(seen.filter(case__in=[task.case_id for task in tasks]), mine=mine)


def _may_act(task: CaseTask, inbox: Inbox) -> bool:
    if _is_theirs(task, inbox):
        return task.owner_id in (None, inbox.user.pk) or bool(_replacement_words(task))
    return task.case.responsible_structure_id in inbox.held_rights.get(task.step.stand_in_right, ())


def _replacement_words(task: CaseTask) -> str:
    """Whom the reader replaces, of a task that an inbox reads."""
    return f"remplace {task.owner} jusqu’au {task.instead_until - ONE_DAY:%d/%m/%Y}" if task.instead_until else ""


def _ball(task: CaseTask, inbox: Inbox) -> str:
    if task.owner is None:
        return task.structure.name
    if task.owner == inbox.user or _replacement_words(task):
        return "Vous"
    return f"{task.owner}, {away_of(task) or task.structure}"
