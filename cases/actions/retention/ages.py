"""What goes at its age without anybody’s approval: files of withdrawn pieces, requests that were answered long ago.

What the application may not delete itself, the upkeep does (`manage.py forget_what_is_over`).
"""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions.retention.anonymise import note_erased
from cases.actions.retention.due import held_households
from cases.actions.retention.files import delete_on_commit
from cases.actions.retention.limits import read_lengths
from cases.models import Document, ProcessingRestriction, SubjectRequest, Territory
from cases.rules.retention import load_kinds


def forget_withdrawn_documents(*, at: datetime) -> int:
    """The file of a piece that was withdrawn, and what somebody typed of it, unless its household is held. Its line stays, empty.
    Returns how many."""
    gone = 0
    for territory in _territories():
        length = read_lengths(territory, on=localdate(at))["withdrawn_document"]
        until = load_kinds()["withdrawn_document"].oldest_kept(localdate(at), length)
        with transaction.atomic():
            old = Document.everything.filter(case__territory=territory, voided_at__date__lt=until).exclude(file="")
            pks = list(old.exclude(case__household__in=held_households()).values_list("pk", flat=True))
            delete_on_commit(Document, "file", pks)
            note_erased(Document, pks, home=None)
            gone += Document.everything.filter(pk__in=pks).update(file="", title="", sha256="")
    return gone


def forget_subject_requests(*, at: datetime) -> int:
    """Those by which a restriction is ended stay until it is. Returns how many lines of registers."""
    gone = 0
    needed = ProcessingRestriction.objects.standing().exclude(request=None).values("request")
    for territory in _territories():
        length = read_lengths(territory, on=localdate(at))["subject_request"]
        until = load_kinds()["subject_request"].oldest_kept(localdate(at), length)
        with transaction.atomic():
            over = SubjectRequest.objects.filter(territory=territory, ended_on__lt=until).exclude(pk__in=needed)
            old = list(over.values_list("pk", flat=True))
            note_erased(SubjectRequest, old, home=None)
            gone += SubjectRequest.objects.filter(pk__in=old).delete()[0]
    return gone


def _territories() -> list[str]:
    return list(Territory.objects.values_list("code", flat=True))
