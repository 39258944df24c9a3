"""The queue: what beat names exists, and a queue that is down stops nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config import celery_app

ROOT = Path(__file__).resolve().parents[2]


def test_beat_names_tasks_that_exist():
    celery_app.loader.import_default_modules()

    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named == {
        "relais.tick",
        "workflows.check_places",
        "workflows.check_law",
        "workflows.count_figures",
        "relais.clear_expired",
        "relais.check_seals",
    }
    assert named <= celery_app.tasks.keys()


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "unix:///nowhere/valkey.sock"])
def test_an_act_does_not_wait_for_a_queue_that_is_down(address):
    poke = """
import time, django
django.setup()
from config.apps import ask_for_tick
started = time.monotonic()
ask_for_tick()
print(time.monotonic() - started)
"""
    done = subprocess.run(
        [sys.executable, "-c", poke],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": address},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "could not be woken" in done.stderr
    assert float(done.stdout) < 30
