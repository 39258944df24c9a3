"""The one settings file. Everything that differs between two installations comes from the environment.

RELAIS_MODE is `production` unless said otherwise: then secrets and addresses must be given, or nothing starts.
"""

import importlib.util
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import embedded, logs
from config.databases import read_databases
from config.environment import find_faults

# Lets forms, views and managers name their model in brackets at run time too.
django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# The mode

MODE = env.str("RELAIS_MODE", "production")
MODES = ("production", "demo", "development", "test")
if MODE not in MODES:
    raise ImproperlyConfigured(f"RELAIS_MODE vaut « {MODE} » ; valeurs possibles : {', '.join(MODES)}.")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"

if PRODUCTION and (faults := find_faults(os.environ)):
    raise ImproperlyConfigured(
        "Relais ne démarre pas. À corriger dans .env, ou dans l’environnement :\n"
        + "\n".join(f"  {fault}" for fault in faults)
    )

DEBUG = env.bool("DEBUG", MODE == "development")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG est interdit en production : il montrerait des données personnelles.")
SECRET_KEY = env.str("SECRET_KEY", "unsafe-key-for-development-and-tests-only-0123456789")
# Those it followed, the latest first: what they signed stays good until they are taken away (docs/deploiement.md).
SECRET_KEY_FALLBACKS = [key for key in env.list("SECRET_KEY_FALLBACKS", default=[]) if key]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env.str("BASE_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# What the screens are called here

RELAIS_BRAND = {
    "name": env.str("RELAIS_BRAND_NAME", "Relais"),
    "territory": env.str("RELAIS_BRAND_TERRITORY", "Grigny"),
    "contact": env.str("RELAIS_BRAND_CONTACT", ""),
}

# Where the source of the running version can be had (AGPL, section 13); the page « Nouveautés » leads there. A fork, or a
# version changed here, names its own.
SOURCE_URL = env.str("SOURCE_URL", "")

# Files of its own with which an installation begins, in place of those of `*/reference/` (docs/deploiement.md).
REFERENCE_FOLDER = env.str("REFERENCE_FOLDER", "")

# Applications

INSTALLED_APPS = [
    "config",
    "cases",
    "workflows",
    "notifications",
    "django_linear_migrations",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "guardian",
    "pgtrigger",
    "viewflow",
    "viewflow.workflow",
    # Never in production: its image holds neither.
    *([] if PRODUCTION else ["demo", "benchmarks"]),
]
FIRST_PARTY_APPS = {"cases", "config", "workflows", "notifications"}

MIDDLEWARE = [
    "config.observed.ObserveRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.refuse_nul.RefuseNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.accounts.gate.FollowSession",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.sign_in.SignInFirst",
    "config.accounts.gate.AccountGate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "demo.urls" if DEMO else "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.brand",
                "config.context.shell_context",
            ],
        },
    },
]

# Stock processes, queue and web interface of viewflow are not used: only its engine.
VIEWFLOW = {"AUTOREGISTER": False}

# Rights are granted to groups of a structure, never to an anonymous visitor.
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True

# Servers

DATABASES: dict[str, Any] = read_databases(env, seconds_kept=600 if PRODUCTION or DEMO else 0)
DATABASE_ROUTERS = ["cases.replica.ReplicaRouter"] if "replica" in DATABASES else []
DATABASE_REPLICA_MOST_SECONDS = env.int("DATABASE_REPLICA_MOST_SECONDS", 30)
REDIS_URL = env.str("REDIS_URL", embedded.redis_url())
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# The queue spells the address of a socket in its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_TIMEZONE = "Europe/Paris"
# Work is read from PostgreSQL and can be done twice: a killed worker's wake-up call simply comes back.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its queue as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A request that pokes the worker never waits for a queue that is down.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 10,
    "max_retries": 1,
    "interval_start": 0,
    "connect_retries_timeout": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "relais.tick",
        "schedule": timedelta(seconds=30),
        # A tick that waited longer is worth nothing: the next one does its work.
        "options": {"expires": 25},
    },
    "places": {"task": "workflows.check_places", "schedule": crontab(hour=6, minute=10)},
    "law": {"task": "workflows.check_law", "schedule": crontab(hour=6, minute=20)},
    "figures": {"task": "workflows.count_figures", "schedule": crontab(hour=5, minute=40)},
    "clearing": {"task": "relais.clear_expired", "schedule": crontab(hour=3, minute=25)},
    "seals": {"task": "relais.check_seals", "schedule": crontab(hour=4, minute=30)},
}

# People and sessions

AUTH_USER_MODEL = "cases.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
SESSION_ENGINE = "config.accounts.session_store"
# A message may quote what was typed, or name somebody: nothing of it stands in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Idle for half an hour, or open for ten hours: one signs in again, and finds what was typed.
SESSION_COOKIE_AGE = 30 * 60
SESSION_LASTS = timedelta(hours=10)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Managers, pilots, officers and administrators set one up at their first sign-in; others may.
SECOND_FACTOR_REQUIRED = PRODUCTION
# Rights, merges and exports are asked for by who has proved who he is since.
PROOF_LASTS = None if MODE in ("demo", "test") else timedelta(minutes=15)

# ProConnect, the sign-in of administrations (docs/deploiement.md). Without a client, its button is not shown.
PROCONNECT_ISSUER = env.str("PROCONNECT_ISSUER", "").rstrip("/")
PROCONNECT_CLIENT_ID = env.str("PROCONNECT_CLIENT_ID", "")
PROCONNECT_CLIENT_SECRET = env.str("PROCONNECT_CLIENT_SECRET", "")
PROCONNECT_ALGORITHM = env.str("PROCONNECT_ALGORITHM", "RS256")
PROCONNECT_TWO_FACTORS = env.bool("PROCONNECT_TWO_FACTORS", default=False)

# Five wrong passwords for one address from one place lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "config.sign_in.tried_email"
AXES_LOCKOUT_CALLABLE = "config.sign_in.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.sign_in.visitor_address"
AXES_VERBOSE = False

# Security

PROXY_COUNT = env.int("PROXY_COUNT", 1 if PRODUCTION else 0)
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", PRODUCTION)
# The container's health check asks without TLS.
SECURE_REDIRECT_EXEMPT = [r"^sante/(vivant|pret)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "relais_session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "relais_csrf"
CSRF_COOKIE_HTTPONLY = True
WHO_TYPED_COOKIE_NAME = "__Host-typed" if PRODUCTION else "relais_typed"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap draws its arrows and ticks by data: images in its style sheet.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Files

STATIC_URL = "/static/"
# Elsewhere the files are read where they are, nothing is collected.
STATIC_ROOT = env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")) if PRODUCTION else None
_bootstrap = importlib.util.find_spec("bootstrap")
if _bootstrap is None or not _bootstrap.submodule_search_locations:
    raise ImproperlyConfigured("Le paquet bootstrap-wrapper n’est pas installé.")
STATICFILES_DIRS: list[Any] = [
    BASE_DIR / "static",
    ("bootstrap", next(iter(_bootstrap.submodule_search_locations))),
]
# Files that people send are never served by address: a view checks the right to see each.
MEDIA_ROOT = env.str("MEDIA_ROOT", str(embedded.HOME / "media"))
MEDIA_URL = "/indisponible/"
# On several machines they are on a store that speaks the protocol of S3 (docs/plusieurs-machines.md). Empty: on this disk.
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT = env.str("S3_ENDPOINT", "").rstrip("/")
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", "")
S3_SECRET_KEY = env.str("S3_SECRET_KEY", "")
S3_REGION = env.str("S3_REGION", "us-east-1")
STORAGES = {
    "default": {"BACKEND": "cases.file_store.PrivateBucket" if S3_BUCKET else "cases.disk_store.PrivateDisk"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
        # Collected by root as the image is built, read by another user: not the modes of what people send (below).
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
# Pieces wait in quarantine until this scanner (clamd) finds them clean. Empty: nothing is scanned, nothing waits.
CLAMD_URL = env.str("CLAMD_URL", "")
_clamd = re.fullmatch(r"tcp://[^/\s]+:(\d{1,5})|unix:///\S+", CLAMD_URL)
if CLAMD_URL and not (_clamd and int(_clamd[1] or 0) < 65536):
    raise ImproperlyConfigured(
        f"CLAMD_URL vaut « {CLAMD_URL} » ; formes possibles : tcp://hôte:3310, unix:///chemin/clamd.sock."
    )
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A page sends two answers for each person of a portfolio, one for each item of a person’s file: thousands. Django’s thousand
# is from the time when many names could make reading them slow; ten thousand are read in some twenty milliseconds.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Mail: outside production it is written to files that the demonstration shows.

vars().update(env.email_url_config(env.str("EMAIL_URL", f"filemail:///{embedded.HOME / 'mail'}")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Relais <ne-pas-repondre@relais.invalid>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_SUBJECT_PREFIX = "[Relais] "
EMAIL_TIMEOUT = 10

# A provider may report later that an address does not exist: django-anymail reads what it posts.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", "")
ANYMAIL = {"WEBHOOK_SECRET": env.str("EMAIL_WEBHOOK_SECRET", "")}

# Language and time

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

# Seen from outside: metrics for whoever holds the token, errors reported to a server of the Sentry protocol.

METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured("METRICS_TOKEN est trop court : 32 caractères tirés au hasard au moins.")
SENTRY_DSN = env.str("SENTRY_DSN", "")
if SENTRY_DSN and not re.fullmatch(r"https?://\w+@[^/\s]+/\S*\d", SENTRY_DSN):
    raise ImproperlyConfigured("SENTRY_DSN ne se lit pas ; forme attendue : https://clé@hôte/numéro.")

# Journals of the machine: ids only, never a name, an address or an amount.

LOG_FORMAT = logs.chosen_format()
if LOG_FORMAT not in logs.FORMATS:
    raise ImproperlyConfigured(f"LOG_FORMAT vaut « {LOG_FORMAT} » ; valeurs possibles : {', '.join(logs.FORMATS)}.")
LOGGING_CONFIG = "config.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "logging.Formatter" if DEBUG else "config.logs.WithoutWords",
            "fmt": logs.LINE,
            "style": "{",
        },
        "json": {"()": "config.logs.JsonLine"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "errors": {"class": "config.errors.NoteErrors", "level": "ERROR"},
    },
    "root": {"handlers": ["console", "errors"], "level": env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO" if PRODUCTION else "WARNING", "propagate": True},
        # Robots ask for any host; each would be an error with its trace.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # It writes the e-mail address of whoever mistypes a password.
        "axes": {"level": "CRITICAL"},
    },
}

if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    AXES_ENABLED = False
    # A test may let hours pass.
    SESSION_COOKIE_AGE, SESSION_LASTS = 12 * 60 * 60, timedelta(hours=12)
    # Found when asked for: each client of a test would look through every folder of static files first.
    WHITENOISE_AUTOREFRESH = True
