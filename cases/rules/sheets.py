"""The sheets that one diagnosis yields: read from data, checked, and filled. Pure.

A sheet is for a service, not for the household. Its text is data: titles, paragraphs with merge fields, and the
sections of the diagnosis in the order in which its reader looks for them. What a section says is not text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.rules.letters import BLANK, HOLE

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

FORMS = ("pdf", "text")
RESTS_ON = ("diagnosis", "attempts")

_KEYS = {"code", "title", "subject", "note", "about", "addressee", "form", "rests_on", "asks", "blocks"}
_NEEDED = ("code", "title", "subject", "about", "addressee", "blocks")
_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "heading": ("text",),
    "paragraph": ("text",),
    "section": ("section", "title"),
    "signature": ("items",),
}


class InvalidSheets(ValueError):
    """Every fault of a catalogue of sheets, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, kw_only=True)
class SheetBlock:
    kind: str
    text: str = ""
    section: str = ""
    title: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DiagnosisSheet:
    code: str
    title: str
    """Its name in the product."""
    subject: str
    """Its heading on paper."""
    note: str
    """What it is and is not, under its heading."""
    about: str
    addressee: str
    form: str
    """pdf, or text to copy into another software."""
    rests_on: str
    """diagnosis, or attempts: to be made though nobody was met."""
    asks: tuple[str, ...]
    """What it cannot well do without: shown as missing, never refused."""
    blocks: tuple[SheetBlock, ...]


def read_sheets(data: Mapping[str, Any]) -> dict[str, DiagnosisSheet]:
    """Code → sheet, in the order of the file. Refuses (`InvalidSheets`) with all its faults at once."""
    rows: Sequence[Mapping[str, Any]] = data.get("sheets", ())
    faults = [fault for row in rows for fault in _sheet_faults(row, codes=[each.get("code") for each in rows])]
    if not rows:
        faults.append("Le catalogue ne contient aucune feuille.")
    if faults:
        raise InvalidSheets(faults)
    return {row["code"]: _read_sheet(row) for row in rows}


def _read_sheet(row: Mapping[str, Any]) -> DiagnosisSheet:
    return DiagnosisSheet(
        code=row["code"],
        title=row["title"],
        subject=row["subject"],
        note=row.get("note", ""),
        about=row["about"],
        addressee=row["addressee"],
        form=row.get("form", "pdf"),
        rests_on=row.get("rests_on", "diagnosis"),
        asks=tuple(row.get("asks", ())),
        blocks=tuple(_read_block(block) for block in row["blocks"]),
    )


def _read_block(row: Mapping[str, Any]) -> SheetBlock:
    texts = {key: row.get(key, "") for key in ("text", "section", "title")}
    return SheetBlock(kind=row["kind"], items=tuple(row.get("items", ())), **texts)


def _sheet_faults(row: Mapping[str, Any], *, codes: list[Any]) -> Iterator[str]:
    where = f"Feuille « {row.get('code', 'sans code')} »"
    missing = [key for key in _NEEDED if not row.get(key)]
    if missing:
        yield f"{where} : il manque {', '.join(missing)}."
        return
    yield from (f"{where} : « {key} » n’est pas connu." for key in row if key not in _KEYS)
    if codes.count(row["code"]) > 1:
        yield f"{where} : ce code est donné deux fois."
    yield from _unknown_codes(row, where=where)
    for text in (row["subject"], row.get("note", "")):
        yield from _unknown_fields(text, where=where)
    for number, block in enumerate(row["blocks"], start=1):
        yield from _block_faults(block, where=f"{where}, bloc {number}")


def _unknown_codes(row: Mapping[str, Any], *, where: str) -> Iterator[str]:
    for key, known in (("form", FORMS), ("rests_on", RESTS_ON)):
        if row.get(key) and row[key] not in known:
            yield f"{where} : {key} = « {row[key]} » n’est pas connu. Valeurs possibles : {', '.join(known)}."
    for code in row.get("asks", ()):
        if code not in ASKED:
            yield f"{where} : « {code} » n’est pas une réponse du diagnostic. Réponses connues : {', '.join(ASKED)}."


def _block_faults(block: Mapping[str, Any], *, where: str) -> Iterator[str]:
    allowed = _BLOCKS.get(block.get("kind", ""))
    if allowed is None:
        yield f"{where} : nature « {block.get('kind', '')} » inconnue. Natures possibles : {', '.join(_BLOCKS)}."
        return
    for key in block:
        if key != "kind" and key not in allowed:
            yield f"{where} : « {key} » ne va pas avec {block['kind']}."
    if not any(block.get(key) for key in allowed):
        yield f"{where} : le bloc est vide."
    if block["kind"] == "section" and block.get("section") not in SECTIONS:
        yield f"{where} : la rubrique « {block.get('section', '')} » n’existe pas. Rubriques : {', '.join(SECTIONS)}."
    for text in (block.get("text", ""), block.get("title", ""), *block.get("items", ())):
        yield from _unknown_fields(text, where=where)


def _unknown_fields(text: str, *, where: str) -> Iterator[str]:
    for name in HOLE.findall(text):
        if name not in FIELDS:
            yield f"{where} : le champ « {{{name}}} » n’existe pas. Champs connus : {', '.join(FIELDS)}."
    if any(brace in HOLE.sub("", text) for brace in "{}"):
        yield f"{where} : une accolade n’est pas fermée."


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """One pass: braces inside a value are that value’s own. What isn’t known is left blank."""
    return HOLE.sub(lambda hole: values.get(hole[1]) or BLANK, text)
