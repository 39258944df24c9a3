"""On which day a dated fact may have happened: what cannot be is refused before anything is written."""

from datetime import date, timedelta

from cases.actions.rules_in_force import edition_in_force
from cases.models import Case, Debt, Edition
from cases.refusals import Refusal
from cases.rules import fact_order
from cases.rules.tracks import DatedFact
from workflows.actions import tracks

MAY_BE_TO_COME = frozenset({"hearing", "order_to_pay_planned", "order_to_pay_term"})
FARTHEST = timedelta(days=3660)
"""Beyond, in the past or to come, the year was mistyped."""


def refuse_day(case: Case, fact: DatedFact, *, debt: Debt | None, is_before_lease: bool, on: date) -> None:
    """Refuses (`Refusal`) a day to come, ten years away, before the lease unless that was said, or that contradicts
    another fact."""
    refuse_far_day(fact.on, today=on, may_be_to_come=fact.kind in MAY_BE_TO_COME)
    if not is_before_lease and precedes_lease(case, fact.kind, fact.on):
        began = case.tenancy.lease_date if case.tenancy else None
        raise Refusal(
            f"Cette date précède le bail, conclu ou renouvelé le {began:%d/%m/%Y} : la vérifier, ou indiquer que le bail"
            " a été renouvelé depuis."
        )
    _refuse_disorder(case, fact, debt=debt, on=on)


def refuse_far_day(day: date, *, today: date, may_be_to_come: bool = False) -> None:
    """Refuses (`Refusal`) a day to come, or ten years away."""
    if day > today and not may_be_to_come:
        raise Refusal("Cette date est à venir : saisir la date du fait accompli.")
    if abs(day - today) > FARTHEST:
        raise Refusal("Vérifier l’année : cette date est à plus de dix ans.")


def precedes_lease(case: Case, kind: str, on: date) -> bool:
    """Is it said of this lease, on a day on which it had not begun?"""
    lease_date = case.tenancy.lease_date if case.tenancy else None
    return lease_date is not None and on < lease_date and kind in tracks.of_the_lease()


def _refuse_disorder(case: Case, fact: DatedFact, *, debt: Debt | None, on: date) -> None:
    known, since = tracks.read_procedure(case, debt, on=on)
    found = fact_order.find_disorder(fact, known, order=fact_order.load_fact_order(), since=since)
    if found is None:
        return
    edition = edition_in_force(Edition.Catalogue.DEADLINES, on=on, territory=case.territory)
    words = edition.parameters["milestones"] if edition else {}
    answer, asked = (f"« {words.get(kind, kind)} » ({day:%d/%m/%Y})" for kind, day in found)
    raise Refusal(
        f"{answer} ne peut pas précéder {asked} : vérifier les deux dates, et corriger celle qui est fausse."
    )
