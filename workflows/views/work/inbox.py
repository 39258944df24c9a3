"""À faire: what waits for the reader, ordered by the time left; beside it what is to take, and what others have to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.models import AccessEntry
from workflows.models import CaseTask
from workflows.queries.agenda import find_appointments_today
from workflows.queries.inbox import FOLLOWED, PAGE_SIZE, Inbox, InboxList
from workflows.queries.later import count_later_questions
from workflows.queries.time_left import Left, left_until, position_of
from workflows.views.parts.appointment_lines import AppointmentRow, build_appointment_rows
from workflows.views.parts.inbox_tabs import count_words, inbox_address, inbox_tabs, part_of
from workflows.views.parts.pages import Page
from workflows.views.parts.task_lines import TaskLine, build_task_lines, completion_line, request_line
from workflows.views.work.landlord_day import day_of
from workflows.views.work.today import build_risk_strip

GROUPS = {
    Left.COURT_LATE: "Procédure d’expulsion ou contrainte : sans attendre",
    Left.COURT: "Procédure d’expulsion ou contrainte",
    Left.LATE: "Sans attendre",
    Left.TODAY: "Aujourd’hui",
    Left.WEEK: "Sous sept jours",
    Left.LATER: "Plus tard",
}
WAITING_SHOWN = 5
REQUESTS_SHOWN = 5
"""Of what others have to do, below one’s own list; the rest has its tab."""
LATER_COUNTED = 100
"""Of households of whom one would like news."""


@dataclass(frozen=True)
class InboxGroup:
    title: str
    count: int | str
    lines: list[TaskLine]


class InboxView(Page):
    shows = AccessEntry.Kind.LIST
    reads_reports = True

    def get(self, request: HttpRequest) -> HttpResponse:
        inbox = Inbox(self.user, self.today)
        request.inbox = inbox  # type: ignore[attr-defined]  # the menu’s counter is this one
        part = part_of(request.GET.get("liste", "")) or inbox.opening_list
        start = request.GET.get("apres", "")
        tasks, waiting = self._get_tasks(inbox, part, start=start)
        shown = build_task_lines([*tasks[:PAGE_SIZE], *waiting], inbox=inbox)
        waits = inbox.counts[InboxList.WAITING]
        below = {str(task.public_id) for task in waiting}
        requests = self._requests(inbox) if not start else []
        appointments = self._appointments(inbox)
        is_calm = not (start or requests or appointments)
        context = {
            "part": part,
            "tabs": inbox_tabs(inbox, part),
            "lead": count_words(inbox, part),
            "groups": _groups((line for line in shown if line.key not in below), inbox=inbox, part=part),
            "requests": requests,
            "request_count": inbox.request_count,
            "waiting": [line for line in shown if line.key in below],
            "waiting_count": waits.total_words,
            "waiting_count_is_whole": isinstance(waits.total_words, int),
            "has_more_waiting": waits.total() > len(waiting),
            "searched": FOLLOWED if waits.is_partial and (waiting or part is InboxList.WAITING) else 0,
            "waiting_url": inbox_address(InboxList.WAITING),
            "empty": _empty(inbox, part),
            "landlord": day_of(self.user, held=inbox.held_rights, today=self.today) if not start else None,
            "appointments": appointments,
            "strip": build_risk_strip(self.user, held=inbox.held_rights, today=self.today) if not start else None,
            "later_count": self._count_later(inbox) if is_calm else "",
            "first_url": inbox_address(part) if start else "",
            "next_url": inbox_address(part, apres=position_of(tasks[PAGE_SIZE - 1])) if len(tasks) > PAGE_SIZE else "",
        }
        return render(request, "inbox/list.html", context)

    def _get_tasks(self, inbox: Inbox, part: InboxList, *, start: str) -> tuple[list[CaseTask], list[CaseTask]]:
        """Those of the list, and what others must do below one’s own, on its first page."""
        if part is InboxList.MINE and not start and inbox.counts[InboxList.WAITING]:
            return inbox.read_tasks_and_awaited(most=PAGE_SIZE + 1, awaited=WAITING_SHOWN)
        return inbox.read_tasks(part, start=start, most=PAGE_SIZE + 1), []

    def _count_later(self, inbox: Inbox) -> str:
        """Of whom one would like news: on a day without requests nor appointments, since news may wait for three months."""
        count = count_later_questions(self.user, held=inbox.held_rights, today=self.today, most=LATER_COUNTED)
        households = "1 ménage" if count == 1 else f"{min(count, LATER_COUNTED)} ménages"
        return f"plus de {households}" if count > LATER_COUNTED else households if count else ""

    def _requests(self, inbox: Inbox) -> list[TaskLine]:
        """The oldest: the others are on their page."""
        asked = [request_line(ask, inbox=inbox) for ask in inbox.requests()[:REQUESTS_SHOWN]]
        room = REQUESTS_SHOWN - len(asked)
        return asked + [completion_line(proposed, inbox=inbox) for proposed in inbox.completions()[:room]]

    def _appointments(self, inbox: Inbox) -> list[AppointmentRow]:
        """Those of the day, for whoever may have some."""
        if not inbox.has_appointments:
            return []
        found: list[Any] = find_appointments_today(self.user, on=self.today)
        waiting = {each.case_id: CaseTask(public_id=each.contact_step) for each in found if each.contact_step}
        return build_appointment_rows(found, reader=self.user, now=self.now, back="accueil", waiting=waiting)


def _groups(shown: Iterable[TaskLine], *, inbox: Inbox, part: InboxList) -> list[InboxGroup]:
    counts = inbox.counts[part]
    by_left = groupby(shown, key=lambda line: left_until(line.due_on, today=inbox.today, comes_first=line.comes_first))
    return [InboxGroup(GROUPS[left], counts.words_of(left), list(group)) for left, group in by_left]


@dataclass(frozen=True)
class Empty:
    """An empty list says what is next best."""

    title: str
    text: str
    action_label: str = ""
    action_url: str = ""


def _empty(inbox: Inbox, part: InboxList) -> Empty:
    to_take = inbox.counts[InboxList.TO_TAKE].total_words
    if "handle_case" in inbox.held_rights:
        return _empty_for_professional(part, to_take)
    if "pilot_action" in inbox.held_rights:
        return Empty("Rien à qualifier ni à arbitrer", "Les situations qui attendent la cellule apparaîtront ici.")
    if "answer_question" in inbox.held_rights and "report_arrears" not in inbox.held_rights:
        return _empty_for_correspondent(inbox.question_count)
    if "answer_question" in inbox.held_rights:
        text = "Les plans d’apurement sur lesquels votre accord est demandé apparaîtront ici."
        return Empty("Aucun plan n’attend votre réponse", text, "Voir mes signalements", reverse("reports"))
    if "open_case" in inbox.held_rights:
        text = "Une personne vient pour un loyer impayé : un écran suffit, et vous lui remettez sa fiche."
        return Empty("Accueillir une personne", text, "Ouvrir le guichet", reverse("counter"))
    if "review_traces" in inbox.held_rights:
        return _empty_for_officer(inbox.subject_request_count)
    return _empty_without_cases(inbox)


def _empty_without_cases(inbox: Inbox) -> Empty:
    if "grant_roles" in inbox.held_rights:
        text = "Qui pilote, qui protège les données, qui entre le premier dans chaque structure."
        return Empty("Administrer Relais", text, "Voir les premiers pas", reverse("administration"))
    if not inbox.held_rights:
        text = (
            "Votre compte n’est rattaché à aucune structure. Si l’une d’elles vous a invité, accepter son invitation."
        )
        return Empty("Aucun rattachement", text, "Voir mes invitations", reverse("my_invitations"))
    return Empty("Rien à faire", "Aucune tâche ne vous est demandée.")


def _empty_for_correspondent(waiting: int) -> Empty:
    text = "Les professionnels vous interrogent sur une dette ; vous ne voyez d’eux que leurs questions."
    if not waiting:
        return Empty("Aucune question n’attend de réponse", text, "Voir les questions", reverse("questions"))
    title = f"{waiting} questions attendent votre réponse" if waiting > 1 else "1 question attend votre réponse"
    return Empty(title, text, "Ouvrir les questions", reverse("questions"))


def _empty_for_officer(waiting: int) -> Empty:
    if not waiting:
        text = "Les situations ne vous sont pas montrées : vous lisez qui y a accès, et sur quel fondement."
        return Empty("Aucune demande n’attend de réponse", text, "Ouvrir les traces", reverse("traces"))
    title = f"{waiting} demandes de personnes" if waiting > 1 else "1 demande d’une personne"
    return Empty(
        f"{title} à traiter", "Le registre dit jusqu’à quand.", "Ouvrir le registre", reverse("traces_requests")
    )


def _empty_for_professional(part: InboxList, to_take: int | str) -> Empty:
    if part is InboxList.TO_TAKE:
        return Empty("Rien à prendre", "Personne n’attend de réponse de votre structure.")
    if part is InboxList.WAITING:
        return Empty("Rien en attente", "Pour les situations dont vous êtes responsable, c’est à vous d’agir.")
    if to_take:
        text = "Votre structure a des tâches que personne n’a prises."
        return Empty(
            "Aucune tâche à votre nom",
            text,
            f"Voir ce qui est à prendre ({to_take})",
            inbox_address(InboxList.TO_TAKE),
        )
    return Empty("Tout est à jour", "Aucune tâche à votre nom, et rien à prendre dans votre structure.")
