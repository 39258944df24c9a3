"""Compléments proposés: what somebody who does not see a case would add to it, answered by whoever answers for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.forms import FormData, UnfoldingForm, UnfoldingRadio
from cases.matching.records import find_named
from cases.models import AccessEntry, AidKind, Beneficiary, Case, Housing
from cases.refusals import NotAllowed
from cases.rules.names import name_key
from cases.templatetags.relais import euros, phone, short_date
from workflows.actions import completions as acts
from workflows.actions.completions import DEBT, LEASE_FIELDS, NAMES
from workflows.models import ProposedCompletion
from workflows.queries.case_page import CasePageData
from workflows.queries.completions import completions_to_answer
from workflows.routing.apply import known_structures
from workflows.routing.facts import NOBODY, fact_keys
from workflows.views.parts.pages import FormPage

ACCEPT, DECLINE = "accept", "decline"
UNKNOWN, HIDDEN = "inconnu", "montré quand la personne a été informée"
YES_NO = {True: "oui", False: "non"}
MONEY = {"rent", "charges", "aid"}


@dataclass(frozen=True, kw_only=True)
class ProposedItem:
    """One thing that may be kept or not, beside what is known of it."""

    key: str
    label: str
    said: str
    known: str


class CompletionForm(UnfoldingForm):
    unfolds: ClassVar = {"answer": {DECLINE: ("reason",)}}

    kept = forms.MultipleChoiceField(
        label="Ce que vous retenez",
        help_text=(
            "Ce qui manque est inscrit ; un fait du ménage est remplacé, une dette s’ajoute aux relevés. Un autre numéro ou une"
            " autre adresse devient une observation partagée."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    answer = forms.ChoiceField(
        label="Votre réponse",
        choices=[(ACCEPT, "Accepter ce qui est coché"), (DECLINE, "Décliner")],
        widget=UnfoldingRadio,
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="La structure qui propose le lira.",
        choices=[("", "Choisir un motif"), *((each.value, each.label) for each in ProposedCompletion.ANSWERS)],
        required=False,
    )

    def __init__(self, data: FormData = None, *, items: list[ProposedItem]) -> None:
        super().__init__(data, initial={"kept": [item.key for item in items]})
        field: Any = self.fields["kept"]
        field.choices = [(item.key, f"{item.label} : {item.said} (connu : {item.known})") for item in items]

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("answer") == DECLINE and not cleaned.get("reason"):
            self.add_error("reason", "Indiquer pourquoi vous déclinez.")
        if cleaned.get("answer") == ACCEPT and not cleaned.get("kept"):
            self.add_error("kept", "Cocher ce que vous retenez, ou décliner avec un motif.")


class AnswerCompletion(FormPage):
    shows = AccessEntry.Kind.CASE
    proposed: ProposedCompletion

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.proposed = get_object_or_404(
            ProposedCompletion.objects.select_related(
                "structure", "by", "case__responsible_structure", "case__household", "case__tenancy__landlord"
            ),
            public_id=kwargs["completion"],
            case__in=permissions.visible_cases(self.user, at=self.today),
        )
        if self.proposed.state != ProposedCompletion.State.ASKED:
            messages.info(request, f"Ce complément est déjà {self.proposed.answered_in_words}.")
            return redirect("case", self.proposed.case.public_id)
        if not completions_to_answer(self.user, at=self.today).filter(pk=self.proposed.pk).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def find_shown_case(self) -> Case:
        return self.to_be_noted(Case.objects.filter(pk=self.proposed.case_id)).get()

    def get_form(self, data: QueryDict | None = None) -> CompletionForm:
        full = permissions.access_level(self.user, self.proposed.case, at=self.today) == "full"
        return CompletionForm(data, items=list(proposed_items(self.proposed, full=full, on=self.today)))

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        try:
            if typed["answer"] == DECLINE:
                acts.decline(proposed=self.proposed, reason=typed["reason"], by=self.user, at=self.now)
                words = "Complément décliné : rien n’est inscrit."
            else:
                acts.accept(proposed=self.proposed, kept=typed["kept"], by=self.user, at=self.now)
                words = "Complément accepté : ce qui était coché est inscrit."
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        return self.lead_on(f"{words} {self.proposed.by} en est prévenu·e.", "case", self.proposed.case.public_id)

    def render_form(self, form: CompletionForm) -> HttpResponse:
        context = {
            "proposed": self.proposed,
            "case": self.proposed.case,
            "case_url": reverse("case", args=[self.proposed.case.public_id]),
            "data": CasePageData(self.proposed.case, on=self.today),
            "form": form,
        }
        return render(self.request, "sharing/completion.html", context)


def proposed_items(proposed: ProposedCompletion, *, full: bool, on: date) -> Iterator[ProposedItem]:
    """What is proposed beside what is known. Sums are shown to whoever sees the whole case."""
    said, case = proposed.said, proposed.case
    yield from _of_person(said.get("person", {}), case, on=on)
    yield from _of_lease(said.get("lease", {}), case, full=full)
    keys = fact_keys(known_structures(case.territory))
    known = {fact.name: fact.value for fact in case.household.facts.all()}
    for name, value in said.get("facts", {}).items():
        choices = {NOBODY: "personne", **keys[name].choices}
        yield ProposedItem(
            key=f"facts.{name}",
            label=keys[name].label,
            said=_in_words(value, choices),
            known=_in_words(known.get(name), choices),
        )
    if debt := said.get(DEBT):
        day = date.fromisoformat(debt["as_of"])
        last = CasePageData(case, on=on).statements[:1] if full else []
        yield ProposedItem(
            key=DEBT,
            label="Dette de loyer",
            said=f"{euros(Decimal(debt['balance']))} au {short_date(day)}",
            known=f"{euros(last[0].balance)} au {short_date(last[0].as_of)}" if last else UNKNOWN if full else HIDDEN,
        )


def _of_person(said: Mapping[str, Any], case: Case, *, on: date) -> Iterator[ProposedItem]:
    if not said:
        return
    here = (each.beneficiary for each in CasePageData(case, on=on).members)
    person = find_named(here, **{name: said[name] for name in NAMES}) or Beneficiary()
    who = " ".join(said[name] for name in NAMES).strip()
    is_as_typed = person.name_key in {"", name_key(*(said[name] for name in NAMES))}
    of_whom = "" if is_as_typed else f" pour {person.full_name}"
    for name, value in said.items():
        if name in NAMES:
            continue
        words = phone if name == "phone" else str
        known = getattr(person, name)
        yield ProposedItem(
            key=f"person.{name}",
            label=f"{_verbose(Beneficiary, name)}, {who}",
            said="oui" if value is True else words(value),
            known=("oui" if known is True else words(known) if known else UNKNOWN) + of_whom,
        )


def _of_lease(said: Mapping[str, Any], case: Case, *, full: bool) -> Iterator[ProposedItem]:
    choices = {"aid_kind": dict(AidKind.choices), "housing": dict(Housing.choices)}
    for name, value in said.items():
        known = getattr(case.tenancy, name, None)
        if name in MONEY:
            value, known = euros(Decimal(value)), euros(known) if known is not None else None  # noqa: PLW2901
        yield ProposedItem(
            key=f"lease.{name}",
            label=LEASE_FIELDS[name],
            said=_in_words(value, choices.get(name, {})),
            known=_in_words(known, choices.get(name, {})) if full or name not in MONEY else HIDDEN,
        )


def _in_words(value: object, choices: Mapping[str, str]) -> str:
    if value in (None, ""):
        return UNKNOWN
    if isinstance(value, bool):
        return YES_NO[value]
    return str(choices.get(str(value), value))


def _verbose(model: Any, name: str) -> str:
    words = str(model._meta.get_field(name).verbose_name)  # noqa: SLF001 - Django’s documented API
    return words[0].upper() + words[1:]
