"""One edition, said in plain words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.rules.editions import TITLE, Said
from cases.rules.names import normalise_text
from workflows.views.editions.base import EditionPage


class EditionView(EditionPage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        asked = request.GET.get("cherche", "").strip()[:80]
        self.to_be_verified = {row["code"] for row in self.rows if row.get("confidence", "H") != "H"}
        said, before = self._described_rows()
        shown = {code: each for code, each in said.items() if _is_found(asked, code, each)}
        changed = _change_badges(said, before) if self.is_draft else {}
        context = {
            **self.edition_context,
            "asked": asked,
            "number": len(said),
            "found": len(shown),
            "themes": [
                (title, [self._rule(code, shown[code], changed.get(code, "")) for code in codes if code in shown])
                for title, codes in self.catalogue_editor.themes(self.edition, self.rows)
                if any(code in shown for code in codes)
            ],
        }
        return render(request, "rules/edition.html", context)

    def _rule(self, code: str, said: Said, badge: str) -> dict[str, object]:
        return {
            "code": code,
            "title": " ".join(said[TITLE]),
            "badge": badge,
            "is_to_be_verified": code in self.to_be_verified,
            "url": self.url("rules_rule", code),
            "lines": [(label, lines) for label, lines in said.items() if lines and label != TITLE],
        }

    def _described_rows(self) -> list[dict[str, Said]]:
        """This edition, and the last published."""
        base = self.editions.latest or self.edition
        rows = self.catalogue_editor.catalogue.rows_of_edition(base) if self.is_draft else self.rows
        return self.catalogue_editor.catalogue.say([(self.edition, self.rows), (base, rows)])


def _change_badges(said: dict[str, Said], before: dict[str, Said]) -> dict[str, str]:
    """Code → what it is to the last published edition."""
    return {
        code: "nouvelle" if code not in before else "modifiée"
        for code, each in said.items()
        if before.get(code) != each
    }


def _is_found(asked: str, code: str, said: Said) -> bool:
    """All the words, wherever they are in what the rule says."""
    text = normalise_text(" ".join([code, *(line for lines in said.values() for line in lines)]))
    return all(word in text for word in normalise_text(asked).split())
