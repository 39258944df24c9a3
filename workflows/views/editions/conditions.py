"""Conditions in a form: one line each, « prestation est l’une de… », with the choices of what it asks about."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from cases.forms import DayField, FormData
from cases.rules.conditions import BadValue, Key, KeyKind, Operator, RuleCondition, read_condition
from cases.rules.deadline_context import CONTEXT
from workflows.routing.facts import json_value

NO_TITLES: Mapping[str, str] = {}
Typed = dict[str, Any]
"""A condition as it was typed: its key, its operator, the list of its values."""

CHOICES = [(Operator.IN.value, "est l’une de"), (Operator.IS_NOT.value, "n’est pas")]
TEXTS = [(Operator.IS.value, "est"), (Operator.IS_NOT.value, "n’est pas")]
ORDERED = [
    (Operator.AT_LEAST.value, "à partir du"),
    (Operator.BELOW.value, "avant le"),
    (Operator.AT_MOST.value, "jusqu’au, compris"),
    (Operator.ABOVE.value, "après le"),
    (Operator.IS.value, "le"),
]
NUMBERS = [
    (Operator.AT_LEAST.value, "au moins"),
    (Operator.AT_MOST.value, "au plus"),
    (Operator.ABOVE.value, "plus de"),
    (Operator.BELOW.value, "moins de"),
    (Operator.IS.value, "exactement"),
]
MISSING = "Choisir une réponse, ou retirer cette condition."


class ConditionForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: FormData, *, key: Key, titles: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.asked = key
        fields: Any = self.fields
        if key.kind is not KeyKind.YES_NO:
            fields["operator"] = forms.ChoiceField(label="Comparaison", choices=_operators(key))
        fields["value"] = _field(key, titles=titles)

    def clean(self) -> None:
        typed = self.cleaned_data
        if typed.get("operator") == Operator.IS_NOT and self.asked.choices and len(typed.get("value", ())) > 1:
            self.add_error("value", "« N’est pas » vaut pour une seule réponse : ajouter une condition pour chacune.")

    def as_condition(self) -> dict[str, object]:
        """The condition, as editions keep it."""
        operator, value = self.cleaned_data.get("operator", Operator.IS), self.cleaned_data["value"]
        if self.asked.kind is KeyKind.YES_NO:
            value = value == "oui"
        elif self.asked.kind is KeyKind.DATE:
            value = value.isoformat()
        elif self.asked.kind is KeyKind.NUMBER:
            value = json_value(value)
        elif self.asked.choices and (operator == Operator.IS_NOT or len(value) == 1):
            operator, value = (Operator.IS if operator == Operator.IN else operator), value[0]
        return {"key": self.asked.code, "operator": str(operator), "value": value}


def condition_forms(
    prefix: str,
    typed: Sequence[Typed],
    *,
    data: FormData,
    titles: Mapping[str, str] = NO_TITLES,
    keys: Mapping[str, Key] = CONTEXT,
) -> list[ConditionForm]:
    """One form for each condition; of `data` when it is to be read, else showing what was typed.

    `keys`: what conditions may ask about. `titles`: of the rules that a free text may name.
    """
    return [
        ConditionForm(
            data,
            key=keys[each["key"]],
            titles=titles,
            prefix=f"{prefix}-{position}",
            initial=_initial(each, key=keys[each["key"]]),
        )
        for position, each in enumerate(typed)
    ]


def typed_of(conditions: Sequence[object], *, keys: Mapping[str, Key] = CONTEXT) -> list[Typed]:
    """As a rule keeps them. What cannot be read is left out: the page has said so."""
    return [
        {
            "key": condition.key.code,
            "operator": _operator_shown(condition),
            "value": [_shown(value) for value in condition.values],
        }
        for condition in (_read(each, keys) for each in conditions)
        if condition
    ]


def _read(raw: object, keys: Mapping[str, Key]) -> RuleCondition | None:
    try:
        return read_condition(raw, keys=keys)
    except BadValue:
        return None


def typed_in(data: QueryDict, prefix: str, *, keys: Mapping[str, Key] = CONTEXT) -> list[Typed]:
    """As a form sends them; what it asks about is one of those known, whatever is sent."""
    found: list[Typed] = []
    while (key := data.get(f"{prefix}-{len(found)}-key")) in keys:
        start = f"{prefix}-{len(found)}"
        found.append({"key": key, "operator": data.get(f"{start}-operator"), "value": data.getlist(f"{start}-value")})
    return found


def _initial(typed: Typed, *, key: Key) -> dict[str, object]:
    values = typed["value"]
    return {
        "key": key.code,
        "operator": typed["operator"],
        "value": values if key.choices else (values[0] if values else ""),
    }


def _operators(key: Key) -> list[tuple[str, str]]:
    if key.kind is KeyKind.DATE:
        return ORDERED
    if key.kind is KeyKind.NUMBER:
        return NUMBERS
    return CHOICES if key.choices else TEXTS


def _operator_shown(condition: RuleCondition) -> str:
    if condition.key.choices and condition.operator is Operator.IS:
        return Operator.IN.value
    return condition.operator.value


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return str(value)


def _field(key: Key, *, titles: Mapping[str, str]) -> forms.Field:
    said = {"required": MISSING}
    if key.kind is KeyKind.YES_NO:
        return forms.ChoiceField(
            label=key.label,
            choices=[("oui", "Oui"), ("non", "Non")],
            widget=forms.RadioSelect,
            error_messages=said,
        )
    if key.kind is KeyKind.DATE:
        return DayField(label=key.label, error_messages={"required": "Indiquer la date, ou retirer cette condition."})
    if key.kind is KeyKind.NUMBER:
        return forms.DecimalField(
            label=key.field_label,
            min_value=Decimal(0),
            max_value=Decimal(1_000_000),
            localize=True,
            error_messages={
                "required": "Écrire un nombre, ou retirer cette condition.",
                "invalid": "Écrire un nombre en chiffres.",
                "min_value": "Écrire un nombre de zéro ou plus.",
                "max_value": "Écrire un nombre plus petit.",
            },
        )
    if key.choices:
        return forms.MultipleChoiceField(
            label=key.label,
            choices=list(key.choices.items()),
            widget=forms.CheckboxSelectMultiple,
            error_messages=said,
        )
    # What is written freely names a rule of the edition.
    return forms.ChoiceField(label=key.label, choices=[("", "Choisir"), *titles.items()], error_messages=said)
