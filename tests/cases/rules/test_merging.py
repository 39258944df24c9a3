"""Which of two values of a record is proposed."""

import pytest

from cases.rules.merging import more_complete, stronger_position


@pytest.mark.parametrize(
    ("field", "kept", "absorbed", "side"),
    [
        ("phone", "", "+33612345678", "absorbed"),
        ("phone", "+33612345678", "", "kept"),
        ("phone", "+33612345678", "+33700000000", "kept"),
        ("birth_date", "1984", "1984-03-12", "absorbed"),
        ("birth_date", "1984-03-12", "1984-03", "kept"),
        ("usual_name", "Ferreira", "Ferreira Nogueira", "absorbed"),
        ("usual_name", "?ahin", "Sahin", "absorbed"),
        ("usual_name", "Sahin", "?ahin Demir", "kept"),
        ("email", "a@example.org", "a.ferreira.nogueira@example.org", "kept"),
        ("no_message", False, True, "absorbed"),
        ("no_message", True, False, "kept"),
        ("needs_interpreter", False, False, "kept"),
        ("safe_address", "", "12 rue sûre", "absorbed"),
    ],
)
def test_the_more_complete_value_is_proposed_and_a_tie_goes_to_the_record_kept(field, kept, absorbed, side):
    assert more_complete(field, kept=kept, absorbed=absorbed) == side


def test_of_two_places_the_stronger_is_kept():
    order = ["holder", "co_holder", "spouse"]
    assert stronger_position("spouse", "holder", order=order) == "holder"
    assert stronger_position("co_holder", "spouse", order=order) == "co_holder"
