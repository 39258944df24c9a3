"""Listes: each file that came to a service of the controller, or that one of them sent, and whom it reached."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from workflows.views.traces import sent_lists
from workflows.views.traces.base import TracesPage

PAGE_SIZE = 20


class Lists(TracesPage):
    tab = "traces"

    def get(self, request: HttpRequest) -> HttpResponse:
        found, next_url = self.page_of(sent_lists.find_lists(self.reviewed_structures), size=PAGE_SIZE)
        return self.render_page(
            "traces/lists.html",
            lists=sent_lists.describe_lists(found, mine=self.reviewed_structures),
            next_url=next_url,
        )


class OneList(TracesPage):
    tab = "traces"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        job = get_object_or_404(sent_lists.find_lists(self.reviewed_structures), public_id=kwargs["job"])
        (received,) = sent_lists.describe_lists([job], mine=self.reviewed_structures)
        return self.render_page(
            "traces/list.html",
            received=received,
            job=job,
            routed=sent_lists.count_routed(job, mine=self.reviewed_structures),
            kept_lines=sent_lists.kept_lines(job) if received.is_sent else 0,
        )
