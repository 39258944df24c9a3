"""Sign-in by e-mail, with a limit to what can be tried; a new password, and an invitation accepted."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import axes.utils
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm, SetPasswordForm
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.timezone import now
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect

from cases.actions import invitations
from cases.models import User
from config.accounts import events, limits, new_passwords, sessions, signing_in
from config.forms import SignInForm
from config.proconnect.views import leave
from workflows.views.parts import kept_forms


class SignInFirst(LoginRequiredMiddleware):
    """A session that ends while one types leads the whole page to the sign-in, not the part of it that was asked for;
    then back to the page, with what was typed in it.
    """

    def handle_no_permission(  # type: ignore[override]  # htmx has its own kind of redirection
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        again = kept_forms.keep_typed(
            request, view_func, cookie=request.COOKIES.get(settings.WHO_TYPED_COOKIE_NAME, "")
        )
        if request.htmx:  # type: ignore[attr-defined]  # the middleware adds it
            here = again or request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(_sign_in(here))
        return redirect(_sign_in(again)) if again else super().handle_no_permission(request, view_func)


def _sign_in(then: str) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': then})}"


class AskNewPassword(auth_views.PasswordResetView):
    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        """The same answer in the same time, whether or not there is an account, and whether or not a mail leaves."""
        typed, at = form.cleaned_data["email"].strip().lower(), now()
        try:
            limits.take("reset_address", visitor_address(self.request), at=at)
            limits.take("reset", typed, at=at)
        except limits.TooManyTries:
            return redirect("password_reset_done")
        new_passwords.ask(typed, request=self.request, at=at)
        return redirect("password_reset_done")


class SignIn(auth_views.LoginView):
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Besides what axes counts for one account from one place: one place for all accounts, one account from all."""
        at = now()
        try:
            limits.take("address", visitor_address(request), at=at)
            limits.take("account", tried_email(request, None), at=at)
        except limits.TooManyTries as refusal:
            return refuse_tries(request, minutes=refusal.minutes, is_first=refusal.is_first)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user: User = form.get_user()
        limits.take_back("address", visitor_address(self.request))
        limits.forget_tries("account", user.email)
        return signing_in.enter(self.request, user, backend=user.backend, then=self.get_redirect_url(), at=now())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.non_field_errors():
            tried = User.objects.filter(email=tried_email(self.request, None)).first()
            events.record(events.Kind.WRONG_PASSWORD, user=tried, request=self.request)
        return super().form_invalid(form)


@login_not_required
@require_GET
def lead_from_administration(request: HttpRequest) -> HttpResponse:
    """The technical administration has no door of its own: its second step, its limits and its events would be missing."""
    if request.user.is_authenticated and not admin.site.has_permission(request):
        raise PermissionDenied
    query = request.GET.urlencode()
    return redirect(f"{resolve_url(settings.LOGIN_URL)}{f'?{query}' if query else ''}")


@method_decorator(login_not_required, name="dispatch")
class SignOut(auth_views.LogoutView):
    """Open to all: the button of a page whose session is over does the same."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        answer = leave(request) or super().post(request, *args, **kwargs)
        answer.delete_cookie(settings.WHO_TYPED_COOKIE_NAME)
        # What a shared computer kept of the pages goes with the session.
        answer["Clear-Site-Data"] = '"cache", "storage"'
        if isinstance(user, User):
            events.record(events.Kind.SIGNED_OUT, user=user, request=request)
        return answer


class NewPassword(auth_views.PasswordResetConfirmView):
    """Whoever holds the link has proved who he is: wrong passwords of before no longer count."""

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        axes.utils.reset(username=form.user.email)
        limits.forget_tries("account", form.user.email)
        events.record(events.Kind.PASSWORD_CHANGED, user=form.user, request=self.request)
        sessions.end_others(form.user)
        return super().form_valid(form)


class ChangePassword(auth_views.PasswordChangeView):
    """His other sessions end with the password before."""

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        events.record(events.Kind.PASSWORD_CHANGED, user=form.user, request=self.request)
        answer = super().form_valid(form)  # gives this session another key
        sessions.end_others(form.user, self.request)
        return answer


class AcceptInvitation(NewPassword):
    """The person invited chooses a password, joins the structures that wait for him, and is signed in: through the second
    step, when he has a factor already.
    """

    template_name = "registration/invitation.html"
    token_generator = invitations.InvitationTokens()
    success_url = reverse_lazy("inbox")

    def get_user(self, uidb64: str) -> User | None:
        """Nobody, when no invitation waits for him: the link is no longer good. Who has an account signs in."""
        user: User | None = super().get_user(uidb64)
        at = now()
        is_good = user and user.is_active and not invitations.has_account(user, at=at)
        return user if user and is_good and invitations.acceptable_invitations(user, at=at).exists() else None

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(**kwargs)
        if self.validlink and self.user:
            waiting = invitations.acceptable_invitations(self.user, at=now()).select_related("structure")
            context |= {"invitations": waiting, "email": self.user.email}
        return context | {"days": invitations.VALID_FOR.days}

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        at = now()
        with transaction.atomic():
            joined = invitations.accept(user=form.user, at=at)
            super().form_valid(form)
        names = ", ".join(membership.structure.name for membership in joined)
        messages.success(self.request, f"Bienvenue : vous êtes membre de {names}.")
        backend = "django.contrib.auth.backends.ModelBackend"
        return signing_in.enter(self.request, form.user, backend=backend, then=str(self.success_url), at=at)


def tried_email(request: HttpRequest, credentials: Mapping[str, object] | None) -> str:
    """The account that is tried: it is found whatever the capitals, so it is counted whatever the capitals."""
    tried = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(tried).strip().lower()


def visitor_address(request: HttpRequest) -> str:
    """What the outermost of our own proxies saw. Further left in the header stands what a visitor may write there himself."""
    forwarded = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    count = settings.PROXY_COUNT
    return (
        forwarded[-count] if 0 < count <= len(forwarded) and forwarded[-count] else request.META.get("REMOTE_ADDR", "")
    )


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, object]) -> HttpResponse:
    # What axes refuses because it was locked before is not counted.
    is_first = getattr(request, "axes_failures_since_start", None) == settings.AXES_FAILURE_LIMIT
    return refuse_tries(request, minutes=int(settings.AXES_COOLOFF_TIME.total_seconds() // 60), is_first=is_first)


def refuse_tries(request: HttpRequest, *, minutes: int, is_first: bool) -> HttpResponse:
    if is_first:
        tried = User.objects.filter(email=tried_email(request, None)).first()
        events.record(events.Kind.LOCKED, user=tried, request=request)
    return render(request, "registration/locked_out.html", {"minutes": minutes}, status=HTTPStatus.TOO_MANY_REQUESTS)
