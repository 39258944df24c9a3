"""The texts of the sheets: what is refused when they are read."""

from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules.reading import FaultyRules, read_toml
from cases.rules.sheets import read_sheets
from cases.rules.texts import fill_text

FIRST_EDITION = read_toml(FOLDER / "sheets.toml")


def sheet(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    row = {"code": "note", "title": "Note", "subject": "Une note", "about": "Dire.", "addressee": "FSL"}
    return {"sheets": [row | {"blocks": list(blocks)} | fields]}


def test_the_first_edition_has_the_seven_sheets():
    sheets = read_sheets(FIRST_EDITION)
    assert list(sheets) == ["dsf", "fsl", "ccapex", "no_answer", "siao_alert", "ccapex_alert", "text"]
    assert [each.code for each in sheets.values() if each.form == "text"] == ["text"]
    assert [each.code for each in sheets.values() if each.rests_on == "attempts"] == ["no_answer"]
    assert [each.code for each in sheets.values() if each.rests_on == "eviction"] == ["siao_alert", "ccapex_alert"]


def test_the_sheet_of_the_dsf_has_the_rubrics_of_the_decree_and_says_that_it_is_not_the_form():
    dsf = read_sheets(FIRST_EDITION)["dsf"]
    sections = [block.section for block in dsf.blocks if block.section]
    assert {
        "author", "transmission", "tenant", "household", "support", "lease", "debt", "breakdown", "devices", "means",
        "budget", "analysis", "parties", "rehousing", "ccapex",
    } <= set(sections)  # fmt: skip
    assert "ne remplace pas" in dsf.note
    assert "CERFA n° 16227*01" in dsf.note


def test_a_sheet_that_leaves_the_circle_of_secrecy_says_no_more_than_it_must():
    sheets = read_sheets(FIRST_EDITION)
    detail = {"resources", "expenses", "debts", "household", "parties"}
    assert detail.isdisjoint(block.section for block in sheets["ccapex"].blocks)
    owed = {"debt", "breakdown", "summary", "budget", *detail}
    for code in ("no_answer", "siao_alert", "ccapex_alert"):
        assert owed.isdisjoint(block.section for block in sheets[code].blocks)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (sheet({"kind": "paragraph", "text": "{salary}"}), "bloc 1 : le champ « {salary} » n’existe pas."),
        (sheet({"kind": "section", "section": "pets"}), "bloc 1 : la rubrique « pets » n’existe pas."),
        (sheet({"kind": "section", "section": "debt", "title": "{x}"}), "le champ « {x} » n’existe pas."),
        (sheet({"kind": "section", "section": "debt", "text": "x"}), "« text » ne va pas avec section"),
        (sheet({"kind": "script", "text": "x"}), "nature « script » inconnue"),
        (sheet({"kind": "heading", "text": ""}), "le bloc est vide"),
        (sheet({"kind": "heading", "text": "x"}, note="{person"), "une accolade n’est pas fermée"),
        (sheet({"kind": "heading", "text": "x"}, form="odt"), "form = « odt » n’est pas connu"),
        (sheet({"kind": "heading", "text": "x"}, rests_on="rumour"), "rests_on = « rumour » n’est pas connu"),
        (sheet({"kind": "heading", "text": "x"}, asks=["shoe_size"]), "« shoe_size » n’est pas une réponse"),
        (sheet({"kind": "heading", "text": "x"}, colour="red"), "« colour » n’est pas connu"),
        (sheet(), "il manque blocks"),
        ({"sheets": []}, "ne contient aucune feuille"),
        ({"sheets": sheet({"kind": "heading", "text": "x"})["sheets"] * 2}, "ce code est donné deux fois"),
    ],
)
def test_a_faulty_sheet_is_refused_with_what_is_wrong(data, words):
    with pytest.raises(FaultyRules) as refused:
        read_sheets(data)
    assert words in "\n".join(refused.value.faults)


def test_a_value_that_looks_like_a_field_stays_as_it_is():
    assert fill_text("{person}, {hearing}", {"person": "{hearing}"}) == "{hearing}, …………"
