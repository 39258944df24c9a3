"""Ma fiche: the words of a sheet, for the person to whom it was handed. No account; a code, and her birth date.

It is read as nobody: PostgreSQL shows it no case, and of all sheets the one whose code was typed. Nothing of what is typed
stands in an address, a session or a log; whatever does not open answers with the same words.
"""

from datetime import date
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate, now
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from cases import permissions
from cases.actions import family_codes
from cases.forms import DayField
from cases.rules.family_codes import LENGTH, digest_of
from cases.rules.texts import Filled
from config.accounts import limits
from config.sign_in import visitor_address

CLOSED = (
    "Ce code et cette date n’ouvrent rien. Regardez bien le code de votre fiche. Regardez aussi votre date de naissance. "
    "Cela ne marche toujours pas ? Téléphonez au service écrit sur votre fiche."
)
HEADERS = {"Cache-Control": "no-store, private", "X-Robots-Tag": "noindex, nofollow, noarchive"}
UNSAID = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class OpenSheetForm(forms.Form):
    code = forms.CharField(
        label="Votre code",
        help_text="Il est écrit sur votre fiche. Il a 16 lettres et chiffres.",
        max_length=60,
        widget=forms.TextInput(attrs=UNSAID),
        error_messages={"required": "Tapez le code écrit sur votre fiche."},
    )
    birth_date = DayField(
        label="Votre date de naissance",
        help_text="Par exemple : 12/03/1984.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        earliest=date(1880, 1, 1),
        input_formats=["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y"],
        error_messages={
            "required": "Tapez votre date de naissance.",
            "invalid": "Écrivez le jour, le mois et l’année. Par exemple : 12/03/1984.",
        },
    )

    def clean_code(self) -> str:
        """Whatever is not a code at all is said so: it tells nothing that the sheet does not say."""
        typed: str = self.cleaned_data["code"]
        if sum(sign.isalnum() for sign in typed) != LENGTH:
            raise ValidationError(f"Le code a {LENGTH} lettres et chiffres. Regardez votre fiche.")
        return typed


@method_decorator([login_not_required, sensitive_post_parameters()], name="dispatch")
class FamilyPage(View):
    """Not a `Page`: nobody reads it by a right."""

    http_method_names = ("get", "head", "post")

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """All of the page is read so, its shell too."""
        with permissions.reading_by_code(digest_of(request.POST.get("code", "")), at=localdate()):
            return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_form(OpenSheetForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OpenSheetForm(request.POST)
        if not form.is_valid():
            return self.render_form(form)
        at, digest, address = now(), digest_of(form.cleaned_data["code"]), visitor_address(request)
        try:
            limits.take("family_address", address, at=at)
            limits.take("family_code", digest, at=at)
        except limits.TooManyTries as refusal:
            return self.refuse_tries(refusal)
        sheet = family_codes.open_sheet(digest=digest, birth_date=form.cleaned_data["birth_date"], at=at)
        if sheet is None:
            form.add_error(None, CLOSED)
            return self.render_form(form)
        limits.take_back("family_address", address)
        limits.forget_tries("family_code", digest)
        return self.show(sheet)

    def show(self, sheet: Filled) -> HttpResponse:
        answer = self._render("family_page/sheet.html", sheet=sheet)
        # Not on the form: a browser that says nothing of where it comes from could not send it.
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    def render_form(self, form: OpenSheetForm) -> HttpResponse:
        return self._render("family_page/open.html", form=form)

    def refuse_tries(self, refusal: limits.TooManyTries) -> HttpResponse:
        if refusal.is_first:
            family_codes.note_refused(at=now())
        answer = self._render("family_page/too_many.html", minutes=refusal.minutes)
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return answer

    def _render(self, template: str, **context: Any) -> HttpResponse:
        answer = render(self.request, template, context)
        for name, value in HEADERS.items():
            answer[name] = value
        return answer
