"""The total that a file says itself, beside what was read of its lines."""

from decimal import Decimal
from pathlib import Path

import pytest

from workflows.imports.columns import suggest_mapping
from workflows.imports.read import read_table
from workflows.imports.stated_total import read_stated_total

LINES = "Réf. locataire;Nom;Prénom;Solde débiteur\nL1;MARTIN;Alice;1 060,00\nL2;PETIT;Zoé;500,50\n"


def total(tmp_path: Path, foot: str) -> Decimal | None:
    file = tmp_path / "impayes.csv"
    file.write_text(LINES + foot)
    table = read_table(file)
    return read_stated_total(table, suggest_mapping(table.headings))


@pytest.mark.parametrize(
    ("foot", "expected"),
    [
        ("Total;;;1 560,50\n", "1560.50"),
        (";;;1 560,50 €\n", "1560.50"),
        ("Sous-total Plaine;;;1 060,00\nTotal général;;;1 560,50\n", "1560.50"),
        ("Total Plaine;;;1 060,00\nTotal Sablons;;;500,50\nTotal;;;1 560,50\n", "1560.50"),
        ("TOTAUX;;;2 000,00\n", "2000.00"),
        ("Total;;;12 345 678,90\n", "12345678.90"),
    ],
)
def test_a_total_is_recognised(tmp_path, foot, expected):
    assert total(tmp_path, foot) == Decimal(expected)


@pytest.mark.parametrize(
    "foot",
    [
        "",
        "Total;;;mille\n",
        "Total Plaine;;;1 060,00\nTotal Sablons;;;500,50\n",
        "Sous-total;;;10,00\n",
        "Nombre;;;\n",
    ],
)
def test_none_is_invented(tmp_path, foot):
    assert total(tmp_path, foot) is None
