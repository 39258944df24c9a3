"""The sheets that one diagnosis yields: read from data, checked, and filled. Pure.

A sheet is for a service, not for the household. Its text is data: titles, paragraphs with merge fields, and the
sections of the diagnosis in the order in which its reader looks for them. What a section says is not text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cases.rules.reading import DataRow, make_row, refuse_faults, row_faults
from cases.rules.texts import TextBlock, TextGrammar

FIELDS: Mapping[str, str] = {
    "person": "nom du locataire",
    "reference": "numéro du dossier",
    "structure": "service qui établit",
    "professional": "professionnel qui établit",
    "today": "date de la feuille",
    "attempt_count": "nombre de tentatives de contact",
    "attempt_span": "première et dernière tentative",
    "hearing": "date de l’audience",
}
"""What a text may name, with the words that say so to whoever writes it."""

SECTIONS: Mapping[str, str] = {
    "author": "Rédacteur",
    "tenant": "Locataire",
    "household": "Situation familiale",
    "composition": "Composition du foyer",
    "summary": "En bref",
    "support": "Accompagnement social et juridique",
    "lease": "Logement et bail",
    "housing": "État du logement",
    "causes": "Causes de l’impayé",
    "debt": "Dette de loyer",
    "breakdown": "Décompte de la dette",
    "resources": "Ressources mensuelles",
    "expenses": "Charges mensuelles",
    "debts": "Autres dettes",
    "budget": "Budget du mois",
    "means": "Reprise du paiement",
    "devices": "Dispositifs sollicités pour la dette",
    "rehousing": "Souhait du ménage et relogement",
    "procedure": "Procédure",
    "alerted": "Ménage",
    "eviction": "Expulsion",
    "judge": "Demandes au juge",
    "ccapex": "CCAPEX",
    "transmission": "Transmission",
    "parties": "Observations des parties",
    "analysis": "Analyse et préconisations du professionnel",
    "attempts": "Tentatives de contact",
    "letters": "Courriers envoyés",
    "appointments": "Rendez-vous",
}
"""What a sheet may show, with the title that it bears unless the sheet gives another."""

ASKED: Mapping[str, tuple[str, str]] = {
    "presence": ("présence du locataire", "entretien"),
    "met_on": ("date de l’entretien", "entretien"),
    "lawyer": ("défense devant le juge", "entretien"),
    "family": ("situation familiale", "essentiel"),
    "activity": ("activité du locataire", "menage"),
    "cause": ("cause principale de l’impayé", "essentiel"),
    "causes_story": ("ce qui s’est passé", "causes"),
    "resources": ("ressources", "essentiel"),
    "expenses": ("charges", "essentiel"),
    "debt_payments": ("mensualités des autres dettes", "dettes"),
    "rent_resumed": ("reprise du loyer courant", "essentiel"),
    "repayment_capacity": ("somme remboursable chaque mois", "demarches"),
    "devices": ("démarches engagées", "essentiel"),
    "wish": ("souhait du ménage", "essentiel"),
    "condition": ("état du logement", "logement"),
    "counted_on": ("décompte de la dette", "decompte"),
    "lawyer_read_on": ("relecture du décompte par l’ADIL", "decompte"),
    "tenant_says": ("observations du locataire", "observations"),
    "landlord_says": ("observations du bailleur", "observations"),
    "author_says": ("analyse du professionnel", "observations"),
    "advice": ("préconisations", "observations"),
    "asks_delay": ("délais demandés ou non", "juge"),
    "transmission_told_on": ("information du locataire sur la transmission", "juge"),
    "attempts": ("au moins une tentative de contact", ""),
}
"""What a sheet may need: its words, and the block in which it is answered."""

CHOICES = {"form": ("pdf", "text"), "rests_on": ("diagnosis", "attempts", "eviction")}
GRAMMAR = TextGrammar(
    fields=FIELDS,
    kinds={"heading": ("text",), "paragraph": ("text",), "section": ("section", "title"), "signature": ("items",)},
)


@dataclass(frozen=True, kw_only=True)
class DiagnosisSheet:
    code: str
    title: str
    """Its name in the product."""
    subject: str
    """Its heading on paper."""
    note: str = ""
    """What it is and is not, under its heading."""
    about: str
    addressee: str
    form: str = "pdf"
    """pdf, or text to copy into another software."""
    rests_on: str = "diagnosis"
    """diagnosis; attempts: to be made though nobody was met; eviction: as soon as an order to leave was served."""
    needs_agreement: bool = False
    """It leaves with the agreement of the household: it is neither kept nor printed before that is said."""
    asks: tuple[str, ...] = ()
    """What it cannot well do without: shown as missing, never refused."""
    blocks: tuple[TextBlock, ...]


def read_sheets(data: Mapping[str, Any]) -> dict[str, DiagnosisSheet]:
    """Code → sheet, in the order of the file. Refuses (`FaultyRules`) with all its faults at once."""
    rows = data.get("sheets", ())
    faults = [*row_faults(rows, DiagnosisSheet, name="Feuille", choices=CHOICES, more=_text_faults)]
    if not rows:
        faults.append("Le catalogue ne contient aucune feuille.")
    refuse_faults(faults)
    return {
        row["code"]: make_row(DiagnosisSheet, row, blocks=tuple(make_row(TextBlock, block) for block in row["blocks"]))
        for row in rows
    }


def _text_faults(row: DataRow, where: str) -> Iterator[str]:
    for code in row.get("asks", ()):
        if code not in ASKED:
            yield f"{where} : « {code} » n’est pas une réponse du diagnostic. Réponses connues : {', '.join(ASKED)}."
    texts = row["subject"], row.get("note", "")
    yield from GRAMMAR.find_faults(*texts, blocks=row["blocks"], where=where, more=_section_faults)


def _section_faults(block: DataRow, where: str) -> Iterator[str]:
    if block["kind"] == "section" and block.get("section") not in SECTIONS:
        yield f"{where} : la rubrique « {block.get('section', '')} » n’existe pas. Rubriques : {', '.join(SECTIONS)}."
