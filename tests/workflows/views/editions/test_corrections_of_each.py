"""Whatever the catalogue, a release corrects it on a running installation: a draft that its pilot reads and publishes."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

import config.urls  # noqa: F401 - the catalogues join
from cases import permissions
from cases.actions import editions
from cases.actions.corrected_editions import corrections_of, open_corrected_draft
from cases.actions.editions import CannotEdit, EditableCatalogue
from cases.actions.written_catalogues import PARTS, WRITTEN_CATALOGUES
from cases.letters.compose import letters_in_force
from cases.models import Edition, Structure, User
from cases.rules.editions import TITLE
from tests.factories import NOON, member
from tests.pages import html_of
from workflows.routing.editable_tables import ARREARS_TABLE
from workflows.views.editions.catalogue_editors import CATALOGUE_EDITORS, CatalogueEditor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TODAY = date(2026, 11, 24)
LOST = {
    "deadlines": "IND-24",
    "letters": "counter_papers",
    "tenant_letters": "limite-leave_months",
    "sheets": "text",
    "plans": "duree-social_worker",
    "rent_checks": "costs",
    "reminders": "R-DESK",
    "remedies": "are-france_travail",
    "overpayments": "motif-late_change",
    "overpayment_letters": "L2c",
    "withholding": "2025",
    "routing_arrears": "R4",
    "routing_overpayment": "",
}
"""A row that nobody needs, which the release is said to have brought."""


def editor_of(catalogue: str) -> CatalogueEditor:
    return next(editor for editor in CATALOGUE_EDITORS.values() if editor.catalogue.code == catalogue)


def pilot_of(catalogue: str) -> User:
    desk = Structure.objects.get(kind=permissions.desk_of_rules(catalogue), territory="grigny")
    return member(desk.code, "pilot")


def test_no_catalogue_is_forgotten():
    """A new catalogue gets its pages, its release and its pilot, or this fails."""
    assert {editor.catalogue.code for editor in CATALOGUE_EDITORS.values()} == set(Edition.Catalogue.values)
    assert all(editor.catalogue.released("grigny") for editor in CATALOGUE_EDITORS.values())


@pytest.mark.parametrize("code", sorted(Edition.Catalogue.values))
def test_a_release_finds_nothing_to_correct_in_what_it_wrote(code):
    catalogue, first = editor_of(code).catalogue, Edition.objects.get(catalogue=code)
    found = corrections_of(catalogue, first)
    assert (found.taken, found.dropped, found.left, found.outlived) == ((), (), (), ())
    with pytest.raises(CannotEdit, match="aucune correction"):
        open_corrected_draft(catalogue=catalogue, source=first, by=pilot_of(code), at=NOON)


@pytest.mark.parametrize("code", sorted(Edition.Catalogue.values))
def test_what_an_older_release_lacked_is_offered_read_and_published(code, client):
    """The draft says all that the release says, in its order, and has no fault; every line of it has words."""
    catalogue, first = editor_of(code).catalogue, Edition.objects.get(catalogue=code)
    rows = catalogue.rows_of_edition(first)
    lost = LOST[code] or rows[0]["code"]
    catalogue.take_out(first, lost)
    pilot = pilot_of(code)
    found = open_corrected_draft(catalogue=catalogue, source=first, by=pilot, at=NOON)
    assert [row["code"] for row in found.taken] == [lost]
    draft = catalogue.editions_of("grigny").get(state="draft")
    assert by_code(catalogue, draft) == {row["code"]: row for row in rows}
    if catalogue.place:
        assert [row["code"] for row in catalogue.rows_of_edition(draft)] == [row["code"] for row in rows]
    assert catalogue.check(draft, catalogue.rows_of_edition(draft), TODAY).faults == ()
    assert all(said[TITLE][0] for said in catalogue.describe_edition(draft).values())
    client.force_login(pilot)
    changes = reverse("rules_changes", args=[editor_of(code).slug, draft.number])
    page = client.get(changes)
    assert "1 règle ajoutée" in html_of(page)
    typed = {"vu": page.context["seen"], "effective_on": TODAY.isoformat(), "note": "Correction de Relais relue."}
    assert "publiée : elle s’applique dès aujourd’hui" in html_of(client.post(changes, typed, follow=True))
    draft.refresh_from_db()
    assert not corrections_of(catalogue, draft)


def by_code(catalogue: EditableCatalogue, edition: Edition) -> dict[str, Any]:
    return {row["code"]: row for row in catalogue.rows_of_edition(edition)}


@pytest.mark.parametrize("code", sorted(Edition.Catalogue.values))
def test_every_row_of_every_catalogue_is_read_on_its_pages(code, client):
    editor, first = editor_of(code), Edition.objects.get(catalogue=code)
    rows = editor.catalogue.rows_of_edition(first)
    listed = [each for _, codes in editor.themes(first, rows) for each in codes]
    assert sorted(listed) == sorted(row["code"] for row in rows)
    client.force_login(pilot_of(code))
    for row in rows[:2]:
        assert client.get(reverse("rules_rule", args=[editor.slug, 1, row["code"]])).status_code == 200


def age_letter() -> Edition:
    """As if the first edition were of an older release, whose first letter said another thing."""
    first = Edition.objects.get(catalogue="letters")
    first.parameters["letters"][0]["subject"] = "Rendez-vous obligatoire"
    first.save()
    return first


def test_the_pilot_receives_a_corrected_letter_reads_the_difference_and_publishes_it(client, pilot):
    first = age_letter()
    page = "/pilotage/regles/courriers-impayes/"
    html = html_of(client.get(page))
    assert "Corrections de cette version de Relais" in html
    assert "first_appointment : Première convocation" in html
    assert "Ouvrir un brouillon avec ces corrections" in html
    html = html_of(client.post(reverse("rules_correct", args=["courriers-impayes", 1]), follow=True))
    assert "Rendez-vous obligatoire" in html
    assert "Un rendez-vous pour vous aider" in html
    assert subject_in_force() == "Rendez-vous obligatoire"
    changes = reverse("rules_changes", args=["courriers-impayes", 2])
    typed = {
        "vu": client.get(changes).context["seen"],
        "effective_on": TODAY.isoformat(),
        "note": "Relu avec le CCAS.",
    }
    client.post(changes, typed)
    assert subject_in_force() == "Un rendez-vous pour vous aider"
    assert "Corrections de cette version de Relais" not in html_of(client.get(page))
    first.refresh_from_db()
    assert first.parameters["letters"][0]["subject"] == "Rendez-vous obligatoire"


def subject_in_force() -> str:
    return letters_in_force(on=TODAY, territory="grigny")[1]["first_appointment"].subject


def test_a_correction_that_the_pilot_does_not_want_is_put_back_before_he_publishes(client, pilot):
    age_letter()
    client.post(reverse("rules_correct", args=["courriers-impayes", 1]))
    client.post(reverse("rules_restore_rule", args=["courriers-impayes", 2, "first_appointment"]))
    draft = Edition.objects.get(catalogue="letters", state="draft")
    assert draft.parameters["letters"][0]["subject"] == "Rendez-vous obligatoire"


def test_a_text_without_form_is_read_and_never_typed(client, pilot):
    editions.open_draft(
        catalogue=WRITTEN_CATALOGUES["tenant_letters"],
        source=Edition.objects.get(catalogue="tenant_letters"),
        by=pilot,
        at=NOON,
    )
    rule = reverse("rules_rule", args=["courriers-locataire", 2, "limite-leave_months"])
    assert "Enregistrer dans le brouillon" not in html_of(client.get(rule))
    assert client.post(rule, {"subject": "Autre"}).status_code == 404
    assert client.get(reverse("rules_add", args=["courriers-locataire", 2])).status_code == 404


def test_a_faulty_text_is_not_published(client, pilot):
    draft = editions.open_draft(
        catalogue=WRITTEN_CATALOGUES["letters"], source=Edition.objects.get(catalogue="letters"), by=pilot, at=NOON
    )
    draft.parameters["letters"][0]["subject"] = "Pour {inconnu}"
    draft.save()
    assert "inconnu" in html_of(client.get(reverse("rules_changes", args=["courriers-impayes", 2])))


def test_the_list_of_papers_is_corrected_whole(pilot):
    first = Edition.objects.get(catalogue="letters")
    released = deepcopy(first.parameters["papers"])
    first.parameters["papers"] = released[1:]
    first.save()
    open_corrected_draft(catalogue=WRITTEN_CATALOGUES["letters"], source=first, by=pilot, at=NOON)
    assert Edition.objects.get(catalogue="letters", state="draft").parameters["papers"] == released


def test_the_parts_of_a_catalogue_are_those_that_an_edition_keeps():
    for code, parts in PARTS.items():
        assert {part.name for part in parts} == set(Edition.objects.get(catalogue=code).parameters), code


def codes_of(edition: Edition) -> list[str]:
    return [row["code"] for row in ARREARS_TABLE.rows_of_edition(edition)]


def test_a_row_that_the_pilot_moved_next_to_a_new_one_stays_his_and_where_he_put_it(pilot):
    """The release brings R4 back after R3; the pilot’s own row, put after R3, does not make its neighbours his."""
    first = Edition.objects.get(catalogue="routing_arrears")
    ARREARS_TABLE.take_out(first, "R4")
    own = editions.open_draft(catalogue=ARREARS_TABLE, source=first, by=pilot, at=NOON)
    before = ARREARS_TABLE.rows_of_edition(own)
    row = {**before[3], "code": "R3-GRIGNY", "title": "Une ligne de Grigny", "after": before[3]["code"]}
    ARREARS_TABLE.put(own, [row])
    found = corrections_of(ARREARS_TABLE, own)
    assert [each["code"] for each in found.taken] == ["R4"]
    assert (found.dropped, found.left, found.outlived) == ((), (), ())


def test_another_order_of_the_release_is_offered_unless_the_pilot_has_his_own(pilot):
    first = Edition.objects.get(catalogue="routing_arrears")
    released = codes_of(first)
    moved = ARREARS_TABLE.rows_of_edition(first)[2]
    ARREARS_TABLE.put(first, [{**moved, "after": ""}])
    assert codes_of(first) != released
    open_corrected_draft(catalogue=ARREARS_TABLE, source=first, by=pilot, at=NOON)
    draft = Edition.objects.get(catalogue="routing_arrears", state="draft")
    assert codes_of(draft) == released
    assert not corrections_of(ARREARS_TABLE, draft)
    ARREARS_TABLE.put(draft, [{**ARREARS_TABLE.rows_of_edition(draft)[5], "after": ""}])
    found = corrections_of(ARREARS_TABLE, draft)
    assert not found
    assert found.left == (released[5],)
