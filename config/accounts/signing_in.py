"""From the first proof of who somebody is (a password, another identity provider) to his session, by the second factor of
those who have one."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import SESSION_KEY, load_backend, login
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme

from cases.models import User
from config.accounts import events, factors, session_store
from workflows.views.parts import kept_forms

WAITING = "waits_for_second_factor"
FACTOR_AT = "second_factor_at"
"""In a session: when its second factor was given."""
PROVED_AT = "proved_at"
"""In a session: when its person last proved who he is."""
ASKED_FOR = "page_asked_for"
"""In a session: where its person goes on to, once the second factor is set up."""
SAID_BY_PROVIDER = "proconnect"
"""In a session: what ProConnect said at the sign-in."""
SECOND_STEP_WITHIN = timedelta(minutes=10)


def enter(
    request: HttpRequest, user: User, *, backend: str, then: str, at: datetime, by_factor: bool = False
) -> HttpResponse:
    """The first proof is given: to the second step of who has one, else to the page that he asked for.

    `by_factor`: the proof was one by two factors already.
    """
    if by_factor or not factors.has_factor(user):
        return open_session(request, user, backend=backend, then=then, at=at, by_factor=by_factor)
    begin_anew(request)
    request.session[WAITING] = {
        "user": user.pk,
        "backend": backend,
        "hash": user.get_session_auth_hash(),
        "then": then,
        "at": at.isoformat(),
    }
    return redirect("second_step")


def read_waiting(request: HttpRequest, *, at: datetime) -> tuple[User, str, str] | None:
    """Who waits for his second step, the backend that knew him, the page that he asked for; None when it is over."""
    found: dict[str, Any] = request.session.get(WAITING) or {}
    began = parse_datetime(found.get("at", ""))
    if began is None or not began <= at < began + SECOND_STEP_WITHIN:
        return None
    user = load_backend(found["backend"]).get_user(found["user"])
    # A password changed meanwhile, or a closed account: from the beginning.
    if user is None or not constant_time_compare(user.get_session_auth_hash(), found["hash"]):
        return None
    return user, found["backend"], found["then"]


def open_session(
    request: HttpRequest, user: User, *, backend: str, then: str, at: datetime, by_factor: bool = False
) -> HttpResponse:
    begin_anew(request)
    login(request, user, backend=backend)
    note_proof(request, at=at, by_factor=by_factor)
    events.record(events.Kind.SIGNED_IN, user=user, request=request, at=at)
    answer = redirect(safe_address(request, then))
    remember_who_types(answer, user)
    return answer


def begin_anew(request: HttpRequest) -> None:
    """Another session, which keeps of the one before what another provider has just said; and, where nobody was signed in,
    what the next page is to say."""
    kept = (SAID_BY_PROVIDER,) if SESSION_KEY in request.session else (SAID_BY_PROVIDER, SessionStorage.session_key)
    said = {key: request.session[key] for key in kept if key in request.session}
    request.session.flush()
    request.session.update(said)


def note_proof(request: HttpRequest, *, at: datetime, by_factor: bool) -> None:
    request.session[PROVED_AT] = at.isoformat()
    request.session[session_store.DEVICE] = events.describe_device(request.headers.get("User-Agent", ""))
    if by_factor:
        request.session[FACTOR_AT] = at.isoformat()


def safe_address(request: HttpRequest, then: str) -> str:
    """A page of ours; else the first one."""
    is_ours = url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure())
    return then if then and is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def address_of(name: str, then: str) -> str:
    """A page of the sign-in, that leads on to another."""
    return f"{reverse(name)}?{urlencode({'next': then})}" if then else reverse(name)


def confirm_address(then: str) -> str:
    """To ProConnect, for whoever is signed in to say once more who he is."""
    return f"{reverse('proconnect')}?{urlencode({'confirmer': '1', 'next': then})}"


def remember_who_types(response: HttpResponse, user: User) -> None:
    """A signed cookie of the browser’s session, until the sign-out: what is typed once the session has ended is kept for
    him, and shown to nobody else."""
    response.set_cookie(
        settings.WHO_TYPED_COOKIE_NAME,
        kept_forms.signed_name(user),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
