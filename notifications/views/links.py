"""The page where an e-mail leads who rarely signs in: accept, or decline with a reason. Opening it changes nothing."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases import permissions
from cases.forms import UnfoldingForm, UnfoldingRadio
from cases.models import User
from notifications import links
from notifications.links import NoLongerGood
from workflows import engine
from workflows.models import CaseTask
from workflows.steps.answer import DECLINE_REASONS, is_imposed
from workflows.steps.refusal import StepRefused
from workflows.views.base import Page

ACCEPT = "Accepter et m’en charger"
ELSEWHERE = "Cette réponse ne peut pas être donnée d’ici : se connecter pour voir pourquoi et répondre."


class LinkForm(UnfoldingForm):
    unfolds: ClassVar = {"accept": {"no": ("reason",)}}

    accept = forms.ChoiceField(
        label="Votre réponse",
        widget=UnfoldingRadio,
        error_messages={
            "required": "Choisir : accepter, ou décliner.",
            "invalid_choice": "Choisir une réponse de la liste.",
        },
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="La structure suivante le lira.",
        choices=[("", "Choisir un motif"), *DECLINE_REASONS],
        required=False,
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["accept"]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("accept") == "no" and not cleaned.get("reason"):
            self.add_error("reason", ValidationError("Indiquer pourquoi la structure décline."))
        return cleaned


class AnswerByLink(Page):
    """Who holds the address of a person answers in his name, with the rights that he has at that moment."""

    task: CaseTask
    answering: User
    choices: list[tuple[str, str]]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        signed_in = request.user if isinstance(request.user, User) else None
        try:
            self.task, self.answering = links.read(kwargs["token"], signed_in=signed_in, at=self.now)
        except NoLongerGood as refusal:
            return self.over(str(refusal))
        self.choices = self.offered()
        if not self.choices:
            return self.over(ELSEWHERE)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show(LinkForm(choices=self.choices))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = LinkForm(request.POST, choices=self.choices)
        if not form.is_valid():
            return self.show(form)
        accepts = form.cleaned_data["accept"] == "yes"
        data = {
            "accept": accepts,
            "professional": self.answering if accepts else None,
            "reason": form.cleaned_data["reason"],
        }
        try:
            engine.complete(self.task, by=self.answering, at=self.now, data=data)
        except engine.AlreadyDone:
            return self.over(links.ANSWERED)
        except engine.NotAllowed:
            return self.over(links.NOT_ALLOWED)
        except engine.Busy as refusal:
            form.add_error(None, str(refusal))
            return self.show(form)
        except StepRefused:
            # Its words may name a colleague, and nobody has signed in.
            form.add_error(None, ELSEWHERE)
            return self.show(form)
        return render(
            request, "notifications/link_done.html", {"accepted": accepts, "reference": self.task.case.reference}
        )

    def offered(self) -> list[tuple[str, str]]:
        """To accept is to take it oneself: to name a colleague, one signs in."""
        able = permissions.colleagues(self.task.structure, "handle_case", at=self.today)
        accept = [("yes", ACCEPT)] if able.filter(pk=self.answering.pk).exists() else []
        return accept if is_imposed(self.task) else [*accept, ("no", "Décliner")]

    def show(self, form: LinkForm) -> HttpResponse:
        context = {"form": form, "reference": self.task.case.reference, "structure": self.task.structure}
        return render(self.request, "notifications/link.html", context)

    def over(self, words: str) -> HttpResponse:
        return render(self.request, "notifications/link_over.html", {"words": words})
