"""Who the landlord is, once whoever follows the household knows it."""

from datetime import datetime

from django.db import transaction

from cases.actions import debts, tenancies
from cases.models import Case, LandlordProfile, Structure, Tenancy, User
from cases.refusals import NotAllowed, Refusal
from workflows import engine
from workflows.actions.ledger import refuse_unless_followed
from workflows.actions.tasks import route_if_known
from workflows.models import CaseTask


@transaction.atomic
def name_landlord(*, case: Case, landlord: Structure | None, landlord_name: str, by: User, at: datetime) -> None:
    """Write on the lease who its landlord is: a partner, or the name of one who takes no part.

    Refuses (`NotAllowed`) who does not follow the case, and (`Refusal`) a lease whose landlord is known by now, or whose
    reference is another tenant’s with him.
    """
    refuse_unless_followed(case, by=by, at=at)
    if case.tenancy is None:
        raise NotAllowed
    tenancy = case.tenancy
    tenancy.refresh_from_db()
    if not tenancy.landlord_is_unknown:
        raise Refusal("Le bailleur de ce logement est connu désormais : voir le dossier.")
    changes: dict[str, object] = {"landlord_name": landlord_name} if landlord_name else {}
    if landlord and landlord != tenancy.landlord:
        _refuse_other_tenant(tenancy, landlord)
        changes["landlord"] = landlord
        if landlord.kind == "rent_manager":
            changes["manager"] = landlord
        profile = LandlordProfile.objects.filter(structure=landlord).first()
        if profile and not tenancy.housing:
            changes["housing"] = profile.housing
    if not changes:
        return
    structure = case.responsible_structure
    tenancies.update_tenancy(tenancy=tenancy, changes=changes, structure=structure, case=case, by=by, at=at)
    if landlord:
        debts.follow_landlord(tenancy, landlord)
    route_if_known(case=case, at=at)
    _ask_for_agreement(case, by=by, at=at)


def _ask_for_agreement(case: Case, *, by: User, at: datetime) -> None:
    """A plan that waited at who follows the household waits at the landlord, now that there is one; his delay begins."""
    waiting = CaseTask.objects.open().of_case(case).filter(node="agree").first()
    if waiting and waiting.structure_id != waiting.step.assigned_structure(waiting.process).pk:
        engine.redirect(engine.reload_open_task(waiting), to="agree", by=by, at=at)


def _refuse_other_tenant(tenancy: Tenancy, landlord: Structure) -> None:
    others = Tenancy.objects.filter(landlord=landlord, reference=tenancy.reference, ended_on=None)
    if tenancy.reference and others.exists():
        raise Refusal(
            f"Ce bailleur a déjà un locataire sous la référence {tenancy.reference} : la vérifier avec la personne. Le solde"
            " peut être noté sans le bailleur.",
            field="landlord",
        )
