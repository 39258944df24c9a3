"""Cases of a quarter that is over, made through the acts of the product, and counted."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys.scene import REACHED
from tests.workflows.walk import Walk
from workflows.actions.indicators import refresh_figures

JULY, AUGUST, SEPTEMBER = (datetime(2026, month, 7, 12, tzinfo=PARIS) for month in (7, 8, 9))


def private_case(at: datetime, *, balance: str = "1060.00") -> Walk:
    """A family of the private park: the table asks the social work of the CAF."""
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", landlord_type="person")
    with time_machine.travel(at, tick=False):
        case = factories.reported(lease, code="gestionnaire-b", at=at, balance=balance, **factories.FAMILY)
    return Walk(case, at=at)


def social_case(at: datetime, *, code: str = "bailleur-a") -> Walk:
    with time_machine.travel(at, tick=False):
        return Walk(factories.reported(factories.tenancy(landlord=code), code=code, at=at), at=at)


def accepted(walk: Walk, *, by: Any, days: int) -> Walk:
    walk.at += timedelta(days=days)
    with time_machine.travel(walk.at, tick=False):
        walk.take("answer", by=by, accept=True, professional=by, reason="")
    return walk


def met(walk: Walk, *, by: Any, days: int) -> Walk:
    walk.at += timedelta(days=days)
    with time_machine.travel(walk.at, tick=False):
        walk.take("contact", by=by, **REACHED | {"made_on": walk.at.date()})
    return walk


@pytest.fixture
def agent() -> Any:
    return factories.member("caf-91")


@pytest.fixture(scope="module")
def third_quarter(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """Twelve private cases in July, six social ones in August, and one in September; all are counted.

    Made once for the module, whose tests all find it; each takes back what it writes.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        worker = factories.member("caf-91")
        for number in range(12):
            walk = private_case(JULY, balance=str(Decimal(600 + 100 * number)))
            if number < 7:
                met(accepted(walk, by=worker, days=3 if number < 6 else 9), by=worker, days=5)
        for _ in range(6):
            social_case(AUGUST)
        social_case(SEPTEMBER)
        refresh_figures(at=NOON)
        yield
        transaction.set_rollback(True)
