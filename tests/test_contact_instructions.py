"""Nobody reads a phone number of a household, or whom a letter is for, without what to mind when using it.

In the templates; tests/test_pages.py reads the pages themselves.
"""

import re

from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
PHONE = re.compile(r"\.phone\b|\|\s*phone\b")
RECIPIENT = re.compile(r"\.recipient\b")
INSTRUCTIONS = re.compile(r"components/(instructions|contact)\.html|letters/instructions\.html")

OF_NOBODY_HELPED = {
    "administration/structures.html": "the phone of a partner service",
    "case/participants.html": "the phone of a partner service",
    "pages/controller.html": "the phone of a controller and of its officer",
    "pages/legal_notices.html": "the phones of who publishes, hosts and helps",
    "components/protections.html": "the phone of who protects an adult",
    "people/protections.html": "the phone of who protects an adult",
    "referents/place.html": "the phone of a référent, at work",
    "pages/help.html": "the phone of who helps to use Relais",
    "report/matches.html": "the phone of the service that follows the household",
    "reports/contact.html": "the phone of the service that the landlord may call",
    "reports/list.html": "the phone of the service that the landlord may call",
    "shell/footer.html": "the phone of who helps to use Relais",
    "sharing/asker.html": "the phone of the professional who asks or proposes",
    "sharing/ask.html": "the phone of the service that follows the household",
    "sharing/emergency_case.html": "the phones of partner services; people are shown by components/person.html",
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
