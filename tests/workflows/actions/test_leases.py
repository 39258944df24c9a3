"""One process at a time does a work of many transactions; a killed one’s work is taken up."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now

from cases.refusals import Refusal
from tests.workflows.imports.test_concurrency import together
from workflows.actions import leases
from workflows.models import Lease

pytestmark = pytest.mark.django_db


def left() -> timedelta:
    """Of the only lease."""
    until = Lease.objects.get().until
    assert until
    return until - now()


def expire(name: str) -> None:
    Lease.objects.filter(name=name).update(until=now() - timedelta(seconds=1))


def test_a_lease_is_of_one_at_a_time_and_is_given_back():
    with leases.take("work") as first, leases.take("work") as second, leases.take("other work") as other:
        assert (first is None, second is None, other is None) == (False, True, False)
    with leases.take("work") as third:
        assert third


def test_a_lease_lasts_three_minutes_from_each_transaction_of_its_work():
    with leases.take("work") as held:
        assert held
        assert timedelta(seconds=170) < left() <= timedelta(minutes=3)
        Lease.objects.update(until=now() + timedelta(seconds=10))
        with held.transaction():
            pass
        assert timedelta(seconds=170) < left() <= timedelta(minutes=3)


def test_a_lease_of_which_nothing_was_heard_is_taken_and_its_holder_writes_nothing_more():
    with leases.take("work") as silent:
        expire("work")
        with leases.take("work") as next_one:
            assert silent
            assert next_one
            with pytest.raises(leases.LeaseLost), silent.transaction():
                pytest.fail("written")
            with next_one.transaction():
                pass


def test_who_lost_a_lease_does_not_give_back_that_of_the_next():
    with leases.take("work"):
        expire("work")
        taken = leases.take("work")
        taken.__enter__()
    with leases.take("work") as third:
        assert third is None


def test_what_would_disturb_the_work_is_refused_while_somebody_holds_it_and_only_then():
    said = Refusal("Réessayer.")
    leases.keep_out("work", refusal=said)
    with leases.take("work"), pytest.raises(Refusal, match="Réessayer"):
        leases.keep_out("work", refusal=said)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_longer_than_the_lease_keeps_it():
    """An undo, say: its row is locked until its end, whatever the hour."""
    found = []

    def take() -> None:
        with leases.take("work") as other:
            found.append(other)

    with leases.take("work") as held:
        assert held
        with held.transaction():
            expire("work")
            together(take)
    assert found == [None]


@pytest.mark.django_db(transaction=True)
def test_nobody_begins_while_an_act_keeps_it_out():
    found = []
    Lease.objects.create(name="work")

    def take() -> None:
        with leases.take("work") as other:
            found.append(other is not None)

    with transaction.atomic():
        leases.keep_out("work", refusal=Refusal("Réessayer."))
        together(take)
    together(take)
    assert found == [False, True]
