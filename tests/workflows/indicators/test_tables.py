"""Tables that may be read: what is hidden in them, and that a year tells nothing that its quarters hide."""

from datetime import date
from typing import Any

import pytest

from cases.rules.hidden_cell_rings import TOTAL
from workflows.indicators.catalogue import BY_CODE, INDICATORS
from workflows.indicators.charts import chart_of
from workflows.indicators.compute import CountedCell
from workflows.indicators.crossing import Crossing, hide_crossings
from workflows.indicators.formatting import of_all, with_count
from workflows.indicators.joined_tables import with_joined
from workflows.indicators.papers.blocks import grids_of
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import (
    FOR_ALL,
    FOR_PARTNERS,
    Grid,
    IndicatorTable,
    freeze_table,
    hide_together,
    of_quarter,
    of_year,
    table_for_all,
    thaw_table,
)
from workflows.indicators.words import Words

THIRD = Quarter(date(2026, 7, 1))
MONTHS = ["2026-07", "2026-08", "2026-09"]


def cells(numbers: dict[tuple[str, str], Any]) -> list[CountedCell]:
    """With all their totals. Of a share: all, and those in it."""
    found: dict[tuple[str | None, str | None], list[int]] = {}
    for (key, month), number in numbers.items():
        given = number if isinstance(number, tuple) else (number, 0)
        for spot in ((key, month), (key, None), (None, month), (None, None)):
            total = found.setdefault(spot, [0, 0])
            total[0] += given[0]
            total[1] += given[1]
    return [CountedCell(column=m, key=k, number=n, value=v, high=None) for (k, m), (n, v) in found.items()]


def grid(code: str, numbers: dict[tuple[str, str], Any], by: str = "landlord_type", shown_from: int = 5) -> Grid:
    made = Grid(BY_CODE[code], by, cells(numbers), columns=MONTHS)
    made.hide_small_numbers(shown_from=shown_from)
    return made


def table(made: Grid, **options: Any) -> IndicatorTable:
    return of_quarter(
        made, THIRD, as_of=date(2026, 11, 24), words=Words(on=date(2026, 11, 24), territory="grigny"), **options
    )


def said(made: IndicatorTable) -> dict[str, list[str]]:
    lines = {line.label: [with_count(made.indicator, cell) for cell in line.cells] for line in made.lines}
    assert made.total is not None
    return {**lines, "": [with_count(made.indicator, cell) for cell in made.total.cells]}


REPORTS = {
    ("hlm", "2026-07"): 40,
    ("hlm", "2026-08"): 30,
    ("hlm", "2026-09"): 20,
    ("person", "2026-07"): 2,
    ("person", "2026-08"): 9,
    ("person", "2026-09"): 8,
    ("sem", "2026-08"): 7,
}


def test_a_quarter_split_shows_totals_and_crossed_hides_what_it_must_inside():
    assert said(table(grid("reports", REPORTS))) == {
        "bailleur social (HLM)": ["90"],
        "société d’économie mixte": ["7"],
        "particulier": ["19"],
        "": ["42", "46", "28", "116"],
    }
    crossed = said(table(grid("reports", REPORTS), crossed=True))
    assert crossed["particulier"] == ["petit nombre", "9", "petit nombre", "19"]
    assert crossed["bailleur social (HLM)"] == ["petit nombre", "30", "petit nombre", "90"]


def test_what_is_published_hides_more_than_between_partners():
    made = grid("reports", REPORTS)
    made.hide_small_numbers(shown_from=FOR_ALL)
    assert said(table(made))["société d’économie mixte"] == ["petit nombre"]
    assert said(table(made))["particulier"] == ["petit nombre"]


def test_what_was_closed_is_not_given_back_by_what_was_opened_and_two_stocks():
    """Of HLM, three were closed: with what was opened, the stock before and the stock after would tell it."""
    opened = grid("opened", {("hlm", "2026-07"): 40, ("person", "2026-08"): 30, ("sem", "2026-09"): 20})
    closed = grid("closed", {("hlm", "2026-07"): 3, ("person", "2026-08"): 9, ("sem", "2026-09"): 12})
    assert opened.hidden == frozenset()
    apart = closed.hidden_totals
    hide_together([opened, closed], shown_from=FOR_PARTNERS)
    assert apart == closed.hidden_totals == opened.hidden_totals >= {("hlm", TOTAL)}
    assert said(table(opened))["bailleur social (HLM)"] == ["petit nombre"]
    assert said(table(opened))[""] == ["40", "30", "20", "90"]


def test_a_structure_in_which_nothing_was_opened_does_not_give_back_what_was_closed():
    opened = grid("opened", {("person", "2026-08"): 30, ("sem", "2026-09"): 20})
    closed = grid("closed", {("hlm", "2026-07"): 3, ("person", "2026-08"): 9, ("sem", "2026-09"): 12})
    hide_together([opened, closed], shown_from=FOR_PARTNERS)
    assert said(table(opened))["bailleur social (HLM)"] == ["petit nombre"]
    assert opened.hidden_totals == closed.hidden_totals


def test_a_share_of_few_or_of_all_but_few_is_hidden():
    numbers = {("hlm", "2026-07"): (50, 25), ("person", "2026-07"): (50, 48), ("sem", "2026-07"): (50, 20)}
    shown = said(table(grid("reported_early", numbers)))
    assert shown["particulier"] == ["petit nombre"]
    assert shown[""][-1] == "62 % (150)".replace(" %", "\u202f%").replace(" (", "\u00a0(")
    assert sum(cells == ["petit nombre"] for cells in shown.values()) == 2


def test_a_median_of_few_is_hidden():
    assert said(table(grid("debt_age", {("hlm", "2026-07"): 3})))["bailleur social (HLM)"] == ["petit nombre"]


def test_landlords_are_no_people():
    assert said(table(grid("landlords", {("hlm", "2026-07"): 1})))["bailleur social (HLM)"] == ["1"]


@pytest.mark.parametrize("nature", ["person", "sci_family", ""])
@pytest.mark.parametrize("shown_from", [FOR_PARTNERS, FOR_ALL])
def test_a_landlord_who_may_be_somebody_is_told_in_no_line_and_no_small_total(nature: str, shown_from: int):
    """Nor by the other lines and their sum: no line is said, neither those of one landlord nor those of nobody."""
    numbers = {("hlm", "2026-07"): 12, ("sem", "2026-08"): 3, (nature, "2026-08"): 1, (nature, "2026-09"): 1}
    made = grid("landlords", numbers, shown_from=shown_from)
    assert said(table(made)) == {"": ["12", "petit nombre", "petit nombre", "17"]}
    before = grid("landlords", {("hlm", "2026-07"): 11, ("sem", "2026-07"): 2})
    year = of_year([(THIRD.shifted_by(-1), before), (THIRD, made)], words=Words(on=THIRD.last, territory="grigny"))
    assert said(year)["bailleur social (HLM)"] == ["11", "petit nombre"]
    assert said(year)["société d’économie mixte"] == ["2", "petit nombre"]


def test_what_was_kept_of_a_private_landlord_before_is_not_read_by_all():
    made = Grid(
        BY_CODE["landlords"],
        "landlord_type",
        cells({("hlm", "2026-07"): 12, ("person", "2026-08"): 1}),
        columns=MONTHS,
    )
    assert said(table(made))["particulier"] == ["1"]
    assert said(table_for_all(table(made))) == {"": ["12", "petit nombre", "0", "13"]}
    several = Grid(
        BY_CODE["landlords"],
        "landlord_type",
        cells({("hlm", "2026-07"): 1, ("person", "2026-08"): 11}),
        columns=MONTHS,
    )
    assert said(table_for_all(table(several)))["bailleur social (HLM)"] == ["1"]


def test_a_year_sums_only_what_its_quarters_show():
    few = grid("reports", {("hlm", "2026-07"): 40, ("person", "2026-07"): 3, ("sem", "2026-07"): 12})
    many = grid("reports", {("hlm", "2026-07"): 40, ("person", "2026-07"): 30, ("sem", "2026-07"): 12})
    made = of_year([(THIRD.shifted_by(-1), many), (THIRD, few)], words=Words(on=THIRD.last, territory="grigny"))
    assert made.headings == ["T2 2026", "T3 2026", "Total"]
    assert said(made) == {
        "bailleur social (HLM)": ["40", "40", "80"],
        "société d’économie mixte": ["12", "petit nombre", "petit nombre"],
        "particulier": ["30", "petit nombre", "petit nombre"],
        "": ["82", "55", "137"],
    }


def test_the_whole_of_landlords_says_that_it_is_no_sum():
    made = table(grid("landlords", {("hlm", "2026-07"): 1, ("sem", "2026-08"): 1}))
    assert [each.total.label for each in grids_of(made) if each.total] == ["Ensemble, chacun compté une fois"] * 2
    assert [each.total.label for each in grids_of(table(grid("reports", REPORTS))) if each.total] == ["Ensemble"] * 2


def test_medians_of_quarters_make_no_median_of_a_year():
    made = of_year(
        [(THIRD, grid("debt_age", {("hlm", "2026-07"): 9}))], words=Words(on=THIRD.last, territory="grigny")
    )
    assert made.headings == ["T3 2026"]


def test_a_picture_draws_the_numbers_of_the_table_and_nothing_of_what_is_hidden():
    chart = chart_of(table(grid("reports", REPORTS)))
    assert chart is not None
    assert [(bar.label, bar.text) for bar in chart.bars] == [
        ("bailleur social (HLM)", "90"),
        ("société d’économie mixte", "7"),
        ("particulier", "19"),
    ]
    hidden = chart_of(table(grid("reports", {("hlm", "2026-07"): 4, ("person", "2026-07"): 3})))
    assert hidden is None


def test_a_picture_of_bands_draws_the_bands():
    numbers = {("1", "n1"): 6, ("1", "n10"): 12, ("2", "n1"): 8, ("2", "n20"): 5}
    made = Grid(BY_CODE["load_bands"], "structure", cells(numbers), columns=["n1", "n10", "n20", "n40"])
    made.hide_small_numbers(shown_from=FOR_PARTNERS)
    chart = chart_of(of_quarter(made, THIRD, as_of=THIRD.last, words=OfStructures(on=THIRD.last, territory="grigny")))
    assert chart is not None
    assert [(bar.label, bar.text) for bar in chart.bars] == [
        ("1 à 9", "14"),
        ("10 à 19", "12"),
        ("20 à 39", "5"),
        ("40 et plus", "0"),
    ]


def flow(opened: list[int], taken: list[int], closed: list[int]) -> IndicatorTable:
    """Of three months."""
    months = {
        code: grid(code, {("", month): number for month, number in zip(MONTHS, numbers, strict=True)}, by="")
        for code, numbers in (("opened", opened), ("taken", taken), ("closed", closed))
    }
    *_, found = with_joined([table(each) for each in months.values()], INDICATORS)
    assert found.indicator.code == "flow"
    return found


def test_entries_and_exits_side_by_side_hide_what_each_hides_alone():
    made = flow([20, 30, 25], [12, 20, 18], [2, 9, 30])
    assert {line.label: [with_count(made.indicator, cell) for cell in line.cells] for line in made.lines} == {
        "ouverts": ["20", "30", "25", "75"],
        "pris en charge": ["12", "20", "18", "50"],
        "clos": ["petit nombre", "petit nombre", "30", "41"],
    }
    assert made.total is None
    assert thaw_table(freeze_table(made), made.indicator) == made


def test_entries_and_exits_say_whether_the_pile_grows():
    assert of_all(flow([20, 30, 25], [12, 20, 18], [2, 9, 30])) == "34\u00a0dossiers ouverts de plus que de clos"
    assert of_all(flow([5, 5, 5], [5, 5, 5], [6, 6, 6])) == "3\u00a0dossiers clos de plus que d’ouverts"
    assert of_all(flow([5, 5, 5], [5, 5, 5], [5, 5, 5])) == "autant de dossiers ouverts que de clos"
    assert of_all(flow([5, 5, 5], [5, 5, 5], [1, 0, 0])) == ""


def test_entries_and_exits_are_drawn_month_by_month():
    chart = chart_of(flow([20, 30, 25], [12, 20, 18], [2, 9, 30]))
    assert chart is not None
    assert [(bar.label, bar.text) for bar in chart.bars[:4]] == [
        ("juillet, ouverts", "20"),
        ("juillet, pris en charge", "12"),
        ("juillet, clos", "petit nombre"),
        ("août, ouverts", "30"),
    ]
    assert [bar.tone for bar in chart.bars[:4]] == ["1", "0.65", "0.4", "1"]


def test_an_indicator_made_of_others_is_left_out_where_one_of_them_was_not_counted():
    assert with_joined([table(grid("opened", {("", "2026-07"): 9}, by=""))], INDICATORS)[1:] == []


def test_a_kept_table_is_shown_as_it_was():
    made = table(grid("reports", REPORTS), crossed=True)
    assert thaw_table(freeze_table(made), made.indicator) == made
    assert "2" not in [
        str(number) for line in freeze_table(made)["lines"] for cell in line[1] if cell for number in cell
    ]


def test_the_whole_is_said_in_a_sentence():
    assert of_all(table(grid("reports", REPORTS))) == "116\u00a0signalements"


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("2026-T3", date(2026, 11, 24), "3e trimestre 2026"),
        ("2026-T1", date(2026, 11, 24), "1er trimestre 2026"),
        ("2027-T1", date(2026, 11, 24), "None"),
        ("2026-T5", date(2026, 11, 24), "None"),
        ("demain", date(2026, 11, 24), "None"),
    ],
)
def test_a_quarter_is_read_when_it_has_begun(text: str, today: date, expected: str):
    assert str(Quarter.parse_past_or_current(text, today=today)) == expected


def test_a_quarter_knows_its_months_and_its_last_day():
    assert THIRD.last == date(2026, 9, 30)
    assert THIRD.shifted_by(2).code == "2027-T1"
    assert [month.month for month in THIRD.months] == [7, 8, 9]


def test_partners_read_more_than_all():
    assert FOR_PARTNERS == 5
    assert FOR_ALL == 10


def test_no_two_indicators_have_one_name():
    """A report shows them all: who hears it read aloud tells them apart."""
    assert len({each.title for each in INDICATORS}) == len(INDICATORS) == len(BY_CODE)


def crossing(code: str, numbers: dict[tuple[str, str, str], int]) -> Crossing:
    made = cross(code, numbers)
    hide_crossings([made], shown_from=FOR_PARTNERS)
    return made


def cross(code: str, numbers: dict[tuple[str, str, str], int]) -> Crossing:
    """Of structures and natures of landlords, month by month."""
    faces = []
    for axis, by in enumerate(("structure", "landlord_type")):
        counts: dict[tuple[str, str], int] = {}
        for key, number in numbers.items():
            counts[key[axis], key[2]] = counts.get((key[axis], key[2]), 0) + number
        faces.append(Grid(BY_CODE[code], by, cells(counts), columns=MONTHS))
    found: dict[tuple[str, str], int] = {}
    for (structure, landlord, month), number in numbers.items():
        for column in (landlord, f"{landlord} {month}"):
            found[structure, column] = found.get((structure, column), 0) + number
    of_two = [CountedCell(column=c, key=k, number=n, value=None, high=None) for (k, c), n in found.items()]
    return Crossing(of_two, rows=faces[0], columns=faces[1])


class OfStructures(Words):
    def labels_of(self, dimension: str) -> Any:
        return {"1": "CAF", "2": "MDS", "3": "CCAS"} if dimension == "structure" else super().labels_of(dimension)


def test_two_dimensions_at_once_show_what_no_small_number_follows_from():
    many = {(structure, landlord, month): 10 for structure in "12" for landlord in ("hlm", "sem") for month in MONTHS}
    few = {("3", "hlm", month): 5 for month in MONTHS} | {("3", "sem", MONTHS[0]): 2}
    shown = said(crossing("reports", many | few).table(words=OfStructures(on=THIRD.last, territory="grigny")))
    # The two of the CCAS hide three others of their month; by month alone nothing is small.
    assert shown == {
        "CAF": ["petit nombre", "petit nombre", "60"],
        "MDS": ["30", "30", "60"],
        "CCAS": ["petit nombre", "petit nombre", "17"],
        "": ["75", "62", "137"],
    }


def test_a_structure_that_is_not_shown_month_by_month_is_not_shown_by_landlord_either():
    many = {(structure, landlord, month): 10 for structure in "12" for landlord in ("hlm", "sem") for month in MONTHS}
    few = {("3", "hlm", MONTHS[0]): 3, ("3", "hlm", MONTHS[1]): 20, ("3", "sem", MONTHS[2]): 20}
    made = crossing("reports", many | few)
    assert ("3", MONTHS[0]) in made.rows.hidden
    sealed = {row for row, _ in made.rows.hidden}
    assert "3" in sealed
    shown = said(made.table(words=OfStructures(on=THIRD.last, territory="grigny")))
    assert shown["CCAS"] == ["petit nombre", "petit nombre", "43"]
    assert shown[""] == ["83", "80", "163"]


def test_a_picture_of_two_dimensions_draws_the_totals_of_structures():
    many = {(structure, landlord, month): 10 for structure in "12" for landlord in ("hlm", "sem") for month in MONTHS}
    chart = chart_of(crossing("reports", many).table(words=OfStructures(on=THIRD.last, territory="grigny")))
    assert chart is not None
    assert [(bar.label, bar.text) for bar in chart.bars] == [("CAF", "60"), ("MDS", "60")]


def test_what_a_structure_closed_is_not_given_back_by_a_line_of_nothing_among_its_openings():
    many = {(structure, landlord, month): 10 for structure in "12" for landlord in ("hlm", "sem") for month in MONTHS}
    opened, closed = cross("opened", many), cross("closed", many | {("3", "hlm", MONTHS[0]): 3})
    hide_crossings([opened, closed], shown_from=FOR_PARTNERS)
    shown = said(opened.table(words=OfStructures(on=THIRD.last, territory="grigny")))
    assert shown["CCAS"] == ["petit nombre", "petit nombre", "petit nombre"]


def stock(numbers: dict[str, int], code: str = "open") -> Grid:
    """At one end of a quarter, by landlord."""
    counted = [
        CountedCell(column=c, key=k, number=n, value=None, high=None) for k, n in numbers.items() for c in ("m0", None)
    ]
    counted += [
        CountedCell(column=c, key=None, number=sum(numbers.values()), value=None, high=None) for c in ("m0", None)
    ]
    return Grid(BY_CODE[code], "landlord_type", counted, columns=["m0"])


def test_a_small_stock_of_the_day_before_is_not_given_back_by_what_moved_and_the_stock_after():
    """Two cases stood on 30 June, fifteen on 30 September; thirteen were opened and none closed: 15 - 13 + 0 is two."""
    june, september = stock({"hlm": 1, "sem": 1}), stock({"hlm": 6, "sem": 9})
    opened = grid("opened", {("hlm", "2026-07"): 5, ("sem", "2026-08"): 8})
    closed = grid("closed", {})
    assert said(table(opened))[""] == ["5", "8", "0", "13"]
    hide_together([opened, closed], stocks=[june, september], shown_from=FOR_PARTNERS)
    assert said(table(opened)) == {
        "bailleur social (HLM)": ["petit nombre"],
        "société d’économie mixte": ["petit nombre"],
        "": ["petit nombre", "8", "0", "petit nombre"],  # else its months would make the sum
    }
    assert said(table(closed))[""][-1] == "petit nombre"
    assert september.hidden == frozenset()


def test_months_do_not_make_the_sum_of_a_whole_that_is_hidden():
    """Of closed ones, three: hidden, as the whole of what was opened; no month of that is small."""
    opened = grid("opened", {("hlm", "2026-07"): 8, ("hlm", "2026-08"): 9, ("hlm", "2026-09"): 9})
    closed = grid("closed", {("hlm", "2026-07"): 2, ("hlm", "2026-09"): 1})
    hide_together([opened, closed], shown_from=FOR_PARTNERS)
    assert said(table(opened))[""] == ["petit nombre", "9", "9", "petit nombre"]


def test_what_counts_lines_together_does_not_tell_one_that_is_hidden():
    """Of thirty-nine contacts, three were declined: six of thirty-nine, said beside thirty not reached, would tell it."""
    contacts = grid(
        "contacts",
        {("reached", "2026-07"): 6, ("declined", "2026-07"): 3, ("not_reached", "2026-07"): 30},
        by="contact",
    )
    reached = grid("reached", {("hlm", "2026-07"): (39, 6)})
    assert said(table(reached))[""][-1] == "15\u202f%\xa0(39)"
    assert "petit nombre" in said(table(contacts))["contact établi"]
    hide_together([reached], lines=[contacts], shown_from=FOR_PARTNERS)
    assert said(table(reached))[""][-1] == "petit nombre"
    # What is small apart is another line, beside a third one: the one that it counts is said there too.
    contacts = grid(
        "contacts",
        {("reached", "2026-07"): 30, ("declined", "2026-07"): 3, ("not_reached", "2026-07"): 6},
        by="contact",
    )
    reached = grid("reached", {("hlm", "2026-07"): (39, 30)})
    hide_together([reached], lines=[contacts], shown_from=FOR_PARTNERS)
    assert said(table(contacts))["contact établi"] == ["30"]
    assert said(table(reached))[""][-1] == "77\u202f%\xa0(39)"
    # Nothing small apart: nothing to hide together.
    contacts = grid("contacts", {("reached", "2026-07"): 9, ("not_reached", "2026-07"): 30}, by="contact")
    reached = grid("reached", {("hlm", "2026-07"): (39, 9)})
    hide_together([reached, contacts], shown_from=FOR_PARTNERS)
    assert said(table(reached))[""][-1] == "23\u202f%\xa0(39)"


def test_a_sum_of_one_line_does_not_tell_the_other_that_is_hidden():
    outcomes = grid(
        "op_outcomes",
        {("scheduled", "2026-07"): 8, ("waived", "2026-07"): 3, ("maintained", "2026-07"): 29},
        by="line_outcome",
    )
    scheduled = grid("op_scheduled", {("rsa", "2026-07"): (8, 4000)}, by="benefit")
    hide_together([outcomes, scheduled], shown_from=FOR_PARTNERS)
    assert said(table(scheduled))[""][-1] == "petit nombre"


def test_few_cases_that_are_counted_beside_others_are_not_told_by_the_difference():
    """Forty were opened, and two reopened: forty-two came in."""
    opened = grid("opened", {("hlm", "2026-07"): 20, ("sem", "2026-08"): 20})
    returned = grid("reentries", {("hlm", "2026-07"): (22, 8), ("sem", "2026-08"): (20, 7)})
    assert said(table(returned))[""][-1].endswith("(42)")
    hide_together([opened, returned], shown_from=FOR_PARTNERS)
    assert said(table(returned))[""][-1] == "petit nombre"
    assert said(table(opened))[""][-1] == "40"


def test_what_counts_the_same_cases_hides_what_they_hide():
    """Twenty-six were opened and four closed: neither is said, nor said again by who they are, how they ended, or returned."""
    opened = grid("opened", {("hlm", "2026-07"): 15, ("sem", "2026-08"): 11})
    closed = grid("closed", {("hlm", "2026-07"): 3, ("sem", "2026-09"): 1})
    family = grid("profile_family", {("couple", "2026-07"): 15, ("single", "2026-08"): 11}, by="family")
    returned = grid("reentries", {("hlm", "2026-07"): (15, 0), ("sem", "2026-08"): (11, 0)})
    outcomes = grid("outcomes", {("settled", "2026-07"): 3, ("moved", "2026-09"): 1}, by="outcome")
    assert said(table(family))[""][-1] == "26"
    assert said(table(returned))[""][-1] == "0\u202f%\xa0(26)"
    hide_together([opened, closed, family, returned, outcomes], shown_from=FOR_PARTNERS)
    for made in (opened, closed, family, returned, outcomes):
        assert said(table(made))[""][-1] == "petit nombre", made.indicator.code
        shown = [cells[-1] for label, cells in said(table(made)).items() if label]
        assert "petit nombre" in shown, made.indicator.code
