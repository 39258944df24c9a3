"""Qui a consulté ce dossier: for the manager of the structure in charge; and as a sheet for the person."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from cases import permissions
from cases.models import AccessEntry
from cases.rules.parameters import read_number
from workflows.queries import accesses
from workflows.views.parts.pages import CasePage
from workflows.views.parts.private_files import private_pdf
from workflows.views.parts.readers_sheet import typeset_readers


class WhoRead(CasePage):
    """By name for the people of his structure, by their service for the others."""

    shows = AccessEntry.Kind.TRACES

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        managed = self.held.get("view_structure_cases", frozenset())
        if not self.full or self.case.responsible_structure_id not in managed:
            raise PermissionDenied
        return None

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        after = read_number(request.GET.get("apres", ""))
        rows = accesses.of_case(self.case)
        found = list((rows if after is None else rows.filter(pk__lt=after))[: accesses.PAGE_SIZE + 1])
        shown = found[: accesses.PAGE_SIZE]
        own = {self.case.responsible_structure_id: self.case.responsible_structure}
        return self.render_page(
            "case/who_read.html",
            lines=accesses.attribute_accesses(shown, mine=own),
            first_url=request.path if after is not None else "",
            next_url=f"?apres={shown[-1].pk}" if len(found) > len(shown) else "",
        )


class WhoReadSheet(WhoRead):
    shows = AccessEntry.Kind.PRINT

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        sender = permissions.structures_where(self.user, "view_structure_cases", at=self.today).get(
            pk=self.case.responsible_structure_id
        )
        pdf = typeset_readers(self.case, sender=sender, on=self.today)
        return private_pdf(pdf, name=f"consultations-{self.case.reference}.pdf")
