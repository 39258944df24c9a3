"""Préparer un départ: the last day, who takes what, what became of it; and the handover notes. Nothing is sent before its
split was shown."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.forms import FormData
from cases.models import AccessEntry, Membership, User
from cases.rules.french import of_name
from cases.rules.parameters import read_number
from workflows.actions import departures as acts
from workflows.actions.departures import Sent
from workflows.queries import presence
from workflows.queries.absences import Split, fill_in
from workflows.queries.departures import SHOWN, Departing, find_sent
from workflows.queries.handover_notes import build_notes
from workflows.views.parts.pages import CasePage, FormPage, StructurePage
from workflows.views.team.absence_forms import next_absence_words
from workflows.views.team.absences import CoveredPage
from workflows.views.team.departure_forms import DepartureForm, TakersForm

YEAR = timedelta(days=365)
"""Appointments of so long ahead are counted."""
STAGES = ("Date et collègues", "Répartition")
SPLIT_STAGES = ("count", "send")
"""What the buttons under the split ask for."""
MOST_CASES = 999_999
"""After which the notes may be asked to begin."""
TYPED = frozenset({"last_day", "colleagues"})
"""What the first screen asks; it goes with the second one."""


def say_number(count: int, one: str, several: str) -> str:
    return f"{count} {several}" if count > 1 else f"{count} {one}"


class OfSomebodyLeaving(StructurePage):
    """A page of a member whose departure a manager prepares."""

    right = "view_backlog"
    person: User

    def find_objects(self, **kwargs: object) -> None:
        there = Membership.objects.not_over(self.today).filter(structure=self.structure, user__is_active=True)
        people = User.objects.filter(pk__in=there.values("user"))
        self.person = get_object_or_404(people, public_id=kwargs["member"])

    @property
    def url(self) -> str:
        return reverse("departure", args=[self.structure.code, self.person.public_id])

    @property
    def notes_url(self) -> str:
        return reverse("departure_notes", args=[self.structure.code, self.person.public_id])

    @property
    def back_link(self) -> dict[str, str]:
        if not permissions.has_right(self.user, "manage_members", self.structure.pk, at=self.today):
            return {"back_label": "À faire", "back_url": reverse("inbox")}
        back = reverse("member", args=[self.structure.code, self.person.public_id])
        return {"back_label": str(self.person), "back_url": back}

    @cached_property
    def departing(self) -> Departing:
        return Departing(self.person, self.structure, on=self.today)


class OfOneself(CoveredPage, OfSomebodyLeaving):
    """The same, of one’s own departure."""

    right = ""

    def find_objects(self, **kwargs: object) -> None:
        self.person = self.user

    @property
    def url(self) -> str:
        return f"{reverse('my_departure')}?structure={self.structure.code}"

    @property
    def notes_url(self) -> str:
        return f"{reverse('my_departure_notes')}?structure={self.structure.code}"

    @property
    def back_link(self) -> dict[str, str]:
        return {"back_label": "À faire", "back_url": reverse("inbox")}


class PrepareDeparture(FormPage, OfSomebodyLeaving):
    """The last day and the colleagues; then the split, which may be changed; then it is sent, and its state is read here."""

    shows = AccessEntry.Kind.LIST

    @cached_property
    def away(self) -> dict[int, str]:
        return next_absence_words(presence.not_over(self.structure, on=self.today), on=self.today)

    def get_form(self, data: QueryDict | None = None) -> DepartureForm:
        return DepartureForm(
            data,
            colleagues=self.departing.colleagues,
            load=self.departing.loads,
            away=self.away,
            last_day=self.departing.last_day,
        )

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        """Each button says what is wanted: the date again, the split (as it was changed, or not), or that it be sent."""
        wanted = self.request.POST.get("stage", "")
        if wanted == "days":
            return self.render_form(self.get_form(self.request.POST))
        acts.refuse_last_day(typed["last_day"], on=self.today)
        split = self.propose_split(typed)
        shown = [line for line in self.departing.lines if line.key in self.request.POST]
        form = TakersForm(self.request.POST if wanted else None, lines=shown, away=self.away)
        if wanted and not form.is_valid():
            return self.show_split(split, form.data, typed)
        if wanted == "send" or not split.lines:
            return self.send(typed, form.chosen_people if wanted else {})
        if wanted:
            split = self.propose_split(typed, chosen=form.chosen_people)
        return self.show_split(split, None, typed)

    def show_typed(self) -> HttpResponse:
        form = self.get_form(self.request.POST)
        if not form.is_valid() or self.request.POST.get("stage", "") not in SPLIT_STAGES:
            return self.render_form(form)
        split = self.propose_split(form.cleaned_data)
        return self.show_split(split, self.request.POST, form.cleaned_data)

    def propose_split(self, typed: dict[str, Any], *, chosen: Mapping[int, User | None] | None = None) -> Split:
        return self.departing.propose_split(among=typed["colleagues"], chosen=chosen)

    def send(self, typed: dict[str, Any], chosen: dict[int, User | None]) -> HttpResponse:
        sent = acts.prepare(
            user=self.person,
            structure=self.structure,
            last_day=typed["last_day"],
            chosen=chosen,
            by=self.user,
            at=self.now,
        )
        self._say_refused(sent)
        return self.lead_on(self._say_sent(sent, typed), self.url)

    def _say_sent(self, sent: Sent, typed: Mapping[str, object]) -> str:
        done = []
        if sent.given:
            done.append(say_number(len(sent.given), "dossier confié", "dossiers confiés"))
        if sent.proposed:
            done.append(say_number(len(sent.proposed), "relais proposé", "relais proposés"))
        if done:
            return f"{' et '.join(done)}. Chaque collègue est prévenu."
        return f"Dernier jour noté : le {typed['last_day']:%d/%m/%Y}." if sent.is_new_day else "Rien n’a changé."

    def _say_refused(self, sent: Sent) -> None:
        refused: dict[str, list[str]] = {}
        for line, refusal in sent.refused:
            refused.setdefault(refusal, []).append(line.case.reference)
        for refusal, references in refused.items():
            named = f"Dossiers {', '.join(references)}" if len(references) > 1 else f"Dossier {references[0]}"
            messages.error(self.request, f"{named} : {refusal}")

    @property
    def kit_context(self) -> dict[str, object]:
        is_own = self.person == self.user
        return {
            "person": self.person,
            "is_own": is_own,
            "structure": self.structure,
            "title": "Préparer mon départ" if is_own else f"Préparer le départ {of_name(str(self.person))}",
            "stages": STAGES,
            "last_day": self.departing.last_day,
            **self.back_link,
        }

    def render_form(self, form: DepartureForm) -> HttpResponse:
        self.departing.say_refusals(by=self.user)
        split = self.departing.propose_split(among=())
        self._fill_in(split)
        context = {
            **self.kit_context,
            "form": form,
            "lines": split.lines,
            "more": len(self.departing.lines) - len(split.lines),
            "sent": find_sent(self.departing, reader=self.user),
            "waiting": len(self.departing.proposals),
            "asked": self.departing.unanswered_count,
            "structure_tabs": self.structure_tabs if self.person == self.user else [],
            "notes_url": self.notes_url,
        }
        return render(self.request, "departures/departure.html", context)

    def show_split(self, split: Split, data: FormData, typed: Mapping[str, object]) -> HttpResponse:
        form = TakersForm(data, lines=split.lines, away=self.away)  # type: ignore[arg-type]  # of lines that say more
        self._fill_in(split)
        if data is not None:
            form.is_valid()
        context = {
            **self.kit_context,
            "form": form,
            "split": split,
            "day": typed["last_day"],
            "more": len(self.departing.lines) - len(split.lines),
            "typed": [(name, each) for name, values in self.request.POST.lists() for each in values if name in TYPED],
        }
        return render(self.request, "departures/split.html", context)

    def _fill_in(self, split: Split) -> None:
        fill_in(
            split.lines,
            user=self.person,
            structure=self.structure,
            reader=self.user,
            since=self.today,
            until=self.today + YEAR,
            on=self.today,
        )


class PrepareOwnDeparture(OfOneself, PrepareDeparture):
    """One’s own: what is one’s own is handed on without a manager, who is told."""


class DepartureNotes(OfSomebodyLeaving):
    """The handover notes of all that he still has and has sent, each on its page, to print at once."""

    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        sent = [line.case for line in find_sent(self.departing, reader=self.user)]
        wanted = {case.pk for case in [*(line.case for line in self.departing.lines), *sent]}
        seen = permissions.visible_cases(self.user, at=self.today).filter(pk__in=wanted)
        start = read_number(request.GET.get("apres", ""), most=MOST_CASES) or 0
        cases = list(seen.select_related("responsible_structure").order_by("pk")[start : start + SHOWN])
        if not cases:
            raise Http404
        last, total = start + len(cases), seen.count()
        context = {
            "notes": build_notes(cases, reader=self.user, on=self.today),
            "person": self.person,
            "back_url": self.url,
            "title": "Notes de relais",
            "shown": f"Notes {start + 1} à {last} sur {total}" if total > len(cases) else "",
            "first_url": self.notes_url if start else "",
            "next_url": f"?{urlencode({**request.GET.dict(), 'apres': last})}" if last < total else "",
        }
        return render(request, "departures/notes.html", context)


class OwnDepartureNotes(OfOneself, DepartureNotes):
    """The same, of one’s own departure."""


class HandoverNotePage(CasePage):
    """The handover note of one case, for whoever sees it: what is to be known to take it over."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        notes = build_notes([self.case], reader=self.user, on=self.today)
        context = {"notes": notes, "person": None, "back_url": self.case_url, "title": "Note de relais"}
        return render(request, "departures/notes.html", context)
