"""The letter in hand, as it is typed: who, which letter, and its lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Unpack

from django import forms
from django.core.exceptions import ValidationError

from cases.actions.notices import NoticeReception
from cases.forms import DayField, FilesField, FormData, FormOptions, MoneyField, PartialDateField, show_refusal
from cases.models import DebtLine, InformationGiven, OverpaymentNotice, Structure
from cases.models.notices import benefits, operators
from cases.refusals import Refusal
from cases.rules.french import money
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
PASTED = 4000
"""Characters of the letter."""
LINE_WORDS = ("benefit", "amount", "since", "until")
"""The fields by which a line says something."""


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
        field.choices = [("", "Celui de toutes, ou à préciser"), *((cause.code, cause.label) for cause in causes)]

    @property
    def is_empty(self) -> bool:
        return not any(self.data.get(self.add_prefix(name)) for name in LINE_WORDS)

    @property
    def said_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("fraud")]

    @property
    def fraud_fields(self) -> list[forms.BoundField]:
        """Folded as long as they say nothing."""
        return [field for field in self if field.name.startswith("fraud")]

    @property
    def says_fraud(self) -> bool:
        said = (field.value() for field in self.fraud_fields)
        return any(each not in (None, "", "unknown") for each in said) or any(
            each.errors for each in self.fraud_fields
        )

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if not self.is_empty:
            for name, words in (("benefit", "Choisir la prestation."), ("amount", "Saisir le montant réclamé.")):
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, ValidationError(words))
            for name in ("since", "until"):
                _refuse_year_alone(self, name)

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


class AllLinesForm(forms.Form):
    """What the letter says once: typed once, it counts for each line that says nothing else."""

    cause = forms.ChoiceField(label="Motif de toutes les lignes", required=False)
    since = PartialDateField(label="Toutes les lignes, de (mois)", required=False)
    until = PartialDateField(label="Toutes les lignes, à (mois)", required=False)

    def __init__(
        self, data: FormData = None, *, causes: Sequence[OverpaymentCause], **kwargs: Unpack[FormOptions]
    ) -> None:
        kwargs.setdefault("prefix", "toutes")
        super().__init__(data, **kwargs)
        field: Any = self.fields["cause"]
        field.choices = [("", "Différent, ou à préciser ensuite"), *((cause.code, cause.label) for cause in causes)]

    def clean(self) -> None:
        for name in ("since", "until"):
            _refuse_year_alone(self, name)

    def complete_line(self, line: TypedLine) -> TypedLine:
        cleaned = self.cleaned_data
        line = replace(line, cause=line.cause or cleaned["cause"])
        if line.since or line.until:
            return line
        return replace(line, since=_month(cleaned["since"]), until=_month(cleaned["until"]))


class PastedForm(forms.Form):
    """The lines as they stand in the letter, before they are read."""

    pasted = forms.CharField(
        label="Les lignes, comme le courrier les écrit",
        help_text="Collées ou tapées, une prestation par ligne : « RSA 06/2026 à 09/2026 1 352,01 € ». Relais les range"
        " ci-dessous, à relire ; ce qu’il ne comprend pas reste ici.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=PASTED,
        required=False,
    )
    without_unread = forms.BooleanField(label="Enregistrer sans ce qui n’a pas été compris", required=False)


@dataclass(frozen=True, kw_only=True)
class NoticeForms:
    """All that the page asks, together."""

    who: WhoForm | None
    notice: NoticeForm
    pasted: PastedForm
    all_lines: AllLinesForm
    lines: list[NoticeLineForm]
    home: HomeForm

    @property
    def titled(self) -> Iterator[tuple[str, forms.Form]]:
        """Each, with what its faults begin with."""
        together = (self.who, self.notice, self.pasted, self.all_lines)
        yield from (("", form) for form in together if form is not None)
        yield from ((f"Ligne {rank}, ", form) for rank, form in enumerate(self.lines, start=1))
        yield "", self.home

    @property
    def typed_lines(self) -> list[NoticeLineForm]:
        return [form for form in self.lines if not form.is_empty]

    @property
    def sum_of_lines(self) -> Decimal:
        return sum((form.cleaned_data.get("amount") or Decimal(0) for form in self.typed_lines), Decimal(0))

    @property
    def say_lines(self) -> Iterator[str]:
        """Each line in words, as it would be recorded."""
        causes = dict(self.all_lines.fields["cause"].choices)  # type: ignore[attr-defined]  # a ChoiceField
        for form in self.typed_lines:
            line = self.all_lines.complete_line(form.line)
            months = [f"{word} {month:%m/%Y}" for word, month in (("de", line.since), ("à", line.until)) if month]
            said = [dict(benefits())[line.benefit], money(line.amount), " ".join(months)]
            yield ", ".join(filter(None, [*said, causes[line.cause] if line.cause else ""]))

    def are_valid(self) -> bool:
        """Each is judged, whatever the others: every fault is said at once."""
        return not [form for _, form in self.titled if not form.is_valid()]

    def add_refusal(self, refusal: Refusal) -> None:
        """Each fault beside its field; the rank of a line is among those that were typed."""
        for field, words in refusal.faults:
            name, _, rank = (field or "").rpartition("-")
            form: forms.Form = self.notice
            if name:
                line = self.typed_lines[int(rank) - 1]
                is_shared = name in ("since", "until") and not line["since"].value() and not line["until"].value()
                form = self.all_lines if is_shared else line
            if words not in form.errors.get(name, ()):
                show_refusal(form, Refusal(words, field=name or field))

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault of the page at once: the id of its field, and its words."""
        found = []
        for title, form in self.titled:
            if form.is_bound:
                found += [("", f"{title}{words}") for words in form.non_field_errors()]
                for field in form:
                    label = f"{title}{field.label[0].lower()}{field.label[1:]}" if title else field.label
                    found += [(field.auto_id, f"{label} : {words}") for words in field.errors]
        return found


def _refuse_year_alone(form: forms.Form, name: str) -> None:
    typed = form.cleaned_data.get(name)
    if typed and len(typed) < len("2026-01"):
        form.add_error(name, ValidationError("Indiquer le mois : MM/AAAA."))


def _month(typed: str) -> date | None:
    """The first day of the month that was typed."""
    return date(*(int(part) for part in typed.split("-")[:2]), 1) if typed else None  # type: ignore[call-arg]
