"""Two records of one person who is followed on both: who goes on, who coordinates, and nobody is lost."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from cases import permissions
from cases.actions import coordination, objections, referents
from cases.actions.merging import following, merge, unmerge
from cases.actions.merging.merge import CannotMerge
from cases.models import (
    Beneficiary,
    Case,
    Coordination,
    Household,
    JournalEntry,
    Merge,
    Participation,
    Referent,
    SharingObjection,
    Structure,
    User,
    Vacancy,
    Wish,
)
from tests.cases.actions.test_referents import coordinated, followed, nothing_broken, propose, somebody, vacant
from tests.factories import NOON, member, structure

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)
LATER = NOON + timedelta(days=1)


def unite(
    kept: Beneficiary,
    absorbed: Beneficiary,
    *,
    by: User,
    homes: tuple[Household, Household] | None = None,
    **choices: Any,
) -> Merge:
    """As `workflows.actions.merging.merge` does; its steps are looked at there."""
    said = {code.replace("_", "-"): side for code, side in choices.items()}
    united = following.unite_coordinations(kept=kept, absorbed=absorbed, choices=said, by=by, at=LATER)
    done, _ = merge.merge_people(
        kept=kept, absorbed=absorbed, choices={}, households=homes, at=LATER, by=by, structure=structure("mds-grigny")
    )
    if united:
        following.carry_on(united, person=kept, by=by, at=LATER)
    return done


def placed(case: Case) -> dict[str, str]:
    """Structure → who holds its place."""
    held = Referent.objects.current().filter(case=case).select_related("structure", "user")
    return {row.structure.code: row.user.last_name for row in held}


@pytest.fixture
def one() -> Beneficiary:
    return somebody("Aubry")


@pytest.fixture
def other() -> Beneficiary:
    return somebody("Aubri")


def test_who_follows_her_on_either_record_follows_her_on_the_one_that_is_kept(one: Beneficiary, other: Beneficiary):
    mds, ccas = member("mds-grigny", last_name="Kessler"), member("ccas-grigny", last_name="Olivier")
    case, closed = followed(one, mds).case, followed(other, ccas, "ccas-grigny").case
    unite(one, other, by=mds)
    closed.refresh_from_db()
    assert placed(case) == {"mds-grigny": "Kessler", "ccas-grigny": "Olivier"}
    assert (closed.closed_on, closed.outcome) == (TOMORROW, "duplicate")
    carried = Referent.objects.current().get(user=ccas)
    assert (carried.state, carried.since, carried.informed_on) == ("active", TOMORROW, TODAY)
    assert permissions.access_level(ccas, case, at=TOMORROW) == "full"
    assert vacant(case) == ["coordination"]
    united = JournalEntry.objects.get(kind="coordination.united")
    assert (united.case, united.data["other"]) == (case, closed.pk)
    assert JournalEntry.objects.get(kind="referent.carried_over").cause == united
    assert nothing_broken()


@pytest.mark.parametrize(("side", "stays"), [("kept", "Kessler"), ("absorbed", "Delmas")])
def test_of_two_referents_of_one_structure_the_one_who_is_chosen_stays_and_nothing_happens_without_a_choice(
    one: Beneficiary, other: Beneficiary, side: str, stays: str
):
    first, second = member("mds-grigny", last_name="Kessler"), member("mds-grigny", last_name="Delmas")
    case, closed = followed(one, first).case, followed(other, second).case
    [place] = following.find_doubled_places(one, other)
    told = place.code, place.kept.user, place.absorbed.user, place.kept_since
    assert told == ("mds-grigny", first, second, TODAY)
    with pytest.raises(CannotMerge, match="dire qui reste"):
        unite(one, other, by=first)
    assert (placed(case), placed(closed)) == ({"mds-grigny": "Kessler"}, {"mds-grigny": "Delmas"})
    assert not Merge.objects.exists()
    assert not JournalEntry.objects.filter(kind="coordination.united").exists()
    unite(one, other, by=first, mds_grigny=side)
    assert placed(case) == {"mds-grigny": stays}
    ended = Referent.objects.filter(state="ended").values_list("end_reason", "until", "successor__user__last_name")
    assert set(ended) == {("merged", TOMORROW, stays)}
    gone = second if side == "kept" else first
    assert not permissions.can_view(gone, case, at=TOMORROW)
    assert nothing_broken()


@pytest.mark.parametrize("opposed", [False, True])
def test_the_same_professional_on_both_records_is_no_question_and_goes_on_though_she_opposed_the_ground(
    one: Beneficiary, other: Beneficiary, opposed: bool
):
    agent = member("mds-grigny", last_name="Kessler")
    case = followed(one, agent).case
    followed(other, agent)
    if opposed:
        oppose_coordination(other)
    assert following.find_doubled_places(one, other) == []
    unite(one, other, by=agent)
    assert placed(case) == {"mds-grigny": "Kessler"}
    assert nothing_broken()


def both_coordinated(one: Beneficiary, other: Beneficiary) -> tuple[User, User, Case]:
    """The MDS coordinates on one record, the CCAS on the other; a service of its own follows each besides."""
    mds, ccas = member("mds-grigny", last_name="Kessler"), member("ccas-grigny", last_name="Olivier")
    case = followed(one, mds).case
    followed(one, member("caf-91"), "caf-91")
    coordinated(one, mds)
    followed(other, ccas, "ccas-grigny")
    followed(other, member("adil-91"), "adil-91")
    coordinated(other, ccas)
    return mds, ccas, case


@pytest.mark.parametrize(("side", "stays"), [("kept", "Kessler"), ("absorbed", "Olivier")])
def test_one_of_two_coordinators_stays_as_he_stood(one: Beneficiary, other: Beneficiary, side: str, stays: str):
    mds, _, case = both_coordinated(one, other)
    [place] = following.find_doubled_places(one, other)
    assert (place.structure, place.code, place.kept_since) == (None, "coordinator", TODAY)
    with pytest.raises(CannotMerge, match="un coordinateur, Camille Kessler et Camille Olivier : dire qui reste"):
        unite(one, other, by=mds)
    unite(one, other, by=mds, coordinator=side)
    found = Coordination.objects.current().get()
    assert (found.case, found.referent.user.last_name, found.state) == (case, stays, "agreed")
    assert found.agreed_on == TODAY
    assert set(Coordination.objects.exclude(pk=found.pk).values_list("state", "end_reason")) == {("ended", "merged")}
    assert set(placed(case)) == {"mds-grigny", "caf-91", "ccas-grigny", "adil-91"}
    assert vacant(case) == []
    assert nothing_broken()


def test_who_coordinates_is_one_of_those_who_stay(one: Beneficiary, other: Beneficiary):
    first, second = member("mds-grigny", last_name="Kessler"), member("mds-grigny", last_name="Delmas")
    for someone, agent in ((one, first), (other, second)):
        followed(someone, agent)
        followed(someone, member("caf-91"), "caf-91")
        coordinated(someone, agent)
    codes = [place.code for place in following.find_doubled_places(one, other)]
    assert codes == ["caf-91", "mds-grigny", "coordinator"]
    with pytest.raises(CannotMerge, match="ne peut coordonner sans rester référent"):
        unite(one, other, by=first, caf_91="kept", mds_grigny="kept", coordinator="absorbed")
    unite(one, other, by=first, caf_91="kept", mds_grigny="absorbed", coordinator="absorbed")
    assert Coordination.objects.current().get().referent.user == second
    assert nothing_broken()


def test_the_only_coordinator_stays_whichever_record_he_is_on(one: Beneficiary, other: Beneficiary):
    mds, ccas = member("mds-grigny"), member("ccas-grigny", last_name="Olivier")
    followed(one, mds)
    followed(other, ccas, "ccas-grigny")
    followed(other, member("adil-91"), "adil-91")
    coordinated(other, ccas)
    assert following.find_doubled_places(one, other) == []
    unite(one, other, by=mds)
    assert Coordination.objects.current().get().referent.user == ccas
    assert nothing_broken()


def test_her_objection_on_either_record_holds(one: Beneficiary, other: Beneficiary):
    mds, ccas, case = both_coordinated(one, other)
    theirs = Case.objects.get(beneficiary=other)
    coordination.object_to(case=theirs, structure=structure("ccas-grigny"), on=TODAY, by=ccas, at=NOON)
    assert following.find_doubled_places(one, other) == []
    unite(one, other, by=mds)
    assert coordination.is_objected(case)
    assert Wish.objects.get(case=case).said_on == TODAY
    assert not Coordination.objects.current().exists()
    assert nothing_broken()


def test_a_proposal_that_waits_is_carried_over_unless_its_place_is_taken(one: Beneficiary, other: Beneficiary):
    mds = member("mds-grigny", last_name="Kessler")
    case = followed(one, mds).case
    manager, asked = member("ccas-grigny", "manager"), member("ccas-grigny")
    propose(other, member("mds-grigny"), by=member("mds-grigny", "manager"))
    waiting = propose(other, asked, by=manager, code="ccas-grigny")
    unite(one, other, by=mds)
    carried = Referent.objects.proposed().get()
    assert (carried.user, carried.case, carried.proposed_at) == (asked, case, waiting.proposed_at)
    referents.accept(referent=carried, by=asked, at=LATER)
    assert placed(case)["mds-grigny"] == "Kessler"
    assert nothing_broken()


def test_a_place_that_nobody_holds_on_the_other_record_is_filled_or_given_up_first(
    one: Beneficiary, other: Beneficiary
):
    mds, manager, asked = member("mds-grigny"), member("ccas-grigny", "manager"), member("ccas-grigny")
    followed(one, mds)
    referent = propose(other, asked, by=manager, code="ccas-grigny")
    referents.decline(referent=referent, reason="load", by=asked, at=NOON)
    with pytest.raises(CannotMerge, match="CCAS de Grigny est vacante"):
        unite(one, other, by=mds)
    assert not Merge.objects.exists()
    assert nothing_broken()


def test_a_place_that_is_vacant_here_is_filled_by_who_follows_her_on_the_other_record(
    one: Beneficiary, other: Beneficiary
):
    mds, ccas = member("mds-grigny"), member("ccas-grigny", last_name="Olivier")
    case = followed(one, mds).case
    gone = followed(one, member("ccas-grigny"), "ccas-grigny")
    referents.end(referent=gone, reason="departure", stays_vacant=True, by=gone.user, at=NOON)
    followed(other, ccas, "ccas-grigny")
    unite(one, other, by=mds)
    assert placed(case)["ccas-grigny"] == "Olivier"
    assert vacant(case) == ["coordination"]
    assert nothing_broken()


@pytest.mark.parametrize(("goes_on", "known"), [(True, [("france-travail-91", TODAY)]), (False, [])])
def test_the_legal_referent_that_only_the_other_record_knew_is_known_unless_its_structure_has_ended(
    one: Beneficiary, other: Beneficiary, goes_on: bool, known: list[tuple[str, date]]
):
    mds, ccas = member("mds-grigny"), member("ccas-grigny")
    case, theirs = followed(one, mds).case, followed(other, ccas, "ccas-grigny").case
    own: dict[str, Any] = {"structure": structure("ccas-grigny"), "by": ccas, "at": NOON}
    coordination.record_legal(case=theirs, legal=structure("france-travail-91"), on=TODAY, **own)
    Structure.objects.filter(code="france-travail-91").update(is_active=goes_on)
    unite(one, other, by=mds)
    legal = coordination.legal_referent(case)
    assert [(each.structure.code, each.known_on) for each in (legal,) if each] == known
    assert nothing_broken()


def test_referents_of_the_past_on_the_same_days_do_not_prevent_a_merge(one: Beneficiary, other: Beneficiary):
    mds = member("mds-grigny")
    followed(one, mds)
    gone = followed(other, member("mds-grigny"))
    later = NOON + timedelta(hours=20)
    referents.end(referent=gone, reason="moved", stays_vacant=False, because="Partie.", by=gone.user, at=later)
    done = unite(one, other, by=mds)
    gone.refresh_from_db()
    assert (gone.beneficiary, gone.beside) == (one, True)
    unmerge.unmerge(merge=done, at=LATER, by=mds, structure=structure("mds-grigny"))
    gone.refresh_from_db()
    assert (gone.beneficiary, gone.beside) == (other, False)
    assert nothing_broken()


# What she opposed


def home(someone: Beneficiary) -> Household:
    return someone.memberships.get(until=None).household


def oppose_coordination(someone: Beneficiary) -> None:
    SharingObjection.objects.create(household=home(someone), basis="SH-1", objected_on=TODAY)


@pytest.mark.parametrize("opposed_on", ["kept", "absorbed"])
def test_nobody_begins_to_follow_her_on_a_ground_that_she_opposed_on_either_record(
    one: Beneficiary, other: Beneficiary, opposed_on: str
):
    """What the first structure does, which answers for her coordination, does not end with an opposition."""
    mds, ccas = member("mds-grigny"), member("ccas-grigny")
    case, theirs = followed(one, mds).case, followed(other, ccas, "ccas-grigny").case
    oppose_coordination(one if opposed_on == "kept" else other)
    with pytest.raises(CannotMerge, match="demander d’abord à CCAS de Grigny de mettre fin à son suivi") as refused:
        unite(one, other, by=mds)
    assert theirs.reference in str(refused.value)
    assert not Participation.objects.filter(case=case, structure__code="ccas-grigny").exists()
    assert not Merge.objects.exists()


def test_whoever_is_only_proposed_on_the_other_record_is_not_asked_on_a_ground_that_she_opposed(
    one: Beneficiary, other: Beneficiary
):
    mds = member("mds-grigny")
    followed(one, mds)
    propose(other, member("ccas-grigny"), by=member("ccas-grigny", "manager"), code="ccas-grigny")
    oppose_coordination(one)
    with pytest.raises(CannotMerge, match="demander d’abord à CCAS de Grigny de mettre fin à son suivi"):
        unite(one, other, by=mds)


@pytest.mark.parametrize("followed_on", ["kept", "absorbed"])
def test_nobody_follows_her_on_by_a_ground_that_she_opposed_on_the_record_where_nobody_does(
    one: Beneficiary, other: Beneficiary, followed_on: str
):
    mds, (hers, bare) = member("mds-grigny"), (one, other) if followed_on == "kept" else (other, one)
    case = followed(hers, mds).case
    helped = followed(hers, member("ccas-grigny"), "ccas-grigny")
    oppose_coordination(bare)
    with pytest.raises(CannotMerge, match=f"{case.reference}.*demander d’abord à CCAS de Grigny de mettre fin"):
        unite(one, other, by=mds)
    referents.end(referent=helped, reason="moved", stays_vacant=False, because="Opposition.", by=helped.user, at=LATER)
    unite(one, other, by=mds)
    assert list(placed(case)) == ["mds-grigny"]
    assert nothing_broken()


def test_a_refusal_names_the_coordination_in_progress_before_one_that_is_closed(one: Beneficiary, other: Beneficiary):
    """Who follows her ends that himself in the first; of the second, the officer for data protection records the opposition."""
    caf, ccas, opposed = member("caf-91"), member("ccas-grigny"), somebody("Haddad")
    closed = followed(other, caf, "caf-91").case
    followed(other, member("mds-grigny"))
    case = followed(one, ccas, "ccas-grigny").case
    unite(one, other, by=ccas, homes=(home(one), home(other)))
    oppose_coordination(opposed)
    homes: dict[str, Any] = {"kept": home(opposed), "absorbed": home(one)}
    refused = partial(merge.merge_households, **homes, at=LATER, by=ccas, structure=structure("mds-grigny"))
    for code in ("caf-91", "mds-grigny"):
        with pytest.raises(CannotMerge, match=f"{case.reference} .* de mettre fin à son suivi"):
            refused()
        held = Referent.objects.current().get(structure__code=code)
        referents.end(referent=held, reason="moved", stays_vacant=False, because="Fini.", by=held.user, at=LATER)
    with pytest.raises(CannotMerge, match=f"{closed.reference}, clos, .* au délégué à la protection des données"):
        refused()
    objections.oppose(household=home(one), basis="SH-1", request=None, by=ccas, on=TOMORROW, at=LATER)
    refused()
    assert nothing_broken()


def test_a_merge_that_is_undone_leaves_who_follows_her_on_the_kept_record_and_says_her_places_vacant(
    one: Beneficiary, other: Beneficiary
):
    mds, ccas = member("mds-grigny"), member("ccas-grigny", last_name="Olivier")
    case = followed(one, mds).case
    closed = followed(other, ccas, "ccas-grigny").case
    done = unite(one, other, by=mds)
    assert "le suivi par les référents (sur l’autre fiche, leurs places seront vacantes : les pourvoir)" in (
        unmerge.describe_what_stays(done)
    )
    unmerge.unmerge(merge=done, at=LATER, by=mds, structure=structure("mds-grigny"))
    assert set(placed(case)) == {"mds-grigny", "ccas-grigny"}
    place = Vacancy.objects.open().exclude(structure=None).get()
    assert place.structure is not None
    assert (place.structure.code, place.case.beneficiary_id) == ("ccas-grigny", other.pk)
    assert place.case not in (case, closed)
    assert nothing_broken()
    assert propose(Beneficiary.objects.get(pk=other.pk), ccas, code="ccas-grigny").case == place.case
