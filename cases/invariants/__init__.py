"""What must always hold between rows, beyond what constraints can say.

A broken one means that someone wrote beside the acts, or that an act forgot something.
"""

from cases.invariants import access, debts, merging, referents, rights, territories
from cases.invariants.register import INVARIANTS, Found, Invariant, columns_differ, invariant

__all__ = [
    "INVARIANTS",
    "Found",
    "Invariant",
    "access",
    "columns_differ",
    "debts",
    "invariant",
    "merging",
    "referents",
    "rights",
    "territories",
]
