"""The notification centre: what a person was told, in words addressed to him, and where it leads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_date

from cases import permissions
from cases.models import Absence, Beneficiary, Case, Deadline, JournalEntry, Question, Structure, User
from cases.queries import people_of
from cases.rules.parameters import read_moment, read_number
from cases.templatetags.relais import days_until, short_date
from notifications.models import Notice, Reminder
from notifications.reminder_rules import Anchor, FollowedDates
from workflows.models import ImportJob
from workflows.queries.reports import own_reports
from workflows.queries.tracks import act_words, court_words

PAGE_SIZE = 30
FOLDED_FROM = 3
"""Lines that say the same, beyond which they are folded."""
CHANGES_FROM = 3
"""Lines of one day about one case, from which they are folded."""
LOT = "lot.received"
DECLINED = "sharing.declined"
REMINDER = "reminder.due"
OVER = ("deadline.missed", "deadline.unanswered")
ABSENCE, CAPACITY = "absence.", "capacity."
QUESTION, CAUSE = "question.asked", "cause.alerted"
FAILING = "address.failing"

WORDS = {
    "step.routed": "Une situation est orientée vers votre structure",
    "lot.received": "Un import oriente {count} vers votre structure",
    "cases.handed_over": "{who} vous a confié {count}",
    "absence.declared": "{who} a déclaré votre absence du {since} au {last_day}",
    "absence.changed": "L’absence de {about} change de dates : du {since} au {last_day}",
    "absence.ended": "L’absence de {about} prend fin",
    "absence.covered": "{count} à suivre en remplacement de {about}, du {since} au {last_day}",
    "absence.uncovered": "Absence de {about} jusqu’au {last_day} : {count} sans remplaçant",
    "capacity.suspended": "Capacité suspendue du {since} au {last_day}",
    "capacity.changed": "Capacité suspendue, désormais du {since} au {last_day}",
    "capacity.resumed": "La structure reçoit de nouveau des situations",
    "work.returned": "{count} à confier : un professionnel a quitté votre structure",
    "membership.started": "{who} vous a rattaché à une structure",
    "membership.ended": "Votre rattachement à une structure prend fin : dernier jour le {last_day}",
    "membership.changed": "{who} a changé votre rôle dans une structure",
    "membership.prolonged": "Votre rattachement à une structure se poursuit",
    "address.failing": "L’adresse de courriel de {about} refuse nos messages : la corriger, ou réessayer",
    "invitation.sent": "{who} vous a invité à rejoindre une structure",
    "nomination.asked": "{who} a proposé une nomination : la confirmer, ou la retirer",
    "step.declined": "{structure} a décliné l’orientation",
    "step.time_asked": "{structure} demande du temps : réponse attendue le {day}",
    "step.unanswered": "{structure} n’a pas répondu à l’orientation dans le délai",
    "step.arbitrated": "Le pilote a arbitré",
    "task.escalated": "Votre structure n’a pas répondu à l’orientation : répondre, ou confier la tâche",
    "reminder.due": "{reminder}",
    "task.given": "{who} vous a confié une tâche",
    "tasks.given": "{who} vous a confié des étapes : votre liste change",
    "tasks.taken_back": "{who} a défait un acte groupé : votre liste change",
    "task.reminded": "{who} vous rappelle une étape",
    "professional.assigned": "{who} vous a confié la situation",
    "professional.released": "Vous n’êtes plus responsable de cette situation",
    "plan.proposed": "Un plan d’apurement attend votre réponse",
    "plan.answered": "Le bailleur a répondu au plan d’apurement",
    "tenancy.ended": "Le ménage a quitté ce logement, selon le bailleur : relire la situation",
    "debt.cleared": "La dette est soldée : clore la situation, ou la garder ouverte",
    "deadline.missed": "Une échéance est dépassée{delay}",
    "deadline.unanswered": "Sans réponse dans le délai, le silence vaut décision{delay}",
    "document.added": "{who} a ajouté une pièce",
    "document.infected": "Une pièce que vous avez ajoutée était dangereuse : son fichier est supprimé",
    "sharing.asked": "{structure} demande le partage d’une situation",
    "sharing.accepted": "Votre demande de partage est acceptée",
    "sharing.declined": "Votre demande de partage est déclinée",
    "sharing.started": "Une situation est partagée avec votre structure",
    "sharing.changed": "Ce que votre structure voit d’une situation a changé",
    "sharing.ended": "Une situation n’est plus partagée avec votre structure",
    "case.reopened": "La situation est rouverte",
    "person.merged": "{who} a réuni deux fiches d’un même bénéficiaire",
    "person.unmerged": "{who} a défait la réunion de deux fiches",
    "household.merged": "{who} a réuni deux ménages",
    "household.unmerged": "{who} a défait la réunion de deux ménages",
    "case.made_urgent": "La situation est signalée urgente",
    "contact.attempted": "{structure} a rencontré la personne au guichet : relire la situation",
    "appointment.made": "{who} a fixé un rendez-vous à votre agenda",
    "appointment.moved": "{who} a reporté un de vos rendez-vous",
    "appointment.cancelled": "Un de vos rendez-vous est annulé",
    "track.moved": "Procédure d’expulsion : {state}",
    "order.announced": "Le bailleur annonce un commandement de payer pour le {day}",
    "order.called_off": "Le bailleur retire l’annonce d’un commandement de payer",
    "court_act.declared": "Le bailleur déclare délivré le {day} : {fact}",
    "question.asked": "Un professionnel interroge votre service",
    "question.answered": "{structure} a répondu à une question",
    "cause.alerted": "Un même motif de trop-perçu revient dans plusieurs dossiers du mois",
    "referent.proposed": "{who} vous propose d’être le référent d’une personne",
    "referent.declined": "{who} décline d’être référent : proposer quelqu’un d’autre",
    "referent.change_asked": "Une personne suivie demande un autre référent",
    "referents.handed_over": "{who} a transféré des personnes suivies : vos listes changent",
    "referents.taken_back": "{who} a défait un transfert de personnes suivies",
    "coordination.united": "{who} a réuni deux fiches d’une personne suivie : relire qui la suit",
    "place.vacant": "Une place de référent ou de coordinateur est à pourvoir",
    "coordinator.proposed": "Vous êtes proposé pour coordonner l’accompagnement d’une personne",
    "coordinator.declined": "{who} décline de coordonner : un autre référent est proposé, ou le pilote choisit",
    "coordinator.to_choose": "Un coordinateur est à choisir : la règle ne désigne personne",
    "coordination.objected": "Une personne suivie s’oppose à la coordination",
    "case.rerouted": "L’orientation est corrigée : votre réponse n’est plus attendue",
    "case.put_back": "Une orientation corrigée est défaite : votre réponse n’est plus attendue",
    "routing.reviewed": "La procédure a avancé : votre réponse à l’orientation n’est plus attendue",
}
"""For every kind that has an audience. What a landlord may receive names nobody."""


@dataclass(frozen=True)
class NoticeDestination:
    """Where a notice leads: the page of the case, a landlord’s report, or a question to an operator."""

    url: str
    is_report: bool = False
    is_question: bool = False
    tenant: str = ""
    """As the landlord who reads his report calls him."""


@dataclass(frozen=True, kw_only=True)
class WordedNotice:
    notice: Notice
    words: str
    about: str = ""
    """Whom or what it is about. Empty when the reader no longer sees the case: then nothing is said of it."""
    reference: str = ""

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What is read as one thing: lines of the same words, or what changed in one case."""

    words: str
    lines: list[WordedNotice]
    is_folded: bool = False
    about: str = ""
    reference: str = ""
    """Of the one case that it is about."""

    @property
    def unread(self) -> int:
        return sum(line.is_unread for line in self.lines)


def notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user)


def unread_notices(user: User) -> QuerySet[Notice]:
    return notices_of(user).filter(read_at=None)


def page_of_notices(user: User, *, after: str = "") -> list[Notice]:
    """A page and one notice more, newest first."""
    found = _notices_after(notices_of(user), after)
    related = ("entry__actor", "entry__structure", "case__tenancy")
    return list(found.select_related(*related).order_by("-created_at", "-pk")[: PAGE_SIZE + 1])


def encode_position(notice: Notice) -> str:
    """Where a page ends, for an address."""
    return f"{notice.created_at.isoformat()}_{notice.pk}"


def _notices_after(notices: QuerySet[Notice], place: str) -> QuerySet[Notice]:
    """What follows a position of the list; all of it when there is none that can be read."""
    moment, _, number = place.rpartition("_")
    told_at, last = read_moment(moment), read_number(number)
    if told_at is None or last is None:
        return notices
    return notices.filter(Q(created_at__lt=told_at) | Q(created_at=told_at, pk__lt=last))


def describe_notices(notices: Sequence[Notice], *, reader: User, today: date) -> list[WordedNotice]:
    """Seven queries at most, however many notices."""
    cases = [notice.case for notice in notices if notice.case]
    places = places_of(cases, reader=reader, today=today)
    people = people_of(case for case in cases if case.pk in places)
    named = _names_of_people(notices)
    reminders = _words_of_reminders(notices, today=today)
    delays = _words_of_delays(notices)
    return [
        _describe_notice(
            notice,
            places,
            people,
            named=named.get(notice.entry.data.get("user"), ""),
            reminder=reminders.get(notice.entry.data.get("reminder"), ""),
            delay=delays.get(notice.entry.data.get("deadline"), ""),
        )
        for notice in notices
    ]


def _words_of_delays(notices: Iterable[Notice]) -> dict[int, str]:
    """Delay that is over → what it was, and what remains possible, or else what follows."""
    ids = {notice.entry.data["deadline"] for notice in notices if notice.entry.kind in OVER}
    found = Deadline.objects.filter(pk__in=ids).select_related("rule") if ids else []
    said = {each.pk: each.rule.afterwards or each.rule.consequence for each in found}
    return {each.pk: " — ".join(filter(None, [f" : {each.rule.title}", said[each.pk]])) for each in found}


def _words_of_reminders(notices: Iterable[Notice], *, today: date) -> dict[int, str]:
    """Reminder → what it says, by the dates as they are now."""
    ids = {notice.entry.data["reminder"] for notice in notices if notice.entry.kind == REMINDER}
    found = Reminder.objects.filter(pk__in=ids).select_related("rule", "deadline__rule", "task")
    return {reminder.pk: reminder_words(reminder, today=today) for reminder in found} if ids else {}


def reminder_words(reminder: Reminder, *, today: date) -> str:
    """Rappel : dernier jour dans 3 jours — Contacter le ménage."""
    said = "Rappel resté sans suite" if reminder.escalates else "Rappel"
    title = reminder.rule_definition.title
    if reminder.deadline:
        what, left = title or reminder.deadline.rule.title, _left_of_delay(reminder, today=today)
    else:
        step = str(reminder.task.flow_task.task_title) if reminder.task else ""  # an e-mail names no benefit
        what, left = title or step, _left_of_step(reminder.followed_dates, today=today)
    return f"{said} : {left} — {what}"


def _left_of_delay(reminder: Reminder, *, today: date) -> str:
    dates = reminder.followed_dates
    if dates.is_counted_back and reminder.rule_definition.counted_from is Anchor.START:
        return days_until(dates.start, today)
    if dates.legal is None or dates.legal < today:
        return "dernier jour dépassé"
    return f"dernier jour {days_until(dates.legal, today)}"


def _left_of_step(dates: FollowedDates, *, today: date) -> str:
    if dates.expected:
        return f"réponse annoncée {days_until(dates.expected, today)}"
    if dates.safe is None:
        return f"en attente depuis le {short_date(dates.start)}"
    if dates.safe < today:
        return f"en retard depuis le {short_date(dates.safe)}"
    return f"à faire au plus tard {days_until(dates.safe, today)}"


def _names_of_people(notices: Iterable[Notice]) -> dict[int, str]:
    """Person away, or whose address fails → his name."""
    ids = {notice.entry.data["user"] for notice in notices if notice.entry.kind.startswith((ABSENCE, FAILING))}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def places_of(cases: Sequence[Case], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """Case → the page on which its reader may follow it. A case of which he has no page is left out."""
    ids = [case.pk for case in cases]
    visible = permissions.visible_cases(reader, at=today).filter(pk__in=ids)
    found = {
        pk: NoticeDestination(reverse("case", args=[public_id]))
        for pk, public_id in visible.values_list("pk", "public_id")
    }
    for place in (_proposals_to, _reports_of, _questions_of):
        if unseen := set(ids) - set(found):
            found |= place(unseen, reader=reader, today=today)
    return found


def _questions_of(case_ids: Iterable[int], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """For the correspondents of an operator: they have no page but their questions’. The oldest that waits."""
    waiting = permissions.questions_to_answer(reader, at=today).filter(line__notice__case__in=case_ids)
    rows = waiting.order_by("-asked_at", "-pk").values_list("line__notice__case", "public_id")
    return {
        case: NoticeDestination(reverse("question", args=[public_id]), is_question=True) for case, public_id in rows
    }


def _proposals_to(case_ids: Iterable[int], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """For who is asked to be a référent: he reads whom, and nothing else before he accepts."""
    proposed = permissions.proposals_to(reader, at=today).filter(case__in=case_ids)
    return {row.case_id: NoticeDestination(reverse("referent_answer", args=[row.public_id])) for row in proposed}


def _reports_of(case_ids: Iterable[int], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """For whom the dwelling is his own; a professional whose structure only reported the case has no page of it."""
    mine = permissions.rights(reader, at=today).get("report_arrears", ())
    reports = permissions.visible_reports(reader, at=today).filter(
        Q(tenancy__landlord__in=mine) | Q(tenancy__manager__in=mine), case__in=case_ids
    )
    return {
        case: NoticeDestination(report.url, is_report=True, tenant=report.tenant)
        for case, report in own_reports(reports, mine=mine).items()
    }


def _describe_notice(
    notice: Notice,
    places: dict[int, NoticeDestination],
    people: dict[int, Beneficiary],
    *,
    named: str,
    reminder: str,
    delay: str,
) -> WordedNotice:
    entry, case = notice.entry, notice.case
    count = entry.data.get("count", 1)
    words = WORDS[entry.kind].format(
        who=entry.actor or "Relais",
        structure=entry.structure or "La structure",
        state=court_words(entry.data.get("after", "")),
        fact=act_words(entry.data.get("code", "")),
        day=short_date(on) if (on := parse_date(entry.data.get("on") or "")) else "",
        count=f"{count} situations" if count > 1 else "une situation",
        about=named,
        reminder=reminder,
        delay=delay,
        since=_day_of_entry(entry, "since"),
        last_day=_day_of_entry(entry, "last_day"),
    )
    words = words[0].upper() + words[1:]
    if notice.case is None and entry.structure:
        return WordedNotice(notice=notice, words=words, about=entry.structure.name)
    if case is None or case.pk not in places:
        return WordedNotice(notice=notice, words=words)
    if places[case.pk].is_question:
        return WordedNotice(notice=notice, words=words, about=entry.structure.name if entry.structure else "")
    if places[case.pk].is_report and case.tenancy:
        about = places[case.pk].tenant or case.tenancy.one_line_address or "Adresse non connue"
        return WordedNotice(notice=notice, words=words, about=about, reference=f"réf. {case.tenancy.reference}")
    person = people.get(case.pk)
    about = person.full_name if person else "Titulaire non renseigné"
    return WordedNotice(notice=notice, words=words, about=about, reference=case.reference)


def _day_of_entry(entry: JournalEntry, name: str) -> str:
    return short_date(parse_date(entry.data.get(name, "")))


PAGES = {DECLINED: "sharing_requests", "invitation.sent": "my_invitations", "nomination.asked": "administration"}
"""Kind → the page where it is answered."""


def place_without_case(notice: Notice) -> str:
    """Where a notice leads that is of no single case; empty for any other, and for what is nowhere to be read."""
    entry = notice.entry
    if notice.case or not entry.structure:
        return ""
    if entry.kind == LOT:
        job = ImportJob.objects.filter(pk=entry.data["job"]).first()
        return reverse("lot", args=[job.public_id, entry.structure.code]) if job else ""
    if entry.kind == "absence.uncovered" or (entry.kind.startswith(ABSENCE) and entry.data["user"] == notice.user_id):
        absence = Absence.objects.filter(pk=entry.data["absence"]).first()
        return reverse("absence", args=[absence.public_id]) if absence else ""
    if entry.kind.startswith(CAPACITY):
        return reverse("steering")
    if entry.kind in (QUESTION, CAUSE):
        return _place_of_operator(entry, entry.structure)
    if entry.kind == FAILING:
        return f"{reverse('members')}?structure={entry.structure.code}"
    if entry.kind == "work.returned":
        return f"{reverse('backlog_list')}?structure={entry.structure.code}&qui=none"
    return reverse(PAGES.get(entry.kind, "inbox"))


def _place_of_operator(entry: JournalEntry, structure: Structure) -> str:
    if entry.kind == CAUSE:
        return f"{reverse('questions_report')}?structure={structure.code}&mois={entry.data['month'][:7]}"
    asked = Question.objects.filter(pk=entry.data["question"]).first()
    return reverse("question", args=[asked.public_id]) if asked else ""


def bundle_notices(lines: Sequence[WordedNotice]) -> list[Bundle]:
    """Of a day: thirty cases routed by one file are one thing to read; so are the changes of one case."""
    said = _group_notices(lines, lambda line: line.words)
    many = {words for words, same in said.items() if len(same) > FOLDED_FROM}
    rest = [line for line in lines if line.words not in many]
    changed = _group_notices([line for line in rest if line.about], lambda line: line.notice.case_id)
    moved = {case for case, same in changed.items() if case and len(same) >= CHANGES_FROM}
    found: dict[tuple[str, Any], Bundle] = {}
    for line in lines:
        case = line.notice.case_id
        if line.words in many:
            bundle = Bundle(words=line.words, lines=said[line.words], is_folded=True)
            found.setdefault(("words", line.words), bundle)
        elif line.about and case in moved:
            found.setdefault(("case", case), _changes(changed[case]))
        else:
            found.setdefault(("words", line.words), Bundle(words=line.words, lines=[])).lines.append(line)
    return list(found.values())


def _changes(lines: list[WordedNotice]) -> Bundle:
    first = lines[0]
    words = f"{len(lines)} changements"
    return Bundle(words=words, lines=lines, is_folded=True, about=first.about, reference=first.reference)


def _group_notices(lines: Iterable[WordedNotice], key: Callable[[WordedNotice], Any]) -> dict[Any, list[WordedNotice]]:
    found: dict[Any, list[WordedNotice]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found
