"""Pilotage des référents: whom the pilot of action 11 has something to decide for, and the card that he opens for a few days."""

from functools import partial
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from cases import permissions
from cases.actions.pilot_cards import open_card
from cases.models import AccessEntry, Case, Structure
from cases.rules.parameters import read_number
from cases.rules.traces import load_trace_limits
from workflows.views.parts.pages import Page, do_and_tell
from workflows.views.parts.tabs import build_tab
from workflows.views.pilot import unsettled_people
from workflows.views.pilot.unsettled_people import LABELS, PAGE, UnsettledList

PILOTS = "pilot_action"


class ReferentPilotPage(Page):
    """For who pilots the référents; nobody else has it."""

    right_in_territory = PILOTS
    held_back = ()
    desks: list[Structure]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        desks = permissions.referent_desks(self.user, at=self.today)
        self.desks = list(desks.filter(territory=self.territory).order_by("pk"))
        if not self.desks:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class UnsettledPeople(ReferentPilotPage):
    """A line has a name only while its reader has the card of the person; else its number, and how to open it."""

    shows = AccessEntry.Kind.LIST
    shown_by_right = PILOTS

    def get(self, request: HttpRequest) -> HttpResponse:
        asked, code = request.GET.get("liste", ""), request.GET.get("structure", "")
        which = UnsettledList(asked) if asked in UnsettledList.__members__.values() else UnsettledList.ALONE
        structure = Structure.objects.filter(territory=self.territory, code=code).first() if code else None
        if code and structure is None:
            raise Http404
        after = read_number(request.GET.get("apres", "")) or 0
        rows = unsettled_people.find_people(
            which, user=self.user, desks=self.desks, structure=structure, on=self.today, after=after
        )
        counts = unsettled_people.count_people(desks=self.desks, structure=structure)
        shown = rows[:PAGE]
        kept = {"structure": code} if code else {}
        query = urlencode({"liste": which, **kept})
        context = {
            "tabs": [
                build_tab(words, f"?{urlencode({'liste': each, **kept})}", current=each == which, count=counts[each])
                for each, words in LABELS.items()
            ],
            "which": which,
            "title": LABELS[which],
            "structure": structure,
            "rows": shown,
            "total": counts[which],
            "card_days": load_trace_limits().card_days,
            "paging": f"{len(shown)} sur {counts[which]}",
            "first_url": f"?{query}" if after else "",
            "next_url": f"?{query}&apres={shown[-1].pk}" if len(rows) > PAGE else "",
        }
        return render(request, "steering/unsettled.html", context)


class OpenPilotCard(ReferentPilotPage):
    """A button: the card opens, and the person’s page with it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        known = permissions.piloted_people(self.user, at=self.today).filter(territory=self.territory)
        case = get_object_or_404(known, public_id=kwargs["case"])
        do_and_tell(request, partial(self.open, case))
        if permissions.can_view(self.user, case, at=self.today):
            return redirect("beneficiary", case.public_id)
        return redirect("unsettled")

    def open(self, case: Case) -> str:
        open_card(case=case, desk=self.desks[0], by=self.user, at=self.now)
        return (
            f"Fiche ouverte pour {load_trace_limits().card_days} jours : elle se referme plus tôt dès que c’est réglé."
        )
