"""Numbers of indicators as a French reader expects them. Pure."""

from workflows.indicators.kinds import Aggregation, Indicator
from workflows.indicators.tables import IndicatorTable, ShownCell

NARROW = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"
SMALL = "petit nombre"
NOTHING = "–"
COUNTED = (Aggregation.COUNT, Aggregation.DISTINCT)
"""Their value is N itself."""


def format_number(value: float) -> str:
    """A number in French: « 1 234 », « 1 234,5 »."""
    rounded = round(value, 1)
    text = f"{rounded:,.1f}".removesuffix(".0")
    return text.replace(",", NARROW).replace(".", ",")


def displayed_value(indicator: Indicator, shown: ShownCell) -> float | None:
    """What is drawn, and put in a sheet; None for what is hidden or cannot be."""
    if shown.is_hidden:
        return None
    if indicator.measure in COUNTED:
        return shown.number
    if not shown.number or shown.value is None:
        return None
    return 100 * shown.value / shown.number if indicator.measure == Aggregation.SHARE else shown.value


def format_cell(indicator: Indicator, shown: ShownCell) -> str:
    """12, 62 %, 1 234 €."""
    if shown.is_hidden:
        return SMALL
    value = displayed_value(indicator, shown)
    if value is None:
        return NOTHING
    if indicator.unit == "€":
        return f"{format_number(round(value))}{NARROW}€"
    return (
        f"{format_number(round(value))}{NARROW}%" if indicator.measure == Aggregation.SHARE else format_number(value)
    )


def format_count(indicator: Indicator, shown: ShownCell) -> str:
    """N, where the value is another number."""
    return "" if shown.is_hidden or not shown.number or indicator.measure in COUNTED else format_number(shown.number)


def with_count(indicator: Indicator, shown: ShownCell) -> str:
    """A share and the number behind it: « 62 % (34) »."""
    count = format_count(indicator, shown)
    return format_cell(indicator, shown) + (f"{NO_BREAK}({count})" if count else "")


def of_all(table: IndicatorTable) -> str:
    """The whole, in a sentence: « Ensemble : 12 jours (N = 34) ; neuf sur dix : 30 ou moins. »"""
    if table.total is None:
        return _describe_balance(table)
    indicator, last = table.indicator, table.total.cells[-1]
    if not table.has_whole or last.is_hidden or displayed_value(indicator, last) is None:
        return ""
    unit = "" if indicator.unit in ("€", "%") else f"{NO_BREAK}{indicator.unit}"
    count = format_count(indicator, last)
    words = f"{format_cell(indicator, last)}{unit}" + (f" (N{NO_BREAK}={NO_BREAK}{count})" if count else "")
    if indicator.measure == Aggregation.MEDIAN and last.high is not None:
        words += f" ; neuf sur dix : {format_cell(indicator, ShownCell(number=last.number, value=last.high))} ou moins"
    return words


def _describe_balance(table: IndicatorTable) -> str:
    """Does the pile grow? Of what came in, the first line, and what went out, the last one."""
    came, went = table.lines[0], table.lines[-1]
    if not table.has_whole or came.cells[-1].is_hidden or went.cells[-1].is_hidden:
        return ""
    more = came.cells[-1].number - went.cells[-1].number
    if more == 0:
        return f"autant de {table.indicator.unit} {came.label} que {_elide_de(went.label)}"
    first, other = (came, went) if more > 0 else (went, came)
    return f"{format_number(abs(more))}{NO_BREAK}{table.indicator.unit} {first.label} de plus que {_elide_de(other.label)}"


def _elide_de(word: str) -> str:
    return f"d’{word}" if word[0] in "aeiouéè" else f"de {word}"
