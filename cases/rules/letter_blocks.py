"""The blocks of a letter, as the pilot reads and types them: a plain text whose first signs say what each part is. Pure.

Parts are separated by an empty line. What has no sign is a paragraph.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SIGNS = {"#": "heading", "=": "closing"}
"""Sign at the head of a paragraph → kind of block of one text."""
ITEM_SIGNS = {"-": "list", ">": "references", "+": "attachments", "~": "signature"}
"""Sign at the head of each item → kind of block of several items."""
ARGUMENTS, STEPS, COMMON = "[arguments]", "[calcul]", "[texte "
HELP = (
    "Une ligne vide sépare les parties. Un paragraphe s’écrit tel quel ; « # » un titre, « > » les références, « - » une "
    "liste, « + » les pièces jointes, « = » la formule de fin, « ~ » la signature. [arguments] : ceux que le professionnel "
    "choisit ; [calcul] : les étapes d’un calcul ; [texte nom] : un texte commun. Les champs s’écrivent entre accolades : "
    "{person}."
)

Block = Mapping[str, Any]
_SIGN_OF = {kind: sign for sign, kind in (*SIGNS.items(), *ITEM_SIGNS.items())}


class UnreadableBlock(ValueError):
    """Which part cannot be read, in French."""


def to_text(blocks: Iterable[Block]) -> str:
    return "\n\n".join(_block_to_text(block) for block in blocks)


def _block_to_text(block: Block) -> str:
    kind = block["kind"]
    if kind == "arguments":
        return ARGUMENTS
    sign = _SIGN_OF.get(kind, "")
    if kind in ITEM_SIGNS.values():
        items = [*block.get("items", ()), *([STEPS] if block.get("each") else [])]
        return "\n".join(f"{sign} {item}" for item in items)
    text = f"{COMMON}{block['shared']}]" if block.get("shared") else block.get("text", "")
    return f"{sign} {text}".strip()


def to_blocks(text: str) -> list[dict[str, object]]:
    """Refuses (`UnreadableBlock`) a part whose lines do not have the same sign."""
    parts = "\n".join(line.strip() for line in text.splitlines()).split("\n\n")
    return [_read_block(part.strip().split("\n"), rank) for rank, part in enumerate(filter(str.strip, parts), start=1)]


def _read_block(lines: Sequence[str], rank: int) -> dict[str, object]:
    if lines[0] == ARGUMENTS:
        return {"kind": "arguments"}
    first = lines[0][:1]
    if first in ITEM_SIGNS:
        if any(line[:1] != first for line in lines):
            raise UnreadableBlock(
                f"Partie {rank} : commencer chaque ligne par « {first} », ou laisser une ligne vide."
            )
        items = [line[1:].strip() for line in lines]
        block: dict[str, Any] = {"kind": ITEM_SIGNS[first]}
        if STEPS in items:
            items.remove(STEPS)
            block["each"] = "steps"
        return block | ({"items": items} if items else {})
    kind = SIGNS.get(first, "paragraph")
    said = " ".join([lines[0][1:].strip() if first in SIGNS else lines[0], *lines[1:]])
    if said.startswith(COMMON) and said.endswith("]"):
        return {"kind": kind, "shared": said[len(COMMON) : -1].strip()}
    return {"kind": kind, "text": said}
