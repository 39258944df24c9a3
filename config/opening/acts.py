"""To attest, to open to data on real people, and to put the banner back."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import CLAIMANT_KINDS, Installation, Structure, Territory, User
from cases.refusals import Refusal
from config.opening.attested import ADMINISTRATOR, ATTESTED, ATTESTED_FOR, find_kept, find_standing
from config.opening.conditions import find_missing
from config.opening.models import Attestation

FEWEST_LETTERS = 20
WHY = {
    "condition": "une condition n’est plus remplie",
    "incident": "un incident, ou une violation de données",
    "trial": "l’installation redevient un essai",
    "mistake": "ouverte par erreur",
}


class CannotAttest(Refusal):
    """It is not attested so, or not by this person."""


class CannotMoveBanner(Refusal):
    """The banner stays, or is there already."""


def offices_of(user: User, *, on: date) -> QuerySet[Structure]:
    """Where somebody answers for personal data, in a territory in service: a landlord’s officer knows of no case."""
    own = permissions.structures_where(user, "review_traces", at=on).exclude(kind__in=CLAIMANT_KINDS)
    return own.filter(territory__in=Territory.objects.in_service().values("code"))


def find_sides(user: User, *, on: date) -> list[str]:
    """For which sides a person attests: his territories as officer, and the installation."""
    own = [ADMINISTRATOR] if permissions.administers_installation(user, at=on) else []
    return own + sorted(set(offices_of(user, on=on).values_list("territory", flat=True)))


def find_near(user: User, *, on: date) -> frozenset[str]:
    """Territories whose structures may be named to somebody: those that he administers, or where he is officer."""
    administered = permissions.administered_structures(user, at=on).values_list("territory", flat=True)
    return frozenset(administered) | frozenset(offices_of(user, on=on).values_list("territory", flat=True))


@transaction.atomic
def attest(*, condition: str, done_on: date, done_by: str, words: str, by: User, at: datetime) -> list[Attestation]:
    """On each side that is his, in the place of what stood there. Refuses (`CannotAttest`) who is on no side, a day to come, one of
    more than a year ago for what is renewed, words that say nothing, and whoever has already attested it on the other side: two persons look."""
    today = localdate(at)
    if condition not in ATTESTED:
        raise CannotAttest("Cette condition n’existe pas.")
    if done_on > today:
        raise CannotAttest("Ce qui n’est pas encore fait ne s’atteste pas : choisir un jour passé.", field="done_on")
    if ATTESTED[condition].is_renewed and done_on <= today - ATTESTED_FOR:
        raise CannotAttest("Fait il y a plus d’un an : le refaire, puis l’attester.", field="done_on")
    if sum(map(str.isalpha, words)) < FEWEST_LETTERS:
        raise CannotAttest("Dire en une phrase ce que vous avez vérifié, et où cela se lit.", field="words")
    Territory.objects.select_for_update(no_key=True).order_by("pk").first()  # of two at once, one sees the other
    sides = _choose_sides(condition, by=by, at=at)
    standing = Attestation.objects.filter(condition=condition, territory__in=sides, withdrawn_at=None)
    standing.update(withdrawn_at=at, withdrawn_by=by)
    made = [
        Attestation.objects.create(
            condition=condition,
            territory=side,
            by=by,
            attested_at=at,
            done_on=done_on,
            done_by=done_by,
            words=words,
        )
        for side in sides
    ]
    journal.record("opening.attested", at=at, by=by, condition=condition, attestations=[each.pk for each in made])
    return made


def _choose_sides(condition: str, *, by: User, at: datetime) -> list[str]:
    """Of who is on both, the side where nobody else stands."""
    sides = find_sides(by, on=localdate(at))
    if not sides:
        raise CannotAttest("Seuls un administrateur de l’installation et un délégué l’attestent.")
    his = set(find_kept(at).filter(condition=condition, by=by).values_list("territory", flat=True))
    if ADMINISTRATOR in his:
        sides = [side for side in sides if side == ADMINISTRATOR]
    elif his:
        sides = [side for side in sides if side != ADMINISTRATOR]
    elif ADMINISTRATOR in sides and len(sides) > 1:
        is_attested = (condition, ADMINISTRATOR) in find_standing(at)
        sides = [side for side in sides if (side != ADMINISTRATOR) == is_attested]
    if not sides:
        raise CannotAttest("Vous l’avez attestée de l’autre côté : il faut deux personnes.")
    return sides


@transaction.atomic
def withdraw(*, condition: str, by: User, at: datetime) -> int:
    """What stands on the sides that are his. Refuses (`CannotAttest`) where nothing stands."""
    sides = find_sides(by, on=localdate(at))
    standing = Attestation.objects.filter(condition=condition, territory__in=sides, withdrawn_at=None)
    ids = list(standing.values_list("pk", flat=True))
    if not ids:
        raise CannotAttest("Aucune attestation de votre côté : rien n’a été retiré.")
    standing.update(withdrawn_at=at, withdrawn_by=by)
    journal.record("opening.withdrawn", at=at, by=by, condition=condition, attestations=ids)
    return len(ids)


def open_to_real_data(*, by: User, at: datetime) -> None:
    """Take the banner away. Refuses (`CannotMoveBanner`) while a condition is not true: the try stays in the journal."""
    if not permissions.administers_installation(by, at=localdate(at)):
        raise CannotMoveBanner("Seul un administrateur de l’installation retire le bandeau.")
    missing = find_missing(at)
    if settings.DEMO or missing:
        with transaction.atomic():
            journal.record("opening.refused", at=at, by=by, conditions=[each.code for each in missing])
        raise CannotMoveBanner(_say_missing([each.title for each in missing]))
    with transaction.atomic():
        if not Installation.objects.filter(pk=1, real_data_since=None).update(real_data_since=at):
            raise CannotMoveBanner("C’est déjà fait : le bandeau est retiré.")
        journal.record("opening.opened", at=at, by=by)
        transaction.on_commit(Installation.forget)


def _say_missing(titles: list[str]) -> str:
    if not titles:
        return "Une démonstration garde toujours son bandeau."
    if len(titles) == 1:
        return f"Le bandeau reste. Une condition n’est pas remplie : « {titles[0]} »."
    return f"Le bandeau reste. {len(titles)} conditions ne sont pas remplies ; la première : « {titles[0]} »."


@transaction.atomic
def close_to_real_data(*, reason: str, by: User, at: datetime) -> None:
    """Put the banner back: by an administrator or an officer, at any time. Refuses (`CannotMoveBanner`) where it stands."""
    if not find_sides(by, on=localdate(at)):
        raise CannotMoveBanner("Seuls un administrateur de l’installation et un délégué remettent le bandeau.")
    if reason not in WHY:
        raise CannotMoveBanner("Choisir pourquoi le bandeau est remis.", field="reason")
    if not Installation.objects.filter(pk=1, real_data_since__isnull=False).update(real_data_since=None):
        raise CannotMoveBanner("Le bandeau est déjà là.")
    journal.record("opening.closed", at=at, by=by, reason=reason)
    transaction.on_commit(Installation.forget)
