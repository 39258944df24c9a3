"""What the pages of imports share: who sends files, and which imports are his."""

from functools import cached_property

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from cases import permissions
from cases.models import AccessEntry, Structure
from cases.models.structures import StructureKind
from workflows.models import ImportJob, ImportRow
from workflows.views.parts.pages import Page

ROWS = 100
State = ImportJob.State


class SenderPage(Page):
    """Only for those who report for a structure that sends files; for anyone else the page does not exist."""

    reads_reports = True

    structures: list[Structure]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        mine = permissions.structures_where(self.user, "report_arrears", at=self.today)
        self.structures = [structure for structure in mine if structure.sends_files]
        if not self.structures:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def piloted_territories(self) -> frozenset[str]:
        """At whose desk of this action he pilots: the pilot of another one, in a service, knows no more than his
        colleagues."""
        desks = permissions.rights(self.user, at=self.today).get("pilot_action", frozenset())
        own = (one for one in self.structures if one.pk in desks and one.kind == StructureKind.CAF_PILOT)
        return frozenset(one.territory for one in own)

    @property
    def jobs(self) -> QuerySet[ImportJob]:
        return ImportJob.objects.filter(structure__in=self.structures).select_related("structure", "by", "basis")


class JobPage(SenderPage):
    """A page of one import. What is refused is said on the page of the import."""

    shows: str = AccessEntry.Kind.LIST

    def render_conflict(self, message: str, *, back_url: str = "") -> HttpResponse:
        return self.lead_on(message, "import", self.kwargs["job"], level=messages.ERROR)

    def find_job(self) -> ImportJob:
        return get_object_or_404(self.jobs, public_id=self.kwargs["job"])


def doubtful_rows() -> QuerySet[ImportRow]:
    """Of imports that are checked or done, as long as their content is kept."""
    rows = ImportRow.objects.filter(outcome=ImportRow.Outcome.TO_CHECK, job__state__in=(State.CHECKED, State.DONE))
    return rows.exclude(values={})
