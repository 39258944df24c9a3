"""The code that a sheet prints for the person herself: drawn for paper, typed as one reads it, kept as its digest alone."""

import hashlib
import hmac
import re
import secrets

SIGNS = "23456789ACDEFGHJKMNPQRTUVWXY"
"""Without those that look alike on paper: 0 O, 1 I L, 2 Z, 5 S, 8 B."""
LENGTH = 16
"""Some 77 bits: nobody guesses one, nor finds it again from its digest."""
GROUP = 4
NOT_A_SIGN = re.compile(r"[^0-9A-Z]")


def draw_code() -> str:
    """In groups, as it is printed: it is never kept."""
    drawn = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return "-".join(drawn[first : first + GROUP] for first in range(0, LENGTH, GROUP))


def digest_of(typed: str) -> str:
    """The same for a code as printed, in small letters, or with spaces."""
    signs = NOT_A_SIGN.sub("", typed.upper())
    return hashlib.sha256(f"relais.family:{signs}".encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """In the same time, whether they differ at their first sign or at their last."""
    return hmac.compare_digest(one.encode(), other.encode())
