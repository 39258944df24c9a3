"""Secrets that the program must read again are encrypted, by a key drawn from SECRET_KEY; what a key before it sealed is
still read, until that key is taken away (docs/deploiement.md)."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """What was sealed cannot be read: forged, too old, or by a key that is gone."""


def seal(text: str) -> str:
    return _fernet("secret").encrypt(text.encode()).decode()


def unseal(sealed: str, *, within: timedelta | None = None) -> str:
    """`within`: how long ago it may have been sealed."""
    try:
        return _fernet("secret").decrypt(sealed.encode(), ttl=int(within.total_seconds()) if within else None).decode()
    except (InvalidToken, UnicodeError) as error:
        raise Unsealable from error


def renew(sealed: str) -> str:
    """By the present key, what a key before it may have sealed: the old one can then be taken away."""
    try:
        return _fernet("secret").rotate(sealed.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise Unsealable from error


def find_digests(text: str, *, of: str) -> list[str]:
    """What is compared and never read, by each key, the present one first. `of`: whose or what it is, so that equal texts do
    not show."""
    message = f"{of}:{text}".encode()
    return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in _derive_keys("digest")]


def _fernet(use: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in _derive_keys(use)])


def _derive_keys(use: str) -> Iterator[bytes]:
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield hmac.new(key.encode(), f"relais.accounts.{use}".encode(), hashlib.sha256).digest()
