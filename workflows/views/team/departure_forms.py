"""The forms by which a departure is prepared: the last day and the colleagues, then who takes what."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django import forms
from django.utils.functional import cached_property

from cases.forms import DayField, FormData
from cases.models import User
from workflows.queries.departures import LineToLeave
from workflows.views.team.absence_forms import NOBODY, SubstitutesField


class DepartureForm(forms.Form):
    last_day = DayField(label="Dernier jour dans la structure", help_text="Compris, et à venir.")
    colleagues = SubstitutesField(
        label="Collègues qui reprennent",
        help_text="Un ou plusieurs : dossiers et relais seront répartis entre eux, selon ce que chacun peut prendre.",
        queryset=User.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "Cette personne ne peut rien reprendre ici : en choisir une de la liste."},
    )

    def __init__(
        self,
        data: FormData = None,
        *,
        colleagues: Sequence[User],
        load: Counter[int],
        away: dict[int, str],
        last_day: date | None,
    ) -> None:
        super().__init__(data, initial={"last_day": last_day})
        field = self.fields["colleagues"]
        field.queryset = User.objects.filter(pk__in=[user.pk for user in colleagues]).order_by(  # type: ignore[attr-defined]
            "last_name", "first_name", "pk"
        )
        field.load, field.away = load, away  # type: ignore[attr-defined]


class TakersForm(forms.Form):
    """Who takes each case and each place. What was not on the page is not sent."""

    def __init__(self, data: FormData = None, *, lines: Iterable[LineToLeave], away: dict[int, str]) -> None:
        super().__init__(data)
        self.lines = list(lines)
        for line in self.lines:
            able = {str(user.public_id): user for user in line.able}
            self.fields[line.key] = forms.ChoiceField(
                label=f"À qui, {line.display_name}",
                choices=[
                    *((key, _label(user, away)) for key, user in able.items()),
                    (NOBODY, "Laisser à la structure"),
                ],
                initial=str(line.to.public_id) if line.to else NOBODY,
                required=False,
                error_messages={
                    "invalid_choice": "Cette personne ne peut pas le prendre : en choisir une de la liste."
                },
            )

    @property
    def rows(self) -> list[tuple[LineToLeave, forms.BoundField]]:
        return [(line, self[line.key]) for line in self.lines]

    @property
    def faults(self) -> list[tuple[forms.BoundField, object]]:
        """For the summary of what is to be corrected."""
        return [(self[name], self[name].errors) for name in self.fields if self[name].errors]

    @cached_property
    def chosen_people(self) -> dict[int, User | None]:
        """Case → person, of what was sent."""
        found: dict[int, User | None] = {}
        for line in self.lines:
            if key := self.cleaned_data.get(line.key):
                found[line.case.pk] = next((user for user in line.able if str(user.public_id) == key), None)
        return found


def _label(user: User, away: dict[int, str]) -> str:
    return f"{user}, {away[user.pk]}" if user.pk in away else str(user)
