"""The letter in hand, as it is typed: who, which letter, and its lines."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

from django import forms
from django.core.exceptions import ValidationError

from cases.actions.notices import NoticeReception
from cases.forms import DayField, FilesField, FormData, FormOptions, MoneyField, PartialDateField
from cases.models import DebtLine, InformationGiven, OverpaymentNotice, Structure
from cases.models.notices import benefits, operators
from cases.rules.notices import TypedLine
from cases.rules.overpayments import OverpaymentCause
from cases.rules.uploads import RefusedFile, accept_file
from workflows.actions.overpayment import ACTS
from workflows.models import KeptFile
from workflows.routing.table import RoutingTable
from workflows.steps.qualify import fact_field
from workflows.views.arrears.report_fields import PlainField, birth_date_field, caf_number_field, phone_field

LINES = 3
"""Shown at first: a notice of the CAF often claims two or three benefits."""
MOST = 12
PAGES = 10


class WhoForm(forms.Form):
    """The person to whom the letter is addressed, when no case of hers is open before the reader."""

    usual_name = PlainField(label="Nom", max_length=120)
    first_names = PlainField(label="Prénom", max_length=120)
    phone = phone_field()
    field_order = ["usual_name", "first_names", "birth_date", "caf_number", "phone"]

    def __init__(self, data: FormData = None, *, today: date, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.fields["birth_date"] = birth_date_field(today)
        self.fields["caf_number"] = caf_number_field()
        self.order_fields(self.field_order)

    @property
    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.field_order}


class HomeForm(forms.Form):
    """The three facts by which an overpayment finds who accompanies the person. Left empty, they stay unknown."""

    names = ("followed_by", "rsa", "dependent_children")

    def __init__(
        self, data: FormData = None, *, table: RoutingTable, ours: Sequence[Structure], **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **kwargs)
        for name in self.names:
            self.fields[name] = fact_field(table.keys[name])
        field: Any = self.fields["followed_by"]
        codes = {each.code for each in ours}
        others = [choice for choice in field.choices if choice[0] not in codes and choice[0]]
        mine = [(each.code, f"Nous : {each.name}") for each in ours]
        field.choices = [("", "Inconnu : Relais oriente"), *mine, *others]
        field.label = "Qui accompagne la personne"
        field.help_text = "« Nous » : le dossier vous revient aussitôt, sans orientation ni arbitrage."
        self.fields["rsa"].help_text = "Inutile si une ligne est du RSA : Relais le lit."

    @property
    def facts(self) -> dict[str, Any]:
        """What was answered; “inconnu” forgets nothing that others said."""
        return {name: self.cleaned_data[name] for name in self.names if self.cleaned_data.get(name) not in (None, "")}


class NoticeForm(forms.Form):
    structure = forms.ModelChoiceField(
        label="Au nom de",
        queryset=Structure.objects.none(),
        to_field_name="code",
        empty_label=None,
    )
    operator = forms.ChoiceField(label="Organisme", choices=[("", "Choisir"), *operators()])
    act = forms.ChoiceField(label="Nature du courrier", choices=list(ACTS.items()))
    letter_date = DayField(label="Date du courrier")
    received_on = DayField(
        label="Reçu le",
        help_text="Contrainte : le jour de sa signification, même si l’acte a été retiré plus tard à l’étude. Vide si"
        " personne ne le sait : la date du courrier compte, par prudence.",
        required=False,
    )
    receipt = forms.ChoiceField(label="Comment", choices=OverpaymentNotice.Receipt.choices)
    is_receipt_proved = forms.BooleanField(
        label="Date prouvée (avis de réception, enveloppe, horodatage)", required=False
    )
    file_number = PlainField(label="Numéro de dossier", max_length=40, required=False)
    routes_stated = forms.ChoiceField(
        label="Voies de recours indiquées",
        choices=[("", "À vérifier ensuite"), *OverpaymentNotice.Routes.choices],
        required=False,
    )

    letter = FilesField(
        label="Le courrier, en photo ou en PDF",
        help_text="Toutes ses pages. Le lieu et l’heure inscrits dans une photo sont effacés.",
        required=False,
        accept="application/pdf,image/jpeg,image/png",
    )
    informed_by = forms.ChoiceField(
        label="Personne informée du partage",
        help_text="Qui la suit, ce qui est partagé et avec qui, et qu’elle peut refuser sans effet sur ses droits.",
        choices=[("", "Pas encore"), *InformationGiven.Means.choices],
        required=False,
    )

    kept_files: Sequence[KeptFile] = ()
    """Those of an earlier sending that had a fault."""

    def clean_letter(self) -> list[bytes]:
        """The content of each page, once each. What may not be kept is said before anything is."""
        sent, pages = [*self.kept_files, *(self.cleaned_data["letter"] or [])], []
        if len(sent) > PAGES:
            raise ValidationError(f"{len(sent)} fichiers choisis : en envoyer dix au plus.")
        for file in sent:
            pages.append(file.read())
            try:
                accept_file(pages[-1])
            except RefusedFile as refusal:
                raise ValidationError(f"« {file.name} » : {refusal}" if len(sent) > 1 else str(refusal)) from refusal
        return list(dict.fromkeys(pages))

    @property
    def receipt_details(self) -> NoticeReception:
        cleaned = self.cleaned_data
        return NoticeReception(
            on=cleaned["received_on"], how=cleaned["receipt"], is_proved=bool(cleaned["is_receipt_proved"])
        )


class FraudForm(forms.Form):
    """What a letter says of a fraud, and who decided it: alleging is not qualifying."""

    fraud = forms.ChoiceField(
        label="Fraude",
        choices=[(code.value, code.label) for code in reversed(DebtLine.Fraud)],
        required=False,
    )
    fraud_by = forms.ChoiceField(
        label="Qualifiée par", choices=[("", "Non précisé"), *DebtLine.FraudBy.choices], required=False
    )
    fraud_on = DayField(label="Qualifiée ou évoquée le", help_text="Si le courrier le dit.", required=False)

    @property
    def said_of_fraud(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "fraud": cleaned["fraud"] or DebtLine.Fraud.UNKNOWN.value,
            "fraud_by": cleaned["fraud_by"],
            "fraud_on": cleaned["fraud_on"],
        }


class NoticeLineForm(FraudForm):
    benefit = forms.ChoiceField(label="Prestation", choices=[("", "Choisir"), *benefits()], required=False)
    amount = MoneyField(label="Montant réclamé", required=False)
    since = PartialDateField(label="De (mois)", required=False)
    until = PartialDateField(label="À (mois)", required=False)
    cause = forms.ChoiceField(label="Motif", required=False)
    field_order = ("benefit", "amount", "since", "until", "cause", "fraud", "fraud_by", "fraud_on")

    def __init__(
        self, data: FormData = None, *, causes: Sequence[OverpaymentCause], **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["cause"]
        field.choices = [("", "À préciser ensuite"), *((cause.code, cause.label) for cause in causes)]

    @property
    def is_empty(self) -> bool:
        names = ("benefit", "amount", "since", "until")
        return not any(self.data.get(self.add_prefix(name)) for name in names)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if not self.is_empty:
            for name, words in (("benefit", "Choisir la prestation."), ("amount", "Saisir le montant réclamé.")):
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, ValidationError(words))
            for name in ("since", "until"):
                if cleaned.get(name) and len(cleaned[name]) < len("2026-01"):
                    self.add_error(name, ValidationError("Indiquer le mois : MM/AAAA."))

    @property
    def line(self) -> TypedLine:
        cleaned = self.cleaned_data
        return TypedLine(
            benefit=cleaned["benefit"],
            amount=cleaned["amount"],
            since=_month(cleaned["since"]),
            until=_month(cleaned["until"]),
            cause=cleaned["cause"],
            **self.said_of_fraud,
        )


def _month(typed: str) -> date | None:
    """The first day of the month that was typed."""
    return date(*(int(part) for part in typed.split("-")[:2]), 1) if typed else None  # type: ignore[call-arg]
