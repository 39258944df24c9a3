"""A landlord’s first page: his file of the month, where his reports stand, the orders to pay that he announced."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate

from cases import permissions
from cases.models import Structure, User
from cases.rules.french import month_name
from workflows.models import ImportJob
from workflows.queries.reports import Coarse, ReportFilter, count_by_state, orders_announced

ORDERS_SHOWN = 5
FILES_READ = 10
"""Of which those of the month are kept."""
STATES = {
    Coarse.TO_APPROVE: ReportFilter.TO_APPROVE,
    Coarse.RECEIVED: ReportFilter.RECEIVED,
    Coarse.TAKEN: ReportFilter.TAKEN,
}
STATE = ImportJob.State
UNDER_WAY = {
    STATE.UPLOADED: "Déposé : dire ce que contient chaque colonne.",
    STATE.CHECKING: "Vérification en cours : rien n’est enregistré.",
    STATE.CHECKED: "Vérifié à blanc : relire ce qui serait fait, puis importer.",
    STATE.RUNNING: "Import en cours.",
    STATE.FAILED: "Refusé : voir pourquoi.",
}


RESULTS = {
    "created": ("dossier ouvert", "dossiers ouverts"),
    "updated": ("mis à jour", "mis à jour"),
    "unchanged": ("sans changement", "sans changement"),
    "watched": ("en veille", "en veille"),
    "ignored": ("ignorée", "ignorées"),
    "rejected": ("refusée", "refusées"),
    "to_check": ("à vérifier", "à vérifier"),
}


@dataclass(frozen=True, kw_only=True)
class FileOfMonth:
    structure: Structure
    url: str
    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class AnnouncedOrder:
    url: str
    tenant: str
    on: date


@dataclass(frozen=True, kw_only=True)
class StateCount:
    words: str
    number: int | str
    """Where there are too many to count: plus de 1000, au moins 400, or nothing."""
    url: str


@dataclass(frozen=True, kw_only=True)
class LandlordDay:
    month: str
    files: Sequence[FileOfMonth]
    states: Sequence[StateCount]
    orders: Sequence[AnnouncedOrder]
    """The nearest first; those whose day is over wait for him to say what became of them."""
    more_orders: bool

    @property
    def is_empty(self) -> bool:
        return all(state.number == 0 for state in self.states)


def day_of(user: User, *, held: permissions.Rights, today: date) -> LandlordDay | None:
    """Of whoever reports for a landlord and answers for him; nothing for anyone else. Three queries."""
    mine = held.get("report_arrears", frozenset()) & held.get("answer_question", frozenset())
    if not mine or "handle_case" in held:
        return None
    reports = permissions.visible_reports(user, at=today)
    counts = count_by_state(reports)
    orders = [
        AnnouncedOrder(url=report.url, tenant=report.name, on=on)
        for on, report in orders_announced(reports, mine=mine, limit=ORDERS_SHOWN + 1)
    ]
    return LandlordDay(
        month=month_name(today),
        files=_files(mine, today=today),
        states=[
            StateCount(words=str(asked.label), number=counts.words_of(state), url=f"{reverse('reports')}?etat={asked}")
            for state, asked in STATES.items()
        ],
        orders=orders[:ORDERS_SHOWN],
        more_orders=len(orders) > ORDERS_SHOWN,
    )


def _files(structures: Iterable[int], *, today: date) -> list[FileOfMonth]:
    """Of the month: those whose balances are of it, or that were sent in it. The last one of each structure."""
    sent = ImportJob.objects.filter(structure__in=structures).exclude(state=STATE.UNDONE)
    found: dict[int, FileOfMonth] = {}
    for job in sent.select_related("structure")[:FILES_READ]:
        is_of_month = any((day.year, day.month) == (today.year, today.month) for day in _days(job))
        if job.structure_id not in found and is_of_month:
            found[job.structure_id] = FileOfMonth(
                structure=job.structure,
                url=reverse("import", args=[job.public_id]),
                name=job.file_name,
                words=UNDER_WAY.get(STATE(job.state)) or _import_result_words(job),
            )
    return list(found.values())


def _days(job: ImportJob) -> Iterable[date]:
    return filter(None, (job.as_of, localdate(job.created_at)))


def _import_result_words(job: ImportJob) -> str:
    """45 lignes : 12 dossiers ouverts, 30 mis à jour, 3 à vérifier."""
    parts = [
        f"{number} {few if number == 1 else many}"
        for name, (few, many) in RESULTS.items()
        if (number := job.counts.get(name, 0))
    ]
    lines = f"{job.total_rows} ligne{'s' if job.total_rows > 1 else ''}"
    return f"{lines} : {', '.join(parts)}." if parts else f"{lines}, sans changement."
