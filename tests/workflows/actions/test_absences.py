"""Absences: who does what meanwhile, from which day to which, and what is refused."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases import permissions
from cases.actions import case as cases
from cases.actions.absences import CannotBeAbsent
from cases.models import Absence, Assignment, Case, JournalEntry, User
from cases.refusals import NotAllowed, Refusal
from tests import factories
from tests.cases.actions.test_referents import somebody
from tests.factories import NOON, PARIS
from tests.journeys.scene import REACHED, case_at, reported
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import absences, members, referents, tasks
from workflows.queries import presence
from workflows.steps.refusal import StepRefused

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
"""A Tuesday."""


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, 0, tzinfo=PARIS)


@pytest.fixture
def manager() -> User:
    return factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine")


@pytest.fixture
def nadia() -> User:
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def rokia() -> User:
    return factories.member("caf-91", first_name="Rokia", last_name="Sangaré")


@pytest.fixture
def julien() -> User:
    return factories.member("caf-91", first_name="Julien", last_name="Pastor")


def declare(user: User, first: date, last: date, *substitutes: User, by: User | None = None, **more: Any) -> Absence:
    more.setdefault("at", NOON)
    return absences.declare(
        user=user,
        structure=factories.structure("caf-91"),
        since=first,
        last_day=last,
        substitutes=substitutes,
        by=by or user,
        **more,
    )


def rights(case: Case) -> list[tuple[str, date, date | None]]:
    """Who replaces somebody on a case, from which day, and the first day without."""
    rows = Assignment.objects.substitutes().filter(case=case).order_by("pk")
    return [(row.user.first_name, row.since, row.until) for row in rows]


def sees(user: User, case: Case, day: date) -> bool:
    return permissions.can_view(user, case, at=day)


def uncovered(day: date) -> dict[int, int]:
    """Who is away → his cases that nobody looks after."""
    away = presence.with_uncovered(presence.not_over(factories.structure("caf-91"), on=day), on=day)
    found = {absence.user_id: presence.count_uncovered(absence, on=day) for absence in away}
    return {user: count for user, count in found.items() if count}


def kinds(*, case: Case | None = None) -> list[str]:
    return list(
        JournalEntry.objects.filter(kind__regex=r"^(absence|substitute)\.", case=case)
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_a_substitute_sees_and_acts_on_these_days_and_on_no_other(nadia, rokia):
    walk = case_at("contact", worker=nadia)
    declare(nadia, date(2026, 11, 26), date(2026, 12, 4), rokia)
    task = walk.task("contact")
    for day, may in [
        (date(2026, 11, 24), False),
        (date(2026, 11, 25), False),
        (date(2026, 11, 26), True),
        (date(2026, 12, 4), True),
        (date(2026, 12, 5), False),
        (date(2027, 1, 4), False),
    ]:
        assert sees(rokia, walk.case, day) is may, day
        assert engine.may_act(rokia, task, at=noon(day)) is may, day


def test_she_takes_the_step_and_what_follows_is_still_the_absent_one_s_who_keeps_access(nadia, rokia, julien):
    walk = case_at("contact", worker=nadia)
    declare(nadia, TODAY, date(2026, 12, 4), rokia)
    with pytest.raises(NotAllowed):
        walk.take("contact", by=julien, **REACHED)
    assert sees(nadia, walk.case, TODAY)
    assert engine.may_act(nadia, walk.task("contact"), at=NOON)
    walk.take("contact", by=rokia, **REACHED)
    following = walk.task("diagnose")
    assert following.owner == nadia
    assert engine.may_act(rokia, following, at=NOON)
    assert not engine.may_act(rokia, following, at=noon(date(2026, 12, 5)))


def test_a_substitute_who_leaves_the_structure_sees_nothing_more(nadia, rokia):
    walk = case_at("contact", worker=nadia)
    declare(nadia, TODAY, date(2026, 12, 4), rokia)
    membership = factories.membership_of(rokia)
    membership.until = date(2026, 11, 27)
    membership.save()
    assert sees(rokia, walk.case, date(2026, 11, 27))
    assert not sees(rokia, walk.case, date(2026, 11, 28))


def test_cases_are_dealt_the_nearest_date_first_and_one_line_tells_each(manager, nadia, rokia, julien):
    """The days of the steps, each a margin before its legal date: plan and contact 4 December (of 9 and 8 December:
    who came first comes first), diagnosis 17 December (of the 24th); what waits for the landlord has none of hers."""
    walks = {node: case_at(node, worker=nadia) for node in ("agree", "diagnose", "plan", "contact")}
    declare(nadia, TODAY, date(2026, 12, 4), rokia, julien, by=manager)
    assert {node: [name for name, *_ in rights(walk.case)] for node, walk in walks.items()} == {
        "plan": ["Rokia"],
        "contact": ["Julien"],
        "diagnose": ["Rokia"],
        "agree": ["Julien"],
    }
    assert kinds() == ["absence.declared", "absence.covered", "absence.covered"]
    told = JournalEntry.objects.filter(kind="absence.covered").order_by("pk")
    assert [(entry.data["to"], entry.data["count"]) for entry in told] == [(rokia.pk, 2), (julien.pk, 2)]
    assert kinds(case=walks["agree"].case) == ["substitute.named"]


def test_a_case_may_be_given_otherwise_than_dealt_or_to_nobody(manager, nadia, rokia, julien):
    first, second, third = (case_at("contact", worker=nadia).case for _ in range(3))
    declare(nadia, TODAY, date(2026, 12, 4), rokia, by=manager, chosen={first.pk: julien, second.pk: None})
    assert [[name for name, *_ in rights(case)] for case in (first, second, third)] == [["Julien"], [], ["Rokia"]]
    (left,) = JournalEntry.objects.filter(kind="absence.uncovered")
    assert left.data["count"] == 1


def test_without_substitute_the_managers_are_told_and_the_count_says_so(manager, nadia):
    for _ in range(2):
        case_at("contact", worker=nadia)
    declare(nadia, TODAY, date(2026, 12, 4))
    assert kinds() == ["absence.declared", "absence.uncovered"]
    assert uncovered(TODAY) == {nadia.pk: 2}
    assert uncovered(date(2026, 12, 5)) == {}


def test_the_manager_deals_again_what_was_left_to_nobody_and_other_days_prolong_only_who_has_it(
    manager, nadia, rokia, julien
):
    first, second = (case_at("contact", worker=nadia).case for _ in range(2))
    absence = declare(nadia, TODAY, date(2026, 12, 4), rokia)
    absences.split_again(absence=absence, chosen={first.pk: julien}, by=manager, at=noon(date(2026, 11, 26)))
    was_given = ("Rokia", date(2026, 11, 24), date(2026, 11, 26))
    assert rights(first) == [was_given, ("Julien", date(2026, 11, 26), date(2026, 12, 5))]
    assert rights(second) == [("Rokia", date(2026, 11, 24), date(2026, 12, 5))]
    assert kinds(case=first) == ["substitute.named", "substitute.released", "substitute.named"]
    assert absences.split_again(absence=absence, chosen={first.pk: julien}, by=manager, at=NOON) is None
    later = noon(date(2026, 11, 27))
    absences.change_days(absence=absence, since=TODAY, last_day=date(2026, 12, 11), by=nadia, at=later)
    assert rights(first) == [was_given, ("Julien", date(2026, 11, 26), date(2026, 12, 12))]


def test_ended_early_the_rights_end_in_the_same_act(manager, nadia, rokia):
    walk = case_at("contact", worker=nadia)
    absence = declare(nadia, TODAY, date(2026, 12, 4), rokia)
    absences.end(absence=absence, by=nadia, at=NOON + timedelta(hours=1))
    assert not sees(rokia, walk.case, TODAY)
    assert not engine.may_act(rokia, walk.task("contact"), at=NOON + timedelta(hours=1))
    absence.refresh_from_db()
    assert (absence.until, absence.is_over(TODAY)) == (TODAY, True)
    assert kinds() == ["absence.declared", "absence.covered", "absence.ended"]
    assert kinds(case=walk.case) == ["substitute.named", "substitute.released"]


def test_one_to_come_may_be_cancelled(nadia, rokia):
    walk = case_at("contact", worker=nadia)
    absence = declare(nadia, date(2026, 12, 1), date(2026, 12, 4), rokia)
    absences.end(absence=absence, by=nadia, at=NOON)
    assert rights(walk.case) == [("Rokia", date(2026, 12, 1), date(2026, 12, 1))]
    assert not sees(rokia, walk.case, date(2026, 12, 1))
    absence.refresh_from_db()
    assert (absence.is_cancelled, absence.is_over(TODAY)) == (True, True)
    with pytest.raises(CannotBeAbsent, match="a été annulée"):
        absences.end(absence=absence, by=nadia, at=NOON)
    assert kinds() == ["absence.declared", "absence.covered", "absence.cancelled"]
    declare(nadia, date(2026, 12, 2), date(2026, 12, 3), rokia)


def test_with_nothing_to_do_nobody_is_told_of_what_is_left_and_the_same_days_write_nothing(nadia, rokia):
    absence = declare(nadia, TODAY, date(2026, 12, 4), rokia)
    assert kinds() == ["absence.declared"]
    absences.change_days(absence=absence, since=TODAY, last_day=date(2026, 12, 4), by=nadia, at=NOON)
    assert kinds() == ["absence.declared"]


def test_extended_it_extends_the_rights(nadia, rokia):
    walk = case_at("contact", worker=nadia)
    absence = declare(nadia, TODAY, date(2026, 12, 4), rokia)
    absences.change_days(absence=absence, since=TODAY, last_day=date(2026, 12, 18), by=nadia, at=NOON)
    assert rights(walk.case) == [("Rokia", date(2026, 11, 24), date(2026, 12, 19))]
    assert kinds(case=walk.case) == ["substitute.named", "substitute.dated"]


def test_one_to_come_moves_whole(nadia, rokia):
    walk = case_at("contact", worker=nadia)
    absence = declare(nadia, date(2026, 12, 1), date(2026, 12, 4), rokia)
    absences.change_days(absence=absence, since=date(2026, 12, 7), last_day=date(2026, 12, 11), by=nadia, at=NOON)
    assert rights(walk.case) == [("Rokia", date(2026, 12, 7), date(2026, 12, 12))]


def test_a_substitute_who_is_away_later_is_relayed_on_those_days(nadia, rokia, julien):
    walk = case_at("contact", worker=nadia)
    declare(nadia, TODAY, date(2026, 12, 18), rokia)
    declare(rokia, date(2026, 12, 1), date(2026, 12, 4), julien, at=noon(date(2026, 11, 30)))
    assert rights(walk.case) == [
        ("Rokia", date(2026, 11, 24), date(2026, 12, 19)),
        ("Julien", date(2026, 12, 1), date(2026, 12, 5)),
    ]
    task = walk.task("contact")
    assert not engine.may_act(julien, task, at=noon(date(2026, 11, 30)))
    assert engine.may_act(julien, task, at=noon(date(2026, 12, 2)))
    assert not engine.may_act(julien, task, at=noon(date(2026, 12, 5)))
    standing = Assignment.objects.standing_in(date(2026, 12, 2)).get(case=walk.case)
    assert (standing.user, standing.replaces) == (julien, nadia)


def test_a_relay_ends_with_what_it_relays(nadia, rokia, julien):
    walk = case_at("contact", worker=nadia)
    absence = declare(nadia, TODAY, date(2026, 12, 18), rokia)
    declare(rokia, date(2026, 12, 1), date(2026, 12, 11), julien)
    absences.end(absence=absence, by=nadia, at=noon(date(2026, 12, 2)))
    assert not sees(julien, walk.case, date(2026, 12, 2))
    assert rights(walk.case)[1] == ("Julien", date(2026, 12, 1), date(2026, 12, 2))


def test_a_relay_is_prolonged_with_what_it_relays_as_far_as_its_own_absence_goes(nadia, rokia, julien):
    walk = case_at("contact", worker=nadia)
    absence = declare(nadia, TODAY, date(2026, 12, 3), rokia)
    declare(rokia, date(2026, 12, 1), date(2026, 12, 11), julien)
    assert rights(walk.case)[1] == ("Julien", date(2026, 12, 1), date(2026, 12, 4))
    absences.change_days(absence=absence, since=TODAY, last_day=date(2026, 12, 31), by=nadia, at=NOON)
    assert rights(walk.case) == [
        ("Rokia", date(2026, 11, 24), date(2027, 1, 1)),
        ("Julien", date(2026, 12, 1), date(2026, 12, 12)),
    ]


def test_what_comes_to_be_replaced_when_the_days_move_is_relayed_too(nadia, rokia, julien):
    walk = case_at("contact", worker=nadia)
    declare(nadia, TODAY, date(2026, 12, 4), rokia)
    absence = declare(rokia, date(2026, 12, 7), date(2026, 12, 11), julien)
    assert len(rights(walk.case)) == 1
    absences.change_days(absence=absence, since=date(2026, 12, 3), last_day=date(2026, 12, 11), by=rokia, at=NOON)
    assert rights(walk.case)[1] == ("Julien", date(2026, 12, 3), date(2026, 12, 5))


def test_a_substitute_without_substitute_leaves_the_cases_to_nobody(nadia, rokia):
    case_at("contact", worker=nadia)
    declare(nadia, TODAY, date(2026, 12, 4), rokia)
    declare(rokia, TODAY, date(2026, 11, 27))
    assert uncovered(TODAY) == {nadia.pk: 1}
    assert uncovered(date(2026, 11, 28)) == {}
    (left,) = JournalEntry.objects.filter(kind="absence.uncovered")
    assert (left.data["user"], left.data["count"]) == (rokia.pk, 1)


def refusal(*args: Any, **more: Any) -> str:
    before = (Absence.objects.count(), Assignment.objects.count(), JournalEntry.objects.count())
    with pytest.raises(CannotBeAbsent) as refused:
        declare(*args, **more)
    assert (Absence.objects.count(), Assignment.objects.count(), JournalEntry.objects.count()) == before
    return str(refused.value)


def test_a_circle_of_two_or_of_three_is_refused(nadia, rokia, julien):
    declare(nadia, TODAY, date(2026, 12, 4), rokia)
    assert refusal(rokia, date(2026, 12, 1), date(2026, 12, 11), nadia) == (
        "Nadia Belkacem est en absence du 24/11/2026 au 04/12/2026 et ses dossiers reviendraient à Rokia Sangaré : "
        "le remplacement tournerait en rond. Choisir une autre personne."
    )
    declare(rokia, TODAY, date(2026, 12, 4), julien)
    assert "tournerait en rond" in refusal(julien, TODAY, date(2026, 11, 27), nadia)


def test_a_circle_made_by_other_days_is_refused(nadia, rokia):
    absence = declare(nadia, TODAY, date(2026, 11, 27), rokia)
    declare(rokia, date(2026, 12, 1), date(2026, 12, 4), nadia)
    with pytest.raises(CannotBeAbsent, match="tournerait en rond"):
        absences.change_days(absence=absence, since=TODAY, last_day=date(2026, 12, 2), by=nadia, at=NOON)
    absence.refresh_from_db()
    assert absence.last_day == date(2026, 11, 27)


def test_a_substitute_who_is_absent_too_is_refused(nadia, rokia, julien):
    declare(rokia, date(2026, 12, 4), date(2026, 12, 11), julien)
    assert refusal(nadia, TODAY, date(2026, 12, 4), rokia) == (
        "Rokia Sangaré est en absence du 04/12/2026 au 11/12/2026 : choisir une autre personne, ou d’autres dates."
    )
    declare(nadia, TODAY, date(2026, 12, 3), rokia)


def test_days_are_not_added_while_the_substitute_is_away(nadia, rokia):
    case_at("contact", worker=nadia)
    declare(rokia, date(2026, 12, 7), date(2026, 12, 11))
    absence = declare(nadia, TODAY, date(2026, 12, 4), rokia)
    with pytest.raises(CannotBeAbsent, match="Rokia Sangaré est en absence du 07/12/2026"):
        absences.change_days(absence=absence, since=TODAY, last_day=date(2026, 12, 8), by=nadia, at=NOON)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 23), date(2026, 12, 4), "Le premier jour est passé"),
        (date(2026, 12, 4), date(2026, 12, 3), "Le dernier jour précède le premier"),
        (date(2026, 12, 4), date(2027, 12, 5), "L’absence dure plus d’un an"),
        (date(2025, 12, 4), date(2025, 12, 5), "Le premier jour est passé"),
    ],
)
def test_days_that_make_no_sense_are_refused(nadia, first, last, said):
    assert said in refusal(nadia, first, last)


def test_two_absences_at_once_are_refused(nadia):
    declare(nadia, TODAY, date(2026, 12, 4))
    assert refusal(nadia, date(2026, 12, 4), date(2026, 12, 8)) == (
        "Une absence est déjà déclarée du 24/11/2026 au 04/12/2026 : changer ses dates."
    )
    declare(nadia, date(2026, 12, 5), date(2026, 12, 8))


def test_a_substitute_is_another_who_follows_cases_in_the_same_structure_until_the_end(nadia, rokia):
    assert "On ne se remplace pas soi-même" in refusal(nadia, TODAY, TODAY, nadia)
    stranger = factories.member("mds-grigny", first_name="Ida", last_name="Blanc")
    assert "Ida Blanc ne suit pas de dossiers dans la structure" in refusal(nadia, TODAY, TODAY, stranger)
    desk = factories.member("caf-91", "dpo", first_name="Yves", last_name="Marchal")
    assert "Yves Marchal ne suit pas de dossiers" in refusal(nadia, TODAY, TODAY, desk)
    membership = factories.membership_of(rokia)
    membership.until = date(2026, 12, 3)
    membership.save()
    assert refusal(nadia, TODAY, date(2026, 12, 4), rokia) == (
        "Rokia Sangaré quitte la structure avant la fin de l’absence : choisir une autre personne."
    )


def test_a_colleague_does_not_declare_the_absence_of_another(nadia, rokia):
    assert "Seuls la personne et un responsable" in refusal(nadia, TODAY, TODAY, by=rokia)
    absence = declare(nadia, TODAY, TODAY)
    common: dict[str, Any] = {"absence": absence, "by": rokia, "at": NOON}
    with pytest.raises(CannotBeAbsent, match="Seuls la personne et un responsable"):
        absences.end(**common)
    with pytest.raises(CannotBeAbsent, match="Seuls la personne et un responsable"):
        absences.change_days(since=TODAY, last_day=date(2026, 12, 1), **common)
    with pytest.raises(CannotBeAbsent, match="Seuls la personne et un responsable"):
        absences.split_again(chosen={}, **common)


def test_one_that_is_over_is_not_changed(nadia):
    absence = declare(nadia, TODAY, TODAY)
    with pytest.raises(CannotBeAbsent, match="Cette absence est terminée"):
        absences.end(absence=absence, by=nadia, at=noon(date(2026, 11, 25)))


@pytest.mark.parametrize(
    ("since", "last_day", "said"),
    [
        (date(2026, 11, 25), date(2026, 12, 4), "seul son dernier jour peut changer"),
        (TODAY, date(2026, 11, 25), "Ce dernier jour est passé"),
    ],
)
def test_what_has_begun_moves_by_its_end_alone(nadia, since, last_day, said):
    absence = declare(nadia, TODAY, date(2026, 12, 4))
    with pytest.raises(CannotBeAbsent, match=said):
        absences.change_days(absence=absence, since=since, last_day=last_day, by=nadia, at=noon(date(2026, 11, 26)))


def test_a_case_that_comes_to_who_is_away_goes_to_the_substitute_who_has_least(manager, nadia, rokia, julien):
    case_at("contact", worker=rokia)
    declare(nadia, TODAY, date(2026, 12, 4), rokia, julien)
    walk = case_at("contact", worker=nadia)
    assert rights(walk.case) == [("Julien", TODAY, date(2026, 12, 5))]
    assert engine.may_act(julien, walk.task("contact"), at=NOON)


def test_a_case_that_comes_is_covered_from_the_first_day_and_relayed_while_the_substitute_is_away(
    nadia, rokia, julien
):
    declare(nadia, date(2026, 12, 1), date(2026, 12, 18), rokia)
    declare(rokia, date(2026, 12, 7), date(2026, 12, 11), julien)
    assert rights(case_at("contact", worker=nadia).case) == [
        ("Rokia", date(2026, 12, 1), date(2026, 12, 19)),
        ("Julien", date(2026, 12, 7), date(2026, 12, 12)),
    ]


def test_a_case_handed_over_is_no_longer_replaced(manager, nadia, rokia, julien):
    walk = case_at("contact", worker=nadia)
    declare(nadia, TODAY, date(2026, 12, 4), rokia)
    members.hand_over_case(
        case=walk.case, user=nadia, to=julien, structure=factories.structure("caf-91"), by=manager, at=NOON
    )
    assert not sees(rokia, walk.case, TODAY)
    assert walk.task("contact").owner == julien


def test_a_case_that_comes_back_goes_to_the_substitute_who_was_chosen_for_it(manager, nadia, rokia, julien):
    case = case_at("contact", worker=nadia).case
    declare(nadia, date(2026, 12, 1), date(2026, 12, 4), rokia, julien, chosen={case.pk: julien})
    karim, caf = factories.member("caf-91", first_name="Karim"), factories.structure("caf-91")
    members.hand_over_case(case=case, user=nadia, to=karim, structure=caf, by=manager, at=NOON)
    members.hand_over_case(case=case, user=karim, to=nadia, structure=caf, by=manager, at=NOON)
    assert rights(case) == [
        ("Julien", date(2026, 12, 1), date(2026, 12, 1)),
        ("Julien", date(2026, 12, 1), date(2026, 12, 5)),
    ]


def test_a_structure_that_no_longer_takes_part_has_no_substitute_either(manager, nadia, rokia):
    walk = Walk(case_at("contact", worker=nadia).case)
    declare(nadia, TODAY, date(2026, 12, 4), rokia)
    cases.make_responsible(case=walk.case, structure=factories.structure("mds-grigny"), at=NOON, by=manager)
    assert not sees(rokia, walk.case, TODAY)


@pytest.mark.parametrize("is_declared_first", [True, False])
def test_a_step_given_to_who_is_away_is_his_substitute_s(manager, nadia, rokia, is_declared_first):
    """An answer to give: the case is not his, the step is."""
    if is_declared_first:
        declare(nadia, TODAY, date(2026, 12, 4), rokia)
    walk = Walk(reported())
    tasks.give_task(task=walk.task("answer"), to=nadia, by=manager, at=NOON)
    if not is_declared_first:
        declare(nadia, TODAY, date(2026, 12, 4), rokia)
    assert rights(walk.case) == [("Rokia", TODAY, date(2026, 12, 5))]
    assert engine.may_act(rokia, walk.task("answer"), at=NOON)
    assert not engine.may_act(rokia, walk.task("answer"), at=noon(date(2026, 12, 5)))


def test_nothing_is_given_to_who_is_away_without_substitute(manager, nadia, rokia):
    declare(nadia, TODAY, date(2026, 12, 4))
    said = "Nadia Belkacem est en absence jusqu’au 04/12/2026, sans remplaçant : choisir une autre personne"
    walk = Walk(reported())
    with pytest.raises(StepRefused, match=said):
        walk.take("answer", by=manager, accept=True, professional=nadia)
    with pytest.raises(Refusal, match=said):
        tasks.give_task(task=walk.task("answer"), to=nadia, by=manager, at=NOON)
    other = case_at("contact", worker=rokia)
    with pytest.raises(Refusal, match=said):
        members.hand_over_case(
            case=other.case, user=rokia, to=nadia, structure=factories.structure("caf-91"), by=manager, at=NOON
        )
    assert walk.waiting_for == {"answer": "caf-91"}


def test_who_is_away_may_take_something_himself(nadia):
    declare(nadia, TODAY, date(2026, 12, 4))
    walk = Walk(reported())
    walk.take("answer", by=nadia, accept=True, professional=nadia)
    assert walk.task("contact").owner == nadia


def test_who_replaces_somebody_sees_nothing_of_a_person_that_one_was_only_proposed_to_follow(manager, nadia, rokia):
    someone = somebody()
    referents.propose(beneficiary=someone, structure=factories.structure("caf-91"), user=nadia, by=manager, at=NOON)
    case = Case.objects.get(kind="coordination")
    declare(nadia, NOON.date(), NOON.date() + timedelta(days=7), rokia)
    assert not Assignment.objects.substitutes().filter(case=case).exists()
    assert uncovered(NOON.date()) == {}
