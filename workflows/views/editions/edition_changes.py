"""The changes between two editions, as the pages list them."""

from collections.abc import Callable, Mapping
from typing import Any

from cases.rules.editions import EditionChanges

Url = Callable[[str, str], str]


def list_changes(
    found: EditionChanges, *, running: Mapping[str, str] | None = None, url: Url | None = None
) -> list[Any]:
    """Title, kind, and the rules of that kind. `running`: code → what runs with it, in words. `url`: of a draft."""
    kinds = [("modifiée", "changed", found.changed), ("ajoutée", "added", found.added)]
    kinds += [("retirée", "withdrawn", found.withdrawn)]
    return [
        (
            f"{len(rules)} règles {words}s" if len(rules) > 1 else f"1 règle {words}",
            kind,
            [
                {
                    "change": change,
                    "running": running and running.get(change.code),
                    "url": url("rules_rule", change.code) if url and kind != "withdrawn" else "",
                    "restore_url": url("rules_restore_rule", change.code) if url else "",
                }
                for change in rules
            ],
        )
        for words, kind, rules in kinds
        if rules
    ]
