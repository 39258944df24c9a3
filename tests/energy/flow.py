"""A household whose electricity is to be cut: one structure, from the supplier’s letter to the answer told."""

from pathlib import Path

from viewflow import this

from cases.models import LegalBasis, StructureKind
from cases.rules.procedures import Procedure
from tests.energy.ask_supplier import AskSupplier
from tests.energy.tell_household import TellHousehold
from workflows.flows.base import CaseFlow
from workflows.nodes import ProcessEnd, Start, Task


class EnergyFlow(CaseFlow):
    process_title = "Coupure d’énergie"

    # Who opens, with the letter
    start = Start(this.ask_supplier, title="Ouvrir avec le courrier", who="Professionnel")

    # The professional
    ask_supplier = Task(
        AskSupplier, title="Demander un délai au fournisseur", verb="Noter l’appel", who="Professionnel"
    ).Next(this.tell_household)
    tell_household = Task(
        TellHousehold, title="Rendre compte au ménage", verb="Rendre compte", who="Professionnel"
    ).Next(this.closed)
    closed = ProcessEnd(title="Dossier clos")


ENERGY = Procedure(
    kind="energy",
    title="coupure d’énergie",
    legal_basis=LegalBasis.LOCAL_AUTHORITY,
    pilot=StructureKind.CITY,
    flows={"energy": EnergyFlow},
    deadlines=(Path(__file__).with_name("deadlines.toml"),),
)
