"""Whatever people do, in whatever order: see this package. Four hundred acts in `make test`; in `make test-long` a play goes
on to 750 on its day (`tests.turns`), and no rule may stay idle there."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.turns import wait_for_turn
from tests.workflows.machine.base import Mood
from tests.workflows.machine.cast import Cast
from tests.workflows.machine.checks import Checked

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600), pytest.mark.slow]

FEW = 2
"""A rule that never has an effect tests nothing."""
ROUNDS = 6
OF = 50
"""Acts of an example."""
SHORT, LONG = 100, 750
"""Acts in each of the four plays."""
LEADS_TO = {
    "take_up_what_the_counter_did": {"meet_at_the_counter", "accept"},
    "tell_the_judge": {"record_a_dated_fact"},
    "let_one_go_before_its_turn": {"set_the_pace", "import_a_file"},
    "accept_a_lot": {"import_a_file", "import_the_list_of_the_caf"},
    "decline_a_lot": {"import_a_file", "import_the_list_of_the_caf"},
}
"""What makes a rare act possible."""
ORDINARY = {
    "reporting": 2,
    "routing": 8,
    "contact": 8,
    "plans": 10,
    "money": 4,
    "closing": 1,
    "sharing": 3,
    "staff": 2,
    "agenda": 2,
    "facts": 2,
    "time_passes": 2,
}
LATE = (4, 7, 7)
MOODS = {
    "ordinary": Mood(kinds=ORDINARY),
    "court": Mood(kinds=ORDINARY | {"facts": 5}, is_told=True),
    "ends": Mood(kinds=ORDINARY | {"closing": 6}, begins=LATE),
    "money": Mood(kinds=ORDINARY | {"plans": 20, "money": 12, "sharing": 1}, begins=LATE),
    "instalments": Mood(kinds={"plans": 10, "money": 8, "closing": 1, "time_passes": 3}, begins=LATE),
    "sharing": Mood(kinds=ORDINARY | {"sharing": 9}, is_told=True),
    "files": Mood(kinds=ORDINARY | {"files": 20, "money": 1, "sharing": 1, "staff": 1}),
    "records": Mood(kinds=ORDINARY | {"files": 8, "merging": 12, "closing": 3}),
    "staff": Mood(kinds=ORDINARY | {"staff": 9, "agenda": 4}, is_told=True),
}


IS_RANDOM = "RELAIS_RANDOM" in os.environ
"""Other examples for each seed, and many more: to look for faults, never to judge a change that has nothing to do with
them. What is found becomes a test of its own."""


def play(*moods: str, acts: int, of: int = OF) -> None:
    """So many acts, in these moods. What fails is printed, act by act."""
    Checked.cast, Checked.moods = Cast(), {name: MOODS[name] for name in moods}
    Checked.tried, Checked.done = Counter(), Counter()
    Checked.wanted = Checked.leading = frozenset()
    go_on(examples=acts // of, of=of)
    while Checked.tried.total() < acts:  # an example may end before its time
        go_on(examples=2, of=of)


def go_on(*, examples: int, of: int = OF) -> None:
    run_state_machine_as_test(
        Checked,
        settings=settings(
            max_examples=examples,
            stateful_step_count=of,
            derandomize=not IS_RANDOM,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            # To shorten what fails takes minutes.
            phases=[Phase.generate, Phase.shrink] if IS_RANDOM else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(params=[SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def acts(request: pytest.FixtureRequest) -> int:
    if request.param == LONG:
        wait_for_turn(PLAYS.index(request.function.__name__))
    return int(request.param)


PLAYS = [
    "test_cases_go_their_way_from_the_report_to_the_end",
    "test_files_and_merges_are_undone_or_refused_but_never_mixed",
    "test_nobody_sees_what_he_may_not_whatever_is_shared_handed_over_or_left",
    "test_debts_and_instalments_are_right_to_the_cent",
]
"""In the order of their turns."""


def refuse_idle(*kinds: str) -> None:
    """Each rule of these kinds had an effect, and not only refusals. What chance left out is sought for a while."""
    if Checked.tried.total() < LONG:  # a short play has no time for each
        return
    for number in range(1, ROUNDS):
        Checked.wanted = idle(*kinds)
        if not Checked.wanted:
            return
        Checked.leading = frozenset().union(*(LEADS_TO.get(name, ()) for name in Checked.wanted))
        go_on(examples=3 * number)  # the first ones are those of the round before
    assert not idle(*kinds)


def idle(*kinds: str) -> frozenset[str]:
    names = [name for name, (kind, _) in Checked.rules_of().items() if kind in kinds]
    assert names
    return frozenset(name for name in names if Checked.done[name] < FEW)


def test_cases_go_their_way_from_the_report_to_the_end(acts: int):
    play("ordinary", "court", "ends", acts=acts)
    refuse_idle("reporting", "routing", "contact", "closing", "facts", "time_passes")


def test_debts_and_instalments_are_right_to_the_cent(acts: int):
    play("money", "instalments", acts=acts)
    refuse_idle("plans", "money")


def test_nobody_sees_what_he_may_not_whatever_is_shared_handed_over_or_left(acts: int):
    play("sharing", "staff", acts=acts)
    refuse_idle("sharing", "staff", "agenda")


def test_files_and_merges_are_undone_or_refused_but_never_mixed(acts: int):
    play("files", "records", acts=acts)
    refuse_idle("files", "merging")


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not IS_RANDOM, reason="Cherche des fautes au hasard : RELAIS_RANDOM=1 make test-long.")
def test_a_long_play_finds_nothing_either():
    play(*MOODS, acts=7200, of=80)
