"""A query that is written for nobody finds, for each person, what is his."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from cases.models import Appointment, Case, Membership, Structure, User
from cases.models.appointments import midnight
from cases.permissions import Rights, rights, suppose_rights, territories_of
from cases.written_once import NO_CASE, NO_UUID, read_written, write_for_nobody
from tests import factories
from workflows.models import RoutingDecision

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 4)


def memberships(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    return Membership.objects.active(today).filter(user=user).select_related("structure")


def structures(user: User, today: date, held: Rights, right: str) -> QuerySet[Structure, Any]:
    return Structure.objects.filter(pk__in=held.get(right, ())).order_by("code").values_list("code")


def test_each_person_is_found_his_own_by_a_query_that_was_written_once():
    claire, samira = factories.member("caf-91"), factories.member("mds-grigny")
    before = write_for_nobody.cache_info().misses
    [of_claire] = read_written(memberships, claire, TODAY, {})
    [of_samira] = read_written(memberships, samira, TODAY, {})
    assert (of_claire.user_id, of_claire.structure.code) == (claire.pk, "caf-91")
    assert (of_samira.user_id, of_samira.structure.code) == (samira.pk, "mds-grigny")
    assert write_for_nobody.cache_info().misses <= before + 1


def test_the_structures_of_each_take_their_places_and_who_holds_none_is_asked_nothing(django_assert_num_queries):
    claire, samira = factories.member("caf-91"), factories.member("mds-grigny")
    assert read_written(structures, claire, TODAY, rights(claire, at=TODAY), "handle_case") == [("caf-91",)]
    assert read_written(structures, samira, TODAY, rights(samira, at=TODAY), "handle_case") == [("mds-grigny",)]
    with django_assert_num_queries(0):
        assert read_written(structures, samira, TODAY, {}, "handle_case") == []


def ending(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user, until=today + timedelta(days=7))


def test_a_day_is_counted_from_that_of_the_reader():
    claire = factories.member("caf-91")
    Membership.objects.filter(user=claire).update(until=date(2026, 3, 11))
    assert len(read_written(ending, claire, TODAY, {})) == 1
    assert read_written(ending, claire, date(2026, 3, 5), {}) == []


def starting(user: User, today: date, held: Rights) -> QuerySet[Appointment]:
    return Appointment.objects.filter(starts_at__gte=midnight(today + timedelta(days=1)))


@pytest.mark.parametrize(
    ("today", "said"), [(TODAY, "2026-03-05 00:00:00+01:00"), (date(2026, 3, 31), "2026-04-01 00:00:00+02:00")]
)
def test_a_moment_is_at_the_hour_of_its_day_whatever_the_season(django_assert_num_queries, today: date, said: str):
    with django_assert_num_queries(1) as asked:
        read_written(starting, None, today, {})
    assert said in asked[0]["sql"]


def of_case(user: User, today: date, held: Rights) -> QuerySet[Case]:
    return Case.objects.filter(pk=NO_CASE)


def of_address(user: User, today: date, held: Rights) -> QuerySet[Case]:
    return Case.objects.filter(public_id=NO_UUID)


def test_a_case_is_found_by_itself_or_by_its_address():
    first, second = factories.reported(), factories.reported(**factories.FAMILY)
    for case in (first, second):
        assert read_written(of_case, None, TODAY, {}, case=case) == [case]
        assert read_written(of_address, None, TODAY, {}, public_id=case.public_id) == [case]


def on_a_day(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    return Membership.objects.filter(until=date(2026, 3, 4))


def test_a_day_of_the_calendar_would_stay_and_is_refused():
    with pytest.raises(ValueError, match="on_a_day"):
        read_written(on_a_day, None, TODAY, {})


def in_json(user: User, today: date, held: Rights) -> QuerySet[RoutingDecision]:
    return RoutingDecision.objects.filter(explanation__contains={"by": user.pk})


def in_a_word(user: User, today: date, held: Rights) -> QuerySet[RoutingDecision]:
    return RoutingDecision.objects.filter(explanation__by=f"{user.pk}")


@pytest.mark.parametrize("write", [in_json, in_a_word])
def test_nobody_where_no_one_would_take_his_place_is_refused(write: Any):
    with pytest.raises(ValueError, match=write.__name__):
        read_written(write, factories.member("caf-91"), TODAY, {})


def since_the_first(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    return Membership.objects.filter(since__gte=today.replace(day=1))


def of_this_year(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    return Membership.objects.filter(since__year=today.year)


def on_weekdays(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    found = Membership.objects.all()
    return found.filter(user=user) if today.isoweekday() < 6 else found.exclude(user=user)


@pytest.mark.parametrize("write", [since_the_first, of_this_year, on_weekdays])
def test_a_day_that_depends_on_the_calendar_is_refused(write: Any):
    with pytest.raises(ValueError, match=write.__name__):
        read_written(write, factories.member("caf-91"), TODAY, {})


def in_territories(user: User, today: date, held: Rights) -> QuerySet[Structure]:
    suppose_rights(user, held, at=today)
    return Structure.objects.filter(territory__in=territories_of(user, at=today))


def test_the_territories_of_nobody_are_not_none():
    claire = factories.member("caf-91")
    with pytest.raises(RuntimeError, match="territory"):
        read_written(in_territories, claire, TODAY, rights(claire, at=TODAY))


def of_somebody(user: User, today: date, held: Rights) -> QuerySet[Membership]:
    return Membership.objects.filter(user=User.objects.first())


def test_what_would_be_read_while_it_is_written_is_refused():
    with pytest.raises(RuntimeError, match="asks the database nothing"):
        read_written(of_somebody, None, TODAY, {})
