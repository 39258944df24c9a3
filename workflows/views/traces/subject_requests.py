"""The register of what persons ask about their own data, and the history of one request."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.text import capfirst

from cases.journal import KINDS
from cases.models import JournalEntry, SharingObjection, SubjectRequest
from cases.templatetags.relais import short_date
from workflows.actions.objections import OpposableGround

PAGE_SIZE = 50
ACTS = ("recorded", "extended", "answered", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class RegisterEntry:
    request: SubjectRequest
    is_late: bool


def waiting_requests(register: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
    """The nearest last day first."""
    return register.filter(ended_on=None).select_related("organisation", "case").order_by("due_on", "pk")


def ended_requests(register: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
    return register.exclude(ended_on=None).select_related("organisation", "case").order_by("-pk")


def register_entries(found: list[SubjectRequest], *, on: date) -> list[RegisterEntry]:
    return [RegisterEntry(request=each, is_late=each.is_late(on)) for each in found]


def history(request: SubjectRequest) -> list[tuple[str, JournalEntry]]:
    """What was done, the newest first, in the words of the journal, and which ground was opposed. Two queries at most."""
    kinds = [f"subject_request.{act}" for act in ACTS]
    of_case = Q(case=request.case_id, kind__in=["person.rectified", "processing.restricted", "processing.resumed"])
    of_register = Q(case=None, kind__in=kinds) | of_case
    found = JournalEntry.objects.filter(of_register, data__subject_request=request.pk)
    opposed = _opposed_words(request)
    return [
        (f"{KINDS[entry.kind]}{opposed if entry.kind == 'subject_request.answered' else ''}", entry)
        for entry in found.select_related("actor").order_by("-pk")
    ]


def _opposed_words(request: SubjectRequest) -> str:
    """: opposition à « information sur des droits possibles (CRPA L114-8 II) »"""
    if request.kind != SubjectRequest.Kind.OBJECTION:
        return ""
    found = SharingObjection.objects.filter(request=request)
    grounds = [f"«\N{NARROW NO-BREAK SPACE}{each.get_basis_display()}\N{NARROW NO-BREAK SPACE}»" for each in found]
    return f"\N{NO-BREAK SPACE}: opposition à {', '.join(dict.fromkeys(grounds))}" if grounds else ""


def ground_facts(grounds: list[OpposableGround]) -> list[tuple[str, str]]:
    """Of each ground, what its opposition would end."""
    return [(capfirst(each.basis.label), _ending_words(each)) for each in grounds]


def _ending_words(ground: OpposableGround) -> str:
    number = len(ground.ending)
    names = "\N{NO-BREAK SPACE}; ".join(f"{who}, depuis le {short_date(since)}" for who, since in ground.ending)
    if number:
        said = f"{number} accès {'prennent' if number > 1 else 'prend'} fin\N{NO-BREAK SPACE}: {names}."
    else:
        said = "Aucun accès n’est ouvert sur ce fondement : rien ne prend fin, l’opposition est notée pour la suite."
    if ground.is_behind_a_step:
        said += (
            " Une structure que la procédure sollicite voit le dossier jusqu’à sa réponse, puis plus par ce fondement."
        )
    if ground.opposed_on:
        said += f" Opposition déjà notée le {short_date(ground.opposed_on)}."
    return said
