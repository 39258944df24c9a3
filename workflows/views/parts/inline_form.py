"""An act done from its line of À faire, without opening the case: its form opens in the line, which then says what is next.

htmx asks for it. Without a script the same addresses are pages of their own, that lead back to À faire.
"""

from django import forms
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html_join
from django_htmx.http import reswap, retarget

from cases import permissions
from cases.models import Case
from cases.queries import names_of
from cases.rules.parameters import read_uuid
from workflows.models import CaseTask
from workflows.queries.case_page import CasePageData
from workflows.queries.inbox import Inbox
from workflows.views.parts.inbox_tabs import count_words, inbox_tabs, part_of
from workflows.views.parts.pages import Page
from workflows.views.parts.task_lines import build_task_lines

TASK = "tache"
"""In an address: the line from which the act is asked for."""


class InlineFormPage(Page):
    """A page that may also open in a line. `Http404`, refusals and redirections are those of the page."""

    case: Case

    @property
    def is_here(self) -> bool:
        return bool(self.request.htmx)  # type: ignore[attr-defined]  # the middleware adds it

    @property
    def line_key(self) -> str:
        """The task of the line, as the identifiers of the page name it."""
        return str(self.kwargs.get("task") or read_uuid(self.request.GET.get(TASK, "")) or "")

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        answer = super().dispatch(request, *args, **kwargs)
        done = self.is_here and answer.status_code == 302
        answer = self.render_updated_line() if done else answer
        patch_vary_headers(answer, ["HX-Request"])
        return answer

    def opened_here(self, form: forms.Form, **context: object) -> HttpResponse:
        """The form, in the line; again, with what is to correct."""
        form.auto_id = f"id_{self.line_key}_%s"  # several lines may be open at once
        context = {
            "submit_label": "Enregistrer",
            **dict.fromkeys(("lead", "attempts", "removable", "refusals", "page_url"), ""),
            **context,
        }
        context |= {
            "form": form,
            "key": self.line_key,
            "data": CasePageData(
                self.case, on=self.today, may_know_protections=getattr(self, "may_know_protections", False)
            ),
        }
        answer = render(self.request, "inbox/here.html", context)
        return reswap(retarget(answer, f"#ici-{self.line_key}"), "innerHTML")

    def render_updated_line(self) -> HttpResponse:
        """The line, with what was done and what comes next; the counts of the page beside it."""
        inbox = Inbox(self.user, self.today)
        self.request.inbox = inbox  # type: ignore[attr-defined]  # the menu’s counter is this one
        sent = self.request.POST or self.request.GET
        part = part_of(sent.get("liste", "")) or inbox.opening_list
        seen = permissions.can_view(self.user, self.case, at=self.today)
        task = self.task_to_show(inbox) if seen else None
        names = names_of([self.case]) if seen else {}
        context = {
            "said": format_html_join(" ", "{}", ((message.message,) for message in get_messages(self.request))),
            "person": names.get(self.case.pk, ""),
            "line": next(iter(build_task_lines([task] if task else [], inbox=inbox)), None),
            "tabs": inbox_tabs(inbox, part),
            "lead": count_words(inbox, part),
            "count": inbox.menu_count,
        }
        return render(self.request, "inbox/done.html", context)

    def task_to_show(self, inbox: Inbox) -> CaseTask | None:
        """The step that now waits: one of his own first."""
        waiting = inbox.with_lines(CaseTask.objects.to_do().of_case(self.case)).order_by("due_on", "pk")
        found = list(waiting)
        return next((task for task in found if task.owner_id == self.user.pk), next(iter(found), None))
