"""Who follows a person, who coordinates, and the places that are said to be vacant."""

from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from cases.actions import place_delays, silent_places
from cases.actions.coordination import PLACES
from cases.actions.territory_editions import territories_with_rule
from cases.actions.vacancies import COORDINATION_VACANT, VACANT
from cases.invariants.register import Found, invariant
from cases.models import (
    Assignment,
    Case,
    Coordination,
    Deadline,
    Membership,
    Participation,
    Referent,
    StructureKind,
    Vacancy,
    Wish,
)
from cases.rules.referents import FROM_TWO
from cases.rules.rights import roles_with


@invariant("Chaque place de référent est tenue, proposée, ou dite vacante.", of="participations")
def never_silently_vacant(on: date) -> Found:
    """Each place of a structure in an open coordination is held, offered to somebody, or said to be vacant."""
    same = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    places = Participation.objects.filter(case__kind="coordination", case__closed_on=None, until=None, part__in=PLACES)
    held = Exists(Referent.objects.current().filter(**same))
    offered = Exists(Referent.objects.proposed().filter(**same))
    vacant = Exists(Vacancy.objects.open().filter(**same))
    return places.filter(~held, ~offered, ~vacant)


@invariant("Une place dite vacante n’est tenue par personne, et son dossier est ouvert.", of="places vacantes")
def vacant_or_held(on: date) -> Found:
    same = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    vacant = Vacancy.objects.open()
    held = vacant.filter(Exists(Referent.objects.current().filter(**same)))
    coordinated = vacant.filter(Exists(Coordination.objects.current().filter(case=OuterRef("case"))), structure=None)
    return held | coordinated | vacant.filter(case__closed_on__isnull=False)


@invariant(
    "Qui est pris en charge par une structure qui nomme des référents y a un référent, une proposition ou une vacance.",
    of="dossiers",
)
def followed_has_a_referent(on: date) -> Found:
    return silent_places.find_silent_cases()


@invariant("Une place vacante a son délai, qui finit avec elle.", of="places vacantes")
def vacancy_has_its_delay(on: date) -> Found:
    """What is vacant has its delay, running or missed, as long as the edition in force has a rule for it; what is not
    has none that waits."""
    vacancies = Vacancy.objects.annotate(desk=Coalesce("structure", "case__responsible_structure"))
    broken: set[int] = set()
    for fact, of_structure in ((VACANT, True), (COORDINATION_VACANT, False)):
        own = vacancies.filter(structure__isnull=not of_structure)
        same = Deadline.objects.filter(case=OuterRef("case"), structure=OuterRef("desk"), rule__start=fact)
        begun = same.filter(started_on=OuterRef("since"))
        silent = own.open().filter(~Exists(begun.filter(state__in=[*Deadline.WAITING, Deadline.State.MISSED])))
        counted = territories_with_rule(fact=fact, on=on)
        broken.update(silent.filter(case__territory__in=counted).values_list("pk", flat=True))
        still = own.open().filter(case=OuterRef("case"), structure=OuterRef("structure") if of_structure else None)
        ended = own.exclude(closed_on=None).filter(Exists(same.waiting()), ~Exists(still))
        broken.update(ended.values_list("pk", flat=True))
    return broken


@invariant("Le délai d’inactivité de chaque référent en place court, ou a été dépassé.", of="référents")
def referent_has_his_delay(on: date) -> Found:
    """One delay of acts runs, or was missed, while a référent is in place."""
    own = Deadline.objects.filter(case=OuterRef("case"), structure=OuterRef("structure"), rule__start=place_delays.ACT)
    counted = own.filter(state__in=[*Deadline.WAITING, Deadline.State.MISSED], started_on__gte=OuterRef("since"))
    territories = territories_with_rule(fact=place_delays.ACT, on=on)
    return Referent.objects.current().filter(~Exists(counted), case__territory__in=territories)


@invariant("Dès deux structures, et sauf opposition, quelqu’un coordonne ou la place est dite vacante.", of="dossiers")
def coordination_is_never_silently_vacant(on: date) -> Found:
    """From two structures on, and unless she objects: somebody coordinates, or the place is said to be vacant."""
    held = Referent.objects.current().filter(case=OuterRef("pk")).order_by().values("case")
    cases = Case.objects.filter(kind="coordination", closed_on=None).annotate(
        structures=Coalesce(Subquery(held.annotate(number=Count("pk")).values("number")), 0)
    )
    objected = Exists(Wish.objects.filter(case=OuterRef("pk"), kind=Wish.Kind.OBJECTION, lifted_on=None))
    coordinated = Exists(Coordination.objects.current().filter(case=OuterRef("pk")))
    vacant = Exists(Vacancy.objects.open().filter(case=OuterRef("pk"), structure=None))
    return cases.filter(~objected, ~coordinated, ~vacant, structures__gte=FROM_TWO)


@invariant("Un coordinateur est un référent en place de la personne.", of="coordinations")
def coordinator_is_a_referent(on: date) -> Found:
    return Coordination.objects.current().exclude(referent__state__in=Referent.HOLDING)


@invariant("Une opposition met fin à la coordination.", of="coordinations")
def nobody_is_coordinated_against_her_will(on: date) -> Found:
    objected = Wish.objects.filter(case=OuterRef("case"), kind=Wish.Kind.OBJECTION, lifted_on=None)
    return Coordination.objects.current().filter(Exists(objected))


@invariant("Un référent travaille dans sa structure et peut y être référent.", of="référents")
def referent_works_there(on: date) -> Found:
    """Of a structure in which they work, with the right to be one. Those who left today are returned by the next tick."""
    works = Membership.objects.filter(
        Q(until=None) | Q(until__gte=on), user=OuterRef("user"), structure=OuterRef("structure"), user__is_active=True
    )
    allowed = Q(pk__in=[])
    for kind in StructureKind.values:
        allowed |= Q(structure__kind=kind, role__in=roles_with("be_referent", kind))
    return Referent.objects.current().filter(~Exists(works.filter(allowed)))


@invariant("Chaque référent est affecté au dossier de coordination de la personne.", of="référents")
def referent_has_his_rights(on: date) -> Found:
    """Whoever follows a person is assigned to her case for his structure."""
    assigned = Assignment.objects.filter(
        case=OuterRef("case"), structure=OuterRef("structure"), user=OuterRef("user"), kind="responsible", until=None
    )
    return Referent.objects.current().filter(~Exists(assigned))


@invariant("Personne n’est affecté à une coordination sans en être un référent.", of="affectations")
def rights_have_a_referent(on: date) -> Found:
    """No right on a coordination before acceptance, nor after the end."""
    holds = Referent.objects.current().filter(
        case=OuterRef("case"), structure=OuterRef("structure"), user=OuterRef("user")
    )
    named = Assignment.objects.filter(kind="responsible", until=None, case__kind="coordination", case__closed_on=None)
    return named.filter(~Exists(holds))


@invariant(
    "Un référent qui s’en va a un successeur, une place vacante, ou la raison de ne pas en avoir.", of="référents"
)
def referent_is_followed(on: date) -> Found:
    """A successor, a reason for none, or a vacancy that was opened the same day or held by another proposal."""
    ended = Referent.objects.filter(state=Referent.State.ENDED, successor=None, without_successor="")
    same = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    vacant = Vacancy.objects.filter(**same, since__gte=OuterRef("until"))
    offered = Referent.objects.filter(**same, pk__gt=OuterRef("pk"))
    return ended.filter(~Exists(vacant), ~Exists(offered))


@invariant("Un référent est celui de la personne dont le dossier de coordination est le sien.", of="référents")
def referent_of_the_person(on: date) -> Found:
    return Referent.objects.exclude(beneficiary=F("case__beneficiary"))
