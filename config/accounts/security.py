"""« Connexion et sécurité »: what opens the account of the reader, and how to change it."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import qrcode
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from qrcode.image.svg import SvgPathImage

from cases.forms import show_refusal
from cases.models import Installation
from cases.refusals import Refusal
from config.accounts import events, factors, passkeys, sessions, signing_in
from config.accounts.models import CodeGenerator, Passkey, RecoveryCode
from config.accounts.second_step import CodeForm
from config.accounts.session_store import public_name
from workflows.views.parts.pages import Page, do_and_tell


class Security(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        codes = list(RecoveryCode.objects.filter(user=self.user).values_list("used_at", flat=True))
        context = {
            "generator": CodeGenerator.objects.filter(user=self.user).first(),
            "passkeys": Passkey.objects.filter(user=self.user),
            "codes_left": codes.count(None),
            "codes_drawn": len(codes),
            "sessions": [
                (each, public_name(each.session_key), each.session_key == request.session.session_key)
                for each in sessions.find_open(self.user, at=self.now)
            ],
            "has_factor": factors.has_factor(self.user),
            "is_obliged": factors.must_have_factor(self.user, at=self.now),
        }
        return render(request, "accounts/security.html", context)


class EndSession(Page):
    """One of his own, named by its row; without a name, all but this one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        do_and_tell(request, self.end)
        return redirect("security")

    def end(self) -> str:
        if name := self.request.POST.get("session"):
            sessions.end_one(user=self.user, name=name, at=self.now, request=self.request)
            return "Session fermée."
        if sessions.end_others(self.user, self.request):
            events.record(events.Kind.SESSION_ENDED, user=self.user, request=self.request, at=self.now)
        return "Vos autres sessions sont fermées."


class GeneratorForm(CodeForm):
    field_order = ["secret", "code"]
    secret = forms.CharField(widget=forms.HiddenInput)
    """Sealed: what the page shows of it is shown once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "Les six chiffres que l’application affiche."


class AddGenerator(Page):
    """Scan an image, type the code that the application shows. Another application takes the place of the one before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_form(GeneratorForm(initial={"secret": factors.draw_secret()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = GeneratorForm(request.POST)
        try:
            secret = factors.read_drawn_secret(request.POST.get("secret", ""))
        except factors.CannotUseFactor as refusal:
            again = GeneratorForm({"secret": factors.draw_secret()})
            again.is_valid()
            again.errors.clear()
            show_refusal(again, refusal)
            return self.render_form(again)
        if form.is_valid():
            had_one = CodeGenerator.objects.filter(user=self.user).exists()
            try:
                codes = factors.add_generator(
                    user=self.user, secret=secret, code=form.cleaned_data["code"], at=self.now, request=request
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                signing_in.note_proof(request, at=self.now, by_factor=True)
                # They were opened without it.
                sessions.end_others(self.user, request)
                if codes:
                    return render_codes(request, codes)
                done = (
                    "Application enregistrée : elle remplace la précédente." if had_one else "Application enregistrée."
                )
                return self.lead_on(done, "security")
        return self.render_form(form)

    def render_form(self, form: GeneratorForm) -> HttpResponse:
        secret = factors.read_drawn_secret(form["secret"].value())
        address = factors.build_address(secret, self.user, issuer=Installation.current().name)
        context = {
            "form": form,
            "image": draw_image(address),
            "groups": [secret[start : start + 4] for start in range(0, len(secret), 4)],
        }
        return render(self.request, "accounts/add_generator.html", context)


class RemoveGenerator(Page):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        do_and_tell(request, self.remove)
        return redirect("security")

    def remove(self) -> str:
        factors.remove_generator(user=self.user, at=self.now, request=self.request)
        return "Application retirée."


class RemovePasskey(Page):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        do_and_tell(request, self.remove)
        return redirect("security")

    def remove(self) -> str:
        key = self.request.POST.get("key", "")
        factors.remove_passkey(user=self.user, public_id=key, at=self.now, request=self.request)
        return "Clé d’accès retirée."


class AddPasskey(Page):
    """The browser makes the key when the button is pressed; it is recorded once its answer is right."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_page()

    def post(self, request: HttpRequest) -> HttpResponse:
        answer = request.POST.get("credential", "")
        try:
            codes = passkeys.add_key(user=self.user, answer=answer, at=self.now, request=request)
        except Refusal as refusal:
            return self.render_page(refused=str(refusal))
        signing_in.note_proof(request, at=self.now, by_factor=True)
        sessions.end_others(self.user, request)
        if codes:
            return render_codes(request, codes)
        return self.lead_on("Clé d’accès enregistrée.", "security")

    def render_page(self, *, refused: str = "") -> HttpResponse:
        context = {"options": passkeys.begin_adding(self.request, self.user), "refused": refused}
        return render(self.request, "accounts/add_passkey.html", context)


class DrawCodes(Page):
    """Shown by the answer to the form, once: no address leads to them again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not factors.has_factor(self.user):
            return redirect("security")
        return render_codes(request, factors.draw_recovery_codes(user=self.user, at=self.now, request=request))


def render_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    then = request.session.pop(signing_in.ASKED_FOR, "") or reverse("security")
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "then": then})


def draw_image(address: str) -> str:
    """As the address of an image: the page holds it, nobody else can ask for it."""
    drawn = BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(drawn)
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"
