"""What the case already says, beside the block that it helps to fill."""

from cases.diagnosis.sections import DiagnosisContent
from cases.models.diagnosis import Block
from cases.models.tenancy import AidKind
from cases.templatetags.relais import euros, long_date, short_date

HEARING = "hearing"


def hints(said: DiagnosisContent) -> dict[Block, list[str]]:
    found = {
        Block.HOUSEHOLD: _household(said),
        Block.RESOURCES: _aid(said),
        Block.MEANS: _plan(said),
        Block.BREAKDOWN: _statement(said),
        Block.JUDGE: _hearing(said),
    }
    return {block: lines for block, lines in found.items() if lines}


def _household(said: DiagnosisContent) -> list[str]:
    named, children = len(said.people), said.setting.household_facts.get("dependent_children")
    if said.setting.household_size == named:
        return []
    known = (
        f" ; {children} enfant{'s' if children > 1 else ''} à charge connu{'s' if children > 1 else ''}"
        if children
        else ""
    )
    return [f"Le dossier ne nomme que {named} personne{'s' if named > 1 else ''}{known}."]


def _aid(said: DiagnosisContent) -> list[str]:
    lease = said.case.tenancy
    if lease is None or lease.aid is None or lease.aid_kind == AidKind.NONE:
        return []
    return [f"Aide au logement du bail, à ne pas compter ici : {euros(lease.aid)}."]


def _plan(said: DiagnosisContent) -> list[str]:
    if said.plan is None:
        return []
    return [f"Plan d’apurement {said.plan.get_state_display()} : {euros(said.plan.monthly)} par mois."]


def _statement(said: DiagnosisContent) -> list[str]:
    found, total = said.statement, said.breakdown_total
    if found is None:
        return []
    lines = [f"Dernier relevé du bailleur : {euros(found.balance)} au {short_date(found.as_of)}."]
    if total is not None and total != found.balance:
        lines.append(
            f"Votre décompte fait {euros(total)} : vérifier la différence, ou l’expliquer dans les remarques."
        )
    return lines


def _hearing(said: DiagnosisContent) -> list[str]:
    dates = [on for on, kind, _ in said.milestones if kind == HEARING]
    return [f"Audience : {long_date(dates[-1])}."] if dates else []
