"""What the environment of an installation may say. Every fault is told at once, with what to do."""

import re
from collections.abc import Callable, Iterator, Mapping
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from django.http.request import validate_host

NEEDED = {
    "SECRET_KEY": "une longue chaîne secrète, propre à cette installation",
    "DATABASE_URL": "postgresql://utilisateur:motdepasse@hôte:5432/base",
    "REDIS_URL": "redis://hôte:6379/0",
    "ALLOWED_HOSTS": "les noms de domaine servis, séparés par des virgules",
    "BASE_URL": "l’adresse publique, par exemple https://relais.example.fr",
    "EMAIL_URL": "smtp+tls://utilisateur:motdepasse@hôte:587",
    "DEFAULT_FROM_EMAIL": "l’expéditeur des courriels",
}
SHORTEST_SECRET = 50
FEWEST_CHARACTERS = 12
"""Different ones in a secret: fewer were typed, not drawn."""
PROCONNECT = ("PROCONNECT_ISSUER", "PROCONNECT_CLIENT_ID", "PROCONNECT_CLIENT_SECRET")
STORE = ("S3_BUCKET", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY")
FEWEST_LETTERS_OF_A_REASON = 20
MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl")
Values = Mapping[str, str]


def find_faults(values: Values) -> list[str]:
    """Of an installation in production, in French. Neither a secret nor an address with one is repeated."""
    missing = [f"{name} : à renseigner, {NEEDED[name]}." for name in NEEDED if not values.get(name)]
    wrong = [fault for judge in JUDGES for fault in judge(values)]
    return missing + wrong


def _judge_secrets(values: Values) -> Iterator[str]:
    """Of SECRET_KEY and of each of those that it followed."""
    for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS"):
        for secret in filter(None, values.get(name, "").split(",") if name.endswith("S") else [values.get(name, "")]):
            if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS or secret.startswith("unsafe-"):
                yield (
                    f"{name} : trop courte ou connue, n’importe qui pourrait la deviner. En tirer une au hasard :"
                    " openssl rand -hex 40."
                )


def _judge_address(values: Values) -> Iterator[str]:
    address, hosts = values.get("BASE_URL", ""), values.get("ALLOWED_HOSTS", "")
    if not address:
        return
    host = _host_of(address)
    if not (address.startswith("https://") and host):
        yield "BASE_URL : elle commence par https://, par exemple https://relais.example.fr ; les courriels y mènent."
    elif hosts and not validate_host(host, [each.strip() for each in hosts.split(",")]):
        yield (
            f"BASE_URL : son domaine, {host}, n’est pas dans ALLOWED_HOSTS ({hosts}) : tous les liens des courriels"
            " seraient refusés. Mettre le même dans les deux."
        )


def _judge_mail(values: Values) -> Iterator[str]:
    address = values.get("EMAIL_URL", "")
    if address and not _is_mail_address(address):
        yield (
            "EMAIL_URL : elle ne se lit pas. Forme attendue : smtp+tls://utilisateur:motdepasse@hôte:587 (ou smtp+ssl://,"
            " port 465) ; dans le mot de passe, écrire %23 pour #, %2F pour /, %3F pour ?, %40 pour @."
        )
    sender = values.get("DEFAULT_FROM_EMAIL", "")
    _, at, domain = parseaddr(sender)[1].rpartition("@")
    if sender and not at:
        yield "DEFAULT_FROM_EMAIL : il faut une adresse, par exemple Relais <ne-pas-repondre@votre-domaine.fr>."
    elif re.search(r"(^|\.)example\.(fr|com|org|net)$", domain):
        yield (
            f"DEFAULT_FROM_EMAIL : {domain} est un exemple, les courriels seraient refusés. Mettre une adresse de votre"
            " domaine."
        )


def _judge_reports(values: Values) -> Iterator[str]:
    if values.get("EMAIL_PROVIDER") and ":" not in values.get("EMAIL_WEBHOOK_SECRET", ""):
        yield (
            "EMAIL_PROVIDER sans EMAIL_WEBHOOK_SECRET : n’importe qui pourrait déclarer une adresse en échec. "
            "La renseigner, sous la forme identifiant:motdepasse."
        )


def _judge_reference(values: Values) -> Iterator[str]:
    """What its files say is judged when they are loaded."""
    folder = values.get("REFERENCE_FOLDER", "")
    if folder and not (Path(folder) / "structures.toml").is_file():
        yield (
            f"REFERENCE_FOLDER : il n’y a pas de structures.toml lisible dans {folder}. Donner un dossier qui en a un"
            " (docs/deploiement.md, « Une autre ville que Grigny »), ou laisser vide."
        )


def _judge_proconnect(values: Values) -> Iterator[str]:
    said = [name for name in PROCONNECT if values.get(name)]
    if said and len(said) < len(PROCONNECT):
        missing = ", ".join(name for name in PROCONNECT if name not in said)
        yield f"{missing} : à renseigner aussi, ou vider {', '.join(said)} pour se passer de ProConnect."
    if values.get("PROCONNECT_ISSUER") and not values["PROCONNECT_ISSUER"].startswith("https://"):
        yield (
            "PROCONNECT_ISSUER : elle commence par https://. Celle de ProConnect en production :"
            " https://auth.agentconnect.gouv.fr/api/v2."
        )
    if values.get("PROCONNECT_ALGORITHM", "RS256") not in ("RS256", "ES256"):
        yield "PROCONNECT_ALGORITHM : RS256 ou ES256, celui choisi dans l’espace partenaires de ProConnect."


def _judge_scanner(values: Values) -> Iterator[str]:
    """Whoever does without says why: nobody opens unscanned pieces because it was forgotten."""
    reason = values.get("WITHOUT_VIRUS_SCANNER", "")
    if not values.get("CLAMD_URL") and sum(map(str.isalpha, reason)) < FEWEST_LETTERS_OF_A_REASON:
        yield (
            "CLAMD_URL : à renseigner, l’adresse de l’antivirus des pièces (tcp://hôte:3310). Pour vous en passer, dire"
            " pourquoi en une phrase : WITHOUT_VIRUS_SCANNER='Version d’essai, sans donnée sur des personnes réelles'."
        )


def _judge_store(values: Values) -> Iterator[str]:
    said = [name for name in STORE if values.get(name)]
    if said and len(said) < len(STORE):
        missing = ", ".join(name for name in STORE if name not in said)
        yield f"{missing} : à renseigner aussi, ou vider {', '.join(said)} pour garder les fichiers sur le disque."
    address = values.get("S3_ENDPOINT", "")
    if address and not (address.startswith(("https://", "http://")) and _host_of(address)):
        yield "S3_ENDPOINT : l’adresse du stockage S3 commence par https://, par exemple https://s3.fr-par.scw.cloud."


def _judge_replica(values: Values) -> Iterator[str]:
    address, seconds = values.get("DATABASE_REPLICA_URL", ""), values.get("DATABASE_REPLICA_MOST_SECONDS", "30")
    if address and not address.startswith("postgresql://"):
        yield "DATABASE_REPLICA_URL : postgresql://utilisateur:motdepasse@hôte:5432/base, ou vide sans réplique."
    if not seconds.isdecimal():
        yield "DATABASE_REPLICA_MOST_SECONDS : un nombre de secondes, par exemple 30."


def _is_mail_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in MAIL_SCHEMES and bool(parts.hostname) and parts.port != 0 and not parts.fragment
    except ValueError:
        return False


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


JUDGES: tuple[Callable[[Values], Iterator[str]], ...] = (
    _judge_secrets,
    _judge_address,
    _judge_mail,
    _judge_reports,
    _judge_reference,
    _judge_proconnect,
    _judge_scanner,
    _judge_store,
    _judge_replica,
)
