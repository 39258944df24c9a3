"""The remedies matrix among the catalogues of the pilot: a row is one benefit of one operator, part by part."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from cases.actions.remedy_catalogue import COLUMN_WORDS, REMEDIES, STOP_WORDS, title_of
from cases.models import Edition
from cases.rules.editions import Row
from cases.rules.law import REMEDY_PARTS, code_of_remedy
from cases.rules.reading import FaultyRules, RowShape, shape_of
from cases.rules.remedies import ALWAYS, BENEFITS, COURTS, FRAUD, LETTER_STEPS, OPERATORS, PARTS, STEPS, read_matrix
from workflows.views.editions.catalogue_editors import (
    CONFIDENCE_CHOICES,
    CatalogueEditor,
    RuleEditor,
    Theme,
    register_catalogue_editor,
)

NUMBERS = {"silence": ("months",), "prescription": ("ordinary", "fraud")}
STEP_WORDS = {
    "rectification": "Rectification",
    "contest": "Recours",
    "waiver": "Remise",
    "waiver_refusal": "Refus de remise",
    "suspension": "Retenues pendant un recours",
    "withholding": "Retenue trop élevée",
    "mediator": "Médiateur",
}


class RemedyRowForm(forms.Form):
    """What the row is about: given once for all."""

    benefits = forms.MultipleChoiceField(
        label="Prestations", choices=list(BENEFITS.items()), widget=forms.CheckboxSelectMultiple
    )
    operators = forms.MultipleChoiceField(
        label="Organismes", choices=list(OPERATORS.items()), widget=forms.CheckboxSelectMultiple
    )
    since = forms.DateField(
        label="Depuis le", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label="Jusqu’au", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class RemedyWordsForm(forms.Form):
    notes = forms.CharField(
        label="À lire par le professionnel",
        required=False,
        max_length=4000,
        help_text="Une phrase par ligne.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in LETTER_STEPS:
            self.fields[f"letter_{step}"] = forms.CharField(
                label=f"Courrier : {STEP_WORDS[step].lower()}", required=False, max_length=10
            )


class RemedyPartForm(forms.Form):
    """A part of a row: its own columns, its source and its confidence. One that is not always there may be left out."""

    def __init__(self, data: QueryDict | None, *, part: str, kept: Row | None) -> None:
        super().__init__(data, prefix=part, initial=dict(kept or {"confidence": "L"}))
        self.part, self.title = part, REMEDY_PARTS[part].capitalize()
        self.is_optional = part not in ALWAYS
        if self.is_optional:
            self.fields["is_said"] = forms.BooleanField(
                label="Cette ligne le dit", required=False, initial=kept is not None
            )
        shape = _shape_of(part)
        own = [name for name in shape.columns if name not in ("reference", "confidence")]
        for name in (*own, "reference", "confidence"):
            self.fields[name] = _field_of(part, name, is_needed=name in shape.needed and not self.is_optional)

    def clean(self) -> None:
        typed = self.cleaned_data
        if self.is_optional and typed.get("is_said") and not typed.get("reference"):
            self.add_error("reference", "Donner la source : l’article, ou d’où vient cette règle.")

    @property
    def is_left_out(self) -> bool:
        return self.is_optional and not self.cleaned_data["is_said"]

    def build_part(self) -> dict[str, Any]:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "is_said"}
        needed = _shape_of(self.part).needed
        return {name: value for name, value in typed.items() if name in needed or value not in ("", None, False)}


def _shape_of(part: str) -> RowShape:
    kind: Any = PARTS[part]
    return shape_of(kind)


def _field_of(part: str, name: str, *, is_needed: bool) -> forms.Field:
    label = COLUMN_WORDS[name].capitalize()
    choices = _choices_of(part, name)
    if choices is not None:
        empty = [] if is_needed else [("", "Non dit")]
        return forms.ChoiceField(label=label, choices=[*empty, *choices], required=is_needed)
    if _shape_of(part).columns[name] is bool:
        return forms.BooleanField(label=label, required=False)
    if name in NUMBERS.get(part, ()):
        return forms.IntegerField(label=label, required=False, min_value=1, max_value=99)
    is_empty_well = (part, name) in {("contest", "authority"), ("contest", "addressee")}
    return forms.CharField(label=label, required=is_needed and not is_empty_well, max_length=400)


def _choices_of(part: str, name: str) -> list[tuple[str, str]] | None:
    if name == "confidence":
        return CONFIDENCE_CHOICES
    if (part, name) in {("court", "code"), ("refusal", "court")}:
        return list(COURTS.items())
    if part == "suspension" and name in STEPS:
        return list(STOP_WORDS.items())
    return list(FRAUD.items()) if (part, name) == ("waiver", "fraud") else None


class RemedyEditor(RuleEditor):
    template = "rules/remedy_form.html"

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        kept: Mapping[str, Any] = row or {}
        self.main = RemedyRowForm(data) if row is None else None
        self.parts = [RemedyPartForm(data, part=part, kept=kept.get(part)) for part in PARTS]
        letters = {f"letter_{step}": letter for step, letter in kept.get("letters", {}).items()}
        self.words = RemedyWordsForm(data, initial={"notes": "\n".join(kept.get("notes", ())), **letters})

    @property
    def forms(self) -> list[forms.Form]:
        return [*([self.main] if self.main else []), *self.parts, self.words]

    def find_refusals(self) -> list[tuple[str, str, str]]:
        """What the row says, read as the machine reads it: two answers for a day are said before publishing."""
        try:
            read_matrix({"rows": [self.build_row()]})
        except FaultyRules as faulty:
            self.refused = [("", "", fault.removeprefix("Ligne 1, ")) for fault in faulty.faults]
        return self.refused

    def build_row(self) -> dict[str, Any]:
        about = {name: (self.row or {})[name] for name in ABOUT if name in (self.row or {})}
        if self.main:
            typed = self.main.cleaned_data
            about = {"benefits": typed["benefits"], "operators": typed["operators"]}
            about |= {name: typed[key].isoformat() for key, name in DAYS.items() if typed[key]}
            about["code"] = code_of_remedy(about)
        words = self.words.cleaned_data
        said = {form.part: form.build_part() for form in self.parts if not form.is_left_out}
        letters = {step: words[f"letter_{step}"] for step in LETTER_STEPS if words[f"letter_{step}"]}
        notes = [line.strip() for line in words["notes"].splitlines() if line.strip()]
        return {
            **about,
            **said,
            "letters": letters,
            **({"notes": notes} if notes or "notes" in (self.row or {}) else {}),
        }


DAYS = {"since": "from", "until": "until"}
ABOUT = ("code", "benefits", "operators", "from", "until")


def themes_by_operator(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    ordered = sorted(rows, key=title_of)
    return [
        (words, [row["code"] for row in ordered if row["operators"][0] == code]) for code, words in OPERATORS.items()
    ]


register_catalogue_editor(
    CatalogueEditor(
        slug="voies-de-recours",
        rank=6,
        title="Voies de recours des trop-perçus",
        lead="Pour chaque prestation et chaque organisme : à qui écrire d’abord, ce que vaut le silence, quel juge, qui remet.",
        catalogue=REMEDIES,
        editor=RemedyEditor,
        add_title="Ajouter une ligne",
        themes=themes_by_operator,
        checked="Chaque ligne se lit en entier, deux ne répondent jamais pour un même jour, et les délais et les courriers "
        "qu’elles nomment existent.",
    )
)
