"""Situations to walk through: a case of the rent manager B at any step, and one of every thing that has a page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions import (
    access_log,
    addresses,
    appointments,
    deadlines,
    diagnosis,
    documents,
    editions,
    family_codes,
    invitations,
    labels,
    letters,
    nominations,
    partners,
    pilot_cards,
    sharing_requests,
    subject_requests,
    support,
)
from cases.actions.causes import write_cause_letter
from cases.actions.debts import watch
from cases.actions.editions import DEADLINES, mark_of_rows
from cases.actions.handover import Move
from cases.actions.letter_catalogue import LINE_LETTERS
from cases.actions.notices import NoticeReception
from cases.actions.remedy_catalogue import REMEDIES
from cases.actions.retention.holds import put_hold
from cases.actions.rules_in_force import rules_read_once
from cases.actions.scale_catalogue import SCALES_OF_WITHHOLDINGS
from cases.letters.compose import compose_letter, letters_in_force
from cases.letters.line_letter_writer import LineLetterWriter, as_text
from cases.letters.typeset import typeset
from cases.models import (
    Absence,
    AccessRequest,
    Appointment,
    Beneficiary,
    Case,
    CauseAlert,
    DebtLine,
    Diagnostic,
    Document,
    Edition,
    EmergencyAccess,
    Establishment,
    FamilyCode,
    Invitation,
    JournalEntry,
    Label,
    LedgerEntry,
    LegalHold,
    Letter,
    Merge,
    Nomination,
    Question,
    Referent,
    Report,
    RetentionRun,
    SharingRequest,
    Structure,
    SubjectRequest,
    Tenancy,
    User,
)
from cases.rules.notices import TypedLine
from cases.rules.questions import PRESET
from cases.rules.withholding import FraudLevel, WithholdingInputs
from config.models import Alert, UnexpectedError
from notifications import fanout
from notifications.feed import address
from notifications.models import Notice
from notifications.reminder_catalogue import REMINDERS
from tests import factories, uploads
from tests.factories import NOON
from tests.journeys.piloted import Piloted, pilot_work
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import (
    absences,
    completions,
    court_acts,
    drafts,
    emergency,
    family_sheet,
    grouped,
    kept,
    merging,
    milestones,
    questions,
    referents,
    restrictions,
)
from workflows.actions.indicators import refresh_figures
from workflows.actions.ledger import record_movement
from workflows.actions.lines import (
    check_withholding,
    correct_fraud,
    note_spoken,
    record_movement as record_on_line,
)
from workflows.actions.merging import DuplicateCaseChoice, Pair
from workflows.actions.observatory import open_observatory
from workflows.actions.overpayment import open_with_notice
from workflows.exports.run import run_waiting as write_exports
from workflows.imports import jobs
from workflows.imports.mappings import mapping_for
from workflows.imports.run import read_job, run_waiting
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import build_report_figures
from workflows.lists import build_listing, saved_views
from workflows.models import (
    CaseTask,
    CommitteeReport,
    Export,
    Handover,
    ImportJob,
    ImportMapping,
    KeptForm,
    ProposedCompletion,
    ReportDraft,
    SavedView,
)
from workflows.routing.editable_tables import ARREARS_TABLE

PASSWORD = "un mot de passe de test"
"""The one that tests/factories.py gives to everyone."""

REACHED = {"result": "reached", "channel": "phone", "made_on": date(2026, 11, 24), "informed_by": "phone"}
REPAYMENT = {
    "kinds": ["repayment", "fsl"],
    "amount": Decimal("1060.00"),
    "monthly": Decimal("106.00"),
    "first_due_on": date(2026, 12, 5),
}
FILE = """Réf. locataire;Nom;Prénom;Né(e) le;Adresse;CP;Commune;Loyer HC;Charges;Solde débiteur
L7001;LEROY;Alice;09/11/1962;4 rue de la Plaine;91350;GRIGNY;450,00;80,00;1 060,00
L7002;DIALLO;Awa;02/03/1991;6 rue de la Plaine;91350;GRIGNY;510,00;90,00;1 410,00
L7003;{name};{first};{born};8 rue des Lacs;91350;GRIGNY;480,00;85,00;1 200,00
L7004;KONE;Ali;17/05/1979;8 rue de la Plaine;91350;GRIGNY;450,00;80,00;beaucoup
L7005;TRAORE;Aminata;11/11/1985;10 rue de la Plaine;91350;GRIGNY;450,00;80,00;1 590,00
"""


def lease(**person: Any) -> Tenancy:
    """Private housing with ALF and two children: the table sends it to the CAF (rule R3)."""
    home = factories.household(**person)
    return factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home)


def reported(**person: Any) -> Case:
    return factories.reported(lease(**person), code="gestionnaire-b", **factories.FAMILY)


def case_at(node: str, *, worker: User, **person: Any) -> Walk:
    """A case followed by this professional of the CAF, waiting at a step."""
    walk = Walk(reported(**person))
    steps: list[tuple[str, dict[str, Any]]] = [
        ("answer", {"accept": True, "professional": worker}),
        ("contact", REACHED),
        ("diagnose", {"completeness": "partial", "family": "couple_children", "cause": "income_loss"}),
        ("plan", REPAYMENT),
        ("agree", {"answer": "accepted"}),
    ]
    for step, data in steps:
        if node in walk.waiting_for:
            break
        walk.take(step, by=worker, **data)
    assert node in walk.waiting_for
    return walk


def leaves_home_by_tomorrow(case: Case) -> None:
    """An order to leave of two months before: the last day of that right is the day after the scene’s."""
    structure = factories.structure("caf-91")
    deadlines.start(case=case, fact="order_to_leave_served", on=date(2026, 9, 25), structure=structure, context={})


def closed(*, worker: User, **person: Any) -> Case:
    walk = case_at("contact", worker=worker, **person)
    walk.take("contact", by=worker, **REACHED | {"result": "declined"})
    walk.take("close", by=worker, outcome="declined_support")
    return walk.case


def closed_in_may(*, worker: User, **person: Any) -> Case:
    """Six months ago and some days: one asks what became of the household."""
    case = closed(worker=worker, **person)
    Case.objects.filter(pk=case.pk).update(opened_on=date(2026, 4, 7), closed_on=date(2026, 5, 20))
    case.refresh_from_db()
    return case


def lettered(*, worker: User, cause: str = "", on: date = date(2026, 11, 9)) -> Case:
    """A letter of the CAF opened a case; nothing more was done."""
    return open_with_notice(
        household=factories.household(),
        operator="caf",
        letter_date=on,
        received=NoticeReception(on=on, how="post"),
        lines=[TypedLine(benefit="rsa", amount=Decimal(100), cause=cause)],
        structure=factories.structure("caf-91"),
        by=worker,
        at=NOON,
    )


@rules_read_once()
def reclaimed(*, worker: User) -> Case:
    """Two benefits of one letter, of which nothing was done yet."""
    home = factories.household(usual_name="Delorme", first_names="Inès", phone="+33612345699")
    factories.know(home, rsa=True)
    return open_with_notice(
        household=home,
        operator="caf",
        letter_date=date(2026, 11, 9),
        received=NoticeReception(on=date(2026, 11, 12), how="post"),
        lines=[
            TypedLine(benefit="rsa", amount=Decimal("1214.31"), since=date(2026, 6, 1), until=date(2026, 8, 1)),
            TypedLine(benefit="apl", amount=Decimal("412.00")),
        ],
        structure=factories.structure("caf-91"),
        by=worker,
        at=NOON,
        informed_by="interview",
    )


@rules_read_once()
def overpaid(*, worker: User) -> Case:
    """`reclaimed`, accompanied; one was withheld while its rectification waits."""
    case = reclaimed(worker=worker)
    walk = Walk(case)
    walk.take("check_notice", by=worker, routes_stated="partly", lacks=["reason"])
    kept_by_who_opened(walk, worker)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("choose_way", {"ways": ["rectification"]}),
        ("prepare", {"signed": "signed"}),
        ("send", {"sent_on": date(2026, 11, 20), "proof": "registered", "received_on": None}),
    ]
    for node, data in steps:
        engine.complete(line_task(case, "rsa", node), by=worker, at=NOON, data=data)
    rsa = line_of(case, "rsa")
    line_letter(case, rsa, by=worker)
    record_on_line(case=case, line=rsa, kind="withheld", amount=Decimal(50), on=date(2026, 11, 23), by=worker, at=NOON)
    told: dict[str, Any] = {"case": case, "line": rsa, "by": worker, "at": NOON}
    means = WithholdingInputs(resources=Decimal(300), children=1)
    check_withholding(
        means=means, observed=Decimal(50), on=date(2026, 11, 23), debt=None, fraud=FraudLevel.NONE, **told
    )
    note_spoken(
        kind="oral_promise", on=date(2026, 11, 23), channel="phone", speaker="person", agent="conseiller du 3230",
        about="suspension", words="La retenue s’arrête en décembre.", **told,
    )  # fmt: skip
    correct_fraud(said="alleged", authority="", on=None, **told)
    return case


def kept_by_who_opened(walk: Walk, worker: User) -> None:
    """Nobody else can: the CAF is never given what the CAF claims, and takes what it has opened itself."""
    while structure := walk.waiting_for.get("answer"):
        manager = factories.member(structure, "manager")
        walk.take("answer", by=manager, accept=False, professional=None, reason="no_capacity")
    if "arbitrate" in walk.waiting_for:
        walk.take("arbitrate", by=worker, structure=None, out_of_scope=True)


def line_letter(case: Case, line: DebtLine, *, by: User) -> Letter:
    """A request for a detailed account, printed and kept."""
    structure, today = factories.structure("caf-91"), localdate(NOON)
    holder = case.household.members.get()
    writer = LineLetterWriter(case=case, line=line, holder=holder, structure=structure, by=by, on=today)
    text = writer.letters.letters["L10"]
    filled, envelope = writer.compose(text, typed={"file_number": "4518207", "period": "de juin 2026 à août 2026"})
    return letters.keep_letter(
        case=case,
        line=line,
        addressee=", ".join(writer.letter_recipient(text)),
        structure=structure,
        edition=writer.edition_and_letters[0],
        kind=text.code,
        title=text.title,
        typed={},
        pdf=typeset(filled, envelope=envelope),
        text=as_text(filled, envelope),
        by=by,
        at=NOON,
    )


def asked(
    case: Case, benefit: str, *, by: User, kind: str = "breakdown", at: datetime = NOON, **more: Any
) -> Question:
    """Of the service of the CAF that claims, which has a correspondent."""
    said: dict[str, Any] = {
        "shared": PRESET,
        "text": "Le courrier n’indique pas les mois réclamés.",
        "basis": "SH-3",
        "follows": None,
        "structure": factories.structure("caf-91-recouvrement"),
    }
    return questions.ask(line=line_of(case, benefit), kind=kind, by=by, at=at, **said | more)


def asked_and_answered(case: Case, benefit: str, *, by: User, correspondent: User) -> Question:
    """A reduction of the day before, then what follows it, which waits."""
    first = questions.answer(
        question=asked(case, benefit, by=by, kind="reason", at=NOON - timedelta(hours=2)),
        answer="reduced",
        amount=Decimal("112.00"),
        decided_on=date(2026, 11, 23),
        text="Deux mois ont été comptés à tort.",
        by=correspondent,
        at=NOON - timedelta(hours=1),
    )
    asked(case, benefit, by=by, kind="document", follows=first)
    return first


def line_of(case: Case, benefit: str) -> DebtLine:
    return DebtLine.objects.select_related("debt", "notice").get(notice__case=case, benefit=benefit)


def line_task(case: Case, benefit: str, node: str) -> CaseTask:
    return CaseTask.objects.open().get(process__debt=line_of(case, benefit).debt_id, node=node)


def to_arbitrate(*, by: User, **person: Any) -> Walk:
    """Declined by the only structure that the table names: the pilot decides."""
    walk = Walk(reported(**person))
    walk.take("answer", by=by, accept=False, reason="no_capacity")
    assert "arbitrate" in walk.waiting_for
    return walk


def deposited(*, by: User, text: str = FILE) -> ImportJob:
    body = text.format(name="NGUYEN", first="Lan", born="04/04/1975")
    file = ContentFile(body.encode("cp1252"))
    name = "impayes_2026-11.csv"
    return jobs.deposit(structure=factories.structure("bailleur-a"), by=by, file=file, name=name, at=NOON)


def checked(job: ImportJob, *, as_of: date = date(2026, 11, 24)) -> ImportJob:
    columns = mapping_for(job.structure, read_job(job).headings)
    jobs.ask_check(job, columns=columns, options={}, as_of=as_of)
    run_waiting(at=NOON)
    job.refresh_from_db()
    return job


def imported(job: ImportJob, *, as_of: date = date(2026, 11, 24)) -> ImportJob:
    jobs.ask_import(checked(job, as_of=as_of), at=NOON)
    run_waiting(at=NOON)
    job.refresh_from_db()
    return job


def lot_accepted(job: ImportJob, *, by: User, worker: User) -> JournalEntry:
    """Said of a lot whose cases have all moved since."""
    said: dict[str, Any] = {"at": NOON, "by": by, "structure": factories.structure("caf-91")}
    with transaction.atomic():
        entry = journal.record("lot.answered", job=job.pk, answer="accepted", **said)
        journal.record("cases.handed_over", cause=entry, to=worker.pk, count=2, cases=[], **said)
    return entry


def sent_letter_of(case: Case, *, by: User) -> Letter:
    letter = letter_of(case, by=by)
    letters.record_sending(letter=letter, means=Letter.Means.POST, sent_on=localdate(NOON), by=by, at=NOON)
    return letter


def letter_of(case: Case, *, by: User) -> Letter:
    """The information sheet, printed and kept."""
    structure, person = factories.structure("caf-91"), case.household.members.get()
    edition, texts = letters_in_force(on=localdate(NOON), territory=case.territory)
    text, typed = texts["information_sheet"], {"phone": "01 69 00 00 01", "privacy_contact": "dpo@example.org"}
    filled, envelope = compose_letter(
        text, case=case, recipient=person, structure=structure, by=by, typed=typed, on=localdate(NOON)
    )
    return letters.keep_letter(
        case=case,
        recipient=person,
        structure=structure,
        edition=edition,
        kind=text.code,
        title=text.title,
        typed=typed,
        pdf=typeset(filled, envelope=envelope),
        by=by,
        at=NOON,
    )


def export_asked(*, by: User) -> Export:
    """As if the list were too long for a page."""
    asked = build_listing("situations", user=by, asked={"retard": ""}, today=localdate(NOON))
    return Export.objects.create(
        by=by, list_code=asked.code, asked=asked.asked, scope=asked.scope, format="xlsx", total=7204, asked_at=NOON
    )


def exported(*, by: User) -> Export:
    found = export_asked(by=by)
    write_exports(at=NOON)
    found.refresh_from_db()
    return found


def found_again(*, author: User, at: datetime) -> KeptForm:
    typed = {"text": ["Madame rappelle mardi."], "visibility": ["internal"]}
    found = kept.keep_form(author=author, address="/situations/", typed=typed, at=at)
    assert found
    return found


def received(*, author: User, structure: Structure, at: datetime) -> ReportDraft:
    """Somebody came to the counter, was told, and left with her sheet."""
    draft = drafts.begin(author=author, structure=structure, answers={}, at=at, at_counter=True)
    person = {"usual_name": "Cissé", "first_names": "Mariam", "birth_date": "1992-08-30"}
    intake = drafts.Intake(
        balance=Decimal(820),
        as_of=localdate(at),
        person=person,
        lease={"landlord": factories.structure("gestionnaire-b"), "housing": "private"},
        met_at_counter=True,
        is_informed=True,
        called="CISSÉ Mariam",
    )
    return drafts.send(draft=draft, intake=intake, by=author, at=at)


def order_to_pay(case: Case, *, by: User) -> Document:
    """The writ, beside the dated fact that it proves."""
    return documents.add(
        case=case,
        content=uploads.pdf(),
        kind="order_to_pay",
        title="exemplaire du locataire",
        received_on=date(2026, 11, 5),
        visibility="shared",
        structure=factories.structure("caf-91"),
        by=by,
        at=NOON,
        milestone=case.milestones.get(kind="order_to_pay_served"),
    )


def in_quarantine(case: Case, *, by: User, paper: str = "") -> None:
    """A piece that waits for a scanner that does not answer, and one that it found dangerous."""
    for word, scan in ((b" ", Document.Scan.WAITING), (b"  ", Document.Scan.INFECTED)):
        piece = documents.add(
            case=case,
            content=uploads.pdf(trailer=word),
            kind=Document.Kind.NOTIFICATION if paper else Document.Kind.RESOURCES,
            paper=paper,
            received_on=date(2026, 11, 20),
            visibility="shared",
            structure=factories.structure("caf-91"),
            by=by,
            at=NOON,
        )
        Document.objects.filter(pk=piece.pk).update(scan=scan, scan_failed_at=NOON)


def announced(case: Case, *, by: User) -> Report:
    """An order to pay that the landlord announced, then put off."""
    report: Report = case.reports.get()
    for day in (date(2026, 12, 15), date(2027, 1, 11)):
        court_acts.announce_order(report=report, on=day, by=by, at=NOON)
    return report


def met(case: Case, *, by: User, on: datetime, place: str = "office") -> Appointment:
    """An appointment with the holder of the lease, that was made a week before."""
    factories.followed_since(case, date(2026, 11, 2))
    return appointments.make(
        case=case,
        person=case.household.members.get(),
        professional=by,
        structure=factories.structure("caf-91"),
        starts_at=on,
        minutes=45,
        place=place,
        by=by,
        at=NOON - timedelta(days=7),
    )


def offered_role(user: User, *, by: User) -> Invitation:
    """To somebody of another organisation, who has not accepted it yet."""
    offered = invitations.offer(
        user=user, called=str(user), structure=factories.structure("mds-grigny"), role="agent", by=by, at=NOON
    )
    assert isinstance(offered, Invitation)
    return offered


def troubled() -> None:
    """What the page of the services shows besides what it reads: an alert told, one that could not be, and errors."""
    hour = timedelta(hours=1)
    Alert.objects.create(
        code="backup", name="Sauvegarde", since=NOON - 5 * hour, seen_at=NOON, told_at=NOON - 5 * hour
    )
    Alert.objects.create(code="mail", name="Courriels", since=NOON - hour, seen_at=NOON, failed_at=NOON)
    UnexpectedError.objects.create(
        kind="django.db.utils.OperationalError",
        place="workflows.views.backlog.answer_times:112",
        count=3,
        first_at=NOON - 40 * hour,
        last_at=NOON - 2 * hour,
        request="0193f0c2-5a6b-7c8d-9e0f",
    )


def asking_for_access() -> AccessRequest:
    Establishment.objects.create(siret="21910286000018", structure=factories.structure("mds-grigny"))
    return AccessRequest.objects.create(
        sub="inconnue-de-tous",
        siret="21910286000018",
        email="nadege.roussel@example.org",
        first_name="Nadège",
        last_name="Roussel",
        asked_at=NOON,
    )


def nominated(person: User, *, by: User) -> Nomination:
    """Proposed as an administrator. A second one is there to confirm it."""
    factories.member("caf-91-pilotage", "administrator", first_name="Bruno", last_name="Vidal")
    found = nominations.nominate(
        structure=factories.structure("caf-91-pilotage"),
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        role="administrator",
        by=by,
        at=NOON,
    )
    assert isinstance(found, Nomination)
    return found


def invited(*, by: User) -> Invitation:
    """Somebody who has not answered yet, in the structure of that manager."""
    invitation = invitations.invite(
        structure=factories.structure("caf-91"),
        email="sonia.adjei@example.org",
        first_name="Sonia",
        last_name="Adjei",
        role="agent",
        by=by,
        at=NOON,
    )
    assert isinstance(invitation, Invitation)
    return invitation


def update_of_a_diagnosis(case: Case, *, by: User) -> None:
    """A diagnosis under update: an amount in it cannot be read."""
    diagnosis.keep_unfinished(
        case=case,
        structure=factories.structure("caf-91"),
        by=by,
        code="charges",
        typed={"charges-expense_energy": ["beaucoup"], "charges-expense_phone": ["29,99"]},
        version=0,
        at=NOON,
    )


def asked_for(case: Case, *, by: User, worker: User) -> SharingRequest:
    """The CCAS knows that the CAF follows the household, and asks for more; the MDS helps already."""
    partners.add(
        case=case,
        structure=factories.structure("mds-grigny"),
        level="card",
        basis="SH-1",
        by=worker,
        at=NOON,
    )
    return sharing_requests.ask(
        case=case,
        structure=factories.structure("ccas-grigny"),
        reason="Madame nous consulte pour une aide à l’électricité.",
        basis="SH-3",
        by=by,
        at=NOON,
    )


def proposed_to(case: Case, *, by: User) -> ProposedCompletion:
    """The CCAS, which does not see the case, heard a phone number and another amount."""
    said = completions.TypedCompletion(
        person={"usual_name": "Ferreira", "first_names": "Ana", "phone": "+33612345678"},
        lease={"address": "11 allée des Érables"},
        facts={"rsa": True},
        balance=Decimal(1480),
        as_of=NOON.date(),
        details={},
    )
    made = completions.propose(
        case=case, completion=said, structure=factories.structure("ccas-grigny"), by=by, at=NOON
    )
    assert made
    return made


def opened_in_emergency(case: Case, *, by: User) -> EmergencyAccess:
    """For the CAF, a case in which it has no part."""
    why = "Expulsion demain à 9 h : personne ne répond au service."
    return emergency.open_in_emergency(case=case, structure=factories.structure("caf-91"), reason=why, by=by, at=NOON)


def subject_request(
    case: Case | None, *, by: User, reference: str = "DPO-2026-014", kind: str = "access"
) -> SubjectRequest:
    """A person asks the CAF for her data."""
    desk = factories.structure("caf-91-pilotage")
    return subject_requests.record(
        organisation=desk.organisation,
        structure=desk,
        reference=reference,
        kind=kind,
        channel="post",
        received_on=date(2026, 11, 20),
        case=case,
        by=by,
        at=NOON,
    )


def restricted(case: Case, *, by: User) -> SubjectRequest:
    """What is done with its household is restricted, at the person’s request."""
    asked = subject_request(case, by=by, reference="DPO-2026-017", kind="restriction")
    desk = factories.structure("caf-91-pilotage")
    restrictions.restrict(request=asked, ground="accuracy", structure=desk, channel="email", by=by, at=NOON)
    return asked


def due_for_archive(case: Case, *, by: User) -> RetentionRun:
    """As if nobody had been in contact with the household for more than two years."""
    run = RetentionRun.objects.create(territory="grigny", as_of=NOON.date(), asked_by=by, asked_at=NOON)
    run.items.create(
        household=case.household, structure=case.responsible_structure, act="archive", since=date(2024, 11, 1)
    )
    return run


def read(
    case: Case | None, *, by: User, assigned: bool, at: datetime = NOON, code: str = "caf-91", kind: str = "case"
) -> None:
    """Somebody opened the page of a case."""
    structure = factories.structure(code).pk
    right = "assignment" if assigned else "manager"
    access_log.note(user=by, case=case, structure=structure, kind=kind, right=right, page="case", at=at)


def alike(worker: User) -> Pair:
    """What two services recorded of one person."""
    one = case_at("diagnose", worker=worker, usual_name="Okafor", first_names="Grace", phone="+33611223344")
    other = case_at(
        "diagnose", worker=worker, usual_name="Okafor Bello", first_names="Grace", no_message=True, language="anglais"
    )
    return Pair.from_people(one.case.household.members.get(), other.case.household.members.get())


def merged(worker: User) -> Merge:
    one, other = (
        case_at("diagnose", worker=worker, usual_name="Sow", first_names=first, birth_date="1977-02-01").case
        for first in ("Fatou", "Fatoumata")
    )
    pair = Pair.from_people(one.household.members.get(), other.household.members.get())
    return merging.merge(pair=pair, choices={}, together=True, answer=DuplicateCaseChoice(), by=worker, at=NOON)


def absent(*, worker: User, manager: User) -> Absence:
    """A colleague of that worker, who replaces her; one of her cases is left to nobody."""
    colleague = factories.member("caf-91", first_name="Louise", last_name="Perrin")
    case_at("plan", worker=colleague)
    left = case_at("contact", worker=colleague).case
    return absences.declare(
        user=colleague,
        structure=factories.structure("caf-91"),
        since=date(2026, 11, 24),
        last_day=date(2026, 12, 4),
        reason="training",
        substitutes=[worker],
        chosen={left.pk: None},
        by=manager,
        at=NOON,
    )


def drafted(*, by: User) -> Edition:
    source = Edition.objects.get(catalogue="deadlines")
    draft = editions.open_draft(catalogue=DEADLINES, source=source, by=by, at=NOON)
    row = next(row for row in DEADLINES.rows_of_edition(draft) if row["code"] == "C01")
    editions.keep_rule(catalogue=DEADLINES, edition=draft, row=row | {"safe_margin": 8}, seen=mark_of_rows(row))
    editions.withdraw_rule(catalogue=DEADLINES, edition=draft, code="P-ARBITRATE")
    return draft


def drafted_reminders(*, by: User) -> Edition:
    source = Edition.objects.get(catalogue="reminders")
    return editions.open_draft(catalogue=REMINDERS, source=source, by=by, at=NOON)


def drafted_table(*, by: User) -> Edition:
    """One in which families of the private sector go to the ADIL."""
    source = Edition.objects.get(catalogue="routing_arrears")
    draft = editions.open_draft(catalogue=ARREARS_TABLE, source=source, by=by, at=NOON)
    row = next(row for row in ARREARS_TABLE.rows_of_edition(draft) if row["code"] == "R3")
    editions.keep_rule(
        catalogue=ARREARS_TABLE, edition=draft, row=row | {"lead": {"structure": "adil-91"}}, seen=mark_of_rows(row)
    )
    return draft


def followed(*, by: User, code: str, someone: Beneficiary | None = None) -> Referent:
    """A person whom somebody proposed himself to follow, and told so."""
    found = someone or factories.household(usual_name="Zidane", first_names="Lila").members.get()
    place: dict[str, Any] = {"beneficiary": found, "structure": factories.structure(code)}
    referent = referents.propose(**place, user=by, by=by, at=NOON)
    referents.answer_proposal(referent=referent, accept=True, by=by, at=NOON)
    Walk(referent.case).take("inform_person", by=by, means="interview", on=NOON.date())
    referent.refresh_from_db()
    return referent


def coordinated(*, worker: User, helper: User) -> Case:
    """Followed by two structures; the worker has accepted to coordinate, and must ask the person."""
    referent = followed(by=worker, code="caf-91")
    followed(by=helper, code="mds-grigny", someone=referent.beneficiary)
    walk = Walk(referent.case)
    walk.take("choose_coordinator", by=factories.member("cd91-rsa", "pilot"), referent=referent)
    walk.take("coordinate", by=worker, accept="yes")
    return referent.case


def to_coordinate(*, worker: User, helper: User) -> Case:
    """Followed by the same two; nobody coordinates yet, and the pilot is to choose."""
    someone = factories.household(usual_name="Haddad", first_names="Nour").members.get()
    referent = followed(by=worker, code="caf-91", someone=someone)
    followed(by=helper, code="mds-grigny", someone=someone)
    return referent.case


def asked_to_follow(*, worker: User, pilot: User | None = None) -> Referent:
    """`pilot`: who opens her card, while nobody has answered."""
    someone = factories.household(usual_name="Abbas", first_names="Sami").members.get()
    found = referents.propose(
        beneficiary=someone, structure=factories.structure("caf-91"), user=worker, by=worker, at=NOON
    )
    if pilot:
        pilot_cards.open_card(case=found.case, desk=factories.structure("cd91-rsa"), by=pilot, at=NOON)
    return found


def handed_over(*, worker: User, manager: User) -> JournalEntry:
    someone = factories.household(usual_name="Okoye", first_names="Grace").members.get()
    held = followed(by=worker, code="caf-91", someone=someone)
    moves = [Move(referent=held, to=manager)]
    return referents.transfer(moves=moves, structure=factories.structure("caf-91"), by=manager, at=NOON)


def set_aside(walk: Walk, *, manager: User) -> JournalEntry:
    setting = grouped.GroupedActContext(structure=factories.structure("caf-91"), by=manager, at=NOON)
    until = date(2026, 11, 27)
    lines = grouped.plan_setting_aside([walk.task("contact")], setting, until=until)
    return grouped.set_several_aside(lines, setting, until=until, reason="appointment").entry


def labelled(case: Case, words: str, *, by: User) -> Label:
    label = labels.create(structure=factories.structure("caf-91"), words=words, by=by, at=NOON)
    labels.put(case=case, label=label, by=by, at=NOON)
    return label


def sheet_with_code(case: Case, *, worker: User, manager: User) -> FamilyCode:
    """The manager has opened the page of families; the worker has printed a sheet."""
    caf = factories.structure("caf-91")
    family_codes.switch_page(structure=caf, opens=True, by=manager, at=NOON)
    person = case.household.memberships.get(position="holder").beneficiary
    typed: dict[str, Any] = {"answer_by": date(2026, 12, 1), "phone": "01 69 00 00 01"}
    return family_sheet.make(
        case=case, person=person, structure=caf, public_id=uuid4(), by=worker, at=NOON, **typed
    ).code


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One of every thing that has a page, and who reads it."""

    worker: User
    manager: User
    pilot: User
    city_pilot: User
    referent_pilot: User
    """He opened the card of the person whom the worker is asked to follow."""
    """Of action 13."""
    landlord: User
    owner: User
    landlords_manager: User
    correspondent: User
    """Of the service of the CAF that claims overpayments."""
    question: Question
    """That waits, about the line of RSA."""
    answered: Question
    """About the line of APL; another follows it."""
    cases: dict[str, Case]
    tasks: dict[str, CaseTask]
    notice: Notice
    holder: Beneficiary
    """Of the case that is monitored."""
    pair: Pair
    """Two records that resemble each other."""
    merge: Merge
    letter: Letter
    sent_letter: Letter
    document: Document
    movement: LedgerEntry
    appointment: Appointment
    """To come today; another of yesterday has no result yet."""
    diagnostic: Diagnostic
    sharing: SharingRequest
    """Of the case that is shared with the MDS, asked by `asker`, of the CCAS."""
    completion: ProposedCompletion
    """To the same case, by the same asker."""
    emergency: EmergencyAccess
    """Of the worker, to a case of the pilot’s desk."""
    asker: User
    helper: User
    report: Report
    announced: Report
    """Of which the landlord announced an order to pay."""
    mapping: ImportMapping
    draft: ReportDraft
    twin: ReportDraft
    received: ReportDraft
    """Typed at the counter by the worker, who gave the person her sheet."""
    typed: KeptForm
    """What the worker sent once his session had ended."""
    at_counter: ReportDraft
    """Begun at the counter: a household already known resembles."""
    uploaded: ImportJob
    checked: ImportJob
    done: ImportJob
    invitation: Invitation
    administrator: User
    access: AccessRequest
    """Of somebody whom nobody invited, from the establishment that the MDS admits."""
    nomination: Nomination
    """Of the officer, as another administrator: proposed by `administrator`, with whom another one confirms."""
    offered: Invitation
    """To the asker, who has an account already."""
    absence: Absence
    doubtful: int
    """The line of the import that is done of which someone must say whether it is a household already known."""
    rival: ImportJob
    """Checked: another total for a month of which a file is imported already."""
    wrong: int
    """The line of the file that is checked that must be corrected."""
    officer: User
    """For data protection, of the CAF."""
    subject_request: SubjectRequest
    rectification: SubjectRequest
    restriction: SubjectRequest
    restricted: SubjectRequest
    """In his register, about the case that is monitored."""
    run: RetentionRun
    """A list of what is due, that nobody has approved yet."""
    hold: LegalHold
    """On the case that is monitored."""
    calendar: str
    """The secret part of the address of the worker’s calendar."""
    export: Export
    """Of the worker, ready; another one is not begun."""
    export_asked: Export
    view: SavedView
    """Of the worker, on situations."""
    rules: Edition
    """A draft of the deadline rules, in which one rule changes and another is withdrawn."""
    line_letters: Edition
    scales: Edition
    remedies: Edition
    table: Edition
    """A draft of the routing of arrears, in which one row leads elsewhere."""
    """A draft of the letters of overpayments that changes nothing yet."""
    reminders: Edition
    """A draft of the reminders that changes nothing yet."""
    proposed: Referent
    """Of a person whom the worker is asked to follow."""
    label: Label
    """Of the CAF, on the case that is monitored."""
    handed_over: JournalEntry
    lot_answer: JournalEntry
    """A lot that the manager has accepted."""
    grouped: JournalEntry
    """Steps set aside by the manager."""
    """A transfer of today: one person of the worker’s to his manager."""
    handover: Handover
    """Another one, that the worker has not begun."""
    family_code: FamilyCode
    """Of the sheet of the household that is to be contacted."""
    piloted: Piloted


def build() -> Scene:
    people = {
        "worker": factories.member("caf-91", first_name="Nadia", last_name="Belkacem"),
        "manager": factories.member("caf-91", "manager", first_name="Paul", last_name="Lemoine"),
        "pilot": factories.member("caf-91-pilotage", "pilot", first_name="Inès", last_name="Roche"),
        "referent_pilot": factories.member("cd91-rsa", "pilot", first_name="Solène", last_name="Cazal"),
        "city_pilot": factories.member("ville-grigny", "pilot", first_name="Maud", last_name="Ferrier"),
        "landlord": factories.member("gestionnaire-b", "correspondent", first_name="Marc", last_name="Petit"),
        "asker": factories.member("ccas-grigny", first_name="Léa", last_name="Diaz"),
        "helper": factories.member("mds-grigny", "manager", first_name="Hugo", last_name="Renard"),
        "owner": factories.member("bailleur-a", "correspondent", first_name="Léa", last_name="Garnier"),
        "officer": factories.member("caf-91-pilotage", "dpo", first_name="Yves", last_name="Marchal"),
        "landlords_manager": factories.member("bailleur-a", "manager", first_name="Hugo", last_name="Renaud"),
        "administrator": factories.member("caf-91-pilotage", "administrator", first_name="Anne", last_name="Keller"),
        "correspondent": factories.member(
            "caf-91-recouvrement", "correspondent", first_name="Iris", last_name="Bonnard"
        ),
    }
    worker = people["worker"]
    walks = {node: case_at(node, worker=worker) for node in ("contact", "diagnose", "plan", "agree", "monitor")}
    walks["shared"] = case_at("diagnose", worker=worker)
    troubled()
    monitored = walks["monitor"].case
    milestones.record(
        case=monitored, by=worker, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="proved", at=NOON
    )
    # It changes nothing of who signs and who is served.
    factories.protect(monitored, by=worker, kind="sauvegarde", guardian_name="")
    update_of_a_diagnosis(walks["plan"].case, by=worker)
    support.write_note(
        case=monitored,
        structure=factories.structure("caf-91"),
        author=worker,
        text="Madame a repris un emploi à temps partiel.",
        visibility="shared",
        at=NOON,
    )
    walks["answer"] = Walk(reported(usual_name="Ferreira", first_names="Ana", no_message=True, phone="+33612345678"))
    walks["qualify"] = Walk(factories.reported(lease(usual_name="Inconnu"), code="gestionnaire-b"))
    walks["arbitrate"] = to_arbitrate(by=people["manager"])
    walks["close"] = case_at("contact", worker=worker)
    walks["close"].take("contact", by=worker, **REACHED | {"result": "declined"})
    watch(
        tenancy=factories.tenancy(landlord="gestionnaire-b"),
        structure=factories.structure("gestionnaire-b"),
        on=date(2026, 11, 5),
    )
    near = factories.household(usual_name="Nguyen", first_names="Lan")
    factories.tenancy(landlord="bailleur-a", home=near, address="8 rue des Lacs")
    routed = factories.household(usual_name="Traore", first_names="Aminata", birth_date="1985-11-11")
    factories.know(routed, **factories.FAMILY)
    factories.tenancy(home=routed, reference="L7005", housing="private", aid_kind="ALF", address="10 rue de la Plaine")
    month_before = "".join(FILE.splitlines(keepends=True)[:3]).replace("1 410,00", "900,00")
    imported(deposited(by=people["owner"], text=month_before), as_of=date(2026, 10, 24))
    done = imported(deposited(by=people["owner"]))
    claimed = overpaid(worker=worker)
    in_quarantine(walks["plan"].case, by=worker)
    in_quarantine(claimed, by=worker, paper="notification")
    question = asked(claimed, "rsa", by=worker)
    answered = asked_and_answered(claimed, "apl", by=worker, correspondent=people["correspondent"])
    fanout.drain_outbox(at=NOON)
    met(walks["diagnose"].case, by=worker, on=NOON - timedelta(days=1))
    ana = {"usual_name": "Ferreira", "first_names": "Ana", "birth_date": "17/05/1980"}
    for number in range(10):
        seen = reported(usual_name=f"Vu{number}")
        read(seen, by=people["manager"], assigned=False)
    addresses.mark_address_failing(user=worker, at=NOON)
    coordination_case = coordinated(worker=worker, helper=people["helper"])
    ended = closed(worker=worker)
    uncoordinated = to_coordinate(worker=worker, helper=people["helper"])
    begun: dict[str, Any] = {"author": worker, "structure": factories.structure("caf-91"), "at": NOON}
    table = drafted_table(by=people["pilot"])
    made = Scene(
        **people,
        cases={node: walk.case for node, walk in walks.items()}
        | {"closed": closed_in_may(worker=worker), "overpayment": claimed, "followed": coordination_case}
        | {"uncoordinated": uncoordinated},
        tasks={node: walk.task(node) for node, walk in walks.items() if node != "shared"}
        | {
            "choose_way": line_task(claimed, "apl", "choose_way"),
            "await_answer": line_task(claimed, "rsa", "await_answer"),
            "follow_up": coordination_case.tasks.get(node="follow_up", structure__code="caf-91"),
            "ask_agreement": coordination_case.tasks.get(node="ask_agreement"),
            "choose_coordinator": uncoordinated.tasks.get(node="choose_coordinator"),
        },
        notice=Notice.objects.filter(user=worker, case=monitored).latest("pk"),
        holder=monitored.household.members.get(),
        pair=alike(worker),
        merge=merged(worker),
        letter=letter_of(monitored, by=worker),
        sent_letter=sent_letter_of(monitored, by=worker),
        document=order_to_pay(monitored, by=worker),
        movement=record_movement(
            case=monitored, kind="payment", amount=Decimal(50), on=date(2026, 11, 24), by=worker, at=NOON
        ),
        appointment=met(walks["contact"].case, by=worker, on=NOON + timedelta(hours=2)),
        diagnostic=monitored.diagnostics.get(),
        sharing=asked_for(walks["shared"].case, by=people["asker"], worker=worker),
        completion=proposed_to(walks["shared"].case, by=people["asker"]),
        emergency=opened_in_emergency(walks["qualify"].case, by=worker),
        report=walks["agree"].case.reports.get(),
        announced=announced(walks["diagnose"].case, by=people["landlord"]),
        mapping=ImportMapping.objects.get(),
        view=saved_views.save(
            build_listing("situations", user=worker, asked={"retard": "on"}, today=localdate(NOON)),
            name="Mes retards",
            share_in=None,
            at=NOON,
        ),
        export=exported(by=worker),
        export_asked=export_asked(by=worker),
        draft=drafts.begin(**begun, answers={"search": {"usual_name": "Personne"}}),
        twin=drafts.begin(**begun, answers={"search": ana}),
        received=received(**begun),
        typed=found_again(author=people["worker"], at=NOON),
        at_counter=drafts.begin(**begun, answers={"counter": ana}, at_counter=True),
        uploaded=deposited(by=people["owner"], text=FILE.replace("700", "800")),
        checked=checked(deposited(by=people["owner"], text=FILE.replace("700", "900"))),
        done=done,
        invitation=invited(by=people["manager"]),
        access=asking_for_access(),
        nomination=nominated(people["officer"], by=people["administrator"]),
        offered=offered_role(people["asker"], by=people["helper"]),
        absence=absent(worker=worker, manager=people["manager"]),
        rival=checked(deposited(by=people["owner"], text=FILE.replace("1 410,00", "1 510,00"))),
        wrong=5,
        question=question,
        answered=answered,
        subject_request=subject_request(monitored, by=people["officer"]),
        rectification=subject_request(
            walks["plan"].case, by=people["officer"], reference="DPO-2026-015", kind="rectification"
        ),
        restriction=subject_request(
            walks["plan"].case, by=people["officer"], reference="DPO-2026-016", kind="restriction"
        ),
        restricted=restricted(ended, by=people["officer"]),
        run=due_for_archive(ended, by=people["officer"]),
        hold=put_hold(
            case=monitored,
            reason="litigation",
            structure=factories.structure("caf-91-pilotage"),
            by=people["officer"],
            at=NOON,
        ),
        doubtful=done.rows.get(outcome="to_check").line,
        calendar=address.token_of(address.open_feed(user=worker, at=NOON)),
        rules=drafted(by=people["pilot"]),
        reminders=drafted_reminders(by=people["pilot"]),
        table=table,
        piloted=pilot_work(
            by=people["pilot"], draft=table, asked=walks["answer"].case, accepted=walks["monitor"].case
        ),
        line_letters=editions.open_draft(
            catalogue=LINE_LETTERS,
            source=Edition.objects.get(catalogue="overpayment_letters"),
            by=people["city_pilot"],
            at=NOON,
        ),
        scales=editions.open_draft(
            catalogue=SCALES_OF_WITHHOLDINGS,
            source=Edition.objects.get(catalogue="withholding"),
            by=people["city_pilot"],
            at=NOON,
        ),
        remedies=editions.open_draft(
            catalogue=REMEDIES,
            source=Edition.objects.get(catalogue="remedies"),
            by=people["city_pilot"],
            at=NOON,
        ),
        proposed=asked_to_follow(worker=worker, pilot=people["referent_pilot"]),
        label=labelled(monitored, "atelier budget", by=people["manager"]),
        grouped=set_aside(walks["contact"], manager=people["manager"]),
        handed_over=handed_over(worker=worker, manager=people["manager"]),
        lot_answer=lot_accepted(done, by=people["manager"], worker=worker),
        handover=Handover.objects.create(
            structure=factories.structure("caf-91"), by=people["manager"], asked_at=NOON, total=5000
        ),
        family_code=sheet_with_code(walks["contact"].case, worker=worker, manager=people["manager"]),
    )
    refresh_figures(at=NOON)
    write_of_cause(by=people["city_pilot"])
    open_figures(by=people["pilot"])
    return made


def open_figures(*, by: User) -> None:
    """A report is published, and all may read it: its figures are those of the quarter that runs, which has some."""
    running, last = Quarter(date(2026, 10, 1)), Quarter(date(2026, 7, 1))
    figures, as_of = build_report_figures(running, territory="grigny", on=NOON.date(), kept={})
    CommitteeReport.objects.create(
        territory="grigny", quarter=last.first, figures=figures, as_of=as_of, published_by=by, published_at=NOON
    )
    open_observatory(by=by, structure=factories.structure("caf-91-pilotage"), at=NOON)


def write_of_cause(*, by: User) -> None:
    """A cause came back at an operator, and its pilot has written a letter that has not left."""
    alert = CauseAlert.objects.create(
        structure=factories.structure("caf-91-recouvrement"),
        cause="body_error",
        month=date(2026, 11, 1),
        cases=5,
        raised_at=NOON,
    )
    write_cause_letter(
        alert=alert,
        subject="Un motif qui revient",
        paragraphs=["Bonjour."],
        by=by,
        structure=factories.structure("ville-grigny"),
        at=NOON,
    )
