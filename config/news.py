"""What each version brings, and where its source can be had: CHANGELOG.md as a page."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

FILE = settings.BASE_DIR / "CHANGELOG.md"
RELEASE = re.compile(r"## \[(?P<version>\d+\.\d+\.\d+)\] - (?P<on>\d{4}-\d{2}-\d{2})")


@dataclass
class Audience:
    """What a release changes for those who have one part in Relais."""

    name: str
    changes: list[str] = field(default_factory=list)


@dataclass
class Release:
    version: str
    on: date
    audiences: list[Audience] = field(default_factory=list)


def read_releases(text: str) -> list[Release]:
    """The headings and the lists of the file; what stands before the first release is for who reads the file itself."""
    releases: list[Release] = []
    for line in text.splitlines():
        if heading := RELEASE.fullmatch(line):
            releases.append(Release(heading["version"], date.fromisoformat(heading["on"])))
        elif releases and line.startswith("### "):
            releases[-1].audiences.append(Audience(line.removeprefix("### ")))
        elif releases and line.startswith("- "):
            releases[-1].audiences[-1].changes.append(line.removeprefix("- "))
        elif releases and line.startswith("  "):
            releases[-1].audiences[-1].changes[-1] += f" {line.strip()}"
        elif releases and line:
            raise ValueError(f"CHANGELOG.md: a line is neither a heading nor of a list: {line}")
    return releases


@cache
def _releases() -> list[Release]:
    return read_releases(FILE.read_text(encoding="utf-8"))


@login_not_required
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """Open to all: whoever uses Relais through a network is offered its source (AGPL, section 13)."""
    return render(request, "pages/news.html", {"releases": _releases(), "source_url": settings.SOURCE_URL})
