"""Échéances: the dates of a person, or of his structures."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.actions.deadlines import themes_of
from cases.actions.territory_editions import edition_for
from cases.forms import FormData
from cases.models import Deadline, Edition, Structure
from cases.models.case import reference_of
from cases.queries import ids_subquery
from cases.rules.catalogue import Theme, of_benefit
from cases.rules.parameters import read_day
from cases.templatetags.relais import short_date
from workflows.lists.base import (
    Column,
    ColumnKind,
    Listing,
    Row,
    faulty_fields,
    say_person,
    say_yes,
    words_said,
)
from workflows.queries.deadlines import READERS, DeadlineCriteria, DeadlineList, PersonDeadlines, with_lines

KEPT = ("liste", "vue", "mois")
"""What the page is asked besides, and that its filters leave as it is."""
STATES = {str(value): str(label) for value, label in Deadline.State.choices}


class DeadlineFilterForm(forms.Form):
    """Its names are those of the addresses, hence French."""

    nature = forms.ChoiceField(label="Nature du délai", required=False)
    qui = forms.ChoiceField(label="Qui doit agir", required=False)
    retard = forms.BooleanField(label="Sans attendre", required=False)

    def __init__(self, data: FormData, *, edition: Edition | None, hidden: dict[str, str]) -> None:
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
        return words_said(
            {
                "nature": theme.title if theme else "",
                "qui": self.actors.get(criteria.who, ""),
                "retard": "Sans attendre" if criteria.late else "",
                "jour": f"Pour le {short_date(criteria.day)}" if criteria.day else "",
            }
        )


class DeadlinesListing(Listing):
    """Those that run, those that stand still, and those that were missed while their step still waits."""

    code = "echeances"
    title = "Échéances"
    address = "deadlines"
    filters = ("liste", "nature", "qui", "retard", "jour")
    order = ("safe_date", "pk")
    rights = READERS
    declared = (
        Column("Date de sûreté", ColumnKind.DATE, 14, reads=("safe_date",)),
        Column("Dernier jour", ColumnKind.DATE, 12, reads=("legal_date",)),
        Column("Délai", width=40, reads=("rule__title", "context__benefit"), say=of_benefit),
        Column("État", width=12, reads=("state",), say=STATES.get),
        Column("Dossier", width=13, reads=("case__opened_on", "case_id"), say=reference_of),
        Column("Ménage", width=28, reads=("usual_name", "first_names"), say=say_person),
        Column("Urgent", width=8, reads=("case__is_urgent",), say=say_yes),
        Column("Qui doit agir", width=22, reads=("actor",)),
        Column("Suivie par", width=26, reads=("case__responsible_structure__name",)),
        Column("Professionnel", width=24, reads=("professional",)),
    )

    @cached_property
    def form(self) -> DeadlineFilterForm:
        edition = self.read_once("edition", self._find_edition)
        hidden = {name: self.asked[name] for name in KEPT if name in self.asked}
        form = DeadlineFilterForm(self.asked, edition=edition, hidden=hidden)
        form.is_valid()
        return form

    def _find_edition(self) -> Edition | None:
        """The one that groups the delays in the filter: of the territory in which the person works, the first of them."""
        held = frozenset().union(*self.held_rights.values())
        return edition_for(Edition.Catalogue.DEADLINES, Structure.objects.filter(pk__in=held), on=self.today)

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
        readable = {
            "Liste": self.asked.get("liste", "") in ("", *DeadlineList),
            "Jour": self.day is not None or not self.asked.get("jour"),
        }
        return faulty_fields(self.form) + [label for label, is_readable in readable.items() if not is_readable]

    def filter_words(self) -> dict[str, str]:
        return {"liste": self.asked_list.label, **self.form.filter_words(self.person_deadlines.criteria)}

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

    def read_rows(self, ids: Sequence[int]) -> Iterable[Row]:
        found: Any = with_lines(Deadline.objects.filter(pk__in=ids_subquery(ids)))
        actors = self.form.actors
        for row in found.values(*self.fields(but={"actor"}), "rule__who"):
            yield {**row, "actor": actors.get(row["rule__who"], "")}
