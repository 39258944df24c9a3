"""The sheet that says to a person who follows her: on one page, in two ways."""

import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from cases.letters import referent_sheet as sheets
from cases.rules.opening_hours import read_day
from tests.cases.actions.test_referents import coordinated, followed, somebody
from tests.factories import NOON, member, structure

pytestmark = pytest.mark.django_db


def printed(*, easy: bool, **own: Any) -> PdfReader:
    text = sheets.sheet_for(easy=easy, on=NOON.date(), territory="grigny")
    assert text
    own["on"] = NOON.date()
    return PdfReader(BytesIO(sheets.typeset_referent_sheet(sheets.in_full(text, **own), **own, easy=easy)))


@pytest.mark.parametrize("easy", [False, True])
def test_it_names_her_referents_and_who_coordinates_on_one_page(easy: bool):
    someone, mds, ccas = somebody(), member("mds-grigny", last_name="Kessler"), member("ccas-grigny")
    case = followed(someone, mds).case
    followed(someone, ccas, "ccas-grigny")
    coordinated(someone, mds)
    pdf = printed(easy=easy, case=case, structure=structure("mds-grigny"), by=mds)
    assert len(pdf.pages) == 1
    said = " ".join(pdf.pages[0].extract_text().split())
    assert (
        "Kessler parle avec tous vos référents." if easy else "Kessler (MDS de Grigny) fait le lien entre tous"
    ) in said
    assert "CCAS de Grigny" in said


def test_it_says_when_nobody_coordinates():
    mds = member("mds-grigny")
    case = followed(somebody(), mds).case
    text = sheets.sheet_for(easy=False, on=NOON.date(), territory="grigny")
    assert text
    filled = sheets.in_full(text, case=case, structure=structure("mds-grigny"), by=mds, on=NOON.date())
    assert any("Personne ne coordonne" in str(block) for block in filled.blocks)


@pytest.mark.parametrize("easy", [False, True])
def test_five_structures_long_names_and_a_week_of_hours_still_hold_on_one_page_or_in_large_print_on_two(easy: bool):
    someone = somebody("Aubry-Ndong de La Rochefoucauld")
    codes = ("mds-grigny", "ccas-grigny", "caf-91", "adil-91", "udaf-91")
    workers = [member(code, first_name="Marie-Françoise", last_name="Vanderstraeten-Olivier") for code in codes]
    mds = structure("mds-grigny")
    mds.address, mds.opening_note = "2 avenue des Tilleuls, 91350 Grigny", "Fermé le premier jeudi du mois."
    mds.opening_hours = {str(day): read_day(f"{8 + day}h-12h, 14h-17h30") for day in range(4)}
    mds.opening_hours |= {"4": read_day("sur rendez-vous"), "5": read_day("9h-12h sur rendez-vous")}
    [case, *_] = [followed(someone, worker, code).case for worker, code in zip(workers, codes, strict=True)]
    coordinated(someone, workers[0])
    pdf = printed(easy=easy, case=case, structure=mds, by=workers[0])
    assert len(pdf.pages) == (2 if easy else 1)
    said = " ".join(" ".join(each.extract_text() for each in pdf.pages).split())
    assert "2 avenue des Tilleuls, 91350 Grigny" in said
    assert "samedi : 9 h – 12 h, sur rendez-vous" in said
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]


SHORT = 15
"""Words of a sentence that is easy to read."""


def test_the_easy_sheet_keeps_the_european_rules():
    """One idea a sentence, short, no table, the figures and names each on their own line; the words of the others explained."""
    text = sheets.sheet_for(easy=True, on=NOON.date(), territory="grigny")
    assert text
    assert "table" not in [block.kind for block in text.blocks]
    for block in text.blocks:
        for words in (block.text, *block.items):
            for sentence in re.split(r"[.?!](?:\s|$)", words):
                assert len(sentence.split()) <= SHORT, sentence
                assert not re.search(r",| et (?=\w+ez\b)|;|\(|\bqui .* qui\b", sentence), sentence
    someone, mds = somebody(), member("mds-grigny", first_name="Jeanne", last_name="Kessler", phone="0169000002")
    case = followed(someone, mds).case
    own = {"case": case, "structure": structure("mds-grigny"), "by": mds, "on": NOON.date()}
    filled = sheets.in_full(text, **own)  # type: ignore[arg-type]
    [card] = next(block["rows"] for block in filled.blocks if block["kind"] == "cards")
    assert card == [
        ["Service :", "MDS de Grigny"],
        ["Votre référent :", "Jeanne Kessler"],
        ["Son téléphone :", "01\u00a069\u00a000\u00a000\u00a002"],
    ]
    assert "Vous pouvez téléphoner à chaque référent." in str(filled.blocks)
