"""What is read of a page of traces."""

import re
from typing import Any

from tests.pages import html_of


def words_of(answer: Any) -> str:
    """The words of the page, without its menu; spaces are one."""
    assert answer.status_code == 200
    html = html_of(answer)
    main = html[html.index("<main") : html.index("</main>")]
    return without_tags(main)


def without_tags(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" ,", ",")


def rows_of(answer: Any, caption: str) -> list[list[str]]:
    """The cells of a table, by the beginning of its caption."""
    html = html_of(answer)
    table = next(each for each in re.findall(r"<table.*?</table>", html, re.DOTALL) if caption in each)
    body = table[table.index("<tbody>") :]
    return [
        [without_tags(cell).strip() for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]
