"""What refuses to start, in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "RELAIS_MODE": "production",
    "SECRET_KEY": "a-long-key-that-only-this-test-knows-0123456789-abcdefghijkl",
    "DATABASE_URL": "postgresql://relais:secret@db:5432/relais",
    "REDIS_URL": "redis://redis:6379/0",
    "ALLOWED_HOSTS": "relais.ville.test",
    "BASE_URL": "https://relais.ville.test",
    "EMAIL_URL": "smtp+tls://relais:secret@mail:587",
    "DEFAULT_FROM_EMAIL": "Relais <relais@ville.test>",
    "WITHOUT_VIRUS_SCANNER": "Version d’essai, sans donnée sur des personnes réelles",
}


CHECKED = ("check", "--deploy", "--fail-level", "WARNING")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", *arguments, **environment)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"CLAMD_URL": "tcp://clamav:3310", "WITHOUT_VIRUS_SCANNER": ""},
        {"CLAMD_URL": "unix:///run/clamav/clamd.ctl", "EMAIL_PROVIDER": "brevo", "EMAIL_WEBHOOK_SECRET": "a:b"},
        {"METRICS_TOKEN": "j" * 32, "SENTRY_DSN": "https://cle@erreurs.example.fr/3"},
    ],
    ids=["what is needed", "scanner without a sentence", "scanner and mail provider", "seen from outside"],
)
def test_production_with_everything_passes_the_deployment_check(more):
    done = manage(*CHECKED, **COMPLETE | more)

    assert done.returncode == 0, done.stderr


def read_settings(*names: str, **environment: str) -> list[str]:
    """As a process that has just started reads them."""
    code = "import os, django; django.setup(); from django.conf import settings\n"
    code += "\n".join(f"print(repr(settings.{name}))" for name in names)
    done = run("-c", code, DJANGO_SETTINGS_MODULE="config.settings", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


SIGN_IN = {
    "SECOND_FACTOR_REQUIRED": "True",
    "PROOF_LASTS": "datetime.timedelta(seconds=900)",
    "SESSION_COOKIE_AGE": "1800",
    "SESSION_LASTS": "datetime.timedelta(seconds=36000)",
    "SESSION_ENGINE": "'config.accounts.session_store'",
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": "True",
    "SESSION_COOKIE_SECURE": "True",
    "SESSION_COOKIE_HTTPONLY": "True",
    "SESSION_COOKIE_NAME": "'__Host-session'",
    "CSRF_COOKIE_SECURE": "True",
    "CSRF_COOKIE_HTTPONLY": "True",
    "CSRF_COOKIE_NAME": "'__Host-csrf'",
    "SESSION_COOKIE_SAMESITE": "'Lax'",
    "CSRF_COOKIE_SAMESITE": "'Lax'",
    "SECURE_HSTS_SECONDS": "31536000",
    "AXES_FAILURE_LIMIT": "5",
    "AXES_COOLOFF_TIME": "datetime.timedelta(seconds=900)",
    "PASSWORD_RESET_TIMEOUT": "86400",
    "PRODUCTION": "True",
    "DEMO": "False",
    "DEBUG": "False",
}
"""The second factor is obligatory, who one is is proved again after fifteen minutes; a session ends after thirty minutes
without use, and after ten hours."""


def test_production_obliges_and_limits_as_the_other_tests_of_sign_in_set_it_themselves():
    assert dict(zip(SIGN_IN, read_settings(*SIGN_IN, **COMPLETE), strict=True)) == SIGN_IN


def test_no_variable_of_the_environment_weakens_it():
    names = ["SECOND_FACTOR_REQUIRED", "PROOF_LASTS", "SESSION_COOKIE_AGE", "SESSION_LASTS"]
    assert read_settings(*names, **COMPLETE, **dict.fromkeys(names, "0")) == [SIGN_IN[name] for name in names]


def test_production_asks_for_the_gate_and_the_session_on_every_page():
    [middleware] = read_settings("MIDDLEWARE", **COMPLETE)
    for each in (
        "config.accounts.gate.FollowSession",
        "config.accounts.gate.AccountGate",
        "config.sign_in.SignInFirst",
    ):
        assert each in middleware


@pytest.mark.parametrize("command", ["seed_demo", "multiply_cases", "bench", "measure_rates"])
def test_production_has_neither_demonstration_nor_measures(command):
    done = manage(command, **COMPLETE)

    assert done.returncode == 1
    assert f"Unknown command: '{command}'" in done.stderr


@pytest.mark.parametrize("missing", sorted(COMPLETE.keys() - {"RELAIS_MODE", "WITHOUT_VIRUS_SCANNER"}))
def test_production_refuses_to_start_without(missing):
    done = manage("check", **{name: value for name, value in COMPLETE.items() if name != missing})

    assert done.returncode == 1
    assert done.stderr.startswith("Relais ne démarre pas. À corriger dans .env")
    assert f"  {missing} : à renseigner" in done.stderr


def test_without_a_mode_a_named_database_means_production():
    done = manage("check", DATABASE_URL=COMPLETE["DATABASE_URL"])

    assert done.returncode == 1
    assert "  SECRET_KEY : " in done.stderr


WRONG = [
    ({"SECRET_KEY": "short"}, "SECRET_KEY : trop courte ou connue"),
    ({"SECRET_KEY": "changez-moi" * 10}, "SECRET_KEY : trop courte ou connue"),
    ({"SECRET_KEY": "unsafe-key-for-development-and-tests-only-0123456789"}, "SECRET_KEY : trop courte ou connue"),
    ({"SECRET_KEY_FALLBACKS": f"{COMPLETE['SECRET_KEY']},short"}, "SECRET_KEY_FALLBACKS : trop courte ou connue"),
    ({"BASE_URL": "http://relais.ville.test"}, "BASE_URL : elle commence par https://"),
    ({"BASE_URL": "relais.ville.test"}, "BASE_URL : elle commence par https://"),
    ({"BASE_URL": "https://autre.ville.test"}, "autre.ville.test, n’est pas dans ALLOWED_HOSTS (relais.ville.test)"),
    ({"EMAIL_URL": "mail.ville.test:587"}, "EMAIL_URL : elle ne se lit pas"),
    ({"EMAIL_URL": "smtp+tls://relais:mot#de/passe@mail:587"}, "écrire %23 pour #"),
    ({"EMAIL_URL": "smtp+tls://relais:secret@mail:cinq"}, "EMAIL_URL : elle ne se lit pas"),
    (
        {"REFERENCE_FOLDER": "/nulle/part"},
        "REFERENCE_FOLDER : il n’y a pas de structures.toml lisible dans /nulle/part.",
    ),
    ({"WITHOUT_VIRUS_SCANNER": ""}, "CLAMD_URL : à renseigner, l’adresse de l’antivirus"),
    ({"WITHOUT_VIRUS_SCANNER": "true"}, "dire pourquoi en une phrase"),
    ({"WITHOUT_VIRUS_SCANNER": "." * 40}, "dire pourquoi en une phrase"),
    (
        {"S3_BUCKET": "pieces", "S3_SECRET_KEY": "changez"},
        "S3_ENDPOINT, S3_ACCESS_KEY : à renseigner aussi, ou vider S3_BUCKET, S3_SECRET_KEY",
    ),
    ({"S3_ENDPOINT": "s3.ville.test"}, "S3_ENDPOINT : l’adresse du stockage S3 commence par https://"),
    ({"DATABASE_REPLICA_URL": "replica:5432"}, "DATABASE_REPLICA_URL : postgresql://utilisateur:motdepasse@hôte"),
    ({"DATABASE_REPLICA_MOST_SECONDS": "peu"}, "DATABASE_REPLICA_MOST_SECONDS : un nombre de secondes"),
    ({"DEFAULT_FROM_EMAIL": "Relais"}, "DEFAULT_FROM_EMAIL : il faut une adresse"),
    ({"DEFAULT_FROM_EMAIL": "Relais <x@relais.example.fr>"}, "DEFAULT_FROM_EMAIL : relais.example.fr est un exemple"),
    ({"DEBUG": "true"}, "DEBUG est interdit en production"),
    ({"EMAIL_PROVIDER": "brevo"}, "EMAIL_PROVIDER sans EMAIL_WEBHOOK_SECRET"),
    *(
        ({"CLAMD_URL": url}, "formes possibles : tcp://hôte:3310, unix:///chemin/clamd.sock")
        for url in ("clamav:3310", "tcp://clamav", "tcp://clamav:99999", "unix://", "http://clamav:3310")
    ),
    ({"LOG_FORMAT": "xml"}, "LOG_FORMAT vaut « xml » ; valeurs possibles : json, line."),
    ({"METRICS_TOKEN": "court"}, "METRICS_TOKEN est trop court : 32 caractères tirés au hasard au moins."),
    ({"SENTRY_DSN": "https://erreurs.example.fr"}, "forme attendue : https://clé@hôte/numéro."),
    ({"RELAIS_MODE": "prod"}, "« prod » ; valeurs possibles : production, demo, development, test"),
]


def test_files_are_on_the_disk_or_in_a_bucket_that_is_named_whole():
    storage = "STORAGES['default']['BACKEND']"
    said = {"S3_BUCKET": "pieces", "S3_ENDPOINT": "https://s3.test", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b"}
    assert read_settings(storage, **COMPLETE) == ["'cases.disk_store.PrivateDisk'"]
    assert read_settings(storage, **COMPLETE, **said) == ["'cases.file_store.PrivateBucket'"]


@pytest.mark.parametrize(("values", "words"), WRONG)
def test_production_refuses_in_words_what_is_wrong_and_repeats_no_secret(values, words):
    done = manage("check", **COMPLETE | values)

    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not re.search("short|changez|mot#de", done.stderr)


def test_all_that_is_wrong_is_said_at_once():
    done = manage("check", **COMPLETE | {"SECRET_KEY": "", "BASE_URL": "http://x", "EMAIL_URL": "x"})

    assert re.findall(r"^  ([A-Z_]+) : ", done.stderr, re.MULTILINE) == ["SECRET_KEY", "BASE_URL", "EMAIL_URL"]
