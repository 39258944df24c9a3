"""The kit of docs/donnees-personnelles/ names proofs that exist, and says of each measure where it stands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KIT = sorted((ROOT / "docs" / "donnees-personnelles").glob("*.md"))
EXPECTED = {
    "README.md",
    "aipd.md",
    "annexe-responsables-conjoints.md",
    "asvs.md",
    "cout-pour-les-agents.md",
    "dossier-homologation.md",
    "notice-information.md",
    "registre.md",
}
ANY_TEST = re.compile(r"tests/[\w/]+\.py")
A_TEST = re.compile(r"^ *def test_\w+\(", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)\)")
STATE = re.compile(r"^(`tests/[\w/]+\.py`|ouvert\b.*|sans objet : .+)$")
ROW = re.compile(r"^\| (?P<number>\d[\d.]*\d(?:–\d[\d.]*\d)?) \| (?P<words>[^|]+) \| (?P<state>[^|]+) \|$")
PROOFS = re.compile(r"`tests/|\bouvert\b|\[à compléter|\]\(")
WRITTEN_AT = "28 novembre 2026"


def test_the_kit_is_whole():
    assert {page.name for page in KIT} == EXPECTED


@pytest.mark.parametrize("page", KIT, ids=lambda page: page.name)
def test_every_test_and_every_page_that_the_kit_names_exists(page: Path):
    text = page.read_text()
    named = {name: ROOT / name for name in ANY_TEST.findall(text)}
    assert [name for name, file in named.items() if not (file.is_file() and A_TEST.search(file.read_text()))] == []
    assert [name for name in LINK.findall(text) if not (page.parent / name).is_file()] == []
    assert WRITTEN_AT in text, "a page of the kit is dated"


def test_each_requirement_of_asvs_is_proved_or_said_open_and_all_are_there():
    text = (ROOT / "docs" / "donnees-personnelles" / "asvs.md").read_text()
    rows = [found.groupdict() for found in map(ROW.match, text.splitlines()) if found]
    assert [row["number"] for row in rows if not STATE.match(row["state"])] == []
    assert sum(count_requirements(row["number"]) for row in rows) == 253
    counted = [
        sum(count_requirements(row["number"]) for row in rows if row["state"].startswith(state)) for state in STATES
    ]
    said = re.search(r"\*\*(\d+)\*\* prouvées par un essai, \*\*(\d+)\*\* ouvertes, \*\*(\d+)\*\* sans objet", text)
    assert said
    assert [int(number) for number in said.groups()] == counted


STATES = ("`tests/", "ouvert", "sans objet")


def count_requirements(number: str) -> int:
    """10.4.1–10.4.11 are eleven; of 4.4.1 to 4.4.4 each is of level 1 or 2."""
    first, _, last = number.partition("–")
    return int(last.rpartition(".")[2]) - int(first.rpartition(".")[2]) + 1 if last else 1


def test_each_measure_of_the_homologation_names_its_proof_or_says_that_it_is_open():
    text = (ROOT / "docs" / "donnees-personnelles" / "dossier-homologation.md").read_text()
    measures = re.findall(r"^\| ([A-Z]\d+) \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE)
    assert len(measures) == 49
    assert [number for number, proof in measures if not PROOFS.search(proof)] == []
