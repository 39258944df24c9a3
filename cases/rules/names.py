"""Names as people write them, reduced to what can be compared: N’Diaye, NDIAYE and n'diaye are one key."""

import string
import unicodedata
from functools import lru_cache

# Letters that have no accent to take off: Unicode does not decompose them.
LETTERS = str.maketrans(
    {"Œ": "OE", "Æ": "AE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ẞ": "SS", "İ": "I", "ı": "I"}
)
APOSTROPHES = "'’‘ʼ`´ʻʿʾ"
LOST_LETTERS = "?\ufffd"  # what an old code page leaves of a letter it does not have: ?AHIN for ŞAHIN
LOST = "?"
PLAIN: dict[int, str | None] = {
    ord(c): c if c in string.ascii_uppercase + string.digits + LOST else " " for c in map(chr, range(128))
}
PLAIN |= {ord(c): None for c in APOSTROPHES if c.isascii()}
REMEMBERED = 1 << 16
"""A file compares the same names again and again: what they are reduced to is kept, for so many of them."""


@lru_cache(maxsize=REMEMBERED)
def normalise_text(text: str) -> str:
    """Upper case, no accent, no apostrophe; anything else that is not a letter or a figure becomes one space."""
    if text.isascii():
        return " ".join(text.upper().translate(PLAIN).split())
    upper = text.translate(LETTERS).upper().translate(LETTERS)
    kept = []
    for character in unicodedata.normalize("NFD", upper):
        if character in LOST_LETTERS:
            kept.append(LOST)
        elif character.isalnum():
            kept.append(character)
        elif character not in APOSTROPHES and not unicodedata.combining(character):
            kept.append(" ")
    return " ".join("".join(kept).split())


def name_key(last_name: str, first_name: str = "") -> str:
    """Same key for Petit-Jean Marie, PETIT JEAN Marie and Marie PETIT-JEAN: the words of the name, sorted."""
    return " ".join(sorted(normalise_text(f"{last_name} {first_name}").split()))


def without_spaces(text: str) -> str:
    """The name without its spaces: LE GOFF and LEGOFF, PETIT-JEAN and PETITJEAN."""
    return normalise_text(text).replace(" ", "")


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are the same letter for letter, a lost letter standing for any letter."""
    left, right = without_spaces(one), without_spaces(other)
    if len(left) != len(right) or not left:
        return False
    if left == right or LOST not in left + right:
        return left == right
    return all(a == b or LOST in (a, b) for a, b in zip(left, right, strict=True))


def full_name(usual_name: str, first_names: str) -> str:
    """As lists and letters call a person."""
    return f"{usual_name.upper()} {first_names}".strip()
