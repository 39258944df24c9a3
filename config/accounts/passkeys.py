"""Passkeys (WebAuthn): a device signs, for this site alone, what the page has just drawn. Read and checked by `fido2`."""

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from cases.models import Installation, User
from config.accounts import events, factors, limits
from config.accounts.factors import CannotUseFactor
from config.accounts.models import Passkey

STATE = "passkey_state"
"""In a session: what was drawn for the page shown last. It is good once."""
LONGEST = 20_000
"""Characters of what a browser answers."""
REFUSED = (
    "Clé d’accès refusée : elle est d’un autre site ou d’un autre compte, ou la page a attendu trop longtemps. Réessayer, "
    "ou saisir un code."
)


def begin_adding(request: HttpRequest, user: User) -> str:
    """What the browser is to be asked, as JSON."""
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(name=user.email, id=user.public_id.bytes, display_name=user.get_full_name()),
        credentials=_credentials(user),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    request.session[STATE] = state
    return json.dumps(dict(options))


def add_key(*, user: User, answer: str, at: datetime, request: HttpRequest) -> list[str]:
    """Returns the recovery codes when they are the first ones. Refuses (`CannotUseFactor`) what is not an answer to what was
    asked, from this site, a moment ago."""
    state, read = _take_state(request), _read(answer)
    try:
        made = _server(request).register_complete(state, RegistrationResponse.from_dict(read))
        credential = made.credential_data
    except Exception as error:
        raise CannotUseFactor(REFUSED) from error
    if credential is None:
        raise CannotUseFactor(REFUSED)
    with transaction.atomic():
        factors.lock_account(user)
        try:
            with transaction.atomic():
                Passkey.objects.create(
                    user=user,
                    name=events.describe_device(request.headers.get("User-Agent", "")),
                    credential_id=credential.credential_id,
                    credential=bytes(credential),
                    sign_count=made.counter,
                    added_at=at,
                )
        except IntegrityError:
            raise CannotUseFactor("Cette clé d’accès est déjà enregistrée.") from None
        events.record(events.Kind.FACTOR_ADDED, user=user, request=request, at=at)
        return factors.ensure_recovery_codes(user=user, at=at, request=request)


def begin_check(request: HttpRequest, user: User) -> str:
    """What the browser is to be asked, as JSON; empty when he has no key."""
    credentials = _credentials(user)
    if not credentials:
        return ""
    options, state = _server(request).authenticate_begin(
        credentials, user_verification=UserVerificationRequirement.PREFERRED
    )
    request.session[STATE] = state
    return json.dumps(dict(options))


def check_key(*, user: User, answer: str, at: datetime, request: HttpRequest) -> None:
    """Refuses (`CannotUseFactor`) what none of his keys has signed for this page, and a key that was copied."""
    limits.take("code", str(user.pk), at=at)
    if not _is_right(user, answer, at=at, request=request):
        events.record(events.Kind.WRONG_CODE, user=user, request=request, at=at)
        raise CannotUseFactor(REFUSED)
    limits.forget_tries("code", str(user.pk))


def _is_right(user: User, answer: str, *, at: datetime, request: HttpRequest) -> bool:
    try:
        state, response = _take_state(request), AuthenticationResponse.from_dict(_read(answer))
        used = _server(request).authenticate_complete(state, _credentials(user), response)
        counter = response.response.authenticator_data.counter
    except Exception:  # noqa: BLE001 - forged in whatever way, it is refused; the library raises many kinds
        return False
    key = Passkey.objects.filter(user=user, credential_id=used.credential_id)
    # A key that counts never goes back; one that does not says zero for ever.
    key = key.filter(sign_count__lt=counter) if counter else key.filter(sign_count=0)
    return key.update(sign_count=counter, used_at=at) == 1


def _read(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer) if len(answer) <= LONGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise CannotUseFactor(REFUSED)
    return found


def _take_state(request: HttpRequest) -> Any:
    state = request.session.pop(STATE, None)
    if state is None:
        raise CannotUseFactor(REFUSED)
    return state


def _credentials(user: User) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(key.credential)) for key in Passkey.objects.filter(user=user)]


def _server(request: HttpRequest) -> Fido2Server:
    """Of the address under which the page was asked for, one of `ALLOWED_HOSTS`: no other origin is right."""
    origin = f"{request.scheme}://{request.get_host()}"
    site = PublicKeyCredentialRpEntity(name=Installation.current().name, id=request.get_host().partition(":")[0])
    return Fido2Server(site, verify_origin=lambda asked: asked == origin)
