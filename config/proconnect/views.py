"""Signing in by ProConnect: to it, back from it, out of it. What is refused says what to do, is in the journal, and leaves
nothing behind.
"""

import logging
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases import journal
from cases.actions import proconnect
from cases.actions.proconnect import CannotEnter
from cases.models import AccessRequest, JournalEntry, User
from config.accounts import signing_in
from config.proconnect import client
from config.proconnect.client import Answer, NoAnswer, Refused
from config.proconnect.second_factor import SESSION_KEY, proved_by_two_factors

log = logging.getLogger(__name__)

THEN = "proconnect_then"
OUT = "proconnect_out"
MOST_LINES = 300
"""Of refusals, in the journal, an hour: whoever sends forged answers does not fill it. The log has them all."""
AGAIN = "Recommencer ; si cela revient, prévenir l’administrateur de Relais."
REFUSALS = {
    "state": "Cette réponse de ProConnect a déjà servi, ou ne vient pas d’une demande faite dans ce navigateur. "
    "Recommencer depuis la page de connexion.",
    "nonce": "La réponse de ProConnect ne correspond pas à votre demande : elle n’est pas prise en compte. " + AGAIN,
    "signature": "La réponse de ProConnect n’est pas signée par lui, ou a été modifiée : elle n’est pas prise en compte. "
    + AGAIN,
    "unsigned": "ProConnect n’a pas signé votre identité : elle n’est pas prise en compte. " + AGAIN,
    "subject": "Les deux réponses de ProConnect ne parlent pas de la même personne. " + AGAIN,
    "audience": "Cette réponse de ProConnect est destinée à un autre service : elle n’est pas prise en compte. "
    + AGAIN,
    "issuer": "Cette réponse ne vient pas de ProConnect : elle n’est pas prise en compte. " + AGAIN,
    "expired": "La réponse de ProConnect est arrivée trop tard. Recommencer : il faut revenir dans la minute.",
    "clock": "La réponse de ProConnect est datée du futur. Prévenir l’administrateur : l’horloge du serveur est à régler.",
    "incomplete": "ProConnect n’a pas transmis votre courriel ou votre établissement (SIRET). Les demander au "
    "service informatique de votre organisme, ou vous connecter par courriel et mot de passe.",
    "weak": "Relais demande une double authentification. L’activer dans ProConnect, puis recommencer.",
    "declined": "Vous avez renoncé à vous identifier avec ProConnect. Recommencer, ou vous connecter par courriel et mot de "
    "passe.",
    "provider": "ProConnect a refusé la demande de Relais. " + AGAIN,
}
DOWN = "ProConnect ne répond pas en ce moment. Réessayer dans quelques minutes, ou vous connecter par courriel et mot de passe."


@login_not_required
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The button: it leads to ProConnect, and back to the page that was asked for. Whoever is signed in needs it only to
    confirm that it is he (`confirmer`).
    """
    _exists_or_404()
    if request.user.is_authenticated and "confirmer" not in request.GET:
        return redirect(settings.LOGIN_REDIRECT_URL)
    then = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure())
    request.session[THEN] = then if is_ours else ""
    try:
        return client.lead_to_provider(request, back=_absolute("proconnect_return"))
    except NoAnswer:
        return _refuse(request, "down", DOWN, then=then, status=HTTPStatus.SERVICE_UNAVAILABLE)
    except Refused as refused:
        return _refuse(request, refused.code, REFUSALS[refused.code], then=then)


@login_not_required
@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The address registered with ProConnect (`redirect_uri`)."""
    _exists_or_404()
    then = request.session.pop(THEN, "")
    at = now()
    try:
        answer = client.read_answer(request)
    except NoAnswer:
        return _refuse(request, "down", DOWN, then=then, status=HTTPStatus.SERVICE_UNAVAILABLE)
    except Refused as refused:
        return _refuse(request, refused.code, REFUSALS[refused.code], then=then)
    try:
        found = proconnect.recognise(claims=answer.claims, at=at)
    except CannotEnter as refused:
        return _refuse(request, refused.code, str(refused), then=then, siret=answer.claims.siret)
    if isinstance(found, AccessRequest):
        return render(request, "proconnect/waiting.html", {"asked": found})
    return _open_session(request, found, answer, then=then, at=at)


def _open_session(request: HttpRequest, user: User, answer: Answer, *, then: str, at: datetime) -> HttpResponse:
    """Through the second step, for whoever has one, unless ProConnect has asked for two factors itself."""
    request.session[SESSION_KEY] = {"id_token": answer.id_token, "acr": answer.claims.acr, "amr": answer.amr}
    with transaction.atomic():
        journal.record("proconnect.signed_in", at=at, by=user, acr=answer.claims.acr)
    return signing_in.enter(
        request,
        user,
        backend="django.contrib.auth.backends.ModelBackend",
        then=then,
        at=at,
        by_factor=proved_by_two_factors(request),
    )


def leave(request: HttpRequest) -> HttpResponse | None:
    """The page that leads a person signed in by ProConnect to its sign-out, once signed out here; None for others.

    A page, not a redirection: browsers apply the policy of a form (`form-action`) to all that it leads to.
    """
    held = request.session.get(SESSION_KEY)
    if not (held and client.is_set_up()):
        return None
    state = get_random_string(client.LONG)
    address = client.end_session_address(id_token=held["id_token"], back=_absolute("proconnect_out"), state=state)
    if address is None:
        return None
    logout(request)
    request.session[OUT] = state
    answer = render(request, "proconnect/leaving.html", {"address": address})
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@login_not_required
@never_cache
@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    """The address registered with ProConnect (`post_logout_redirect_uri`). It does nothing: the session is over already."""
    _exists_or_404()
    expected = request.session.pop(OUT, "")
    is_answer = bool(expected) and constant_time_compare(expected, request.GET.get("state", ""))
    return render(request, "proconnect/signed_out.html", {"is_answer": is_answer})


def _refuse(
    request: HttpRequest, code: str, text: str, *, then: str, status: int = HTTPStatus.FORBIDDEN, siret: str = ""
) -> HttpResponse:
    """Whoever is signed in already stays so; whoever is not is not."""
    log.warning("sign-in by ProConnect refused: %s", code)
    at = now()
    lately = JournalEntry.objects.filter(kind="proconnect.refused", happened_at__gt=at - timedelta(hours=1))
    if lately.count() < MOST_LINES:
        with transaction.atomic():
            journal.record("proconnect.refused", at=at, reason=code, siret=siret)
    context = {"text": text, "siret": siret, "again": signing_in.confirm_address(then)}
    return render(request, "proconnect/refused.html", context, status=status)


def _absolute(name: str) -> str:
    """As it was registered, whatever host a proxy asks for."""
    return settings.BASE_URL + reverse(name)


def _exists_or_404() -> None:
    if not client.is_set_up():
        raise Http404
