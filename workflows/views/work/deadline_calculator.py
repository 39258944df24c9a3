"""Calculer un délai: a rule, a date, what the rule asks; the dates and how they are counted. Of no case, nothing kept."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.actions.deadlines import catalogue_in_force
from cases.forms import DayField, FormData
from cases.rules.catalogue import APPLIES, CheckedDeadlineRule, Computed, DeadlineCatalogue, compute_typed
from cases.rules.conditions import BadValue, Key, KeyKind
from cases.rules.reading import CONFIDENCES
from workflows.views.parts.pages import Page

UNKNOWN = ("", "Je ne sais pas")
OTHER = "autre"
SEND = "calculer"
BOUNDS = {"earliest": date(1990, 1, 1), "latest": date(2100, 12, 31)}
STATES = {True: "ok", False: "", None: "warn"}


class RuleForm(forms.Form):
    """Its names are those of the addresses, hence French; those of the questions are the codes of the context."""

    regle = forms.ChoiceField(
        label="Délai à calculer",
        error_messages={
            "required": "Choisir le délai à calculer.",
            "invalid_choice": "Ce délai n’est pas dans les règles en vigueur à cette date : en choisir un autre.",
        },
    )

    def __init__(self, data: FormData, *, catalogue: DeadlineCatalogue) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["regle"].choices = [
            ("", "Choisir"),
            *((title, [(rule.code, rule.title) for rule in rules]) for title, rules in catalogue.by_theme()),
        ]
        # Comfort: without a script, the button below shows what the rule asks.
        fields["regle"].widget.attrs |= {
            "hx-get": reverse("calculator"),
            "hx-include": "closest form",
            "hx-target": "#questions",
            "hx-select": "#questions",
            "hx-swap": "outerHTML",
        }


class QuestionsForm(forms.Form):
    """When the delay begins, and what the conditions of the rule ask about."""

    def __init__(
        self, data: FormData, *, rule: CheckedDeadlineRule, catalogue: DeadlineCatalogue, initial: Mapping[str, object]
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.fields["depart"] = DayField(
            **BOUNDS,
            label=f"Date de départ : {catalogue.milestones[rule.start]}",
            error_messages={"required": "Indiquer la date de départ."},
        )
        for key in rule.context_keys:
            self.fields[key.code] = _field(key, rule=rule, catalogue=catalogue)

    @property
    def context(self) -> Mapping[str, object]:
        return {code: value for code, value in self.cleaned_data.items() if code != "depart"}


class CalculatorView(Page):
    """Open to whoever is signed in. A GET form: the address holds a rule and dates, nobody’s name."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET
        catalogue = catalogue_in_force(on=self._start() or self.today, territory=self.territory)
        form = RuleForm(asked if "regle" in asked else None, catalogue=catalogue)
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            rule = catalogue.rule(form.cleaned_data["regle"])
            # While only the rule is chosen, nothing is missing yet.
            is_sent = SEND in asked or bool(asked.get("depart"))
            questions = QuestionsForm(asked if is_sent else None, rule=rule, catalogue=catalogue, initial=asked.dict())
            result = self._result(rule, questions, catalogue)
            context |= {"rule": rule, "questions": questions, "result": result}
        return render(request, "deadlines/calculator.html", context)

    def _start(self) -> date | None:
        """The day whose rules apply, when it can be read."""
        try:
            return DayField(**BOUNDS, required=False).clean(self.request.GET.get("depart", ""))
        except forms.ValidationError:
            return None

    def _result(
        self, rule: CheckedDeadlineRule, questions: QuestionsForm, catalogue: DeadlineCatalogue
    ) -> dict[str, object] | None:
        if not questions.is_valid():
            return None
        known = questions.context
        try:
            computed = compute_typed(rule, start=questions.cleaned_data["depart"], context=known)
        except BadValue as refusal:
            questions.add_error(None, str(refusal))
            return None
        return build_result_context(
            rule, computed, catalogue, unknown=[key.label for key in rule.context_keys if not known[key.code]]
        )


def build_result_context(
    rule: CheckedDeadlineRule, computed: Computed, catalogue: DeadlineCatalogue, *, unknown: list[str]
) -> dict[str, object]:
    """What the page says of a delay that was counted."""
    return {
        "computed": computed,
        "applies": APPLIES[computed.applies],
        "tone": STATES[computed.applies],
        "who": catalogue.actors[rule.who],
        "confidence": CONFIDENCES[rule.confidence],
        "unknown": unknown,
        "paused_by": [catalogue.milestones[fact] for fact in rule.paused_by],
        "resumed_by": [catalogue.milestones[fact] for fact in rule.resumed_by],
        "restarted_by": [catalogue.milestones[fact] for fact in rule.restarted_by],
    }


def _field(key: Key, *, rule: CheckedDeadlineRule, catalogue: DeadlineCatalogue) -> forms.Field:
    if key.kind is KeyKind.DATE:
        return DayField(label=key.label, required=False, help_text="Laisser vide si elle n’est pas connue.")
    return forms.ChoiceField(
        label=key.label, required=False, choices=[UNKNOWN, *_choices(key, rule=rule, catalogue=catalogue)]
    )


def _choices(key: Key, *, rule: CheckedDeadlineRule, catalogue: DeadlineCatalogue) -> list[tuple[str, str]]:
    if key.kind is KeyKind.YES_NO:
        return [("oui", "Oui"), ("non", "Non")]
    if key.choices:
        return list(key.choices.items())
    # Of what is written freely, only what the rule names makes a difference.
    titles = {each.code: each.title for each in catalogue.rules}
    named = {str(value) for condition in rule.conditions if condition.key == key for value in condition.values}
    return [*((value, titles.get(value, value)) for value in sorted(named)), (OTHER, "Autre")]
