"""The letters of overpayments among the rules of the pilot: read, drafted, changed with their fields checked, published."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases.actions import editions
from cases.actions.letter_catalogue import LINE_LETTERS
from cases.actions.remedies import line_letters_in_force
from cases.models import Edition
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.editions.test_editions import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TOMORROW = NOON.date() + timedelta(days=1)
CATALOGUE = "courriers-indus"


@pytest.fixture
def draft(maud) -> Edition:
    source = Edition.objects.get(catalogue="overpayment_letters")
    return editions.open_draft(catalogue=LINE_LETTERS, source=source, by=maud, at=NOON)


def url(name, edition, *more):
    return reverse(name, args=[CATALOGUE, edition.number, *more])


def change(client, edition, code, **typed):
    opened = form_of(client.get(url("rules_rule", edition, code)))
    return html_of(client.post(url("rules_rule", edition, code), opened | typed, follow=True))


def test_what_changes_in_a_letter_is_shown_word_by_word(client, draft):
    row = next(row for row in LINE_LETTERS.rows_of_edition(draft) if row["code"] == "L3")
    place = next(i for i, each in enumerate(row["blocks"]) if len(each.get("text", "").split()) > 12)
    words = row["blocks"][place]["text"].split()
    row["blocks"][place]["text"] = " ".join([*words[:6], "vraiment", *words[6:]])
    LINE_LETTERS.put(draft, [row])
    html = html_of(client.get(url("rules_changes", draft)))
    assert "<ins>vraiment</ins>" in html
    assert "<del>" not in html


def publish(client, edition, day=TOMORROW):
    seen = client.get(url("rules_changes", edition)).context["seen"]
    typed = {"vu": seen, "effective_on": day.isoformat(), "note": "Relue par un juriste."}
    return html_of(client.post(url("rules_changes", edition), typed, follow=True))


def test_the_pilot_reads_letters_arguments_and_common_texts(client, maud):
    html = html_of(client.get(f"/pilotage/regles/{CATALOGUE}/1/"))
    for words in ("L3, Recours préalable, RSA", "Droit à l’erreur", "Texte commun « claim »"):
        assert words in html


def test_nobody_else_finds_them(client):
    client.force_login(member("caf-91", "manager"))
    assert client.get(f"/pilotage/regles/{CATALOGUE}/1/").status_code == 404


def test_a_letter_is_changed_as_text_published_and_written_from_its_day_on(client, draft):
    text = "[texte claim]\n\nJe demande l’annulation.\n\n[arguments]\n\n= [texte polite]\n\n~ {person}"
    assert "Règle enregistrée dans le brouillon" in change(client, draft, "L3", text=text)
    publish(client, draft)
    draft.refresh_from_db()
    assert (draft.state, draft.effective_on) == ("published", TOMORROW)
    now, then = (
        line_letters_in_force(on=day, territory="grigny").letters["L3"].blocks for day in (NOON.date(), TOMORROW)
    )
    assert now[1].text == "{salutation},"
    assert [block.kind for block in then] == ["paragraph", "paragraph", "arguments", "closing", "signature"]


def test_an_unknown_field_is_said_beside_the_text_and_nothing_typed_is_lost(client, draft):
    html = change(client, draft, "L3", text="Madame {prenom},\n\n~ {person}")
    assert "le champ « {prenom} » n’existe pas" in html
    assert "Madame {prenom}," in html
    html = change(client, draft, "L3", subject="Recours de {personne}")
    assert "le champ « {personne} » n’existe pas" in html
    html = change(client, draft, "L3", text="[texte inconnu]")
    assert "le texte commun « inconnu » n’existe pas" in html
    html = change(client, draft, "right_to_error", text="J’ai {agi")
    assert "une accolade n’est pas fermée" in html


def test_a_draft_is_previewed_with_an_invented_person_beside_the_one_in_force(client, draft):
    change(client, draft, "L3", subject="Recours de {person}")
    html = html_of(client.get(url("rules_rule", draft, "L3")))
    assert "Recours de Mme Camille Exemple" in html
    assert "Recours administratif préalable contre un indu de RSA" in html


def test_a_letter_that_the_matrix_names_is_not_taken_out(client, draft):
    client.post(url("rules_withdraw_rule", draft, "L11"))
    assert "il est nommé par la matrice des recours" in html_of(client.get(url("rules_changes", draft)))
    client.post(url("rules_restore_rule", draft, "L11"))
    assert "il est nommé par la matrice" not in html_of(client.get(url("rules_changes", draft)))


def test_a_letter_that_an_argument_names_is_not_taken_out(client, draft):
    client.post(url("rules_withdraw_rule", draft, "L3"))
    assert "le courrier « L3 » n’existe pas" in html_of(client.get(url("rules_changes", draft)))


def test_an_old_edition_is_copied_to_come_back_to_it(client, draft, maud):
    change(client, draft, "L3", subject="Autre objet")
    publish(client, draft)
    client.post(reverse("rules_copy", args=[CATALOGUE, 1]))
    back = Edition.objects.get(catalogue="overpayment_letters", number=3)
    assert next(row for row in LINE_LETTERS.rows_of_edition(back) if row["code"] == "L3")["subject"] == (
        "Recours administratif préalable contre un indu de RSA"
    )
    compared = html_of(client.get(f"/pilotage/regles/{CATALOGUE}/comparer/?de=1&a=2"))
    assert "Autre objet" in compared


def test_a_new_letter_joins_the_draft(client, draft):
    typed = form_of(client.get(url("rules_add", draft))) | {
        "code": "L19", "sender": "person", "to": "operator", "title": "Relance", "subject": "Relance",
        "about": "Sans nouvelles.", "text": "{salutation},\n\n~ {person}", "reference": "Pratique", "confidence": "L",
    }  # fmt: skip
    assert "Règle ajoutée au brouillon" in html_of(client.post(url("rules_add", draft), typed, follow=True))
    publish(client, draft)
    assert line_letters_in_force(on=TOMORROW, territory="grigny").letters["L19"].title == "Relance"


def test_the_day_of_an_edition_is_today_or_later(client, draft):
    assert date(2026, 11, 24) == NOON.date()
    change(client, draft, "L3", subject="Autre objet")
    assert "Choisir aujourd’hui ou une date à venir." in publish(client, draft, day=date(2026, 11, 23))


NEW = {
    "title": "Chute des revenus",
    "text": "Mes revenus ont baissé depuis la période réclamée : {story}",
    "letters": ["L6a", "L7"],
    "reference": "Pratique, à confirmer",
    "confidence": "L",
}


def add_argument(client, edition, **typed):
    return html_of(client.post(f"{url('rules_add', edition)}?sorte=argument", NEW | typed, follow=True))


def arguments_of(edition):
    edition.refresh_from_db()
    return {row["code"]: row for row in edition.parameters["arguments"]}


def test_a_new_argument_joins_the_draft_under_a_code_made_of_its_name(client, draft):
    assert "Ajouter un argument" in html_of(client.get(url("rules_edition", draft)))
    html = add_argument(client, draft)
    assert "Règle ajoutée au brouillon" in html
    assert arguments_of(draft)["chute_des_revenus"] == NEW | {"code": "chute_des_revenus"}
    assert "nouvelle" in html_of(client.get(url("rules_edition", draft)))
    publish(client, draft)
    letters = line_letters_in_force(on=TOMORROW, territory="grigny")
    assert letters.arguments["chute_des_revenus"].letters == ("L6a", "L7")
    offered = [each.code for each in letters.arguments_of(letters.letters["L7"], benefit="rsa")]
    assert "chute_des_revenus" in offered
    assert "chute_des_revenus" not in line_letters_in_force(on=NOON.date(), territory="grigny").arguments


def test_a_new_argument_is_read_in_the_first_of_its_letters(client, draft):
    html = add_argument(client, draft)
    assert "cet argument seul, dans L6a" in html
    assert "Mes revenus ont baissé depuis la période réclamée : Explications de la personne." in html
    assert "elle l’a été de bonne foi" not in html


def test_a_code_may_be_typed_and_is_not_changed_later(client, draft):
    add_argument(client, draft, code="revenus_en_baisse")
    assert "revenus_en_baisse" in arguments_of(draft)
    assert "Règle enregistrée" in change(client, draft, "revenus_en_baisse", title="Revenus en baisse", letters=["L7"])
    kept = arguments_of(draft)["revenus_en_baisse"]
    assert (kept["title"], kept["letters"]) == ("Revenus en baisse", ["L7"])


def test_two_names_that_make_the_same_code_get_two(client, draft):
    add_argument(client, draft)
    change(client, draft, "chute_des_revenus", title="Autre nom")
    add_argument(client, draft)
    assert {"chute_des_revenus", "chute_des_revenus_2"} <= arguments_of(draft).keys()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "obligatoire"),
        (
            {"title": "Droit à l’erreur (première erreur, déjà régularisée)"},
            "Un argument de ce brouillon porte déjà ce nom",
        ),
        ({"text": "Bonjour {prenom}"}, "le champ « {prenom} » n’existe pas"),
        ({"text": "Bonjour {story"}, "une accolade n’est pas fermée"),
        ({"letters": []}, "Choisir au moins un courrier où l’argument peut servir."),
        ({"letters": ["L99"]}, "Sélectionnez un choix valide"),
        ({"reference": ""}, "obligatoire"),
        ({"code": "Chute Revenus"}, "Écrire 3 à 40 lettres sans majuscule ni accent"),
        ({"code": "right_to_error"}, "Ce code est déjà celui d’une règle de ce brouillon"),
    ],
)
def test_what_is_wrong_with_a_new_argument_is_said_and_nothing_typed_is_lost(client, draft, typed, words):
    before = arguments_of(draft)
    html = add_argument(client, draft, **typed)
    assert words in html
    assert 'value="Pratique, à confirmer"' in html or typed.get("reference") == ""
    assert arguments_of(draft) == before


def test_only_letters_with_a_place_for_arguments_are_offered(client, draft):
    html = html_of(client.get(f"{url('rules_add', draft)}?sorte=argument"))
    assert 'value="L7"' in html
    assert 'value="L17"' not in html


def test_an_argument_is_taken_out_of_the_draft_and_put_back(client, draft):
    client.post(url("rules_withdraw_rule", draft, "over_indebtedness"))
    assert "over_indebtedness" not in arguments_of(draft)
    assert "Surendettement" in html_of(client.get(url("rules_changes", draft)))
    client.post(url("rules_restore_rule", draft, "over_indebtedness"))
    assert "over_indebtedness" in arguments_of(draft)
    client.post(url("rules_withdraw_rule", draft, "over_indebtedness"))
    publish(client, draft)
    assert "over_indebtedness" not in line_letters_in_force(on=TOMORROW, territory="grigny").arguments
    assert "over_indebtedness" in line_letters_in_force(on=NOON.date(), territory="grigny").arguments


def test_the_code_of_a_former_argument_is_not_given_to_a_new_one(client, draft, maud):
    add_argument(client, draft)
    publish(client, draft)
    second = editions.open_draft(catalogue=LINE_LETTERS, source=draft, by=maud, at=NOON)
    client.post(url("rules_withdraw_rule", second, "chute_des_revenus"))
    add_argument(client, second)
    assert "chute_des_revenus_2" in arguments_of(second)


def test_nobody_adds_another_sort_of_rule_nor_an_argument_to_another_catalogue(client, draft):
    assert client.get(f"{url('rules_add', draft)}?sorte=recette").status_code == 404
    assert client.get("/pilotage/regles/delais/1/ajouter/?sorte=argument").status_code == 404
    client.force_login(member("caf-91", "manager"))
    assert client.post(f"{url('rules_add', draft)}?sorte=argument", NEW).status_code == 404
