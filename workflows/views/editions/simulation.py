"""A draft of a routing table tried on the situations of the last months: asked for, followed, read."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases.actions.editions import CannotEdit, mark_of_rows
from cases.models import AccessEntry
from cases.rules.parameters import read_number
from workflows import tasks
from workflows.actions import simulations
from workflows.models import Simulation
from workflows.queries import simulation
from workflows.routing.apply import known_structures
from workflows.routing.editable_tables import TABLES
from workflows.views.editions.base import EditionDraftPage, EditionPage


class Simulate(EditionDraftPage):
    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        base = self.editions.in_force
        if self.catalogue_editor.catalogue.code not in TABLES or base is None:
            raise Http404
        try:
            asked = simulations.ask(
                edition=self.edition,
                rows=self.rows,
                base=base,
                months=read_number(request.POST.get("mois", ""), most=999) or 0,
                by=self.user,
                at=self.now,
            )
        except CannotEdit as refusal:
            return self.lead_on(str(refusal), self.url("rules_changes"), level=messages.ERROR)
        if simulations.is_short(asked):
            simulations.run_waiting(only=asked, at=self.now)
        else:
            transaction.on_commit(partial(tasks.wake_worker, tasks.run_simulations))
        return redirect("rules_simulation", self.catalogue_editor.slug, self.edition.number, asked.public_id)


class SimulationPage(EditionPage):
    """How far the worker is, then what it found: for who pilots the action whose cases it counts, as all its figures."""

    shows: str = AccessEntry.Kind.LIST
    asked: Simulation

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        if not self.editions.is_piloted_by(self.user):
            raise Http404
        found = self.edition.simulations.select_related("base", "by")
        self.asked = get_object_or_404(found, public_id=kwargs["simulation"])

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        is_part = request.headers.get("HX-Request")
        if self.asked.is_running:
            self.shows = ""  # how far it is, each second
            template = "rules/simulation_part.html" if is_part else "rules/simulation_running.html"
            own = self.url("rules_simulation", str(self.asked.public_id))
            return render(request, template, {**self.edition_context, "simulation": self.asked, "own_url": own})
        if is_part:
            return HttpResponse(headers={"HX-Refresh": "true"})
        if self.asked.state == Simulation.State.REFUSED:
            return self.lead_on(self.asked.message, self.back_url, level=messages.ERROR)
        return self._render_simulation()

    @property
    def back_url(self) -> str:
        return self.url("rules_changes" if self.is_draft else "rules_edition")

    @property
    def edition_context(self) -> dict[str, object]:
        return {**super().edition_context, "back_url": self.back_url}

    def _render_simulation(self) -> HttpResponse:
        tally = simulations.tally_of(self.asked)
        names = {each.code: each.name for each in known_structures(self.edition.territory)}
        first = self._first(len(tally.differences))
        last = first + simulation.PAGE
        shown = simulation.show_differences(tally.differences[first:last], names=names, user=self.user, on=self.today)
        context = {
            **self.edition_context,
            "simulation": self.asked,
            "tally": tally,
            "loads": tally.loads_of(simulation.structure_names_with_pilot(names)),
            "shown": shown,
            "kept": len(tally.differences),
            "paging": f"Différences {first + 1} à {first + len(shown)} sur {self.asked.moved}",
            "first_url": "?" if first else "",
            "next_url": f"?apres={last}" if last < len(tally.differences) else "",
            "has_changed": self.is_draft and mark_of_rows(self.rows) != mark_of_rows(self.asked.rows),
        }
        return render(self.request, "rules/simulation.html", context)

    def _first(self, count: int) -> int:
        """The rank of the first difference of the page that was asked for; the first page for what makes no sense."""
        return read_number(self.request.GET.get("apres", ""), most=count - 1) or 0
