"""Between a session and the pages: one that is too old ends; who must have a second factor sets it up first;
what gives rights, merges or takes away asks who is there once more."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now
from django_htmx.http import HttpResponseClientRedirect

from config.accounts import factors, proof, session_store, signing_in

ALWAYS = frozenset({"logout", "prove"})
"""What is open to whoever has not given his second factor: to leave, or to give it."""
WITHOUT_FACTOR = frozenset({"security", "add_generator", "add_passkey", "password_change", "password_change_done"})
"""What is open besides to who has still to set it up; not to who has one, which another might take the place of."""
CHECKED_AT, MUST_ADD = "factor_checked_at", "must_add_factor"
CHECKED_FOR = timedelta(minutes=1)
"""How long a session goes by what was read of the roles: somebody may be made a manager while he works."""


class FollowSession:
    """Before the pages ask who is signed in. What is read by somebody is kept by no browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        at = now()
        if SESSION_KEY in request.session:
            if session_store.is_over(request.session, at=at):
                request.session.flush()
            elif session_store.must_be_seen(request.session, at=at):
                request.session.modified = True
        answer = self.get_response(request)
        patch_cache_control(answer, no_store=True, private=True)
        return answer


class AccountGate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: object, kwargs: object
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if proof.lacks_proof(request, name, at=now()):
            return lead_to(request, proof.ask_for_proof(request, view))
        if not getattr(view, "login_required", True) or name in ALWAYS or not must_add_factor(request):
            return None
        if factors.has_factor(request.user):  # type: ignore[arg-type]  # signed in
            # Added elsewhere, and not given here: from the sign-in again.
            logout(request)
            return lead_to(request, signing_in.address_of("login", request.get_full_path()))
        if name in WITHOUT_FACTOR:
            return None
        if request.method == "GET":
            request.session[signing_in.ASKED_FOR] = request.get_full_path()
        return lead_to(request, reverse("security"))


def must_add_factor(request: HttpRequest) -> bool:
    """Was this session opened without a factor by somebody who must have one?"""
    if not (settings.SECOND_FACTOR_REQUIRED and request.user.is_authenticated):
        return False
    session, at = request.session, now()
    if session.get(signing_in.FACTOR_AT):
        return False
    checked = parse_datetime(session.get(CHECKED_AT, ""))
    if checked is None or not checked <= at < checked + CHECKED_FOR:
        session[CHECKED_AT] = at.isoformat()
        session[MUST_ADD] = factors.must_have_factor(request.user, at=at)
    return bool(session[MUST_ADD])


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    """The whole page, whatever part of it was asked for."""
    is_part = request.htmx  # type: ignore[attr-defined]  # the middleware adds it
    return HttpResponseClientRedirect(address) if is_part else redirect(address)
