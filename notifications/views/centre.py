"""The notification centre: what the reader was told, opened where it leads, marked as read by a POST."""

from itertools import groupby
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from cases.models import AccessEntry
from cases.templatetags.relais import days_until
from notifications import queries
from notifications.models import Notice
from notifications.places import places_of
from notifications.queries import WordedNotice
from workflows.views.parts.pages import Page


class Notifications(Page):
    shows = AccessEntry.Kind.LIST
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        after = request.GET.get("apres", "")
        found = queries.page_of_notices(self.user, after=after)
        shown = found[: queries.PAGE_SIZE]
        lines = queries.describe_notices(shown, reader=self.user, today=self.today)
        context = {
            "days": [(day, queries.bundle_notices(list(told))) for day, told in groupby(lines, key=self._day_words)],
            "has_unread": queries.unread_notices(self.user).exists(),
            "first_url": reverse("notifications") if after else "",
            "next_url": f"?{urlencode({'apres': queries.encode_position(shown[-1])})}"
            if len(found) > len(shown)
            else "",
        }
        return render(request, "notifications/list.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mark all of one’s notifications as read."""
        queries.unread_notices(self.user).update(read_at=self.now)
        messages.success(request, "Toutes les notifications sont marquées comme lues.")
        return redirect("notifications")

    def _day_words(self, line: WordedNotice) -> str:
        return days_until(localdate(line.notice.created_at), self.today)


class Open(Page):
    """One notice: read, as are the others of its case, then the page it is about."""

    held_back = ()

    notice: Notice

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        mine = queries.notices_of(self.user).select_related("case", "entry__structure")
        self.notice = get_object_or_404(mine, public_id=kwargs["notice"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, notice: str) -> HttpResponse:
        return self._redirect_to_destination(request)

    def post(self, request: HttpRequest, notice: str) -> HttpResponse:
        same = {"case": self.notice.case} if self.notice.case else {"pk": self.notice.pk}
        queries.unread_notices(self.user).filter(**same).update(read_at=self.now)
        return self._redirect_to_destination(request)

    def _redirect_to_destination(self, request: HttpRequest) -> HttpResponse:
        cases = [self.notice.case] if self.notice.case else []
        for place in places_of(cases, reader=self.user, today=self.today).values():
            return redirect(place.url)
        if url := queries.place_without_case(self.notice):
            return redirect(url)
        messages.info(request, "Vous n’avez plus accès à cette situation : une autre structure s’en occupe.")
        return redirect("notifications")
