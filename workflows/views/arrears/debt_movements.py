"""Movements of the debt: record a payment, an FSL grant, a waiver; correct one; relieve the new balance."""

from decimal import Decimal
from typing import Any, Unpack

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst

from cases.actions.ledger import AlreadyRecorded
from cases.actions.plans import is_deducted_from, running_plan
from cases.forms import DayField, FormData, FormOptions, MoneyField
from cases.models import Debt, DebtStatement, LedgerEntry
from cases.models.structures import OTHER_LANDLORDS
from cases.queries import expected_balance
from cases.refusals import Refusal
from cases.templatetags.relais import euros, short_date
from workflows.actions import landlords, ledger
from workflows.views.arrears.report_fields import PlainField, landlord_field
from workflows.views.case.case_actions import ActPage

DEDUCTED_FROM_PLAN = (
    "Cette somme était déduite du plan en cours avant qu’il commence : il ne la réclamera pas. Si le ménage la doit encore,"
    " proposer un avenant."
)
KINDS = [(kind.value, kind.label) for kind in LedgerEntry.Kind.for_debt_kind(Debt.Kind.RENT)]


class AnotherMovementForm(forms.Form):
    """A movement; where the same one is known, it is asked whether it is another. It keeps how many there were when it was
    drawn: sent twice, it records one."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: FormData = None, *, debt: Debt, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.fields["seen"].initial = LedgerEntry.objects.filter(debt=debt).count()
        if "is_another" in self.data:
            self.ask_if_another()

    def ask_again(self) -> None:
        """Of what is known now, whatever was when the page was opened."""
        self.ask_if_another()
        self.data = {**dict(self.data.items()), "seen": self.fields["seen"].initial}

    def ask_if_another(self) -> None:
        self.fields["is_another"] = forms.BooleanField(label="C’est un autre mouvement : l’ajouter", required=False)


class MovementForm(AnotherMovementForm):
    kind = forms.ChoiceField(label="Nature", choices=KINDS, widget=forms.RadioSelect, initial=LedgerEntry.Kind.PAYMENT)
    amount = MoneyField(
        label="Montant qui rembourse la dette", help_text="Sans le loyer courant, qui se suit à part, mois par mois."
    )
    on = DayField(label="Versé le", help_text="Pour une remise : la date de l’accord du bailleur.")


class LeaseAct(ActPage):
    """An act on the debt of a lease: a case without one has no such debt."""

    right = "follow_plan"

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if self.case.tenancy is None:
            raise PermissionDenied
        return super().find_objects(request, **kwargs)


class RecordMovement(LeaseAct):
    debt: Debt
    title = "Enregistrer un mouvement de la dette"
    submit_label = "Enregistrer"

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if self.case.tenancy is None:
            raise PermissionDenied
        self.debt = self.case.tenancy.debt
        self.lead = _balance_due_words(expected_balance(self.debt, on=self.today))
        return super().find_objects(request, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return MovementForm(data, debt=self.debt)

    def carry_out(self, typed: dict[str, Any]) -> str:
        entry = ledger.record_movement(case=self.case, by=self.user, at=self.now, **typed)
        return f"Mouvement enregistré : {euros(entry.amount)}, {entry.get_kind_display()}. {self.said_of(entry)}"

    def said_of(self, entry: LedgerEntry) -> str:
        counted = DebtStatement.objects.filter(debt=entry.debt, as_of__gte=entry.on).order_by("-as_of").first()
        if counted:
            return f"Le relevé du {short_date(counted.as_of)} le compte déjà."
        return _balance_due_words(expected_balance(entry.debt, on=self.today))

    def add_refusal(self, form: Any, refusal: Refusal) -> None:
        if isinstance(refusal, AlreadyRecorded):
            form.ask_again()
        super().add_refusal(form, refusal)


def _balance_due_words(balance: Decimal | None) -> str:
    return f"Reste dû : {euros(balance)}." if balance is not None else ""


def describe_correction(entry: LedgerEntry) -> str:
    return (
        f"{capfirst(entry.get_kind_display())}, {euros(entry.amount)}, {short_date(entry.on)}. Une ligne contraire l’annule : rien"
        " n’est effacé. Enregistrer ensuite le bon montant, s’il y en a un."
    )


class MovementCorrectionForm(forms.Form):
    reason = forms.ChoiceField(label="Motif", choices=LedgerEntry.Reason.choices, widget=forms.RadioSelect)

    def __init__(self, data: FormData = None, *, caution: str = "") -> None:
        super().__init__(data)
        self.caution = caution


class CorrectMovement(ActPage):
    right = "follow_plan"
    title = "Corriger un mouvement"
    submit_label = "Annuler ce mouvement"

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        entries = LedgerEntry.objects.exclude(kind=LedgerEntry.Kind.CORRECTION)
        self.entry = get_object_or_404(
            entries, public_id=kwargs["movement"], debt__tenancy=self.case.tenancy_id, debt__tenancy__isnull=False
        )
        self.lead = describe_correction(self.entry)
        return super().find_objects(request, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        plan = running_plan(self.entry.debt)
        is_deducted = plan is not None and is_deducted_from(plan, self.entry)
        return MovementCorrectionForm(data, caution=DEDUCTED_FROM_PLAN if is_deducted else "")

    def carry_out(self, typed: dict[str, Any]) -> str:
        ledger.correct_movement(case=self.case, entry=self.entry, by=self.user, at=self.now, **typed)
        return "Mouvement annulé."


class BalanceForm(forms.Form):
    balance = MoneyField(label="Solde dû", help_text="Tout ce qui est dû au bailleur à cette date.")
    as_of = DayField(label="Arrêté au")


class LandlordAndBalanceForm(BalanceForm):
    """Of a lease whose landlord nobody named: he, the balance, or both."""

    landlord_name = PlainField(label="Nom du bailleur, s’il n’est pas dans la liste", max_length=120, required=False)

    def __init__(self, data: FormData = None, *, territory: str, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        landlord: Any = landlord_field(territory, required=False)
        landlord.queryset = landlord.queryset.exclude(organisation__code=OTHER_LANDLORDS)
        self.fields["landlord"] = landlord
        self.fields["balance"].required = self.fields["as_of"].required = False
        self.order_fields(["landlord", "landlord_name", "balance", "as_of"])

    def clean(self) -> None:
        typed = self.cleaned_data
        if typed.get("balance") is not None and not typed.get("as_of") and "as_of" not in self.errors:
            self.add_error("as_of", forms.ValidationError("Dire à quelle date ce solde est arrêté."))
        if not self.errors and typed["balance"] is None and not (typed["landlord"] or typed["landlord_name"]):
            raise forms.ValidationError("Saisir le bailleur, le solde, ou les deux.")


class RecordBalance(LeaseAct):
    title = "Relever le solde de la dette"
    lead = (
        "Le solde donné par le bailleur ou lu sur son relevé. Il remplace ce que les mouvements laissaient attendre."
    )
    submit_label = "Enregistrer"

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if self.case.tenancy and self.case.tenancy.landlord_is_unknown:
            self.title = "Noter le bailleur et le solde de la dette"
            self.lead = "Ce que la personne ne savait pas quand le dossier s’est ouvert : l’un, l’autre, ou les deux."
        return super().find_objects(request, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        initial = {"as_of": self.today}
        if self.case.tenancy and self.case.tenancy.landlord_is_unknown:
            return LandlordAndBalanceForm(data, territory=self.case.territory, initial=initial)
        return BalanceForm(data, initial=initial)

    @transaction.atomic
    def carry_out(self, typed: dict[str, Any]) -> str:
        said = []
        named = {name: typed.pop(name) for name in ("landlord", "landlord_name") if name in typed}
        if any(named.values()):
            landlords.name_landlord(case=self.case, by=self.user, at=self.now, **named)
            said.append("Bailleur noté.")
        if typed["balance"] is not None:
            statement = ledger.record_balance(case=self.case, by=self.user, at=self.now, **typed)
            said.append(f"Solde relevé : {euros(statement.balance)} au {short_date(statement.as_of)}.")
        return " ".join(said)
