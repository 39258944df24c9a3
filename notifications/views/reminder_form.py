"""The form of a reminder among the rules of the pilot."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst

from cases.forms import FormData
from cases.models import Edition
from cases.rules.editions import Row
from notifications.reference_data import delays_on, human_steps
from notifications.reminder_catalogue import faults_of, titles_of_delays
from notifications.reminder_rules import ANY
from notifications.reminder_words import ALL_OTHERS, ANCHORS, FLOORS, FUNCTIONS, UNITS, say_delay
from workflows.views.editions.catalogue_editors import RuleEditor
from workflows.views.editions.deadline_form import CODE

DAYS = "Écrire des nombres de jours entiers séparés par des virgules, du plus tôt au plus tard : par exemple -15, -7."
RECIPIENTS = list(FUNCTIONS.items())


class DaysField(forms.CharField):
    """« -15, -7 »; with any minus sign. Nothing written is no day at all."""

    def prepare_value(self, value: object) -> object:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: object) -> list[int]:
        written = super().clean(value).replace("−", "-").replace("–", "-").replace(";", ",")
        try:
            days = [int(each) for each in written.split(",")] if written else []
        except ValueError:
            raise forms.ValidationError(DAYS) from None
        if days != sorted(set(days)) or any(abs(day) > 1000 for day in days):
            raise forms.ValidationError(DAYS)
        return days


class ReminderForm(forms.Form):
    code = forms.RegexField(
        CODE,
        label="Code du rappel",
        max_length=40,
        help_text="Donné une fois pour toutes, par exemple R-VISITE. Majuscules, chiffres et tirets.",
        error_messages={
            "required": "Donner un code au rappel.",
            "invalid": "Écrire des majuscules, des chiffres et des tirets, par exemple R-VISITE.",
        },
    )
    title = forms.CharField(
        label="Ce qu’il y a à faire",
        max_length=160,
        required=False,
        help_text="Laisser vide pour reprendre le titre du délai ou de l’étape.",
    )
    days = DaysField(
        label="Jours",
        required=False,
        help_text="Séparés par des virgules ; négatif : avant la date, 0 : le jour même. -15, -7. Vide : aucun rappel "
        "avant le terme, seul le délai dépassé alerte.",
    )
    unit = forms.ChoiceField(label="En", choices=list(UNITS.items()))
    counted_from = forms.ChoiceField(
        label="Comptés depuis", choices=[(code, capfirst(words)) for code, words in ANCHORS.items()]
    )
    every = forms.IntegerField(
        label="Puis tous les",
        min_value=0,
        max_value=365,
        required=False,
        help_text="Jours de la même unité, tant que rien n’est fait. Vide : jamais.",
        error_messages={
            "invalid": "Écrire un nombre de jours, ou rien.",
            "min_value": "Écrire un nombre de jours, ou rien.",
            "max_value": "Écrire au plus 365 jours.",
        },
    )
    even_when_met = forms.BooleanField(
        label="Même une fois que c’est fait",
        required=False,
        help_text="Ce qu’il dit vaut jusqu’au dernier jour du délai : être présent à l’audience, par exemple, une fois le "
        "diagnostic transmis.",
    )
    to = forms.MultipleChoiceField(
        label="Qui est prévenu",
        choices=RECIPIENTS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisir qui est prévenu."},
    )
    floor = forms.ChoiceField(label="Envoi", choices=list(FLOORS.items()), widget=forms.RadioSelect)
    escalation_after = forms.IntegerField(
        label="Sans suite après, en jours ouvrés",
        min_value=1,
        max_value=250,
        required=False,
        help_text="Comptés depuis le dernier rappel. Vide : personne d’autre n’est prévenu.",
        error_messages={
            "invalid": "Écrire un nombre de jours ouvrés, ou rien.",
            "min_value": "Écrire au moins un jour ouvré, ou rien.",
            "max_value": "Écrire au plus 250 jours ouvrés.",
        },
    )
    escalation_to = forms.MultipleChoiceField(
        label="Alors, prévenir", choices=RECIPIENTS, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: FormData, *, is_new: bool, initial: Mapping[str, object]) -> None:
        super().__init__(data, initial=dict(initial))
        if not is_new:
            del self.fields["code"]

    def clean(self) -> None:
        typed = self.cleaned_data
        after, to = typed.get("escalation_after"), typed.get("escalation_to")
        if after and not to:
            self.add_error("escalation_to", "Choisir qui est prévenu sans suite, ou effacer le nombre de jours.")
        if to and not after and "escalation_after" not in self.errors:
            self.add_error("escalation_after", "Écrire après combien de jours ouvrés, ou ne choisir personne.")


class FollowedForm(forms.Form):
    """A delay or a step that the reminder follows."""

    name = forms.ChoiceField(required=False)

    def __init__(self, data: FormData, *, kind: str, choices: Mapping[str, str], position: int, initial: str) -> None:
        super().__init__(data, prefix=f"{kind}-{position}", initial={"name": initial})
        field: Any = self.fields["name"]
        field.label = f"{'Délai' if kind == 'delay' else 'Étape'} n° {position + 1}"
        field.choices = [("", "Aucun" if kind == "delay" else "Aucune"), *choices.items()]


class ReminderEditor(RuleEditor):
    template = "rules/reminder_form.html"

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        self.titles, self.steps_known = titles_of_delays(self.edition.territory), human_steps()
        kept = row or {}
        if data is None:
            self.followed = {"delay": list(kept.get("delays", ())), "step": list(kept.get("steps", ()))}
        else:
            self.followed = {kind: _typed_in(data, kind) for kind in ("delay", "step")}
        self._build(data, initial=_initial(kept))

    def change_lines(self, asked: str) -> None:
        """One more empty line: it is there as soon as the others are filled."""
        data: Any = self.main.data
        main: dict[str, Any] = {}
        for name, field in self.main.fields.items():
            if name in data:
                main[name] = data.getlist(name) if isinstance(field, forms.MultipleChoiceField) else data[name]
        self.followed = {kind: [name for name in names if name] for kind, names in self.followed.items()}
        self._build(None, initial={"to": [], "escalation_to": [], **main})

    def _build(self, data: QueryDict | None, *, initial: Mapping[str, object]) -> None:
        self.main = ReminderForm(data, is_new=self.row is None, initial=initial)
        patterns = [name for name in self.followed["delay"] if "*" in name and name != ANY]
        delays = {
            **{pattern: say_delay(pattern, self.titles) for pattern in patterns},
            **{code: f"{title} ({code})" for code, title in sorted(self.titles.items(), key=lambda item: item[1])},
            ANY: ALL_OTHERS,
        }
        self.delays = self._lines("delay", delays, data)
        self.steps = self._lines("step", self.steps_known, data)

    def _lines(self, kind: str, choices: Mapping[str, str], data: QueryDict | None) -> list[FollowedForm]:
        names = self.followed[kind]
        return [
            FollowedForm(data, kind=kind, choices=choices, position=position, initial=name)
            for position, name in enumerate([*names, ""] if data is None else names)
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *self.delays, *self.steps]

    def find_refusals(self) -> list[tuple[str, str, str]]:
        if not self.refused:
            # The delays against which it is checked are those of the day on which the draft was opened.
            found = faults_of(
                [self.build_row()], delays_on(self.edition.effective_on, territory=self.edition.territory)
            )
            self.refused += [("", "", capfirst(finding.text)) for finding in found]
        return self.refused

    def build_row(self) -> dict[str, Any]:
        typed, kept = self.main.cleaned_data, dict(self.row or {})
        row = {name: value for name, value in kept.items() if name not in READ}
        row |= {
            "code": kept.get("code") or typed["code"],
            "from": typed["counted_from"],
            "days": typed["days"],
            "unit": typed["unit"],
            "to": typed["to"],
        }
        if typed["title"]:
            row["title"] = typed["title"]
        for name, lines in (("delays", self.delays), ("steps", self.steps)):
            chosen = dict.fromkeys(line.cleaned_data["name"] for line in lines if line.cleaned_data["name"])
            if chosen:
                row[name] = list(chosen)
        if typed["floor"] != "ordinary":
            row["floor"] = typed["floor"]
        if typed["every"]:
            row["every"] = typed["every"]
        if typed["even_when_met"]:
            row["even_when_met"] = True
        if typed["escalation_after"]:
            row["escalation"] = {"after": typed["escalation_after"], "to": typed["escalation_to"]}
        return row


READ = frozenset(
    {"title", "delays", "steps", "from", "days", "unit", "to", "floor", "every", "escalation", "even_when_met"}
)
"""What the form reads; the rest of a row stays as it is."""


def _typed_in(data: Any, kind: str) -> list[str]:
    found: list[str] = []
    while f"{kind}-{len(found)}-name" in data:
        found.append(data[f"{kind}-{len(found)}-name"])
    return found


def _initial(row: Row) -> dict[str, object]:
    escalation = row.get("escalation") or {}
    return {
        "title": row.get("title", ""),
        "days": row.get("days"),
        "unit": row.get("unit", "working_day"),
        "counted_from": row.get("from", "legal"),
        "every": row.get("every") or None,
        "even_when_met": row.get("even_when_met", False),
        "to": row.get("to", []),
        "floor": row.get("floor", "ordinary"),
        "escalation_after": escalation.get("after"),
        "escalation_to": escalation.get("to", []),
    }
