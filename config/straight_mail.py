"""E-mails of the installation itself: straight to the mail server, without queue, table or quiet hours."""

import socket
import ssl
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.timezone import now

from config.services.jobs import MAIL, record_job_run

CannotSend = (OSError, SMTPException)
"""What sending raises; smtplib’s own errors are of the first kind too."""


def send_straight(*, subject: str, body: str, to: str, connection: BaseEmailBackend) -> None:
    headers = {"Auto-Submitted": "auto-generated"}
    EmailMessage(subject=subject, body=body, to=[to], headers=headers, connection=connection).send()
    record_job_run(MAIL, at=now())


def explain_failure(error: Exception) -> str:
    """What happened and what to do, with the server’s code; never its words, in which it quotes addresses."""
    if isinstance(error, SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), 0)
        return (
            f"Le serveur d’envoi refuse votre adresse (code {code}). La vérifier, ou demander à qui gère ce serveur."
        )
    if isinstance(error, SMTPResponseException):
        said, to_do = next((words for kind, words in REFUSALS if isinstance(error, kind)), REFUSED)
        return f"Le serveur d’envoi {said} (code {error.smtp_code}). {to_do}"
    # smtplib says that the line was cut, whether it was or the answer did not come in time.
    cause = error.__context__ if isinstance(error.__context__, TimeoutError) else error
    words = next((words for kind, words in SILENCES if isinstance(cause, kind)), UNREACHABLE)
    return words.format(server=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}", seconds=settings.EMAIL_TIMEOUT)


REFUSALS: tuple[tuple[type[Exception], tuple[str, str]], ...] = (
    (SMTPAuthenticationError, ("refuse l’identifiant ou le mot de passe", "Les corriger dans EMAIL_URL.")),
    (SMTPSenderRefused, ("refuse l’expéditeur", "Corriger DEFAULT_FROM_EMAIL.")),
    (SMTPDataError, ("refuse le message", "Demander pourquoi à qui gère ce serveur.")),
)
REFUSED = ("refuse", "Demander pourquoi à qui gère ce serveur.")
SILENCES: tuple[tuple[type[Exception], str], ...] = (
    (
        TimeoutError,
        "Le serveur d’envoi {server} ne répond pas en {seconds} secondes. Vérifier l’adresse, le port et le pare-feu.",
    ),
    (ssl.SSLError, "La connexion chiffrée avec {server} échoue. Vérifier EMAIL_URL : smtp+tls (587), smtp+ssl (465)."),
    (socket.gaierror, "Le nom du serveur d’envoi, {server}, est inconnu. Le corriger dans EMAIL_URL."),
    (SMTPNotSupportedError, "Le serveur {server} ne sait pas faire ce que demande EMAIL_URL : en changer la forme."),
    (SMTPException, "Le serveur d’envoi {server} a coupé la conversation. Réessayer ; sinon demander à qui le gère."),
)
UNREACHABLE = "Le serveur d’envoi {server} n’est pas joignable. Vérifier EMAIL_URL, et que ce serveur tourne."
