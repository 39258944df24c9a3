"""Overpayments of the demonstration: six benefits at least, and a line in each state of the procedure."""

from typing import Any

import pytest
from django.utils.timezone import localdate

from cases.actions.lines import LawOfTheDay, facts_of
from cases.models import DebtLine
from cases.queries import holders
from config.demo import overpayments
from config.demo.cast import engage
from config.demo.life import live, nobody_woken
from tests.factories import NOON


@pytest.fixture(scope="module")
def lived(django_db_setup: Any, django_db_blocker: Any) -> Any:
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic(), nobody_woken():
        cast = engage(at=NOON)
        stories = [story(cast, localdate(NOON)) for story in overpayments.STORIES]
        live(stories, until=NOON, evening=lambda _: None)
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lived"), pytest.mark.timeout(240)]


def standings() -> dict[str, list[str]]:
    """Family name → the states in which her lines stand, one in each track."""
    law = LawOfTheDay(on=localdate(NOON), territory="grigny")
    lines = list(DebtLine.objects.select_related("notice__case", "debt"))
    facts, people = facts_of(lines), holders({line.notice.case.household_id for line in lines})
    found: dict[str, list[str]] = {}
    for line in lines:
        name = people[line.notice.case.household_id].usual_name
        codes = sorted(reached.state.code for reached in law.standing(line, facts[line.debt_id]).reached)
        found[f"{name} {line.benefit}"] = codes
    return found


def test_six_benefits_stand_in_the_states_that_their_story_says():
    assert standings() == {}
