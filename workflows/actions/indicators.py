"""Count the figures of the action anew; comment the report of a quarter; publish it, as it is that day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.models import JournalEntry, Structure, Territory, User
from cases.refusals import Refusal
from cases.replica import read_late
from workflows.actions import leases
from workflows.indicators.catalogue import COUNTED
from workflows.indicators.compute import count_indicators, with_same_rows
from workflows.indicators.kinds import Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import build_figures_again, build_report_figures, find_reports
from workflows.models import CommitteeReport, EarlierIssue, IndicatorFigures, IndicatorTarget
from workflows.models.indicators import ISSUED

BEHIND = 5
"""Quarters counted again besides the one that runs: what is typed late still counts in its own."""
LEASE = "figures"
"""Of the one counting that may run."""


class CannotPublishReport(Refusal):
    """The report of a quarter is not written or published."""


class CannotSetTarget(Refusal):
    """A target is not noted as it was typed."""


NO_FIGURES = "Aucun chiffre pour le {} : rien n’a été enregistré ces mois-là."
ALL = 100
"""Of a share, in hundredths."""


def refresh_figures(*, at: datetime, indicators: Sequence[Indicator] = COUNTED) -> bool:
    """Count all the indicators of the last quarters, in each territory. Each is replaced as a whole. False: another counting runs.

    One transaction for those that have the same rows: the others stay readable, and a killed worker leaves whole figures.
    """
    as_of = localdate(at)
    quarters = [Quarter.containing(as_of).shifted_by(-behind) for behind in range(BEHIND + 1)]
    with leases.take(LEASE) as lease:
        if not lease:
            return False
        for territory in Territory.objects.in_service().order_by("pk"):
            for same in with_same_rows(indicators):
                with lease.transaction():
                    _count_indicators(same, quarters, territory=territory.code, as_of=as_of, at=at)
    return True


def _count_indicators(
    same: Sequence[Indicator], quarters: Sequence[Quarter], *, territory: str, as_of: date, at: datetime
) -> None:
    found, age = read_late(lambda: count_indicators(same, territory=territory, quarters=quarters, as_of=as_of))
    before = IndicatorFigures.objects.filter(territory=territory, indicator__in=found)
    before.filter(quarter__in=[each.first for each in quarters]).delete()
    IndicatorFigures.objects.bulk_create(
        IndicatorFigures(
            territory=territory,
            indicator=code,
            quarter=quarter.first,
            by=by,
            cells=[list(cell) for cell in cells],
            as_of=as_of,
            computed_at=at - age,
        )
        for code, split in found.items()
        for (quarter, by), cells in split.items()
    )


@transaction.atomic
def ask_again(*, by: User, structure: Structure, at: datetime) -> JournalEntry:
    """Somebody wants figures of now: the worker counts them as it does every morning (see `workflows.tasks`)."""
    return journal.record("figures.asked", at=at, by=by, structure=structure)


@transaction.atomic
def comment_report(
    *, quarter: Quarter, words: dict[str, str], by: User, structure: Structure, at: datetime
) -> JournalEntry:
    """Keep the pilot’s words, by section. Refused once the report is published."""
    report = _report_of(quarter, structure.territory)
    report.comments, report.commented_by = _without_empty(words), by
    report.save(update_fields=["comments", "commented_by"])
    return journal.record("committee.commented", at=at, by=by, structure=structure, report=report.pk)


@transaction.atomic
def publish_report(*, quarter: Quarter, by: User, structure: Structure, at: datetime) -> CommitteeReport:
    """Keep the figures of a quarter as they are shown now. Refused when it is not over, has none, or was published."""
    today = localdate(at)
    if quarter.last >= today:
        raise CannotPublishReport(
            f"Le {quarter} n’est pas fini : le bilan se publie à partir du {quarter.shifted_by(1).first:%d/%m/%Y}."
        )
    report = _report_of(quarter, structure.territory)
    kept = find_reports(quarter, territory=structure.territory)
    figures, as_of = build_report_figures(quarter, territory=structure.territory, on=today, kept=kept)
    if not figures or as_of is None:
        raise CannotPublishReport(NO_FIGURES.format(quarter))
    report.figures, report.as_of, report.published_by, report.published_at = figures, as_of, by, at
    report.save(update_fields=["figures", "as_of", "published_by", "published_at"])
    journal.record("committee.published", at=at, by=by, structure=structure, report=report.pk)
    return report


@transaction.atomic
def reissue_report(
    *, quarter: Quarter, replaces: int, note: str, words: dict[str, str], by: User, structure: Structure, at: datetime
) -> CommitteeReport:
    """Publish again what was published with a fault: its figures as they are counted now, and a note that says what changed.
    The issue that it `replaces` stays as it was, beside.

    Refuses (`CannotPublishReport`) without a note, what is not published, and an issue that another one replaced meanwhile.
    """
    if not note.strip():
        raise CannotPublishReport("Dire ce qui change : cette note se lit sur chaque forme du bilan.", field="note")
    of_quarter = CommitteeReport.objects.filter(territory=structure.territory, quarter=quarter.first)
    report = of_quarter.select_for_update().first()
    if report is None or not report.is_published:
        raise CannotPublishReport(f"Le bilan du {quarter} n’est pas publié : le corriger, puis le publier.")
    if report.issue != replaces:
        raise CannotPublishReport(
            f"L’édition {report.issue} vient de paraître : la relire avant d’en publier une autre."
        )
    kept = find_reports(quarter, territory=structure.territory)
    figures, as_of = build_figures_again(report, on=localdate(at), kept=kept)
    if not figures or as_of is None:
        raise CannotPublishReport(NO_FIGURES.format(quarter))
    EarlierIssue.objects.create(report=report, **{name: getattr(report, name) for name in ISSUED})
    report.issue, report.note, report.comments = report.issue + 1, note.strip(), _without_empty(words)
    report.figures, report.as_of, report.published_by, report.published_at = figures, as_of, by, at
    report.save(update_fields=ISSUED)
    journal.record("committee.reissued", at=at, by=by, structure=structure, report=report.pk, issue=report.issue)
    return report


def _without_empty(words: dict[str, str]) -> dict[str, str]:
    return {section: text for section, text in words.items() if text}


@transaction.atomic
def set_target(
    *,
    indicator: Indicator,
    since: Quarter,
    value: int | None,
    agreed_on: date | None,
    by: User,
    structure: Structure,
    at: datetime,
) -> IndicatorTarget:
    """Note what the partners want to reach from a quarter on; no value: nothing any more. What was noted before stays.

    A report that is published keeps the target that it was published with.
    """
    if agreed_on and agreed_on > localdate(at):
        raise CannotSetTarget(
            "Cette date est à venir : saisir le jour où les partenaires l’ont décidé.", field="agreed_on"
        )
    if value is not None and indicator.unit == "%" and value > ALL:
        raise CannotSetTarget("Une part va de 0 à 100 %.", field="value")
    target = IndicatorTarget.objects.create(
        territory=structure.territory,
        indicator=indicator.code,
        since=since.first,
        value=value,
        agreed_on=agreed_on,
        set_by=by,
        set_at=at,
    )
    journal.record("committee.target_set", at=at, by=by, structure=structure, target=target.pk)
    return target


def _report_of(quarter: Quarter, territory: str) -> CommitteeReport:
    which: dict[str, Any] = {"territory": territory, "quarter": quarter.first}
    CommitteeReport.objects.get_or_create(**which)
    report = CommitteeReport.objects.select_for_update().get(**which)
    if report.is_published:
        raise CannotPublishReport(f"Le bilan du {quarter} est publié : il ne change plus.")
    return report
