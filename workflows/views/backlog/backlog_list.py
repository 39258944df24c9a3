"""The list behind a figure of the backlog: its steps, or its cases, and what is done of several at once."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases import permissions
from cases.acting import away_of, with_away
from cases.forms import FormData
from cases.models import AccessEntry
from cases.queries import label_words, name_of, of_person
from cases.rules.parameters import read_number
from workflows.actions.grouped_kinds import GroupedActKind
from workflows.flows import FLOWS
from workflows.lists.backlog import BacklogListing
from workflows.lists.cases import step_choices
from workflows.models import CaseTask
from workflows.queries import backlog, queues
from workflows.queries.backlog import Selection
from workflows.queries.queues import Queue
from workflows.queries.time_left import COUNTED, count_to_bound, position_of, tasks_after, with_last_day
from workflows.views.backlog.backlog import FROM_LIST, BacklogPage, url_with_query

PAGE_SIZE = 50
FEW = 50_000
"""Beyond, the first ones of a list are met soon enough in the order of the inbox."""
CHIPS = ("file", "etape", "procedure", "age", "qui", "residence", "etiquette", "jour")
"""In the order of the page."""


class ListForm(forms.Form):
    """Its names are those of the addresses, hence French. What it does not offer is a chip, that links of figures set."""

    structure = forms.CharField(widget=forms.HiddenInput, required=False)
    file = forms.ChoiceField(label="File", required=False)
    etape = forms.ChoiceField(label="Étape", required=False)
    procedure = forms.ChoiceField(label="Procédure", required=False)
    etiquette = forms.ChoiceField(label="Étiquette", required=False)

    def __init__(self, data: FormData = None, *, labels: dict[str, str]) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["file"].choices = [("", "Toutes"), *((queue.value, queue.label) for queue in Queue)]
        fields["etape"].choices = [("", "Toutes les étapes"), *step_choices()]
        fields["procedure"].choices = [("", "Toutes"), *((code, flow.process_title) for code, flow in FLOWS.items())]
        fields["etiquette"].choices = [("", "Toutes"), *labels.items()]
        if not labels:
            del self.fields["etiquette"]


class BacklogList(BacklogPage):
    """The tasks behind a figure, the nearest date first; pages follow the last line shown (keyset)."""

    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest) -> HttpResponse:
        form = ListForm({**request.GET.dict(), "structure": self.structure.code}, labels=self.labels)
        asked = Selection.from_parameters(request.GET.dict())
        context = {
            "structure": self.structure,
            "form": form,
            "chips": self._chips(asked),
            "clear_url": url_with_query("backlog_list", structure=self.structure.code),
            "acts": list(GroupedActKind),
            "help": asked.queue.help if asked.queue else "",
        }
        if asked.queue is Queue.NO_STEP:
            return render(request, "backlog/cases.html", context | self._cases_context())
        return render(request, "backlog/list.html", context | self._tasks_context(asked))

    def _tasks_context(self, asked: Selection) -> dict[str, object]:
        chosen = self.backlog.find_tasks(asked)
        total = count_to_bound(chosen) if asked.queue in queues.APART else chosen.count()
        found = in_order(tasks_after(chosen, self.request.GET.get("apres", "")), are_few=total <= FEW)
        # Which they are is read from an index alone; then those of the page in full.
        page = with_last_day(CaseTask.objects.filter(pk__in=found.values("pk")[: PAGE_SIZE + 1])).annotate(
            labels=label_words("case", structures=[self.structure.pk]),
            is_seen=permissions.sees_case(self.user, "case", at=self.today, held=self.held),
            **of_person("case__"),
        )
        lines = list(in_order(with_away(page, on=self.today)).select_related("case", "owner", "structure"))
        next_url = f"?{self._query(apres=position_of(lines[PAGE_SIZE - 1]))}" if len(lines) > PAGE_SIZE else ""
        lines = lines[:PAGE_SIZE]
        return {
            "columns": BacklogListing.page_columns(),
            "lines": [
                {
                    "task": task,
                    "person": name_of(task),
                    "away": away_of(task),
                    "is_own": task.structure_id == self.structure.pk,
                    "set_aside": (day := task.set_aside_until) and day > self.today and day,
                }
                for task in lines
            ],
            "may_act": any(task.structure_id == self.structure.pk for task in lines),
            "give_query": urlencode({FROM_LIST: self.request.GET.urlencode()}),
            "all_ticked": "tout" in self.request.GET,
            "tick_all": f"?{self._query(tout='oui', apres=self.request.GET.get('apres', ''))}",
            "total": total,
            "total_text": _count_words(total, "étape", is_capped=asked.queue in queues.APART),
            "next_url": next_url,
        }

    def _cases_context(self) -> dict[str, object]:
        cases = queues.without_step(self.structure)
        after = read_number(self.request.GET.get("apres", ""))
        found = cases if after is None else cases.filter(pk__gt=after)
        lines = list(found.annotate(**of_person()).order_by("pk")[: PAGE_SIZE + 1])
        total = count_to_bound(cases)
        return {
            "lines": [{"case": case, "person": name_of(case)} for case in lines[:PAGE_SIZE]],
            "total": total,
            "total_text": _count_words(total, "dossier", is_capped=True),
            "next_url": f"?{self._query(apres=str(lines[PAGE_SIZE - 1].pk))}" if len(lines) > PAGE_SIZE else "",
        }

    def _chips(self, asked: Selection) -> list[dict[str, str]]:
        """What the address asks for; each link leaves it out."""
        if asked.queue is Queue.NO_STEP:
            words = {"file": asked.queue.label}  # they have no step to be filtered by
        else:
            listing = BacklogListing(
                user=self.user, asked=self.request.GET.dict(), today=self.today, structure=self.structure
            )
            listing.memo["labels"] = self.labels
            words = listing.filter_words()
            if "age" in words and asked.age != backlog.LATE:
                words["age"] = f"Depuis {words['age']}"
        return [{"label": words[name], "url": f"?{self._query(**{name: ''})}"} for name in CHIPS if name in words]

    def _query(self, **changed: str) -> str:
        """The address of this list, changed so, from its beginning."""
        kept = {name: value for name, value in self.request.GET.items() if name not in ("apres", "tout")}
        return urlencode({name: value for name, value in {**kept, **changed}.items() if value})


def in_order(found: QuerySet[CaseTask], *, are_few: bool = False) -> QuerySet[CaseTask]:
    """What expires first, as in an inbox, whatever it expires of. Few among very many are sorted once all were read: to follow the order of an index until it
    has met them would take longer."""
    first = Coalesce("comes_first", "comes_first").desc() if are_few else "-comes_first"
    return found.order_by(first, "nearest_on", "pk")


def _count_words(total: int, what: str, *, is_capped: bool) -> str:
    if is_capped and total > COUNTED:
        return f"plus de {COUNTED} {what}s"
    return f"{total} {what}{'s' if total > 1 else ''}"
