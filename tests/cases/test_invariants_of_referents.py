"""Each invariant of référents and coordination is broken once by raw SQL, and must be the one that is reported."""

from datetime import date

import pytest
from django.db import connection

from cases.actions import coordination, referents, vacancies
from cases.actions.sharing import refresh_access_columns
from cases.invariants import INVARIANTS
from cases.models import Assignment, Beneficiary, Case, Coordination, Referent, User, Vacancy
from tests.cases.actions.test_referents import coordinated, followed, propose, somebody
from tests.factories import NOON, member, structure

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def broken() -> dict[str, list[int]]:
    return {each.code: found for each in INVARIANTS if (found := list(each.broken(TODAY)))}


def sql(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def someone() -> Beneficiary:
    return somebody()


@pytest.fixture
def mds() -> User:
    return member("mds-grigny")


@pytest.fixture
def case(someone: Beneficiary, mds: User) -> Case:
    """Followed by two structures, and coordinated by the MDS."""
    case = followed(someone, mds).case
    followed(someone, member("ccas-grigny"), "ccas-grigny")
    coordinated(someone, mds)
    return case


def row(code: str) -> Referent:
    return Referent.objects.get(structure__code=code)


def test_nothing_is_broken_by_the_acts(case: Case):
    assert broken() == {}


def test_a_place_that_nobody_holds_and_that_is_not_said_to_be_vacant(someone: Beneficiary, mds: User):
    referent = propose(someone, mds)
    sql("UPDATE cases_referent SET state = 'declined' WHERE id = %s", referent.pk)
    place = referent.case.participations.get()
    assert broken() == {"never_silently_vacant": [place.pk]}


def test_a_vacancy_of_a_place_that_is_held(case: Case):
    vacancy = Vacancy.objects.create(case=case, structure=structure("mds-grigny"), since=TODAY)
    vacancies.start_delay(vacancy)
    assert broken() == {"vacant_or_held": [vacancy.pk]}


def test_a_vacancy_whose_delay_does_not_run(someone: Beneficiary, mds: User):
    referents.decline(referent=propose(someone, mds), reason="load", by=mds, at=NOON)
    sql("UPDATE cases_deadline SET state = 'cancelled', ended_at = now()")
    refresh_access_columns(Case.objects.get())
    assert broken() == {"vacancy_has_its_delay": [Vacancy.objects.get().pk]}


def test_a_delay_that_runs_on_after_its_vacancy(someone: Beneficiary, mds: User):
    referents.decline(referent=propose(someone, mds), reason="load", by=mds, at=NOON)
    referents.accept(referent=propose(someone, mds), by=mds, at=NOON)
    sql("UPDATE cases_deadline SET state = 'running', ended_at = NULL")
    refresh_access_columns(Case.objects.get())
    assert broken() == {"vacancy_has_its_delay": [Vacancy.objects.get().pk]}


def test_a_referent_whose_acts_are_not_counted(case: Case):
    sql("DELETE FROM cases_deadline WHERE structure_id = %s", structure("mds-grigny").pk)
    refresh_access_columns(case)
    assert broken() == {"referent_has_his_delay": [row("mds-grigny").pk]}


def test_nobody_coordinates_and_it_is_not_said(case: Case):
    sql("UPDATE cases_coordination SET state = 'ended', until = '2026-11-24'")
    assert broken() == {"coordination_is_never_silently_vacant": [case.pk]}


def test_a_coordinator_who_is_no_referent_any_more(case: Case, mds: User):
    held = row("mds-grigny")
    sql(
        "UPDATE cases_referent SET state = 'ended', until = '2026-11-24', end_reason = 'moved',"
        " without_successor = 'x' WHERE id = %s",
        held.pk,
    )
    vacancies.start_delay(Vacancy.objects.create(case=case, structure=held.structure, since=TODAY))
    named = Assignment.objects.get(case=case, user=mds)
    assert broken() == {
        "coordinator_is_a_referent": [Coordination.objects.get().pk],
        "rights_have_a_referent": [named.pk],
    }


def test_a_coordination_that_goes_on_against_an_objection(case: Case, mds: User):
    coordination.object_to(case=case, structure=structure("mds-grigny"), on=TODAY, by=mds, at=NOON)
    sql("UPDATE cases_coordination SET state = 'agreed', until = NULL")
    assert broken() == {"nobody_is_coordinated_against_her_will": [Coordination.objects.get().pk]}


def test_a_referent_who_no_longer_works_there(case: Case, mds: User):
    sql("UPDATE cases_membership SET until = '2026-11-20' WHERE user_id = %s", mds.pk)
    assert broken()["referent_works_there"] == [row("mds-grigny").pk]


def test_a_referent_without_his_rights(case: Case, mds: User):
    sql("UPDATE cases_assignment SET until = '2026-11-24' WHERE user_id = %s", mds.pk)
    assert broken() == {"referent_has_his_rights": [row("mds-grigny").pk]}


def test_a_referent_who_went_away_without_anything(someone: Beneficiary, mds: User):
    referent = followed(someone, mds)
    other = followed(somebody(), mds)
    sql(
        "UPDATE cases_referent SET state = 'ended', until = '2026-11-24', end_reason = 'moved' WHERE id = %s",
        referent.pk,
    )
    sql("UPDATE cases_assignment SET until = '2026-11-24' WHERE case_id = %s", referent.case_id)
    place = referent.case.participations.get()
    assert broken() == {"referent_is_followed": [referent.pk], "never_silently_vacant": [place.pk]}
    assert other.has_place


def test_a_referent_of_somebody_else(case: Case):
    held, other = row("mds-grigny"), somebody()
    sql("UPDATE cases_referent SET beneficiary_id = %s WHERE id = %s", other.pk, held.pk)
    assert broken() == {"referent_of_the_person": [held.pk]}
