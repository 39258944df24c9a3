"""The sheets that a diagnosis yields: what each misses, and what each says."""

from datetime import date
from typing import Any

from cases.actions.rules_in_force import find_edition
from cases.diagnosis.sections import DiagnosisContent, DiagnosisSection
from cases.letters.compose import polite_name
from cases.models import ContactAttempt, Diagnostic, Edition, Structure, User
from cases.rules.sheets import ASKED, DiagnosisSheet, read_sheets
from cases.rules.texts import Filled, TextBlock, fill_text
from cases.rules.tracks import load_tracks
from cases.templatetags.relais import long_date, short_date

UNKNOWN = "non renseigné"
HEARING = "hearing"


def sheets_in_force(*, on: date, territory: str) -> tuple[Edition, dict[str, DiagnosisSheet]]:
    """The edition of that day and its sheets, by code."""
    edition = find_edition(Edition.Catalogue.SHEETS, on=on, territory=territory)
    return edition, read_sheets(edition.parameters)


def missing_answers(sheet: DiagnosisSheet, said: DiagnosisContent) -> list[tuple[str, str]]:
    """What the sheet asks for and nobody has answered: words, and the block where to answer."""
    return [ASKED[code] for code in sheet.asks if not is_known(code, said)]


def is_known(code: str, said: DiagnosisContent) -> bool:
    if code == "devices":
        return said.diagnostic.nothing_asked or bool(said.setting.lines("devices"))
    if code == "activity":
        return any(line and line.activity for person, _, line in said.people if person == said.holder)
    if code == "debt_payments":
        return said.debt_payments is not None
    if code == "attempts":
        return bool(said.attempts)
    return getattr(said.diagnostic, code) not in (None, "", [])


def compose(sheet: DiagnosisSheet, said: DiagnosisContent, *, by: User, structure: Structure) -> Filled:
    """The sheet in words. What isn’t known is said to be so: a reader must not take it for a no."""
    values = _values(said, by=by, structure=structure)
    blocks = [made for block in sheet.blocks for made in _fill_block(block, said, values)]
    return Filled(
        subject=fill_text(sheet.subject, values),
        blocks=({"kind": "note", "text": fill_text(sheet.note, values)}, *blocks),
    )


def as_text(filled: Filled) -> str:
    """The same, for a software that knows no layout."""
    return (
        "\n".join([filled.subject.upper(), *(line for block in filled.blocks for line in _text_of(block))]).strip()
        + "\n"
    )


def _values(said: DiagnosisContent, *, by: User, structure: Structure) -> dict[str, str]:
    days = [attempt.made_on for attempt in said.attempts]
    hearing = next((on for on, kind, _ in reversed(said.milestones) if kind == HEARING), None)
    return {
        "person": polite_name(said.holder) if said.holder else "",
        "reference": said.case.reference,
        "structure": structure.name,
        "professional": by.get_full_name(),
        "today": long_date(said.on),
        "attempt_count": f"{len(days)} tentative{'s' if len(days) > 1 else ''}" if days else "",
        "attempt_span": _span(days),
        "hearing": long_date(hearing) or "pas de date connue",
    }


def _span(days: list[date]) -> str:
    if len(set(days)) < 2:
        return f"le {short_date(days[0])}" if days else ""
    return f"du {short_date(min(days))} au {short_date(max(days))}"


def is_sheet_applicable(sheet: DiagnosisSheet, said: DiagnosisContent, *, last: Diagnostic | None) -> bool:
    """What was tried is reported when nobody answered, or when the diagnosis was ended so; not while it is being made. An
    alert, while an eviction goes on."""
    if sheet.rests_on == "eviction":
        return is_eviction_under_way(said)
    if sheet.rests_on != "attempts":
        return True
    if last and last.completeness == Diagnostic.Completeness.DEFAULT:
        return True
    return all(attempt.result != ContactAttempt.Result.REACHED for attempt in said.attempts)


def is_eviction_under_way(said: DiagnosisContent) -> bool:
    state = load_tracks().court.position(said.dated_facts, on=said.on).state
    return state is not None and state.is_urgent and not state.is_settled


def _fill_block(block: TextBlock, said: DiagnosisContent, values: dict[str, str]) -> list[dict[str, Any]]:
    if block.kind == "section":
        return of_section(said.section(block.section), title=fill_text(block.title, values))
    if block.kind == "signature":
        return [{"kind": "signature", "items": [fill_text(item, values) for item in block.items]}]
    return [{"kind": block.kind, "text": fill_text(block.text, values)}]


def of_section(section: DiagnosisSection, *, title: str = "") -> list[dict[str, Any]]:
    """The blocks of a section, as the typesetter and the preview show them."""
    made: list[dict[str, Any]] = []
    if section.facts:
        made.append({"kind": "facts", "rows": [[term, value or UNKNOWN] for term, value in section.facts]})
    if table := section.table:
        rows = [[cell or UNKNOWN for cell in row] for row in table.rows]
        made.append(
            {
                "kind": "table",
                "title": title or section.title,
                "columns": list(table.columns),
                "rows": rows,
                "total": list(table.total),
                "sums": table.sums,
            }
        )
    made += [{"kind": "written", "label": label, "text": text} for label, text in section.texts]
    return [{"kind": "section", "text": title or section.title}, *(made or [{"kind": "paragraph", "text": UNKNOWN}])]


def _text_of(block: dict[str, Any]) -> list[str]:
    kind = block["kind"]
    if kind in ("section", "heading"):
        return ["", block["text"].upper()]
    if kind == "facts":
        return [f"{term} : {value}" for term, value in block["rows"]]
    if kind == "table":
        lines = [" ; ".join(row) for row in block["rows"]]
        return lines + ([" ; ".join(filter(None, block["total"]))] if block["total"] else [])
    if kind == "written":
        return [f"{block['label']} :", block["text"]]
    return [*block.get("items", [])] or [block["text"]]
