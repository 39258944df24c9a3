"""Who would take what, and why."""

from cases.rules.workload import StepProposal, StepToGive, Why, propose_colleagues

NADIA, ROKIA, MARC = 1, 2, 3


def proposed(
    *charges: StepToGive, loads: dict[int, int], chosen: dict[int, int] | None = None
) -> dict[int, tuple[int, Why, int]]:
    return {
        task: (each.to, each.why, each.load)
        for task, each in propose_colleagues(charges, loads=loads, chosen=chosen).items()
    }


def test_the_lightest_load_takes_the_next_step_and_grows():
    charges = [StepToGive(task=10, home=100), StepToGive(task=11, home=101), StepToGive(task=12, home=102)]
    assert proposed(*charges, loads={NADIA: 4, ROKIA: 5}) == {
        10: (NADIA, Why.LIGHTEST, 4),
        11: (NADIA, Why.LIGHTEST, 5),
        12: (ROKIA, Why.LIGHTEST, 5),
    }


def test_who_follows_the_household_takes_it_whatever_he_has():
    charge = StepToGive(task=10, home=100, follower=ROKIA)
    assert proposed(charge, loads={NADIA: 0, ROKIA: 30}) == {10: (ROKIA, Why.FOLLOWS, 30)}


def test_who_follows_the_household_and_is_not_asked_does_not_take_it():
    charge = StepToGive(task=10, home=100, follower=MARC)
    assert proposed(charge, loads={NADIA: 0, ROKIA: 30}) == {10: (NADIA, Why.LIGHTEST, 0)}


def test_the_steps_of_a_household_go_to_one_colleague():
    charges = [StepToGive(task=10, home=100), StepToGive(task=11, home=100)]
    assert proposed(*charges, loads={NADIA: 0, ROKIA: 0}) == {
        10: (NADIA, Why.LIGHTEST, 0),
        11: (NADIA, Why.TOGETHER, 1),
    }


def test_what_is_chosen_by_hand_stands_and_counts():
    charges = [StepToGive(task=10, home=100), StepToGive(task=11, home=101, follower=NADIA)]
    assert proposed(*charges, loads={NADIA: 1, ROKIA: 1}, chosen={11: ROKIA}) == {
        10: (NADIA, Why.LIGHTEST, 1),
        11: (ROKIA, Why.CHOSEN, 1),
    }


def test_nobody_is_proposed_where_nobody_may():
    assert propose_colleagues([StepToGive(task=10, home=100)], loads={}) == {}
    assert propose_colleagues([StepToGive(task=10, home=100)], loads={}, chosen={10: MARC}) == {
        10: StepProposal(to=MARC, why=Why.CHOSEN, load=0)
    }
