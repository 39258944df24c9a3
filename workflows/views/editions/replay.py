"""Reprendre des orientations: the pilot looks for what a replaced edition had wrongly routed, reviews it, has it moved."""

from functools import partial
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.forms import DayField, FormData, FormOptions
from cases.models import AccessEntry, Edition
from cases.rules.parameters import read_number
from workflows import tasks
from workflows.actions import replays
from workflows.actions.replays import CannotReplay
from workflows.models import Replay
from workflows.queries import replays as asking
from workflows.routing.editable_tables import TABLES
from workflows.views.editions.base import RulesPage
from workflows.views.parts.pages import FormPage

PAGE = 50


class ReplayPages(RulesPage):
    """Of the pilot of the action whose table it is: nobody else moves its cases."""

    def find_objects(self, **kwargs: object) -> None:
        current = self.editions.in_force
        if self.catalogue_editor.catalogue.code not in TABLES or current is None:
            raise Http404
        self.current: Edition = current
        desk = replays.desk_of(current)
        if not permissions.has_right(self.user, "pilot_action", desk.pk, at=self.today):
            raise Http404

    def start_replay(self, replay: Replay) -> HttpResponse:
        """What is short is done at once; the worker does the rest, and its progress is shown."""
        if replay.total <= replays.AT_ONCE:
            replays.run_waiting(only=replay, at=self.now)
        else:
            transaction.on_commit(partial(tasks.wake_worker, tasks.run_replays))
        return redirect("rules_replay", self.catalogue_editor.slug, replay.public_id)


class ReplaySearchForm(forms.Form):
    edition = forms.ModelChoiceField(
        label="Situations orientées par",
        queryset=Edition.objects.none(),
        empty_label=None,
        error_messages={"required": "Choisir l’édition dont les orientations sont à reprendre."},
    )
    first_day = DayField(label="Du", error_messages={"required": "Indiquer le premier jour."})
    last_day = DayField(label="Au", error_messages={"required": "Indiquer le dernier jour."})

    def __init__(self, data: FormData = None, *, editions: list[Edition], **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["edition"]
        field.queryset = Edition.objects.filter(pk__in=[each.pk for each in editions])
        field.choices = [(each.pk, f"l’édition {each.number}") for each in editions]


class Replays(FormPage, ReplayPages):
    """Choose an edition and two days; find earlier reviews again."""

    shows = AccessEntry.Kind.LIST

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        self.replaced = asking.editions_replaced_by(self.current)

    def get_form(self, data: QueryDict | None = None) -> ReplaySearchForm:
        last = self.replaced[0] if self.replaced else self.current
        first_day = min(last.effective_on, self.today)
        initial = {"edition": last.pk, "first_day": first_day, "last_day": self.today}
        return ReplaySearchForm(data, editions=self.replaced, initial=initial)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        return self.start_replay(replays.ask_review(**typed, by=self.user, at=self.now))

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "catalogue": self.catalogue_editor,
            "catalogue_url": self.catalogue_url,
            "form": form,
            "current": self.current,
            "editions": self.replaced,
            "earlier": asking.find_earlier_replays(self.current),
        }
        return render(self.request, "rules/replays.html", context)


class ReplayPage(ReplayPages):
    """One review: its progress, what it found, what became of it."""

    shows: str = AccessEntry.Kind.LIST
    replay: Replay

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        found = Replay.objects.filter(
            edition__catalogue=self.current.catalogue, edition__territory=self.current.territory
        )
        found = found.select_related("edition", "in_force", "by", "entry", "undoing")
        self.replay = get_object_or_404(found, public_id=kwargs["replay"])

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        is_part = request.headers.get("HX-Request")
        if self.replay.is_at_work:
            self.shows = ""  # how far it is, each second
            template = "rules/replay_part.html" if is_part else "rules/replay_running.html"
            return render(request, template, self.replay_context)
        if is_part:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return self.render_form()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            if "defaire" in request.POST:
                replays.ask_undo(replay=self.replay, by=self.user, at=self.now)
                return self.start_replay(self.replay)
            replays.choose(
                replay=self.replay, offered=self._posted_numbers("offerte"), chosen=self._posted_numbers("choisie")
            )
            if "confirmer" not in request.POST:
                messages.success(request, "Choix enregistré. Rien n’est encore réorienté.")
                return redirect(self._next() if "suite" in request.POST else self.own_url)
            reason = request.POST.get("motif", "")
            replays.confirm(replay=self.replay, reason=reason, by=self.user, at=self.now)
        except CannotReplay as refusal:
            return self.render_form(refusal=str(refusal))
        return self.start_replay(self.replay)

    def show_typed(self) -> HttpResponse:
        is_ready = self.replay.state == Replay.State.READY
        return self.render_form(ticked=set(self._posted_numbers("choisie")) if is_ready else None)

    @property
    def own_url(self) -> str:
        return reverse("rules_replay", args=[self.catalogue_editor.slug, self.replay.public_id])

    @property
    def replay_context(self) -> dict[str, object]:
        return {
            "catalogue": self.catalogue_editor,
            "back_url": reverse("rules_replays", args=[self.catalogue_editor.slug]),
            "own_url": self.own_url,
            "replay": self.replay,
        }

    def _next(self) -> str:
        offered = self._posted_numbers("offerte")
        return f"{self.own_url}?apres={max(offered)}" if offered else self.own_url

    def _posted_numbers(self, name: str) -> list[int]:
        typed = self.request.POST.getlist(name)
        return [number for each in typed if (number := read_number(each)) is not None]

    def _asked_position(self) -> int:
        return read_number(self.request.GET.get("apres", "")) or 0

    def render_form(self, *, refusal: str = "", ticked: set[int] | None = None) -> HttpResponse:
        """`ticked`: the rows ticked on the page as it was sent, where they are not kept yet."""
        excluded = "exclues" in self.request.GET
        after = self._asked_position()
        read: dict[str, Any] = {
            "user": self.user,
            "on": self.today,
            "after": after,
            "size": PAGE + 1,
            "excluded": excluded,
        }
        rows = asking.page_of(self.replay, **read)
        more, rows = len(rows) > PAGE, rows[:PAGE]
        if ticked is not None:
            for row in rows:
                row.is_chosen = row.pk in ticked
        counts = asking.count_rows(self.replay)
        kept = "&exclues" if excluded else ""
        context = {
            **self.replay_context,
            "rows": rows,
            "excluded": excluded,
            "counts": counts,
            "is_ready": self.replay.state == Replay.State.READY,
            "may_undo": self.replay.state == Replay.State.DONE
            and counts["moved"] > 0
            and self.replay.entry is not None
            and self.now - self.replay.entry.happened_at <= replays.DAY,
            "refusal": refusal,
            "reason": self.request.POST.get("motif", ""),
            "paging": f"{len(rows)} situation{'s' if len(rows) > 1 else ''} sur cette page",
            "first_url": f"?{kept.strip('&')}" if after else "",
            "next_url": f"?apres={rows[-1].pk}{kept}" if more else "",
            "has_more": more,
        }
        return render(self.request, "rules/replay.html", context)
