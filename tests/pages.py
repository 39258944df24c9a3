"""What tests read of a page."""

import re
from collections.abc import Iterator
from typing import Any

from django.test.html import Element

TOKEN = re.compile(r'<input[^>]*name="csrfmiddlewaretoken"[^>]*>')


def html_of(answer: Any) -> str:
    """The page without its random tokens, in which any short word may turn up by chance."""
    return TOKEN.sub("", answer.content.decode())


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
