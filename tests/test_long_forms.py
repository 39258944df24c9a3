"""A form that sends a great deal is read; one that sends too much is refused in words, and nothing of it is done."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import referents
from cases.models import JournalEntry, Referent
from tests import factories
from tests.factories import NOON
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def portfolio(client: Client) -> str:
    """The page where a manager hands on those whom somebody follows."""
    manager, leaving = factories.member("caf-91", "manager"), factories.member("caf-91")
    person = factories.household().members.get()
    referents.propose(beneficiary=person, structure=factories.structure("caf-91"), user=leaving, by=manager, at=NOON)
    proposed = Referent.objects.get()
    referents.accept(referent=proposed, by=leaving, at=NOON)
    client.force_login(manager)
    return reverse("portfolio", args=["caf-91", leaving.public_id])


def people(number: int) -> dict[str, list[str]]:
    """As many answers as a page sends of so many people: who is ticked, and to whom each goes."""
    return {"personne": [str(each) for each in range(number)]} | {f"vers-{each}": ["auto"] for each in range(number)}


def test_a_portfolio_of_thousands_is_handed_on_from_one_page(client, portfolio):
    answer = client.post(portfolio, people(4000))
    assert answer.status_code == 200
    assert "trop de choses à la fois" not in html_of(answer)


@pytest.mark.parametrize(
    "sent", [people(5001), {"motif": "a" * (5 * 1024 * 1024 + 1)}], ids=["too many answers", "too long a text"]
)
def test_what_is_too_much_is_refused_in_words_that_say_what_to_do(client, portfolio, sent):
    before = JournalEntry.objects.count()
    answer = client.post(portfolio, sent | {"transferer": "oui"})
    assert answer.status_code == 413
    html = html_of(answer)
    assert "La page a envoyé trop de choses à la fois" in html
    assert "Rien n’a été enregistré" in html
    assert "où votre saisie est encore : cochez ou remplissez moins de lignes" in html
    assert JournalEntry.objects.count() == before


def test_an_address_that_asks_too_much_is_refused_in_words_too(client, portfolio):
    answer = client.get(f"{portfolio}?{'a=1&' * 10_001}")
    assert answer.status_code == 413
    assert "La page a envoyé trop de choses à la fois" in html_of(answer)
