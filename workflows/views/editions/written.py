"""The catalogues that are written in a file, among those of the pilot: read, corrected by a release, published. The words of
letters are changed by a form; what decides when they are offered is not."""

from collections.abc import Callable
from typing import Any

from cases.actions.written_catalogues import PARTS, WRITTEN_CATALOGUES
from cases.models import Edition
from workflows.views.editions.alert_form import AlertEditor
from workflows.views.editions.catalogue_editors import CatalogueEditor, Theme, register_catalogue_editor
from workflows.views.editions.words_form import EDITED, FIELDS, WordsEditor

Catalogue = Edition.Catalogue
EDITORS = {**dict.fromkeys(FIELDS, WordsEditor), Catalogue.OVERPAYMENTS: AlertEditor}
CHECKED = "Chaque texte se lit en entier, et tout ce qu’il nomme existe."
ALREADY_MADE = "Ce qui est déjà produit garde l’édition dont il vient."


def themes_of(code: str) -> Callable[[Edition, list[dict[str, Any]]], list[Theme]]:
    def list_themes(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
        return [(part.title, [row["code"] for row in rows if row["part"] == part.name]) for part in PARTS[code]]

    return list_themes


for code, slug, rank, title, lead in (
    (
        Catalogue.LETTERS,
        "courriers-impayes",
        8,
        "Courriers des impayés",
        "Ce que disent les convocations, le plan, les fiches remises, et la liste des papiers à apporter.",
    ),
    (
        Catalogue.TENANT_LETTERS,
        "courriers-locataire",
        9,
        "Courriers du locataire",
        "Fiche de l’audience et courriers du locataire : quand ils sont proposés, à quelles conditions, ce qu’ils disent.",
    ),
    (
        Catalogue.SHEETS,
        "feuilles-diagnostic",
        10,
        "Feuilles du diagnostic",
        "Ce que chaque service lit d’un diagnostic, et dans quel ordre.",
    ),
    (
        Catalogue.PLANS,
        "plans-apurement",
        11,
        "Durées des plans d’apurement",
        "Pour combien de mois au plus, selon qui établit le plan.",
    ),
    (
        Catalogue.RENT_CHECKS,
        "dette-de-loyer",
        12,
        "Vérifications de la dette de loyer",
        "Ce qui se vérifie de la dette que le bailleur réclame, ce que cela change, et comment le dire au juge.",
    ),
    (
        Catalogue.OVERPAYMENTS,
        "mots-trop-percus",
        13,
        "Contrôles, pièces et motifs des trop-perçus",
        "Ce qu’une notification doit dire, les pièces de chaque étape, et ce qui se choisit dans les formulaires.",
    ),
):
    register_catalogue_editor(
        CatalogueEditor(
            slug=slug,
            rank=rank,
            title=title,
            lead=lead,
            catalogue=WRITTEN_CATALOGUES[code],
            editor=EDITORS.get(code),
            is_edited=lambda row: row["part"] in EDITED,
            adds=False,
            themes=themes_of(code),
            kept=ALREADY_MADE,
            holds_for="Elle vaut pour ce qui est produit ou saisi de ce jour ou d’après.",
            checked=CHECKED,
        )
    )
