"""Accès: on how many cases each service takes part, on what basis; was the person informed; and the numbers behind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from cases.models import Basis, Participation
from cases.rules.parameters import read_uuid
from workflows.models import ImportJob
from workflows.queries.months import Month
from workflows.views.traces import access_counts, sent_lists
from workflows.views.traces.access_counts import TOLD, Criteria, Told
from workflows.views.traces.base import TracesPage

NOW = "maintenant"
CLOSED = "clos"


class Access(TracesPage):
    tab = "traces_access"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(
            "traces/access.html",
            shares=access_counts.shares(self.mine, month=self.month, on=self.today),
            months=access_counts.by_month(self.mine, on=self.today),
            information=access_counts.information(self.mine, on=self.today),
            **self.month_links,
        )


class AccessList(TracesPage):
    """The references behind a number."""

    tab = "traces_access"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = access_counts.find(self.mine, self.criteria, on=self.today)
        rows, next_url = self.page_of(found.select_related("case", "structure"), size=access_counts.PAGE_SIZE)
        total = found.order_by().count()
        return self.shown(
            "traces/access_list.html",
            lines=access_counts.lines(rows),
            said=self.said(),
            total=f"{total} accès",
            next_url=next_url,
        )

    @cached_property
    def criteria(self) -> Criteria:
        asked = self.request.GET
        state = asked.get("etat", "")
        told = asked.get("information", "")
        return Criteria(
            structure=self.service,
            basis=basis if (basis := asked.get("fondement", "")) in Basis.values else "",
            level=level if (level := asked.get("niveau", "")) in Participation.Level.values else "",
            now=state == NOW,
            closed=state == CLOSED,
            opened=Month.read(asked.get("ouverts", ""), today=self.today),
            ended=Month.read(asked.get("termines", ""), today=self.today),
            told=Told(told) if told in set(Told) else None,
            job=self.job,
        )

    @cached_property
    def job(self) -> ImportJob | None:
        asked = read_uuid(self.request.GET.get("liste", ""))
        return sent_lists.jobs(self.mine).filter(public_id=asked).first() if asked else None

    def said(self) -> list[str]:
        """What the list is kept to, in words."""
        asked, states = self.criteria, {NOW: "en cours", CLOSED: "en cours, dossier clos"}
        words: list[Any] = [
            asked.structure,
            Basis(asked.basis).label if asked.basis else "",
            Participation.Level(asked.level).label if asked.level else "",
            states.get(self.request.GET.get("etat", "")),
            f"ouverts en {asked.opened}" if asked.opened else "",
            f"terminés en {asked.ended}" if asked.ended else "",
            TOLD[asked.told] if asked.told else "",
            f"liste du {asked.job.created_at:%d/%m/%Y}" if asked.job else "",
        ]
        return [str(each) for each in words if each]
