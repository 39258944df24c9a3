"""Whatever is killed, and whenever: what a person has done is kept, is told, and is told once.

Thirty-two kills; with RELAIS_RANDOM=1 five hundred and twelve, at moments of that day (`SEED=` takes them again), or as many as
RELAIS_KILLS says.
"""

import json
import os
import random
import threading
import time

import pytest

from tests.resilience.system import Manager, System
from tests.sink import Sink

AT_RANDOM = "RELAIS_RANDOM" in os.environ
ROUNDS = int(os.environ.get("RELAIS_KILLS", "512" if AT_RANDOM else "32"))
VICTIMS = ("worker", "beat", "queue", "web")
SECONDS = 20
"""That a round may take on a slow machine."""
pytestmark = [pytest.mark.long, pytest.mark.timeout(300 + ROUNDS * SECONDS), pytest.mark.turn(5)]


def test_kills_lose_nothing_and_tell_nobody_twice(system: System, sink: Sink, request: pytest.FixtureRequest):
    work = json.loads(system.run("-m", "tests.resilience.work", "prepare", str(ROUNDS)))
    manager = Manager(system.web_port, session=work["session"], worker=work["worker"])
    seed = request.config.getoption("--hypothesis-seed") if AT_RANDOM else 20261125
    chance = random.Random(str(seed))  # noqa: S311 - not a secret
    kills_of_workers = 0
    for number, path in enumerate(work["pages"]):
        acting = threading.Thread(target=manager.accept, args=(path,))
        acting.start()
        time.sleep(chance.uniform(0, 1.5))
        victim = VICTIMS[number % len(VICTIMS)]
        system.kill(victim)
        kills_of_workers += victim == "worker"
        time.sleep(chance.uniform(0, 0.5))
        system.start(victim)
        acting.join(100)
        assert not acting.is_alive(), f"case {number} is not accepted"
    assert system.kills == ROUNDS

    system.settle()

    told = json.loads(system.run("-m", "tests.resilience.work", "told"))
    assert len(told["accepted"]) == len(set(told["accepted"])) == ROUNDS
    assert told["assigned"] == ROUNDS
    assert told["told of it"] == [work["worker"]] * ROUNDS
    received = sink.times
    assert received.keys() == set(told["mails"])
    assert received.total() - len(received) <= kills_of_workers
    system.run("manage.py", "check_invariants")
