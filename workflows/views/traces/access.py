"""Accès: on how many cases each service takes part, on what basis; was the person informed; and the numbers behind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from cases.models import AccessEntry, LegalBasis, Participation
from cases.rules.parameters import read_uuid
from workflows.models import ImportJob
from workflows.queries.months import Month
from workflows.views.traces import access_counts, sent_lists
from workflows.views.traces.access_counts import TOLD, AccessCriteria, InformationState
from workflows.views.traces.base import TracesPage

NOW = "maintenant"
CLOSED = "clos"


class Access(TracesPage):
    tab = "traces_access"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_page(
            "traces/access.html",
            shares=access_counts.count_accesses(self.reviewed_structures, month=self.month, on=self.today),
            months=access_counts.by_month(self.reviewed_structures, on=self.today),
            information=access_counts.count_information(self.reviewed_structures, on=self.today),
            **self.month_links,
        )


class AccessList(TracesPage):
    """The references behind a number."""

    shows = AccessEntry.Kind.TRACES
    tab = "traces_access"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = access_counts.find_accesses(self.reviewed_structures, self.criteria, on=self.today)
        rows, next_url = self.page_of(found.select_related("case", "structure"), size=access_counts.PAGE_SIZE)
        total = found.order_by().count() if next_url or self.first_url else len(rows)
        return self.render_page(
            "traces/access_list.html",
            lines=access_counts.describe_accesses(rows),
            said=self.criteria_words(),
            total=f"{total} accès",
            next_url=next_url,
        )

    @cached_property
    def criteria(self) -> AccessCriteria:
        asked = self.request.GET
        state = asked.get("etat", "")
        told = asked.get("information", "")
        return AccessCriteria(
            structure=self.service,
            basis=basis if (basis := asked.get("fondement", "")) in LegalBasis.values else "",
            level=level if (level := asked.get("niveau", "")) in Participation.Level.values else "",
            now=state == NOW,
            closed=state == CLOSED,
            opened=Month.parse_past_or_current(asked.get("ouverts", ""), today=self.today),
            ended=Month.parse_past_or_current(asked.get("termines", ""), today=self.today),
            told=InformationState(told) if told in set(InformationState) else None,
            job=self.job,
        )

    @cached_property
    def job(self) -> ImportJob | None:
        asked = read_uuid(self.request.GET.get("liste", ""))
        return sent_lists.find_lists(self.reviewed_structures).filter(public_id=asked).first() if asked else None

    def criteria_words(self) -> list[str]:
        """What the list is kept to, in words."""
        asked, states = self.criteria, {NOW: "en cours", CLOSED: "en cours, dossier clos"}
        words: list[Any] = [
            asked.structure,
            LegalBasis(asked.basis).label if asked.basis else "",
            Participation.Level(asked.level).label if asked.level else "",
            states.get(self.request.GET.get("etat", "")),
            f"ouverts en {asked.opened}" if asked.opened else "",
            f"terminés en {asked.ended}" if asked.ended else "",
            TOLD[asked.told] if asked.told else "",
            f"liste du {asked.job.created_at:%d/%m/%Y}" if asked.job else "",
        ]
        return [str(each) for each in words if each]
