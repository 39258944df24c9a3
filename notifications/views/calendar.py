"""Mon calendrier: the secret address that one gives to one’s calendar program; and what that program reads there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views import View

from notifications.feed import address
from notifications.feed.content import calendar_of
from workflows.views.parts.pages import Page

CLOSE = "supprimer"
DONE = {
    False: "Adresse créée : la copier dans votre programme d’agenda.",
    True: "Nouvelle adresse créée : l’ancienne ne s’ouvre plus. La remplacer partout où elle servait.",
}


class CalendarSettings(Page):
    """Create, show, renew, delete. The address is shown to its owner only."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not address.has_dates(self.user, at=self.now):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        feed = address.feed_of(self.user)
        path = reverse("calendar_file", args=[address.token_of(feed)]) if feed else ""
        context = {"feed": feed, "address": request.build_absolute_uri(path) if path else ""}
        answer = render(request, "notifications/calendar.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("acte") == CLOSE:
            address.close_feed(user=self.user, at=self.now)
            messages.success(request, "Adresse supprimée : elle ne s’ouvre plus.")
        else:
            had_one = address.feed_of(self.user) is not None
            address.open_feed(user=self.user, at=self.now)
            messages.success(request, DONE[had_one])
        return redirect("calendar_feed")


class CalendarFile(View):
    """What a calendar program reads, without a session. An address that opens nothing does not exist."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        at = now()
        user = address.reader_of(token, at=at)
        if user is None:
            raise Http404
        body = calendar_of(user, now=at, link=request.build_absolute_uri)
        headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="relais.ics"'}
        return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
