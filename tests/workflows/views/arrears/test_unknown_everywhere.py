"""Of a case whose landlord and amount nobody knows, each page, letter and list opens, and invents nothing."""

import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from lxml import html  # type: ignore[import-untyped]
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from cases.actions.person_file import read_person_file
from cases.models import Tenancy, User
from tests import factories
from tests.factories import NOON
from tests.workflows.views.arrears.test_counter_unknown import informed
from tests.workflows.walk import Walk
from workflows.actions import landlords

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
INVENTED = re.compile(r"Bailleurs non partenaires|\bNone\b")
OF_A_KIND = 2
NOT_OPENED = re.compile(r"//|/static/|/media/|/admin/|/deconnexion")
CHOICES = re.compile(r"<option[^>]*>.*?</option>|<[^>]*>", re.DOTALL)


@pytest.fixture
def opened(yann: User, client: Client) -> tuple[User, Any]:
    """Who follows the case that a counter opened, and the case."""
    return informed(client)


def pages_from(person: User, start: list[str]) -> Iterator[tuple[str, str, Any]]:
    """Name, address and answer of what leads on from there, a few of each kind."""
    kinds: Counter[str] = Counter()
    client, waiting, seen = Client(), deque(start), set(start)
    client.force_login(person)
    while waiting:
        url = waiting.popleft()
        try:
            name = resolve(urlsplit(url).path).view_name
        except Resolver404:
            continue
        kinds[name] += 1
        if kinds[name] > OF_A_KIND:
            continue
        answer = client.get(url)
        yield name, url, answer
        found = [answer.headers["Location"]] if answer.status_code == 302 else []
        if answer.status_code == 200 and "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            found = html.fromstring(answer.content.decode()).xpath("//@href|//@hx-get")
        for link in (urljoin(url, each).split("#")[0] for each in found):
            if link.startswith("/") and not NOT_OPENED.match(link) and link not in seen:
                seen.add(link)
                waiting.append(link)


def text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    return CHOICES.sub(" ", body.decode("utf-8", "replace"))


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_each_page_that_leads_on_from_the_case_opens_and_names_no_stand_in(opened, role):
    worker, case = opened
    person = worker if role == "agent" else factories.member("caf-91", role)
    seen = set()
    for name, url, answer in pages_from(person, [reverse("case", args=[case.public_id]), "/"]):
        seen.add(name)
        assert answer.status_code < 500, url
        assert not INVENTED.search(text_of(answer)), url
    assert {"case", "cases", "sheet", "step", "letters", "letter_write", "handover_note", "person", "inbox"} <= seen


def test_a_plan_waits_at_who_asks_the_landlord_until_somebody_knows_him(opened):
    worker, case = opened
    walk = Walk(case)
    walk.take("diagnose", by=worker, completeness="partial", family="couple_children")
    sums = {"amount": Decimal(600), "monthly": Decimal(50), "first_due_on": date(2026, 12, 5)}
    walk.take("plan", by=worker, kinds=["repayment"], **sums)
    task = walk.task("agree")
    assert (task.structure, task.owner) == (case.responsible_structure, worker)
    landlords.name_landlord(
        case=case, landlord=factories.structure("gestionnaire-b"), landlord_name="", by=worker, at=NOON
    )
    task = walk.task("agree")
    assert (task.structure.code, task.owner) == ("gestionnaire-b", None)


def test_the_list_of_cases_is_exported_with_an_empty_sum(client, opened):
    client.force_login(factories.member("caf-91", "manager"))
    answer = client.post(reverse("export_ask", args=["situations"]), {"format": "xlsx"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)
    _, titles, line = sheet.to_python()
    assert not INVENTED.search(str(line))
    assert line[titles.index("Dernier solde de loyer connu")] == ""


def test_what_is_given_to_the_person_of_her_file_names_her_landlord_once_known_and_no_stand_in(opened):
    worker, case = opened

    def said() -> dict[str, str]:
        holder = case.household.memberships.get(position="holder").beneficiary
        items = read_person_file(case.household, holder, fact_words={})
        return {words: value for item in items if item.section == "Logement" for words, value in item.facts}

    assert "Bailleurs non partenaires" not in said().values()
    landlords.name_landlord(case=case, landlord=None, landlord_name="SCI des Tilleuls", by=worker, at=NOON)
    assert "SCI des Tilleuls" in said().values()
    assert Tenancy.objects.get().known_landlord == "SCI des Tilleuls"
