"""What a letter about a line leaves to be said: the fields that its text names and nobody knows yet, and what is chosen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst

from cases.forms import DayField, FormData, MoneyField, PastDayField, say_today
from cases.models import Document
from cases.rules.french import money
from cases.rules.line_letters import FIELDS, Argument
from cases.templatetags.relais import long_date

LONG = ("story", "answer", "missing", "suspended_because")
DAYS = ("penalty_date", "mandate_until")
SUMS = (
    "constraint_amount",
    "penalty_amount",
    "monthly_offer",
    "resources",
    "expenses",
    "left_to_live",
    "withheld_amount",
)
HELP = {
    "story": "Ce que dit la personne, en faits datés. Rien sur sa santé.",
    "cause": "Tel que le courrier le dit, sans majuscule : « reprise d’emploi ».",
    "period": "Par exemple « de juin 2026 à août 2026 ».",
    "missing": "Ce que la notification aurait dû dire.",
    "constraint_amount": "La recopier de l’acte : des retenues, ou des frais, en font une autre que celle du premier courrier.",
    "penalty_court": "Le recopier de la décision : « tribunal judiciaire d’Évry-Courcouronnes ». Relais ne le devine pas.",
    "suspended_because": "Par exemple « un recours est en cours ».",
}
GUARDIAN_SIGNS = (
    "La personne est sous tutelle : un courrier qu’elle signe seule peut être refusé ou annulé (code civil, article 475). Le"
    " faire signer par {guardian}, puis cocher cette case."
)
SHOWN_HOME = "Elle figure en tête du courrier."
HIDDEN_HOME = (
    "La personne a donné des consignes de contact : ni son adresse sûre ni son logement ne sont repris. Ce qui est écrit ici est lu"
    " par l’organisme, et par qui partage son compte : choisir avec elle."
)
PAST = (
    "receipt_date",
    "notice_date",
    "request_date",
    "silence_date",
    "withheld_since",
    "served_date",
    "constraint_date",
    "penalty_decided_date",
    "admitted_date",
    "erased_date",
)


class LineLetterForm(forms.Form):
    """The names of its fields are those of the text (`{story}`). Nothing typed is lost when the arguments change."""

    def __init__(
        self,
        data: FormData = None,
        *,
        asked: Sequence[str],
        arguments: Sequence[Argument],
        pieces: Sequence[Document],
        has_steps: bool,
        guardian: str = "",
        hides_home: bool = False,
        on: date,
        initial: Mapping[str, object],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.asked = asked
        for name in asked:
            self.fields[name] = _field(name)
        say_today(self, on)
        if guardian:
            self.fields["guardian_signs"] = forms.BooleanField(
                label=f"Courrier signé par {guardian}",
                help_text="La personne est représentée : elle ne signe pas seule.",
                error_messages={"required": GUARDIAN_SIGNS.format(guardian=guardian)},
            )
        if has_steps:
            self.fields["steps"] = forms.CharField(
                label="Détail du calcul", help_text="Une ligne par étape du calcul.", required=False,
                widget=forms.Textarea(attrs={"rows": 4}), max_length=1500,
            )  # fmt: skip
        if arguments:
            self.fields["arguments"] = forms.MultipleChoiceField(
                label="Arguments à reprendre",
                choices=[(each.code, _title(each)) for each in arguments],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        if pieces:
            self.fields["pieces"] = forms.MultipleChoiceField(
                label="Pièces à joindre",
                help_text="Celles du dossier. Elles sont énumérées dans le courrier.",
                choices=[(str(each.public_id), each.label) for each in pieces],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        self.pieces = {str(each.public_id): each for each in pieces}
        self.fields["home"] = _address_field("Adresse de la personne", HIDDEN_HOME if hides_home else SHOWN_HOME)
        self.fields["to_address"] = _address_field(
            "Adresse du destinataire", "Celle du courrier reçu, ou de l’annuaire."
        )

    def get_value(self, name: str) -> Any:
        """What was typed and is valid; what the page proposes when nothing was."""
        return self.cleaned_data.get(name) if self.is_bound else self.initial.get(name)

    @property
    def typed_values(self) -> dict[str, str]:
        return {name: words for name in self.asked if (words := in_words(self.get_value(name)))}

    @property
    def steps(self) -> list[str]:
        return _lines_of(self.get_value("steps"))

    @property
    def chosen_arguments(self) -> list[str]:
        return list(self.get_value("arguments") or ())

    @property
    def chosen_pieces(self) -> list[Document]:
        return [self.pieces[code] for code in self.get_value("pieces") or () if code in self.pieces]

    @property
    def home_address(self) -> list[str]:
        return _lines_of(self.get_value("home"))

    @property
    def to_address(self) -> list[str]:
        return _lines_of(self.get_value("to_address"))


def in_words(value: object) -> str:
    """What was typed, as the letter says it: 12 novembre 2026, 1 120 €."""
    if isinstance(value, date):
        return str(long_date(value))
    if isinstance(value, Decimal):
        return money(value)
    return str(value if value is not None else "").strip()


def _lines_of(text: object) -> list[str]:
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def _title(argument: Argument) -> str:
    return argument.title if argument.confidence == "H" else f"{argument.title} (à vérifier)"


def _address_field(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


def _field(name: str) -> forms.Field:
    label = capfirst(FIELDS[name])
    more: dict[str, Any] = {"label": label, "help_text": HELP.get(name, "")}
    made: Callable[..., forms.Field] = forms.CharField
    if name in PAST:
        made = PastDayField
        more["future"] = "Cette date est à venir : saisir ce qui a eu lieu."
    elif name in DAYS:
        made = DayField
    elif name in SUMS:
        made = MoneyField
    elif name == "months":
        return forms.IntegerField(min_value=1, max_value=120, **more)
    elif name in LONG:
        more |= {"widget": forms.Textarea(attrs={"rows": 5}), "max_length": 4000}
    else:
        more["max_length"] = 600
    return made(**more)
