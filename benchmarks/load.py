"""People who use an installation at once, from outside, as browsers do: what they wait for, and what is refused to them.

    python -m benchmarks.load --url https://relais.example.fr --people people.txt --seconds 120 [--rate 10] [--notes]

`people.txt`: an address and a password on each line; one thread each. Needs nothing but Python; every installation answers to
it. With --notes each of them also writes observations on the cases that he sees: never on real people’s.
"""

import argparse
import http.client
import itertools
import json
import re
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CASE = re.compile(r'href="(/situations/[0-9a-f-]{36}/)')
STATIC = re.compile(r'"(/static/[^"#]+)')
SIGN_IN = "/connexion/"
LIST = "/situations/"
PREFERENCES = "/notifications/mes-courriels/"
PATIENCE = 60
KEPT_OPEN = 1.5
"""Seconds. A connection that was not used for longer may be closed by the server just as something is sent over it."""


class Asked(NamedTuple):
    at: float
    what: str
    status: int
    """0: nobody answered. 401: sent back to the sign-in page."""
    ms: float


@dataclass
class Visitor:
    url: str
    email: str
    password: str
    cookies: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connection: http.client.HTTPConnection | None = None

    def open(self, what: str, path: str, typed: dict[str, str] | None = None) -> str:
        """The page, whatever it says; nothing when nobody answered."""
        at, clock = time.time(), time.monotonic()
        try:
            status, body = self._ask(path, typed)
        except (OSError, http.client.HTTPException):
            self.leave()
            status, body = 0, ""
        self.asked.append(Asked(at, what, status, (time.monotonic() - clock) * 1000))
        return body

    def _ask(self, path: str, typed: dict[str, str] | None) -> tuple[int, str]:
        if self.connection is None:
            self.connection = _connect(self.url)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": self.url + path,
        }
        if typed is None:
            self.connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            self.connection.request("POST", path, body=urlencode(typed), headers=headers)
        answer = self.connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        body = answer.read().decode(errors="replace")
        is_sent_away = path != SIGN_IN and answer.headers.get("Location", "").startswith(SIGN_IN)
        return http.client.UNAUTHORIZED if is_sent_away else answer.status, body

    def leave(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def sign_in(self) -> bool:
        """False, too, for an account that is asked for a second factor: give `cookies` of a session instead."""
        token = TOKEN.search(self.open("sign-in page", SIGN_IN))
        typed = {"csrfmiddlewaretoken": token[1] if token else "", "username": self.email, "password": self.password}
        self.open("sign-in", SIGN_IN, typed)
        return self.sees_inbox()

    def sees_inbox(self) -> bool:
        self.open("inbox", "/")
        return self.asked[-1].status == http.client.OK

    def live(self, *, notes: bool) -> Iterator[None]:
        """One request at each turn, for ever: lists, cases, what a page needs, and acts."""
        for turn in itertools.count():
            inbox = self.open("inbox", "/")
            yield
            if styles := STATIC.findall(inbox):
                self.open("static", styles[turn % len(styles)])
                yield
            cases = sorted(set(CASE.findall(self.open("list", LIST))))
            yield
            for path in cases[turn % max(len(cases), 1) :][:2]:
                self.open("case", path)
                yield
            if notes and cases:
                yield from self._act(
                    "note",
                    cases[turn % len(cases)] + "observations/",
                    {"text": f"Essai de charge {turn}.", "visibility": "internal"},
                )
            else:
                yield from self._act("preferences", PREFERENCES, {"rhythm": "daily"})

    def _act(self, what: str, path: str, typed: dict[str, str]) -> Iterator[None]:
        token = TOKEN.search(self.open(f"{what} page", path))
        yield
        if token:
            self.open(what, path, typed | {"csrfmiddlewaretoken": token[1]})
            yield


def _connect(url: str) -> http.client.HTTPConnection:
    address = urlsplit(url)
    if address.scheme == "http":
        return http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    # Whoever measures an installation knows which one it is: its certificate may be its own.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(address.netloc, timeout=PATIENCE, context=context)


def run(visitors: list[Visitor], *, until: threading.Event, rate: float = 0, notes: bool = False) -> None:
    """Each in a thread of his, already signed in, until the event; at `rate` requests a second, all together."""
    pause = len(visitors) / rate if rate else 0

    def live(visitor: Visitor, delay: float) -> None:
        until.wait(delay)
        due = time.monotonic()
        for _request in visitor.live(notes=notes):
            if pause > KEPT_OPEN:
                visitor.leave()
            due = max(due + pause, time.monotonic() - pause)
            if until.wait(max(0, due - time.monotonic())):
                return

    threads = [
        threading.Thread(target=live, args=(visitor, pause * rank / len(visitors)))
        for rank, visitor in enumerate(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for visitor in visitors:
        visitor.leave()


def is_refused(asked: Asked) -> bool:
    return asked.status == 0 or asked.status >= http.client.BAD_REQUEST


def summary(asked: list[Asked]) -> dict[str, object]:
    """What was asked, what was refused and during how long, what was waited for."""
    asked = sorted(asked)
    refused = [each for each in asked if is_refused(each)]
    lasted = (asked[-1].at - asked[0].at) if asked else 0
    by_kind = {
        what: _waits([each.ms for each in asked if each.what == what])
        for what in sorted({each.what for each in asked})
    }
    return {
        "requests": len(asked),
        "a_second": round(len(asked) / lasted, 1) if lasted else 0,
        "refused": len(refused),
        "refused_as": dict(Counter(f"{each.what} {each.status}" for each in refused)),
        "seconds_with_a_refusal": len({int(each.at) for each in refused}),
        "ms": by_kind,
    }


def _waits(ms: list[float]) -> dict[str, int]:
    cut = quantiles(ms, n=100) if len(ms) > 1 else ms * 99
    return {"number": len(ms), "median": round(cut[49]), "p95": round(cut[94]), "max": round(max(ms))}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--people", required=True, type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--rate", type=float, default=0, help="requests a second, all together; 0: as fast as answered"
    )
    parser.add_argument("--notes", action="store_true")
    options = parser.parse_args()
    lines = [line.split() for line in options.people.read_text().splitlines() if line.strip()]
    visitors = [Visitor(options.url.rstrip("/"), email, password) for email, password in lines]
    for visitor in visitors:
        if not visitor.sign_in():
            parser.error(f"{visitor.email} is not let in")
        visitor.asked.clear()
        # A connection that waits while the others sign in is closed by the server.
        visitor.leave()
    until = threading.Event()
    threading.Timer(options.seconds, until.set).start()
    run(visitors, until=until, rate=options.rate, notes=options.notes)
    sys.stdout.write(json.dumps(summary([each for visitor in visitors for each in visitor.asked]), indent=1))


if __name__ == "__main__":
    main()
