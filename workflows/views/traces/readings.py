"""Lectures: who opened the pages of cases, by service and month; days that stand out; all that is noted of one case."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cases import permissions
from cases.models import AccessEntry, Case, User
from cases.rules import traces
from cases.rules.parameters import read_day
from workflows.queries import accesses
from workflows.views.parts.private_files import private_pdf
from workflows.views.parts.readers_sheet import typeset_readers
from workflows.views.traces import reading_counts
from workflows.views.traces.base import TracesPage
from workflows.views.traces.forms import FindForm


class Readings(TracesPage):
    tab = "traces_readings"

    def get(self, request: HttpRequest) -> HttpResponse:
        cases = permissions.reviewed_cases(self.user, at=self.today)
        form = FindForm(request.GET if "dossier" in request.GET else None, cases=cases)
        if form.is_valid() and (case := form.cleaned_data["dossier"]):
            return redirect("traces_case", case.public_id)
        return self.render_page(
            "traces/readings.html",
            form=form,
            services=reading_counts.by_service(self.reviewed_structures, month=self.month),
            months=reading_counts.by_month(self.reviewed_structures, on=self.today),
            unusual=reading_counts.find_unusual_days(self.reviewed_structures, month=self.month),
            limits=traces.load_trace_limits(),
            **self.month_links,
        )


class CaseReadings(TracesPage):
    """Who opened one case, and when: by name for the officer’s own controllers, by service for the others."""

    shows = AccessEntry.Kind.TRACES
    tab = "traces_readings"

    case: Case

    def find_shown_case(self) -> Case:
        return self.case

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        cases = permissions.reviewed_cases(self.user, at=self.today)
        self.case = case = get_object_or_404(cases, public_id=kwargs["case"])
        rows, next_url = self.page_of(accesses.of_case(case), size=accesses.PAGE_SIZE)
        return self.render_page(
            "traces/case.html",
            case=case,
            reference=case.reference,
            charged=case if case.responsible_structure_id in self.reviewed_structures else None,
            lines=accesses.attribute_accesses(rows, mine=self.reviewed_structures),
            limits=traces.load_trace_limits(),
            next_url=next_url,
        )


class CaseReadingsSheet(CaseReadings):
    """The same for the person herself, on paper: by service and function."""

    shows = AccessEntry.Kind.PRINT

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        cases = permissions.reviewed_cases(self.user, at=self.today)
        self.case = get_object_or_404(cases, public_id=kwargs["case"])
        own = permissions.structures_where(self.user, "review_traces", at=self.today)
        sender = own.order_by("pk")[0]
        return private_pdf(
            typeset_readers(self.case, sender=sender, on=self.today), name=f"consultations-{self.case.reference}.pdf"
        )


class UnusualDay(TracesPage):
    """The cases that somebody opened on a day without being assigned to them."""

    shows = AccessEntry.Kind.TRACES
    tab = "traces_readings"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        on = read_day(str(kwargs["day"]))
        if on is None:
            raise Http404
        person = get_object_or_404(User, public_id=kwargs["user"])
        rows = reading_counts.of_day(self.reviewed_structures, user=person.pk, on=on)
        if not rows:
            raise Http404
        lead = f"Dossiers ouverts le {on:%d/%m/%Y} sans y être affecté."
        return self.render_page("traces/day.html", name=person.get_full_name(), lead=lead, rows=rows)
