"""What the catalogues of overpayments say on a day: the first editions are loaded, and a later one waits for its day."""

from datetime import date

import pytest

from cases.actions.remedies import line_letters_in_force, matrix_in_force, overpayments_in_force, scales_in_force
from cases.models import Edition
from cases.reference_data import FOLDER, load
from cases.rules.line_letters import read_line_letters
from cases.rules.overpayments import read_overpayments
from cases.rules.reading import read_toml
from cases.rules.remedies import read_matrix
from cases.rules.withholding import read_scales

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)


def test_the_first_editions_say_what_their_files_say():
    assert matrix_in_force(on=TODAY, territory="grigny") == read_matrix(read_toml(FOLDER / "remedies.toml"))
    assert overpayments_in_force(on=TODAY, territory="grigny") == read_overpayments(
        read_toml(FOLDER / "overpayments.toml")
    )
    assert line_letters_in_force(on=TODAY, territory="grigny") == read_line_letters(
        read_toml(FOLDER / "letters_overpayments.toml")
    )
    assert scales_in_force(on=TODAY, territory="grigny") == read_scales(read_toml(FOLDER / "withholding.toml"))


def test_loading_again_leaves_what_a_pilot_has_changed():
    Edition.objects.filter(catalogue="withholding").update(note="Revue par le pilote.")
    load()
    assert Edition.objects.get(catalogue="withholding").note == "Revue par le pilote."


def test_a_later_edition_applies_from_its_day():
    first = Edition.objects.get(catalogue="remedies")
    rows = [dict(row) for row in first.parameters["rows"]]
    rows[0]["contest"] = {**rows[0]["contest"], "authority": "commission du département"}
    Edition.objects.create(
        catalogue="remedies",
        number=2,
        state=Edition.State.PUBLISHED,
        effective_on=date(2027, 1, 1),
        parameters={"rows": rows},
        territory="grigny",
    )

    def authority(on: date) -> str:
        return (
            matrix_in_force(on=on, territory="grigny")
            .remedy_for(benefit="rsa", operator="caf", on=on)
            .contest.authority
        )

    assert authority(date(2026, 12, 31)) == "président du conseil départemental"
    assert authority(date(2027, 1, 1)) == "commission du département"
