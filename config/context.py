"""What every page knows: the brand, the reader's day, who reads and where he may go."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from cases.models import Membership, User

VERSION = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
# To be removed when the confidentiality rules have landed, not before.
WARNING = "Outil de démonstration : n’y saisissez aucune donnée sur des personnes réelles."

PAGES = (
    ("inbox", "À faire"),
    ("cases", "Situations"),
    ("imports", "Imports"),
    ("backlog", "Encours"),
    ("steering", "Pilotage"),
)


def brand(request: HttpRequest) -> dict[str, Any]:
    return {"brand": {**settings.RELAIS_BRAND, "version": VERSION, "warning": WARNING}, "demo": settings.DEMO}


def shell(request: HttpRequest) -> dict[str, Any]:
    today = timezone.localdate()
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"today": today, "account": None, "navigation": []}
    return {"today": today, "account": Account(user, on=today), "navigation": navigation(request)}


@dataclass(frozen=True, kw_only=True)
class Entry:
    label: str
    url: str
    current: bool
    count: int = 0


def navigation(request: HttpRequest) -> list[Entry]:
    return [
        Entry(label=label, url=url, current=_leads_to(url, request.path))
        for name, label in PAGES
        if (url := _url(name))
    ]


def _leads_to(url: str, path: str) -> bool:
    """The inbox is at the root of every address: it is current on its own page alone."""
    return path == url if url == "/" else path.startswith(url)


def _url(name: str) -> str:
    """Empty while the page does not exist in this installation."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


class Account:
    """Who is signed in. Nothing is read before the header needs it."""

    def __init__(self, user: User, *, on: date) -> None:
        self.name = user.get_full_name()
        self.email = user.email
        self._user = user
        self._on = on

    @cached_property
    def memberships(self) -> list[str]:
        rows = Membership.objects.active(self._on).filter(user=self._user).select_related("structure")
        return [f"{row.structure.name}, {row.get_role_display()}" for row in rows]

    @property
    def membership(self) -> str:
        return self.memberships[0] if self.memberships else "Aucun rattachement"

    @property
    def report_url(self) -> str:
        return _url("report")

    @property
    def notifications_url(self) -> str:
        return _url("notifications")
