"""What tests read of a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test.html import Element, parse_html

TOKEN = re.compile(r'<input[^>]*name="csrfmiddlewaretoken"[^>]*>')
SPACES = re.compile(r"[ \t\r\n]+")


def html_of(answer: Any) -> str:
    """The page without its random tokens, in which any short word may turn up by chance; a break of line is a space, as a
    browser shows it."""
    return SPACES.sub(" ", TOKEN.sub("", answer.content.decode()))


PUBLIC_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def without_ids(text: str) -> str:
    """Any few digits may turn up in an identifier by chance, those of an amount among them."""
    return PUBLIC_ID.sub("", text)


NUMBER = "+33612399999"
"""Given to everybody, to be found in the pages however it is written there."""
NUMBER_AS_WRITTEN = re.compile(r"(\+33|0)[\s\xa0]?6[\s\xa0]?12[\s\xa0]?39[\s\xa0]?99[\s\xa0]?99")


def numbers(node: Any, above: tuple[Element, ...] = ()) -> Iterator[tuple[Element, ...]]:
    """Each place where the number is to be read or called, with the elements around it, the nearest first."""
    if isinstance(node, str):
        if NUMBER_AS_WRITTEN.search(node):
            yield above
        return
    if node.name in ("input", "textarea", "select", "script"):
        return  # someone is typing it
    if any(NUMBER_AS_WRITTEN.search(str(value)) for _name, value in node.attributes if value):
        yield (node, *above)
    for child in node.children:
        yield from numbers(child, (node, *above))


def says_no_message(node: Any) -> bool:
    return "pas de message" in str(node)


@dataclass
class SentForm:
    """A form of a page: where it is sent, and what a browser would send of it as it opens."""

    action: str
    fields: list[tuple[str, str]]
    typed: list[str]
    """The fields in which one writes words."""
    asked: int = 0
    """How many fields it asks for, besides its buttons and its files."""


WORDS = {"text", "search", "tel", ""}
CHOSEN = {"radio", "checkbox"}
NOT_ASKED = {"hidden", "submit", "password", "file"}


def forms_of(html: str) -> Iterator[SentForm]:
    """Those that are sent by POST, from the part of the page that is its own."""
    start, end = html.find("<main"), html.find("</main>")
    for form in elements(parse_html(html[start : end + len("</main>")]), "form") if start >= 0 else ():
        about = dict(form.attributes)
        if (about.get("method") or "").lower() == "post":
            found = SentForm(action=about.get("action") or "", fields=[], typed=[])
            for field in elements(form, "input", "textarea", "select", "button"):
                _add(found, field)
            yield found


def _add(form: SentForm, field: Element) -> None:
    about = dict(field.attributes)
    name, kind = about.get("name") or "", about.get("type") or ""
    if not name or "disabled" in about or name == "csrfmiddlewaretoken":
        return
    if about.get("autocomplete") == "one-time-code":
        return  # like a password: never kept
    form.asked += field.name in {"select", "textarea"} or (field.name == "input" and kind not in NOT_ASKED)
    if field.name == "select":
        options = [dict(option.attributes) for option in elements(field, "option")]
        chosen = [option for option in options if "selected" in option] or options[:1]
        form.fields += [(name, option.get("value") or "") for option in chosen]
    elif field.name == "textarea" or (field.name == "input" and kind in WORDS):
        form.typed.append(name)
    elif (
        field.name == "input"
        and kind not in {"file", "submit", "password"}
        and (kind not in CHOSEN or "checked" in about)
    ):
        form.fields.append((name, about.get("value") or "on"))


def elements(node: Any, *names: str) -> Iterator[Element]:
    if isinstance(node, str):
        return
    if node.name in names:
        yield node
    for child in node.children:
        yield from elements(child, *names)
