"""Administrators who end each other at once, each on a connection of its own: one always stays.

The first act is done and not yet committed when the second begins; it commits once the second waits for it, or is done.
"""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction

from cases.actions import members, nominations, structures
from cases.actions.members import CannotChangeMember
from cases.actions.structures import CannotChangeStructure
from cases.models import Membership, Structure, User
from tests import factories
from tests.factories import NOON, membership_of, structure

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TODAY = date(2026, 11, 24)
Act = Callable[[], object]


@pytest.fixture
def anne() -> User:
    return factories.member("ccas-grigny", "administrator", first_name="Anne", last_name="Xavier")


@pytest.fixture
def bruno() -> User:
    return factories.member("mds-grigny", "administrator", first_name="Bruno", last_name="Vidal")


def second_of(first: Act, second: Act) -> Any:
    """What the second gives, or refuses, that begins before the first is committed."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(second())
        except Exception as error:  # noqa: BLE001 - it is the result
            found.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        while not found and not _somebody_waits():
            time.sleep(0.01)
    thread.join(timeout=60)
    return found[0]


def _somebody_waits() -> bool:
    """For a lock, in this database: other tests have theirs in the same PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks waited JOIN pg_locks held USING (pid) JOIN pg_database ON held.database = pg_database.oid"
            " WHERE NOT waited.granted AND datname = current_database() LIMIT 1"
        )
        return cursor.fetchone() is not None


def end_role(person: User, *, by: User) -> Act:
    membership = membership_of(person)
    return lambda: nominations.take_role_back(membership=membership, by=by, at=NOON)


def administrators() -> set[str]:
    """Those who stay."""
    held = Membership.objects.active(TODAY).filter(role="administrator", until=None, structure__is_active=True)
    return set(held.values_list("user__first_name", flat=True))


def test_two_administrators_who_end_each_other_leave_the_first(anne: User, bruno: User):
    refused = second_of(end_role(bruno, by=anne), end_role(anne, by=bruno))
    assert isinstance(refused, CannotChangeMember)
    assert "C’est le dernier administrateur de Relais : en nommer un autre d’abord." in str(refused)
    assert administrators() == {"Anne"}


def test_one_whose_last_day_is_being_said_is_not_the_one_who_stays(anne: User, bruno: User):
    manager = factories.member("mds-grigny", "manager")

    def say_last_day() -> None:
        members.end_all_memberships(
            user=bruno, structure=structure("mds-grigny"), last_day=date(2026, 12, 31), by=manager, at=NOON
        )

    refused = second_of(say_last_day, end_role(anne, by=bruno))
    assert isinstance(refused, CannotChangeMember)
    assert administrators() == {"Anne"}
    refused = second_of(lambda: None, say_last_day)
    assert refused is None, "Anne stays: a last day may be said of Bruno"


def test_one_whose_account_is_being_closed_is_not_the_one_who_stays(anne: User, bruno: User):
    leaving = factories.member("caf-91", "administrator", first_name="Carla")
    Membership.objects.filter(user=leaving).update(until=date(2026, 12, 31))
    refused = second_of(lambda: User.objects.filter(pk=bruno.pk).update(is_active=False), end_role(anne, by=leaving))
    assert isinstance(refused, CannotChangeMember)
    assert administrators() == {"Anne"}


def end(code: str, *, by: User) -> Act:
    found: Structure = structure(code)
    return lambda: structures.end_structure(structure=found, by=by, at=NOON)


def test_one_who_is_ended_with_his_structure_is_not_the_one_who_stays(anne: User, bruno: User):
    refused = second_of(end("mds-grigny", by=anne), end_role(anne, by=bruno))
    assert isinstance(refused, CannotChangeMember)
    assert administrators() == {"Anne"}


def test_two_who_end_each_other_s_structure_leave_the_first(anne: User, bruno: User):
    refused = second_of(end("mds-grigny", by=anne), end("ccas-grigny", by=bruno))
    assert isinstance(refused, CannotChangeMember | CannotChangeStructure)
    assert administrators() == {"Anne"}
    assert structure("ccas-grigny").is_active


def test_the_administrators_of_one_structure_are_not_ended_together_by_one_who_leaves_soon(anne: User):
    factories.member("ccas-grigny", "administrator", first_name="Dora")
    leaving = factories.member("caf-91", "administrator")
    Membership.objects.filter(user=leaving).update(until=date(2026, 12, 31))
    with pytest.raises(CannotChangeMember, match="dernier administrateur"):
        structures.end_structure(structure=structure("ccas-grigny"), by=leaving, at=NOON)
    assert administrators() == {"Anne", "Dora"}
