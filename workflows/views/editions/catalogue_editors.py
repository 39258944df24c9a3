"""The catalogues that a pilot may change by the pages, each with what is its own: its catalogue, its form, its themes.

A catalogue joins by `register`, from the module that holds its form; the pages know no catalogue by name.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst

from cases.actions.editions import EditableCatalogue
from cases.actions.written_catalogues import WRITTEN_CATALOGUES
from cases.models import Edition
from cases.rules.editions import Finding, Row
from cases.rules.reading import CONFIDENCES

Theme = tuple[str, list[str]]
"""A title, and the codes of its rules."""
CONFIDENCE_CHOICES = [(code, capfirst(words)) for code, words in CONFIDENCES.items()]


class RuleEditor:
    """The form of one rule: several small forms, read and drawn as one, whose lines are added and removed."""

    template = ""
    """Path of the template that draws the form."""

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        """`row`: the rule as it is kept, none for a new one. `is_fixed`: its code has been published, its sense stays."""
        self.edition, self.row, self.is_fixed = edition, row, is_fixed
        self.refused: list[tuple[str, str, str]] = []
        """Label, anchor and text of what the whole is refused for."""

    def change_lines(self, asked: str) -> None:
        """Add or remove a line, with all that was typed kept. Nothing where a rule has no lines."""

    @property
    def forms(self) -> list[forms.Form]:
        raise NotImplementedError

    def is_valid(self) -> bool:
        valid = [each.is_valid() for each in self.forms]  # all of them: every fault at once
        return all(valid) and not self.find_refusals()

    def find_refusals(self) -> list[tuple[str, str, str]]:
        """What only the whole shows, once each part can be read."""
        return self.refused

    def build_row(self) -> dict[str, Any]:
        """The row, once it is valid."""
        raise NotImplementedError

    def add_error(self, field: str | None, text: str) -> None:
        """A refusal of the act, beside its field when there is one."""
        main = self.forms[0]
        if field and field in main.fields:
            main.add_error(field, text)
        else:
            self.refused.append(("", "", text))

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """Label, anchor and text of everything to correct."""
        found = list(self.refused)
        for form in self.forms:
            for asked in form:
                found += [(str(asked.label), asked.auto_id, str(text)) for text in asked.errors]
            found += [("", "", str(text)) for text in form.non_field_errors()]
        return found


class CatalogueRowEditor(RuleEditor):
    """Of a row in one form, which its whole catalogue checks: a field that nobody knows, above all."""

    template = "rules/letter_form.html"
    main: forms.Form

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main]

    def find_refusals(self) -> list[tuple[str, str, str]]:
        if self.main.errors or self.row is None:
            return self.refused
        catalogue = WRITTEN_CATALOGUES[self.edition.catalogue]
        rows = catalogue.rows_of_edition(self.edition)
        changed = [self.build_row() if each["code"] == self.row["code"] else each for each in rows]
        known = self.find_faults_to_leave(catalogue, rows)
        found = catalogue.check(self.edition, changed, self.edition.effective_on).faults
        self.refused += [("", "", fault.text) for fault in found if fault not in known]
        return self.refused

    def find_faults_to_leave(self, catalogue: EditableCatalogue, rows: Sequence[Row]) -> Collection[Finding]:
        """Those of the catalogue that its author may mend elsewhere."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Sort:
    """Of rules: what adds one."""

    title: str
    editor: type[RuleEditor]


@dataclass(frozen=True, kw_only=True)
class CatalogueEditor:
    """A catalogue, as the pages show it."""

    slug: str
    """Its name in addresses."""
    rank: int
    title: str
    lead: str
    catalogue: EditableCatalogue
    editor: type[RuleEditor] | None = None
    """None: no form changes it, releases correct it."""
    editor_of: Callable[[Row], type[RuleEditor]] | None = None
    """Of a rule that has another form than most."""
    themes: Callable[[Edition, list[dict[str, Any]]], list[Theme]]
    is_edited: Callable[[Row], bool] = lambda row: True
    """Of rules that the form changes; the others are only read."""
    adds: bool = True
    """Does the form add rules too? Not where the product must know each of them."""
    add_title: str = "Ajouter une règle"
    others: Mapping[str, Sort] = field(default_factory=dict)
    """Other sorts of rules that one may add, by their name in addresses."""
    trial: Callable[..., Mapping[str, Any] | None] = lambda **asked: None
    """What « Essayer » shows of a rule; none when the catalogue has nothing to try."""
    impact: Callable[..., Mapping[str, Any]] = lambda **asked: {}
    """What a draft would change for the cases that run: `template` and `found` (what it draws), `running` (code → words),
    `doubts` (of what rests on this catalogue)."""
    kept: str = "Ce qui court déjà garde ses dates : seuls les faits à venir suivraient les nouvelles règles."
    """What a publication leaves as it is."""
    holds_for: str = "Elle vaut pour les faits datés de ce jour ou d’après."
    """What an edition decides of from its day on."""
    checked: str = (
        "Aucune règle ne se contredit, ne manque d’un fait ou d’un acteur, ni ne compte de deux façons à la fois."
    )
    """What a draft without fault has been checked for."""

    @property
    def has_form(self) -> bool:
        """For templates, which would call the class."""
        return self.editor is not None

    def find_editor(self, row: Row) -> type[RuleEditor] | None:
        """None of a rule that no form changes."""
        if self.editor is None or not self.is_edited(row):
            return None
        return self.editor_of(row) if self.editor_of else self.editor

    @property
    def sorts(self) -> dict[str, Sort]:
        """All those that one may add; the first has no name."""
        if not self.adds:
            return {}
        return {"": Sort(title=self.add_title, editor=self.editor), **self.others} if self.editor else {}


CATALOGUE_EDITORS: dict[str, CatalogueEditor] = {}


def register_catalogue_editor(catalogue_editor: CatalogueEditor) -> None:
    CATALOGUE_EDITORS[catalogue_editor.slug] = catalogue_editor


def list_catalogue_editors() -> list[CatalogueEditor]:
    return sorted(CATALOGUE_EDITORS.values(), key=lambda each: each.rank)
