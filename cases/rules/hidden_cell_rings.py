"""How much a cell of a table may change with all that is shown unchanged: numbers move round rings of hidden cells. Pure.

A ring is a way through a graph whose nodes are the rows and the columns, and whose arcs are the hidden cells.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Set as AbstractSet

TOTAL = "∑"
"""The row, and the column, of totals."""

Cell = tuple[str, str]
Full = Mapping[Cell, int]
"""The numbers of all the cells that may be hidden, totals among them."""
Node = tuple[str, str]
MANY = 10**9
HIDING = 10**6
"""What it costs to hide one more cell, whatever its number."""


def is_inside(cell: Cell) -> bool:
    return TOTAL not in cell


def movable_amount(full: Full, hidden: AbstractSet[Cell], cell: Cell, *, enough: int, down: bool = False) -> int:
    """By how much it may grow, or go down; no search once that is enough."""
    source, sink = _way_of(cell, down=down)
    left = _arcs(full, hidden - {cell})
    moved = 0
    while moved < enough and (way := _find_way(left, source, sink)):
        amount = min(left[a][b] for a, b in way)
        for a, b in way:
            left[a][b] -= amount
            left[b][a] += amount
        moved += amount
    return moved


def cheapest_ring(
    full: Full, hidden: AbstractSet[Cell], cell: Cell, *, usable: AbstractSet[Cell], amount: int, down: bool = False
) -> set[Cell] | None:
    """The cells to hide besides, the fewest and smallest, so that it may move by so much; None when there is no way."""
    source, sink = _way_of(cell, down=down)
    arcs = _arcs(full, usable - {cell})
    queue: list[tuple[int, Node, tuple[Cell, ...]]] = [(0, source, ())]
    seen: set[Node] = set()
    while queue:
        cost, node, path = heapq.heappop(queue)
        if node == sink:
            return set(path) - hidden
        if node in seen:
            continue
        seen.add(node)
        for after, room in arcs[node].items():
            crossed = _cell_between(node, after)
            if room >= amount and after not in seen:
                more = 0 if crossed in hidden else full[crossed] + HIDING
                heapq.heappush(queue, (cost + more, after, (*path, crossed)))
    return None


def _arcs(full: Full, cells: Iterable[Cell]) -> dict[Node, dict[Node, int]]:
    """From node to node, how much may move: a cell grows as it will, and never goes below zero."""
    arcs: dict[Node, dict[Node, int]] = defaultdict(dict)
    for cell in cells:
        start, end = _ends(cell)
        arcs[start][end] = MANY
        arcs[end][start] = full[cell]
    return arcs


def _way_of(cell: Cell, *, down: bool) -> tuple[Node, Node]:
    """What it takes in comes back to it by the others."""
    start, end = _ends(cell)
    return (start, end) if down else (end, start)


def _ends(cell: Cell) -> tuple[Node, Node]:
    """A total is what it sums, taken away: its arc goes the other way."""
    row, column = ("row", cell[0]), ("column", cell[1])
    return (column, row) if (cell[0] == TOTAL) != (cell[1] == TOTAL) else (row, column)


def _cell_between(one: Node, other: Node) -> Cell:
    return (one[1], other[1]) if one[0] == "row" else (other[1], one[1])


def _find_way(left: Mapping[Node, Mapping[Node, int]], source: Node, sink: Node) -> list[tuple[Node, Node]]:
    before: dict[Node, Node] = {source: source}
    waiting = deque([source])
    while waiting and sink not in before:
        node = waiting.popleft()
        for after, room in left.get(node, {}).items():
            if room > 0 and after not in before:
                before[after] = node
                waiting.append(after)
    found: list[tuple[Node, Node]] = []
    node = sink
    while node in before and node != source:
        found.append((before[node], node))
        node = before[node]
    return found
