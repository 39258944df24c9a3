"""A list says its columns once: its page and its sheets have the same words."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from workflows.lists.backlog import BacklogListing
from workflows.lists.base import Listing
from workflows.lists.cases import CasesListing
from workflows.lists.people import PeopleListing
from workflows.lists.referents import ReferentsListing

CELLS: dict[str, type[Listing]] = {
    "cases/cells.html": CasesListing,
    "backlog/cells.html": BacklogListing,
    "referents/person_cells.html": PeopleListing,
    "referents/load_cells.html": ReferentsListing,
}


@pytest.mark.parametrize("template", CELLS)
def test_a_page_has_one_cell_for_each_column_that_it_shows(template: str):
    written = (Path(settings.BASE_DIR) / "templates" / template).read_text(encoding="utf-8")
    shown = [column.code for column in CELLS[template].page_columns()]
    assert re.findall(r'column\.code == "(\w+)"', written) == shown
