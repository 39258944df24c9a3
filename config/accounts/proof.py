"""Some acts ask who is there once more, when he last said so more than a quarter of an hour ago."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

from cases.forms import show_refusal
from cases.models import User
from cases.refusals import Refusal
from config.accounts import events, factors, limits, passkeys, signing_in
from config.accounts.second_step import CodeForm, check_factor
from config.proconnect.client import is_set_up
from workflows.views.parts import kept_forms
from workflows.views.parts.pages import Page

RECENT = frozenset(
    {
        # Who may do what.
        "nominate",
        "confirm_nomination",
        "end_role",
        "invite",
        "member_roles",
        "access_request",
        "establishments",
        "withdraw_establishment",
        "take_up_structure",
        # People merged or erased, lists taken away.
        "compare_people",
        "unmerge",
        "subject_request_erase",
        "retention_approve",
        "export_ask",
        "export_file",
        "questions_export",
        "person_file_zip",
        # What lets data on real people in.
        "opening_attest",
        "opening_open",
        # What opens the account.
        "add_generator",
        "remove_generator",
        "add_passkey",
        "remove_passkey",
        "draw_codes",
    }
)
"""Names of the addresses to which a form is only sent by who has just proved who he is."""


def lacks_proof(request: HttpRequest, name: str | None, *, at: datetime) -> bool:
    if settings.PROOF_LASTS is None or request.method != "POST" or name not in RECENT:
        return False
    proved = parse_datetime(request.session.get(signing_in.PROVED_AT, ""))
    return request.user.is_authenticated and (proved is None or not proved <= at < proved + settings.PROOF_LASTS)


def ask_for_proof(request: HttpRequest, view: Callable[..., object]) -> str:
    """The page that asks for it; then what was typed is found again, or the page from which one came."""
    user: User = request.user  # type: ignore[assignment]  # signed in
    again = kept_forms.keep_typed(request, view, cookie=kept_forms.signed_name(user))
    came_from = urlsplit(request.headers.get("Referer", ""))
    here = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return signing_in.address_of("prove", again or signing_in.safe_address(request, here))


class PasswordForm(forms.Form):
    code = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=4096,
        error_messages={"required": "Saisir votre mot de passe."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class Prove(Page):
    """By the second factor of who has one, else by the password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_form(self.make_form())

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.is_by_provider:
            return self.render_form(self.make_form())
        by_key = bool(request.POST.get("credential"))
        form = self.make_form() if by_key else self.make_form(request.POST)
        if by_key or form.is_valid():
            try:
                self.check(form)
            except Refusal as refusal:
                return self.render_form(form, refusal=refusal)
            signing_in.note_proof(request, at=self.now, by_factor=self.has_factor)
            return redirect(signing_in.safe_address(request, request.GET.get("next", "")))
        return self.render_form(form)

    @cached_property
    def has_factor(self) -> bool:
        return factors.has_factor(self.user)

    @property
    def is_by_provider(self) -> bool:
        """Has he neither password nor factor of ours? Then he identifies himself again where he did."""
        return not (self.has_factor or self.user.has_usable_password())

    def make_form(self, data: QueryDict | None = None) -> forms.Form:
        return CodeForm(data) if self.has_factor else PasswordForm(data)

    def check(self, form: forms.Form) -> None:
        if self.has_factor or self.request.POST.get("credential"):
            check_factor(self.request, user=self.user, form=form, at=self.now)
        else:
            self.check_password(form.cleaned_data["code"])

    def check_password(self, typed: str) -> None:
        limits.take("code", str(self.user.pk), at=self.now)
        if not self.user.check_password(typed):
            events.record(events.Kind.WRONG_PASSWORD, user=self.user, request=self.request, at=self.now)
            raise factors.CannotUseFactor("Mot de passe incorrect : vérifier les majuscules.", field="code")
        limits.forget_tries("code", str(self.user.pk))

    def render_form(self, form: forms.Form, *, refusal: Refusal | None = None) -> HttpResponse:
        if refusal and form.is_bound:
            show_refusal(form, refusal)
        context = {
            "form": form,
            "options": passkeys.begin_check(self.request, self.user),
            "refused": "" if form.is_bound else refusal,
            "is_by_provider": self.is_by_provider,
            "proconnect": is_set_up() and signing_in.confirm_address(self.request.GET.get("next", "")),
        }
        return render(self.request, "registration/prove.html", context)
