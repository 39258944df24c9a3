"""Whatever the forms of all roles are sent, one thing wrong at a time, none fails, and no log says a word of it.

The forms are those of the pages of the scene, as the people for whom they are see them; an address that no form of theirs
leads to is sent what buttons and scripts send. What is wrong in a day is drawn evenly over the forms by its seed; more of it
with RELAIS_RANDOM=1.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from cases.models import User
from tests import factories
from tests.journeys import scene
from tests.security.drawing import chance_of_the_day, drawn_evenly
from tests.security.harvest import FoundForm, Harvest, Visitor
from tests.security.standing import standing
from tests.test_hostile_requests import CANARY, LEFT_ALONE, Attacker, nothing_personal_in_any_log
from tests.test_pages import ADDRESSES, LOOKS

__all__ = ["nothing_personal_in_any_log"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(1800), pytest.mark.turn(3)]
MUTATIONS = int(os.environ.get("RELAIS_MUTATIONS", "20000" if "RELAIS_RANDOM" in os.environ else "2400"))
AT_LEAST = MUTATIONS * 5 // 6
"""That a form reads: two thousand. The others are refused before it (a NUL), or are of what another one does (an import begun)."""
BY_BUTTONS = ("action", "stage", "retour", "version", "seen", "household", "everything", "case")
"""Sent by buttons and scripts."""
LONG = f"{CANARY}'\"<\\%s{{}} \u2028" * 4_000
VALUES: dict[str, tuple[str, ...]] = {
    "empty": ("",),
    "spaces": (" \u00a0\t",),
    "very long": (LONG,),
    "NUL": (f"{CANARY}\0",),
    "lone surrogate": ("\ud800",),
    "no word": ("\u202e\u200b\ufeff",),
    "line": ("a\r\nX-Canari: b",),
    "text": (CANARY,),
    "other choice": ("inexistant",),
    "superscript": ("²",),
    "negative": ("-1",),
    "zero": ("0",),
    "digits": ("9" * 4_300,),
    "more digits": ("9" * 4_301,),
    "too big an id": ("9" * 19,),
    "exponent": ("1e999999",),
    "no number": ("NaN",),
    "infinity": ("-Infinity",),
    "comma": ("1 234,567 89",),
    "last day": ("9999-12-31",),
    "last day as we write it": ("31/12/9999",),
    "first day": ("0001-01-01",),
    "year zero": ("0000-00-00",),
    "no such day": ("2026-02-30",),
    "moment": ("0001-01-01T00:00:00+14:00",),
    "nobody’s id": ("00000000-0000-0000-0000-000000000000",),
    "table": ('{"a": [1]}',),
    "twice": ("²", "9999-12-31"),
}
"""What one field is sent in the place of what it awaits."""
HIDDEN = {404, 405}
MISSING, A_FILE, OTHERS_ID = "missing", "a file", "another’s id"
KINDS = (*VALUES, MISSING, A_FILE, OTHERS_ID)


@pytest.fixture(scope="module")
def attacker(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Attacker]:
    with standing(django_db_blocker, tmp_path_factory):
        yield Attacker(scene.build())


def forms_of_all_roles(found: Attacker) -> dict[FoundForm, Visitor]:
    """Each kind of form once: where it is sent, and its fields."""
    visitors: dict[Any, Visitor] = {}
    by_pk: dict[int, Visitor] = {}
    harvest = Harvest()
    for who, path in LOOKS.values():
        if who:
            person: User = getattr(found.scene, who)
            visitor = visitors.get(person) or Visitor(person, who, depth=1)
            visitors[person] = by_pk[person.pk] = visitor
            harvest.open(visitor, path(found.scene))
    kinds: dict[tuple[str, tuple[str, ...]], tuple[FoundForm, Visitor]] = {}
    for form, where in harvest.forms.items():
        kind = (form.name, form.names)
        kinds.setdefault(kind, (form, by_pk[next(iter(where.people))]))
    forms = dict(kinds.values())
    sent_to = {name for name, _ in kinds}
    for name in sorted(ADDRESSES.keys() - sent_to - LEFT_ALONE):
        reader = found.readers(name)[0]
        if reader not in visitors:
            person = reader if isinstance(reader, User) else factories.member(*reader)
            visitors[reader] = Visitor(person, "", depth=1)
        url = found.url(name)
        form = FoundForm(url, url, tuple((each, "text", ()) for each in BY_BUTTONS))
        if send(visitors[reader], form, "", MISSING, ()) not in HIDDEN:
            forms[form] = visitors[reader]
    return forms


def mutations(form: FoundForm) -> Iterator[tuple[str, str]]:
    """Field and what is wrong with it; without a field, the whole form is."""
    for name in form.names:
        for kind in KINDS:
            yield name, kind
    for kind in KINDS:
        yield "", kind


def ids_of(forms: dict[FoundForm, Visitor]) -> list[str]:
    """Whatever chooses somebody or something in any form of anybody."""
    values = {value for form in forms for _, kind, values in form.fields if kind != "text" for value in values}
    return sorted(value for value in values if value.isdigit() or len(value) == 36)


def test_no_form_of_any_role_fails_whatever_it_is_sent(attacker: Attacker, request: pytest.FixtureRequest):
    chance = chance_of_the_day(request)
    forms = forms_of_all_roles(attacker)
    others = ids_of(forms)
    drawn = drawn_evenly(
        ((f"{form.name} {form.names}", (form, *wrong)) for form in forms for wrong in mutations(form)),
        count=MUTATIONS,
        chance=chance,
    )
    failed, answers = set(), Counter[int]()
    for form, field, kind in drawn:
        values = (chance.choice(others),) if kind == OTHERS_ID else VALUES.get(kind, ())
        status = send(forms[form], form, field, kind, values)
        answers[status] += 1
        if status >= 500:
            failed.add(f"{status} {form.name} {form.action} {field or 'all'}: {kind} {values[:1]!r:.60}")
    assert sorted(failed) == []
    assert answers[200] + answers[302] + answers[409] >= AT_LEAST, answers


def send(who: Visitor, form: FoundForm, field: str, kind: str, values: tuple[str, ...]) -> int:
    """Whatever it did is undone."""
    sent: dict[str, Any] = form.sent
    for name in [field] if field else list(sent):
        sent.pop(name, None)
        if kind == A_FILE:
            sent[name] = SimpleUploadedFile("../a\u202e.pdf", b"%PDF-1.4 \xff", content_type="text/plain")
        elif kind != MISSING:
            sent[name] = list(values)
    with transaction.atomic():
        if kind == A_FILE:
            answer = who.client.post(form.action, sent)
        else:
            answer = who.client.generic(
                "POST", form.action, encoded(sent), content_type="application/x-www-form-urlencoded"
            )
        transaction.set_rollback(True)
    return int(answer.status_code)


def encoded(sent: dict[str, list[str]]) -> bytes:
    """By hand: a lone surrogate is sent as it is."""
    pairs = ((name, value) for name, values in sent.items() for value in values)
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs
    ).encode()
