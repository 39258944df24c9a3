"""What each kind of case is: said once, by the procedure that its cases follow.

Procedures are declared beside their flows (`workflows.flows`) and registered here, as journal kinds are: `cases` knows no
flow, and asks of a case’s procedure what it must know of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """A procedure of the partnership, as its cases, pages and rules need to know it."""

    kind: str
    """Of its cases. Stored in rows, as the names of its flows: it never changes its meaning."""
    title: str
    """What a case of it is, in lower case: « impayé de loyer »."""
    legal_basis: str
    """The ground on which a structure takes part in its cases, unless another is given (`cases.models.LegalBasis`)."""
    pilot: str
    """The kind of structure that pilots its action (`cases.models.StructureKind`)."""
    flows: Mapping[str, Any]
    """By name, in lived order: its own, under its kind, which a case begins with and begins again when it is reopened; and
    those that others begin."""
    routing: str = ""
    """The catalogue of the table that routes its cases."""
    deadlines: tuple[Path | str, ...] = ()
    """The files of the delays that it brings to those of all (`cases/reference`)."""
    rule_catalogues: frozenset[str] = frozenset()
    """The catalogues that its pilot changes, besides those that all actions have in common."""
    needs_next_step: bool = True
    """Must somebody have something to do as long as a case is open?"""

    @property
    def flow(self) -> Any:
        """What a case begins with; None where its cases begin and end with what they are about."""
        return self.flows.get(self.kind)


PROCEDURES: dict[str, Procedure] = {}
"""By the kind of their cases, in the order of the menus."""


def register_procedure(procedure: Procedure) -> None:
    """Add a procedure. Refuses (`ValueError`) a kind that another one has."""
    if PROCEDURES.get(procedure.kind, procedure) != procedure:
        raise ValueError(f"two procedures for the cases of kind {procedure.kind}")
    PROCEDURES[procedure.kind] = procedure


def kind_choices() -> list[tuple[str, str]]:
    return [(procedure.kind, procedure.title) for procedure in PROCEDURES.values()]
