"""The second page of a sign-in: a code of the application, or one of those kept on paper."""

from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.timezone import now
from django.views import View

from cases.forms import show_refusal
from cases.models import User
from cases.refusals import Refusal
from config.accounts import events, factors, limits, passkeys, signing_in


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="Six chiffres de votre application, ou un code de secours.",
        error_messages={"required": "Saisir le code affiché par l’application.", "max_length": factors.WRONG_CODE},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )


def check_factor(request: HttpRequest, *, user: User, form: forms.Form, at: datetime) -> None:
    """By the key that the browser sent, else by the code that was typed. Refuses what is wrong, or comes too often."""
    if answer := request.POST.get("credential"):
        passkeys.check_key(user=user, answer=answer, at=at, request=request)
    else:
        factors.check_code(user=user, code=form.cleaned_data["code"], at=at, request=request)


@method_decorator(login_not_required, name="dispatch")
class SecondStep(View):
    """Between the two steps nobody is signed in: the session says only who waits."""

    user: User
    backend: str
    then: str

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.now = now()
        waiting = signing_in.read_waiting(request, at=self.now)
        if waiting is None:
            return redirect("login")
        self.user, self.backend, self.then = waiting
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_form(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        by_key = bool(request.POST.get("credential"))
        if by_key or form.is_valid():
            form = CodeForm() if by_key else form
            try:
                check_factor(request, user=self.user, form=form, at=self.now)
            except limits.TooManyTries as refusal:
                if refusal.is_first:
                    events.record(events.Kind.LOCKED, user=self.user, request=request, at=self.now)
                return self.render_form(form, refusal=refusal)
            except Refusal as refusal:
                return self.render_form(form, refusal=refusal)
            else:
                return self.open_session()
        return self.render_form(form)

    def open_session(self) -> HttpResponse:
        return signing_in.open_session(
            self.request, self.user, backend=self.backend, then=self.then, at=self.now, by_factor=True
        )

    def render_form(self, form: CodeForm, *, refusal: Refusal | None = None) -> HttpResponse:
        if refusal and form.is_bound:
            show_refusal(form, refusal)
        options = passkeys.begin_check(self.request, self.user)
        context = {"form": form, "options": options, "refused": "" if form.is_bound else refusal}
        return render(self.request, "registration/second_step.html", context)
