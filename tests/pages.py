"""What tests read of a page."""

import re
from typing import Any

TOKEN = re.compile(r'<input[^>]*name="csrfmiddlewaretoken"[^>]*>')


def html_of(answer: Any) -> str:
    """The page without its random tokens, in which any short word may turn up by chance."""
    return TOKEN.sub("", answer.content.decode())
