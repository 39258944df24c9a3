"""People who are followed (action 11): each state in which a référent, a place or a coordination may stand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from cases.actions import coordination, handover
from cases.models import Beneficiary, Case, Referent, Structure, User
from demo.cast import Cast
from demo.life import Story, working_days
from demo.overpayments import home_of
from workflows import engine
from workflows.actions import referents
from workflows.models import CaseTask

NAME_REFERENTS = ("mds-grigny", "ccas-grigny", "caf-91")
"""Structures in which whoever takes charge of a case becomes the référent, since yesterday evening."""


def propose(cast: Cast, someone: Beneficiary, who: str, *, by: str, code: str, at: datetime) -> Referent:
    return referents.propose(
        beneficiary=someone, structure=cast.structures[code], user=cast.people[who], by=cast.people[by], at=at
    )


def inform(cast: Cast, referent: Referent, *, at: datetime, objects: bool = False) -> None:
    task = CaseTask.objects.open().get(case=referent.case, structure=referent.structure, node="inform_person")
    data = {"means": "interview", "on": at.date(), "objects": objects, "asks_change": False}
    engine.complete(task, by=referent.user, at=at, data=data)


def follow(cast: Cast, someone: Beneficiary, who: str, *, code: str, at: datetime, objects: bool = False) -> Referent:
    """A professional proposes himself, and tells the person the same day."""
    referent = propose(cast, someone, who, by=who, code=code, at=at)
    referents.answer_proposal(referent=referent, accept=True, by=cast.people[who], at=at)
    inform(cast, referent, at=at, objects=objects)
    return referent


def take(case: Case, node: str, *, by: User, at: datetime, **data: Any) -> None:
    engine.complete(CaseTask.objects.open().get(case=case, node=node), by=by, at=at, data=data)


def aubry_ndong(cast: Cast, today: date) -> Story:
    """11. She refuses coordination: sharing stops, help goes on. Her référent at the MDS is away, a colleague replaces him."""
    at = yield working_days(today, -34)
    odile = Beneficiary(
        title="mme", usual_name="Aubry-Ndong", birth_name="Ndong", first_names="Odile", birth_date="1974-08-09",
        phone="+33611223311", caf_number="4417036",
    )  # fmt: skip
    home_of(odile, at=at)
    referent = propose(cast, odile, "Keita", by="Lambert", code="mds-grigny", at=at)
    at = yield working_days(today, -32, hour=9)
    referents.answer_proposal(referent=referent, accept=True, by=cast.people["Keita"], at=at)
    at = yield working_days(today, -29, hour=15)
    inform(cast, referent, at=at)
    at = yield working_days(today, -20, hour=11)
    follow(cast, odile, "Olivier", code="ccas-grigny", at=at, objects=True)


def zerrouki_is_coordinated(cast: Cast, today: date) -> Story:
    """10. Three structures. The MDS has his open case: the rule designates Fanny Delmas, who coordinates with his agreement;
    she is about to leave."""
    at = yield working_days(today, -32, hour=9)
    nabil = Beneficiary.objects.get(usual_name="Zerrouki", first_names="Nabil")
    fanny = follow(cast, nabil, "Delmas", code="mds-grigny", at=at)
    at = yield working_days(today, -28, hour=14)
    follow(cast, nabil, "Olivier", code="ccas-grigny", at=at)
    at = yield working_days(today, -26, hour=10)
    follow(cast, nabil, "Montel", code="caf-91", at=at)
    at = yield working_days(today, -24, hour=9)
    take(fanny.case, "coordinate", by=cast.people["Delmas"], at=at, accept="yes")
    at = yield working_days(today, -21, hour=11)
    take(fanny.case, "ask_agreement", by=cast.people["Delmas"], at=at, agrees="yes", on=at.date())


def portfolio_of_delmas(cast: Cast, today: date) -> Story:
    """Those whom she will hand over."""
    at = yield working_days(today, -60, hour=9)
    for usual_name, first_names, born in (
        ("Barbosa", "Teresa", "1969-02-11"),
        ("Chauvin", "Mireille", "1951-10-03"),
        ("Diarra", "Salif", "1988-06-24"),
        ("Ek", "Sophal", "1979-12-01"),
        ("Fontaine", "Gilles", "1962-04-17"),
    ):
        someone = Beneficiary(usual_name=usual_name, first_names=first_names, birth_date=born)
        home_of(someone, at=at)
        follow(cast, someone, "Delmas", code="mds-grigny", at=at)


def a_place_is_vacant(cast: Cast, today: date) -> Story:
    """Lucie Arnoux declined: the manager of the MDS must find somebody else."""
    at = yield working_days(today, -6)
    someone = Beneficiary(title="mme", usual_name="Moreau-Diallo", first_names="Awa", birth_date="1990-03-30")
    home_of(someone, at=at)
    referent = propose(cast, someone, "Arnoux", by="Lambert", code="mds-grigny", at=at)
    at = yield working_days(today, -4, hour=17)
    referents.answer_proposal(referent=referent, accept=False, reason="load", by=cast.people["Arnoux"], at=at)


def a_proposal_waits(cast: Cast, today: date) -> Story:
    """Samira Kessler has not answered yet; the pilot asks her to coordinate somebody else, too: the rule named nobody."""
    at = yield working_days(today, -15)
    grace = Beneficiary(title="mme", usual_name="Okafor", first_names="Grace", birth_date="1983-07-14")
    home_of(grace, at=at)
    samira = follow(cast, grace, "Kessler", code="mds-grigny", at=at)
    at = yield working_days(today, -12, hour=11)
    follow(cast, grace, "Olivier", code="ccas-grigny", at=at)
    at = yield working_days(today, -2, hour=9)
    someone = Beneficiary(title="m", usual_name="Pereira", first_names="Luis", birth_date="1958-01-22")
    home_of(someone, at=at)
    propose(cast, someone, "Kessler", by="Lambert", code="mds-grigny", at=at)
    at = yield working_days(today, -1, hour=10)
    take(samira.case, "choose_coordinator", by=cast.people["Nadaud"], at=at, referent=samira)
    at = yield working_days(today, -1, hour=18)
    Structure.objects.filter(code__in=NAME_REFERENTS).update(
        names_referents=True, names_referents_since=at.date() + timedelta(days=1)
    )


def the_pilot_is_to_choose(cast: Cast, today: date) -> Story:
    """Moussa Keita was designated first, as the référent unique is of the MDS; he declined, and nobody else is named."""
    at = yield working_days(today, -13)
    yasmine = Beneficiary(title="mme", usual_name="Benali", first_names="Yasmine", birth_date="1986-11-05")
    home_of(yasmine, at=at)
    moussa = follow(cast, yasmine, "Keita", code="mds-grigny", at=at)
    coordination.record_legal(
        case=moussa.case, legal=moussa.structure, on=at.date(), structure=moussa.structure, by=moussa.user, at=at
    )
    at = yield working_days(today, -9, hour=15)
    follow(cast, yasmine, "Haddad", code="ccas-grigny", at=at)
    at = yield working_days(today, -7, hour=9)
    take(moussa.case, "coordinate", by=moussa.user, at=at, accept="no", reason="better_placed")


def her_agreement_is_awaited(cast: Cast, today: date) -> Story:
    """Élise Vannier coordinates if the person agrees: she is to be asked within fifteen days."""
    at = yield working_days(today, -11)
    carla = Beneficiary(title="mme", usual_name="Mendonça", first_names="Carla", birth_date="1972-02-20")
    home_of(carla, at=at)
    elise = follow(cast, carla, "Vannier", code="ccas-grigny", at=at)
    coordination.record_legal(
        case=elise.case, legal=elise.structure, on=at.date(), structure=elise.structure, by=elise.user, at=at
    )
    at = yield working_days(today, -8, hour=11)
    follow(cast, carla, "Arnoux", code="mds-grigny", at=at)
    at = yield working_days(today, -5, hour=16)
    take(elise.case, "coordinate", by=elise.user, at=at, accept="yes")


def a_transfer_is_undone(cast: Cast, today: date) -> Story:
    """Whom Moussa Keita coordinates was given to Lucie Arnoux by mistake: undone the same day, he coordinates again."""
    at = yield working_days(today, -45)
    joao = Beneficiary(title="m", usual_name="Quintela", first_names="João", birth_date="1967-06-08")
    home_of(joao, at=at)
    moussa = follow(cast, joao, "Keita", code="mds-grigny", at=at)
    mds, manager = moussa.structure, cast.people["Lambert"]
    coordination.record_legal(case=moussa.case, legal=mds, on=at.date(), structure=mds, by=moussa.user, at=at)
    at = yield working_days(today, -42, hour=11)
    follow(cast, joao, "Haddad", code="ccas-grigny", at=at)
    at = yield working_days(today, -40, hour=9)
    take(moussa.case, "coordinate", by=moussa.user, at=at, accept="yes")
    at = yield working_days(today, -38, hour=14)
    take(moussa.case, "ask_agreement", by=moussa.user, at=at, agrees="yes", on=at.date())
    at = yield working_days(today, -3, hour=10)
    moussa.refresh_from_db()
    given = [handover.Move(referent=moussa, to=cast.people["Arnoux"])]
    transfer = referents.transfer(moves=given, structure=mds, by=manager, at=at)
    at = yield working_days(today, -3, hour=15)
    referents.undo_transfer(transfer=transfer, by=manager, at=at)


STORIES: tuple[Callable[[Cast, date], Story], ...] = (
    aubry_ndong,
    zerrouki_is_coordinated,
    portfolio_of_delmas,
    a_place_is_vacant,
    a_proposal_waits,
    the_pilot_is_to_choose,
    her_agreement_is_awaited,
    a_transfer_is_undone,
)
