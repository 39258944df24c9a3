"""« Mes connexions »: what was done with the sign-in of the reader, by himself or by somebody else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.rules.parameters import read_number
from config.accounts import events
from config.accounts.models import SignInEvent
from workflows.views.parts.pages import Page

SHOWN = 50
LOOK_OUT = frozenset({events.Kind.WRONG_PASSWORD, events.Kind.WRONG_CODE, events.Kind.LOCKED})


class OwnEvents(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        own = SignInEvent.objects.filter(user=self.user)
        before = read_number(request.GET.get("avant", ""))
        found = list((own.filter(pk__lt=before) if before else own)[: SHOWN + 1])
        shown, address = found[:SHOWN], reverse("own_sign_ins")
        context = {
            "rows": [(event, event.kind in LOOK_OUT) for event in shown],
            "months": events.KEPT_MONTHS,
            "first_url": address if before else "",
            "next_url": f"{address}?avant={shown[-1].pk}" if len(found) > SHOWN else "",
        }
        return render(request, "accounts/own_events.html", context)
