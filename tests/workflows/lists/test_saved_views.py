"""Saved views: filters under a name, each with as many rows as its list, for whoever may see them."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import members
from cases.models import Case, JournalEntry, User
from tests import factories
from tests.factories import NOON
from tests.journeys.scene import case_at
from tests.pages import html_of
from workflows.lists import build_listing, saved_views
from workflows.models import SavedView

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def manager(client: Client) -> User:
    person = factories.member("caf-91", "manager", last_name="Lemoine")
    client.force_login(person)
    return person


def asked_of_the_caf(*, days: int = 0, **person: Any) -> Case:
    lease = factories.tenancy(
        landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=factories.household(**person)
    )
    return factories.reported(lease, code="gestionnaire-b", at=NOON - timedelta(days=days), **factories.FAMILY)


def save(client: Client, code: str, name: str, *, share: Any = False, **asked: Any) -> Any:
    shared = {"share_in": factories.structure("caf-91").pk} if share else {}
    address = reverse("views", args=[code], query=asked)
    return client.post(address, {"name": name, **shared}, follow=True)


def bar(client: Client, code: str = "situations", **asked: str) -> dict[str, Any]:
    """What is asked for once the list is shown."""
    found: dict[str, Any] = client.get(reverse("views_bar", args=[code]), asked).context["bar"]
    return found


def tabs(client: Client, code: str = "situations", **asked: str) -> dict[str, str | None]:
    """Of the views, besides « Sans filtre »."""
    return {tab["label"]: tab["count"] for tab in bar(client, code, **asked)["tabs"][1:]}


def test_a_view_is_saved_from_the_filters_of_the_list_and_opens_it_again(client: Client, manager: User):
    asked_of_the_caf(days=20)
    asked_of_the_caf()
    page = html_of(client.get(reverse("cases"), {"retard": "on"}))
    assert f'hx-get="{reverse("views_bar", args=["situations"])}?retard=on"' in page
    assert f'href="{reverse("views", args=["situations"])}?retard=on"' in page  # without JavaScript
    save_url = bar(client, retard="on")["save_url"]
    assert "En retard" in html_of(client.get(save_url))
    answer = client.post(save_url, {"name": "Retards"}, follow=True)
    assert "Vue « Retards » enregistrée." in html_of(answer)
    assert tabs(client) == {"Retards": "1"}
    whole, tab = bar(client, retard="on")["tabs"]
    assert (whole["label"], whole["current"], tab["current"]) == ("Sans filtre", False, True)
    assert bar(client, retard="on")["save_url"] == ""
    assert [line.case.pk for line in client.get(tab["url"]).context["lines"]] == [Case.objects.order_by("pk")[0].pk]
    assert [each["current"] for each in bar(client)["tabs"]] == [True, False]


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("situations", {"etape": "answer"}),
        ("situations", {"retard": "on"}),
        ("situations", {"miennes": "on"}),
        ("situations", {"etat": "closes"}),
        ("situations", {"structure": "caf-91", "etat": "toutes"}),
        ("encours", {"structure": "caf-91", "etape": "answer", "age": "late"}),
        ("encours", {"structure": "caf-91", "age": "0-2"}),
        ("encours", {"structure": "caf-91", "qui": "none"}),
        ("encours", {"structure": "caf-91", "procedure": "arrears"}),
        ("echeances", {"liste": "ma-structure"}),
        ("echeances", {"liste": "ma-structure", "retard": "on"}),
    ],
)
def test_the_count_of_a_view_is_the_length_of_its_list(
    client: Client, manager: User, code: str, asked: dict[str, str]
):
    for days in (0, 4, 20, 21):
        asked_of_the_caf(days=days)
    case_at("diagnose", worker=manager)
    save(client, code, "Une vue", **asked)
    _, tab = bar(client, code, **asked)["tabs"]
    shown = client.get(tab["url"]).context
    listed = {
        "situations": lambda: len(shown["lines"]),
        "encours": lambda: shown["total"],
        "echeances": lambda: (
            len(shown["missed"]) + len(shown["paused"]) + sum(len(group.lines) for group in shown["groups"])
        ),
    }[code]()
    assert tab["count"] == str(listed)
    rows: Any = client.post(reverse("export_ask", args=[code]), {"format": "csv", **asked})
    if listed:
        assert len(b"".join(rows.streaming_content).decode().splitlines()) == listed + 2


def test_a_manager_shares_a_view_and_each_finds_in_it_what_he_may_see(client: Client, manager: User):
    worker = factories.member("caf-91")
    asked_of_the_caf()
    case_at("diagnose", worker=worker)
    save(client, "situations", "À diagnostiquer", share=True, etape="diagnose")
    save(client, "situations", "À prendre", share=True, etape="answer")
    client.force_login(worker)
    assert tabs(client) == {"À diagnostiquer": "1", "À prendre": "1"}
    client.force_login(another := factories.member("caf-91"))
    assert tabs(client) == {"À diagnostiquer": "0", "À prendre": "1"}
    view = SavedView.objects.get(name="À prendre")
    assert client.get(reverse("view_edit", args=[view.public_id])).status_code == 404
    assert client.post(reverse("view_delete", args=[view.public_id])).status_code == 404
    assert "Modifier" not in html_of(client.get(reverse("views", args=["situations"])))
    assert another.saved_views.count() == 0
    client.force_login(factories.member("mds-grigny"))
    assert tabs(client) == {}


def test_who_is_not_a_manager_shares_with_nobody(client: Client):
    client.force_login(worker := factories.member("caf-91"))
    asked_of_the_caf()
    save(client, "situations", "À prendre", share=True, etape="answer")
    assert tabs(client) == {"À prendre": "1"}
    assert not worker.saved_views.get().is_shared


def test_a_view_of_somebody_is_his_alone_and_goes_with_his_list(client: Client, manager: User):
    save(client, "encours", "Retards", structure="caf-91", age="late")
    view = SavedView.objects.get()
    address = reverse("view_edit", args=[view.public_id])
    assert client.get(address).status_code == 200
    client.force_login(factories.member("caf-91", "manager"))
    assert client.get(address).status_code == 404
    client.force_login(manager)
    members.end_membership(membership=factories.membership_of(manager), on=NOON.date(), at=NOON)
    assert client.get(address).status_code == 404
    assert client.get(reverse("views", args=["encours"]), {"structure": "caf-91"}).status_code == 404


def test_a_view_is_renamed_shared_then_deleted_and_the_journal_says_so_without_its_name(client: Client, manager: User):
    save(client, "situations", "Retards", retard="on")
    view = SavedView.objects.get()
    edit = reverse("view_edit", args=[view.public_id])
    client.post(edit, {"name": "En retard", "share_in": factories.structure("caf-91").pk})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.structure) == ("En retard", True, factories.structure("caf-91"))
    client.post(edit, {"name": "En retard", "share_in": ""})
    view.refresh_from_db()
    assert (view.is_shared, view.structure) == (False, None)
    answer = client.post(reverse("view_delete", args=[view.public_id]), follow=True)
    assert "Vue « En retard » supprimée." in html_of(answer)
    lines = JournalEntry.objects.filter(kind__startswith="view.").order_by("pk")
    assert [(line.kind, line.data) for line in lines] == [
        ("view.saved", {"view": view.pk, "list": "situations", "shared": False}),
        ("view.changed", {"view": view.pk, "list": "situations", "shared": True}),
        ("view.changed", {"view": view.pk, "list": "situations", "shared": False}),
        ("view.deleted", {"view": view.pk, "list": "situations", "shared": False}),
    ]


def test_a_search_is_never_kept_in_a_view(client: Client, manager: User):
    asked_of_the_caf(usual_name="Delaunay")
    [(address, _)] = client.post(
        reverse("cases"), {"texte": "delaunay", "etape": "answer"}, follow=True
    ).redirect_chain
    asked = dict(parse_qsl(urlsplit(address).query))
    save_url = bar(client, **asked)["save_url"]
    client.post(save_url, {"name": "Ma recherche"})
    assert SavedView.objects.get().asked == {"etape": "answer"}
    assert bar(client, recherche=asked["recherche"])["save_url"] == ""
    assert [tab["current"] for tab in bar(client, **asked)["tabs"]] == [False, False]


@pytest.mark.parametrize(
    ("asked", "name", "words"),
    [
        ({"etape": "answer"}, "RETARDS", "Une de vos vues porte déjà ce nom"),
        ({"etape": "disparue"}, "Autre", "Un filtre n’est plus proposé (Étape)"),
        ({}, "Autre", "Choisir au moins un filtre"),
        ({"etape": "answer"}, "", "Ce champ est obligatoire"),
        ({"etape": "answer"}, "x" * 41, "au plus 40 caractères"),
    ],
)
def test_what_cannot_be_saved_says_why(client: Client, manager: User, asked: dict[str, str], name: str, words: str):
    save(client, "situations", "Retards", retard="on")
    answer = save(client, "situations", name, **asked)
    assert words in html_of(answer)
    assert SavedView.objects.count() == 1


def test_two_views_shared_in_a_structure_have_two_names(client: Client, manager: User):
    save(client, "situations", "Retards", share=True, retard="on")
    client.force_login(factories.member("caf-91", "manager"))
    answer = save(client, "situations", "retards", share=True, etape="answer")
    assert "Une vue de la structure porte déjà ce nom" in html_of(answer)
    assert "Vue « retards » enregistrée." in html_of(save(client, "situations", "retards", etape="answer"))
    mine = SavedView.objects.get(is_shared=False)
    shared = {"name": "retards", "share_in": factories.structure("caf-91").pk}
    answer = client.post(reverse("view_edit", args=[mine.public_id]), shared)
    assert "Une vue de la structure porte déjà ce nom" in html_of(answer)


def test_a_view_whose_filter_is_gone_is_said_and_never_counted_as_the_whole_list(client: Client, manager: User):
    asked_of_the_caf()
    save(client, "situations", "Ancienne", etape="answer")
    SavedView.objects.update(asked={"etape": "disparue"})
    assert tabs(client) == {"Ancienne (à revoir)": None}
    assert "filtre disparu" in html_of(client.get(reverse("views", args=["situations"])))


def test_nobody_saves_views_without_end(client: Client, manager: User):
    for number in range(8):
        save(client, "situations", f"Vue {number}", etape="answer")
    assert "en supprimer une d’abord" in html_of(save(client, "situations", "Une de trop", etape="answer"))
    assert SavedView.objects.count() == 8


@pytest.mark.parametrize(
    ("code", "address", "asked"),
    [
        ("situations", "cases", {"etape": "answer"}),
        ("encours", "backlog_list", {"structure": "caf-91", "age": "late"}),
        ("echeances", "deadlines", {"liste": "ma-structure", "retard": "on"}),
    ],
)
def test_lists_keep_to_ten_queries_however_many_views_they_have(
    client: Client, manager: User, code: str, address: str, asked: dict[str, str], django_assert_max_num_queries: Any
):
    asked_of_the_caf(days=20)
    for number in range(8):
        save(client, code, f"Vue {number}", **asked)
        save(client, code, f"Partagée {number}", share=True, **asked)
    with django_assert_max_num_queries(10):
        client.get(reverse(address), asked)
    with django_assert_max_num_queries(8):
        found = tabs(client, code, **asked)
    assert len(found) == 16
    assert len([count for count in found.values() if count is not None]) == 6


def test_a_count_says_when_there_are_more(manager: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saved_views, "UP_TO", 2)
    for _ in range(3):
        asked_of_the_caf()
    current = build_listing("situations", user=manager, asked={"etape": "answer"}, today=NOON.date())
    saved_views.save(current, name="À prendre", share_in=None, at=NOON)
    [shown] = saved_views.summarise_views(current)
    assert (shown.count, shown.count_words) == (3, "2+")
