"""The forms by which a departure is prepared: the last day and the colleagues, then who takes what."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django import forms

from cases.forms import DayField, FormData
from cases.models import User
from workflows.queries.absences import CaseToCover
from workflows.queries.departures import LineToLeave
from workflows.views.team.absence_forms import SplitForm, SubstitutesField


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


class TakersForm(SplitForm):
    """Who takes each case and each place. What was not on the page is not sent."""

    who, nobody = "À qui", "Laisser à la structure"
    unfit = "Cette personne ne peut pas le prendre : en choisir une de la liste."

    def __init__(self, data: FormData = None, *, lines: Sequence[LineToLeave], away: dict[int, str]) -> None:
        self.able = {line.key: line.able for line in lines}
        self.away = away
        super().__init__(data, lines=lines)

    def able_of(self, line: CaseToCover) -> Sequence[User]:
        return self.able[line.key]

    def label_of(self, user: User) -> str:
        return f"{user}, {self.away[user.pk]}" if user.pk in self.away else str(user)
