"""The letters of overpayments among the rules of the pilot: read, drafted, changed with their fields checked, published."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.actions import editions
from cases.actions.letter_shelf import LINE_LETTERS
from cases.actions.remedies import line_letters_in_force
from cases.models import Edition
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.test_editions import form_of

pytestmark = pytest.mark.django_db
TOMORROW = NOON.date() + timedelta(days=1)
BOOK = "courriers-indus"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def pilot(client):
    person = member("caf-91-pilotage", "pilot", first_name="Sylvie", last_name="Aubert")
    client.force_login(person)
    return person


@pytest.fixture
def draft(pilot) -> Edition:
    source = Edition.objects.get(catalogue="overpayment_letters")
    return editions.draft(shelf=LINE_LETTERS, source=source, by=pilot, at=NOON)


def url(name, edition, *more):
    return reverse(name, args=[BOOK, edition.number, *more])


def change(client, edition, code, **typed):
    opened = form_of(client.get(url("rules_rule", edition, code)))
    return html_of(client.post(url("rules_rule", edition, code), opened | typed, follow=True))


def publish(client, edition, day=TOMORROW):
    seen = client.get(url("rules_changes", edition)).context["seen"]
    typed = {"vu": seen, "effective_on": day.isoformat(), "note": "Relue par un juriste."}
    return html_of(client.post(url("rules_changes", edition), typed, follow=True))


def test_the_pilot_reads_letters_arguments_and_common_texts(client, pilot):
    html = html_of(client.get(f"/pilotage/regles/{BOOK}/1/"))
    for words in ("L3, Recours préalable, RSA", "Droit à l’erreur", "Texte commun « claim »"):
        assert words in html


def test_nobody_else_finds_them(client):
    client.force_login(member("caf-91", "manager"))
    assert client.get(f"/pilotage/regles/{BOOK}/1/").status_code == 404


def test_a_letter_is_changed_as_text_published_and_written_from_its_day_on(client, draft):
    text = "[texte claim]\n\nJe demande l’annulation.\n\n[arguments]\n\n= [texte polite]\n\n~ {person}"
    assert "Règle enregistrée dans le brouillon" in change(client, draft, "L3", text=text)
    publish(client, draft)
    draft.refresh_from_db()
    assert (draft.state, draft.effective_on) == ("published", TOMORROW)
    now, then = (line_letters_in_force(on=day).letters["L3"].blocks for day in (NOON.date(), TOMORROW))
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


def test_an_old_edition_is_copied_to_come_back_to_it(client, draft, pilot):
    change(client, draft, "L3", subject="Autre objet")
    publish(client, draft)
    client.post(reverse("rules_copy", args=[BOOK, 1]))
    back = Edition.objects.get(catalogue="overpayment_letters", number=3)
    assert next(row for row in LINE_LETTERS.rows(back) if row["code"] == "L3")["subject"] == (
        "Recours administratif préalable contre un indu de RSA"
    )
    compared = html_of(client.get(f"/pilotage/regles/{BOOK}/comparer/?de=1&a=2"))
    assert "Autre objet" in compared


def test_a_new_letter_joins_the_draft(client, draft):
    typed = form_of(client.get(url("rules_add", draft))) | {
        "code": "L19", "sender": "person", "to": "operator", "title": "Relance", "subject": "Relance",
        "about": "Sans nouvelles.", "text": "{salutation},\n\n~ {person}", "reference": "Pratique", "confidence": "L",
    }  # fmt: skip
    assert "Règle ajoutée au brouillon" in html_of(client.post(url("rules_add", draft), typed, follow=True))
    publish(client, draft)
    assert line_letters_in_force(on=TOMORROW).letters["L19"].title == "Relance"


def test_the_day_of_an_edition_is_today_or_later(client, draft):
    assert date(2026, 11, 24) == NOON.date()
    change(client, draft, "L3", subject="Autre objet")
    assert "Choisir aujourd’hui ou une date à venir." in publish(client, draft, day=date(2026, 11, 23))
