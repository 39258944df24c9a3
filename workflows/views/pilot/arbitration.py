"""À arbitrer: the list, and the sheet of one page that is printed for each."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.models import AccessEntry
from cases.rules.parameters import read_number
from workflows.models import CaseTask
from workflows.queries import arbitration, steering
from workflows.queries.arbitration import ToArbitrate
from workflows.routing.apply import known_structures
from workflows.routing.facts import fact_keys
from workflows.views.parts.pages import CasePage, Page


class Arbitrations(Page):
    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest) -> HttpResponse:
        if not permissions.rights(self.user, at=self.today).get("pilot_action"):
            raise Http404
        after = read_number(request.GET.get("apres", "")) or 0
        rows = arbitration.find_cases_to_arbitrate(self.user, on=self.today, after=after, limit=arbitration.PAGE + 1)
        shown = rows[: arbitration.PAGE]
        context = {
            "rows": shown,
            "paging": f"{len(shown)} situation{'s' if len(shown) > 1 else ''} sur cette page",
            "without_pilot": steering.without_pilot(
                permissions.structures_where(self.user, "pilot_action", at=self.today), on=self.today
            ),
            "first_url": "?" if after else "",
            "next_url": f"?apres={shown[-1].task.pk}" if len(rows) > len(shown) else "",
        }
        return render(request, "arbitration/list.html", context)


class ArbitrationSheet(CasePage):
    """Reached through the card that ends with the decision: afterwards there is no such page."""

    found: ToArbitrate

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        desks = permissions.rights(self.user, at=self.today).get("pilot_action", frozenset())
        waiting = CaseTask.objects.open().of_case(self.case).filter(node=arbitration.NODE, structure__in=desks)
        task = waiting.first()
        if task is None:
            raise Http404
        self.found = arbitration.of_task(task)
        return None

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        task = self.found.task
        context = {
            **sheet_of(self.found),
            "case": self.case,
            "case_url": self.case_url,
            "step_url": reverse("step", args=[self.case.public_id, task.public_id]),
            "made_on": self.today,
        }
        return render(request, "arbitration/sheet.html", context)


def sheet_of(found: ToArbitrate) -> dict[str, object]:
    """What the page of a case, and that of a commission, say of it."""
    rules = arbitration.list_judged_rules(found.decision)
    return {
        "found": found,
        "facts": arbitration.list_known_facts(
            found.decision, labels=fact_keys(known_structures(found.task.case.territory))
        ),
        "rules": rules,
        "unknown": arbitration.list_unknown_criteria(rules),
    }
