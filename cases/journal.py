"""The journal: one line for each act, written in the act’s own transaction, heard by whoever tells people.

Kinds are registered by the app that writes them, with the words of the timeline. The data of a line holds ids
and codes only; words are looked up when the line is shown.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

from cases.models import Case, JournalEntry, Structure, User

journal_recorded = Signal()
"""The project’s one signal: sent on commit, so that the worker looks at the outbox at once. A sweep looks anyway."""

KINDS: dict[str, str] = {}
TOLD_KINDS: set[str] = set()
"""Those of which somebody is told: `notifications.told` says who, in which words."""


def register_kinds(*, told: Mapping[str, str], silent: Mapping[str, str]) -> None:
    """Add kinds (code → French words). A code is stored in rows: it never changes its meaning.

    What is silent is written in the timeline, and told to nobody.
    """
    for code, words in {**told, **silent}.items():
        if KINDS.get(code, words) != words:
            raise ValueError(f"journal kind {code} has two meanings")
        KINDS[code] = words
    TOLD_KINDS.update(told)


def record(
    kind: str,
    *,
    at: datetime,
    case: Case | None = None,
    by: User | None = None,
    structure: Structure | None = None,
    cause: JournalEntry | None = None,
    **data: Any,
) -> JournalEntry:
    """Write the line of an act and its outbox row. Must run inside the act’s transaction.

    `data` holds ids and codes, never a name, an amount of a person or a free text.
    """
    if kind not in KINDS:
        raise ValueError(f"unregistered journal kind {kind}")
    entry = JournalEntry(kind=kind, case=case, actor=by, structure=structure, happened_at=at, data=data, cause=cause)
    _write_with_outbox(entry)
    _tell_on_commit()
    return entry


LINE = """
WITH line AS (
  INSERT INTO cases_journalentry (kind, case_id, actor_id, structure_id, happened_at, data, cause_id)
  VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id, act
), outbox AS (
  INSERT INTO cases_outbox (entry_id) SELECT id FROM line
)
SELECT id, act FROM line
"""


def _write_with_outbox(entry: JournalEntry) -> None:
    """Both rows in one statement: every act writes several lines."""
    connection = transaction.get_connection()
    data = JournalEntry._meta.get_field("data").get_db_prep_save(entry.data, connection)  # noqa: SLF001
    of_whom = [entry.case_id, entry.actor_id, entry.structure_id]
    with connection.cursor() as cursor:
        cursor.execute(LINE, [entry.kind, *of_whom, entry.happened_at, data, entry.cause_id])
        [(entry.pk, entry.act)] = cursor.fetchall()
    entry._state.adding, entry._state.db = False, connection.alias  # noqa: SLF001


LINES = """
line AS (
  INSERT INTO cases_journalentry (kind, case_id, structure_id, happened_at, data)
  SELECT %(kind)s, l.case_id, l.structure_id, %(at)s, l.data FROM lines l
  RETURNING id
), outbox AS (
  INSERT INTO cases_outbox (entry_id) SELECT id FROM line
)
"""
"""For the WITH of a statement that does something many times: a line for each row of its query `lines`."""


def record_lines(kind: str, sql: str, *, at: datetime, **params: object) -> int:
    """Run a statement of which `LINES` is a part: the acts and their lines, in nobody’s name, are written together.

    `lines` gives `case_id`, `structure_id` and `data`, that holds ids and codes as in `record`. The statement ends by
    counting them. Returns how many.
    """
    if kind not in KINDS:
        raise ValueError(f"unregistered journal kind {kind}")
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(sql, {"kind": kind, "at": at, **params})
        [(count,)] = cursor.fetchall()
    if count:
        _tell_on_commit()
    return int(count)


MANY = """
WITH acts AS MATERIALIZED (
  SELECT number, uuidv7() AS act FROM generate_series(0, %(count)s - 1) number
), line AS (
  INSERT INTO cases_journalentry (kind, case_id, actor_id, structure_id, happened_at, data, act)
  SELECT said.kind, said.case_id, %(actor)s, said.structure_id, %(at)s, said.data, acts.act
  FROM unnest(%(kinds)s::text[], %(cases)s::bigint[], %(structures)s::bigint[], %(data)s::jsonb[], %(acts)s::int[])
    WITH ORDINALITY AS said (kind, case_id, structure_id, data, number, place)
  JOIN acts USING (number)
  ORDER BY said.place RETURNING id, act
), outbox AS (
  INSERT INTO cases_outbox (entry_id) SELECT id FROM line ORDER BY id
)
SELECT id, act FROM line ORDER BY id
"""


class JournalLine(NamedTuple):
    """One line of many. `data` holds ids and codes only, as in `record`."""

    kind: str
    data: Mapping[str, object]
    case: int | None = None
    structure: int | None = None


class LastLine(NamedTuple):
    """Of an act among many: the id of its last line, and what joins its lines to what they changed."""

    pk: int
    act: UUID


def record_acts(acts: Sequence[Sequence[JournalLine]], *, at: datetime, by: User | None = None) -> list[LastLine]:
    """As `record` of the lines of each of these acts, in their order, each act as if it were done alone: no two are of one
    transaction. One statement."""
    numbered = [(number, line) for number, lines in enumerate(acts) for line in lines]
    if unknown := {line.kind for _, line in numbered} - KINDS.keys():
        raise ValueError(f"unregistered journal kinds {unknown}")
    params = {
        "count": len(acts),
        "actor": by.pk if by else None,
        "at": at,
        "kinds": [line.kind for _, line in numbered],
        "cases": [line.case for _, line in numbered],
        "structures": [line.structure for _, line in numbered],
        "data": [json.dumps(line.data) for _, line in numbered],
        "acts": [number for number, _ in numbered],
    }
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(MANY, params)
        written = [LastLine(pk, act) for pk, act in cursor.fetchall()]
    if written:
        _tell_on_commit()
    last = {number: line for (number, _), line in zip(numbered, written, strict=True)}
    return [last[number] for number in range(len(acts))]


def go_on_with_act(act: UUID) -> None:
    """What follows in this transaction is of that act, of which `record_acts` wrote the first lines."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT set_config('relais.act', %s, true)", [str(act)])


def _tell_on_commit() -> None:
    """Once a transaction, however many lines it writes: an import would wake the worker thousands of times."""
    waiting = transaction.get_connection().run_on_commit
    if not waiting or waiting[-1][1] is not _send_journal_recorded:
        transaction.on_commit(_send_journal_recorded, robust=True)


def _send_journal_recorded() -> None:
    journal_recorded.send(sender=JournalEntry)


register_kinds(
    told={
        "case.reopened": "a rouvert le dossier",
        "case.made_urgent": "a signalé une urgence",
        "sharing.started": "a ouvert l’accès à une structure",
        "sharing.changed": "a changé l’accès d’une structure",
        "sharing.ended": "a mis fin à l’accès d’une structure",
        "person.rectified": "a corrigé la fiche, à la demande de la personne",
        "processing.restricted": "a limité le traitement du dossier, à la demande de la personne",
        "processing.resumed": "a levé la limitation du traitement du dossier",
        "sharing.objected": "a mis fin à un partage auquel la personne s’oppose, et détruit les observations, pièces et listes de la structure",
        "sharing.objected_kept": "a mis fin à un partage auquel la personne s’oppose ; ce que la structure en garde sera détruit à la levée du gel ou de la limitation",
        "sharing.asked": "a demandé un partage",
        "sharing.accepted": "a accepté une demande de partage",
        "sharing.declined": "a décliné une demande de partage",
        "professional.assigned": "a nommé le professionnel responsable",
        "professional.released": "a mis fin à l’affectation d’un professionnel",
        "absence.declared": "a déclaré une absence",
        "absence.changed": "a changé les jours d’une absence",
        "absence.ended": "a mis fin à une absence",
        "absence.cancelled": "a annulé une absence avant son premier jour",
        "capacity.suspended": "a suspendu les nouvelles situations de sa structure",
        "capacity.changed": "a changé la durée de la suspension de capacité",
        "capacity.resumed": "a rouvert la capacité de sa structure",
        "membership.started": "a rattaché un professionnel à une structure",
        "membership.ended": "a mis fin au rattachement d’un professionnel",
        "membership.changed": "a changé le rôle d’un professionnel",
        "membership.prolonged": "a prolongé le rattachement d’un professionnel",
        "address.failing": "l’adresse de courriel d’un professionnel est en échec",
        "invitation.sent": "a invité un professionnel",
        "nomination.asked": "a proposé une nomination",
        "proconnect.bound": "a lié un compte à une identité ProConnect",
        "proconnect.asked": "une personne que personne n’a invitée s’est présentée par ProConnect",
        "search.bounded": "a retrouvé en un jour autant de ménages suivis ailleurs qu’il est permis",
        "retention.near": "des dossiers sont bientôt à archiver ou à anonymiser",
        "retention.proposed": "a établi ce qui est à archiver ou à anonymiser",
        "person.merged": "a réuni deux fiches d’un même bénéficiaire",
        "person.unmerged": "a défait la réunion de deux fiches",
        "household.merged": "a réuni deux ménages",
        "household.unmerged": "a défait la réunion de deux ménages",
        "tenancy.ended": "dit que le ménage a quitté ce logement",
        "question.asked": "a posé une question à l’organisme",
        "question.answered": "a répondu à une question, pour l’organisme",
        "question.answer_noted": "a noté la réponse de l’organisme à une question",
        "cause.alerted": "un même motif de trop-perçu revient chez un organisme",
        "law.amount_due": "un montant de l’année n’est pas saisi",
        "deadline.missed": "une échéance est dépassée",
        "deadline.unanswered": "sans réponse dans le délai : le silence vaut décision",
        "contact.attempted": "a tenté de joindre le ménage",
        "appointment.made": "a fixé un rendez-vous",
        "appointment.given": "a repris le rendez-vous d’un collègue",
        "appointment.moved": "a reporté le rendez-vous",
        "appointment.cancelled": "a annulé le rendez-vous",
        "plan.proposed": "a proposé un plan d’apurement",
        "plan.answered": "a répondu au plan d’apurement",
        "document.added": "a ajouté une pièce",
        "document.infected": "une pièce contenait un programme dangereux : son fichier est supprimé",
        "referent.proposed": "a proposé un référent",
        "referent.declined": "a décliné d’être référent",
        "referent.change_asked": "a noté que la personne demande à changer de référent",
        "referents.handed_over": "a transféré des personnes suivies à des collègues",
        "referents.taken_back": "a défait un transfert de personnes suivies",
        "place.vacant": "une place est à pourvoir",
        "place.opposed": "a mis fin à une place de référent : la personne s’oppose au partage",
        "coordinator.proposed": "a proposé un coordinateur",
        "coordinator.declined": "a décliné de coordonner",
        "coordinator.to_choose": "aucune règle ne désigne le coordinateur : le pilote décide",
        "coordination.united": "a réuni le suivi de deux fiches d’une même personne",
        "coordination.objected": "a noté que la personne s’oppose à la coordination",
    },
    silent={
        "case.opened": "a ouvert le dossier",
        "case.closed": "a clos le dossier",
        "case.later_told": "a dit ce qu’est devenu le ménage après la clôture",
        "case.made_ordinary": "a levé l’urgence",
        "installation.described": "a changé le nom, les contacts ou les mentions légales de l’installation",
        "controller.said": "a dit le responsable de traitement d’une structure",
        "law.checked": "a vérifié une règle avec son texte",
        "basis.recorded": "a enregistré le fondement de ce que transmet une structure",
        "hours.said": "a dit l’accueil et les horaires d’une structure",
        "structure.added": "a ajouté une structure partenaire",
        "organisation.renamed": "a changé le nom d’une organisation",
        "structure.corrected": "a corrigé le nom ou les coordonnées d’une structure",
        "territory.added": "a ajouté un territoire",
        "territory.corrected": "a corrigé le nom d’un territoire",
        "territory.ended": "a mis fin à un territoire",
        "structure.ended": "a mis fin à la participation d’une structure",
        "structure.taken_up": "a remis une structure en service",
        "structure.asked": "a sollicité une structure",
        "sharing.withdrawn": "a retiré sa demande de partage",
        "substitute.named": "a confié le suivi à un remplaçant",
        "substitute.dated": "a changé les jours d’un remplacement",
        "substitute.released": "a mis fin à un remplacement",
        "closure.added": "a déclaré une fermeture de sa structure",
        "closure.removed": "a retiré une fermeture de sa structure",
        "address.retried": "a demandé de réessayer l’adresse d’un professionnel",
        "invitation.withdrawn": "a retiré une invitation",
        "invitation.declined": "a décliné une invitation",
        "account.closed": "compte fermé : plus aucun rattachement",
        "account.reopened": "a rouvert le compte d’un professionnel",
        "nomination.confirmed": "a confirmé une nomination",
        "nomination.withdrawn": "a retiré une nomination",
        "establishment.admitted": "a admis un établissement pour ProConnect",
        "establishment.withdrawn": "n’admet plus un établissement pour ProConnect",
        "proconnect.accepted": "a accepté une demande d’accès",
        "proconnect.declined": "a refusé une demande d’accès",
        "case.archived": "a mis le dossier en archive restreinte",
        "case.anonymised": "a anonymisé le dossier",
        "person_file.asked": "a relu le dossier à remettre à la personne",
        "archive.opened": "a ouvert un dossier en archive restreinte",
        "hold.put": "a gelé la conservation du dossier",
        "hold.lifted": "a levé le gel de conservation du dossier",
        "sharing.kept_destroyed": "a détruit ce qui était gardé d’un partage auquel la personne s’est opposée",
        "retention.limited": "a fixé une durée de conservation",
        "retention.approved": "a approuvé l’archivage et l’anonymisation",
        "retention.dropped": "a abandonné un passage de conservation",
        "retention.ended": "le passage de conservation est terminé",
        "person.recorded": "a enregistré un bénéficiaire",
        "person.corrected": "a corrigé l’identité d’un bénéficiaire",
        "person.protected": "a enregistré la mesure de protection d’une personne",
        "person.protection_corrected": "a corrigé la mesure de protection d’une personne",
        "person.protection_ended": "a noté la fin de la mesure de protection d’une personne",
        "lease.left": "a noté le départ d’un locataire du bail",
        "lease.departure_withdrawn": "a retiré le départ d’un locataire, noté par erreur",
        "lease.shared": "a noté la part d’un locataire dans la dette",
        "lease.share_withdrawn": "a retiré la part d’un locataire dans la dette",
        "person.told_apart": "a reconnu deux personnes différentes",
        "member.placed": "a indiqué la place d’une personne dans le ménage",
        "member.left": "a noté le départ d’une personne du ménage",
        "tenancy.recorded": "a enregistré le bail",
        "tenancy.updated": "a mis à jour le bail",
        "fact.recorded": "a renseigné un fait du ménage",
        "statement.recorded": "a relevé le solde de la dette",
        "notice.recorded": "a saisi une notification de trop-perçu",
        "notice.checked": "a vérifié la notification",
        "notice.check_corrected": "a corrigé la vérification de la notification",
        "line.fraud_corrected": "a corrigé ce qui est dit d’une fraude sur une ligne",
        "line.withholding_checked": "a comparé une retenue avec le barème",
        "line.closed": "a clos une ligne de trop-perçu",
        "question.withdrawn": "a retiré une question à l’organisme",
        "cause.letter_written": "a préparé un courrier sur un motif qui revient",
        "cause.letter_sent": "a envoyé à l’organisme un courrier sur un motif qui revient",
        "milestone.recorded": "a enregistré un fait daté",
        "milestone.withdrawn": "a retiré un fait daté",
        "note.written": "a écrit une observation",
        "label.created": "a créé une étiquette de sa structure",
        "label.renamed": "a renommé une étiquette de sa structure",
        "label.retired": "a retiré une étiquette de sa structure",
        "label.put": "a posé une étiquette de sa structure",
        "label.taken_off": "a ôté une étiquette de sa structure",
        "person.informed": "a informé la personne",
        "appointment.kept": "a noté le rendez-vous honoré",
        "appointment.missed": "a noté le rendez-vous non honoré",
        "appointment.taken_back": "a retiré le résultat d’un rendez-vous, noté par erreur",
        "diagnosis.begun": "a commencé le diagnostic",
        "diagnosis.made": "a établi le diagnostic",
        "diagnosis.dropped": "a abandonné le diagnostic commencé",
        "measure.decided": "a retenu une mesure",
        "measure.updated": "a mis à jour une mesure",
        "plan.checked": "a vérifié une mensualité",
        "plan.check_taken_back": "a retiré la vérification d’une mensualité, notée par erreur",
        "plan.ended": "a mis fin au plan d’apurement",
        "plan.resumed": "a remis en cours le plan d’apurement",
        "movement.recorded": "a enregistré un mouvement de la dette",
        "movement.corrected": "a corrigé un mouvement de la dette",
        "rent.recorded": "a indiqué si le loyer courant est payé",
        "debt.checked": "a vérifié la dette réclamée",
        "family_page.opened": "a ouvert la page de la famille de sa structure",
        "family_page.closed": "a fermé la page de la famille de sa structure",
        "family_code.made": "a remis une fiche avec un code",
        "family_code.ended": "le code d’une fiche ne s’ouvre plus",
        "letter.made": "a préparé un courrier",
        "letter.sent": "a envoyé un courrier",
        "note.rewritten": "a repris une observation",
        "letter.taken_back": "a retiré l’envoi d’un courrier, noté par erreur",
        "letter.returned": "a noté qu’un courrier est revenu",
        "contact.taken_back": "a retiré une tentative de contact, notée par erreur",
        "document.voided": "a retiré une pièce",
        "subject_request.recorded": "a enregistré la demande d’une personne sur ses données",
        "subject_request.extended": "a prolongé le délai de réponse à la demande d’une personne",
        "subject_request.answered": "a noté la réponse à la demande d’une personne",
        "subject_request.withdrawn": "a classé sans suite la demande d’une personne",
        "referent.accepted": "a accepté d’être référent",
        "referent.withdrawn": "a retiré une proposition de référent",
        "referent.informed": "a informé la personne de son référent",
        "referent.reviewed": "a fait le point avec la personne",
        "referent.ended": "a mis fin au suivi d’un référent",
        "place.filled": "une place n’est plus à pourvoir",
        "place.given_up": "a renoncé à pourvoir une place de référent",
        "coordinator.accepted": "a accepté de coordonner",
        "coordinator.agreed": "a recueilli l’accord de la personne sur la coordination",
        "coordinator.ended": "fin de la coordination",
        "coordinator.resumed": "la coordination reprend comme avant",
        "referent.carried_over": "suit la personne sur la fiche réunie",
        "legal_referent.recorded": "a noté le référent unique de la personne",
        "coordination.allowed": "a noté que la personne ne s’oppose plus à la coordination",
        "landlord.nature_corrected": "a corrigé la nature juridique ou le parc d’un bailleur",
        "landlord.settings_changed": "a changé les réglages du bailleur",
        "edition.drafted": "a ouvert un brouillon de règles",
        "edition.dropped": "a abandonné un brouillon de règles",
        "edition.published": "a publié une édition",
        "edition.withdrawn": "a retiré une édition à venir",
    },
)
