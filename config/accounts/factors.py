"""The second factor of an account: added, checked, removed. A code is good once, whatever comes at the same instant."""

import base64
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.timezone import localdate

from cases.models import Membership, Role, User
from cases.refusals import Refusal
from cases.rules.parameters import read_uuid
from config.accounts import events, limits, sealing
from config.accounts.models import CodeGenerator, Passkey, RecoveryCode

PERIOD = 30
"""Seconds for which an application shows a code: what applications expect, like SHA-1 and six figures."""
DRIFT = 1
"""Codes before and after that of this instant that are taken: a telephone may be half a minute off."""
RECOVERY_CODES = 10
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SET_UP_WITHIN = timedelta(minutes=30)
OBLIGED = frozenset({Role.MANAGER, Role.PILOT, Role.DPO, Role.ADMINISTRATOR})
"""Who may change what others may do, or reads more than his own cases."""

WRONG_CODE = (
    "Code refusé : il est faux, a déjà servi, ou n’est plus celui du moment. Vérifier que l’heure du téléphone est réglée "
    "automatiquement, attendre le code suivant, et le saisir."
)


class CannotUseFactor(Refusal):
    """What was given as a second factor does not open the account, or may not be changed so."""


def has_factor(user: User) -> bool:
    """By a single question: it stands in the way of each sign-in."""
    keys, generators = Passkey.objects.filter(user=user), CodeGenerator.objects.filter(user=user)
    return User.objects.filter(Exists(keys) | Exists(generators), pk=user.pk).exists()


def must_have_factor(user: User, *, at: datetime) -> bool:
    """Where the installation asks for it: by a role that he holds today, or by the technical administration."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    held = Membership.objects.active(localdate(at)).filter(user=user, role__in=OBLIGED)
    return user.is_staff or user.is_superuser or held.exists()


def draw_secret() -> str:
    """Of an application that is being set up: sealed, for the page that shows it."""
    return sealing.seal(base64.b32encode(secrets.token_bytes(20)).decode())


def read_drawn_secret(sealed: str) -> str:
    try:
        return sealing.unseal(sealed, within=SET_UP_WITHIN)
    except sealing.Unsealable:
        raise CannotUseFactor("Cette page a attendu trop longtemps : scanner le nouveau code affiché.") from None


def build_address(secret: str, user: User, *, issuer: str) -> str:
    """What an application reads from the image."""
    label = quote(f"{issuer}:{user.email}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def add_generator(*, user: User, secret: str, code: str, at: datetime, request: HttpRequest) -> list[str]:
    """The application of a person, once it has shown a right code. Another takes the place of the one before.

    Returns the recovery codes when they are the first ones. Refuses a wrong code (`CannotUseFactor`), and too many of them.
    """
    limits.take("code", str(user.pk), at=at)
    step = find_step(secret, code, at=at)
    if step is None:
        raise CannotUseFactor(WRONG_CODE, field="code")
    limits.forget_tries("code", str(user.pk))
    with transaction.atomic():
        lock_account(user)
        CodeGenerator.objects.update_or_create(
            user=user, defaults={"secret": sealing.seal(secret), "last_step": step, "added_at": at, "used_at": None}
        )
        events.record(events.Kind.FACTOR_ADDED, user=user, request=request, at=at)
        return ensure_recovery_codes(user=user, at=at, request=request)


def find_step(secret: str, code: str, *, at: datetime) -> int | None:
    """The half-minute of which this is the code, near enough to the present one."""
    typed = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", typed):
        return None
    generator = TOTP(base64.b32decode(secret), 6, SHA1(), PERIOD)  # noqa: S303 - what applications compute (RFC 6238)
    present = int(at.timestamp()) // PERIOD
    steps = range(present - DRIFT, present + DRIFT + 1)
    right = [step for step in steps if constant_time_compare(generator.generate(step * PERIOD), typed.encode())]
    return right[0] if right else None


def check_code(*, user: User, code: str, at: datetime, request: HttpRequest) -> None:
    """Of the application, or a recovery code. Refuses (`CannotUseFactor`) what is wrong, was used, or comes too often."""
    limits.take("code", str(user.pk), at=at)
    if _use_generated(user, code, at=at):
        pass
    elif _use_recovery(user, code, at=at):
        events.record(events.Kind.CODE_USED, user=user, request=request, at=at)
    else:
        events.record(events.Kind.WRONG_CODE, user=user, request=request, at=at)
        raise CannotUseFactor(WRONG_CODE, field="code")
    limits.forget_tries("code", str(user.pk))


def _use_generated(user: User, code: str, *, at: datetime) -> bool:
    generator = CodeGenerator.objects.filter(user=user).first()
    if generator is None:
        return False
    try:
        step = find_step(sealing.unseal(generator.secret), code, at=at)
    except sealing.Unsealable:  # the key that sealed it is gone: his recovery codes went with it
        return False
    used = CodeGenerator.objects.filter(pk=generator.pk, last_step__lt=step or 0)
    return step is not None and used.update(last_step=step, used_at=at) == 1


def _use_recovery(user: User, code: str, *, at: datetime) -> bool:
    typed = re.sub(r"[\s-]", "", code).upper()
    digests = sealing.find_digests(typed, of=str(user.pk))
    return RecoveryCode.objects.filter(user=user, digest__in=digests, used_at=None).update(used_at=at) == 1


def ensure_recovery_codes(*, user: User, at: datetime, request: HttpRequest) -> list[str]:
    """Those of a first factor; none when he has some."""
    if RecoveryCode.objects.filter(user=user).exists():
        return []
    return draw_recovery_codes(user=user, at=at, request=request)


@transaction.atomic
def draw_recovery_codes(*, user: User, at: datetime, request: HttpRequest) -> list[str]:
    """New ones, as they are shown: once. Those before are good no more."""
    lock_account(user)
    codes = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=sealing.find_digests(code, of=str(user.pk))[0]) for code in codes
    )
    events.record(events.Kind.CODES_MADE, user=user, request=request, at=at)
    return ["-".join(code[part : part + 4] for part in (0, 4, 8)) for code in codes]


@transaction.atomic
def remove_generator(*, user: User, at: datetime, request: HttpRequest) -> None:
    """Refuses (`CannotUseFactor`) the last factor of whoever must have one."""
    remove(CodeGenerator.objects.filter(user=user), user=user, at=at, request=request)


@transaction.atomic
def remove_passkey(*, user: User, public_id: str, at: datetime, request: HttpRequest) -> None:
    """Refuses (`CannotUseFactor`) the last factor of whoever must have one."""
    own, asked = Passkey.objects.filter(user=user), read_uuid(public_id)
    remove(own.filter(public_id=asked) if asked else own.none(), user=user, at=at, request=request)


def remove(factor: QuerySet[Model], *, user: User, at: datetime, request: HttpRequest) -> None:
    lock_account(user)
    if not factor.delete()[0]:
        raise CannotUseFactor("Il est déjà retiré.")
    if not has_factor(user):
        if must_have_factor(user, at=at):
            raise CannotUseFactor(
                "Votre rôle demande un second facteur : en ajouter d’abord un autre. Une nouvelle application prend la "
                "place de la précédente."
            )
        # Recovery codes recover a factor: without one, they open nothing.
        RecoveryCode.objects.filter(user=user).delete()
    events.record(events.Kind.FACTOR_REMOVED, user=user, request=request, at=at)


def remove_all(user: User) -> int:
    """Whatever he had. Returns how many factors."""
    found = CodeGenerator.objects.filter(user=user).delete()[0] + Passkey.objects.filter(user=user).delete()[0]
    RecoveryCode.objects.filter(user=user).delete()
    return found


def renew_secrets() -> int:
    """Those that a key before the present one sealed, or may have. Returns how many."""
    renewed = 0
    for generator in CodeGenerator.objects.all() if settings.SECRET_KEY_FALLBACKS else ():
        try:
            fresh = sealing.renew(generator.secret)
        except sealing.Unsealable:
            continue
        # Not that of another telephone, added meanwhile.
        renewed += CodeGenerator.objects.filter(pk=generator.pk, secret=generator.secret).update(secret=fresh)
    return renewed


def lock_account(user: User) -> None:
    """Changes of what opens one account follow one another."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
