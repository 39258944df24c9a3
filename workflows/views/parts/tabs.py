"""The tabs of a page, as `components/tabs.html` draws them."""

from collections.abc import Sequence
from urllib.parse import urlencode

from cases.models import Structure


def build_tab(label: str, url: str, *, current: bool, count: object = None) -> dict[str, object]:
    """`count`: beside the label, when there is something to count."""
    return {"label": label, "url": url, "current": current, "count": count}


def build_structure_tabs(
    structures: Sequence[Structure], *, current: Structure, **asked: str
) -> list[dict[str, object]]:
    """To go from one structure to another, with what else the address asks; none when there is only one."""
    if len(structures) < 2:
        return []
    return [
        build_tab(each.name, f"?{urlencode({'structure': each.code, **asked})}", current=each == current)
        for each in structures
    ]
