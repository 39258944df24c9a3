"""Requests to share: asked from a household that a search recognised, answered by whoever answers for its case.

Whoever asks sees of the case what the search said: that a structure knows it. The address of the page on which he
asks is signed for him, so that nobody asks about a case that no search has shown him.
"""

from datetime import date, timedelta
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.actions import partners, sharing_requests
from cases.forms import FormData, UnfoldingForm, UnfoldingRadio
from cases.models import AccessEntry, Case, SharingRequest, Structure, User
from cases.refusals import NotAllowed
from workflows.actions import sharing
from workflows.queries.case_page import CasePageData
from workflows.queries.completions import completions_of, completions_to_answer
from workflows.views.case.sharing import basis_field, levels
from workflows.views.parts.cut_lists import read_first
from workflows.views.parts.pages import FormPage, Page, do_and_tell

SIGNER = signing.Signer(sep=".", salt="sharing-request")
VALID = timedelta(days=1)
DECLINE = "decline"
ENDED_SHOWN = 50
"""What was asked and is answered: the last ones."""


def ask_address(*, case: Case, structure: Structure, user: User, on: date) -> str:
    """Where this user asks, for this structure, that the case be shared: today or tomorrow.

    Empty when the structure helps nobody.
    """
    if not structure.may_help:
        return ""
    token = SIGNER.sign_object([str(case.public_id), structure.code, user.pk, on.isoformat()])
    return reverse("sharing_ask", args=[token])


class SharingRequestForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi demander ce partage",
        help_text="Ce que vous faites avec ce ménage. Ni donnée de santé ni jugement : la personne peut le lire.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=500,
    )
    basis = basis_field()


class FoundCasePage(FormPage):
    """About a case of which a search said that somebody follows it, to this user, for this structure."""

    held_back = ()

    case: Case
    structure: Structure

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            case, code, user, day = SIGNER.unsign_object(str(kwargs["token"]))
        except signing.BadSignature:
            raise Http404 from None
        if user != self.user.pk or self.today - date.fromisoformat(day) > VALID:
            raise Http404
        self.structure = get_object_or_404(self.own_structures, code=code)
        self.case = get_object_or_404(Case.objects.select_related("responsible_structure"), public_id=case)
        if permissions.can_view(self.user, self.case, at=self.today):
            return redirect("case", self.case.public_id)
        return super().dispatch(request, *args, **kwargs)

    @property
    def own_structures(self) -> QuerySet[Structure]:
        return permissions.structures_of(self.user, at=self.today)


class Ask(FoundCasePage):
    """For whoever follows cases: who answers at a counter proposes what he knows, and reads no case."""

    form_class = SharingRequestForm

    @property
    def own_structures(self) -> QuerySet[Structure]:
        return permissions.structures_where(self.user, "handle_case", at=self.today)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        sharing_requests.ask(case=self.case, structure=self.structure, by=self.user, at=self.now, **typed)
        return self.lead_on(f"Demande envoyée à {self.case.responsible_structure}.", "sharing_requests")

    def render_form(self, form: SharingRequestForm) -> HttpResponse:
        follows = permissions.may_open_emergency(self.user, self.structure, at=self.today)
        context = {
            "form": form,
            "known_by": self.case.responsible_structure,
            "structure": self.structure,
            "emergency_url": reverse("emergency_open", args=[self.kwargs["token"]]) if follows else "",
        }
        return render(self.request, "sharing/ask.html", context)


class SharingRequestsPage(Page):
    """What I am asked, and what I asked."""

    shows = AccessEntry.Kind.LIST
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        related = ("structure", "by", "deadline", "case__responsible_structure")
        asked = permissions.visible_requests(self.user, at=self.today).select_related(*related)
        waiting = SharingRequest.State.ASKED
        asked_waiting, asked_count = read_first(asked.filter(state=waiting).order_by("asked_at", "pk"))
        to_answer, requests = read_first(
            permissions.requests_to_answer(self.user, at=self.today)
            .select_related(*related)
            .order_by("asked_at", "pk")
        )
        to_complete, completions = read_first(
            completions_to_answer(self.user, at=self.today)
            .select_related("structure", "by", "case")
            .order_by("asked_at", "pk")
        )
        context = {
            "to_answer": to_answer,
            "request_count": requests,
            "asked": [*asked_waiting, *asked.exclude(state=waiting)[:ENDED_SHOWN]],
            "asked_waiting": asked_waiting,
            "asked_count": asked_count,
            "to_complete": to_complete,
            "completion_count": completions,
            "proposed": completions_of(self.user, at=self.today)
            .select_related("structure")
            .order_by("-pk")[:ENDED_SHOWN],
        }
        return render(request, "sharing/requests.html", context)


class WithdrawSharingRequest(Page):
    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        found = permissions.visible_requests(self.user, at=self.today).select_related("case", "structure")
        asked = get_object_or_404(found, public_id=kwargs["request_id"])
        do_and_tell(request, partial(self.withdraw, asked), refused=messages.INFO)
        return redirect("sharing_requests")

    def withdraw(self, asked: SharingRequest) -> str:
        sharing_requests.withdraw(request=asked, by=self.user, at=self.now)
        return "Demande retirée."


class SharingAnswerForm(UnfoldingForm):
    unfolds: ClassVar = {"answer": {DECLINE: ("reason",)}}

    answer = forms.ChoiceField(label="Votre réponse", widget=UnfoldingRadio)
    reason = forms.ChoiceField(
        label="Motif",
        help_text="La structure qui demande le lira.",
        choices=[("", "Choisir un motif"), *SharingRequest.DeclineReason.choices],
        required=False,
    )

    def __init__(self, data: FormData = None, *, may_be_full: bool) -> None:
        super().__init__(data)
        field: Any = self.fields["answer"]
        accepted = [
            (code, f"Partager {words[0].lower()}{words[1:]}") for code, words in levels(may_be_full=may_be_full)
        ]
        field.choices = [*accepted, (DECLINE, "Décliner")]

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("answer") == DECLINE and not cleaned.get("reason"):
            self.add_error("reason", "Indiquer pourquoi vous déclinez.")


class AnswerSharingRequest(FormPage):
    shows = AccessEntry.Kind.CASE
    asked: SharingRequest

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        related = (
            "structure",
            "by",
            "deadline",
            "answered_by",
            "case__responsible_structure",
            "case__tenancy__landlord",
        )
        self.asked = get_object_or_404(
            SharingRequest.objects.select_related(*related),
            public_id=kwargs["request_id"],
            case__in=permissions.visible_cases(self.user, at=self.today),
        )
        if self.asked.state != SharingRequest.State.ASKED:
            messages.info(request, str(sharing_requests.AlreadyAnswered(self.asked)))
            return redirect("case", self.asked.case.public_id)
        waiting = permissions.requests_to_answer(self.user, at=self.today)
        if not waiting.filter(pk=self.asked.pk).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def find_shown_case(self) -> Case:
        return self.to_be_noted(Case.objects.filter(pk=self.asked.case_id)).get()

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        try:
            done = sharing.answer_request(request=self.asked, by=self.user, at=self.now, **typed)
        except sharing_requests.AlreadyAnswered as refusal:
            return self.lead_on(str(refusal), "case", self.asked.case.public_id, level=messages.INFO)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        messages.success(self.request, f"Demande {done.get_state_display()} : {done.by} en est prévenu·e.")
        return redirect("case", self.asked.case.public_id)

    def get_form(self, data: QueryDict | None = None) -> SharingAnswerForm:
        case = self.asked.case
        full = permissions.access_level(self.user, case, at=self.today) == "full"
        return SharingAnswerForm(data, may_be_full=full and partners.is_informed(case))

    def render_form(self, form: SharingAnswerForm) -> HttpResponse:
        context = {
            "asked": self.asked,
            "case": self.asked.case,
            "case_url": reverse("case", args=[self.asked.case.public_id]),
            "data": CasePageData(self.asked.case, on=self.today),
            "form": form,
        }
        return render(self.request, "sharing/answer.html", context)
