"""The home of the pilot of the référents: plain numbers by structure, each the length of the list that it opens."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import members
from cases.models import User
from tests.cases.actions.test_referents import followed, somebody
from tests.factories import NOON, member, structure
from tests.workflows.views.referents.test_referents import of
from workflows.actions import referents
from workflows.views.pilot.referent_places import ReferentFigures, StructurePlaces

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
TODAY = NOON.date()


@pytest.fixture
def pilot() -> User:
    return member("cd91-rsa", "pilot")


def propose(user: User, *, code: str = "mds-grigny", days_ago: int = 0) -> Any:
    manager = member(code, "manager")
    at = NOON - timedelta(days=days_ago)
    return referents.propose(beneficiary=somebody(), structure=structure(code), user=user, by=manager, at=at)


def vacant(count: int, *, code: str = "mds-grigny", days_ago: int = 0) -> None:
    """Declined a working day later."""
    for _ in range(count):
        agent = member(code)
        referent = propose(agent, code=code, days_ago=days_ago)
        at = NOON - timedelta(days=days_ago - 1)
        referents.answer_proposal(referent=referent, accept=False, reason="load", by=agent, at=at)


def row(code: str, *, own: tuple[str, ...] = ()) -> StructurePlaces:
    read = ReferentFigures(own=[structure(each) for each in own], territory="grigny", on=TODAY)
    return next(each for each in read.rows if each.structure.code == code)


def test_small_numbers_are_shown_to_who_may_open_their_cases():
    vacant(6, days_ago=40)
    vacant(2, days_ago=3)
    assert (row("mds-grigny").places, row("mds-grigny").ages) == (
        8,
        [("moins de 15 jours", 2), ("15 à 29 jours", 0), ("30 jours et plus", 6)],
    )


def test_the_age_of_a_vacancy_is_counted_from_its_first_day():
    for days_ago, count in ((15, 5), (16, 5), (31, 5)):  # vacant the day after
        vacant(count, days_ago=days_ago)
    assert [number for _, number in row("mds-grigny").ages] == [5, 5, 5]
    assert row("mds-grigny").places == 15


def test_half_of_the_answers_took_so_many_working_days():
    for days_ago, after in ((21, 1), (21, 2), (21, 3), (21, 7), (21, 8)):  # from Tuesday 3 November: 1, 2, 3, 5 and 5
        agent = member("mds-grigny")
        referent = propose(agent, days_ago=days_ago)
        at = NOON - timedelta(days=days_ago - after)
        referents.answer_proposal(referent=referent, accept=True, by=agent, at=at)
    assert row("mds-grigny").answered_in == "3"


def test_whoever_proposes_himself_has_answered_nothing():
    for _ in range(5):
        followed(somebody(), member("mds-grigny"))
    assert row("mds-grigny").answered_in == ""
    assert row("mds-grigny").followed == 5


def test_people_whom_two_structures_follow_and_nobody_coordinates():
    for _ in range(5):
        someone = somebody()
        followed(someone, member("mds-grigny"))
        followed(someone, member("ccas-grigny"), "ccas-grigny")
    read = ReferentFigures(own=[], territory="grigny", on=TODAY)
    assert read.uncoordinated_ages == ([("moins de 15 jours", 5), ("15 à 29 jours", 0), ("30 jours et plus", 0)], 5)
    assert [(each.structure.code, each.coordinations) for each in read.rows] == [
        ("ccas-grigny", 5),
        ("mds-grigny", 5),
    ]


def test_the_pilot_reads_numbers_and_no_name(pilot: User):
    vacant(6, days_ago=3)
    page = of(pilot).get(reverse("places")).content.decode()
    assert "AUBRY" not in page.upper()
    assert "MDS de Grigny" in page
    assert f"{reverse('referents')}?structure" not in page


def test_of_ones_own_structure_each_number_is_the_length_of_the_list_that_it_opens():
    manager = member("mds-grigny", "manager")
    members.join(user=manager, structure=structure("cd91-rsa"), role="pilot", since=TODAY, at=NOON)
    vacant(2, days_ago=3)
    for _ in range(3):
        propose(member("mds-grigny"))
    someone = somebody()
    followed(someone, member("mds-grigny"))
    followed(someone, member("ccas-grigny"), "ccas-grigny")
    client = of(manager)
    page = client.get(reverse("places")).content.decode()
    shown = {anchor: int(number) for anchor, number in re.findall(r'\?structure=mds-grigny#(\w+)">(\d+)<', page)}
    assert shown == {"places": 2, "coordinations": 1, "propositions": 3}
    lists = client.get(reverse("referents") + "?structure=mds-grigny").content.decode()
    for anchor, number in shown.items():
        table = lists.split(f'id="{anchor}"')[1].split("</table>")[0]
        assert table.count('<th scope="row">') == number, anchor


@pytest.mark.parametrize(("code", "role"), [
    ("mds-grigny", "agent"), ("mds-grigny", "manager"), ("caf-91-pilotage", "pilot"), ("ville-grigny", "pilot"),
])  # fmt: skip
def test_only_the_pilot_of_the_referents_has_this_page(client: Client, code: str, role: str):
    client.force_login(member(code, role))
    assert client.get(reverse("places")).status_code == 404


def test_the_pilot_reads_plain_numbers_as_long_as_the_lists_that_they_open(pilot: User):
    vacant(2, days_ago=3)
    vacant(1, code="ccas-grigny", days_ago=40)
    propose(member("mds-grigny"))
    client = of(pilot)
    assert client.get(reverse("steering")).headers["Location"] == reverse("places")
    answer = client.get(reverse("places"))
    assert "petit nombre" not in answer.content.decode()
    shown = {
        row.structure.code: (row.places, row.proposals, [number for _, number in row.ages])
        for row, _ in answer.context["rows"]
    }
    assert shown == {"mds-grigny": (2, 1, [2, 0, 0]), "ccas-grigny": (1, 0, [0, 0, 1])}
    links = re.findall(r'href="([^"]*listes/[^"]*structure=[^"]*)">(\d+)<', answer.content.decode())
    assert sorted(int(number) for _, number in links) == [1, 1, 2]
    for url, number in links:
        assert len(client.get(url.replace("&amp;", "&")).context["rows"]) == int(number)
    assert client.get(reverse("steering"), {"action": "impayes"}).status_code == 200


def test_the_page_costs_twelve_queries_at_most(pilot: User, django_assert_max_num_queries: Any):
    vacant(3, days_ago=3)
    client = of(pilot)
    with django_assert_max_num_queries(12):  # two of them are the session and the user
        client.get(reverse("places"))
