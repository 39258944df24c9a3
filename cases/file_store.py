"""Files on a store that speaks the protocol of S3, in a bucket that nobody else reads: no address of it is ever given.

What the store refuses, cuts or does not answer is `StoreAway`. A file is read whole as it is opened: once an answer has
begun, nothing of it fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import requests
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

from cases.refusals import StoreAway

SECONDS_TO_CONNECT = 2
SECONDS_TO_ANSWER = 15
ATTEMPTS = 2
PROBE = ".relais"
"""What begins by a dot is no file of the application: it is not swept as an orphan."""
KEPT_IN_MEMORY = 2 * 1024 * 1024
"""Bytes of a file that is read; a longer one goes through the disk."""


@contextmanager
def asking_store() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error, RetriesExceededError) as error:
        raise StoreAway from error


class PrivateBucket(S3Storage):
    """Raises `FileNotFoundError` for a file that is not there, as a disk does."""

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "bucket_name": settings.S3_BUCKET,
            "endpoint_url": settings.S3_ENDPOINT,
            "access_key": settings.S3_ACCESS_KEY,
            "secret_key": settings.S3_SECRET_KEY,
            "region_name": settings.S3_REGION,
            "default_acl": None,
            "file_overwrite": False,
            "max_memory_size": KEPT_IN_MEMORY,
            "client_config": Config(
                connect_timeout=SECONDS_TO_CONNECT,
                read_timeout=SECONDS_TO_ANSWER,
                retries={"total_max_attempts": ATTEMPTS},
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                # Of the checksums that the latest S3 adds, other stores know nothing.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    def url(self, name: str, *args: object, **kwargs: object) -> str:
        raise NotImplementedError("A file of a person has no address: a view serves it to whoever may see it.")

    def _open(self, name: str, mode: str = "rb") -> Any:
        with asking_store():
            return super()._open(name, mode).open()

    def _save(self, name: str, content: Any) -> str:
        with asking_store():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with asking_store():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with asking_store():
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with asking_store():
            folders, files = super().listdir(name)
        return folders, files

    def size(self, name: str) -> int:
        with asking_store():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with asking_store():
            found: datetime = super().get_modified_time(name)
        return found

    def is_open_to_strangers(self) -> bool:
        """Does whoever knows the name of a file read it, without a key? Raises `StoreAway` when the store does not answer, or
        does not know these keys or this bucket. Leaves an empty file there, of which it asks."""
        if not self.exists(PROBE):
            self.save(PROBE, ContentFile(b""))
        try:
            answer = requests.get(f"{settings.S3_ENDPOINT}/{settings.S3_BUCKET}/{PROBE}", timeout=SECONDS_TO_CONNECT)
        except requests.RequestException as error:
            raise StoreAway from error
        return answer.ok
