"""A store that speaks the protocol of S3: moto's server, in this process, with an empty bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "pieces"
KEYS = {"S3_ACCESS_KEY": "relais", "S3_SECRET_KEY": "secret-of-the-store", "S3_REGION": "us-east-1"}
"""As settings and as variables of the environment."""


@contextmanager
def storing() -> Iterator[dict[str, str]]:
    """What an installation says to keep its files there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        said = {**KEYS, "S3_BUCKET": BUCKET, "S3_ENDPOINT": f"http://{host}:{port}"}
        client_of(said).create_bucket(Bucket=BUCKET)
        yield said
    finally:
        server.stop()


def client_of(said: dict[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=said["S3_ENDPOINT"],
        aws_access_key_id=said["S3_ACCESS_KEY"],
        aws_secret_access_key=said["S3_SECRET_KEY"],
        region_name=said["S3_REGION"],
    )


def names_in(said: dict[str, str]) -> list[str]:
    return [each["Key"] for each in client_of(said).list_objects_v2(Bucket=BUCKET).get("Contents", [])]
