"""The sessions of a person: listed, and ended from afar."""

from datetime import datetime

from django.http import HttpRequest

from cases.models import User
from cases.refusals import Refusal
from config.accounts import events
from config.accounts.models import AccountSession
from config.accounts.session_store import public_name


class CannotEndSession(Refusal):
    """It is not, or no longer, one of his."""


def find_open(user: User, *, at: datetime) -> list[AccountSession]:
    return list(
        AccountSession.objects.filter(user=user, expire_date__gt=at).order_by("-seen_at").defer("session_data")
    )


def end_one(*, user: User, name: str, at: datetime, request: HttpRequest) -> None:
    """From its next request on, whoever held it is asked to sign in. Refuses (`CannotEndSession`) what is not his."""
    keys = [each.session_key for each in find_open(user, at=at) if public_name(each.session_key) == name]
    if not AccountSession.objects.filter(user=user, session_key__in=keys).delete()[0]:
        raise CannotEndSession("Cette session est déjà fermée.")
    events.record(events.Kind.SESSION_ENDED, user=user, request=request, at=at)


def end_others(user: User, request: HttpRequest | None = None) -> int:
    """All but the one of this request; without one, all. Returns how many."""
    others = AccountSession.objects.filter(user=user)
    if request and request.session.session_key:
        others = others.exclude(session_key=request.session.session_key)
    return others.delete()[0]
