"""Files on the disk of this machine: when it is full, a refusal that says so, and nothing half-written."""

import errno
from typing import Any

from django.core.files.storage import FileSystemStorage

from cases.refusals import StoreFull

FULL = (errno.ENOSPC, errno.EDQUOT)
"""No room is left on the disk, or in the share of it that one may fill."""


class PrivateDisk(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # missing in the stubs
        except OSError as error:
            if error.errno not in FULL:
                raise
            # Its name was free a moment ago, and is drawn at random or held by one process: what is there was begun here.
            self.delete(name)
            raise StoreFull from error
