"""The ways open to who is claimed an overpayment: what each asks, and the dated facts by which it goes on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Way:
    code: str
    title: str
    sent: str
    """The fact: it was posted."""
    received: str = ""
    """The fact from which the delay to answer counts, if there is one."""
    granted: str = ""
    refused: str = ""
    silent: str = ""
    """What silence makes of it, once its delay is over."""
    contests: bool = False
    """Does it contest the debt? A waiver or a schedule does not: the delays to contest go on."""


WAYS = {
    way.code: way
    for way in (
        Way(
            code="rectification",
            title="Demander la rectification",
            sent="rectification_asked",
            received="rectification_received",
            granted="rectification_accepted",
            refused="rectification_rejected",
            silent="rectification_rejected_silently",
            contests=True,
        ),
        Way(
            code="recourse",
            title="Former le recours préalable",
            sent="recourse_sent",
            received="recourse_received",
            granted="recourse_accepted",
            refused="recourse_rejected",
            silent="recourse_rejected_silently",
            contests=True,
        ),
        Way(
            code="waiver",
            title="Demander une remise de dette",
            sent="waiver_asked",
            received="waiver_received",
            granted="waiver_granted",
            refused="waiver_refused",
        ),
        Way(
            code="schedule",
            title="Demander un échéancier",
            sent="schedule_asked",
            granted="schedule_accepted",
            refused="schedule_refused",
        ),
        Way(
            code="mediation",
            title="Saisir le médiateur de France Travail",
            sent="mediation_asked",
            granted="mediation_granted",
            refused="mediation_ended",
            contests=True,
        ),
        Way(
            code="court",
            title="Saisir le tribunal",
            sent="court_seized",
            granted="court_granted",
            refused="court_rejected",
            contests=True,
        ),
    )
}
ACCEPT, GIVE_UP = "accept", "give_up"
WITHOUT_LETTER = {
    ACCEPT: "Accepter la dette, sans démarche",
    GIVE_UP: "La personne ne souhaite pas poursuivre",
}


def choices() -> list[tuple[str, str]]:
    return [*((way.code, way.title) for way in WAYS.values()), *WITHOUT_LETTER.items()]


def titles(codes: list[str]) -> str:
    """« demander la rectification, former le recours préalable »"""
    words = [WAYS[code].title if code in WAYS else WITHOUT_LETTER[code] for code in codes]
    return ", ".join(each[0].lower() + each[1:] for each in words)
