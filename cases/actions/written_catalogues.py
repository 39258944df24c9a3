"""The catalogues that are written whole: a pilot reads them, words their letters, and a release corrects them by a draft that he publishes.

Texts for families, sheets, lengths of plans, checks of a debt, words of overpayments: each is read by its own rules, kept and said alike.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cases.actions.editions import EditableCatalogue, as_kept, catalogue_in_parameters
from cases.actions.reference_files import find_file
from cases.models import Edition
from cases.rules.catalogue_parts import (
    AFTER,
    CataloguePart,
    part_rows,
    say_part_row,
    with_part_rows,
    without_part_row,
)
from cases.rules.editions import Findings, Row, findings_of
from cases.rules.letters import read_letters
from cases.rules.overpayments import read_overpayments
from cases.rules.plans import read_limits
from cases.rules.reading import UNREADABLE, FaultyRules, read_toml
from cases.rules.rent_checks import read_rent_checks
from cases.rules.sheets import read_sheets
from cases.rules.tenant_letters import read_tenant_letters

FOLDER = Path(__file__).parents[1] / "reference"
Reader = Callable[[Mapping[str, Any]], object]


def _written_catalogue(code: str, *, file: str, read: Reader, parts: Sequence[CataloguePart]) -> EditableCatalogue:
    def check(edition: Edition, rows: Sequence[Row], on: date) -> Findings:
        """Every fault of the catalogue as its rows make it, each beside its row."""
        try:
            read(with_part_rows({}, rows, parts))
        except FaultyRules as faulty:
            return findings_of(faulty, rows)
        except UNREADABLE as error:
            return findings_of(FaultyRules([f"Une partie manque, ou ne se lit pas ({error})."]), rows)
        return Findings(faults=(), doubts=())

    return catalogue_in_parameters(
        code=code,
        rows_of=lambda parameters: part_rows(parameters, parts),
        with_rows=lambda parameters, rows: with_part_rows(parameters, rows, parts),
        without=lambda parameters, rule: without_part_row(parameters, rule, parts),
        say_row=lambda row: say_part_row(row, parts),
        sense=lambda row: frozenset({row["part"]}),
        check=check,
        released=lambda territory: _rows_of_file(find_file(FOLDER / file), tuple(parts)),
        place=AFTER,
    )


@cache
def _rows_of_file(path: Path, parts: tuple[CataloguePart, ...]) -> list[Row]:
    return as_kept(part_rows(read_toml(path), parts))


PARTS: Mapping[str, tuple[CataloguePart, ...]] = {
    Edition.Catalogue.LETTERS: (
        CataloguePart(name="letters", title="Courriers et fiches"),
        CataloguePart(name="papers", title="Papiers à apporter", known_by=()),
    ),
    Edition.Catalogue.TENANT_LETTERS: (
        CataloguePart(name="letters", title="Fiche et courriers"),
        CataloguePart(name="phrases", title="Phrases", prefix="phrase-"),
        CataloguePart(name="limits", title="Ce que la loi permet de demander", prefix="limite-", known_by=("field",)),
    ),
    Edition.Catalogue.SHEETS: (CataloguePart(name="sheets", title="Feuilles"),),
    Edition.Catalogue.PLANS: (
        CataloguePart(name="limits", title="Durée selon l’auteur du plan", prefix="duree-", known_by=("author",)),
        CataloguePart(name="protocol", title="Protocole de cohésion sociale", known_by=()),
        CataloguePart(name="default_plan", title="Plan par défaut", known_by=()),
    ),
    Edition.Catalogue.RENT_CHECKS: (CataloguePart(name="checks", title="Vérifications"),),
    Edition.Catalogue.OVERPAYMENTS: (
        CataloguePart(name="checks", title="Mentions d’un acte", prefix="mention-", known_by=("act", "code")),
        CataloguePart(name="documents", title="Pièces", prefix="piece-", known_by=("step", "code")),
        CataloguePart(name="causes", title="Motifs", prefix="motif-"),
        CataloguePart(name="outcomes", title="Issues", prefix="issue-"),
        CataloguePart(name="questions", title="Questions", prefix="question-"),
        CataloguePart(name="answers", title="Réponses", prefix="reponse-"),
        CataloguePart(name="bundles", title="Courriers habituels", prefix="courrier-"),
        CataloguePart(name="alerts", title="Alertes collectives", prefix="alerte-"),
    ),
}
"""By catalogue."""
WRITTEN_CATALOGUES: Mapping[str, EditableCatalogue] = {
    code: _written_catalogue(code, file=file, read=read, parts=PARTS[code])
    for code, file, read in (
        (Edition.Catalogue.LETTERS, "letters.toml", read_letters),
        (Edition.Catalogue.TENANT_LETTERS, "letters_tenant.toml", read_tenant_letters),
        (Edition.Catalogue.SHEETS, "sheets.toml", read_sheets),
        (Edition.Catalogue.PLANS, "plans.toml", read_limits),
        (Edition.Catalogue.RENT_CHECKS, "rent_checks.toml", read_rent_checks),
        (Edition.Catalogue.OVERPAYMENTS, "overpayments.toml", read_overpayments),
    )
}
"""By catalogue."""
