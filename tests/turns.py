"""Proofs made by turns. `make` says the day (`RELAIS_TURN=20261207`, its SEED); with ALL=1, or without `make`, all are made.

`@pytest.mark.by_turns` leaves a test to one day of seven, which its place among all of them decides.
"""

import os

import pytest

TURNS = 7
DAY = "" if "RELAIS_RANDOM" in os.environ else os.environ.get("RELAIS_TURN", "")


def days_until_turn(number: int, *, turns: int = TURNS) -> int:
    """0 on its day, and always where all are made."""
    return (number - int(DAY)) % turns if DAY else 0


def wait_for_turn(number: int) -> None:
    """Skips the test on the days of the others. `number`: 0 to 6."""
    if days := days_until_turn(number):
        pytest.skip(f"Son tour vient un autre jour : SEED={int(DAY) + days}, ou ALL=1, le prend.")
