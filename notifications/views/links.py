"""The page where an e-mail leads who rarely signs in: accept, decline with a reason, or ask for time.

Opening it changes nothing.
"""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.dateparse import parse_date

from cases import permissions
from cases.forms import FormData, UnfoldingForm, UnfoldingRadio
from cases.models import User
from cases.refusals import Busy, NotAllowed, Refusal
from notifications import links
from notifications.links import NoLongerGood
from workflows import engine
from workflows.actions import more_time
from workflows.actions.more_time import MoreTime
from workflows.models import CaseTask
from workflows.steps.answer import DECLINE_REASONS, is_imposed
from workflows.views.case.more_time import words_of
from workflows.views.parts.pages import Page

ACCEPT = "Accepter et m’en charger"
ELSEWHERE = "Cette réponse ne peut pas être donnée d’ici : se connecter pour voir pourquoi et répondre."


class LinkForm(UnfoldingForm):
    unfolds: ClassVar = {"accept": {"no": ("reason",), "later": ("days",)}}

    accept = forms.ChoiceField(
        label="Votre réponse",
        widget=UnfoldingRadio,
        error_messages={
            "required": "Choisir une réponse.",
            "invalid_choice": "Choisir une réponse de la liste.",
        },
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="La structure suivante le lira.",
        choices=[("", "Choisir un motif"), *DECLINE_REASONS],
        required=False,
    )

    days = forms.TypedChoiceField(
        label="Temps demandé",
        help_text="Qui suit la situation en est prévenu. Les dates limites ne changent pas.",
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choisir un délai de la liste."},
    )

    def __init__(self, data: FormData = None, *, choices: list[tuple[str, str]], later: list[MoreTime]) -> None:
        super().__init__(data)
        answers: Any = self.fields["accept"]
        answers.choices = choices
        days: Any = self.fields["days"]
        days.choices = [(each.days, words_of(each)) for each in later]
        days.initial = later[0].days if later else None

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("accept") == "no" and not cleaned.get("reason"):
            self.add_error("reason", ValidationError("Indiquer pourquoi la structure décline."))
        if cleaned.get("accept") == "later" and not cleaned.get("days"):
            self.add_error("days", ValidationError("Choisir le temps demandé."))


class AnswerByLink(Page):
    """Who holds the address of a person answers in his name, with the rights that he has at that moment."""

    held_back = ()

    task: CaseTask
    answering: User
    choices: list[tuple[str, str]]
    later: list[MoreTime]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        signed_in = request.user if isinstance(request.user, User) else None
        try:
            self.task, self.answering = links.read_token(str(kwargs["token"]), signed_in=signed_in, at=self.now)
        except NoLongerGood as refusal:
            return self.render_over(str(refusal))
        self.later = more_time.may_be_asked(self.task, on=self.today)
        self.choices = self.offered_answers()
        if not self.choices:
            return self.render_over(ELSEWHERE)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.render_form(self.get_form())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.render_form(form)
        try:
            done = self.carry_out(form.cleaned_data)
        except engine.AlreadyDone:
            return self.render_over(links.ANSWERED)
        except NotAllowed:
            return self.render_over(links.NOT_ALLOWED)
        except (Busy, more_time.TooLate) as refusal:
            form.add_error(None, str(refusal))
            return self.render_form(form)
        except Refusal:
            # Its words may name a colleague, and nobody has signed in.
            form.add_error(None, ELSEWHERE)
            return self.render_form(form)
        return render(request, "notifications/link_done.html", {**done, "reference": self.task.case.reference})

    def get_form(self, data: QueryDict | None = None) -> LinkForm:
        return LinkForm(data, choices=self.choices, later=self.later)

    def carry_out(self, typed: dict[str, Any]) -> dict[str, Any]:
        """Do what was chosen. What there is to say of it."""
        answer = typed["accept"]
        if answer == "later":
            asked = more_time.ask(task=self.task, days=typed["days"], by=self.answering, at=self.now)
            return {"answer": answer, "until": parse_date(asked.data["on"])}
        accepts = answer == "yes"
        data = {"accept": accepts, "professional": self.answering if accepts else None, "reason": typed["reason"]}
        engine.complete(self.task, by=self.answering, at=self.now, data=data)
        return {"answer": answer, "until": None}

    def offered_answers(self) -> list[tuple[str, str]]:
        """To accept is to take it oneself: to name a colleague, one signs in."""
        able = permissions.colleagues_with_right(self.task.structure, "handle_case", at=self.today)
        accept = [("yes", ACCEPT)] if able.filter(pk=self.answering.pk).exists() else []
        if is_imposed(self.task):
            return accept
        return [*accept, ("no", "Décliner"), *([("later", "Demander du temps")] if self.later else [])]

    def render_form(self, form: LinkForm) -> HttpResponse:
        context = {
            "form": form,
            "reference": self.task.case.reference,
            "structure": self.task.structure,
            "expected_on": self.task.expected_on,
        }
        return render(self.request, "notifications/link.html", context)

    def render_over(self, words: str) -> HttpResponse:
        return render(self.request, "notifications/link_over.html", {"words": words})
