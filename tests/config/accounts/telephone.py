"""The application of a person’s telephone, written apart from ours (RFC 6238), and what a person types of it."""

import base64
import hashlib
import hmac
import re
import struct
from datetime import datetime
from typing import Any

from django.test import Client

from tests.pages import html_of

PASSWORD = "un mot de passe de test"


def code_of(secret: str, at: datetime) -> str:
    moment = struct.pack(">Q", int(at.timestamp()) // 30)
    digest = hmac.new(base64.b32decode(secret), moment, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def sign_in(client: Client, person: Any, *, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/connexion/", {"username": person.email, "password": password, **more})


def scan(client: Client) -> tuple[str, str]:
    """The secret that the page shows, and what the form carries of it."""
    page = html_of(client.get("/compte/securite/application/"))
    (shown,) = re.findall(r"<code>([A-Z2-7 ]+)</code>", page)
    (sealed,) = re.findall(r'name="secret" value="([^"]+)"', page)
    return shown.replace(" ", ""), sealed


def set_up(client: Client, at: datetime) -> tuple[str, list[str]]:
    """The secret of the telephone, and the codes kept on paper."""
    secret, sealed = scan(client)
    answer = client.post("/compte/securite/application/", {"secret": sealed, "code": code_of(secret, at)})
    return secret, re.findall(r"<code>(\S{4}-\S{4}-\S{4})</code>", html_of(answer))
