"""The reference folder of an installation whose first city is not Grigny: invented, as small as it may be."""

from pathlib import Path

STRUCTURES = """
[territory]
code = "montclar"
name = "Montclar"
insee_codes = "99200"
postcode = "99210"
since = 2026-03-01

[[organisations]]
code = "caf-99"
name = "CAF du Val"
structures = [
    { code = "caf-99", kind = "caf_social", name = "CAF 99 – travail social" },
    { code = "caf-99-pilotage", kind = "caf_pilot", name = "CAF 99 – pilotage" },
]

[[organisations]]
code = "ville-montclar"
name = "Ville de Montclar"
structures = [
    { code = "ccas-montclar", kind = "ccas", name = "CCAS de Montclar" },
    { code = "ville-montclar", kind = "city", name = "Ville de Montclar" },
]

[[organisations]]
code = "habitat-du-val"
name = "Habitat du Val"
structures = [
    { code = "habitat-du-val", kind = "landlord", name = "Habitat du Val", landlord = { legal_type = "hlm", housing = "social" } },
]

[[organisations]]
code = "autres-bailleurs"
name = "Bailleurs non partenaires"
structures = [{ code = "autres-bailleurs", kind = "landlord", name = "Bailleurs non partenaires" }]
"""


def write_structures(folder: Path, *changes: tuple[str, str]) -> Path:
    """The folder, with these structures: each change replaces words of the file."""
    text = STRUCTURES
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    folder.mkdir(exist_ok=True)
    (folder / "structures.toml").write_text(text, encoding="utf-8")
    return folder
