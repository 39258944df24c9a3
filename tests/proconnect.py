"""A provider of identities of a few lines, as ProConnect is one: real HTTP, real keys, signatures made by hand.

It is written from the specification and knows nothing of the code that it tries. `faults` says what it does wrong.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT, SECRET = "relais-essai", "secret-du-client-essai"
CITY = "21910286000018"
"""A SIRET whose key is right."""
CLAIRE: dict[str, Any] = {
    "sub": "claire-chez-le-fournisseur-1",
    "given_name": "Claire",
    "usual_name": "MONTEL",
    "email": "Claire.Montel@example.org",
    "siret": CITY,
}
ASKED = {
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims", "code_challenge", "code_challenge_method",
    "prompt",
}  # fmt: skip
"""ProConnect answers to any other with an error."""


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass
class SigningKey:
    algorithm: str
    kid: str

    def __post_init__(self) -> None:
        is_rsa = self.algorithm == "RS256"
        self.rsa = rsa.generate_private_key(65537, 2048) if is_rsa else None
        self.ec = None if is_rsa else ec.generate_private_key(ec.SECP256R1())

    def sign(self, claims: dict[str, Any], *, algorithm: str = "") -> str:
        header = {"alg": algorithm or self.algorithm, "kid": self.kid, "typ": "JWT"}
        start = ".".join(_text(json.dumps(each).encode()) for each in (header, claims))
        if algorithm == "none":
            return f"{start}."
        if self.rsa:
            made = self.rsa.sign(start.encode(), padding.PKCS1v15(), hashes.SHA256())
        else:
            assert self.ec
            r, s = decode_dss_signature(self.ec.sign(start.encode(), ec.ECDSA(hashes.SHA256())))
            made = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return f"{start}.{_text(made)}"

    def public(self) -> dict[str, str]:
        said = {"kid": self.kid, "use": "sig", "alg": self.algorithm}
        if self.rsa:
            numbers = self.rsa.public_key().public_numbers()
            return {**said, "kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        assert self.ec
        point = self.ec.public_key().public_numbers()
        x, y = (_text(value.to_bytes(32, "big")) for value in (point.x, point.y))
        return {**said, "kty": "EC", "crv": "P-256", "x": x, "y": y}


@dataclass
class Provider:
    algorithm: str = "RS256"
    port: int = 0
    person: dict[str, Any] = field(default_factory=lambda: dict(CLAIRE))
    acr: str = "eidas1"
    amr: tuple[str, ...] = ("pwd",)
    faults: set[str] = field(default_factory=set)
    is_down: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    """Of /authorize, the oldest first."""
    signed_out: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = SigningKey(self.algorithm, "clef-1")
        self.published = [self.key]
        self.thief = SigningKey(self.algorithm, "clef-1")
        """Of somebody else, who gives his key the same name."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v2"

    def change_key(self) -> None:
        self.key = SigningKey(self.algorithm, "clef-2")
        self.published = [self.key]

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256"],
        }

    def identity_token(self, asked: dict[str, str], access_token: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.person["sub"], "iat": now, "exp": now + 60,
            "nonce": asked["nonce"], "acr": self.acr, "amr": list(self.amr),
            "at_hash": _text(hashlib.sha256(access_token.encode()).digest()[:16]),
        }  # fmt: skip
        changes: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "celui-d-une-autre-demande"},
            "no nonce": {"nonce": None},
            "expired": {"iat": now - 600, "exp": now - 300},
            "future": {"iat": now + 600, "exp": now + 900},
            "audience": {"aud": "un-autre-service"},
            "issuer": {"iss": "https://ailleurs.example/api/v2"},
        }
        for fault in self.faults & changes.keys():
            claims |= changes[fault]
        key = self.thief if "identity forged" in self.faults else self.key
        unsigned = "none" if "identity unsigned" in self.faults else ""
        return key.sign({name: value for name, value in claims.items() if value is not None}, algorithm=unsigned)

    def userinfo(self) -> tuple[str, str]:
        """Its type and its text."""
        now = int(time.time())
        claims = {**self.person, "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60}
        if "userinfo plain" in self.faults:
            return "application/json", json.dumps(claims)
        if "userinfo of another" in self.faults:
            claims["sub"] = "une-autre-personne"
        if "userinfo audience" in self.faults:
            claims["aud"] = "un-autre-service"
        if "userinfo expired" in self.faults:
            claims |= {"iat": now - 600, "exp": now - 300}
        key = self.thief if "userinfo forged" in self.faults else self.key
        text = key.sign(claims, algorithm="none" if "userinfo unsigned" in self.faults else "")
        if "userinfo altered" in self.faults:
            head, _, signature = text.split(".")
            text = f"{head}.{_text(json.dumps({**claims, 'email': 'pilote@example.org'}).encode())}.{signature}"
        return "application/jwt", text


class _Request(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        what = url.path.removeprefix("/api/v2/")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.provider.calls.append(what)
        if self.provider.is_down:
            return self.answer(503, "text/plain", "")
        if what == ".well-known/openid-configuration":
            return self.answer(200, "application/json", json.dumps(self.provider.metadata()))
        if what == "jwks":
            keys = [each.public() for each in self.provider.published]
            return self.answer(200, "application/json", json.dumps({"keys": keys}))
        if what == "authorize":
            return self.authorize(query)
        if (
            what == "userinfo"
            and self.headers.get("Authorization", "").removeprefix("Bearer ") in self.provider.tokens
        ):
            return self.answer(200, *self.provider.userinfo())
        if what == "session/end":
            self.provider.signed_out.append(query)
            back = f"{query['post_logout_redirect_uri']}?{urlencode({'state': query['state']})}"
            return self.answer(303, "text/html", "", location=back)
        return self.answer(400, "application/json", "{}")

    def authorize(self, query: dict[str, str]) -> None:
        """A page with two links: that is where a person says who he is."""
        if set(query) - ASKED or min(len(query["state"]), len(query["nonce"])) < 32:
            return self.answer(400, "text/plain", "Y000400 : Bad Request Exception")
        self.provider.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.provider.codes[code] = query
        state = "pas-le-bon-etat" if "state" in self.provider.faults else query["state"]
        good = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': state})}"
        no = {"error": "access_denied", "error_description": "User auth aborted", "state": query["state"]}
        body = (
            "<!doctype html><meta charset=utf-8><title>ProConnect</title><main><h1>ProConnect, pour essayer</h1>"
            f"<a href='{good}'>Continuer</a> <a href='{query['redirect_uri']}?{urlencode(no)}'>Renoncer</a></main>"
        )
        return self.answer(200, "text/html", body)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        sent = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        self.provider.calls.append("token")
        if self.provider.is_down:
            return self.answer(503, "text/plain", "")
        asked = self.provider.codes.pop(sent.get("code", ""), None)
        challenge = _text(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        is_right = (
            asked
            and asked["code_challenge_method"] == "S256"
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == sent.get("redirect_uri")
            and (sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET)
        )
        if not asked or not is_right:
            return self.answer(400, "application/json", json.dumps({"error": "invalid_grant"}))
        access = secrets.token_urlsafe(16)
        self.provider.tokens[access] = asked
        said = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.provider.identity_token(asked, access),
        }
        return self.answer(200, "application/json", json.dumps(said))

    def answer(self, status: int, kind: str, text: str, *, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


@contextmanager
def serving(algorithm: str = "RS256") -> Iterator[Provider]:
    provider = Provider(algorithm)
    handler = type("Request", (_Request,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
