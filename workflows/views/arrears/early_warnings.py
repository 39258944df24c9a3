"""Early warning: the debts to look at before they grow, by the sign that they give."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.models import AccessEntry
from workflows.views.arrears import debts_to_watch as queries
from workflows.views.arrears.debts_to_watch import Sign, coming_regime
from workflows.views.parts.pages import Page
from workflows.views.parts.tabs import build_tab

SHOWN = 200
READERS = ("report_arrears", "pilot_action")
OF_FILES = "Elles se calculent à chaque fichier importé, parmi les situations que vous voyez en entier."
OF_FIGURES = (
    "Elles nomment des personnes : ceux qui suivent leur situation les lisent. Voici les nombres du territoire."
)


class Warnings(Page):
    """For who reports arrears: a landlord of his own leases, a professional of the cases that he sees."""

    shows = AccessEntry.Kind.LIST
    held_back = ()

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        held = permissions.rights(self.user, at=self.today)
        if not any(held.get(right) for right in READERS):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        found, is_cut = queries.find_early_warnings(self.user, today=self.today)
        counts = {sign: sum(warning.sign is sign for warning in found) for sign in Sign}
        asked = request.GET.get("voir", "")
        shown = Sign(asked) if asked in set(Sign) else next((sign for sign in Sign if counts[sign]), Sign.UNREPORTED)
        chosen = [warning for warning in found if warning.sign is shown]
        url, (landlords, are_landlords_cut) = reverse("warnings"), self.landlords()
        context = {
            "tabs": [
                build_tab(sign.label, f"{url}?voir={sign}", current=sign is shown, count=counts[sign])
                for sign in Sign
                if counts[sign] or sign is shown or sign is not Sign.NEW_REGIME
            ],
            "landlords": landlords,
            "coming": coming_regime(self.today),
            "lines": chosen[:SHOWN],
            "empty": OF_FIGURES if landlords and not found else OF_FILES,
            "cut": len(chosen) - SHOWN,
            "read": queries.READ,
            "is_cut": is_cut,
            "are_landlords_cut": are_landlords_cut,
        }
        return render(request, "warnings/list.html", context)

    def landlords(self) -> tuple[list[queries.Unreported], bool]:
        """For the pilot’s desk: who has how much to report, without a name; and whether some debts were not read."""
        if not permissions.rights(self.user, at=self.today).get("pilot_action"):
            return [], False
        desks = permissions.pilot_desks(self.user, at=self.today)
        return queries.unreported_by_landlord(desks, today=self.today)
