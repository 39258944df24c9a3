"""What was typed when the session ended, found again after the sign-in: by its author, whatever the page.

Nobody is signed in when it is kept. Who typed is known by a signed cookie that follows the sign-in and leaves with the
sign-out: at a shared counter, whoever signs in next finds nothing.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views import View

from cases.models import User
from workflows.actions import kept
from workflows.imports.values import is_social_security_number
from workflows.models import KeptForm
from workflows.views.parts.pages import Page

SALT = "who-typed"
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "turn"})


class TypedAgain(Page):
    """One press shows the form again, as it was typed; nothing is recorded before its own button is pressed."""

    def get(self, request: HttpRequest, form: UUID) -> HttpResponse:
        found = KeptForm.objects.filter(author=self.user, public_id=form).first()
        if found is None:
            return redirect("inbox")
        hidden = [(name, value) for name, values in found.typed.items() for value in values]
        # In sight whatever becomes of the page: a step that a colleague has taken since shows no form any more.
        sentences = [value for _, value in hidden if " " in value.strip()]
        return render(request, "kept/form.html", {"kept": found, "hidden": hidden, "sentences": sentences})

    def post(self, request: HttpRequest, form: UUID) -> HttpResponse:
        kept.discard_form(author=self.user, public_id=str(form))
        return self.lead_on("Saisie effacée.", "inbox", level=messages.INFO)


def signed_name(user: User) -> str:
    return signing.Signer(salt=SALT).sign(str(user.pk))


def keep_typed(request: HttpRequest, view: Callable[..., object], *, cookie: str) -> str:
    """Keep the form that an ended session sent. The address where its author finds it again; empty when nothing may be
    kept: another method, a page that has no such form, a browser in which nobody signed in."""
    page: Any = getattr(view, "view_class", View)
    if request.method != "POST" or not (issubclass(page, Page) and page.keeps_typing()) or not cookie:
        return ""
    try:
        author = User.objects.filter(pk=signing.Signer(salt=SALT).unsign(cookie), is_active=True).first()
    except signing.BadSignature:
        return ""
    if author is None:
        return ""
    at = now()
    typed = {
        name: values
        for name, values in request.POST.lists()
        if name not in NOT_TYPED and not any(is_social_security_number(value) for value in values)
    }
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    if files:
        typed["kept"] = [str(file.public_id) for file in kept.keep_files(author=author, files=files, at=at)]
    form = kept.keep_form(author=author, address=request.get_full_path(), typed=typed, at=at)
    return reverse("typed_again", args=[form.public_id]) if form else ""
