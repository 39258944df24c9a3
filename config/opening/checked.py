"""What the machine checks by itself before data on real people is entered. Each function only reads."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate

from cases import antivirus
from cases.actions.retention.limits import find_unconfirmed
from cases.models import CLAIMANT_KINDS, BackupRun, Installation, Membership, Role, Structure, Territory, User
from config.accounts.factors import OBLIGED
from config.accounts.models import CodeGenerator, Passkey
from config.database_roles import APPEND_ONLY, READ_ONLY
from config.models import JobRun
from config.opening.condition import Doer, OpeningCondition, build
from config.opening.models import SealCheck
from config.services.items import Level, count_in_words, duration_in_words
from config.services.jobs import MAIL, find_administrators, read_jobs
from config.services.servers import read_scanner
from config.services.waiting import read_waiting
from workflows.queries.controllers import find_controllers

Near = frozenset[str]
"""Territories whose structures may be named to the reader."""
BACKED_UP_WITHIN = timedelta(hours=26)
SEALED_WITHIN = timedelta(hours=26)
SEALED_UNTIL = timedelta(days=2)
"""Before today: the seal of yesterday comes in the night, by a clock that may have been started at any hour."""
MAILED_WITHIN = timedelta(days=7)
FEWEST_ADMINISTRATORS = 2
NAMED = 3
"""Names that a sentence holds."""


def _name(structures: Iterable[Structure], near: Near) -> str:
    """« A, B et 2 autres »; of territories that are not the reader’s, a number alone."""
    all_of_them = list(structures)
    names = sorted({each.name for each in all_of_them if each.territory in near})[:NAMED]
    others = len(all_of_them) - len(names)
    if not names:
        return count_in_words(others, "structure", "structures")
    return ", ".join(names) + (f" et {count_in_words(others, 'autre', 'autres')}" if others else "")


def check_production(at: datetime, near: Near) -> OpeningCondition:
    proof = settings.PROOF_LASTS is not None and settings.SECOND_FACTOR_REQUIRED
    fault = "" if settings.PRODUCTION and not settings.DEBUG else f"Elle tourne en mode « {settings.MODE} »."
    if not fault and not proof:
        fault = "Le second facteur, ou la preuve renouvelée avant les actes sensibles, n’est pas demandé."
    return build(
        "production",
        "L’installation tourne en production",
        fault,
        well="Second facteur, preuve renouvelée et durées de session y sont imposés.",
        advice="L’installer selon le guide de déploiement (RELAIS_MODE=production). Une démonstration garde toujours son bandeau.",
        doer=Doer.SERVER,
    )


def check_factors(at: datetime, near: Near) -> OpeningCondition:
    """Of whoever holds a privileged role today, or the technical administration."""
    today = localdate(at)
    held = Membership.objects.active(today).filter(user=OuterRef("pk"), role__in=OBLIGED)
    generators, keys = CodeGenerator.objects.filter(user=OuterRef("pk")), Passkey.objects.filter(user=OuterRef("pk"))
    privileged = Q(Exists(held)) | Q(is_staff=True) | Q(is_superuser=True)
    lacking = User.objects.filter(privileged, ~Exists(generators), ~Exists(keys), is_active=True)
    count = lacking.count()
    theirs = Membership.objects.active(today).filter(user__in=lacking, role__in=OBLIGED)
    where = (
        [_name(structures, near)]
        if (structures := Structure.objects.filter(pk__in=theirs.values("structure")))
        else []
    )
    if lacking.exclude(pk__in=theirs.values("user")).exists():
        where.append("administration technique")
    said = count_in_words(count, "compte privilégié n’en a pas", "comptes privilégiés n’en ont pas")
    return build(
        "factors",
        "Chaque compte privilégié a un second facteur",
        f"{said} : {' et '.join(where)}." if count else "",
        well="Responsables, pilotes, délégués et administrateurs en ont tous un.",
        advice="Leur demander de se connecter : Relais le leur fait ajouter. Sinon, mettre fin à leur rôle.",
        address=reverse("administration"),
        action="Voir qui tient quoi",
    )


def check_administrators(at: datetime, near: Near) -> OpeningCondition:
    reached = [user for user in find_administrators(at) if user.failing_email != user.email]
    fault = (
        f"{count_in_words(len(reached), 'administrateur joignable', 'administrateurs joignables')}."
        if len(reached) < FEWEST_ADMINISTRATORS
        else ""
    )
    return build(
        "administrators",
        "Deux administrateurs au moins reçoivent les alertes",
        fault,
        well=f"{len(reached)} administrateurs joignables.",
        advice="En nommer un second, et corriger l’adresse de ceux qui ne reçoivent rien.",
        address=reverse("nominate"),
        action="Nommer",
    )


def check_officers(at: datetime, near: Near) -> OpeningCondition:
    """A person who holds the role in each territory: he reads the traces and answers to people."""
    held = Membership.objects.active(localdate(at)).filter(role=Role.DPO, user__is_active=True)
    held = held.exclude(structure__kind__in=CLAIMANT_KINDS)
    without = Territory.objects.in_service().exclude(code__in=held.values("structure__territory"))
    names = ", ".join(territory.name for territory in without)
    return build(
        "officers",
        "Un délégué à la protection des données est nommé dans chaque territoire",
        f"Aucun délégué : {names}." if names else "",
        well="Chaque territoire a le sien.",
        advice="Le nommer, à deux administrateurs.",
        address=f"{reverse('nominate')}?role={Role.DPO.value}",
        action="Nommer un délégué",
    )


def check_controllers(at: datetime, near: Near) -> OpeningCondition:
    active = Territory.objects.in_service().values("code")
    shown = find_controllers(Structure.objects.filter(territory__in=active))
    missing = [
        each.structure
        for each in shown
        if not (each.controller.pk and each.controller.is_reachable)
        or not (each.controller.address or each.controller.email)
    ]
    own = [each for each in missing if each.territory in near]
    return build(
        "controllers",
        "Chaque structure a son responsable de traitement et son délégué, joignables",
        f"Il manque ceux de : {_name(missing, near)}." if missing else "",
        well=f"{count_in_words(len(shown), 'responsable de traitement nommé', 'responsables de traitement nommés')}.",
        advice="Dire l’organisme, où lui écrire, et où écrire à son délégué.",
        address=reverse("controller", args=[own[0].code]) if own else reverse("structures"),
        action="Compléter",
    )


def check_legal_notices(at: datetime, near: Near) -> OpeningCondition:
    missing = Installation.read().missing
    return build(
        "legal_notices",
        "Les mentions légales et les contacts sont complets",
        f"Il manque {', '.join(missing)}." if missing else "",
        well="Éditeur, hébergeur, aide et accessibilité sont dits.",
        advice="Les compléter.",
        address=reverse("installation"),
        action="Compléter",
    )


def check_limits(at: datetime, near: Near) -> OpeningCondition:
    territories = list(Territory.objects.in_service())
    unconfirmed = find_unconfirmed([territory.code for territory in territories])
    said = [
        f"{count_in_words(len(kinds), 'durée à confirmer', 'durées à confirmer')} ({territory.name})"
        for territory in territories
        if (kinds := unconfirmed[territory.code])
    ]
    return build(
        "limits",
        "Les durées de conservation sont confirmées par les délégués",
        f"{', '.join(said)}." if said else "",
        well="Aucune durée n’est « à vérifier ».",
        advice="Relire chaque durée, puis la confirmer ou la changer, avec sa justification.",
        doer=Doer.OFFICER,
        address=reverse("retention"),
        action="Confirmer les durées",
    )


def check_scanner(at: datetime, near: Near) -> OpeningCondition:
    item = read_scanner(at)
    is_well = antivirus.is_configured() and item.level == Level.GOOD
    return build(
        "scanner",
        "Un antivirus vérifie les pièces",
        "" if is_well else item.words,
        well=item.words,
        advice=item.advice or "Installer clamd et renseigner CLAMD_URL dans .env (guide de déploiement).",
        doer=Doer.SERVER,
        address=reverse("services"),
        action="État des services",
    )


def check_backup(at: datetime, near: Near) -> OpeningCondition:
    """The last good one: it may not be enough that an older one was verified."""
    good = BackupRun.objects.filter(fault="").first()
    if good is None:
        fault = "Aucune sauvegarde à ce jour."
    elif at - good.ended_at > BACKED_UP_WITHIN:
        fault = f"La dernière réussie date d’il y a {duration_in_words(at - good.ended_at)}."
    elif not good.is_encrypted:
        fault = "La dernière n’est pas chiffrée."
    else:
        fault = "" if good.is_verified else "La dernière n’a pas été rétablie pour essai."
    said = duration_in_words(at - good.ended_at) if good else ""
    return build(
        "backup",
        "La sauvegarde est récente, chiffrée et vérifiée",
        fault,
        well=f"Faite il y a {said}, chiffrée, rétablie pour essai.",
        advice="Sur le serveur : BACKUP_RECIPIENTS renseigné, puis scripts/backup.sh --verify DOSSIER, chaque nuit.",
        doer=Doer.SERVER,
        address=reverse("services"),
        action="État des services",
    )


RIGHTS = """
    SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
        OR has_schema_privilege('public', 'CREATE') OR has_database_privilege(current_database(), 'CREATE')
        OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE')),
        EXISTS (SELECT FROM unnest(%s::text[]) AS t(name) WHERE has_table_privilege(t.name, 'UPDATE, DELETE, TRUNCATE')),
        EXISTS (SELECT FROM unnest(%s::text[]) AS t(name) WHERE has_table_privilege(t.name, 'INSERT, UPDATE, DELETE'))
    FROM pg_roles WHERE rolname = current_user
"""


def check_database_role(at: datetime, near: Near) -> OpeningCondition:
    """Of the very role that serves this page."""
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, [list(APPEND_ONLY), list(READ_ONLY)])
        [(changes_tables, rewrites, writes_seals)] = cursor.fetchall()
    if changes_tables:
        fault = "Le rôle des pages peut changer les tables."
    else:
        fault = "Le rôle des pages peut réécrire le journal ou les traces." if rewrites or writes_seals else ""
    return build(
        "database_role",
        "Le rôle de l’application ne change ni les tables ni les traces",
        fault,
        well="Ni propriétaire ni administrateur de la base ; le journal et les traces ne font que s’allonger.",
        advice="Sur le serveur : DATABASE_URL de l’application, puis manage.py grant_database_roles en propriétaire.",
        doer=Doer.SERVER,
    )


def check_seals(at: datetime, near: Near) -> OpeningCondition:
    last = SealCheck.objects.first()
    if last is None or last.last_day is None:
        fault = "Aucun jour n’est scellé et vérifié."
    elif last.fault:
        fault = f"Les traces ne sont plus ce qui a été scellé : {last.fault}."
    elif at - last.checked_at > SEALED_WITHIN:
        fault = f"La dernière vérification date d’il y a {duration_in_words(at - last.checked_at)}."
    else:
        is_late = last.last_day < localdate(at) - SEALED_UNTIL
        fault = f"Aucun sceau depuis celui du {last.last_day:%d/%m/%Y}." if is_late else ""
    said = f"{last.days} jours scellés, jusqu’au {last.last_day:%d/%m/%Y}." if last and last.last_day else ""
    return build(
        "seals",
        "Les traces scellées sont vérifiées chaque jour",
        fault,
        well=said,
        advice="Sur le serveur : docker compose up -d --wait upkeep ; puis manage.py verify_traces, et ce qu’il dit.",
        doer=Doer.SERVER,
        address=reverse("services"),
        action="État des services",
    )


def check_mail(at: datetime, near: Near) -> OpeningCondition:
    """The server took one lately, and nothing waits for it."""
    taken = JobRun.objects.filter(name=MAIL, ended_at__gt=at - MAILED_WITHIN).exists()
    stuck = ""
    if apps.is_installed("notifications"):
        from notifications.models import Delivery

        taken = taken or Delivery.objects.filter(sent_at__gt=at - MAILED_WITHIN).exists()
        item = next(each for each in read_waiting(at) if each.code == "mail")
        stuck = "" if item.level == Level.GOOD else item.words
    return build(
        "mail",
        "Les courriels partent",
        stuck or ("" if taken else "Aucun courriel n’a été pris par le serveur d’envoi depuis une semaine."),
        well="Le serveur d’envoi en a pris cette semaine, et rien n’attend.",
        advice="Envoyer un courriel d’essai : la page dit ce que répond le serveur.",
        address=reverse("services"),
        action="Essayer les courriels",
    )


NOT_OF_BEAT = frozenset({"backup", "version"})


def check_jobs(at: datetime, near: Near) -> OpeningCondition:
    """The tick, what is done each day, and the watch that tells administrators."""
    late = [item for item in read_jobs(at) if item.code not in NOT_OF_BEAT and item.level != Level.GOOD]
    return build(
        "jobs",
        "Le battement, les travaux du jour et la veille tournent",
        " ".join(f"{item.name} : {item.words}" for item in late),
        well="Délais, notifications, ménage et alertes se font.",
        advice=late[0].advice if late else "",
        doer=Doer.SERVER,
        address=reverse("services"),
        action="État des services",
    )


Check = Callable[[datetime, Near], OpeningCondition]
CHECKS: tuple[Check, ...] = (
    check_production,
    check_factors,
    check_administrators,
    check_officers,
    check_controllers,
    check_legal_notices,
    check_limits,
    check_scanner,
    check_backup,
    check_database_role,
    check_seals,
    check_mail,
    check_jobs,
)
