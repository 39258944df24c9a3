"""Where a piece waits until the scanner has said that its file is clean. What it finds dangerous is deleted."""

import logging
import time
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from cases import antivirus, journal
from cases.models import Document
from cases.refusals import StoreAway

log = logging.getLogger(__name__)

AT_ONCE = 200
SECONDS_OF_A_TURN = 10
"""What is left is the next tick’s, so that notices never wait for many large files."""
Scan = Document.Scan


def scan_waiting(*, at: datetime) -> int:
    """Have the files that wait scanned, those that never were first. Returns how many are known clean or dangerous.

    May run twice or in parallel:
    1. No transaction is open while the scanner reads.
    2. A verdict is kept once, by whoever finds the piece still waiting.
    3. A dangerous file is deleted after its verdict is kept: if the process dies in between, the next turn does it.
    """
    judged = _scan(at=at) if antivirus.is_configured() else 0
    _delete_dangerous()
    return judged


def _waiting_documents() -> QuerySet[Document]:
    """The withdrawn ones too: their files are still there."""
    return Document.everything.filter(scan=Scan.WAITING)


def _scan(*, at: datetime) -> int:
    judged, end = 0, time.monotonic() + SECONDS_OF_A_TURN
    for document in _waiting_documents().order_by(F("scan_failed_at").asc(nulls_first=True), "pk")[:AT_ONCE]:
        try:
            with document.file.open() as file:
                found = antivirus.scan(file.read())
        except antivirus.NoAnswer as silence:
            log.warning("the virus scanner does not answer (%s): pieces wait", str(silence))
            _waiting_documents().update(scan_failed_at=at)
            break
        except StoreAway:
            log.warning("the store of files does not answer: pieces wait")
            break
        except (antivirus.CannotScan, FileNotFoundError) as error:
            log.error("document %s could not be scanned: %s", document.pk, str(error))  # noqa: TRY400  # it is retried
            _waiting_documents().filter(pk=document.pk).update(scan_failed_at=at)
        else:
            judged += _record_verdict(document, found, at=at)
        if time.monotonic() >= end:
            break
    return judged


@transaction.atomic
def _record_verdict(document: Document, found: str, *, at: datetime) -> int:
    """That a file is clean is no event of the case: the piece says it, the journal does not."""
    verdict = Scan.INFECTED if found else Scan.CLEAN
    kept = _waiting_documents().filter(pk=document.pk).update(scan=verdict, scanned_at=at, scan_failed_at=None)
    if kept and found:
        log.warning("document %s is dangerous: %s", document.pk, found)
        journal.record(
            "document.infected",
            at=at,
            case=document.case,
            structure=document.structure,
            document=document.pk,
        )
    return int(kept)


def _delete_dangerous() -> None:
    for document in Document.everything.filter(scan=Scan.INFECTED).exclude(file=""):
        try:
            document.file.delete(save=False)
        except StoreAway:
            return
        Document.everything.filter(pk=document.pk).update(file="")
