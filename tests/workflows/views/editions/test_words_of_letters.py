"""Every letter of every action is worded by its pilot: its texts change by a form, what decides when it is offered does not."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from cases.actions import editions
from cases.actions.written_catalogues import WRITTEN_CATALOGUES
from cases.models import Edition
from tests.factories import NOON, member
from tests.pages import html_of
from tests.workflows.views.editions.test_editions import form_of
from workflows.views.editions.words_form import EDITED, WordsEditor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
LETTERS = WRITTEN_CATALOGUES["letters"]


@pytest.fixture
def draft(at_noon, client) -> Edition:
    """Of the letters of arrears: they are of the pilot of action 12."""
    pilot = member("caf-91-pilotage", "pilot")
    client.force_login(pilot)
    source = Edition.objects.get(catalogue="letters")
    return editions.open_draft(catalogue=LETTERS, source=source, by=pilot, at=NOON)


def url(name: str, draft: Edition, *more: str) -> str:
    return reverse(name, args=["courriers-impayes", draft.number, *more])


def field_of(page, value: str) -> str:
    """The name of the field that says it."""
    return next(name for name, typed in form_of(page).items() if value in str(typed))


@pytest.mark.parametrize("code", ["letters", "tenant_letters"])
def test_every_letter_and_phrase_has_its_form_and_sent_as_it_opens_says_the_same(code):
    edition = Edition.objects.get(catalogue=code)
    rows = [row for row in WRITTEN_CATALOGUES[code].rows_of_edition(edition) if row["part"] in EDITED]
    assert len(rows) == {"letters": 11, "tenant_letters": 47}[code]
    for row in rows:
        opened = WordsEditor(edition=edition, row=row, is_fixed=True)
        sent = QueryDict(mutable=True)
        sent.update({name: field.initial for name, field in opened.main.fields.items()})
        editor = WordsEditor(edition=edition, row=row, is_fixed=True, data=sent)
        assert len(editor.texts) >= 1
        assert editor.main.is_valid(), (row["code"], editor.main.errors)
        assert editor.build_row() == row


def test_a_word_of_a_letter_is_changed_compared_and_published(client, draft):
    page = client.get(url("rules_rule", draft, "first_appointment"))
    assert "{appointment_day}" in html_of(page)
    assert "Retirer du brouillon" not in html_of(page)
    name = field_of(page, "Il est gratuit et confidentiel.")
    said = form_of(page)[name]
    typed = form_of(page) | {name: said.replace("gratuit", "toujours gratuit")}
    assert "Règle enregistrée" in html_of(
        client.post(url("rules_rule", draft, "first_appointment"), typed, follow=True)
    )
    changes = client.get(url("rules_changes", draft))
    assert "<ins>toujours</ins>" in html_of(changes)
    typed = {"vu": changes.context["seen"], "effective_on": "2026-11-24", "note": "Relu."}
    assert "publiée" in html_of(client.post(url("rules_changes", draft), typed, follow=True))
    draft.refresh_from_db()
    [row] = [row for row in LETTERS.rows_of_edition(draft) if row["code"] == "first_appointment"]
    assert "Il est toujours gratuit et confidentiel." in str(row)
    assert row["row"]["steps"] == ["contact"]


def test_a_field_that_nobody_knows_is_refused_beside_the_form_with_all_that_was_typed(client, draft):
    page = client.get(url("rules_rule", draft, "first_appointment"))
    name = field_of(page, "Il est gratuit et confidentiel.")
    typed = form_of(page) | {name: "Bonjour {prenom}, venez demain."}
    html = html_of(client.post(url("rules_rule", draft, "first_appointment"), typed))
    assert "prenom" in html
    assert "Bonjour {prenom}, venez demain." in html
    assert "Bonjour" not in str(LETTERS.rows_of_edition(draft))


def test_a_text_is_not_left_empty_and_nothing_is_added(client, draft):
    page = client.get(url("rules_rule", draft, "first_appointment"))
    name = field_of(page, "Il est gratuit et confidentiel.")
    html = html_of(client.post(url("rules_rule", draft, "first_appointment"), form_of(page) | {name: " "}))
    assert "Ce texte ne peut pas rester vide." in html
    assert client.get(url("rules_add", draft)).status_code == 404
    assert "Ajouter une règle" not in html_of(client.get(url("rules_edition", draft)))
