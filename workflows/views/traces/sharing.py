"""Requests to share between services, and what persons did not wish: counts, then the numbers of the cases."""

from django.http import Http404, HttpRequest, HttpResponse

from cases.models import AccessEntry, SharingRequest
from workflows.views.traces import sharing_counts
from workflows.views.traces.base import TracesPage
from workflows.views.traces.sharing_counts import IN_SHORT, WISHES, RefusedWish, Way

WAYS = {Way.MADE: "demandes faites", Way.RECEIVED: "demandes reçues"}


class Sharing(TracesPage):
    tab = "traces_requests"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_page(
            "traces/sharing.html",
            asked=sharing_counts.count_requests(self.reviewed_structures),
            ways=WAYS,
            wishes=sharing_counts.count_wishes(self.reviewed_structures),
            headings=list(IN_SHORT.values()),
        )


class SharingList(TracesPage):
    shows = AccessEntry.Kind.TRACES
    tab = "traces_requests"

    def get(self, request: HttpRequest) -> HttpResponse:
        way, state = request.GET.get("sens", ""), request.GET.get("etat", "")
        way = way if way in set(Way) else ""
        state = state if state in SharingRequest.State.values else ""
        found = sharing_counts.find_requests(
            self.reviewed_structures, structure=self.service, way=Way(way) if way else None, state=state
        )
        rows, next_url = self.page_of(found, size=sharing_counts.PAGE_SIZE)
        said = [
            self.service.name if self.service else "",
            WAYS[Way(way)] if way else "",
            str(SharingRequest.State(state).label) if state else "",
        ]
        return self.render_page(
            "traces/sharing_list.html", rows=rows, said=[words for words in said if words], next_url=next_url
        )


class WishList(TracesPage):
    """The cases behind a number of what was not wished."""

    shows = AccessEntry.Kind.TRACES
    tab = "traces_requests"

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        if kwargs["wish"] not in set(RefusedWish):
            raise Http404
        wish = RefusedWish(kwargs["wish"])
        rows, next_url = self.page_of(
            sharing_counts.find_cases_of_wish(self.reviewed_structures, wish, structure=self.service),
            size=sharing_counts.PAGE_SIZE,
        )
        return self.render_page(
            "traces/wishes.html", title=WISHES[wish], service=self.service, rows=rows, next_url=next_url
        )
