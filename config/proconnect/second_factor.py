"""Does a sign-in by ProConnect count as one with a second factor? Said here alone."""

from django.http import HttpRequest

from config.accounts.signing_in import SAID_BY_PROVIDER
from config.proconnect.client import STRONG_LEVELS

SESSION_KEY = SAID_BY_PROVIDER
"""Of the session: what ProConnect said at the sign-in (`id_token`, `acr`, `amr`). Absent for other sign-ins."""
TWO_FACTORS = "mfa"


def proved_by_two_factors(request: HttpRequest) -> bool:
    """ProConnect signed that two factors were used, by its level (`acr`) or by its list of methods (`amr`)."""
    held = request.session.get(SESSION_KEY) or {}
    return held.get("acr") in STRONG_LEVELS or TWO_FACTORS in held.get("amr", ())
