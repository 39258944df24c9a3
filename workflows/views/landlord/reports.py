"""A landlord’s own pages: his reports, his watch list; what its other files share."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cases import permissions
from cases.models import CLAIMANT_KINDS, AccessEntry, Case, Report, Structure
from cases.queries import lease_holders
from cases.rules.parameters import read_number
from workflows.queries import reports as queries
from workflows.views.parts.pages import Page

PAGE_SIZE = 25
WATCHES_SHOWN = 100
MOST_WATCHES = 999_999
"""After which a page may be asked to begin."""


class LandlordPage(Page):
    """Only for those who report for a landlord or a rent manager; for anyone else the page does not exist."""

    reads_reports = True

    structures: list[Structure]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        mine = permissions.structures_where(self.user, "report_arrears", at=self.today)
        self.structures = list(mine.filter(kind__in=CLAIMANT_KINDS))
        if not self.structures:
            raise Http404
        self.ids = [structure.pk for structure in self.structures]
        self.find_objects(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find_objects(self, **kwargs: object) -> None:
        """Find what the page is about, once its reader is known."""


class LandlordReportPage(LandlordPage):
    """A page of one report. One that is not his does not exist."""

    shows = AccessEntry.Kind.REPORT
    report: Report

    def find_objects(self, **kwargs: object) -> None:
        self.report = get_object_or_404(
            permissions.visible_reports(self.user, at=self.today).select_related(
                "case__responsible_structure", "case__tenancy", "tenancy__landlord", "tenancy__manager"
            ),
            public_id=kwargs["report"],
        )

    def find_shown_case(self) -> Case:
        return self.report.case

    @property
    def report_url(self) -> str:
        return reverse("report_detail", args=[self.report.public_id])

    def line(self) -> queries.ReportRow:
        """The report as a list shows it."""
        found = queries.to_answer_first(Report.objects.filter(pk=self.report.pk))
        return queries.build_rows(found, mine=self.ids, on=self.today)[0]


class LandlordReports(LandlordPage):
    """What waits for him first, then the newest; by reference, since a name never stands in an address."""

    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest) -> HttpResponse:
        state = request.GET.get("etat", "")
        wanted = queries.ReportFilter(state) if state in set(queries.ReportFilter) else queries.ReportFilter.OPEN
        reference = request.GET.get("reference", "").strip()
        asked = {name: value for name, value in (("reference", reference), ("etat", wanted.value)) if value}
        reports = queries.of_state(permissions.visible_reports(self.user, at=self.today), wanted)
        if reference:
            reports = queries.find_by_number(reports, reference)
        after = request.GET.get("apres", "")
        found = queries.to_answer_first(reports, after=after)[: PAGE_SIZE + 1]
        lines = queries.build_rows(found, mine=self.ids, on=self.today)
        shown, more = lines[:PAGE_SIZE], len(lines) > PAGE_SIZE
        context = {
            "lines": shown,
            "reference": reference,
            "state": wanted,
            "states": queries.ReportFilter.choices,
            "is_narrowed": bool(asked),
            "to_approve": sum(line.state is queries.Coarse.TO_APPROVE for line in shown),
            "contact": queries.contact_structure(self.structures),
            "first_url": f"?{urlencode(asked)}" if after else "",
            "next_url": f"?{urlencode(asked | {'apres': queries.position_of(shown[-1])})}" if more else "",
        }
        return render(request, "reports/list.html", context)


class WatchList(LandlordPage):
    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest) -> HttpResponse:
        """With the names that he gave himself."""
        start = read_number(request.GET.get("apres", ""), most=MOST_WATCHES) or 0
        seen = permissions.visible_watches(self.user, at=self.today).select_related("tenancy")
        found = list(seen.order_by("-last_seen_on", "-pk")[start : start + WATCHES_SHOWN + 1])
        if start and not found:
            raise Http404
        watches = found[:WATCHES_SHOWN]
        names = lease_holders(watch.tenancy.household_id for watch in watches)
        lines = [(watch, names.get(watch.tenancy.household_id, "")) for watch in watches]
        context = {
            "lines": lines,
            "text": f"{WATCHES_SHOWN} ménages par page",
            "first_url": request.path if start else "",
            "next_url": f"?apres={start + WATCHES_SHOWN}" if len(found) > WATCHES_SHOWN else "",
        }
        return render(request, "reports/watch.html", context)
