"""The forms by which an absence is declared: who and when, then who does what meanwhile."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, Unpack

from django import forms
from django.db.models import QuerySet
from django.forms.utils import ErrorList

from cases.forms import DayField, FormData, FormOptions
from cases.models import Absence, User
from workflows.queries.absences import CaseToCover

NOBODY = "personne"


class SubstitutesField(forms.ModelMultipleChoiceField[User]):
    """Colleagues, each with how much he has and when he is away himself."""

    load: Counter[int] = Counter()
    away: dict[int, str] = {}

    def label_from_instance(self, obj: User) -> str:
        cases = self.load[obj.pk]
        label = f"{obj} : {cases} dossier{'s' if cases > 1 else ''}"
        return f"{label}, {self.away[obj.pk]}" if obj.pk in self.away else label


class DaysForm(forms.Form):
    since = DayField(label="Premier jour d’absence", help_text="Aujourd’hui ou plus tard.")
    last_day = DayField(label="Dernier jour d’absence", help_text="Compris. Il pourra être changé.")


class DeclareForm(DaysForm):
    person = forms.ModelChoiceField(
        label="Personne absente",
        queryset=User.objects.none(),
        to_field_name="public_id",
        empty_label="Choisir un membre de la structure",
        error_messages={"invalid_choice": "Cette personne n’est pas membre de la structure : en choisir une autre."},
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="Facultatif. Ne rien indiquer de la santé.",
        choices=[("", "Non précisé"), *Absence.Reason.choices],
        required=False,
    )
    substitutes = SubstitutesField(
        label="Remplaçants",
        help_text="Un ou plusieurs : les dossiers seront répartis entre eux. Aucun : la situation sera signalée.",
        queryset=User.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "Cette personne ne peut pas remplacer : en choisir une de la liste."},
    )
    field_order = ["person", "since", "last_day", "reason", "substitutes"]

    def __init__(
        self,
        data: FormData = None,
        *,
        people: QuerySet[User] | None,
        coverers: QuerySet[User],
        load: Counter[int],
        away: dict[int, str],
        **kwargs: Unpack[FormOptions],
    ) -> None:
        """`people`: those whose absence may be declared; None when it is one’s own."""
        super().__init__(data, **kwargs)
        fields: Any = self.fields
        if people is None:
            del fields["person"]
        else:
            fields["person"].queryset = people
        fields["substitutes"].queryset = coverers
        fields["substitutes"].load, fields["substitutes"].away = load, away


class SplitForm(forms.Form):
    """Who takes each case; what is not said is as proposed."""

    def __init__(self, data: FormData = None, *, lines: Iterable[CaseToCover], people: list[User]) -> None:
        super().__init__(data)
        self.lines = list(lines)
        self.people = {str(user.public_id): user for user in people}
        choices = [*((key, str(user)) for key, user in self.people.items()), (NOBODY, "Sans remplaçant")]
        for line in self.lines:
            self.fields[line.key] = forms.ChoiceField(
                label=f"Remplaçant, {line.display_name}",
                choices=choices,
                initial=str(line.to.public_id) if line.to else NOBODY,
                required=False,
                error_messages={"invalid_choice": "Cette personne ne remplace pas ici : en choisir une de la liste."},
            )

    @property
    def rows(self) -> list[tuple[CaseToCover, forms.BoundField]]:
        return [(line, self[line.key]) for line in self.lines]

    @property
    def faults(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """For the summary of what is to be corrected."""
        return [(self[name], self[name].errors) for name in self.fields if self[name].errors]

    @property
    def chosen_people(self) -> dict[int, User | None]:
        """Case → person, of what was sent."""
        sent = {line.case.pk: self.cleaned_data.get(line.key, "") for line in self.lines}
        return {case: self.people.get(key) for case, key in sent.items() if key}


def next_absence_words(absences: Iterable[Absence], *, on: date) -> dict[int, str]:
    """Person → the days of his next absence, for a choice among colleagues."""
    found: dict[int, str] = {}
    for absence in absences:
        last = f"{absence.last_day:%d/%m/%Y}"
        words = f"jusqu’au {last}" if absence.is_current(on) else f"du {absence.since:%d/%m/%Y} au {last}"
        found.setdefault(absence.user_id, f"absence {words}")
    return found
