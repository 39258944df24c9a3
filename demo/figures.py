"""What managers and pilots read: the figures counted, the last quarter reported to the committee, views and labels kept."""

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from cases.actions import labels
from cases.models import Case, CaseKind
from demo.cast import Cast
from workflows.actions.indicators import comment_report, publish_report, refresh_figures, set_target
from workflows.indicators.catalogue import BY_CODE
from workflows.indicators.first_page import KEY_FIGURES
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import sections
from workflows.lists import saved_views
from workflows.lists.backlog import BacklogListing
from workflows.lists.cases import CasesListing

WORDS = (
    "Chiffres d’un démarrage : peu de bailleurs transmettent encore leur fichier. À relire au prochain trimestre.",
    "Le comité demande de regarder les délais structure par structure avant la fin de l’année.",
)

TARGETS = (("reported_early", 60, True), ("report_to_meeting", 15, True), ("plans_kept_6", 75, False))
"""Invented; whether the partners decided it."""


def count(cast: Cast, *, at: datetime) -> None:
    refresh_figures(at=at)
    paula, desk = cast.people["Ferrand"], cast.structures["caf-91-pilotage"]
    last = Quarter.containing(localdate(at)).shifted_by(-1)
    words = {section.code: text for section, text in zip(sections(), WORDS, strict=False)}
    words[KEY_FIGURES[0].comment_code] = "Deux bailleurs transmettent leur fichier chaque mois depuis l’été."
    for code, value, is_agreed in TARGETS:
        agreed_on = localdate(at) - timedelta(days=100) if is_agreed else None
        set_target(
            indicator=BY_CODE[code], since=last, value=value, agreed_on=agreed_on, by=paula, structure=desk, at=at
        )
    comment_report(quarter=last, words=words, by=paula, structure=desk, at=at)
    publish_report(quarter=last, by=paula, structure=desk, at=at)


def keep_views(cast: Cast, *, at: datetime) -> None:
    """The manager’s own, and one that his colleagues of the CAF read too."""
    denis, caf = cast.people["Auger"], cast.structures["caf-91"]
    today = localdate(at)
    urgent = CasesListing(user=denis, asked={"retard": "on"}, today=today)
    saved_views.save(urgent, name="En retard", share_in=caf, at=at)
    old = BacklogListing(user=denis, asked={"age": "11"}, today=today, structure=caf)
    saved_views.save(old, name="Depuis plus de dix jours", share_in=None, at=at)


def put_labels(cast: Cast, *, at: datetime) -> None:
    """The manager words two, and puts each on some of the cases that his structure answers for, the oldest first."""
    denis, caf = cast.people["Auger"], cast.structures["caf-91"]
    cases = list(
        Case.objects.filter(responsible_structure=caf, closed_on=None, kind=CaseKind.ARREARS).order_by("pk")[:7]
    )
    for words, some in (("Réunion de jeudi", cases[:4]), ("Double lecture", cases[3:])):
        label = labels.create(structure=caf, words=words, by=denis, at=at)
        for case in some:
            labels.put(case=case, label=label, by=denis, at=at)
