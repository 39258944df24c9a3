"""A departure: cases given, places proposed, in one act; refused line by line, and nothing twice."""

from datetime import date, timedelta

import pytest

from cases.actions.members import CannotChangeMember
from cases.models import Assignment, Case, JournalEntry, Membership, Referent, User, Vacancy
from cases.refusals import NotAllowed
from tests import factories
from tests.factories import NOON
from tests.journeys.scene import case_at, followed
from workflows.actions import absences, referents
from workflows.actions.departures import prepare
from workflows.actions.members import return_left
from workflows.models import CaseTask
from workflows.queries.departures import Departing, find_sent

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
LAST_DAY = date(2026, 12, 15)


@pytest.fixture
def caf():
    return factories.structure("caf-91")


@pytest.fixture
def manager():
    return factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine")


@pytest.fixture
def nadia():
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def rokia():
    return factories.member("caf-91", first_name="Rokia", last_name="Sangaré")


@pytest.fixture
def julien():
    return factories.member("caf-91", first_name="Julien", last_name="Pastor")


def place(user: User, name: str = "Zidane") -> Case:
    someone = factories.household(usual_name=name, first_names="Lila").members.get()
    return followed(by=user, code="caf-91", someone=someone).case


def responsible(case: Case) -> User | None:
    named = Assignment.objects.filter(case=case, structure__code="caf-91", kind="responsible", until=None).first()
    return named.user if named else None


def states(user: User, reader: User) -> list[tuple[str, str]]:
    departing = Departing(user, factories.structure("caf-91"), on=TODAY)
    return [(str(line.to), line.words) for line in find_sent(departing, reader=reader)]


def still_held(user: User) -> set[Case]:
    return {line.case for line in Departing(user, factories.structure("caf-91"), on=TODAY).lines}


def test_cases_are_given_and_places_proposed_in_one_act_with_a_line_each(manager, nadia, rokia, julien, caf):
    walk, followed_case, home = case_at("contact", worker=nadia), place(nadia), place(nadia, "Okoye")
    chosen = {walk.case.pk: rokia, followed_case.pk: julien, home.pk: None}
    sent = prepare(user=nadia, structure=caf, last_day=LAST_DAY, chosen=chosen, by=manager, at=NOON)
    assert [[line.case for line in lines] for lines in (sent.given, sent.proposed)] == [[walk.case], [followed_case]]
    assert (responsible(walk.case), walk.task("contact").owner) == (rokia, rokia)
    assert responsible(followed_case) == nadia  # until her colleague accepts
    assert Referent.objects.proposed().get().user == julien
    act = JournalEntry.objects.get(kind="departure.prepared")
    assert (act.actor, act.structure, act.data) == (
        manager, caf, {"user": nadia.pk, "last_day": "2026-12-15", "count": 2},
    )  # fmt: skip
    assert sorted(JournalEntry.objects.filter(cause=act).values_list("kind", flat=True)) == [
        "case.handed_over", "cases.handed_over", "referent.proposed",
    ]  # fmt: skip
    assert Membership.objects.get(user=nadia).until == LAST_DAY
    assert still_held(nadia) == {home}
    assert states(nadia, manager) == [("Julien Pastor", "proposé, sans réponse"), ("Rokia Sangaré", "confié")]


def test_one_hands_on_what_is_one_s_own_and_the_end_of_the_access_is_a_manager_s(nadia, rokia, caf):
    walk, followed_case = case_at("agree", worker=nadia), place(nadia)
    several = case_at("contact", worker=nadia, usual_name="Benali")
    chosen = dict.fromkeys([walk.case.pk, followed_case.pk, several.case.pk], rokia)
    sent = prepare(user=nadia, structure=caf, last_day=LAST_DAY, chosen=chosen, by=nadia, at=NOON)
    assert (len(sent.given), len(sent.proposed), sent.refused) == (2, 1, [])
    assert [responsible(each.case) for each in (walk, several)] == [rokia, rokia]
    assert Membership.objects.get(user=nadia).until is None
    assert Departing(nadia, caf, on=TODAY).last_day == LAST_DAY


def test_a_second_sending_does_nothing_twice(manager, nadia, rokia, caf):
    walk, followed_case = case_at("contact", worker=nadia), place(nadia)
    chosen = dict.fromkeys([walk.case.pk, followed_case.pk], rokia)
    prepare(user=nadia, structure=caf, last_day=LAST_DAY, chosen=chosen, by=manager, at=NOON)
    lines = JournalEntry.objects.count()
    again = prepare(user=nadia, structure=caf, last_day=LAST_DAY, chosen=chosen, by=manager, at=NOON)
    assert (again.given, again.proposed, again.refused, again.is_new_day) == ([], [], [], False)
    assert JournalEntry.objects.count() == lines
    assert Referent.objects.proposed().count() == 1


def test_what_is_refused_of_one_line_leaves_the_others_and_is_kept(manager, nadia, rokia, julien, caf):
    walk, other = case_at("contact", worker=nadia), case_at("plan", worker=nadia, usual_name="Benali")
    absences.declare(user=julien, structure=caf, since=TODAY, last_day=date(2026, 12, 4), by=julien, at=NOON)
    sent = prepare(
        user=nadia,
        structure=caf,
        last_day=LAST_DAY,
        chosen={walk.case.pk: julien, other.case.pk: rokia},
        by=manager,
        at=NOON,
    )
    ((line, why),) = sent.refused
    assert line.case == walk.case
    assert why.startswith("Julien Pastor est en absence jusqu’au 04/12/2026, sans remplaçant")
    assert (responsible(walk.case), responsible(other.case)) == (nadia, rokia)
    assert JournalEntry.objects.get(kind="departure.refused").data == {
        "user": nadia.pk,
        "lines": [[walk.case.pk, julien.pk]],
    }
    departing = Departing(nadia, caf, on=TODAY)
    departing.say_refusals(by=manager)
    said = {each.case: each.refusal for each in departing.lines}
    assert said[walk.case].startswith("Non transmis le 24/11/2026 à Julien Pastor. Julien Pastor est en absence")


@pytest.mark.parametrize("day", [date(2026, 11, 23), TODAY])
def test_a_day_that_leaves_nobody_the_time_to_answer_is_refused_and_nothing_is_sent(manager, nadia, rokia, caf, day):
    walk = case_at("contact", worker=nadia)
    with pytest.raises(CannotChangeMember, match="Choisir un jour à venir") as refused:
        prepare(user=nadia, structure=caf, last_day=day, chosen={walk.case.pk: rokia}, by=manager, at=NOON)
    assert refused.value.field == "last_day"
    assert responsible(walk.case) == nadia
    assert not JournalEntry.objects.filter(kind="departure.prepared").exists()


def test_the_last_day_comes_before_the_answer_and_nothing_is_lost(manager, nadia, rokia, caf):
    case = place(nadia)
    prepare(user=nadia, structure=caf, last_day=LAST_DAY, chosen={case.pk: rokia}, by=manager, at=NOON)
    assert return_left(at=NOON + timedelta(days=22)) == 1
    assert Referent.objects.get(case=case, user=nadia).state == "ended"
    proposal = Referent.objects.proposed().get(case=case, user=rokia)
    referents.answer_proposal(referent=proposal, accept=True, by=rokia, at=NOON + timedelta(days=23))
    proposal.refresh_from_db()
    assert (proposal.state, responsible(case)) == ("accepted", rokia)
    assert not Vacancy.objects.open().filter(case=case).exists()
    assert CaseTask.objects.open().filter(case=case, node="inform_person").count() == 1


@pytest.mark.parametrize(
    ("accept", "words"), [(True, "accepté"), (False, "décliné : charge de travail")], ids=["accepted", "declined"]
)
def test_the_answer_is_read_and_what_was_declined_is_to_be_handed_on_again(manager, nadia, rokia, caf, accept, words):
    case = place(nadia)
    prepare(user=nadia, structure=caf, last_day=LAST_DAY, chosen={case.pk: rokia}, by=nadia, at=NOON)
    assert still_held(nadia) == set()
    referents.answer_proposal(
        referent=Referent.objects.proposed().get(),
        accept=accept,
        reason="" if accept else "load",
        by=rokia,
        at=NOON + timedelta(hours=1),
    )
    assert states(nadia, manager) == [("Rokia Sangaré", words)]
    assert still_held(nadia) == (set() if accept else {case})


@pytest.mark.parametrize(("code", "role"), [("caf-91", "agent"), ("mds-grigny", "manager")])
def test_nobody_else_prepares_a_departure(nadia, rokia, caf, code, role):
    walk = case_at("contact", worker=nadia)
    with pytest.raises(NotAllowed):
        prepare(
            user=nadia,
            structure=caf,
            last_day=LAST_DAY,
            chosen={walk.case.pk: rokia},
            by=factories.member(code, role),
            at=NOON,
        )
    assert responsible(walk.case) == nadia


def test_the_split_keeps_a_home_together_and_spares_who_leaves_or_is_away(manager, nadia, rokia, julien, caf):
    walk = case_at("contact", worker=nadia)
    holder = walk.case.household.memberships.get(position="holder").beneficiary
    home = followed(by=nadia, code="caf-91", someone=holder).case
    gone = factories.member("caf-91", first_name="Yves", last_name="Adam")
    prepare(user=gone, structure=caf, last_day=LAST_DAY, chosen={}, by=manager, at=NOON)
    absences.declare(user=julien, structure=caf, since=TODAY, last_day=date(2026, 12, 4), by=julien, at=NOON)
    split = Departing(nadia, caf, on=TODAY).propose_split(among=[gone, julien, rokia])
    assert {line.case: line.to for line in split.lines} == {walk.case: rokia, home: rokia}
    assert [(share.user, share.added) for share in split.shares] == [(gone, 0), (julien, 0), (rokia, 2)]
