"""The routing tables among the catalogues of the pilot: who a table would send an invented situation to, and what a
draft would have changed for those of the last months."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from cases.forms import FormData
from cases.models import Edition, User
from cases.rules.conditions import Key, KeyKind
from cases.rules.editions import Row
from cases.rules.reading import FaultyRules
from workflows.models import Simulation
from workflows.queries import simulation
from workflows.queries.simulation import Routed
from workflows.routing.apply import known_structures
from workflows.routing.decide import Decision, decide_by_table
from workflows.routing.editable_tables import (
    ARREARS_TABLE,
    BY_KIND,
    OVERPAYMENT_TABLE,
    TABLES,
    TO_THE_PILOT,
    read_rows,
)
from workflows.routing.facts import RoutingFact, RoutingFacts
from workflows.routing.table import RoutingTable
from workflows.views.editions.catalogue_editors import CatalogueEditor, Theme, register_catalogue_editor
from workflows.views.editions.routing_form import RowEditor

NOT_KNOWN = ("", "Non connu")


class SituationForm(forms.Form):
    """An invented situation: what the table asks about, and nothing else. What is left out is not known."""

    def __init__(self, data: FormData, *, keys: Sequence[Key]) -> None:
        super().__init__(data)
        self.keys = keys
        fields: Any = self.fields
        for key in keys:
            fields[key.code] = _field(key)

    @property
    def facts(self) -> RoutingFacts:
        typed = [(key, self.cleaned_data[key.code]) for key in self.keys]
        read = {key.code: key.read(value) for key, value in typed if value not in (None, "")}
        return RoutingFacts({code: RoutingFact(value=value, source="essai") for code, value in read.items()})


def _field(key: Key) -> forms.Field:
    if key.kind is KeyKind.NUMBER:
        return forms.IntegerField(
            label=key.field_label, required=False, min_value=0, max_value=1_000_000,
            error_messages={"invalid": "Écrire un nombre entier, ou laisser vide."},
        )  # fmt: skip
    choices = [("oui", "Oui"), ("non", "Non")] if key.kind is KeyKind.YES_NO else list(key.choices.items())
    return forms.ChoiceField(label=key.label, required=False, choices=[NOT_KNOWN, *choices])


def try_routing(
    *, edition: Edition, current: Edition | None, asked: QueryDict, rows: Sequence[Row], **more: object
) -> Mapping[str, object] | None:
    """Who would take an invented situation, with the whole draft and with the edition in force. None of a draft that
    cannot be read."""
    structures = known_structures(edition.territory, on=edition.effective_on)
    try:
        drafted = read_rows(edition, rows, structures=structures)
    except FaultyRules:
        return None
    in_force = (
        read_rows(current, TABLES[current.catalogue].rows_of_edition(current), structures=structures)
        if current
        else None
    )
    tables = [("Avec le brouillon", drafted)]
    tables += [(f"Avec l’édition en vigueur ({current.number})", in_force)] if current and in_force else []
    keys = [key for code, key in drafted.keys.items() if any(code in _asked_by(table) for _, table in tables)]
    form = SituationForm(asked if "essayer" in asked else None, keys=keys)
    results = [_trial_result(title, table, form.facts) for title, table in tables] if form.is_valid() else []
    return {
        "lead": "Avec toutes les règles telles qu’elles sont enregistrées dans le brouillon.",
        "form": form,
        "results": results,
        "is_new": False,
    }


def _asked_by(table: RoutingTable) -> set[str]:
    return {condition.key.code for row in table.rows for condition in (*row.all, *row.any)}


def _trial_result(title: str, table: RoutingTable, facts: RoutingFacts) -> dict[str, object]:
    decision = decide_by_table(table, facts, forced=True)
    return {
        "title": title,
        "facts": [("Confiée à", _receiver(table, decision)), ("Règle", decision.rule)],
        "words": decision.reason,
        "steps": [],
    }


def _receiver(table: RoutingTable, decision: Decision) -> str:
    if decision.structure:
        return table.structures[decision.structure].name
    return BY_KIND.get(decision.structure_kind, TO_THE_PILOT)


def compute_routing_impact(
    *, edition: Edition, rows: Sequence[Row], base: Edition | None, base_rows: Sequence[Row], codes: frozenset[str],
    user: User, on: date,
) -> Mapping[str, object]:  # fmt: skip
    structures = known_structures(edition.territory, on=on)
    after = read_rows(edition, rows, structures=structures)
    before = read_rows(base, base_rows, structures=structures) if base else after
    found = simulation.simulate(edition=edition, before=before, after=after, user=user, on=on)
    context = {
        "simulated": found,
        "most": simulation.AT_ONCE,
        "months": simulation.MONTHS,
        "usual": simulation.USUAL,
        "earlier": list(edition.simulations.filter(state=Simulation.State.DONE)[:EARLIER]),
    }
    running = {code: _impact_words(found.tally.rule_counts(code)) for code in codes} if found else {}
    return {"template": "rules/routing_impact.html", "found": context, "running": running}


EARLIER = 3
"""Simulations of the draft that one finds again."""


def _impact_words(found: Routed) -> str:
    if not found.before and not found.after:
        return "Aucune situation des six derniers mois n’est orientée par cette règle."
    said = (
        f"Situations des six derniers mois : {found.before} avec l’édition en vigueur, {found.after} avec le brouillon"
    )
    if found.moved:
        return f"{said} ; {found.moved} irai{'en' if found.moved > 1 else ''}t à une autre structure."
    return f"{said} ; aucune n’irait ailleurs."


def routing_themes(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    return [("Dans l’ordre où elles se lisent", [row["code"] for row in rows])]


KEPT = "Les situations déjà orientées restent où elles sont : seules les suivantes suivraient ces règles."
CHECKED = "Chaque situation trouve une règle ; aucune règle n’est inatteignable, ni ne nomme une structure inconnue."

for slug, rank, title, catalogue in (
    ("orientation-impayes", 5, "Orientation des impayés", ARREARS_TABLE),
    ("orientation-trop-percus", 6, "Orientation des trop-perçus", OVERPAYMENT_TABLE),
):
    register_catalogue_editor(
        CatalogueEditor(
            slug=slug,
            rank=rank,
            title=title,
            lead="Quelle structure reçoit quelle situation, et pourquoi. La première règle dont les conditions sont "
            "remplies l’emporte.",
            catalogue=catalogue,
            editor=RowEditor,
            themes=routing_themes,
            trial=try_routing,
            impact=compute_routing_impact,
            kept=KEPT,
            checked=CHECKED,
        )
    )
