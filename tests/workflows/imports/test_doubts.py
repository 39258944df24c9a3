"""A line that waits for someone, once its file is imported."""

import pytest

from tests import factories
from tests.factories import NOON
from tests.workflows.imports.test_run import SEPTEMBER
from tests.workflows.imports.test_undo import NOVEMBER, OCTOBER, SMALL, imported, outcomes
from workflows.imports import doubts
from workflows.models import ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_corrected_line_is_not_repeated_where_another_told_nothing_of_its_lease(tmp_path):
    imported(tmp_path, SMALL, as_of=SEPTEMBER)
    imported(tmp_path, [*SMALL[:7], "0,00"], as_of=OCTOBER)
    job = imported(tmp_path, [*SMALL[:7], "0,00"], [*SMALL[:7], "beaucoup"])
    assert outcomes(job) == ["ignored", "rejected"]
    by = factories.member("bailleur-a", "correspondent")
    row = ImportRow.objects.get(job=job, line=3)
    doubts.correct_cells(row, typed={"Solde débiteur": "250,00"}, by=by, at=NOON, today=NOVEMBER)
    assert outcomes(job) == ["ignored", "watched"]
