"""Ouvrir: whoever has the supplier’s letter answers for the case."""

from datetime import datetime

from django.db import transaction

from cases.actions import case as cases, sharing
from cases.models import Case, Household, Structure, User
from tests.energy.flow import EnergyFlow
from workflows import engine


@transaction.atomic
def open_energy_case(*, household: Household, structure: Structure, by: User, at: datetime) -> Case:
    case = cases.open_case(kind="energy", household=household, structure=structure, by=by, at=at)
    sharing.take_part(case=case, structure=structure, part="lead", level="full", by=by, at=at)
    cases.assign_professional(case=case, user=by, structure=structure, by=by, at=at)
    engine.start(EnergyFlow, case=case, by=by, at=at)
    return case
