"""Take back what one press noted by mistake: for ten minutes by one more, then with a reason; and a letter that came back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime

from cases import permissions
from cases.forms import PastDayField, say_today
from cases.models import ContactAttempt, DebtLine, JournalEntry, User
from cases.refusals import NotAllowed
from cases.templatetags.relais import short_date
from workflows.actions import taking_back, taking_back_acts
from workflows.views.case.kept_letters import OneLetter
from workflows.views.parts.pages import CasePage, FormPage, Page
from workflows.views.parts.taking_back import AT_ONCE, LATER, TakeBackForm

DONE = "Retiré. La chronologie garde la trace de l’erreur."
ASKED_AGAIN = "La réponse est de nouveau demandée à votre structure, avec son délai d’avant."
OPEN_AGAIN = (
    "La ligne est de nouveau ouverte : une voie s’y choisit, et les délais qui couraient à la clôture reprennent. Une question"
    " à l’organisme que la clôture avait retirée se pose de nouveau."
)
TOO_LATE = (
    "Plus de dix minutes ont passé : le professionnel à qui la situation est confiée, ou un responsable de votre structure,"
    " peut encore la retirer en disant pourquoi."
)


def hide_from_other_services(page: Page, structure: int | None) -> None:
    """Who may not do it has no such page."""
    if not permissions.has_right(page.user, "handle_case", structure, at=page.today):
        raise Http404


class TakingBack(FormPage, CasePage):
    """One button for who has just done it."""

    title = submit_label = what_follows = ""
    entry: JournalEntry | None

    @property
    def is_recent(self) -> bool:
        return taking_back.is_recent(self.entry, by=self.user, at=self.now)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return TakeBackForm(data, is_recent=self.is_recent)

    def render_form(self, form: forms.Form) -> HttpResponse:
        return self.render_page(
            "case/act.html",
            back_url=self.back_url,
            form=form,
            title=self.title,
            lead=f"{self.what_follows} {AT_ONCE if self.is_recent else LATER}".strip(),
            submit_label="Retirer",
        )

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        try:
            self.take_back(typed.get("reason", ""))
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        return self.lead_on(DONE, self.after_url)

    def take_back(self, reason: str) -> None:
        raise NotImplementedError

    @property
    def after_url(self) -> str:
        return self.back_url


class TakeBackAttempt(TakingBack):
    attempt: ContactAttempt

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        found = ContactAttempt.everything.select_related("structure")
        self.attempt = get_object_or_404(found, case=self.case, pk=kwargs["attempt"])
        hide_from_other_services(self, self.attempt.structure_id)
        self.entry = taking_back.entry_of_attempt(self.attempt)
        if self.attempt.voided_at:
            return self.lead_on(taking_back.TAKEN_BACK, self.back_url)
        self.title = (
            f"Retirer : {self.attempt.get_channel_display()}, {self.attempt.get_result_display()},"
            f" {short_date(self.attempt.made_on)}"
        )
        return None

    def take_back(self, reason: str) -> None:
        taking_back.take_back_attempt(attempt=self.attempt, by=self.user, at=self.now, reason=reason)


class TakeBackAct(TakingBack):
    """« Signé », a check of a plan, the result of an appointment."""

    act: JournalEntry

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        found = JournalEntry.objects.filter(case=self.case, kind__in=taking_back_acts.TITLES)
        self.entry = self.act = get_object_or_404(found, pk=kwargs["entry"])
        hide_from_other_services(self, self.act.structure_id)
        if taking_back_acts.is_taken_back(self.act):
            return self.lead_on(taking_back.TAKEN_BACK, self.back_url)
        said = taking_back_acts.TITLES[self.act.kind]
        if self.act.kind == "step.accepted":
            self.what_follows = ASKED_AGAIN
        if self.act.kind == "line.closed":
            said = f"{said} {DebtLine.objects.get(pk=self.act.data['line']).get_benefit_display()}"
            self.what_follows = OPEN_AGAIN
        self.title = f"Retirer : {said}, {short_date(localdate(self.act.happened_at))}"
        return None

    def take_back(self, reason: str) -> None:
        taking_back_acts.take_back_act(case=self.case, entry=self.act, by=self.user, at=self.now, reason=reason)


class TakeBackOwnAcceptance(FormPage):
    """For ten minutes, of a case that its author gave to a colleague and sees no more: nothing of it is shown."""

    entry: JournalEntry

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        own = JournalEntry.objects.filter(kind="step.accepted", actor=self.user).select_related("case", "structure")
        self.entry = get_object_or_404(own, pk=kwargs["entry"])
        hide_from_other_services(self, self.entry.structure_id)
        if taking_back_acts.is_taken_back(self.entry):
            return self.lead_on(taking_back.TAKEN_BACK, "inbox")
        if not taking_back.is_recent(self.entry, by=self.user, at=self.now):
            return self.lead_on(TOO_LATE, "inbox", level=messages.INFO)
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> TakeBackForm:
        return TakeBackForm(data, is_recent=True)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        case: Any = self.entry.case
        taking_back_acts.take_back_act(case=case, entry=self.entry, by=self.user, at=self.now)
        return self.lead_on(DONE, "inbox")

    def render_form(self, form: TakeBackForm) -> HttpResponse:
        at, professional = localtime(self.entry.happened_at), User.objects.get(pk=self.entry.data["user"])
        context = {
            "title": f"Retirer : orientation acceptée à {at:%H:%M}, confiée à {professional}",
            "lead": f"{ASKED_AGAIN} {AT_ONCE}",
            "structure": self.entry.structure,
            "back_url": reverse("inbox"),
            "form": form,
        }
        return render(self.request, "parts/take_back.html", context)


class TakeBackSending(TakingBack, OneLetter):
    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        hide_from_other_services(self, self.letter.structure_id)
        said = taking_back.entry_of_sending(self.letter)
        if said is None or self.letter.sent_on is None:
            return self.lead_on(taking_back.TAKEN_BACK, self.letters_url)
        self.entry = said
        self.title = f"Retirer l’envoi : {self.letter.title}, {short_date(self.letter.sent_on)}"
        return None

    def take_back(self, reason: str) -> None:
        taking_back.take_back_sending(letter=self.letter, by=self.user, at=self.now, reason=reason)

    @property
    def back_url(self) -> str:
        return self.letters_url


class ReturnedForm(forms.Form):
    returned_on = PastDayField(
        label="Revenu le",
        help_text="N’habite pas à l’adresse indiquée, pli refusé, non réclamé…",
        future="Cette date est à venir : noter le retour quand il a eu lieu.",
    )


class LetterReturned(OneLetter, FormPage):
    """The post brought it back: nobody was reached."""

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        hide_from_other_services(self, self.letter.structure_id)
        return None

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        form = ReturnedForm(data, initial={"returned_on": self.today})
        say_today(form, self.today)
        return form

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        try:
            taking_back.note_return(letter=self.letter, on=typed["returned_on"], by=self.user, at=self.now)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        return self.lead_on("Retour noté. Vérifier l’adresse avant le prochain courrier.", self.letters_url)

    def render_form(self, form: forms.Form) -> HttpResponse:
        return self.render_page(
            "case/act.html",
            back_url=self.letters_url,
            form=form,
            title=f"Courrier revenu : {self.letter.title}",
            lead="Il n’a joint personne. Une tentative de contact comptée à l’envoi reste sans réponse.",
            submit_label="Noter le retour",
        )
