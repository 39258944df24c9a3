"""Échéances: the dates of a person, or of his structures."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.actions.deadlines import edition_in_force, themes_of
from cases.models import Deadline, Edition
from cases.models.case import reference_of
from cases.rules import names
from cases.rules.catalogue import Theme, of_benefit
from cases.rules.parameters import read_day
from cases.templatetags.relais import short_date
from workflows.lists.base import Column, ColumnKind, Line, Listing, ids_subquery, in_order
from workflows.queries.deadlines import READERS, DeadlineCriteria, DeadlineList, PersonDeadlines, with_lines

TITLES = {DeadlineList.MINE: "Pour moi", DeadlineList.STRUCTURE: "Ma structure"}
STATES = {str(value): str(label) for value, label in Deadline.State.choices}


class DeadlineFilterForm(forms.Form):
    """Its names are those of the addresses, hence French."""

    nature = forms.ChoiceField(label="Nature du délai", required=False)
    qui = forms.ChoiceField(label="Qui doit agir", required=False)
    retard = forms.BooleanField(label="En retard", required=False)

    def __init__(self, data: Any, *, edition: Edition | None, hidden: dict[str, str]) -> None:
        super().__init__(data)
        self.themes: dict[str, Theme] = {theme.code: theme for theme in themes_of(edition)} if edition else {}
        self.actors: dict[str, str] = edition.parameters["actors"] if edition else {}
        fields: Any = self.fields
        fields["nature"].choices = [("", "Tous les délais"), *((code, one.title) for code, one in self.themes.items())]
        fields["qui"].choices = [("", "Tous"), *sorted(self.actors.items(), key=itemgetter(1))]
        for name, value in hidden.items():
            fields[name] = forms.CharField(required=False, widget=forms.HiddenInput, initial=value)

    def criteria(self, *, day: date | None) -> DeadlineCriteria:
        """A filter that cannot be read filters nothing: its error is beside its field."""
        chosen = self.cleaned_data
        theme = self.themes.get(chosen.get("nature", ""))
        return DeadlineCriteria(
            starts=theme.starts if theme else None,
            who=chosen.get("qui", ""),
            late=chosen.get("retard", False),
            day=day,
        )

    def filter_words(self, criteria: DeadlineCriteria) -> dict[str, str]:
        """Filter → what its chip says."""
        theme = self.themes.get(self.cleaned_data.get("nature", ""))
        said = {
            "nature": theme.title if theme else "",
            "qui": self.actors.get(criteria.who, ""),
            "retard": "En retard" if criteria.late else "",
            "jour": f"Pour le {short_date(criteria.day)}" if criteria.day else "",
        }
        return {name: words for name, words in said.items() if words}


class DeadlinesListing(Listing):
    """Those that run, those that stand still, and those that were missed while their step still waits."""

    code = "echeances"
    title = "Échéances"
    address = "deadlines"
    filters = ("liste", "nature", "qui", "retard", "jour")
    rights = READERS

    @cached_property
    def form(self) -> DeadlineFilterForm:
        edition = self.read_once("edition", lambda: edition_in_force(Edition.Catalogue.DEADLINES, on=self.today))
        form = DeadlineFilterForm(self.asked, edition=edition, hidden={})
        form.is_valid()
        return form

    @property
    def asked_list(self) -> DeadlineList:
        asked = self.asked.get("liste", "")
        return DeadlineList(asked) if asked in set(DeadlineList) else DeadlineList.MINE

    @property
    def day(self) -> date | None:
        return read_day(self.asked.get("jour", ""))

    @cached_property
    def person_deadlines(self) -> PersonDeadlines:
        criteria = self.form.criteria(day=self.day)
        return self.read_once("dates", lambda: PersonDeadlines(self.user, self.today)).with_criteria(criteria)

    @property
    def unknown_filters(self) -> list[str]:
        found = [str(self.form[name].label) for name in self.form.errors if name in self.form.fields]
        readable = {
            "Liste": self.asked.get("liste", "") in ("", *DeadlineList),
            "Jour": self.day is not None or not self.asked.get("jour"),
        }
        return found + [label for label, is_readable in readable.items() if not is_readable]

    def filter_words(self) -> dict[str, str]:
        return {"liste": TITLES[self.asked_list], **self.form.filter_words(self.person_deadlines.criteria)}

    def find_rows(self) -> QuerySet[Deadline]:
        """Each part is found by its own index."""
        parts = [
            each.order_by().values("pk")
            for each in (
                self.person_deadlines.running(self.asked_list),
                self.person_deadlines.paused(self.asked_list),
                self.person_deadlines.missed(self.asked_list),
            )
        ]
        return Deadline.objects.filter(pk__in=parts[0].union(*parts[1:], all=True)).order_by()

    def find_ordered_rows(self) -> QuerySet[Deadline]:
        return self.find_rows().order_by("safe_date", "pk")

    def columns(self) -> list[Column]:
        return [
            Column("Date de sûreté", ColumnKind.DATE, 14),
            Column("Dernier jour", ColumnKind.DATE, 12),
            Column("Délai", width=40),
            Column("État", width=12),
            Column("Dossier", width=13),
            Column("Ménage", width=28),
            Column("Urgent", width=8),
            Column("Qui doit agir", width=22),
            Column("Suivie par", width=26),
            Column("Professionnel", width=24),
        ]

    def read_lines(self, ids: Sequence[int]) -> Iterator[Line]:
        found: Any = with_lines(Deadline.objects.filter(pk__in=ids_subquery(ids)))
        rows = found.values_list(
            "pk", "safe_date", "legal_date", "rule__title", "context__benefit", "state", "case_id", "case__opened_on",
            "usual_name", "first_names", "case__is_urgent", "rule__who", "case__responsible_structure__name",
            "professional",
        )  # fmt: skip
        return in_order({row[0]: self._line(*row[1:]) for row in rows}, ids)

    def _line(self, *row: Any) -> Line:
        safe, legal, title, benefit, state, case, opened, usual, first, is_urgent, who, structure, professional = row
        return [
            safe,
            legal,
            of_benefit(title, benefit),
            STATES[state],
            reference_of(opened, case),
            names.full_name(usual or "", first or ""),
            "oui" if is_urgent else "",
            self.form.actors.get(who, ""),
            structure,
            professional,
        ]
