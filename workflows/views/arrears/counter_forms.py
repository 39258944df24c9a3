"""The form of the counter: six fields and a question on one screen; what is seldom needed is folded below."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases.forms import FormData
from workflows.views.arrears.report_forms import DECISIVE, LeaseForm, PersonForm, SendForm, place_in
from workflows.views.arrears.report_matches import HouseholdMatch

INFORMED, MET, ABSENT = "informed", "met", "absent"
MEETINGS = [
    (INFORMED, "Oui, et la personne a été informée"),
    (MET, "Oui, mais elle n’a pas pu être informée"),
    (ABSENT, "Non : quelqu’un vient ou appelle pour elle"),
]
OTHER = "none"
"""The choice of none of the households that resemble."""

SIX = ("usual_name", "first_names", "birth_date", "phone", "landlord", "balance")
URGENT = "Urgence, acte reçu, consignes de contact"
DWELLING = "Adresse, référence, numéro allocataire"
ROUTING = "Pour orienter tout de suite"
CARE = ("no_message", "not_through_spouse", "needs_interpreter", "language")
FOLDED = (
    (URGENT, ("is_urgent", "stage", "stage_on", "hearing_on", *CARE)),
    (DWELLING, ("address", "reference", "landlord_name", "caf_number")),
    (ROUTING, (*DECISIVE, "aid_kind", "housing", "occupation")),
)
REACHES_NOBODY = "Ni téléphone ni adresse : saisir l’un des deux, ou dire qu’aucun moyen n’est connu."
SHORT = {
    "birth_date": ("Naissance", "JJ/MM/AAAA, ou l’année."),
    "landlord": ("Bailleur", "Vide si on ne sait pas."),
    "balance": ("Montant dû", "Lu ou dit ; vide si on ne sait pas."),
}
"""Labels and helps for fields in a row."""


class CounterForm(PersonForm, LeaseForm, SendForm):
    """Who comes, whose tenant, how much, as far as she knows. `is_completing`: a case is open for the household that was
    chosen, and its landlord is known."""

    template_name = "counter/form.html"
    no_way = forms.BooleanField(
        label="Aucun moyen connu", help_text="Qui la suivra le lira, et le demandera.", required=False
    )
    """Asked where there is neither a number nor an address."""
    household = forms.CharField(label="Ménage déjà connu", max_length=40, required=False)
    meeting = forms.ChoiceField(
        label="Contact fait au guichet ?",
        help_text=(
            "Informer, c’est dire qui la suivra, ce qui est partagé et avec qui, "
            "et qu’elle peut refuser sans effet sur ses droits. La fiche à imprimer le redit."
        ),
        choices=MEETINGS,
        widget=forms.RadioSelect,
        error_messages={"required": "Dire si la personne est là, et si elle a été informée."},
    )
    groups = (("six", SIX), ("known", ("household", "no_way")), ("meeting", ("meeting",)), *FOLDED)
    folded = frozenset({URGENT, DWELLING, ROUTING})
    known: tuple[HouseholdMatch, ...] = ()
    """The households that resemble, to be settled beside the fields."""
    chosen = ""
    """The key of the one that it is, or `OTHER`."""
    not_told = ""
    """What to do when others may be known, and it is not said any more today."""

    def __init__(self, data: FormData = None, *, is_completing: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.is_completing = is_completing

    def add_fields(self) -> None:
        PersonForm.add_fields(self)
        LeaseForm.add_fields(self)
        shown = {name for _, names in self.groups for name in names}
        for name in self.fields.keys() - shown:
            del self.fields[name]
        for name in ("address", "landlord", "balance"):
            self.fields[name].required = False
        self.fields["birth_date"].required = True
        for name, (label, help_text) in SHORT.items():
            self.fields[name].label, self.fields[name].help_text = label, help_text

    def propose_place(self) -> None:
        """It is not asked here, and found once an address is said."""

    def clean(self) -> None:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("reference") and not cleaned.get("landlord") and not self.is_completing:
            self.add_error("landlord", ValidationError("Dire de quel bailleur est cette référence."))

    def get_typed_answers(self) -> dict[str, str]:
        """Which household it is, is kept apart: it depends on what is known when it is said."""
        return {name: value for name, value in super().get_typed_answers().items() if name != "household"}

    def get_context(self) -> dict[str, object]:
        groups = {group.title: group for group in self.group_fields()}
        return super().get_context() | {
            "six": groups["six"].fields,
            "meeting": self["meeting"],
            "no_way": self["no_way"] if self.asks_how_to_reach else None,
            "folds": [group for group in groups.values() if group.title in self.folded],
            **self.shown_known(),
        }

    def shown_known(self) -> dict[str, object]:
        return {
            "known": self.known,
            "chosen": self.chosen,
            "other": OTHER,
            "household": self["household"],
            "not_told": self.not_told,
        }

    def _is_folded(self, title: str, fields: list[forms.BoundField]) -> bool:
        return title in self.folded and super()._is_folded(title, fields)

    @property
    def can_be_searched(self) -> bool:
        """As for any search: a name alone tells nobody whom others follow."""
        return bool(self.cleaned_data.get("usual_name") and self.cleaned_data.get("birth_date"))

    @property
    def reaches_nobody(self) -> bool:
        """Is there neither a number to call, nor a place to write to?"""
        return not any(self[name].value() for name in ("phone", "address"))

    @property
    def is_to_ask_how_to_reach(self) -> bool:
        """Nothing says how to reach her, and nobody said that nothing is known."""
        return self.is_valid() and self.reaches_nobody and not self.cleaned_data["no_way"]

    @property
    def asks_how_to_reach(self) -> bool:
        return bool(self.reaches_nobody and (self["no_way"].errors or self["no_way"].value()))

    @property
    def full_name(self) -> str:
        """The name that is typed, as names are written."""
        return f"{self.cleaned_data['usual_name'].upper()} {self.cleaned_data['first_names']}"

    @property
    def lease(self) -> dict[str, Any]:
        found = super().lease if self.cleaned_data.get("landlord") else self.lease_of_unknown
        if found.get("address"):
            found |= place_in(self.structure.territory)
        return found

    @property
    def lease_of_unknown(self) -> dict[str, Any]:
        """What was said of a dwelling whose landlord was not."""
        return {name: self.cleaned_data[name] for name in self.lease_fields if name in self.cleaned_data}
