"""The forms by which an absence is declared: who and when, then who does what meanwhile."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Unpack

from django import forms
from django.db.models import QuerySet
from django.forms.utils import ErrorList
from django.utils.functional import cached_property

from cases.forms import DayField, FormData, FormOptions
from cases.models import Absence, User
from workflows.queries.absences import CaseToCover

NOBODY = "personne"
CHOICES_SHOWN = 20_000
"""Of all lines together: a choice among 300 colleagues for each of 400 cases would be a page of megabytes."""
LINES_SHOWN, MOST_LINES = 100, 2_000
"""At least, however many colleagues there are; and at most, what is sent back being bounded too."""


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

    who, nobody = "Remplaçant", "Sans remplaçant"
    unfit = "Cette personne ne remplace pas ici : en choisir une de la liste."

    def __init__(self, data: FormData = None, *, lines: Iterable[CaseToCover], people: Iterable[User] = ()) -> None:
        super().__init__(data)
        self.people = list(people)
        every, sent = list(lines), data or {}
        most = min(MOST_LINES, max(LINES_SHOWN, CHOICES_SHOWN // (len(self.people) + 1)))
        # What was shown stays, though its place in the order has changed meanwhile.
        self.lines = [line for place, line in enumerate(every) if place < most or line.key in sent]
        self.more = len(every) - len(self.lines)
        for line in self.lines:
            able = ((str(user.public_id), self.label_of(user)) for user in self.able_of(line))
            self.fields[line.key] = forms.ChoiceField(
                label=f"{self.who}, {line.display_name}",
                choices=[*able, (NOBODY, self.nobody)],
                initial=str(line.to.public_id) if line.to else NOBODY,
                required=False,
                error_messages={"invalid_choice": self.unfit},
            )

    def able_of(self, line: CaseToCover) -> Sequence[User]:
        """Who may be chosen for it."""
        return self.people

    def label_of(self, user: User) -> str:
        return str(user)

    @property
    def rows(self) -> list[tuple[CaseToCover, forms.BoundField]]:
        return [(line, self[line.key]) for line in self.lines]

    @property
    def faults(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """For the summary of what is to be corrected."""
        return [(self[name], self[name].errors) for name in self.fields if self[name].errors]

    @cached_property
    def chosen_people(self) -> dict[int, User | None]:
        """Case → person, of what was sent."""
        found: dict[int, User | None] = {}
        for line in self.lines:
            if key := self.cleaned_data.get(line.key):
                found[line.case.pk] = next((user for user in self.able_of(line) if str(user.public_id) == key), None)
        return found


def next_absence_words(absences: Iterable[Absence], *, on: date) -> dict[int, str]:
    """Person → the days of his next absence, for a choice among colleagues."""
    found: dict[int, str] = {}
    for absence in absences:
        last = f"{absence.last_day:%d/%m/%Y}"
        words = f"jusqu’au {last}" if absence.is_current(on) else f"du {absence.since:%d/%m/%Y} au {last}"
        found.setdefault(absence.user_id, f"absence {words}")
    return found
