"""Noter un échange oral: what was asked of an operator at its counter or by telephone, or promised by its agent."""

from typing import Any, Unpack

from django import forms
from django.http import QueryDict

from cases.actions.spoken import PROMISE, REQUEST
from cases.forms import DayField, FormData, FormOptions
from cases.models import Spoken
from cases.rules import debt_lines
from workflows.actions import lines
from workflows.views.overpayment.line import LineAct


class SpokenForm(forms.Form):
    kind = forms.ChoiceField(
        label="Ce qui a été dit",
        choices=[(REQUEST, "Une demande faite à l’organisme"), (PROMISE, "Une promesse de son agent")],
        widget=forms.RadioSelect,
        initial=REQUEST,
    )
    on = DayField(label="Le")
    channel = forms.ChoiceField(label="Comment", choices=Spoken.Channel.choices)
    speaker = forms.ChoiceField(label="Qui a parlé à l’organisme", choices=Spoken.Speaker.choices)
    agent = forms.CharField(
        label="À qui", help_text="Le service ou la fonction : « conseiller du 3230 ».", max_length=80, required=False
    )
    about = forms.ChoiceField(
        label="Démarche", help_text="Le courrier qui la confirme est proposé sur la ligne.", required=False
    )
    words = forms.CharField(
        label="En quelques mots",
        help_text="Des faits : ce qui a été demandé, ce qui a été répondu. Pas de donnée de santé.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
    )

    def __init__(self, data: FormData = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["about"]
        written = (option for option in debt_lines.load_machine().options.values() if option.letter)
        field.choices = [("", "Autre"), *((option.code, option.title) for option in written)]


class NoteSpoken(LineAct):
    title = "Noter un échange oral"
    submit_label = "Noter"
    lead = (
        "Ce qui est dit au guichet ou au téléphone ne prouve rien : l’écrire ensuite, avec une preuve d’envoi. Une rectification"
        " demandée à l’oral est valable dans les vingt jours : la noter le jour même."
    )

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return SpokenForm(data, initial={"on": self.today})

    def carry_out(self, typed: dict[str, Any]) -> str:
        lines.note_spoken(case=self.case, line=self.line, by=self.user, at=self.now, **typed)
        return "Échange noté. Il ne prouve rien : le confirmer par écrit. La ligne dit ce qu’il vaut, et jusqu’à quand écrire."
