"""Two who act on one household at the same moment, each on a connection of its own."""

import threading

import pytest
from django.db import connections, transaction

from cases.actions.restrictions import put_restriction
from cases.models import Household, ProcessingRestriction
from cases.refusals import Busy
from tests import factories
from tests.factories import NOON
from tests.journeys import scene

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_noon")]


def test_a_household_that_somebody_holds_is_said_to_be_busy_to_who_restricts_it():
    case, officer = scene.reported(), factories.member("caf-91-pilotage", "dpo")
    asked = scene.subject_request(case, by=officer, kind="restriction")
    desk = factories.structure("caf-91-pilotage")
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Household.objects.select_for_update().get(pk=case.household_id)
            held.set()
            over.wait()
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    try:
        with pytest.raises(Busy):
            put_restriction(case=case, request=asked, ground="accuracy", structure=desk, by=officer, at=NOON)
    finally:
        over.set()
        holder.join()
    assert not ProcessingRestriction.objects.exists()
