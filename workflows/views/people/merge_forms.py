"""Two records side by side: what they are, which of two values is right, what becomes of two open cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import capfirst

from cases.actions.merging.following import Doubled
from cases.actions.merging.merge import IDENTITY
from cases.actions.rows import field_of, table_of
from cases.forms import FormData
from cases.models import Beneficiary, Case
from cases.rules.merging import PRECAUTIONS, Side, more_complete
from cases.templatetags.relais import birth_date, long_date, phone
from workflows.actions.merging import DuplicateCaseChoice, Pair

BOTH = "both"
STAYS = "reste-"
"""Prefix of the answers that say who stays in a place."""
NOTHING = "non renseigné"
HIDDEN = ("celle de la première fiche, masquée", "celle de la seconde fiche, masquée")
"""Of two that differ, and are read by those alone who follow the person."""
ASK_WHO_FOLLOWS = "Les deux diffèrent : demander au service qui suit la personne laquelle est la bonne."
SAFE_ADDRESS = "safe_address"


@dataclass(frozen=True)
class AlikeValue:
    """A value that both records have alike."""

    label: str
    value: str


class MergeForm(forms.Form):
    """`clash`: the two open cases with one landlord, if any; `closable`: those that the reader may close."""

    template_name = "people/merge_form.html"

    ALL, PERSON, HOME = "all", "person", "home"
    one_person = (PERSON, "C’est une seule personne")
    with_homes = (
        (ALL, "Une seule personne, dans un seul ménage : réunir les fiches et les ménages"),
        (PERSON, "Une seule personne, qui vit ou a vécu dans les deux ménages : réunir les fiches"),
        (HOME, "Deux personnes différentes d’un même ménage : réunir les ménages"),
    )

    what = forms.ChoiceField(label="Que décrivent ces deux fiches ?", widget=forms.RadioSelect)

    def __init__(
        self, data: FormData = None, *, pair: Pair, clash: list[Case], closable: Iterable[Case], doubled: list[Doubled]
    ) -> None:
        super().__init__(data)
        self.pair, self.clash, self.doubled = pair, clash, doubled
        what: Any = self.fields["what"]
        what.choices = self.with_homes if pair.distinct_households() else [self.one_person]
        what.initial = self.ALL if pair.distinct_households() else self.PERSON
        self.alike: list[AlikeValue] = []
        for name in IDENTITY:
            self._compare_value(name)
        if clash:
            self.fields["case"] = _case_field(clash, closable=list(closable))
        for place in doubled:
            self.fields[f"{STAYS}{place.code}"] = _place_field(place)

    def clean(self) -> dict[str, object]:
        """Two people of one household keep each their own référents: then nobody is asked who stays."""
        cleaned = super().clean() or {}
        if cleaned.get("what") in (self.ALL, self.PERSON):
            for field in self.places:
                if not cleaned.get(field.name):
                    self.add_error(field.name, "Dire qui reste.")
            if self.chooses_safe_address and not cleaned.get(SAFE_ADDRESS):
                self.add_error(SAFE_ADDRESS, "Choisir l’adresse sûre à garder, avec le service qui suit la personne.")
        return cleaned

    def _compare_value(self, name: str) -> None:
        kept, absorbed = (getattr(person, name) for person in (self.pair.kept, self.pair.absorbed))
        label = str(field_of(table_of(Beneficiary), name).verbose_name)
        label = capfirst(label)
        if kept == absorbed:
            if kept and name != "phone":  # shown above, with its instructions
                self.alike.append(AlikeValue(label, in_words(name, kept)))
            return
        is_hidden = name == SAFE_ADDRESS and self.chooses_safe_address
        said = HIDDEN if is_hidden else (in_words(name, kept), in_words(name, absorbed))
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[*zip(("kept", "absorbed"), said, strict=True)],
            widget=forms.RadioSelect,
            initial=None if is_hidden else more_complete(name, kept=kept, absorbed=absorbed),
            required=False,  # one of the two is proposed, but for what is hidden: `clean` asks
            help_text=ASK_WHO_FOLLOWS if is_hidden else "",
        )

    @property
    def chooses_safe_address(self) -> bool:
        """Of two that differ, none is proposed: they are not read here."""
        said = {person.safe_address for person in (self.pair.kept, self.pair.absorbed)}
        return "" not in said and len(said) > 1

    @property
    def compared_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in IDENTITY if name in self.fields]

    @property
    def places(self) -> list[forms.BoundField]:
        return [self[f"{STAYS}{place.code}"] for place in self.doubled]

    @property
    def staying_sides(self) -> dict[str, Side]:
        said = {place.code: self.cleaned_data.get(f"{STAYS}{place.code}") for place in self.doubled}
        return {code: side for code, side in said.items() if side}

    @property
    def choices(self) -> dict[str, Side]:
        return {name: self.cleaned_data[name] or self[name].initial for name in IDENTITY if name in self.fields}

    @property
    def answer(self) -> DuplicateCaseChoice | None:
        said = self.cleaned_data.get("case")
        if not said:
            return None
        return DuplicateCaseChoice(closed=next((case for case in self.clash if str(case.public_id) == said), None))


def _place_field(place: Doubled) -> forms.ChoiceField:
    what = f"Qui reste le référent de {place.structure} ?" if place.structure else "Qui reste le coordinateur ?"
    rows = (("kept", place.kept, place.kept_since), ("absorbed", place.absorbed, place.absorbed_since))
    return forms.ChoiceField(
        label=what,
        help_text="Le suivi de l’autre prend fin, avec le motif « fusion de deux fiches ». Chacun en est prévenu.",
        choices=[(side, f"{row.user}, {row.structure}, depuis le {long_date(since)}") for side, row, since in rows],
        widget=forms.RadioSelect,
        required=False,  # asked when it is one person: see `clean`
    )


def _case_field(clash: list[Case], *, closable: list[Case]) -> forms.ChoiceField:
    """Named by the case that is kept, and valued by the one that closes."""
    offered = []
    if len(clash) == 2:
        for closed, kept in (clash, clash[::-1]):
            if closed in closable:
                words = f"C’est le même impayé : garder le dossier {kept.reference}, clore {closed.reference} comme doublon"
                offered.append((str(closed.public_id), words))
    offered.append((BOTH, "Ce sont des baux différents : garder tous les dossiers"))
    return forms.ChoiceField(
        label="Ces dossiers sont-ils un seul impayé ?",
        help_text=(
            "Garder de préférence le dossier que le fichier du bailleur alimente. "
            "Les signalements du bailleur suivent le dossier gardé."
        ),
        choices=offered,
        widget=forms.RadioSelect,
        error_messages={"required": "Dire ce que deviennent ces dossiers."},
    )


def in_words(name: str, value: Any) -> str:
    if name in PRECAUTIONS:
        return "oui" if value else "non"
    if not value:
        return NOTHING
    if name == SAFE_ADDRESS:
        return "renseignée, masquée"
    if name == "title":
        return {"mme": "Madame", "m": "Monsieur"}[value]
    return {"birth_date": birth_date, "phone": phone}.get(name, str)(value)
