"""Lots: what an import brought to a structure, accepted and given, or declined, several cases at once."""

from collections.abc import Mapping
from typing import Any, Unpack

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

from cases import permissions
from cases.acting import Away, away_in, why_not
from cases.forms import FormData, FormOptions
from cases.models import AccessEntry, JournalEntry, Structure, User
from cases.queries import case_loads
from cases.refusals import Refusal
from workflows.actions import lots as acts
from workflows.actions.taking_back import TAKEN_BACK, is_recent
from workflows.models import CaseTask, ImportJob
from workflows.queries import stock
from workflows.steps.answer import AcceptOrDecline
from workflows.steps.base import choice_field
from workflows.views.backlog import pending_lots as queries
from workflows.views.parts.pages import FormPage, Page
from workflows.views.parts.taking_back import AT_ONCE, LATER, TakeBackForm

PAGE_SIZE = 50
TAKES_BACK_LOT = (
    "Elles attendent de nouveau la réponse du service. Celles qui ont avancé depuis restent comme elles sont."
)


class LotForm(AcceptOrDecline):
    """What is done of the cases that are ticked."""

    def __init__(
        self,
        data: FormData = None,
        *,
        tasks: list[CaseTask],
        colleagues: QuerySet[User],
        away: Mapping[int, Away],
        load: Mapping[int, int],
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        self.by_id = {str(task.public_id): task for task in tasks}
        self.offer_professionals(colleagues, away=away, load=load)
        self.fields["accept"].label = "Pour les situations cochées"
        self.fields["accept"].initial = "yes"
        choice_field(self, "accept").choices = [("yes", "Accepter et confier"), ("no", "Décliner")]

    @property
    def chosen_tasks(self) -> list[CaseTask]:
        ticked = self.data.getlist("task") if self.is_bound else []  # type: ignore[attr-defined]  # a QueryDict
        return [self.by_id[key] for key in dict.fromkeys(ticked) if key in self.by_id]

    def clean(self) -> None:
        super().clean()
        if not self.chosen_tasks:
            self.add_error(None, "Cocher au moins une situation qui attend encore.")


class Lots(Page):
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.rights(self.user, at=self.today).get("answer_routing"):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        mine = permissions.rights(self.user, at=self.today).get("answer_routing", frozenset())
        context = {
            "lots": queries.find_pending_lots(self.user, today=self.today),
            "to_come": stock.portions(on=self.today, structures=mine),
        }
        return render(request, "lots/list.html", context)


class OfOneLot(FormPage):
    """Of a structure in which the reader may answer."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        mine = permissions.structures_where(self.user, "answer_routing", at=self.today)
        self.structure: Structure = get_object_or_404(mine, code=kwargs["structure"])
        received = ImportJob.objects.filter(rows__decision__structure=self.structure).distinct()
        self.job = get_object_or_404(received.select_related("structure"), public_id=kwargs["job"])
        return self.find_answer(**kwargs) or super().dispatch(request, *args, **kwargs)

    def find_answer(self, **kwargs: object) -> HttpResponse | None:
        """For a page of one answer: the answer when it cannot be shown."""
        return None


class LotPage(OfOneLot):
    """Empty once everything is answered."""

    shows = AccessEntry.Kind.LIST

    def process_sent(self, form: LotForm) -> HttpResponse:
        typed = form.cleaned_data
        if typed["accept"]:  # said once beside the form, and not once a case
            refused = why_not(typed["professional"], self.structure, by=self.user, on=self.today)
            if refused:
                raise Refusal(refused, field="professional")
        self.announce_answers(self.answer(form), typed)
        return redirect("lot", **self.kwargs)

    def answer(self, form: LotForm) -> acts.Answered:
        typed = form.cleaned_data
        common: dict[str, Any] = {"structure": self.structure, "job": self.job, "by": self.user, "at": self.now}
        if typed["accept"]:
            return acts.accept(tasks=form.chosen_tasks, professional=typed["professional"], **common)
        return acts.decline(tasks=form.chosen_tasks, reason=typed["reason"], **common)

    def announce_answers(self, answered: acts.Answered, typed: Mapping[str, object]) -> None:
        count = len(answered.done)
        if count:
            several = "s" if count > 1 else ""
            done = f"acceptée{several} et confiée{several} à" if typed["accept"] else f"déclinée{several}"
            whom = f" {typed['professional']}" if typed["accept"] else ""
            messages.success(self.request, self.with_undo(f"{count} situation{several} {done}{whom}."))
        for task, refusal in answered.refused:
            messages.error(self.request, f"Dossier {task.case.reference} : {refusal}")

    def with_undo(self, said: str) -> str:
        """What one press has accepted may be taken back from where it is said."""
        entry = acts.find_last_acceptance(self.structure, job=self.job, by=self.user, at=self.now)
        url = reverse("lot_take_back", args=[self.job.public_id, self.structure.code, entry.pk]) if entry else ""
        return format_html('{} <a href="{}">Retirer</a>', said, url) if url else said

    @cached_property
    def tasks(self) -> list[CaseTask]:
        found = queries.find_pending_tasks(self.user, self.job, self.structure, today=self.today)
        return list(found.select_related("case__tenancy", "structure")[: PAGE_SIZE + 1])

    def get_form(self, data: QueryDict | None = None) -> LotForm:
        colleagues = permissions.colleagues_with_right(self.structure, "handle_case", at=self.today)
        away = away_in(self.structure, on=self.today)
        load = case_loads(self.structure, on=self.today)
        return LotForm(data, tasks=self.tasks[:PAGE_SIZE], colleagues=colleagues, away=away, load=load)

    def render_form(self, form: LotForm) -> HttpResponse:
        tasks = self.tasks
        lines = queries.describe_lot_cases(tasks[:PAGE_SIZE], reader=self.user, today=self.today)
        context = {
            "lead": f"Import du {self.job.created_at:%d/%m/%Y}, {self.job.structure}",
            "structure": self.structure,
            "lines": lines,
            "shows_debt": any(line.debt is not None for line in lines),
            "others": len(tasks) > PAGE_SIZE,
            "form": form,
            "chosen": set(tasks if "tout" in self.request.GET and not form.is_bound else form.chosen_tasks),
        }
        return render(self.request, "lots/lot.html", context)


class TakeBackLot(OfOneLot):
    """What was accepted at once, by mistake: each case that nobody has gone on from waits for an answer again."""

    entry: JournalEntry
    given: JournalEntry

    def find_answer(self, **kwargs: object) -> HttpResponse | None:
        found = JournalEntry.objects.filter(kind="lot.answered", structure=self.structure, data__job=self.job.pk)
        self.entry = get_object_or_404(found, pk=kwargs["entry"])
        given = acts.find_acceptance(self.entry)
        if given is None or acts.is_taken_back(given):
            return self.lead_on(TAKEN_BACK, self.lot_url)
        self.given = given
        return None

    @property
    def lot_url(self) -> str:
        return reverse("lot", args=[self.job.public_id, self.structure.code])

    def get_form(self, data: QueryDict | None = None) -> TakeBackForm:
        return TakeBackForm(data, is_recent=is_recent(self.entry, by=self.user, at=self.now))

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        back = acts.take_back(entry=self.entry, by=self.user, at=self.now, reason=typed.get("reason", ""))
        for task, refusal in back.refused:
            messages.error(self.request, f"Dossier {task.case.reference} : {refusal}")
        several = "s" if len(back.done) > 1 else ""
        return self.lead_on(f"{len(back.done)} situation{several} à répondre de nouveau.", self.lot_url)

    def render_form(self, form: TakeBackForm) -> HttpResponse:
        count = self.given.data["count"]
        context = {
            "title": f"Retirer : {count} situation{'s' if count > 1 else ''} acceptée{'s' if count > 1 else ''}",
            "lead": f"{TAKES_BACK_LOT} {AT_ONCE if 'reason' not in form.fields else LATER}",
            "structure": self.structure,
            "back_url": self.lot_url,
            "form": form,
        }
        return render(self.request, "parts/take_back.html", context)
