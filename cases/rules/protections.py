"""What the legal protection of an adult changes: who is served, who signs. Rows of `cases/reference/protections.toml`. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cases.rules.french import of_name
from cases.rules.reading import CONFIDENCES, make_row, read_toml, refuse_faults, row_faults
from cases.rules.texts import Filled

REFERENCE = Path(__file__).parents[1] / "reference" / "protections.toml"
GUARDIAN, BOTH, PERSON = "guardian", "both", "person"
REFUSED, WARNED = "refused", "warned"


@dataclass(frozen=True, kw_only=True)
class ProtectionRule:
    """What a kind of protection changes."""

    code: str
    label: str
    guardian: str
    """Who protects: a man, or a service."""
    guardian_f: str
    guardians: str
    """Several named together."""
    served: str
    signs: str
    without_guardian: str = ""
    """What becomes of a letter in her name that the guardian does not sign: refused, said, or nothing."""
    acts: str
    letters: str
    reference: str
    confidence: str
    read_on: date | None = None
    """When its text was last read; None: an excerpt alone, or nothing."""

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"


def read_protections(rows: Sequence[Mapping[str, object]]) -> Mapping[str, ProtectionRule]:
    """Kind → what it changes. Refuses (`FaultyRules`) a row that says what is not known."""
    choices = {
        "served": (GUARDIAN, BOTH, PERSON),
        "signs": (GUARDIAN, BOTH, PERSON),
        "without_guardian": (REFUSED, WARNED),
        "confidence": CONFIDENCES,
    }
    refuse_faults(row_faults(rows, ProtectionRule, name="Mesure de protection", choices=choices))
    return MappingProxyType({str(row["code"]): make_row(ProtectionRule, row) for row in rows})


SEVERAL = " et "
"""Between the names of two who are named together, in the one field that says who protects."""

PROTECTIONS = read_protections(read_toml(REFERENCE)["protections"])


def sign_letter(
    filled: Filled, *, rule: ProtectionRule, person: str, guardian: str, judged: str, several: bool = False
) -> Filled:
    """A letter in the name of a protected person, as it is to be signed. `judged`: the judgment, in words; `several`: who
    represent her together."""
    blocks = list(filled.blocks)
    if rule.signs == PERSON:
        return filled
    if rule.signs == GUARDIAN:
        writes, represents = ("Nous écrivons", "nous représentons") if several else ("J’écris", "je représente")
        said = f"{writes} au nom {of_name(person)}, que {represents} ({judged}). Dans ce courrier, « je » désigne {person}."
        _insert_after_greeting(blocks, said)
    lines = signature_lines(rule, person=person, guardian=guardian, judged=judged)
    signed = [{**block, "items": lines} if block["kind"] == "signature" else block for block in blocks]
    return replace(filled, blocks=tuple(signed))


def sign_in_place(filled: Filled, *, rule: ProtectionRule, person: str, guardian: str, judged: str) -> Filled:
    """A paper of another that a protected person signs as well: her line changes, and it says first who speaks for her."""
    lines = signature_lines(rule, person=person, guardian=guardian, judged=judged)
    if rule.signs == GUARDIAN:
        lines = [f"{line} ({judged})" for line in lines]
    signed = [
        {**block, "items": [line for item in block["items"] for line in (lines if person in item else [item])]}
        if block["kind"] == "signature"
        else block
        for block in filled.blocks
    ]
    if rule.signs == GUARDIAN:
        said = f"Ce document est signé au nom {of_name(person)} par {guardian} ({judged}). « Je » et « mon » y désignent {person}."
        first = next((at for at, block in enumerate(signed) if block["kind"] == "paragraph"), 0)
        signed.insert(first, {"kind": "paragraph", "text": said, "items": [], "columns": [], "rows": []})
    return replace(filled, blocks=tuple(signed))


def signature_lines(rule: ProtectionRule, *, person: str, guardian: str, judged: str) -> list[str]:
    """Who signs what is written in the name of a protected person."""
    return {
        GUARDIAN: [f"{guardian}, pour {person}"],
        BOTH: [person, f"Avec l’assistance de {guardian} ({judged})"],
        PERSON: [person],
    }[rule.signs]


def sign_in_turn(filled: Filled, lines: Iterable[str], *, said: Iterable[str] = ()) -> Filled:
    """A letter of several persons, as it is to be signed; `said`: who signs for whom, in words, before what they ask."""
    blocks = [{**block, "items": list(lines)} if block["kind"] == "signature" else block for block in filled.blocks]
    for words in reversed(list(said)):
        _insert_after_greeting(blocks, words)
    return replace(filled, blocks=tuple(blocks))


def address_letter(filled: Filled, *, rule: ProtectionRule, person: str, role: str) -> Filled:
    """A letter to a protected person, as it is to be sent: to who represents her, if anybody does.

    It never says that a copy was sent: nobody knows of it when it is printed.
    """
    blocks = list(filled.blocks)
    if rule.served == GUARDIAN:
        said = f"Vous recevez ce courrier parce que vous êtes {role} {of_name(person)} : « vous » y désigne {person}."
        _insert_after_greeting(blocks, said)
    return replace(filled, blocks=tuple(blocks))


def _insert_after_greeting(blocks: list[dict[str, Any]], said: str) -> None:
    first = next((at for at, block in enumerate(blocks) if block["kind"] == "paragraph"), -1)
    blocks.insert(first + 1, {"kind": "paragraph", "text": said})
