"""The papers that the steps of an overpayment ask for: those that the case holds, those that lack, and what left already."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cases.models import Document, Letter
from cases.rules.overpayments import STEPS, Overpayments, Paper

OF_THE_CASE = ("open", "qualify")
"""Steps whose papers serve every line of the case."""


@dataclass(frozen=True, kw_only=True)
class Held:
    document: Document
    left: tuple[Letter, ...]
    """The letters with which it was sent."""


@dataclass(frozen=True, kw_only=True)
class ShownPaper:
    paper: Paper
    held: tuple[Held, ...]

    @property
    def is_lacking(self) -> bool:
        return self.paper.needed and all(each.document.is_infected for each in self.held)


@dataclass(frozen=True, kw_only=True)
class StepPapers:
    code: str
    title: str
    papers: tuple[ShownPaper, ...]

    @property
    def lacking_count(self) -> int:
        return sum(each.is_lacking for each in self.papers)


def papers_by_step(words: Overpayments, documents: Iterable[Document], *, steps: Iterable[str]) -> list[StepPapers]:
    """One query: what left with which letter. `documents` are those that the reader may see."""
    seen = list(documents)
    left: dict[int, list[Letter]] = defaultdict(list)
    for letter in Letter.objects.filter(pieces__in=seen, sent_on__isnull=False).distinct().prefetch_related("pieces"):
        for piece in letter.pieces.all():
            left[piece.pk].append(letter)
    held: dict[str, list[Held]] = defaultdict(list)
    for each in seen:
        held[each.paper].append(Held(document=each, left=tuple(left[each.pk])))
    return [
        StepPapers(
            code=step,
            title=STEPS[step],
            papers=tuple(
                ShownPaper(paper=paper, held=tuple(held[paper.code]) if paper.code else ())
                for paper in words.papers_of(step)
            ),
        )
        for step in steps
    ]
