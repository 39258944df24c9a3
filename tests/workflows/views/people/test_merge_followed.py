"""Two records of one person, each followed, made one from the page that compares them."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Beneficiary, Case, Coordination, Merge, Referent, User
from notifications import fanout
from notifications.models import Notice
from tests.cases.actions.test_referents import nothing_broken, somebody
from tests.factories import NOON, member
from tests.journeys.scene import followed
from tests.workflows.walk import Walk
from workflows.models import CaseTask
from workflows.steps.coordination import NODES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def manager() -> User:
    return member("mds-grigny", "manager", last_name="Lambert")


@pytest.fixture
def pair() -> tuple[Beneficiary, Beneficiary]:
    return somebody("Aubry"), somebody("Aubry")


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def followed_twice(pair: tuple[Beneficiary, Beneficiary]) -> tuple[Case, Case]:
    """By two colleagues of the MDS, who both coordinate; another structure follows each record besides."""
    cases = []
    for someone, name, code in ((pair[0], "Kessler", "ccas-grigny"), (pair[1], "Delmas", "adil-91")):
        own = followed(by=member("mds-grigny", last_name=name), code="mds-grigny", someone=someone)
        followed(by=member(code), code=code, someone=someone)
        walk = Walk(own.case)
        walk.take("choose_coordinator", by=member("cd91-rsa", "pilot"), referent=own)
        walk.take("coordinate", by=own.user, accept="yes")
        walk.take("ask_agreement", by=own.user, agrees="yes", on=NOON.date())
        cases.append(own.case)
    return cases[0], cases[1]


def test_the_page_asks_who_stays_with_structure_and_since_when(manager: User, pair: tuple[Beneficiary, Beneficiary]):
    kept, closed = followed_twice(pair)
    url = reverse("compare_people", args=[each.public_id for each in pair])
    page = " ".join(of(manager).get(url).content.decode().split())
    for words in (
        "Qui reste le référent de MDS de Grigny ?",
        "Qui reste le coordinateur ?",
        "Camille Kessler, MDS de Grigny, depuis le 24 novembre 2026",
        "Camille Delmas, MDS de Grigny, depuis le 24 novembre 2026",
    ):
        assert words in page
    refused = of(manager).post(url, {"what": "all"}).content.decode()
    assert "Dire qui reste." in refused
    assert not Merge.objects.exists()
    assert Coordination.objects.current().count() == 2
    mixed = {"what": "all", "reste-mds-grigny": "kept", "reste-coordinator": "absorbed"}
    assert "choisir le même dans sa structure" in of(manager).post(url, mixed).content.decode()
    assert not Merge.objects.exists()
    assert {kept.closed_on, closed.closed_on} == {None}
    assert nothing_broken()


def test_those_who_are_chosen_go_on_with_their_steps(manager: User, pair: tuple[Beneficiary, Beneficiary]):
    kept, closed = followed_twice(pair)
    url = reverse("compare_people", args=[each.public_id for each in pair])
    of(manager).post(url, {"what": "all", "reste-mds-grigny": "absorbed", "reste-coordinator": "absorbed"})
    closed.refresh_from_db()
    assert (closed.outcome, Coordination.objects.current().get().referent.user.last_name) == ("duplicate", "Delmas")
    held = Referent.objects.current().filter(case=kept)
    assert set(held.values_list("structure__code", flat=True)) == {"mds-grigny", "ccas-grigny", "adil-91"}
    waiting = CaseTask.objects.open().filter(case__in=(kept, closed))
    assert sorted(waiting.values_list("case", "node", "structure__code")) == [
        (kept.pk, "follow_up", "adil-91"),
        (kept.pk, "follow_up", "ccas-grigny"),
        (kept.pk, "follow_up", "mds-grigny"),
    ]
    assert waiting.get(structure__code="mds-grigny").owner.last_name == "Delmas"
    assert nothing_broken()
    fanout.drain_outbox(at=NOON)
    told = Notice.objects.filter(entry__kind="coordination.united").values_list("user__last_name", flat=True)
    assert {"Kessler", "Delmas"} <= set(told)


def test_two_people_of_one_household_keep_each_their_own(manager: User, pair: tuple[Beneficiary, Beneficiary]):
    followed_twice(pair)
    url = reverse("compare_people", args=[each.public_id for each in pair])
    of(manager).post(url, {"what": "home"})
    assert Merge.objects.get().kind == "household"
    assert Coordination.objects.current().count() == 2
    assert nothing_broken()


def test_without_a_coordinator_left_the_rule_looks_for_one(manager: User, pair: tuple[Beneficiary, Beneficiary]):
    own = followed(by=member("mds-grigny"), code="mds-grigny", someone=pair[0])
    other = followed(by=member("mds-grigny"), code="mds-grigny", someone=pair[1])
    followed(by=member("adil-91"), code="adil-91", someone=pair[1])
    assert CaseTask.objects.open().filter(case=other.case, node__in=NODES).exists()
    url = reverse("compare_people", args=[each.public_id for each in pair])
    of(manager).post(url, {"what": "all", "reste-mds-grigny": "kept"})
    assert list(CaseTask.objects.open().filter(node__in=NODES).values_list("case", "node")) == [
        (own.case_id, "choose_coordinator")
    ]
    assert nothing_broken()
