"""What is asked of ProConnect, and what is believed of its answers: signed by its keys, for us, now, once.

Authlib does the protocol (state, nonce, PKCE, the token of identity); it does not read the signed `userinfo` of ProConnect,
which `_read_userinfo` does with the same keys and the same algorithm.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import requests
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from cases.actions.proconnect import SignedClaims

NAME = "proconnect"
SCOPES = "openid given_name usual_name email siret"
LONG = 43
"""Characters of the state and the nonce: ProConnect asks for 32 at least."""
SECONDS_TO_ANSWER = 8
LEEWAY = 60
"""Seconds by which two clocks may differ."""
STRONG_LEVELS = (
    "eidas2",
    "eidas3",
    "https://proconnect.gouv.fr/assurance/self-asserted-2fa",
    "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
)
"""Levels (`acr`) of ProConnect that take two factors."""


class NoAnswer(Exception):
    """ProConnect cannot be reached, or says nothing that can be read."""


class Refused(Exception):
    """ProConnect or the person refuses, or the answer is not to be believed. `code`: which of `views.REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Answer:
    """Of a sign-in: who, how well proved, and what is shown again at the sign-out."""

    def __init__(self, claims: SignedClaims, *, id_token: str, amr: list[str]) -> None:
        self.claims = claims
        self.id_token = id_token
        self.amr = amr


def is_set_up() -> bool:
    return bool(settings.PROCONNECT_ISSUER and settings.PROCONNECT_CLIENT_ID and settings.PROCONNECT_CLIENT_SECRET)


def provider() -> DjangoOAuth2App:
    return _provider(
        settings.PROCONNECT_ISSUER,
        settings.PROCONNECT_CLIENT_ID,
        settings.PROCONNECT_CLIENT_SECRET,
        settings.PROCONNECT_ALGORITHM,
    )


@lru_cache(maxsize=4)
def _provider(issuer: str, client_id: str, secret: str, algorithm: str) -> DjangoOAuth2App:
    """One for the process: what it published of itself is read once, its keys again when one is unknown."""
    return OAuth().register(
        NAME,
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPES,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post",
            "default_timeout": SECONDS_TO_ANSWER,
            # The access token of ProConnect lives a minute: with the library’s own margin it is over as it comes.
            "leeway": 5,
        },
    )


def lead_to_provider(request: HttpRequest, *, back: str) -> HttpResponse:
    """`back`: the address registered with ProConnect. Raises `NoAnswer`."""
    acr = {"essential": True, "values": list(STRONG_LEVELS)} if settings.PROCONNECT_TWO_FACTORS else None
    try:
        _read_metadata()
        answer: HttpResponse = provider().authorize_redirect(
            request,
            back,
            state=get_random_string(LONG),
            nonce=get_random_string(LONG),
            claims=json.dumps({"id_token": {"acr": acr, "amr": None}}),
            # On a desk that is shared, a session that ended does not open again by itself.
            prompt="login",
        )
    except requests.RequestException as error:
        raise NoAnswer from error
    return answer


def read_answer(request: HttpRequest) -> Answer:
    """Of the address to which ProConnect leads back. Good once, in the browser that asked. Raises `NoAnswer`, `Refused`."""
    state = request.GET.get("state", "")
    if not provider().framework.get_state_data(request.session, state):
        raise Refused("state")
    try:
        metadata = _read_metadata()
        token = provider().authorize_access_token(request, claims_options=_expected(metadata["issuer"]), leeway=LEEWAY)
        identity = token.get("userinfo") or {}
        said = _read_userinfo(token, issuer=metadata["issuer"])
    except OAuthError as error:
        raise _refusal_of(error) from error
    except requests.RequestException as error:
        raise NoAnswer from error
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Refused(_code_of(error)) from error
    finally:
        provider().framework.clear_state_data(request.session, state)
    return _build_answer(identity, said, id_token=token["id_token"])


def end_session_address(*, id_token: str, back: str, state: str) -> str | None:
    """Where ProConnect signs out; None when it does not say where, or does not answer."""
    try:
        _read_metadata()
        found = provider().create_logout_url(post_logout_redirect_uri=back, id_token_hint=id_token, state=state)
    except (NoAnswer, Refused, requests.RequestException, RuntimeError):
        return None
    return str(found["url"])


def _read_metadata() -> dict[str, Any]:
    """What the provider publishes of itself must be of the issuer that the environment names."""
    try:
        metadata: dict[str, Any] = provider().load_server_metadata()
    except (requests.RequestException, ValueError) as error:
        raise NoAnswer from error
    if metadata.get("issuer") != settings.PROCONNECT_ISSUER:
        raise Refused("issuer")
    # Agreed upon when the client was registered: nothing else is believed, whatever the provider could sign with.
    metadata["id_token_signing_alg_values_supported"] = [settings.PROCONNECT_ALGORITHM]
    return metadata


def _expected(issuer: str) -> dict[str, Any]:
    """Of each thing that ProConnect signs: from it, for us. When it ends and when it was made are read besides."""
    return {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": settings.PROCONNECT_CLIENT_ID},
        "sub": {"essential": True},
    }


def _read_userinfo(token: Mapping[str, Any], *, issuer: str) -> dict[str, Any]:
    """A JWT (application/jwt). What is not signed is not read."""
    answer = provider().get(provider().server_metadata["userinfo_endpoint"], token=token)
    answer.raise_for_status()
    if not answer.headers.get("Content-Type", "").lower().startswith("application/jwt"):
        raise Refused("unsigned")
    try:
        said = _decode(answer.text.strip(), KeySet.import_key_set(provider().fetch_jwk_set()))
    except InvalidKeyIdError:
        said = _decode(answer.text.strip(), KeySet.import_key_set(provider().fetch_jwk_set(force=True)))
    rules = {**_expected(issuer), "exp": {"essential": False}}
    jwt.JWTClaimsRegistry(leeway=LEEWAY, **rules).validate(said)
    return said


def _decode(text: str, keys: KeySet) -> dict[str, Any]:
    return dict(jwt.decode(text, keys, algorithms=[settings.PROCONNECT_ALGORITHM]).claims)


def _build_answer(identity: Mapping[str, object], said: Mapping[str, object], *, id_token: str) -> Answer:
    if not identity.get("sub") or identity["sub"] != said.get("sub"):
        raise Refused("subject")
    acr = str(identity.get("acr") or "")
    if settings.PROCONNECT_TWO_FACTORS and acr not in STRONG_LEVELS:
        raise Refused("weak")
    email, siret = str(said.get("email") or "").strip().lower(), str(said.get("siret") or "")
    if "@" not in email or not siret:
        raise Refused("incomplete")
    claims = SignedClaims(
        sub=str(said["sub"])[:255],
        email=email,
        # ProConnect answers for the address, by whose domain it found the provider; one may say that it did not check it.
        email_is_verified=said.get("email_verified", True) is True,
        first_name=str(said.get("given_name") or "").strip(),
        last_name=str(said.get("usual_name") or said.get("family_name") or "").strip(),
        siret=siret,
        acr=acr[:100],
    )
    amr = identity.get("amr")
    return Answer(claims, id_token=id_token, amr=[str(each) for each in amr] if isinstance(amr, list) else [])


def _refusal_of(error: OAuthError) -> Refused:
    if isinstance(error, MismatchingStateError):
        return Refused("state")
    return Refused("declined" if error.error in ("access_denied", "login_required") else "provider")


def _code_of(error: Exception) -> str:
    """From the kind of error and the name of the claim alone: other words may quote what was sent."""
    if isinstance(error, ExpiredTokenError):
        return "expired"
    claim = error.claim if isinstance(error, ClaimError) else ""
    return {
        "nonce": "nonce",
        "aud": "audience",
        "azp": "audience",
        "iss": "issuer",
        "iat": "clock",
        "nbf": "clock",
    }.get(claim, "signature")
