"""What Relais remembers of a sender’s columns: to see, rename, correct and forget."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import JournalEntry
from tests import factories
from tests.factories import NOON
from workflows.imports.mappings import mapping_for, remember
from workflows.models import ImportMapping
from workflows.views.imports.mappings import field_of

pytestmark = pytest.mark.django_db

COLUMNS = {"Réf.": "tenant_reference", "Nom": "full_name", "Solde": "debt", "Loyer": "rent"}


@pytest.fixture
def officer(client):
    person = factories.member("bailleur-a", "correspondent")
    client.force_login(person)
    return person


def kept(code="bailleur-a", columns=None, **options):
    structure = factories.structure(code)
    return remember(structure, columns or COLUMNS, options=options, at=NOON)


def typed(mapping, columns=None, **changes):
    """The form as it opens, then what is changed."""
    said = mapping.columns | (columns or {})
    return {"name": mapping.name, **{field_of(heading): name for heading, name in said.items()}, **changes}


def test_the_list_says_what_each_column_means_how_the_file_is_read_and_when(client, officer):
    kept(encoding="cp1252", separator=";")
    page = client.get(reverse("mappings")).text
    for words in ("Habituelle", "Réf.", "référence du locataire", "Windows (cp1252)", "point-virgule", "24/11/2026"):
        assert words in page, words
    assert "essayée en premier" in page


def test_none_yet_says_how_one_comes(client, officer):
    assert "Le premier fichier importé apprend à Relais" in client.get(reverse("mappings")).text


def test_a_mapping_is_renamed_and_corrected_for_the_next_file(client, officer):
    mapping = kept(encoding="mac_roman")
    page = reverse("mapping", args=[mapping.public_id])
    assert "« Solde »" in client.get(page).text
    answer = client.post(
        page, typed(mapping, {"Loyer": "rent_with_charges"}, name="Fichier du siège", encoding="utf-8")
    )
    assert answer.url == reverse("mappings")
    mapping.refresh_from_db()
    assert mapping.name == "Fichier du siège"
    assert mapping.columns["Loyer"] == "rent_with_charges"
    assert mapping.options == {"encoding": "utf-8"}
    assert mapping_for(mapping.structure, ["Réf.", "Nom", "Solde", "Loyer"])["Loyer"] == "rent_with_charges"
    assert JournalEntry.objects.filter(kind="mapping.changed", actor=officer).count() == 1


def test_the_same_again_is_no_act(client, officer):
    mapping = kept()
    client.post(reverse("mapping", args=[mapping.public_id]), typed(mapping))
    assert not JournalEntry.objects.filter(kind="mapping.changed").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": {"Solde": ""}}, "Aucune colonne ne donne la dette"),
        ({"columns": {"Nom": ""}}, "Aucune colonne ne donne le nom du locataire"),
        ({"columns": {"Loyer": "debt"}}, "Plusieurs colonnes sont associées à"),
        ({"columns": {"Loyer": "n’existe pas"}}, "Sélectionnez un choix valide"),
        ({"name": ""}, "Ce champ est obligatoire"),
        ({"name": "Autre"}, "Une autre correspondance s’appelle déjà « Autre »"),
        ({"header_line": "-1"}, "supérieure ou égale à 0"),
    ],
)
def test_what_cannot_be_kept_is_said_in_french(client, officer, changes, words):
    mapping = kept()
    ImportMapping.objects.create(structure=mapping.structure, name="autre", columns={"Nom": "full_name"}, used_at=NOON)
    answer = client.post(reverse("mapping", args=[mapping.public_id]), typed(mapping, **changes))
    assert answer.status_code == 200
    assert words in answer.text
    mapping.refresh_from_db()
    assert (mapping.name, mapping.columns) == ("habituelle", COLUMNS)


def test_a_mapping_is_forgotten_once_it_is_confirmed(client, officer):
    mapping = kept()
    page = reverse("forget_mapping", args=[mapping.public_id])
    assert "Ce qui a été importé reste." in client.get(page).text
    assert ImportMapping.objects.count() == 1
    client.post(page)
    assert not ImportMapping.objects.exists()
    [entry] = JournalEntry.objects.filter(kind="mapping.forgotten")
    assert (entry.actor, entry.structure) == (officer, factories.structure("bailleur-a"))
    assert client.post(page).status_code == 404


def test_a_new_mapping_takes_a_free_name_after_others_were_forgotten():
    first = kept()
    kept(columns={"Nom": "full_name", "Dû": "debt"})
    first.delete()
    third = kept(columns={"Nom": "full_name", "Impayé": "debt"})
    fourth = kept(columns={"Nom": "full_name", "Solde": "debt"})
    assert [third.name, fourth.name] == ["habituelle", "habituelle-3"]


def test_the_last_used_one_comes_first_in_each_structure(client, officer):
    older = kept()
    ImportMapping.objects.filter(pk=older.pk).update(used_at=NOON - timedelta(days=31))
    newer = kept(columns={"Nom": "full_name", "Dû": "debt"})
    lines = client.get(reverse("mappings")).context["lines"]
    assert [(line.mapping, line.is_first) for line in lines] == [(newer, True), (older, False)]


@pytest.mark.parametrize("name", ["mapping", "forget_mapping"])
def test_another_sender_an_ended_member_and_a_social_worker_find_no_page(client, name):
    mapping = kept()
    ended = factories.member("bailleur-a", "correspondent")
    membership = factories.membership_of(ended)
    membership.until = (NOON - timedelta(days=1)).date()
    membership.save()
    for outsider in (factories.member("gestionnaire-b", "manager"), factories.member("mds-grigny", "manager"), ended):
        client.force_login(outsider)
        for method in (client.get, client.post):
            assert method(reverse(name, args=[mapping.public_id])).status_code == 404
    assert ImportMapping.objects.filter(pk=mapping.pk).exists()


def test_the_list_costs_ten_queries_at_most(client, officer, django_assert_max_num_queries):
    for number in range(4):
        kept(columns={"Nom": "full_name", f"Dû {number}": "debt"})
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("mappings")).context["lines"]) == 4
