"""Proofs that take three to ten minutes of a processor each: where the seed of a day is given, as `make test-long` does, one of
them is made on that day. All are, without a seed or with RELAIS_RANDOM."""

import os

import pytest

TURNS = 7


def wait_for_turn(config: pytest.Config, turn: int) -> None:
    """Skips the test on the days of the others. `turn`: 0 to 6."""
    seed = str(config.getoption("--hypothesis-seed"))
    if seed.isdigit() and "RELAIS_RANDOM" not in os.environ and (days := (turn - int(seed)) % TURNS):
        pytest.skip(f"Son tour vient un autre jour : SEED={int(seed) + days} make test-long le prend.")
