import pytest

from cases.models import Measure
from cases.rules.measures import DISPUTE, DROPPED, FSL, MEASURES, OVER_INDEBTEDNESS, STEPS, TO_BUILD, state_of


def moves(kind: str, code: str) -> list[str]:
    return [state.words for state in MEASURES[kind].next_states(code)]


def test_every_kind_of_measure_has_its_own_states():
    assert set(MEASURES) == set(Measure.Kind.values)


def test_the_fsl_goes_from_the_file_to_the_payment():
    assert moves(FSL, TO_BUILD) == ["déposé", "abandonné"]
    assert moves(FSL, "filed") == ["complété", "accordé", "refusé", "abandonné"]
    assert moves(FSL, "granted") == ["versé", "abandonné"]
    assert moves(FSL, "refused") == ["recours déposé"]
    assert moves(FSL, "paid") == []


def test_over_indebtedness_is_admitted_then_decided():
    assert moves(OVER_INDEBTEDNESS, "filed") == ["recevable", "irrecevable", "abandonné"]
    assert "mesures décidées" in moves(OVER_INDEBTEDNESS, "admitted")


@pytest.mark.parametrize("kind", MEASURES)
def test_every_state_is_reached_and_leads_to_an_end(kind):
    table = MEASURES[kind]
    reached, waiting = set(), [TO_BUILD]
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting += [state.code for state in table.next_states(code)]
    assert reached == set(table.states)
    assert all(
        any(not following.runs for following in table.next_states(code)) for code in reached if table.state(code).runs
    )


@pytest.mark.parametrize("kind", MEASURES)
def test_what_runs_says_what_it_awaits_and_may_be_given_up(kind):
    for state in MEASURES[kind].states.values():
        if state.runs:
            assert state.awaits, state.code
            assert MEASURES[kind].next_states(state.code)[-1].code == DROPPED


def test_what_is_recorded_beside_a_state():
    assert state_of(OVER_INDEBTEDNESS, "admitted").milestone == "over_indebtedness_admitted"
    assert state_of(FSL, "paid").pays == "fsl"
    assert state_of("rights", "recovered").pays == "aid"
    assert not any(state.pays for state in MEASURES[DISPUTE].states.values())


def test_a_line_of_the_journal_keeps_its_words():
    assert STEPS["fsl.filed"] == "déposé"
    assert STEPS["rehousing.dropped"] == "abandonné"
