"""A procedure drawn from its code: an outline for the eye of a reviewer, a picture for everyone else."""

from dataclasses import dataclass
from html import escape

from viewflow.workflow import Flow
from viewflow.workflow.base import Node

from workflows.flows import FLOWS

ROW, LEFT, WIDTH, BOX = 46, 310, 820, 330
GAP = 26
TURN = 10


@dataclass(frozen=True)
class Arrow:
    start: int
    end: int
    label: str


@dataclass(frozen=True)
class DrawnArrow:
    """An arrow as it is drawn."""

    path: str
    label: str
    x: int
    y: int
    """Height of its label in the drawing, in pixels from the top."""


@dataclass(frozen=True)
class DiagramScale:
    """How high a row and its box are."""

    row: int = ROW
    half: int = 16

    def middle(self, index: int) -> int:
        return 10 + index * self.row + self.row // 2

    def height(self, flow: type[Flow]) -> int:
        return len(nodes_in_order(flow)) * self.row + 20


PAPER = DiagramScale()


def nodes_in_order(flow: type[Flow]) -> list[Node]:
    """The nodes in lived order, that of the flow file."""
    return [node for node in vars(flow).values() if isinstance(node, Node)]


def titles() -> dict[str, str]:
    """The words of every step of every procedure, in lived order."""
    return {node.name: node.task_title for flow in FLOWS.values() for node in nodes_in_order(flow)}


def outline(flow: type[Flow]) -> list[str]:
    """One line a node: `qualify: HUMAN « Qualifier la situation » → is_in_scope`."""
    return [
        f"{node.name}: {node.task_type} « {node.task_title} » → {_edges_in_words(node)}"
        for node in nodes_in_order(flow)
    ]


def _edges_in_words(node: Node) -> str:
    edges = [(edge.label, edge.dst.name) for edge in node._outgoing()]  # noqa: SLF001 - no public name
    return ", ".join(f"{label}: {name}" if label else name for label, name in edges) or "end"


def draw_svg(flow: type[Flow]) -> str:
    """Steps one under the other; arrows that skip steps go round by the right, those that go back by the left."""
    nodes = nodes_in_order(flow)
    height = PAPER.height(flow)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" font-family="sans-serif" font-size="14">'
        ),
        f"<title>{escape(flow.process_title)}</title>",
        (
            '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
            '<path d="M0,0 8,4 0,8z" fill="#4a5568"/></marker></defs>'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        *(_draw_step(node, index) for index, node in enumerate(nodes)),
        *map(_draw_arrow, lay_out_arrows(flow)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _draw_step(node: Node, index: int) -> str:
    y, title = PAPER.middle(index), escape(node.task_title)
    if node.task_type == "EXCLUSIVE_GATEWAY":
        x = LEFT + 20
        shape = f'<path d="M{x},{y - 12} {x + 12},{y} {x},{y + 12} {x - 12},{y}z" fill="#fff" stroke="#b7791f"/>'
        return f'{shape}<text x="{x + 22}" y="{y + 5}" fill="#744210" font-style="italic">{title}</text>'
    fill, stroke = {"HUMAN": ("#ebf4ff", "#2b6cb0"), "FUNCTION": ("#f7fafc", "#a0aec0")}.get(
        node.task_type, ("#e6fffa", "#2c7a7b")
    )
    box = f'<rect x="{LEFT}" y="{y - 16}" width="{BOX}" height="32" rx="6" fill="{fill}" stroke="{stroke}"/>'
    text = f'<text x="{LEFT + 12}" y="{y + 5}" fill="#1a202c">{title}</text>'
    who = f'<text x="12" y="{y + 5}" fill="#4a5568" font-size="12">{escape(node.who)}</text>'
    return box + text + who


def _draw_arrow(line: DrawnArrow) -> str:
    path = f'<path d="{line.path}" {_STROKE}/>'
    if not line.label:
        return path
    return path + f'<text x="{line.x}" y="{line.y}" fill="#4a5568" font-size="11">{line.label}</text>'


_STROKE = 'fill="none" stroke="#4a5568" stroke-width="1.2" marker-end="url(#head)"'


def lay_out_arrows(flow: type[Flow], scale: DiagramScale = PAPER) -> list[DrawnArrow]:
    """Each arrow in a lane of its own, the shortest nearest to the steps."""
    nodes = nodes_in_order(flow)
    place = {node.name: index for index, node in enumerate(nodes)}
    arrows = [
        Arrow(place[node.name], place[edge.dst.name], {"yes": "oui", "no": "non"}.get(edge.label or "", ""))
        for node in nodes
        for edge in node._outgoing()  # noqa: SLF001
    ]
    drawn = [_straight(arrow, scale) for arrow in arrows if arrow.end == arrow.start + 1]
    forward = sorted((a for a in arrows if a.end > a.start + 1), key=lambda a: a.end - a.start)
    backward = sorted((a for a in arrows if a.end <= a.start), key=lambda a: a.start - a.end)
    drawn += [_around(arrow, lane, scale, side=1) for lane, arrow in enumerate(forward)]
    drawn += [_around(arrow, lane, scale, side=-1) for lane, arrow in enumerate(backward)]
    return drawn


def _straight(arrow: Arrow, scale: DiagramScale) -> DrawnArrow:
    x, start, end = LEFT + 20, scale.middle(arrow.start), scale.middle(arrow.end)
    return DrawnArrow(f"M{x},{start + scale.half}V{end - scale.half - 1}", arrow.label, x + 6, start + scale.half + 11)


def _around(arrow: Arrow, lane: int, scale: DiagramScale, *, side: int) -> DrawnArrow:
    edge = LEFT + BOX if side > 0 else LEFT
    out = edge + side * (GAP + lane * 14)
    # A question whose two answers leave on the same side keeps them apart.
    start = scale.middle(arrow.start) + (9 if arrow.label == "non" else -3)
    end = scale.middle(arrow.end) - 5 * side
    down = 1 if end > start else -1
    first = f"M{edge if side > 0 else LEFT},{start}H{out - side * TURN}"
    turn_out = f"Q{out},{start} {out},{start + down * TURN}V{end - down * TURN}"
    turn_in = f"Q{out},{end} {out - side * TURN},{end}H{edge + side * 2}"
    label_x = edge + side * 4 if side > 0 else edge - 24
    return DrawnArrow(first + turn_out + turn_in, arrow.label, label_x, start - 4)
