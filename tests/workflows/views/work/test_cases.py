"""Situations: the page, its filters, and what never stands in an address."""

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from cases.actions import members
from cases.models import Case
from tests import factories
from tests.factories import NOON
from tests.workflows.views.work.test_inbox import asked_of_the_caf as asked
from tests.workflows.walk import Walk
from workflows.queries import cases as queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TODAY = date(2026, 11, 24)


@pytest.fixture
def manager(client):
    person = factories.member("caf-91", "manager")
    client.force_login(person)
    return person


def asked_of_the_caf(**person: Any) -> Case:
    return asked(**person).case


def search(client, text: str, **filters: str):
    return client.post(reverse("cases"), {"texte": text, **filters}, follow=True)


def names(answer) -> list[str]:
    return [line.person for line in answer.context["lines"]]


def test_a_line_says_where_the_case_is_and_leads_to_it(client, manager):
    case = asked_of_the_caf(usual_name="Delaunay", first_names="Inès")
    html = client.get(reverse("cases")).content.decode()
    for words in ("DELAUNAY Inès", case.reference, "Répondre à l’orientation", "CAF 91", "24/11/2026", "1 situation<"):
        assert words in html, words
    assert reverse("case", args=[case.public_id]) in html


def test_a_parameter_that_bears_the_name_of_a_method_is_a_parameter_like_another(client, manager):
    assert client.get(reverse("cases"), {"items": "x", "keys": "y"}).status_code == 200


def test_what_is_typed_finds_and_never_stands_in_an_address(client, manager):
    asked_of_the_caf(usual_name="Delaunay", first_names="Inès")
    asked_of_the_caf(usual_name="Karaman", first_names="Emre")
    answer = search(client, "delaunay", etape="answer")
    assert names(answer) == ["DELAUNAY Inès"]
    [(address, _)] = answer.redirect_chain
    assert "delaunay" not in address.lower()
    assert "etape=answer" in address
    for link in re.findall(r'href="([^"]*)"', answer.content.decode()):
        assert "delaunay" not in link.lower()


def test_the_address_of_a_search_can_be_opened_again_by_its_author_alone(client, manager):
    asked_of_the_caf(usual_name="Delaunay")
    asked_of_the_caf(usual_name="Karaman")
    [(address, _)] = search(client, "delaunay").redirect_chain
    assert len(names(client.get(address))) == 1
    client.force_login(factories.member("caf-91", "manager"))
    answer = client.get(address)
    assert "Cette recherche a expiré" in answer.content.decode()
    assert len(names(answer)) == 2


def test_the_session_keeps_the_last_searches_only(client, manager):
    first = search(client, "premier").redirect_chain[0][0]
    for number in range(20):
        search(client, f"nom {number}")
    assert len(client.session["searches"]) == 20
    assert "a expiré" in client.get(first).content.decode()


def test_each_filter_has_a_chip_that_removes_it_alone(client, manager):
    asked_of_the_caf()
    answer = search(client, "Martin", etape="answer", structure="caf-91", retard="on", miennes="on", etat="toutes")
    chips = {chip["label"]: chip["url"] for chip in answer.context["chips"]}
    assert list(chips) == [
        "« Martin »",
        "Toutes",
        "Répondre à l’orientation",
        factories.structure("caf-91").name,
        "En retard",
        "Mes situations",
    ]
    without = client.get(chips["En retard"])
    assert [chip["label"] for chip in without.context["chips"]] == [label for label in chips if label != "En retard"]


def test_filters_alone_are_shared_by_their_address(client, manager):
    worker = factories.member("caf-91")
    walk = Walk(asked_of_the_caf(usual_name="Delaunay", first_names="Inès"))
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    asked_of_the_caf()
    assert names(client.get("/situations/?etape=contact&structure=caf-91")) == ["DELAUNAY Inès"]


def test_a_filter_that_does_not_exist_filters_nothing_and_says_so(client, manager):
    asked_of_the_caf()
    answer = client.get("/situations/?etape=zzz&structure=zzz&etat=zzz&retard=peut-etre&apres=zzz&recherche=zzz")
    assert answer.status_code == 200
    assert "zzz" in answer.context["form"].errors["etape"][0]


def test_a_text_of_ten_thousand_characters_is_refused_in_french(client, manager):
    answer = search(client, "a" * 10_000)
    assert answer.redirect_chain == []
    assert "100 caractères" in answer.content.decode()


def test_names_alike_are_offered_when_none_is_written_so(client, manager):
    asked_of_the_caf(usual_name="Ferreira Nogueira", first_names="Ana")
    answer = search(client, "Fereira")
    assert names(answer) == ["FERREIRA NOGUEIRA Ana"]
    assert "Voici ceux qui s’en approchent" in answer.content.decode()


def test_nothing_found_says_why_and_clears(client, manager):
    asked_of_the_caf()
    html = search(client, "Xénophon").content.decode()
    assert "Aucune situation ne correspond" in html
    assert "Tout effacer" in html
    assert "Voici ceux" not in html


def test_a_closed_case_says_how_it_ended(client, manager):
    walk = Walk(asked_of_the_caf(usual_name="Delaunay", first_names="Inès"))
    walk.take("answer", by=manager, accept=True, professional=manager, reason="")
    walk.take("contact", by=manager, result="declined", channel="phone", made_on=TODAY, informed_by="phone")
    walk.take("close", by=manager, outcome="declined_support")
    html = client.get("/situations/?etat=closes").content.decode()
    assert "Clos : ne souhaite pas être accompagné" in html
    assert "Aucune situation ouverte" in client.get("/situations/").content.decode()


def test_a_long_list_has_pages_that_keep_the_filters(client, manager, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for number in range(3):
        asked_of_the_caf(usual_name=f"Delaunay{number}")
    first = search(client, "delaunay", etape="answer")
    second = client.get(first.context["next_url"])
    assert (len(names(first)), len(names(second))) == (2, 1)
    assert set(names(first)).isdisjoint(names(second))
    assert [chip["label"] for chip in second.context["chips"]] == ["« delaunay »", "Répondre à l’orientation"]
    assert len(names(client.get(second.context["first_url"]))) == 2
    after_all = client.get("/situations/?apres=1990-01-01.1")
    assert names(after_all) == []
    assert len(names(client.get(after_all.context["first_url"]))) == 2


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("mds-grigny", "manager"),
        ("gestionnaire-b", "correspondent"),
        ("caf-91", "dpo"),
        ("ccas-grigny-accueil", "front_desk"),
    ],
)
def test_an_outsider_finds_nothing(client, code, role):
    asked_of_the_caf(usual_name="Delaunay")
    client.force_login(factories.member(code, role))
    for answer in (client.get("/situations/?etat=toutes"), search(client, "Delaunay"), search(client, "Delauney")):
        assert answer.context["lines"] == []
        assert "DELAUNAY" not in answer.content.decode()


def test_a_removed_member_finds_nothing_at_his_next_request(client, manager):
    asked_of_the_caf()
    assert len(names(client.get("/situations/"))) == 1
    members.end_membership(membership=factories.membership_of(manager), on=TODAY, at=NOON)
    assert names(client.get("/situations/")) == []


def test_the_page_costs_ten_queries_at_most_whatever_is_asked(client, manager, django_assert_max_num_queries):
    for _ in range(3):
        asked_of_the_caf(usual_name="Ferreira")
    addresses = [
        "/situations/",
        "/situations/?etat=toutes&structure=caf-91&etape=answer&retard=on&miennes=on",
        search(client, "Ferreira").redirect_chain[0][0],
        search(client, "Fereira").redirect_chain[0][0],
    ]
    for address in addresses:
        with django_assert_max_num_queries(10):
            client.get(address)
