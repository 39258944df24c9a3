"""What Relais says of the law, sentence by sentence, with its source: read from the rows of the catalogues. Pure.

A row says its own `reference` and `confidence`; where it says neither, its statement says that no source is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from cases.rules.deadline_context import CONTEXT
from cases.rules.reading import CONFIDENCES, make_row, parse_day, read_toml

Row = Mapping[str, Any]
REFERENCE = Path(__file__).parents[1] / "reference"
SURE = "H"


class StatementKind(StrEnum):
    RULE = "regle"
    REMEDY = "recours"
    LETTER = "courrier"
    AMOUNT = "montant"
    ROUTING = "orientation"


KINDS = {
    StatementKind.RULE: "Règle ou délai",
    StatementKind.REMEDY: "Voie de recours",
    StatementKind.LETTER: "Courrier ou feuille",
    StatementKind.AMOUNT: "Montant ou durée",
    StatementKind.ROUTING: "Orientation",
}


class LawAction(StrEnum):
    ARREARS = "impayes"
    OVERPAYMENTS = "indus"
    REFERENTS = "referents"
    COMMON = "commun"


ACTIONS = {
    LawAction.ARREARS: "Impayés de loyer (action 12)",
    LawAction.OVERPAYMENTS: "Trop-perçus (action 13)",
    LawAction.REFERENTS: "Référents (action 11)",
    LawAction.COMMON: "Commun",
}
ACTION_OF_FACTS = {
    "overpayment": LawAction.OVERPAYMENTS,
    "overpayment_steps": LawAction.OVERPAYMENTS,
    "overpayment_questions": LawAction.OVERPAYMENTS,
    "coordination": LawAction.REFERENTS,
}
"""By the procedure whose dated facts begin a delay."""


@dataclass(frozen=True, kw_only=True)
class LegalStatement:
    """One thing that Relais says of the law, and where it comes from."""

    catalogue: str
    """That of its edition, or the name of a file of the product."""
    code: str
    """Once in its catalogue, as addresses write it."""
    kind: StatementKind
    action: LawAction
    title: str
    says: tuple[str, ...]
    reference: str
    confidence: str
    row: Any
    """What it says as data: another row, and it must be read again."""

    @property
    def is_sure(self) -> bool:
        return self.confidence == SURE and (bool(self.reference) or self.kind == StatementKind.ROUTING)

    @property
    def confidence_words(self) -> str:
        return CONFIDENCES.get(self.confidence, "aucune confiance n’est écrite")


@dataclass(frozen=True, kw_only=True)
class StatementPart:
    """Where a catalogue holds such rows: a list, or one table."""

    catalogue: str
    part: str
    kind: StatementKind
    action: LawAction
    name: str = ""
    """Before the title of each, or of the only one."""
    says: tuple[str, ...] = ()
    """Columns that say it in words."""
    code: str = "code"
    """The column by which a row is known."""


_ARREARS, _OVERPAYMENTS, _COMMON = LawAction.ARREARS, LawAction.OVERPAYMENTS, LawAction.COMMON
PARTS = (
    StatementPart(
        catalogue="letters", part="letters", kind=StatementKind.LETTER, action=_ARREARS, says=("subject", "about")
    ),
    StatementPart(
        catalogue="sheets", part="sheets", kind=StatementKind.LETTER, action=_ARREARS, says=("subject", "about")
    ),
    StatementPart(
        catalogue="tenant_letters", part="letters", kind=StatementKind.LETTER, action=_ARREARS,
        name="Avec le locataire : ", says=("about",),
    ),
    StatementPart(
        catalogue="tenant_letters", part="limits", kind=StatementKind.AMOUNT, action=_ARREARS,
        name="Courriers du locataire : ", says=("most",), code="field",
    ),
    StatementPart(
        catalogue="plans", part="limits", kind=StatementKind.AMOUNT, action=_ARREARS, name="Plan d’apurement : ",
        says=("months",), code="author",
    ),
    StatementPart(
        catalogue="plans", part="protocol", kind=StatementKind.AMOUNT, action=_ARREARS, name="Protocole de cohésion sociale",
        says=("months",),
    ),
    StatementPart(
        catalogue="plans", part="default_plan", kind=StatementKind.AMOUNT, action=_ARREARS, name="Plan par défaut",
        says=("months",),
    ),
    StatementPart(
        catalogue="rent_checks", part="checks", kind=StatementKind.RULE, action=_ARREARS,
        name="Vérifier la dette : ", says=("look", "effect", "in_letter"),
    ),
    StatementPart(
        catalogue="overpayments", part="checks", kind=StatementKind.RULE, action=_OVERPAYMENTS,
        name="Mention de la notification : ", says=("missing", "act"),
    ),
    StatementPart(
        catalogue="overpayment_letters", part="letters", kind=StatementKind.LETTER, action=_OVERPAYMENTS,
        says=("subject", "about"),
    ),
    StatementPart(
        catalogue="overpayment_letters", part="arguments", kind=StatementKind.LETTER, action=_OVERPAYMENTS,
        name="Argument : ", says=("text",),
    ),
    StatementPart(catalogue="withholding", part="scales", kind=StatementKind.AMOUNT, action=_OVERPAYMENTS, name="Barème des retenues : "),
    StatementPart(
        catalogue="withholding", part="legal_aid", kind=StatementKind.AMOUNT, action=_COMMON,
        name="Aide juridictionnelle : ",
    ),
    StatementPart(
        catalogue="withholding", part="household", kind=StatementKind.AMOUNT, action=_OVERPAYMENTS,
        name="Retenues : parts du foyer",
    ),
    StatementPart(
        catalogue="withholding", part="housing", kind=StatementKind.AMOUNT, action=_OVERPAYMENTS,
        name="Retenues : loyer inconnu",
    ),
    StatementPart(
        catalogue="withholding", part="fraud", kind=StatementKind.AMOUNT, action=_OVERPAYMENTS,
        name="Retenues : majoration pour fraude",
    ),
    StatementPart(
        catalogue="withholding", part="revision", kind=StatementKind.AMOUNT, action=_OVERPAYMENTS,
        name="Retenues : nouveau calcul",
    ),
    StatementPart(
        catalogue="debt_lines", part="bars", kind=StatementKind.RULE, action=_OVERPAYMENTS,
        name="Recouvrement arrêté pendant ", says=("because",), code="rule",
    ),
    StatementPart(
        catalogue="protections", part="protections", kind=StatementKind.RULE, action=_COMMON,
        name="Personne protégée : ", says=("acts", "letters"),
    ),
    StatementPart(
        catalogue="solidarity", part="grounds", kind=StatementKind.RULE, action=_ARREARS,
        name="Fin de la solidarité : ", says=("event", "means", "proof"),
    ),
    StatementPart(
        catalogue="thresholds", part="regimes", kind=StatementKind.AMOUNT, action=_ARREARS, name="Seuil de l’impayé, régime ",
    ),
    StatementPart(
        catalogue="retention", part="limit", kind=StatementKind.AMOUNT, action=_COMMON, name="Conservation : ", code="kind",
        says=("counted_from",),
    ),
)  # fmt: skip
FILES = ("debt_lines", "thresholds", "retention", "protections", "solidarity")
"""Those that no edition holds: they are as the release writes them."""
PLAN_AUTHORS = {
    "landlord": "bailleur",
    "caf": "CAF",
    "fsl": "FSL",
    "judge": "juge",
    "social_worker": "travailleur social",
}
LIMITED_FIELDS = {
    "months": "délais de paiement demandés au juge",
    "leave_months": "délais pour quitter le logement",
}
REMEDY_PARTS = {
    "contest": "à qui écrire d’abord",
    "silence": "ce que vaut le silence",
    "court": "quel juge",
    "suspension": "ce qui arrête le recouvrement",
    "waiver": "qui peut remettre la dette",
    "refusal": "refus de remise",
    "withholding": "ce qui limite une retenue",
    "prescription": "prescription",
    "floor": "somme en dessous de laquelle rien n’est réclamé",
}


def read_statements(catalogue: str, parameters: Mapping[str, Any]) -> Iterator[LegalStatement]:
    """Those of a catalogue whose rows are in its parameters, or of a file of the product."""
    for part in PARTS:
        if part.catalogue == catalogue and part.part in parameters:
            yield from _statements_of(part, parameters[part.part])
    if catalogue == "remedies":
        yield from _remedies(parameters.get("rows", ()))


def _statements_of(part: StatementPart, found: Row | Sequence[Row]) -> Iterator[LegalStatement]:
    if isinstance(found, Mapping):
        yield _statement(part, found, code=part.part, title=part.name)
        return
    for row in found:
        code = str(row[part.code])
        words = row.get("title") or row.get("label") or {**PLAN_AUTHORS, **LIMITED_FIELDS}.get(code, code)
        yield _statement(part, row, code=code, title=f"{part.name}{words}")


def _statement(part: StatementPart, row: Row, *, code: str, title: str) -> LegalStatement:
    said = [
        f"{row[name]} mois" if name in ("months", "most") else str(row[name]) for name in part.says if row.get(name)
    ]
    return LegalStatement(
        catalogue=part.catalogue,
        code=code,
        kind=part.kind,
        action=part.action,
        title=title[:1].upper() + title[1:],
        says=tuple(said or _numbers(row)),
        reference=row.get("reference", ""),
        confidence=row.get("confidence", ""),
        row=row,
    )


_NUMBER_WORDS = {
    "single": "personne seule : {} part",
    "couple": "couple : {} parts",
    "child": "par enfant : {} part",
    "share": "{} % des ressources et prestations",
    "increase": "{} % de plus",
    "repeat_years": "doublée en cas de nouvelle fraude dans les {} ans",
    "change": "dès que le résultat bouge de {} %",
    "monthly_dues": "{} mois de ce que doit le locataire",
    "amount": "plus de {} €",
    "months_after_default": "ou un premier impayé non apuré après {} mois",
    "flat": "somme fixe de {} €",
    "presumed": "revenu réputé de {} €",
}


def _numbers(row: Row) -> Iterator[str]:
    for name, words in _NUMBER_WORDS.items():
        if name in row:
            yield words.format(row[name])
    for each in row.get("slices", ()):
        yield f"{each['rate']} % à partir de {each['above']} €"
    for each in row.get("households", ()):
        yield f"foyer de {each['persons']} : aide totale jusqu’à {each['full']} €, partielle jusqu’à {each['partial']} €"


def _remedies(rows: Iterable[Row]) -> Iterator[LegalStatement]:
    benefits, operators = CONTEXT["benefit"].choices, CONTEXT["operator"].choices
    for row in rows:
        who = " et ".join(benefits.get(code, code) for code in row["benefits"])
        by = ", ".join(operators.get(code, code) for code in row["operators"])
        since = f", depuis le {date.fromisoformat(row['from']):%d/%m/%Y}" if "from" in row else ""
        until = f", jusqu’au {date.fromisoformat(row['until']):%d/%m/%Y}" if "until" in row else ""
        for name, words in REMEDY_PARTS.items():
            if name in row:
                yield LegalStatement(
                    catalogue="remedies",
                    code=f"{code_of_remedy(row)}-{name}",
                    kind=StatementKind.AMOUNT if name == "floor" else StatementKind.REMEDY,
                    action=LawAction.OVERPAYMENTS,
                    title=f"{who} ({by}{since}{until}) : {words}",
                    says=tuple(_remedy_words(row[name])),
                    reference=row[name].get("reference", ""),
                    confidence=row[name].get("confidence", ""),
                    row=row[name],
                )


def code_of_remedy(row: Row) -> str:
    """Its own, once a pilot wrote it; of the reference file: its benefits, its operators and its first day, which no other has."""
    if row.get("code"):
        return str(row["code"])
    since = [row["from"]] if "from" in row else ["avant", row["until"]] if "until" in row else []
    return "-".join([*row["benefits"], *row["operators"], *since])


def _remedy_words(part: Row) -> Iterator[str]:
    words = {
        "authority": "{}",
        "by": "{}",
        "criterion": "critère : {}",
        "rule": "délai {}",
        "silent_rule": "après le silence : délai {}",
        "months": "{} mois",
        "ordinary": "{} ans",
        "fraud": "fraude : {}",
        "share": "{} % de ce qui est versé",
        "amount": "{} €",
        "reason": "{}",
        "note": "{}",
    }
    courts = CONTEXT["court"].choices
    court = part.get("court") or part.get("code") or ""
    if court in courts:
        yield courts[court]
    yield from (text.format(part[name]) for name, text in words.items() if part.get(name))


# What a release has read, and what falls due every year


@dataclass(frozen=True, kw_only=True)
class YearlyAmount:
    """Values that the law changes every year: somebody types them, by a day."""

    code: str
    title: str
    catalogue: str
    part: str
    month: int
    day: int
    reference: str

    def due_on(self, year: int) -> date:
        return date(year, self.month, self.day)

    def is_typed(self, parameters: Mapping[str, Any], *, year: int) -> bool:
        return any(_holds_in(row, year) for row in parameters.get(self.part, ()))


def _holds_in(row: Row, year: int) -> bool:
    since = parse_day(row.get("from"))
    return since is not None and since.year == year


@dataclass(frozen=True, kw_only=True)
class LawReadings:
    yearly: tuple[YearlyAmount, ...]
    read_on: Mapping[tuple[str, str], date]
    """Catalogue and code → the day on which its text was read for a release."""


@cache
def load_readings(path: Path = REFERENCE / "law.toml") -> LawReadings:
    data = read_toml(path)
    return LawReadings(
        yearly=tuple(make_row(YearlyAmount, row) for row in data["yearly"]),
        read_on={
            (catalogue, code): reading["on"]
            for reading in data["readings"]
            for catalogue, codes in reading["codes"].items()
            for code in codes
        },
    )


@cache
def load_file_statements() -> tuple[LegalStatement, ...]:
    """Those of the files that no edition holds."""
    return tuple(each for name in FILES for each in read_statements(name, read_toml(REFERENCE / f"{name}.toml")))
