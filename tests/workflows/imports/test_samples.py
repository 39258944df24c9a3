"""The five sample files, read in turn in memory and scored against the household that each line belongs to."""

import csv
import datetime
from collections import defaultdict
from pathlib import Path

import pytest

from cases.matching import Index, MatchBand, find_household
from workflows.imports.columns import check_mapping, suggest_mapping
from workflows.imports.read import read_table
from workflows.imports.rows import line_identity, read_rows

DATA = Path(__file__).parents[2] / "data"
TODAY = datetime.date(2026, 11, 24)
IN_TURN = {
    "bailleur-a_2026-09.csv": "bailleur-a",
    "bailleur-a_2026-10.csv": "bailleur-a",
    "bailleur-a_2026-11.csv": "bailleur-a",
    "syndic-b_2026-11.xlsx": "gestionnaire-b",
    "caf_2026-11.csv": "caf-91",
}


@pytest.fixture(scope="module")
def truth():
    with (DATA / "truth.csv").open(encoding="utf-8") as file:
        return {(row["file"], int(row["line"])): row["household"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def tables():
    return {name: read_table(DATA / name) for name in IN_TURN}


def grouped(tables, *, without=()):
    """What each line became: `!reason`, or the first line of the household that it was matched with."""
    index, found = Index(), {}
    for name, sender in IN_TURN.items():
        table = tables[name]
        for row in read_rows(table, suggest_mapping(table.headings), today=TODAY):
            if row.reason:
                found[name, row.line] = f"!{row.reason.label}"
                continue
            values = {field: value for field, value in row.values.items() if field not in without}
            incoming = line_identity(values, sender=sender)
            household = find_household(incoming, index).household or f"{name}:{row.line}"
            index.add_household(household, incoming)
            found[name, row.line] = household
    return found


def wrong_merges(found, truth):
    people = defaultdict(set)
    for line, household in found.items():
        people[household].add(truth[line])
    return {household: members for household, members in people.items() if len(members) > 1 and household[0] != "!"}


def test_every_heading_is_known_but_the_comments(tables):
    for name, table in tables.items():
        mapping = suggest_mapping(table.headings)
        assert set(table.headings) - set(mapping) == ({"Observations"} if name == "syndic-b_2026-11.xlsx" else set())
        assert check_mapping(mapping, table.headings) == []


def test_each_file_is_recognised_for_what_it_is(tables):
    assert [(table.encoding, table.separator, table.header_line, len(table.rows)) for table in tables.values()] == [
        ("cp1252", ";", 4, 103),
        ("cp1252", ";", 4, 162),
        ("cp1252", ";", 4, 189),
        ("", "", 4, 61),
        ("utf-8", ",", 1, 60),
    ]


def test_no_line_is_lost(tables, truth):
    assert grouped(tables).keys() == truth.keys()


def test_every_bad_line_is_refused_or_ignored_for_the_right_reason(tables, truth):
    found = grouped(tables)
    bad = {line: household for line, household in truth.items() if household.startswith("!")}
    assert {line: found[line] for line in bad} == bad
    assert {line for line, household in found.items() if household.startswith("!")} == bad.keys()


def test_lines_reach_the_right_household(tables, truth):
    """A line is right when it joins the household in which its own household's first line is."""
    found = grouped(tables)
    first: dict[str, str] = {}
    for line, household in truth.items():
        first.setdefault(household, found[line])
    good = [line for line, household in truth.items() if not household.startswith("!")]
    right = [line for line in good if found[line] == first[truth[line]]]
    assert len(right) / len(good) >= 0.99


@pytest.mark.parametrize(
    "without",
    [
        (),
        ("tenant_reference", "contract_number"),
        ("tenant_reference", "contract_number", "caf_number"),
        ("tenant_reference", "contract_number", "caf_number", "birth_date"),
        ("tenant_reference", "contract_number", "caf_number", "street"),
        ("tenant_reference", "contract_number", "caf_number", "birth_date", "phone", "street"),
    ],
)
def test_no_line_joins_a_wrong_household_even_when_columns_are_missing(tables, truth, without):
    assert wrong_merges(grouped(tables, without=without), truth) == {}


def test_with_names_alone_nothing_merges(tables):
    table = tables["bailleur-a_2026-11.csv"]
    index = Index()
    for row in read_rows(table, suggest_mapping(table.headings), today=TODAY):
        if row.reason is None:
            incoming = line_identity(
                {name: row.values[name] for name in ("last_name", "first_name")}, sender="bailleur-a"
            )
            assert find_household(incoming, index).band != MatchBand.SAME
            index.add_household(str(row.line), incoming)


def test_health_data_of_the_comments_are_kept_nowhere(tables):
    table = tables["syndic-b_2026-11.xlsx"]
    assert "hospitalisé" in repr(table)
    read = list(read_rows(table, suggest_mapping(table.headings), today=TODAY))
    assert "hospitalisé" not in repr(read)
