"""A key of a device, in software: it signs what it is told, for the site that it is told."""

import base64
import html
import json
import re
import secrets
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

HERE = "http://testserver"


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def options_of(client: Client, path: str) -> dict[str, Any]:
    (found,) = re.findall(r'data-options="([^"]*)"', client.get(path).content.decode())
    return json.loads(html.unescape(found))["publicKey"]


class SoftKey:
    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0

    def make(self, options: dict[str, Any], *, origin: str = HERE, site: str = "testserver") -> str:
        credential = AttestedCredentialData.create(
            bytes(16), self.id, ES256.from_cryptography_key(self.private.public_key())
        )
        data = AuthenticatorData.create(
            sha256(site.encode()).digest(), AuthenticatorData.FLAG(0x45), self.count, credential
        )
        said = CollectedClientData.create("webauthn.create", options["challenge"], origin)
        response = {
            "clientDataJSON": text(said),
            "attestationObject": text(AttestationObject.create("none", data, {})),
        }
        return self._answer(response)

    def sign(self, options: dict[str, Any], *, origin: str = HERE, site: str = "testserver", count: int = 0) -> str:
        self.count = count or self.count + 1
        data = AuthenticatorData.create(sha256(site.encode()).digest(), AuthenticatorData.FLAG(0x05), self.count)
        said = CollectedClientData.create("webauthn.get", options["challenge"], origin)
        signature = self.private.sign(data + said.hash, ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": text(said),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": None,
        }
        return self._answer(response)

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": text(self.id),
                "rawId": text(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
