"""The state of the installation, read whole."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.service_state import read_service_state
from config.services.items import Level
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_each_part_is_there_once_and_who_is_not_well_says_what_to_do():
    items = read_service_state(NOON).items
    assert [each.code for each in items] == CODES
    assert [each.code for each in items if (each.level is Level.GOOD) == bool(each.advice)] == []


CODES = ["database", "disk", "clock", "queue", "tick", "check_places", "check_law", "count_figures", "clear_expired"]
CODES += ["check_seals", "backup", "watch"]
CODES += ["version", "scanner", "outbox", "mail", "deadlines", "long_jobs", "errors", "seals", "opening"]


def test_reading_it_only_reads_in_few_queries():
    with CaptureQueriesContext(connection) as queries:
        read_service_state(NOON)
    assert len(queries) <= 22
    assert {each["sql"].split()[0] for each in queries} == {"SELECT"}


def test_a_part_that_cannot_be_read_hides_nothing_of_the_others(monkeypatch):
    def fail(path):
        raise PermissionError("/srv/secret")

    monkeypatch.setattr("shutil.disk_usage", fail)
    state = read_service_state(NOON)
    [disk] = [each for each in state.items if each.code == "disk"]
    assert (disk.level, disk.words) == (Level.DOWN, "Son état n’a pas pu être lu (PermissionError).")
    assert [each.code for each in state.items] == CODES
    assert disk in state.at_level(Level.DOWN)


@pytest.mark.django_db(transaction=True)
def test_it_is_read_while_the_database_is_down(no_database):
    levels = {each.code: each.level for each in read_service_state(NOON).items}
    assert levels["jobs"] == levels["waiting"] == levels["database"] == levels["clock"] == Level.DOWN
    assert levels["queue"] is not Level.DOWN
