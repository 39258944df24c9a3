"""The page that the front shows when no container of `web` answers."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.test_pages import EVERY_LOOK, look

pytestmark = pytest.mark.slow

FRONT = Path(__file__).resolve().parents[2] / "proxy"


class Site:
    is_back = False
    url = ""


@pytest.fixture
def site():
    """As the front: the page and 503, until somebody answers again."""
    site = Site()

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if site.is_back else 503)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"Bonjour" if site.is_back else (FRONT / "503.html").read_bytes())

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Front) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()


@pytest.fixture
def browser_context_args() -> dict[str, Any]:
    return {"locale": "fr-FR"}


def test_the_page_of_an_absence_suits_every_eye_and_leaves_when_relais_is_back(page: Page, site: Any):
    page.goto(f"{site.url}/situations/?etat=ouvertes")
    expect(page.get_by_role("heading")).to_have_text("Relais revient dans un instant")
    look(page, *EVERY_LOOK)

    site.is_back = True

    expect(page.locator("body")).to_have_text("Bonjour")
    assert page.url == f"{site.url}/situations/?etat=ouvertes"


def test_the_front_says_so_whenever_nobody_answers_and_keeps_the_figures_inside():
    text = (FRONT / "Caddyfile").read_text()

    assert "`{err.status_code} in [502, 503, 504]`" in text
    assert "@inside path /metriques /metriques/*\n\thandle @inside {\n\t\trespond 404\n\t}" in text
