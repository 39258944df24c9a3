"""A pilot of two cities, with a tab open on each: what he sends is of the one that he read."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import editions, members
from cases.actions.editions import DEADLINES
from cases.models import DeadlineRule, Edition, User
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.two_cities import City, make_valbrune
from tests.workflows.views.editions.test_editions import form_of
from workflows.models import CommitteeReport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
PAGES = ("delais/2/", "delais/2/C08/", "delais/2/ajouter/", "delais/2/changements/")


@pytest.fixture
def city() -> City:
    return make_valbrune()


@pytest.fixture
def of_both(client: Client, city: City) -> User:
    """At both desks, with a draft open in each, and Valbrune read last."""
    person = factories.member("caf-91-pilotage", "pilot")
    desk = city.structure("caf_pilot")
    members.join(user=person, structure=desk, role="pilot", since=NOON.date(), at=NOON)
    for source in Edition.objects.filter(catalogue="deadlines"):
        draft = editions.open_draft(catalogue=DEADLINES, source=source, by=person, at=NOON)
        editions.withdraw_rule(catalogue=DEADLINES, edition=draft, code="C01")
    client.force_login(person)
    return person


def choose(client: Client, territory: str) -> None:
    client.post(reverse("choose_territory"), {"territory": territory})


def said_by(html: str) -> dict[str, str]:
    """What the forms of a page say of the city."""
    [code] = set(re.findall(r'name="territoire" value="(\w+)"', html))
    return {"territoire": code}


def margins() -> dict[str, int]:
    rules = DeadlineRule.objects.filter(edition__state="draft", code="C08")
    return dict(rules.values_list("edition__territory", "safe_margin"))


@pytest.mark.parametrize("read_in", ["grigny", "valbrune"])
def test_a_rule_is_kept_in_the_draft_in_which_it_was_read(client: Client, of_both: User, read_in: str):
    other = {"grigny": "valbrune", "valbrune": "grigny"}[read_in]
    address = reverse("rules_rule", args=["delais", 2, "C08"])
    choose(client, read_in)
    page = client.get(address)
    sent = form_of(page) | said_by(html_of(page))
    [margin] = [name for name in sent if name.endswith("safe_margin")]
    choose(client, other)  # in the other tab
    answer = client.post(address, {**sent, margin: "15"}, follow=True)
    assert "Règle enregistrée dans le brouillon" in html_of(answer)
    assert f"<small>{read_in.capitalize()}</small>" in html_of(answer), "the page that follows is of the same city"
    assert margins() == {read_in: 15, other: 10}


@pytest.mark.parametrize("page", PAGES)
def test_each_form_on_rules_says_in_which_city_it_was_read(client: Client, of_both: User, page: str):
    for territory in ("grigny", "valbrune"):
        choose(client, territory)
        main = html_of(client.get(f"/pilotage/regles/{page}")).partition("<main")[2]
        posts = re.findall(r'<form[^>]*method="post".*?</form>', main, re.DOTALL)
        assert posts
        for form in posts:
            assert f'name="territoire" value="{territory}"' in form


def test_what_does_not_say_its_city_or_says_one_of_others_is_not_done(client: Client, of_both: User):
    for said in ({}, {"territoire": "montclar"}):
        for name in ("rules_drop", "rules_copy"):
            assert client.post(reverse(name, args=["delais", 2]), said).status_code == 404
    assert Edition.objects.filter(catalogue="deadlines", state="draft").count() == 2


def test_who_pilots_in_one_city_is_of_it_whatever_is_said(client: Client, city: City):
    client.force_login(city.people["pilot of the desk"])
    assert client.post(reverse("rules_copy", args=["delais", 1]), {"territoire": "grigny"}).status_code == 302
    assert Edition.objects.get(catalogue="deadlines", state="draft").territory == "valbrune"


def test_a_quarterly_report_is_commented_in_the_city_in_which_it_was_read(client: Client, of_both: User, city: City):
    city.fill()
    address = reverse("committee_report", args=["2026-T4"])
    choose(client, "valbrune")
    page = client.get(address)
    section = next(iter(page.context["form"].fields))
    choose(client, "grigny")
    client.post(address, {**said_by(html_of(page)), section: "Vu en comité."})
    [kept] = CommitteeReport.objects.exclude(comments={})
    assert (kept.territory, kept.comments[section]) == ("valbrune", "Vu en comité.")
