"""The form of a row of a routing table: after which it is read, its conditions, and who receives the situation."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict

from cases.models import Edition
from cases.rules.conditions import BadValue, Key
from cases.rules.editions import Row
from cases.rules.parameters import read_number
from workflows.models import RoutingRule
from workflows.routing.apply import known_structures
from workflows.routing.editable_tables import AFTER, BY_FACT, BY_KIND, contact_delays, content_of
from workflows.routing.facts import KnownStructure, fact_keys
from workflows.routing.table import read_row
from workflows.routing.unreachable_rows import cannot_match
from workflows.views.editions import conditions
from workflows.views.editions.catalogue_editors import CONFIDENCE_CHOICES, RuleEditor

CODE = r"^[A-Z]\d{1,3}[a-z]?$"
FIRST = "_first"
"""Read before all others. Not empty: an empty choice is no answer."""
GROUPS = ("all", "any")
TYPED = (
    "code", "title", "reason", "public_reason", "note", "confidence", "contact_rule", "supports", "urgent",
    "despite_suspension", "after_decline",
)  # fmt: skip
"""What is kept of a row as it is typed."""


class RowForm(forms.Form):
    code = forms.RegexField(
        CODE,
        label="Code de la règle",
        help_text="Donné une fois pour toutes : une majuscule et un nombre, par exemple R12.",
        error_messages={
            "required": "Donner un code à la règle.",
            "invalid": "Écrire une majuscule et un nombre, par exemple R12.",
        },
    )
    title = forms.CharField(
        label="Titre", max_length=200, help_text="La situation, en peu de mots.",
        error_messages={"required": "Donner un titre à la règle."},
    )  # fmt: skip
    after = forms.ChoiceField(
        label="Se lit",
        help_text="La première règle dont les conditions sont remplies l’emporte.",
        error_messages={"required": "Dire après quelle règle celle-ci se lit."},
    )
    lead = forms.ChoiceField(label="Confiée à", error_messages={"required": "Choisir qui reçoit la situation."})
    otherwise = forms.ChoiceField(
        label="À défaut", required=False, help_text="Quand on ne sait pas quelle structure cela désigne."
    )
    supports = forms.MultipleChoiceField(
        label="Structures à informer", required=False, widget=forms.CheckboxSelectMultiple
    )
    contact_rule = forms.ChoiceField(
        label="Premier contact avec le ménage", error_messages={"required": "Choisir un délai de premier contact."}
    )
    reason = forms.CharField(
        label="Raison, pour les professionnels",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lue sur chaque situation que cette règle oriente.",
        error_messages={"required": "Écrire pourquoi cette structure reçoit la situation."},
    )
    public_reason = forms.CharField(
        label="Raison, pour le bailleur",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Jamais les enfants, les prestations, ni qui suit le ménage. Vide : la phrase commune de la table.",
    )
    urgent = forms.BooleanField(label="La situation est urgente", required=False)
    despite_suspension = forms.BooleanField(
        label="Solliciter cette structure même quand elle a suspendu les nouvelles situations", required=False
    )
    after_decline = forms.BooleanField(
        label="Second choix : ne sert qu’après un refus de la structure d’une règle lue avant", required=False
    )
    confidence = forms.ChoiceField(
        label="Confiance",
        choices=CONFIDENCE_CHOICES,
        widget=forms.RadioSelect,
        error_messages={"required": "Dire d’où vient la règle."},
    )
    note = forms.CharField(
        label="À confirmer", max_length=300, required=False, help_text="Par qui et quoi ; vide quand c’est décidé."
    )

    def clean(self) -> None:
        typed = self.cleaned_data
        if typed.get("otherwise") and not str(typed.get("lead", "")).startswith("fact:"):
            self.add_error("otherwise", "Ne sert que lorsqu’un fait désigne la structure : laisser vide.")


class RowEditor(RuleEditor):
    template = "rules/routing_form.html"

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        self.is_fallback = bool((row or {}).get("fallback"))
        self.is_out_of_scope = bool((row or {}).get("out_of_scope"))
        asked = {group: conditions.typed_of((row or {}).get(group, ()), keys=self.keys) for group in GROUPS}
        if data is not None:
            asked = {group: conditions.typed_in(data, group, keys=self.keys) for group in GROUPS}
        self.typed = asked
        self._build(data, initial=_initial(row or NEW, last=self._others[-1][0] if self._others else FIRST))

    @cached_property
    def _structures(self) -> list[KnownStructure]:
        return known_structures(self.edition.territory)

    @cached_property
    def keys(self) -> Mapping[str, Key]:
        return fact_keys(self._structures)

    @cached_property
    def _others(self) -> list[tuple[str, str]]:
        """The rows after which this one may be read: never the fallback, which is the last."""
        rows = RoutingRule.objects.filter(edition=self.edition).order_by("position")
        own = (self.row or {}).get("code", "")
        return [
            (rule.code, f"après {rule.code}, {rule.title}")
            for rule in rows
            if rule.code != own and not rule.content.get("fallback")
        ]

    def change_lines(self, asked: str) -> None:
        """`asked`: « all add », « any-1 remove »…"""
        place, _, what = asked.partition(" ")
        group, _, position = place.partition("-")
        if group in GROUPS:
            found, key = self.typed[group], self.main.data.get(f"{group}-new", "")
            if what == "add" and key in self.keys:
                found.append({"key": key, "operator": "", "value": []})
            elif what == "remove" and (rank := read_number(position, most=len(found) - 1)) is not None:
                found.pop(rank)
        data: Any = self.main.data
        kept = {name: data.getlist(name) if name == "supports" else data.get(name, "") for name in self.main.fields}
        self._build(None, initial=kept)

    def _build(self, data: QueryDict | None, *, initial: Mapping[str, object]) -> None:
        self.main = RowForm(data, initial=dict(initial))
        fields: Any = self.main.fields
        if self.row is not None:
            del fields["code"]
        if self.is_fallback:
            for name in ("after", "lead", "otherwise", "urgent", "despite_suspension", "after_decline"):
                del fields[name]
        elif self.is_out_of_scope:
            for name in ("lead", "otherwise", "despite_suspension", "after_decline"):
                del fields[name]
            fields["after"].choices = [(FIRST, "en premier"), *self._others]
        else:
            named = [(each.code, each.name) for each in sorted(self._structures, key=lambda each: each.name)]
            fields["after"].choices = [(FIRST, "en premier"), *self._others]
            fields["lead"].choices = [
                ("", "Choisir"),
                ("Selon la situation", [*((f"fact:{code}", words) for code, words in BY_FACT.items()),
                                        *((f"kind:{code}", words) for code, words in BY_KIND.items())]),
                ("Toujours la même structure", [(f"structure:{code}", name) for code, name in named]),
            ]  # fmt: skip
            fields["otherwise"].choices = [("", "Le pilote décide"), *named]
        fields["supports"].choices = [(each.code, each.name) for each in self._structures]
        fields["contact_rule"].choices = [
            ("", "Choisir"),
            *contact_delays(self.edition.effective_on, territory=self.edition.territory).items(),
        ]
        self.groups = {
            group: conditions.condition_forms(group, self.typed[group], data=data, keys=self.keys) for group in GROUPS
        }
        self.choices = [("", "Choisir sur quoi porte la condition")]
        self.choices += [(key.code, key.label) for key in self.keys.values()]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *(line for lines in self.groups.values() for line in lines)]

    def find_refusals(self) -> list[tuple[str, str, str]]:
        if not self.refused:
            self.refused += [("Conditions", "id_all", text) for text in self._faults()]
        return self.refused

    def _faults(self) -> list[str]:
        """What the row alone shows; what its place in the table does is said before publishing."""
        if self.is_fallback:
            return []
        try:
            row = read_row(content_of(self.build_row()), public_reason="", keys=self.keys)
        except BadValue as fault:
            return [str(fault)]
        if not row.all and not row.any:
            return ["Ajouter au moins une condition : seule la règle de repli s’applique à toutes les situations."]
        if cannot_match(row.all, row.any):
            return ["Ces conditions se contredisent : la règle ne s’appliquerait jamais."]
        return []

    def build_row(self) -> dict[str, Any]:
        typed, kept = self.main.cleaned_data, self.row or {}
        row: dict[str, Any] = {name: typed[name] for name in TYPED if typed.get(name)}
        row["code"] = kept.get("code") or typed["code"]
        row |= {group: [line.as_condition() for line in lines] for group, lines in self.groups.items() if lines}
        if self.is_fallback:
            return {**row, "fallback": True, AFTER: kept.get(AFTER, "")}
        after = "" if typed["after"] == FIRST else typed["after"]
        if self.is_out_of_scope:
            return {**row, "out_of_scope": True, AFTER: after}
        kind, _, named = typed["lead"].partition(":")
        lead = {kind: named} | ({"otherwise": typed["otherwise"]} if typed["otherwise"] else {})
        return {**row, "lead": lead, AFTER: after}


NEW: dict[str, Any] = {"confidence": "L"}


def _initial(row: Row, *, last: str) -> dict[str, object]:
    """As the form shows a row; a new one is read after all others."""
    lead = dict(row.get("lead") or {})
    otherwise = lead.pop("otherwise", "")
    named = next((f"{kind}:{code}" for kind, code in lead.items()), "")
    after = row[AFTER] or FIRST if AFTER in row else last
    return {**row, "lead": named, "otherwise": otherwise, AFTER: after, "supports": list(row.get("supports", ()))}
