"""The lists of the pilot of action 11, and the cards that he opens for a few days: what he reads, and when it ends."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases import permissions
from cases.actions import labels, pilot_cards
from cases.models import (
    AccessEntry,
    Case,
    CaseLabel,
    Coordination,
    JournalEntry,
    Participation,
    Referent,
    User,
    Vacancy,
)
from cases.refusals import NotAllowed
from tests.cases.actions.test_referents import nothing_broken, somebody
from tests.factories import NOON, member, structure
from tests.journeys.scene import followed
from tests.pages import html_of
from tests.workflows.views.referents.test_referents import of, of_two
from workflows.actions import coordination, referents
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
TODAY = NOON.date()
LIST = "/pilotage/referents/listes/"


@pytest.fixture
def pilot() -> User:
    return member("cd91-rsa", "pilot", last_name="Nadaud")


def vacant(*, name: str = "Moreau", days_ago: int = 3) -> Case:
    """Nobody follows her: who was asked declined a day later."""
    agent, at = member("mds-grigny"), NOON - timedelta(days=days_ago + 1)
    manager = member("mds-grigny", "manager")
    found = referents.propose(
        beneficiary=somebody(name), structure=structure("mds-grigny"), user=agent, by=manager, at=at
    )
    referents.answer_proposal(
        referent=found, accept=False, reason="load", by=agent, at=NOON - timedelta(days=days_ago)
    )
    return found.case


def proposed(*, name: str = "Pereira", days_ago: int = 2) -> Referent:
    return referents.propose(
        beneficiary=somebody(name),
        structure=structure("mds-grigny"),
        user=member("mds-grigny", last_name="Arnoux"),
        by=member("mds-grigny", "manager"),
        at=NOON - timedelta(days=days_ago),
    )


def rows(user: User, which: str = "", **asked: str) -> list[Any]:
    found: list[Any] = of(user).get(LIST, {"liste": which, **asked}).context["rows"]
    return found


def card(case: Case) -> Participation:
    return Participation.objects.get(case=case, part="arbiter", until__gt=TODAY)


def open_it(user: User, case: Case) -> Any:
    return of(user).post(reverse("open_pilot_card", args=[case.public_id]))


def test_a_line_has_a_number_and_no_name_until_its_card_is_open(pilot: User):
    case = vacant()
    page = html_of(of(pilot).get(LIST, {"liste": "places"}))
    assert case.reference in page
    assert "MOREAU" not in page
    assert of(pilot).get(reverse("beneficiary", args=[case.public_id])).status_code == 404

    assert open_it(pilot, case).headers["Location"] == reverse("beneficiary", args=[case.public_id])
    assert "MOREAU" in html_of(of(pilot).get(LIST, {"liste": "places"}))
    assert "MOREAU" in html_of(of(pilot).get(reverse("beneficiary", args=[case.public_id])))
    assert permissions.access_level(pilot, case, at=TODAY) == "card"
    line = JournalEntry.objects.filter(case=case).latest("pk")
    assert (line.kind, line.actor, line.data["part"]) == ("sharing.started", pilot, "arbiter")
    assert AccessEntry.objects.filter(user=pilot, case=case).exists()
    assert nothing_broken()


def test_a_card_is_open_for_five_days_and_ends_by_the_clock(pilot: User):
    case = vacant()
    open_it(pilot, case)
    assert card(case).until == TODAY + timedelta(days=5)  # the first day without
    assert permissions.can_view(pilot, case, at=TODAY + timedelta(days=4))
    assert not permissions.can_view(pilot, case, at=TODAY + timedelta(days=5))
    with time_machine.travel(NOON + timedelta(days=5), tick=False):
        assert "MOREAU" not in html_of(of(pilot).get(LIST, {"liste": "places"}))


def test_opening_twice_opens_once(pilot: User):
    case = vacant()
    open_it(pilot, case)
    open_it(pilot, case)
    assert Participation.objects.filter(case=case, part="arbiter").count() == 1
    assert JournalEntry.objects.filter(case=case, kind="sharing.started", data__part="arbiter").count() == 1


def test_a_card_ends_with_the_place_that_is_filled(pilot: User):
    case = vacant()
    open_it(pilot, case)
    agent = member("mds-grigny")
    given = referents.propose(
        beneficiary=case.beneficiary or somebody(), structure=structure("mds-grigny"), user=agent, by=agent, at=NOON
    )
    assert permissions.can_view(pilot, case, at=TODAY)
    referents.answer_proposal(referent=given, accept=True, by=agent, at=NOON)
    assert not permissions.can_view(pilot, case, at=TODAY)
    assert nothing_broken()


def test_a_card_ends_with_the_answer_that_was_awaited(pilot: User):
    referent = proposed()
    [row] = rows(pilot, "propositions")
    assert (row.asked.split()[-1], row.structure, row.days, row.person) == ("Arnoux", "MDS de Grigny", 2, "")
    open_it(pilot, referent.case)
    referents.answer_proposal(referent=referent, accept=True, by=referent.user, at=NOON)
    assert not permissions.can_view(pilot, referent.case, at=TODAY)
    assert rows(pilot, "propositions") == []


def test_where_the_rule_names_nobody_the_step_is_on_the_line(pilot: User):
    case = of_two(member("mds-grigny"), member("ccas-grigny"))
    task = CaseTask.objects.open().get(node="choose_coordinator")
    [row] = rows(pilot)
    assert (row.to_choose, row.person, row.structures) == (
        task.public_id,
        "ZIDANE Alix",
        ["CCAS de Grigny", "MDS de Grigny"],
    )
    assert reverse("step", args=[case.public_id, task.public_id]) in html_of(of(pilot).get(LIST))


def test_the_pilot_decides_who_coordinates_through_a_card_that_he_opened_and_sees_her_no_longer(pilot: User):
    """One of the two has not told her yet: the rule waits for him; the pilot need not."""
    mds, ccas = member("mds-grigny"), member("ccas-grigny")
    case = followed(by=mds, code="mds-grigny", someone=somebody("Zidane")).case
    given = referents.propose(
        beneficiary=case.beneficiary or somebody(), structure=structure("ccas-grigny"), user=ccas, by=ccas, at=NOON
    )
    referents.answer_proposal(referent=given, accept=True, by=ccas, at=NOON)
    [row] = rows(pilot)
    assert (row.person, row.to_choose, row.structures) == ("", None, ["CCAS de Grigny", "MDS de Grigny"])
    open_it(pilot, case)
    propose_url = reverse("coordinator_propose", args=[case.public_id])
    assert propose_url in html_of(of(pilot).get(reverse("beneficiary", args=[case.public_id])))
    sent = of(pilot).post(propose_url, {"referent": case.referents.get(user=mds).pk})
    assert sent.headers["Location"] == LIST
    assert Coordination.objects.proposed().get().referent.user == mds
    line = JournalEntry.objects.filter(case=case, kind="coordinator.proposed").latest("pk")
    assert line.actor == pilot
    assert not permissions.can_view(pilot, case, at=TODAY)
    assert [row.asked for row in rows(pilot, "coordinateurs-proposes")] == [mds.get_full_name()]
    assert nothing_broken()


def test_what_is_settled_or_restricted_is_not_opened(pilot: User):
    case = vacant()
    Vacancy.objects.update(closed_on=TODAY, outcome="not_needed")
    page = html_of(of(pilot).post(reverse("open_pilot_card", args=[case.public_id]), follow=True))
    assert "Rien n’attend plus pour cette personne" in page
    assert not permissions.can_view(pilot, case, at=TODAY)


@pytest.mark.parametrize(("code", "role"), [
    ("caf-91-pilotage", "pilot"), ("ville-grigny", "pilot"), ("cd91-rsa", "manager"), ("mds-grigny", "manager"),
])  # fmt: skip
def test_only_the_pilot_of_the_referents_has_these_lists_and_cards(code: str, role: str):
    case, other = vacant(), member(code, role)
    assert of(other).get(LIST).status_code == 404
    assert open_it(other, case).status_code == 404
    with pytest.raises(NotAllowed):
        pilot_cards.open_card(case=case, desk=structure("cd91-rsa"), by=other, at=NOON)


def test_the_lists_of_a_structure_are_as_long_as_its_numbers(pilot: User):
    vacant()
    vacant(name="Cadet")
    of_two(member("mds-grigny"), member("ccas-grigny"))
    assert len(rows(pilot, "places", structure="mds-grigny")) == 2
    assert rows(pilot, "places", structure="ccas-grigny") == []
    assert len(rows(pilot, "sans-coordinateur", structure="ccas-grigny")) == 1
    assert of(pilot).get(LIST, {"structure": "nulle-part"}).status_code == 404


@pytest.mark.parametrize("which", ["sans-coordinateur", "places", "propositions", "coordinateurs-proposes"])
def test_a_list_costs_twelve_queries_at_most(pilot: User, which: str, django_assert_max_num_queries: Any):
    for _ in range(4):
        vacant()
        proposed()
    client = of(pilot)
    with django_assert_max_num_queries(13):  # the session, the user and the line of the access log are three
        client.get(LIST, {"liste": which})


def test_a_card_that_ends_leaves_the_labels_of_a_desk_that_follows_her_too(pilot: User):
    """Its own part goes on: only what the pilot opened ends."""
    solene, desk = member("cd91-rsa", last_name="Cazal"), structure("cd91-rsa")
    case = followed(by=solene, code="cd91-rsa", someone=somebody("Zidane")).case
    label = labels.create(structure=desk, words="relance", by=member("cd91-rsa", "manager"), at=NOON)
    labels.put(case=case, label=label, by=solene, at=NOON)
    asked = referents.propose(
        beneficiary=case.beneficiary or somebody(),
        structure=structure("mds-grigny"),
        user=member("mds-grigny"),
        by=member("mds-grigny", "manager"),
        at=NOON,
    )
    open_it(pilot, case)
    assert card(case).until == TODAY + timedelta(days=5)
    referents.answer_proposal(referent=asked, accept=False, reason="load", by=asked.user, at=NOON)
    agent = member("mds-grigny")
    given = referents.propose(
        beneficiary=asked.beneficiary, structure=structure("mds-grigny"), user=agent, by=agent, at=NOON
    )
    referents.answer_proposal(referent=given, accept=True, by=agent, at=NOON)
    coordination.object_to(case=case, structure=desk, on=TODAY, by=solene, at=NOON)
    assert not Participation.objects.filter(case=case, part="arbiter", until__gt=TODAY).exists()
    assert [each.label for each in CaseLabel.objects.filter(case=case)] == [label]
    assert permissions.can_view(solene, case, at=TODAY)
    assert nothing_broken()
