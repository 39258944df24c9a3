"""The form of a deadline rule: its ways to count, its conditions and what meets it, each line added or removed."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst

from cases.actions import editions
from cases.actions.editions import words_of
from cases.forms import DayField, FormData
from cases.models import Edition
from cases.rules.catalogue_reading import read_rule
from cases.rules.conditions import BadValue
from cases.rules.counting import Mode, Unit
from cases.rules.deadline_context import CONTEXT
from cases.rules.editions import ACTS, MODES, Row, faults_of
from cases.rules.parameters import read_number
from workflows.views.editions import conditions
from workflows.views.editions.catalogue_editors import CONFIDENCE_CHOICES, RuleEditor

Item = TypeVar("Item")

UNITS = [("day", "jours"), ("working_day", "jours ouvrés"), ("week", "semaines"), ("month", "mois")]
COUNTED = [(mode.value, words or "ordinaire : à partir du lendemain") for mode, words in MODES.items()]
CODE = r"^[A-Z][A-Z0-9]*(-[A-Za-z0-9]+)*$"
FACT = ("", "Choisir un fait daté")


class MainForm(forms.Form):
    code = forms.RegexField(
        CODE,
        label="Code de la règle",
        max_length=40,
        help_text="Donné une fois pour toutes, par exemple P-VISITE. Majuscules, chiffres et tirets.",
        error_messages={
            "required": "Donner un code à la règle.",
            "invalid": "Écrire des majuscules, des chiffres et des tirets, par exemple P-VISITE.",
        },
    )
    title = forms.CharField(
        label="Titre", max_length=160, help_text="Ce qu’il y a à faire, à l’infinitif.",
        error_messages={"required": "Donner un titre à la règle."},
    )  # fmt: skip
    start = forms.ChoiceField(
        label="Point de départ", error_messages={"required": "Choisir le fait daté d’où le délai compte."}
    )
    who = forms.ChoiceField(label="Qui agit", error_messages={"required": "Choisir qui doit agir."})
    consequence = forms.CharField(label="Passé ce jour", max_length=300, required=False)
    reference = forms.CharField(
        label="Référence", max_length=200, required=False, help_text="L’article, ou la procédure du partenariat."
    )
    safe_margin = forms.IntegerField(
        label="Marge de sûreté, en jours ouvrés",
        min_value=0,
        max_value=250,
        help_text="La date de sûreté, celle à viser, vient ce nombre de jours ouvrés avant le dernier jour.",
        error_messages={
            "required": "Écrire un nombre de jours ouvrés, ou 0.",
            "invalid": "Écrire un nombre entier de jours ouvrés, ou 0.",
            "min_value": "Écrire un nombre de jours ouvrés, ou 0.",
            "max_value": "Écrire au plus 250 jours ouvrés.",
        },
    )
    confidence = forms.ChoiceField(
        label="Confiance",
        choices=CONFIDENCE_CHOICES,
        widget=forms.RadioSelect,
        error_messages={"required": "Dire d’où vient la règle."},
    )

    def __init__(
        self, data: FormData, *, edition: Edition, is_new: bool, is_fixed: bool, initial: Mapping[str, object]
    ) -> None:
        super().__init__(data, initial=dict(initial))
        fields: Any = self.fields
        words = words_of(edition)
        fields["start"].choices = [FACT, *words["milestones"].items()]
        fields["who"].choices = [("", "Choisir"), *words["actors"].items()]
        if not is_new:
            del fields["code"]
        if is_fixed:
            fields["start"].disabled = True
            fields[
                "start"
            ].help_text = "Il ne change pas : cette règle a déjà servi. Pour compter d’un autre fait, la retirer et en ajouter une."


class WayForm(forms.Form):
    """One way to count."""

    length = forms.IntegerField(
        label="Durée",
        min_value=0,
        max_value=1200,
        error_messages={
            "required": "Écrire la durée en chiffres.",
            "invalid": "Écrire la durée en chiffres, sans décimale.",
            "min_value": "Écrire une durée de zéro ou plus.",
            "max_value": "Cette durée est trop longue : vérifier l’unité.",
        },
    )
    unit = forms.ChoiceField(label="Unité", choices=UNITS)
    mode = forms.ChoiceField(label="Comptage", choices=COUNTED)
    extend = forms.BooleanField(
        label="Reporter au premier jour ouvrable un dernier jour qui n’est pas ouvré", required=False
    )
    not_before = DayField(
        label="Aucun dernier jour avant le",
        required=False,
        help_text="Le jour où le texte entre en vigueur, s’il y a lieu.",
    )

    def clean(self) -> None:
        typed = self.cleaned_data
        if typed.get("unit") == Unit.WORKING_DAY and typed.get("mode") in {Mode.FRANC, Mode.BACK_FROM_EVE}:
            self.add_error("mode", "Ce comptage ne vaut pas pour des jours ouvrés : choisir des jours.")

    def as_way(self) -> dict[str, Any]:
        typed = dict(self.cleaned_data)
        first = typed.pop("not_before", None)
        return typed | ({"not_before": first.isoformat()} if first else {})


class UntilForm(forms.Form):
    fact = forms.ChoiceField(label="Prend fin avec", required=False)

    def __init__(self, data: FormData, *, facts: Mapping[str, str], position: int, **kwargs: Any) -> None:
        super().__init__(data, prefix=f"until-{position}", **kwargs)
        field: Any = self.fields["fact"]
        field.choices = [("", "Aucun autre" if position else "Aucun"), *facts.items()]
        field.label = f"Fait n° {position + 1}"


class DeadlineEditor(RuleEditor):
    template = "rules/deadline_form.html"

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        self.typed = _typed_in(data) if data is not None else _typed_of(row or NEW)
        self._build(data, initial=row or NEW)

    def change_lines(self, asked: str) -> None:
        """`asked`: where, then what: « all add », « way-1 remove », « way-1-all-0 remove »…"""
        place, _, what = asked.partition(" ")
        main = {name: self.main.data.get(name, "") for name in self.main.fields if name in self.main.data}
        typed = self.typed
        if what == "add":
            self._add(place)
        elif place.startswith("way-") and "-all-" not in place:
            _remove_at(typed["ways"], place.removeprefix("way-"))
        elif place.startswith("way-"):
            way, _, position = place.removeprefix("way-").partition("-all-")
            if found := _item_at(typed["ways"], way):
                _remove_at(found["all"], position)
        elif place.startswith("all-"):
            _remove_at(typed["all"], place.removeprefix("all-"))
        typed["until"] = [fact for fact in typed["until"] if fact]
        if not typed["ways"]:
            typed["ways"] = _typed_of(NEW)["ways"]
        self._build(None, initial={**(self.row or NEW), **main})

    def _add(self, place: str) -> None:
        key = self.main.data.get(f"{place}-new", "")
        blank = {"key": key, "operator": "", "value": []}
        if place == "way":
            self.typed["ways"].append(dict(_typed_of(NEW)["ways"][0]))
        elif key in CONTEXT and place == "all":
            self.typed["all"].append(blank)
        elif key in CONTEXT and (found := _item_at(self.typed["ways"], place.removeprefix("way-"))):
            found["all"].append(blank)

    def _build(self, data: QueryDict | None, *, initial: Mapping[str, object]) -> None:
        facts = words_of(self.edition)["milestones"]
        titles = {
            rule["code"]: f"{rule['title']} ({rule['code']})"
            for rule in editions.DEADLINES.rows_of_edition(self.edition)
        }
        self.main = MainForm(
            data, edition=self.edition, is_new=self.row is None, is_fixed=self.is_fixed, initial=initial
        )
        self.until = [
            UntilForm(data, facts=facts, position=position, initial={"fact": fact})
            for position, fact in enumerate([*self.typed["until"], ""] if data is None else self.typed["until"])
        ]
        self.all = conditions.condition_forms("all", self.typed["all"], data=data, titles=titles)
        self.ways = [
            (
                WayForm(data, prefix=f"way-{position}", initial=way),
                conditions.condition_forms(f"way-{position}-all", way["all"], data=data, titles=titles),
            )
            for position, way in enumerate(self.typed["ways"])
        ]
        self.keys = [("", "Choisir sur quoi porte la condition"), *((key.code, key.label) for key in CONTEXT.values())]

    @property
    def forms(self) -> list[forms.Form]:
        found: list[forms.Form] = [self.main]
        for way, lines in self.ways:
            found += [way, *lines]
        return [*found, *self.all, *self.until]

    @property
    def act_words(self) -> str:
        """What Relais does by itself once the last day is over."""
        code = str((self.row or {}).get("act", ""))
        return ACTS.get(code, code)

    def find_refusals(self) -> list[tuple[str, str, str]]:
        if not self.refused:
            self.refused += [("Combien de temps", "id_ways", text) for text in self._faults()]
        return self.refused

    def _faults(self) -> list[str]:
        try:
            return [capfirst(text) for text in faults_of(read_rule(self.build_row(), **words_of(self.edition)))]
        except BadValue as fault:
            return [str(fault)]

    def build_row(self) -> dict[str, Any]:
        main, kept = self.main.cleaned_data, self.row or {}
        condition = {name: value for name, value in kept.get("condition", {}).items() if name not in READ}
        if self.all:
            condition["all"] = [line.as_condition() for line in self.all]
        facts = dict.fromkeys(each.cleaned_data["fact"] for each in self.until if each.cleaned_data["fact"])
        if facts:
            condition["until"] = list(facts)
        row = {name: kept[name] for name in ("act", "regime") if name in kept}
        row |= {name: value for name, value in main.items() if value not in (None, "")}
        row["code"] = kept.get("code") or main["code"]
        ways = [(way.as_way(), [line.as_condition() for line in lines]) for way, lines in self.ways]
        if len(ways) == 1 and not ways[0][1] and "not_before" not in ways[0][0]:
            row |= ways[0][0]
        else:
            condition["variants"] = [{**way, **({"all": lines} if lines else {})} for way, lines in ways]
        return {**row, "condition": condition}


READ = ("all", "variants", "until")
"""What the form reads of a condition; the rest stays as it is."""
NEW: dict[str, Any] = {"unit": "day", "mode": "forward", "extend": False, "safe_margin": 0, "condition": {}}


def _typed_of(row: Row) -> dict[str, Any]:
    condition = row.get("condition", {})
    own = {name: row[name] for name in ("length", "unit", "mode", "extend") if row.get(name) not in (None, "")}
    variants = condition.get("variants") or [{}]
    return {
        "until": list(condition.get("until", [])),
        "all": conditions.typed_of(condition.get("all", [])),
        "ways": [{**own, **each, "all": conditions.typed_of(each.get("all", []))} for each in variants],
    }


def _typed_in(data: Any) -> dict[str, Any]:
    ways: list[dict[str, Any]] = []
    while f"way-{len(ways)}-length" in data:
        prefix = f"way-{len(ways)}"
        way = {name: data.get(f"{prefix}-{name}", "") for name in ("length", "unit", "mode", "not_before")}
        ways.append({**way, "extend": f"{prefix}-extend" in data, "all": conditions.typed_in(data, f"{prefix}-all")})
    until: list[str] = []
    while f"until-{len(until)}-fact" in data:
        until.append(data[f"until-{len(until)}-fact"])
    return {"until": until, "all": conditions.typed_in(data, "all"), "ways": ways or _typed_of(NEW)["ways"]}


def _item_at(found: list[Item], position: str) -> Item | None:
    rank = read_number(position, most=len(found) - 1)
    return None if rank is None else found[rank]


def _remove_at(found: list[Item], position: str) -> None:
    if (rank := read_number(position, most=len(found) - 1)) is not None:
        found.pop(rank)
