"""The tick stops: administrators hear of it without worker, beat or queue; and what fails in a worker is counted."""

import pytest

from tests.resilience.system import System, until
from tests.sink import Sink

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
ADMINISTRATOR = """
import django
django.setup()
from tests import factories
factories.member("ville-grigny", "administrator", email="anne@example.org")
"""
CLEAR = "from config import celery_app; celery_app.send_task('relais.clear_expired')"


def value_of(system: System, sql: str) -> object:
    with system.database() as database:
        row = database.execute(sql).fetchone()
    return row[0] if row else None


def execute(system: System, sql: str) -> None:
    with system.database() as database:
        database.execute(sql)


def heard(sink: Sink) -> list[str]:
    return [text for to, text in sink.got if to == "anne@example.org" and "Auto-Submitted" in text]


def test_without_worker_beat_and_queue_administrators_hear_that_the_tick_stopped_and_that_it_is_back(
    system: System, sink: Sink
):
    system.run("-c", ADMINISTRATOR)
    until(
        lambda: value_of(system, "SELECT count(*) FROM config_jobrun WHERE name = 'tick'"), "no tick ends", seconds=120
    )
    assert "administrateurs prévenus : 0" in system.run("manage.py", "alert_administrators")

    for name in ("beat", "other beat", "worker", "queue"):
        system.kill(name)
    execute(system, "UPDATE config_jobrun SET ended_at = ended_at - interval '11 minutes' WHERE name = 'tick'")
    said = system.run("manage.py", "alert_administrators")
    assert "en panne : tick" in said
    assert "administrateurs prévenus : 1" in said
    assert len(heard(sink)) == 1

    for name in ("queue", "worker", "beat"):
        system.start(name)
    recent = "SELECT count(*) FROM config_jobrun WHERE name = 'tick' AND ended_at > now() - interval '5 minutes'"
    until(lambda: value_of(system, recent), "the tick does not come back", seconds=120)
    execute(
        system, "UPDATE config_alert SET since = since - interval '1 hour', seen_at = seen_at - interval '10 minutes'"
    )
    assert "rétabli : tick" in system.run("manage.py", "alert_administrators")
    assert len(heard(sink)) == 2


def test_a_daily_job_says_that_it_was_done_and_what_fails_in_it_is_counted(system: System):
    system.run("-c", CLEAR)
    done = "SELECT count(*) FROM config_jobrun WHERE name = 'relais.clear_expired'"
    until(lambda: value_of(system, done), "the job does not say that it was done", seconds=120)

    execute(system, "DELETE FROM config_jobrun WHERE name = 'relais.clear_expired'")
    execute(system, "ALTER TABLE axes_accessattempt RENAME TO elsewhere")
    system.run("-c", CLEAR)
    place = "SELECT place FROM config_unexpectederror WHERE kind = 'django.db.utils.ProgrammingError'"
    until(lambda: value_of(system, place), "the error is not counted", seconds=120)
    assert str(value_of(system, place)).startswith("config.clearing:")
    assert value_of(system, done) == 0
