"""Sign-in by e-mail, with a limit to what can be tried."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import axes.utils
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.models import User


class NewPassword(auth_views.PasswordResetConfirmView):
    """Whoever holds the link has proved who he is: wrong passwords of before no longer count."""

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        axes.utils.reset(username=form.user.email)
        return super().form_valid(form)


def tried_email(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The account that is tried: it is found whatever the capitals, so it is counted whatever the capitals."""
    tried = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(tried).strip().lower()


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, Any]) -> HttpResponse:
    context = {"minutes": int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)}
    return render(request, "registration/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
