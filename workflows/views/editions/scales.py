"""What changes every year among the catalogues of the pilot: the scale of withholdings, typed from its arrêté and tried; the
ceilings of legal aid."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cases.actions.scale_catalogue import SCALES_OF_WITHHOLDINGS, is_ceilings, is_scale, is_yearly, with_rows
from cases.forms import MoneyField
from cases.models import Edition
from cases.rules.editions import Row
from cases.rules.reading import FaultyRules
from cases.rules.withholding import WithholdingInputs, compute_withholding, read_scales
from workflows.views.editions.catalogue_editors import (
    CONFIDENCE_CHOICES,
    CatalogueEditor,
    RuleEditor,
    Sort,
    Theme,
    register_catalogue_editor,
)

SLICES = 6
"""Of a scale: the code has four."""
HOUSEHOLDS = 6
"""Sizes of household of which the ceilings of legal aid are typed."""
INVENTED = (
    (
        "Personne seule, 900 € de ressources, loyer de 450 €",
        WithholdingInputs(resources=Decimal(900), rent=Decimal(450)),
    ),
    (
        "Couple, deux enfants, 1 600 € de ressources, 300 € de prestations, loyer de 600 €",
        WithholdingInputs(
            resources=Decimal(1600), benefits=Decimal(300), rent=Decimal(600), is_couple=True, children=2
        ),
    ),
    ("Ressources inconnues de l’organisme", WithholdingInputs(resources=None)),
)


class ScaleForm(forms.Form):
    year = forms.IntegerField(
        label="Année",
        min_value=2000,
        max_value=2100,
        help_text="Les valeurs changent chaque 1er janvier. Donnée une fois pour toutes.",
        error_messages={"required": "Indiquer l’année de ces valeurs."},
    )
    flat = MoneyField(label="Somme fixe de la première tranche")
    presumed = MoneyField(
        label="Revenu réputé", help_text="Revenu pondéré quand l’organisme ne connaît pas les ressources."
    )
    reference = forms.CharField(
        label="Source", max_length=200, help_text="L’arrêté et son article, ou d’où viennent ces valeurs."
    )
    confidence = forms.ChoiceField(
        label="Confiance",
        help_text="M et L s’affichent « à vérifier ».",
        choices=CONFIDENCE_CHOICES,
    )


class SliceForm(forms.Form):
    """From which sum which share is taken."""

    above = MoneyField(label="À partir de", required=False)
    rate = forms.DecimalField(
        label="Taux, en %",
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": "Saisir un taux, par exemple 25."},
    )

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if not self.errors and (cleaned["above"] is None) != (cleaned["rate"] is None):
            raise ValidationError("Donner la somme et le taux de la tranche, ou laisser les deux vides.")


class ScaleEditor(RuleEditor):
    """Of a year; of the values of the code, which are of none."""

    template = "rules/scale_form.html"

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        rows = [each for each in SCALES_OF_WITHHOLDINGS.rows_of_edition(edition) if is_scale(each)]
        last = rows[-1] if rows else {}
        year = int(last["from"][:4]) + 1 if "from" in last else edition.effective_on.year
        kept = row or {"confidence": "L"}
        self.main = ScaleForm(
            data,
            initial={
                "year": year,
                **{name: Decimal(kept[name]) for name in ("flat", "presumed") if name in kept},
                **{name: kept[name] for name in ("reference", "confidence") if name in kept},
            },
        )
        if row:
            del self.main.fields["year"]
        # Of a new year: the rates of the last one, which the code fixes; its sums are to be typed.
        known = row["slices"] if row else [{"rate": each["rate"]} for each in last.get("slices", ())]
        self.slices = [
            SliceForm(
                data,
                prefix=f"tranche{rank}",
                initial={
                    name: Decimal(value) for name, value in (known[rank - 1] if rank <= len(known) else {}).items()
                },
            )
            for rank in range(1, SLICES + 1)
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *self.slices]

    def is_valid(self) -> bool:
        if self.main.is_valid() and self.row is None:
            year = self.main.cleaned_data["year"]
            if str(year) in {row["code"] for row in SCALES_OF_WITHHOLDINGS.rows_of_edition(self.edition)}:
                self.main.add_error("year", f"Les valeurs de {year} sont déjà dans ce brouillon : les modifier.")
        return super().is_valid()

    def find_refusals(self) -> list[tuple[str, str, str]]:
        sums = [each["above"] for each in self._typed_slices()]
        if not sums:
            self.refused = [("Tranches", self.slices[0]["above"].auto_id, "Donner au moins une tranche.")]
        elif sums != sorted(set(sums)):
            words = "Les tranches vont de la plus basse à la plus haute, chacune une fois."
            self.refused = [("Tranches", self.slices[0]["above"].auto_id, words)]
        return self.refused

    def _typed_slices(self) -> list[dict[str, Decimal]]:
        return [form.cleaned_data for form in self.slices if form.cleaned_data["above"] is not None]

    def build_row(self) -> dict[str, Any]:
        typed = self.main.cleaned_data
        year = typed.get("year")
        head = {"code": str(year), "title": f"valeurs de {year}", "from": f"{year}-01-01", "until": f"{year}-12-31"}
        return {
            **(self.row or head),
            "flat": _written_number(typed["flat"]),
            "slices": [
                {name: _written_number(value) for name, value in each.items()} for each in self._typed_slices()
            ],
            "presumed": _written_number(typed["presumed"]),
            "reference": typed["reference"],
            "confidence": typed["confidence"],
        }


class CeilingsForm(forms.Form):
    year = forms.IntegerField(
        label="Année",
        min_value=2000,
        max_value=2100,
        help_text="Celle de la demande. Donnée une fois pour toutes.",
        error_messages={"required": "Indiquer l’année de ces plafonds."},
    )
    reference = forms.CharField(
        label="Source", max_length=200, help_text="Le texte et son article, ou d’où viennent ces plafonds."
    )
    confidence = forms.ChoiceField(
        label="Confiance",
        help_text="M et L s’affichent « à vérifier ».",
        choices=CONFIDENCE_CHOICES,
    )


class AidHouseholdForm(forms.Form):
    """Yearly income of a household up to which the aid is whole, then partial."""

    full = MoneyField(label="Aide totale jusqu’à", required=False)
    partial = MoneyField(label="Aide partielle jusqu’à", required=False)

    def clean(self) -> None:
        typed = self.cleaned_data
        if self.errors:
            return
        if (typed["full"] is None) != (typed["partial"] is None):
            raise ValidationError("Donner les deux plafonds du foyer, ou laisser les deux vides.")
        if typed["full"] is not None and typed["partial"] < typed["full"]:
            raise ValidationError("L’aide partielle va plus haut que l’aide totale.")


class CeilingsEditor(RuleEditor):
    """Of the legal aid of a year."""

    template = "rules/ceilings_form.html"

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        kept = row or {"confidence": "L"}
        named = {name: kept[name] for name in ("reference", "confidence") if name in kept}
        self.main = CeilingsForm(data, initial={"year": edition.effective_on.year, **named})
        if row:
            del self.main.fields["year"]
        known = {each["persons"]: each for each in kept.get("households", ())}
        self.households = [
            (
                persons,
                AidHouseholdForm(
                    data,
                    prefix=f"foyer{persons}",
                    initial={name: Decimal(known[persons][name]) for name in ("full", "partial") if persons in known},
                ),
            )
            for persons in range(1, HOUSEHOLDS + 1)
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *(form for _, form in self.households)]

    def is_valid(self) -> bool:
        if self.main.is_valid() and self.row is None:
            year = self.main.cleaned_data["year"]
            if f"aj-{year}" in {row["code"] for row in SCALES_OF_WITHHOLDINGS.rows_of_edition(self.edition)}:
                self.main.add_error("year", f"Les plafonds de {year} sont déjà dans ce brouillon : les modifier.")
        return super().is_valid()

    def find_refusals(self) -> list[tuple[str, str, str]]:
        typed = self._typed_households()
        anchor = self.households[0][1]["full"].auto_id
        sums = [(form["full"], form["partial"]) for _, form in typed]
        if not typed:
            self.refused = [("Plafonds", anchor, "Donner au moins les plafonds d’une personne seule.")]
        elif [persons for persons, _ in typed] != list(range(1, len(typed) + 1)):
            self.refused = [("Plafonds", anchor, "Donner les plafonds à partir d’une personne, sans en sauter.")]
        elif any(after[0] <= before[0] or after[1] <= before[1] for before, after in pairwise(sums)):
            self.refused = [("Plafonds", anchor, "Les plafonds montent avec le nombre de personnes.")]
        return self.refused

    def _typed_households(self) -> list[tuple[int, dict[str, Decimal]]]:
        typed = [(persons, form.cleaned_data) for persons, form in self.households]
        return [(persons, said) for persons, said in typed if said.get("full") is not None]

    def build_row(self) -> dict[str, Any]:
        typed = self.main.cleaned_data
        year = typed.get("year")
        head = {
            "code": f"aj-{year}",
            "title": f"aide juridictionnelle, plafonds de {year}",
            "from": f"{year}-01-01",
            "until": f"{year}-12-31",
        }
        return {
            **(self.row or head),
            "households": [
                {"persons": persons, **{name: _written_number(value) for name, value in said.items()}}
                for persons, said in self._typed_households()
            ],
            "reference": typed["reference"],
            "confidence": typed["confidence"],
        }


def _written_number(value: Decimal) -> str:
    """As the catalogue keeps it: 301, 301.5."""
    return f"{value.normalize():f}"


def try_scale(
    *,
    edition: Edition,
    row: Row,
    current: Edition | None,
    current_row: Row | None,
    asked: QueryDict,
    rows: Sequence[Row],
) -> Mapping[str, object] | None:
    """What may be withheld from three invented households in the year of this scale, with the draft and without it."""
    on = date.fromisoformat(row["from"]) if "from" in row and is_scale(row) else None
    if on is None:
        return None
    compared = (with_rows(edition.parameters, [row]), current.parameters if current else {})
    counted = [_counted_for_each(each, on) for each in compared]
    return {
        "template": "rules/scale_trial.html",
        "year": on.year,
        "results": [
            {"household": words, "draft": draft, "current": now}
            for (words, _), draft, now in zip(INVENTED, *counted, strict=True)
        ],
    }


def _counted_for_each(parameters: Mapping[str, object], on: date) -> list[object]:
    """Of each household; None where the scales cannot be read."""
    try:
        scales = read_scales(parameters)
    except FaultyRules:
        return [None] * len(INVENTED)
    return [compute_withholding(means, scales=scales, on=on) for _, means in INVENTED]


def themes_by_year(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    years = [row["code"] for row in rows if "from" in row and is_scale(row)]
    ceilings = [row["code"] for row in rows if is_ceilings(row)]
    base = [row["code"] for row in rows if is_scale(row) and "from" not in row]
    settings = [row["code"] for row in rows if not is_yearly(row)]
    return [
        ("Année par année", years[::-1]),
        ("À défaut", base),
        *([("Aide juridictionnelle", ceilings[::-1])] if ceilings else []),
        ("Pour toutes les années", settings),
    ]


register_catalogue_editor(
    CatalogueEditor(
        slug="baremes-retenues",
        rank=5,
        title="Barèmes de l’année",
        lead="Ce que la CAF ou la MSA peut retenir chaque mois, année par année. Sans les valeurs de l’année, rien ne se "
        "compare et la demande de révision (L8) ne se produit pas. Sans les plafonds de l’année, l’aide juridictionnelle ne "
        "s’estime pas.",
        catalogue=SCALES_OF_WITHHOLDINGS,
        editor=ScaleEditor,
        editor_of=lambda row: CeilingsEditor if is_ceilings(row) else ScaleEditor,
        add_title="Ajouter les valeurs d’une année",
        others={"plafonds": Sort(title="Ajouter les plafonds d’aide juridictionnelle", editor=CeilingsEditor)},
        themes=themes_by_year,
        is_edited=is_yearly,
        trial=try_scale,
        holds_for="Ses valeurs comptent dès lors pour tous les mois de leur année, même passés.",
        kept="Un calcul déjà gardé reste tel qu’il a été fait : le refaire depuis la ligne pour qu’il suive les nouvelles "
        "valeurs.",
        checked="Chaque barème se lit en entier, et deux ne valent jamais le même jour.",
    )
)
