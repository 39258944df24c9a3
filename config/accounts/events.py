"""What is done with sign-ins, written down for the person himself and counted for administrators. Ids only."""

import re
from datetime import datetime

from django.db.models import Count
from django.http import HttpRequest
from django.utils.timezone import localdate, now

from cases.models import User
from cases.rules.counting import add_months
from config.accounts.models import SignInEvent

Kind = SignInEvent.Kind
KEPT_MONTHS = 12
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def record(kind: str, *, user: User | None, request: HttpRequest | None = None, at: datetime | None = None) -> None:
    """Without a request, it was done on the server."""
    device = describe_device(request.headers.get("User-Agent", "")) if request else ""
    SignInEvent.objects.create(kind=kind, user=user, device=device, happened_at=at or now())


def describe_device(agent: str) -> str:
    """What a person recognises: nothing of what he was sent is kept."""
    browser = next((name for mark, name in BROWSERS.items() if re.search(rf"{mark}\w*/", agent)), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    return " sur ".join(filter(None, [browser, system])) or "appareil inconnu"


def count_in_words(*, since: datetime) -> list[tuple[str, int]]:
    """For those who administer the installation: nobody is named."""
    rows = SignInEvent.objects.filter(happened_at__gte=since).order_by().values_list("kind")
    found = dict(rows.annotate(count=Count("pk")))
    return [(Kind(kind).label, found[kind]) for kind in Kind.values if kind in found]


def forget(*, at: datetime) -> int:
    """What is older than the log may be. Returns how many rows."""
    old = SignInEvent.objects.filter(happened_at__date__lt=add_months(localdate(at), -KEPT_MONTHS))
    return old.delete()[0]
