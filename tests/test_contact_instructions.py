"""Nobody reads a phone number of a household, or whom a letter is for, without what to mind when using it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.test.html import Element, parse_html

from cases.models import Beneficiary
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.scene import Scene
from tests.test_pages import LOOKS

TEMPLATES = settings.BASE_DIR / "templates"
PHONE = re.compile(r"\.phone\b|\|\s*phone\b")
RECIPIENT = re.compile(r"\.recipient\b")
INSTRUCTIONS = re.compile(r"components/(instructions|contact)\.html|letters/instructions\.html")

OF_NOBODY_HELPED = {
    "referents/place.html": "the phone of a référent, at work",
    "report/matches.html": "the phone of the service that follows the household",
    "reports/contact.html": "the phone of the service that the landlord may call",
    "reports/list.html": "the phone of the service that the landlord may call",
    "sharing/answer.html": "the phone of the professional who asks",
    "sharing/ask.html": "the phone of the service that follows the household",
}
READ_BESIDE = {
    "letters/preview.html": "the sheet itself, which the household reads; its page shows the instructions above it",
}


def without(pattern: re.Pattern[str], *, but: dict[str, str]) -> list[str]:
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        name, text = str(path.relative_to(TEMPLATES)), path.read_text(encoding="utf-8")
        if pattern.search(text) and not INSTRUCTIONS.search(text) and name not in but:
            found.append(name)
    return found


def test_a_template_that_prints_a_phone_prints_the_instructions():
    assert without(PHONE, but=OF_NOBODY_HELPED) == []


def test_a_template_that_names_who_gets_a_letter_prints_the_instructions():
    assert without(RECIPIENT, but=READ_BESIDE) == []


def test_the_exceptions_still_print_what_they_are_exceptions_for():
    for name, pattern in [*((name, PHONE) for name in OF_NOBODY_HELPED), *((name, RECIPIENT) for name in READ_BESIDE)]:
        assert pattern.search((TEMPLATES / name).read_text(encoding="utf-8")), name


# On the pages themselves


NUMBER = "+33612399999"
WRITTEN = re.compile(r"(\+33|0)[\s\xa0]?6[\s\xa0]?12[\s\xa0]?39[\s\xa0]?99[\s\xa0]?99")
NEAR = 3
"""How many elements up from a number its instructions may be: the same line, cell or paragraph."""


@pytest.fixture
def households(db: None) -> Iterator[Scene]:
    """Everyone has a phone, and asked that no message be left."""
    with time_machine.travel(NOON, tick=False):
        made = scene.build()
        Beneficiary.objects.update(phone=NUMBER, no_message=True)
        yield made


def pages(households: Scene, *, of: set[str], but: set[str]) -> Iterator[tuple[str, str]]:
    for title, (who, path) in LOOKS.items():
        if who and (not of or who in of) and who not in but:
            client = Client()
            client.force_login(getattr(households, who))
            answer = client.get(path(households))
            assert answer.status_code in (200, 404), title
            yield title, answer.content.decode()


def numbers(node: Any, above: tuple[Element, ...] = ()) -> Iterator[tuple[Element, ...]]:
    """Each place where the number is to be read or called, with the elements around it, the nearest first."""
    if isinstance(node, str):
        if WRITTEN.search(node):
            yield above
        return
    if node.name in ("input", "textarea", "select", "script"):
        return  # someone is typing it
    if any(WRITTEN.search(str(value)) for _name, value in node.attributes if value):
        yield (node, *above)
    for child in node.children:
        yield from numbers(child, (node, *above))


def says_no_message(node: Any) -> bool:
    return "pas de message" in str(node)


TO_OPERATORS = {"letters of an overpayment", "a letter of a line", "a letter received on a line"}
"""They go to an operator, or come from it: nobody of the household is written to."""
LANDLORDS = {"landlord", "owner"}


@pytest.mark.timeout(600)
def test_beside_each_phone_and_each_recipient_of_a_letter_stand_the_instructions(households: Scene):
    """One walk for both: the pages are many."""
    phones, letters = 0, set()
    for title, html in pages(households, of=set(), but=LANDLORDS):
        main = html[html.index("<main") : html.index("</main>") + len("</main>")]
        for around in numbers(parse_html(main)):
            phones += 1
            assert any(says_no_message(element) for element in around[: NEAR + 1]), title
        if "letter" in title and title not in TO_OPERATORS and not title.startswith("rules:"):
            cells = re.findall(r'data-label="Destinataire">(.*?)</td>', main, re.DOTALL)
            assert all("pas de message" in cell for cell in cells), title
            assert "pas de message" in main, title
            letters.add(title)
    assert phones > 20
    assert len(letters) >= 4


@pytest.mark.timeout(600)
def test_a_landlord_reads_no_phone_of_a_household(households: Scene):
    seen = [title for title, html in pages(households, of=LANDLORDS, but=set()) if WRITTEN.search(html)]
    assert seen == []
