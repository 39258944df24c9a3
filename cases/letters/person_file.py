"""The file of a person as she is given it: a readable PDF, the same as JSON, and the pieces, in one zip."""

import json
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import IO

from cases.actions.person_file import PersonItem
from cases.letters.typeset import typeset_sheet
from cases.models.person_files import PersonFile
from cases.rules.texts import Filled

MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of each file of the zip: the same file gives the same bytes."""
UNPRINTABLE = "(texte que la police ne peut pas écrire : voir dossier.json)"


def write_person_file(
    out: IO[bytes],
    items: Sequence[PersonItem],
    *,
    given_keys: Collection[str],
    withheld: Mapping[str, str],
    controller: str,
    reference: str,
    on: date,
) -> None:
    """Of what is known now, only what was reviewed and given: what came since waits for another request."""
    given = [item for item in items if item.key in given_keys]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        _add(made, "dossier.json", json.dumps(_as_data(given, withheld), ensure_ascii=False, indent=1).encode())
        _add(made, "dossier.pdf", _as_pdf(given, withheld, controller=controller, reference=reference, on=on))
        for item in given:
            if item.file and item.file.storage.exists(str(item.file.name)):
                with item.file.open() as content:
                    _add(made, f"pieces/{item.key}.{item.extension}", content.read())


def _add(made: zipfile.ZipFile, name: str, content: bytes) -> None:
    made.writestr(zipfile.ZipInfo(name, MOMENT), content, compress_type=zipfile.ZIP_DEFLATED)


def _as_data(given: Sequence[PersonItem], withheld: Mapping[str, str]) -> dict[str, object]:
    return {
        "format": 1,
        "elements": [
            {
                "id": item.key,
                "rubrique": item.section,
                "contenu": dict(item.facts),
                **({"piece": f"pieces/{item.key}.{item.extension}"} if item.file else {}),
            }
            for item in given
        ],
        "retenus": count_withheld(withheld),
    }


def count_withheld(withheld: Mapping[str, str]) -> dict[str, int]:
    """How many items were withheld for each reason: the person is told it, and may complain."""
    labels = [PersonFile.Why(why).label for why in withheld.values()]
    return {label: labels.count(label) for label in sorted(set(labels))}


def _as_pdf(
    given: Sequence[PersonItem], withheld: Mapping[str, str], *, controller: str, reference: str, on: date
) -> bytes:
    blocks: list[dict[str, object]] = []
    for section, items in groupby(given, key=lambda item: item.section):
        blocks.append({"kind": "heading", "text": section})
        blocks += [
            {"kind": "list", "items": [f"{term} : {_printable(value)}" for term, value in item.facts]}
            for item in items
            if item.facts
        ]
    if withheld:
        blocks.append({"kind": "heading", "text": "Ce qui n’est pas communiqué"})
        kept = [
            f"{count} élément{'s' if count > 1 else ''} : {label}" for label, count in count_withheld(withheld).items()
        ]
        blocks.append({"kind": "list", "items": kept})
        blocks.append({"kind": "paragraph", "text": "Vous pouvez contester ce choix auprès de la CNIL (www.cnil.fr)."})
    filled = Filled(subject="Vos données dans Relais", blocks=tuple(blocks))
    return typeset_sheet(filled, sender=(controller,), reference=reference, made_on=on)


def _printable(text: str) -> str:
    """Letters that the fonts have; anything else is in the JSON."""
    return text if all(ord(sign) < 0x250 or sign in "’‘“”–—…€•\u202f" for sign in text) else UNPRINTABLE
