"""The texts of letters: what is refused when they are read, which are offered, and how they are filled."""

import re
from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules.letters import fill_letter, letters_to_offer, read_letters
from cases.rules.reading import FaultyRules, read_toml
from cases.rules.texts import MissingValue

FIRST_EDITION = read_toml(FOLDER / "letters.toml")


def letter(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    row = {"code": "note", "title": "Mot", "subject": "Un mot", "about": "Écrire.", "blocks": list(blocks)}
    return {"letters": [row | fields]}


def faults(data: dict[str, Any]) -> str:
    with pytest.raises(FaultyRules) as refused:
        read_letters(data)
    return "\n".join(refused.value.faults)


def test_the_first_edition_has_the_letters_of_action_12_and_the_sheets_for_the_person():
    assert list(read_letters(FIRST_EDITION)) == [
        "first_appointment",
        "second_appointment",
        "visit_notice",
        "repayment_plan",
        "information_sheet",
        "counter_sheet",
        "counter_papers",
        "referent_sheet",
        "referent_sheet_easy",
        "family_sheet",
        "family_sheet_overpayment",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (letter({"kind": "paragraph", "text": "{salary}"}), "bloc 1 : le champ « {salary} » n’existe pas."),
        (letter({"kind": "paragraph", "text": "Bonjour"}, subject="{nir}"), "le champ « {nir} » n’existe pas."),
        (letter({"kind": "list", "items": ["{person"]}), "une accolade n’est pas fermée"),
        (letter({"kind": "script", "text": "x"}), "nature « script » inconnue"),
        (letter({"kind": "paragraph", "columns": ["x"]}), "« columns » ne va pas avec paragraph"),
        (letter({"kind": "paragraph", "text": ""}), "le bloc est vide"),
        (letter({"kind": "table", "columns": ["a", "b"], "each": "instalments"}), "a 3 colonnes"),
        (letter({"kind": "table", "columns": ["a"]}), "each = «  » n’est pas connu"),
        (letter({"kind": "list", "each": "children"}), "each = « children » n’est pas connu"),
        (letter({"kind": "paragraph", "text": "x"}, after="ghost"), "after = « ghost » n’est pas connu"),
        (letter({"kind": "paragraph", "text": "x"}, colour="red"), "« colour » n’est pas connu"),
        (letter(), "il manque blocks"),
        (letter({"kind": "paragraph", "text": "{next_service}"}), "le champ « {next_service} » ne va qu’au guichet"),
        (
            letter({"kind": "paragraph", "text": "{landlord}"}, at_counter="met"),
            "le champ « {landlord} » ne va pas dans une fiche du guichet",
        ),
        (
            letter({"kind": "list", "each": "participants"}, at_counter="met"),
            "une fiche du guichet ne reprend du dossier que les papiers à apporter",
        ),
        (letter({"kind": "paragraph", "text": "x"}, at_counter="all"), "at_counter = « all » n’est pas connu"),
        (
            letter({"kind": "paragraph", "text": "x"}) | {"papers": [{"label": "Le bail."}]},
            "Papier à apporter n° 1 : il manque source, confidence.",
        ),
        ({"letters": []}, "ne contient aucun courrier"),
        ({"letters": letter({"kind": "paragraph", "text": "x"})["letters"] * 2}, "ce code est donné deux fois"),
    ],
)
def test_a_faulty_text_is_refused_with_what_is_wrong(data, words):
    assert words in faults(data)


def test_an_unknown_field_lists_the_known_ones():
    assert "Champs connus : person, greeting, reference" in faults(letter({"kind": "paragraph", "text": "{x}"}))


def test_letters_that_do_not_apply_are_not_offered():
    texts = read_letters(FIRST_EDITION).values()

    def codes(**what: set[str]) -> list[str]:
        return [
            each.code for each in letters_to_offer(texts, **({"steps": set(), "made": set(), "has": set()} | what))
        ]

    assert codes() == ["information_sheet"]
    assert codes(steps={"contact"}) == ["first_appointment", "visit_notice", "information_sheet"]
    assert "second_appointment" in codes(steps={"contact"}, made={"first_appointment"})
    assert codes(steps={"monitor"}, has={"plan"}) == ["repayment_plan", "information_sheet"]


def test_the_sheets_of_the_counter_list_the_papers_of_the_catalogue():
    papers = [row["label"] for row in FIRST_EDITION["papers"]]
    assert len(papers) == 9
    sheets = [text for text in read_letters(FIRST_EDITION).values() if text.at_counter]
    assert {text.at_counter for text in sheets} == {"informed", "met"}
    for text in sheets:
        assert next(list(block.items) for block in text.blocks if block.items) == papers


def test_no_letter_about_a_first_contact_says_what_is_owed():
    for code in ("first_appointment", "second_appointment", "visit_notice"):
        text = read_letters(FIRST_EDITION)[code]
        words = " ".join([text.subject, *(words for block in text.blocks for words in block.texts)]).lower()
        assert not [owed for owed in ("dette", "impayé", "plan_", "expulsion", "indu") if owed in words]


def test_a_missing_value_is_refused_by_name_and_blank_in_a_draft():
    text = read_letters(letter({"kind": "paragraph", "text": "Appelez le {phone}, {greeting}."}))["note"]
    with pytest.raises(MissingValue) as refused:
        fill_letter(text, values={"greeting": "Madame"}, rows={})
    assert str(refused.value) == "Ce courrier ne peut pas encore être produit. Il manque : téléphone à appeler."
    draft = fill_letter(text, values={"greeting": "Madame"}, rows={}, draft=True)
    assert draft.blocks[0]["text"] == "Appelez le …………, Madame."


def test_a_value_that_looks_like_a_field_stays_as_it_is():
    text = read_letters(letter({"kind": "paragraph", "text": "{person}"}))["note"]
    assert fill_letter(text, values={"person": "{phone}", "phone": "01"}, rows={}).blocks[0]["text"] == "{phone}"


def test_a_plan_says_of_fees_and_of_the_housing_aid_only_what_holds_for_each_household():
    plan = read_letters(FIRST_EDITION)["repayment_plan"]
    items = [item for block in plan.blocks for item in block.items]
    assert "Ce plan n’ajoute aucun frais. Des frais déjà fixés par un juge peuvent rester dus." in items
    assert any(item.startswith("Si vous recevez une aide au logement") for item in items)


def test_what_families_read_has_no_sentence_of_more_than_twenty_five_words():
    """A field counts for one word, `[je|nous]` for the word that is printed."""
    read = [(row["code"], block) for row in FIRST_EDITION["letters"] for block in row["blocks"]]
    tenants = read_toml(FOLDER / "letters_tenant.toml")
    read += [(row["code"], block) for row in tenants["letters"] for block in row["blocks"]]
    read += [(row["code"], {"items": [row["known"], row.get("unknown", "")]}) for row in tenants["phrases"]]
    long = [
        (code, sentence)
        for code, block in read
        for text in (block.get("text", ""), *block.get("items", ()))
        for sentence in re.split(r"[.:?!;](?:\s|$)", re.sub(r"\[[^]]*\|([^]]*)\]", r"\1", text))
        if len(re.findall(r"[\w{}’'-]+", sentence)) > 25
    ]
    assert long == []
