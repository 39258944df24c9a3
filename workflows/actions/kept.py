"""What a fault or the end of a session would lose is kept for its author, and forgotten after a day."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.timezone import localdate

from cases.actions.retention.limits import kept_for
from cases.models import User
from cases.rules.parameters import read_uuid
from cases.rules.uploads import RefusedFile, accept_file
from workflows.models import KeptFile, KeptForm
from workflows.models.kept import ADDRESS

FILES = 10
FORMS = 5
"""Of one person at once: the oldest leave."""
LONGEST = 50_000
"""Characters of a form; no page of ours asks for as many."""


def keep_files(*, author: User, files: Iterable[UploadedFile[bytes]], at: datetime) -> list[KeptFile]:
    """Keep those that may be added to a case; what is refused for itself is not kept."""
    kept = []
    for file in files:
        file.seek(0)
        content = file.read()
        try:
            accept_file(content)
        except RefusedFile:
            continue
        kept.append(KeptFile.objects.create(author=author, name=(file.name or "")[-120:], content=content, kept_at=at))
    if kept:  # a page that is only read keeps nothing, and so writes nothing
        _leave_the_last(KeptFile, author=author, number=FILES)
    return kept


def files_of(author: User, ids: Iterable[str]) -> list[KeptFile]:
    """His own, of those that a page names."""
    return list(KeptFile.objects.filter(author=author, public_id__in=_valid_ids(ids)))


def discard_files(files: Iterable[KeptFile]) -> None:
    KeptFile.objects.filter(pk__in=[file.pk for file in files]).delete()


def keep_form(*, author: User, address: str, typed: Mapping[str, list[str]], at: datetime) -> KeptForm | None:
    """Keep what was typed. None when it is far longer than a page of ours."""
    said = {name: [value.replace("\0", "") for value in values] for name, values in typed.items()}
    length = sum(len(value) for values in said.values() for value in values)
    if len(address) > ADDRESS or length > LONGEST:
        return None
    form = KeptForm.objects.create(author=author, address=address, typed=said, kept_at=at)
    _leave_the_last(KeptForm, author=author, number=FORMS)
    return form


def discard_form(*, author: User, public_id: str) -> None:
    KeptForm.objects.filter(author=author, public_id__in=_valid_ids([public_id])).delete()


def forget_expired(*, at: datetime) -> int:
    old = {"kept_at__lt": at - kept_for("kept_form", on=localdate(at))}
    return KeptFile.objects.filter(**old).delete()[0] + KeptForm.objects.filter(**old).delete()[0]


def _leave_the_last(model: type[KeptFile] | type[KeptForm], *, author: User, number: int) -> None:
    own = model.objects.filter(author=author)
    own.exclude(pk__in=list(own.order_by("-pk").values_list("pk", flat=True)[:number])).delete()


def _valid_ids(ids: Iterable[str]) -> list[UUID]:
    return [found for each in ids if (found := read_uuid(each))]
