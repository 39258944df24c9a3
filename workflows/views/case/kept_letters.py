"""One letter that was kept: its file, and how and when it was sent."""

from datetime import date
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import slugify

from cases import permissions
from cases.actions.letters import LetterAlreadySent
from cases.forms import FormData, FormOptions, PastDayField, say_today
from cases.models import AccessEntry, Edition, Letter
from cases.rules.letters import read_letters
from workflows.actions import letters as acts
from workflows.views.case.letters import LettersPage
from workflows.views.parts.pages import FormPage
from workflows.views.parts.private_files import private_file


class OneLetter(LettersPage):
    letter: Letter

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        letters = permissions.visible_letters(self.user, self.case, at=self.today)
        self.letter = get_object_or_404(
            letters.select_related("structure", "edition", "line__notice"), public_id=kwargs["letter"]
        )
        self.letter.case = self.case
        return None


class LetterFile(OneLetter):
    shows = AccessEntry.Kind.DOWNLOAD

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        name = f"dossier-{self.case.reference}-{slugify(self.letter.title)}.pdf"
        return private_file(self.letter.file, content_type="application/pdf", name=name)


Means = Letter.Means
TO_A_PERSON = (Means.POST, Means.REGISTERED, Means.MAILBOX, Means.HAND)
TO_A_SERVICE = (Means.ONLINE, Means.POST, Means.REGISTERED, Means.HAND)


class SentForm(forms.Form):
    sent_by = forms.ChoiceField(label="Moyen", choices=Letter.Means.choices, widget=forms.RadioSelect)
    sent_on = PastDayField(
        label="Envoyé ou remis le", future="Cette date est à venir : enregistrer l’envoi quand il est fait."
    )
    attempt = forms.BooleanField(
        label="Compter cet envoi comme une tentative de contact",
        help_text="Le dossier attend un contact avec le ménage. Sans réponse à ce jour.",
        required=False,
    )

    def __init__(
        self, data: FormData = None, *, letter: Letter, on: date, attempt: bool, **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **kwargs)
        self.made_on = letter.made_on
        say_today(self, on)
        field: Any = self.fields["sent_by"]
        ways = TO_A_PERSON if letter.recipient_id else TO_A_SERVICE
        field.choices = [(way.value, way.label) for way in ways]
        if not attempt:
            del self.fields["attempt"]

    def clean_sent_on(self) -> date:
        day: date = self.cleaned_data["sent_on"]
        if day < self.made_on:
            raise ValidationError(
                f"Ce courrier a été préparé le {self.made_on:%d/%m/%Y} : l’envoi ne peut pas précéder."
            )
        return day

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("attempt") and cleaned.get("sent_by") == Letter.Means.HAND:
            self.add_error(
                "attempt",
                "Remis en main propre, le contact est établi : décocher, et l’enregistrer à l’étape de contact.",
            )


class LetterSent(OneLetter, FormPage):
    """When and how it left."""

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if not permissions.has_right(self.user, "handle_case", self.letter.structure_id, at=self.today):
            raise PermissionDenied
        if self.letter.sent_on:
            return self.lead_on(str(LetterAlreadySent()), self.letters_url, level=messages.INFO)
        if step := acts.step_that_sends(self.letter):
            messages.info(request, f"L’envoi de ce courrier s’enregistre à l’étape « {step.flow_task.task_title} ».")
            return redirect("step", self.case.public_id, step.public_id)
        return None

    @cached_property
    def channel(self) -> str:
        """As which attempt it may count now."""
        if self.letter.recipient_id is None or self.letter.edition.catalogue != Edition.Catalogue.LETTERS:
            return ""
        text = read_letters(self.letter.edition.parameters).get(self.letter.kind)
        waits = acts.waiting_contact(self.letter, by=self.user, at=self.now)
        return text.counts_as if text and waits else ""

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        acts.record_sending(
            letter=self.letter,
            means=typed["sent_by"],
            sent_on=typed["sent_on"],
            by=self.user,
            at=self.now,
            attempt=self.channel if typed.get("attempt") else "",
        )
        undo = reverse("letter_take_back", args=[self.case.public_id, self.letter.public_id])
        return self.lead_on(format_html('Envoi enregistré. <a href="{}">Retirer l’envoi</a>', undo), self.letters_url)

    def get_form(self, data: QueryDict | None = None) -> SentForm:
        usual = Means.POST if self.letter.recipient_id else Means.ONLINE
        initial = {"sent_on": self.today, "sent_by": usual}
        return SentForm(data, letter=self.letter, on=self.today, attempt=bool(self.channel), initial=initial)

    def render_form(self, form: forms.Form) -> HttpResponse:
        return self.render_page("letters/sent.html", form=form, letter=self.letter)
