"""One scene with two of everything, of which `test_permissions_of_a_scene` asks who sees what.

Each row stands where one condition of the door decides: somebody who left, a level that is the card’s only, another
structure of the same case, another case of the same structure. Rows are plain ones; memberships alone go through
their act, which writes the rights.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from guardian.models import GroupObjectPermission

from cases.actions import members
from cases.models import (
    Absence,
    Appointment,
    Assignment,
    Beneficiary,
    Case,
    Debt,
    DebtLine,
    Diagnostic,
    Document,
    Edition,
    HouseholdMember,
    Letter,
    Note,
    Organisation,
    OverpaymentNotice,
    Participation,
    Question,
    Referent,
    RepaymentPlan,
    Report,
    SharingRequest,
    Structure,
    SubjectRequest,
    Tenancy,
    Territory,
    User,
    Watch,
)
from cases.models.deadlines import DeadlineRule
from tests import factories
from tests.factories import NOON

TODAY = NOON.date()
BEFORE = date(2026, 1, 1)

ELSEWHERE = {"mds-evry": "mds", "caf-evry-pilotage": "caf_pilot", "cpam-evry": "cpam"}
"""Services of another territory. A CPAM that closed is added, in this one."""

MEMBERS = {
    "claire": ["caf-91:agent"], "paul": ["caf-91:agent"], "hugo": ["caf-91:manager"], "pierre": ["caf-91:pilot"],
    "colin": ["caf-91:correspondent"], "ines": ["caf-91:manager"], "diane": ["caf-91:dpo"],
    "anna": ["caf-91:administrator"], "gilles": ["adil-91:agent"], "sam": ["adil-91:agent"],
    "lea": ["mds-grigny:agent"], "omar": ["mds-grigny:agent", "ccas-grigny:agent"], "denis": ["mds-grigny:dpo"],
    "nina": ["mds-grigny:manager"], "mona": ["mds-grigny:manager", "ccas-grigny:manager"], "carl": ["ccas-grigny:agent"],
    "sylvie": ["caf-91-pilotage:pilot"], "solene": ["caf-91-pilotage:agent"], "eva": ["caf-evry-pilotage:pilot"],
    "victor": ["ville-grigny:pilot"], "adele": ["mds-evry:administrator"],
    "rene": ["caf-91-recouvrement:correspondent"], "roland": ["caf-91-recouvrement:manager"],
    "carla": ["cpam-91:correspondent"], "bruno": ["bailleur-a:correspondent"], "gaelle": ["gestionnaire-b:agent"],
    "gus": ["bailleur-a:agent", "gestionnaire-b:agent"], "elsa": ["epfif-social:agent"],
}  # fmt: skip
"""Gilles worked at the CAF until yesterday; the account of Ines is closed; Colin was an agent."""

CASES = {
    "rent": ("arrears", "caf-91", ["caf-91 lead full", "mds-grigny support card", "caf-91-pilotage reporter card"]),
    "handed-on": ("arrears", "caf-91", ["caf-91 lead full"]),
    "old-role": ("arrears", "caf-91", ["caf-91 lead full"]),
    "asked-caf": ("arrears", "caf-91-pilotage", ["caf-91 asked full"]),
    "asked-mds": ("arrears", "caf-91-pilotage", ["mds-grigny asked card"]),
    "to-qualify": ("arrears", "caf-91-pilotage", ["caf-91-pilotage qualifying full"]),
    "to-arbitrate": ("arrears", "caf-91-pilotage", ["caf-91-pilotage arbiter full"]),
    "supported": ("arrears", "mds-grigny", ["mds-grigny lead full", "caf-91 support full"]),
    "two-services": ("arrears", "ccas-grigny", ["ccas-grigny lead full", "mds-grigny support card"]),
    "twice": ("arrears", "ccas-grigny", ["mds-grigny support full", "ccas-grigny lead full"]),
    "closed": ("arrears", "caf-91", ["caf-91 lead full"]),
    "voided": ("arrears", "caf-91", ["caf-91 lead full until"]),
    "overpaid": ("overpayment", "caf-91", ["caf-91 lead full", "caf-91-recouvrement answering thread"]),
    "overpaid-2": (
        "overpayment", "mds-grigny",
        ["mds-grigny lead full", "caf-91-recouvrement answering thread until", "cpam-91 answering thread"],
    ),
    "coord": ("coordination", "caf-91", ["caf-91 support full", "mds-grigny support full"]),
    "coord-2": ("coordination", "mds-grigny", ["mds-grigny support full"]),
    "evry": ("arrears", "caf-evry-pilotage", ["caf-evry-pilotage qualifying full"]),
}  # fmt: skip
"""Kind, who answers for it, and who takes part; `until` today, it is over."""

ASSIGNED = [
    "rent claire caf-91 responsible", "rent lea mds-grigny responsible", "rent paul caf-91 substitute",
    "handed-on gilles caf-91 responsible", "handed-on paul caf-91 overlap", "old-role colin caf-91 responsible",
    "supported lea mds-grigny responsible", "supported claire caf-91 responsible",
    "two-services carl ccas-grigny responsible", "two-services omar mds-grigny responsible",
    "twice omar ccas-grigny responsible", "twice omar mds-grigny responsible", "twice mona ccas-grigny overlap",
    "overpaid claire caf-91 responsible", "coord claire caf-91 responsible", "asked-mds ines caf-91 responsible",
]  # fmt: skip

LEASES = {
    "rent": ("bailleur-a", "gestionnaire-b"), "handed-on": ("bailleur-a", None), "old-role": ("bailleur-a", None),
    "supported": ("bailleur-a", None), "two-services": ("bailleur-a", "gestionnaire-b"),
    "twice": ("gestionnaire-b", None), "closed": ("epfif-social", None),
}  # fmt: skip
"""Of a case: who owns the dwelling, and who manages it."""

REPORTS = {
    "report-rent": "rent bailleur-a", "report-handed-on": "handed-on caf-91-recouvrement",
    "report-old-role": "old-role caf-91", "report-supported": "supported bailleur-a",
    "report-supported-caf": "supported caf-91", "report-two": "two-services caf-91",
    "report-twice": "twice gestionnaire-b", "report-closed": "closed epfif-social",
}  # fmt: skip
PLANS = ["rent", "handed-on", "supported", "two-services"]

NOTES = {
    "note": "rent caf-91 claire shared", "note-caf": "rent caf-91 hugo internal", "note-mds": "rent mds-grigny lea internal",
    "mine-claire": "rent caf-91 claire personal", "mine-lea": "rent mds-grigny lea personal",
    "note-supported": "supported caf-91 claire shared",
}  # fmt: skip
LETTERS = {
    "letter-caf": "rent caf-91", "letter-mds": "rent mds-grigny", "sheet-mds": "rent mds-grigny diagnostic",
    "debt-mds": "rent mds-grigny line", "letter-supported": "supported caf-91",
}  # fmt: skip
DOCUMENTS = {
    "piece-caf": "rent caf-91 shared", "own-piece-caf": "rent caf-91 internal", "piece-mds": "rent mds-grigny shared",
    "own-piece-mds": "rent mds-grigny internal", "piece-supported": "supported caf-91 shared",
}  # fmt: skip
APPOINTMENTS = {
    "meet-caf": "rent caf-91 claire", "meet-mds": "rent mds-grigny lea", "meet-supported": "supported mds-grigny lea",
    "meet-handed-on": "handed-on caf-91 paul",
}  # fmt: skip
QUESTIONS = {
    "q-open": "overpaid caf-91-recouvrement amount asked", "q-answered": "overpaid caf-91-recouvrement cause answered",
    "q-over": "overpaid-2 caf-91-recouvrement amount asked", "q-cpam": "overpaid-2 cpam-91 amount asked",
}  # fmt: skip
REFERENTS = {
    "follows-claire": "coord caf-91 claire active", "proposed-lea": "coord mds-grigny lea proposed",
    "proposed-gilles": "coord caf-91 gilles proposed", "follows-gilles": "coord-2 caf-91 gilles accepted",
    "follows-nina": "coord-2 mds-grigny nina active", "proposed-omar": "coord-2 ccas-grigny omar proposed",
}  # fmt: skip
SHARING = {
    "of-rent": "rent adil-91 sam asked", "of-rent-done": "rent ccas-grigny carl accepted",
    "of-closed": "closed adil-91 sam asked", "of-supported": "supported adil-91 sam asked",
    "of-qualify": "to-qualify adil-91 sam asked", "of-handed-on": "handed-on mds-grigny lea asked",
    "of-two": "two-services caf-91 gilles asked",
}  # fmt: skip


class Scene:
    """The rows by name, and the names of rows. A case and the holder of its household share a name."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        self.name_of: dict[Any, str] = {}
        _structures(self)
        _people(self)
        _cases(self)
        _rents(self)
        _writings(self)
        _debts(self)
        _following(self)
        _strange_rights(self)

    def keep(self, name: str, row: Any) -> Any:
        self.rows.setdefault(name, row)
        self.name_of[row] = name
        return row

    def __getitem__(self, name: str) -> Any:
        return self.rows[name]

    def names(self, found: Iterable[Any]) -> set[str]:
        """Each once: what is listed twice is a fault."""
        names = [self.name_of[row] for row in found]
        assert len(names) == len(set(names))
        return set(names)

    def each(self, words: str) -> list[Any]:
        """The row of each word that names one; the word itself otherwise."""
        return [self.rows.get(word, word) for word in words.split()]


def _structures(scene: Scene) -> None:
    Territory.objects.create(code="evry", name="Évry", since=BEFORE)
    body = Organisation.objects.create(code="cd-evry", name="Évry")
    for code, kind in ELSEWHERE.items():
        Structure.objects.create(code=code, name=code, kind=kind, organisation=body, territory="evry")
    Structure.objects.create(
        code="cpam-closed", name="CPAM", kind="cpam", organisation=body, territory="grigny", is_active=False
    )
    for structure in Structure.objects.all():
        scene.keep(structure.code, structure)


def _people(scene: Scene) -> None:
    for name, places in MEMBERS.items():
        person = scene.keep(name, factories.user(first_name="", last_name=name))
        for code, role in (place.split(":") for place in places):
            members.join(user=person, structure=scene[code], role=role, since=BEFORE, at=NOON)
    yesterday = TODAY - timedelta(days=1)
    members.join(user=scene["gilles"], structure=scene["caf-91"], role="agent", since=BEFORE, until=yesterday, at=NOON)
    User.objects.filter(pk=scene["ines"].pk).update(is_active=False)


def _cases(scene: Scene) -> None:
    for name, (kind, code, parts) in CASES.items():
        territory = "evry" if name == "evry" else "grigny"
        home = factories.household(usual_name=name, territory=territory)
        holder = home.memberships.get().beneficiary
        owner, manager = LEASES.get(name, ("", None))
        lease = factories.tenancy(landlord=owner, manager=manager and scene[manager], home=home) if owner else None
        ended = {"closed": "cleared", "voided": "voided"}.get(name, "")
        case = Case.objects.create(
            kind=kind, household=home, tenancy=lease, beneficiary=holder if kind == "coordination" else None,
            responsible_structure=scene[code], opened_by_structure=scene[code], opened_on=BEFORE,
            closed_on=TODAY if ended else None, outcome=ended, territory=territory,
        )  # fmt: skip
        scene.keep(name, case)
        scene.keep(name, holder)
        for structure, part, level, *until in (scene.each(words) for words in parts):
            Participation.objects.create(
                case=case, structure=structure, part=part, level=level, basis="SH-1", since=BEFORE, is_open=not ended,
                until=TODAY if until else None,
            )  # fmt: skip
    away = Absence.objects.create(
        user=scene["claire"], structure=scene["caf-91"], since=BEFORE, until=TODAY + timedelta(days=9),
        declared_by=scene["claire"], declared_at=NOON,
    )  # fmt: skip
    instead = {"absence": away, "replaces": scene["claire"], "until": away.until}
    for words in ASSIGNED:
        case, person, structure, kind = scene.each(words)
        more = instead if kind == "substitute" else {}
        given = Assignment.objects.create(case=case, user=person, structure=structure, kind=kind, since=BEFORE, **more)
        scene.keep(words, given)
    _other_members(scene)


def _other_members(scene: Scene) -> None:
    """A child who lives in two homes, a spouse of a case that is closed, a record that was merged into another."""
    also_in = {"child": ["rent", "asked-mds"], "spouse": ["rent", "closed"], "duplicate": ["rent"]}
    for name, homes in also_in.items():
        person = factories.person(usual_name=name)
        person.save()
        scene.keep(name, person)
        for home in (scene[case].household for case in homes):
            HouseholdMember.objects.create(household=home, beneficiary=person, position="other")
    holder = scene["rent"].household.memberships.get(position="holder").beneficiary
    Beneficiary.objects.filter(pk=scene["duplicate"].pk).update(merged_into=holder)


def _rents(scene: Scene) -> None:
    for name, words in REPORTS.items():
        case, structure = scene.each(words)
        report = Report.objects.create(
            case=case, tenancy=case.tenancy, structure=structure, channel="file", reported_on=TODAY, balance=900
        )
        scene.keep(name, report)
    for case in (scene[name] for name in PLANS):
        owed = {"kind": "rent", "household": case.household, "creditor": case.tenancy.landlord}
        _plan(case, Debt.objects.create(tenancy=case.tenancy, **owed))
    for name, code in {"watch-a": "bailleur-a", "watch-b": "gestionnaire-b"}.items():
        lease: Tenancy = factories.tenancy(landlord=code, home=factories.household(usual_name=name))
        seen = {"first_seen_on": TODAY, "last_seen_on": TODAY}
        scene.keep(name, Watch.objects.create(tenancy=lease, structure=scene[code], **seen))


def _plan(case: Case, debt: Debt) -> None:
    sums = {"owed": Decimal(900), "amount": Decimal(900), "monthly": Decimal(100)}
    RepaymentPlan.objects.create(case=case, debt=debt, first_due_on=TODAY, made_on=TODAY, **sums)


def _line(scene: Scene, case: Case) -> DebtLine:
    creditor = scene["caf-91-recouvrement"]
    notice = OverpaymentNotice.objects.create(
        case=case, operator="caf", creditor=creditor, letter_date=TODAY, receipt="post", by=scene["claire"]
    )
    debt = Debt.objects.create(kind="benefit", household=case.household, creditor=creditor)
    return DebtLine.objects.create(notice=notice, debt=debt, position=1, benefit="rsa", amount=300)


def _writings(scene: Scene) -> None:
    rent, holder = scene["rent"], scene["supported"].household.memberships.get().beneficiary
    for name, words in NOTES.items():
        case, structure, author, visibility = scene.each(words)
        scene.keep(name, Note.objects.create(
            case=case, structure=structure, author=author, visibility=visibility, text=name, written_at=NOON
        ))  # fmt: skip
    of = {
        "diagnostic": Diagnostic.objects.create(case=rent, by=scene["claire"], structure=scene["mds-grigny"]),
        "line": _line(scene, rent),
    }
    edition = Edition.objects.order_by("pk")[0]
    for name, words in LETTERS.items():
        case, structure, *about = scene.each(words)
        scene.keep(name, Letter.objects.create(
            case=case, structure=structure, addressee="Service", edition=edition, kind="letter", title=name,
            made_by=scene["claire"], made_on=TODAY, file=name, sha256=name, **{word: of[word] for word in about},
        ))  # fmt: skip
    for name, words in DOCUMENTS.items():
        case, structure, visibility = scene.each(words)
        scene.keep(name, Document.objects.create(
            case=case, structure=structure, visibility=visibility, kind="other", file=name, sha256=name, size=1,
            content_type="application/pdf", by=scene["claire"], received_on=TODAY, added_at=NOON,
        ))  # fmt: skip
    for name, words in APPOINTMENTS.items():
        case, structure, person = scene.each(words)
        scene.keep(name, Appointment.objects.create(
            case=case, structure=structure, professional=person, person=holder, starts_at=NOON, place="office",
            made_by=person, made_at=NOON,
        ))  # fmt: skip


def _debts(scene: Scene) -> None:
    lines = {name: _line(scene, scene[name]) for name in ("overpaid", "overpaid-2")}
    _plan(scene["overpaid"], lines["overpaid"].debt)
    answer = {"answer": "yes", "decided_on": TODAY, "ended_by": scene["rene"], "ended_at": NOON}
    for name, words in QUESTIONS.items():
        case, code, kind, state = words.split()
        more = answer if state == "answered" else {}
        scene.keep(name, Question.objects.create(
            line=lines[case], structure=scene[code], kind=kind, state=state, asked_by=scene["claire"], asked_at=NOON,
            **more,
        ))  # fmt: skip
    rule = DeadlineRule.objects.order_by("pk")[0]
    for code, person in {"caf-91": "diane", "cd-91": "denis"}.items():
        scene.keep(f"register-{code}", SubjectRequest.objects.create(
            organisation=Organisation.objects.get(code=code), territory="grigny", reference="1", kind="access",
            channel="post", received_on=TODAY, rule=rule, first_due_on=TODAY, due_on=TODAY, recorded_by=scene[person],
            recorded_at=NOON,
        ))  # fmt: skip


def _following(scene: Scene) -> None:
    days = {"proposed": {}, "accepted": {"since": BEFORE}, "active": {"since": BEFORE, "informed_on": BEFORE}}
    for name, words in REFERENTS.items():
        case, structure, person, state = scene.each(words)
        scene.keep(name, Referent.objects.create(
            case=case, beneficiary=case.beneficiary, structure=structure, user=person, state=state, proposed_at=NOON,
            **days[state],
        ))  # fmt: skip
    for name, words in SHARING.items():
        case, structure, person, state = scene.each(words)
        answered = {} if state == "asked" else {"answered_by": scene["claire"], "answered_at": NOON}
        scene.keep(name, SharingRequest.objects.create(
            case=case, structure=structure, by=person, reason=name, basis="SH-1", state=state, asked_at=NOON, **answered
        ))  # fmt: skip


def _strange_rights(scene: Scene) -> None:
    """Rows that guardian could hold and that open nothing here.

    A right on something else that bears the number of a structure; a right in a structure given to those of another.
    """
    group = {name: Group.objects.get(name=name) for name in ("caf-91:correspondent", "mds-grigny:manager")}
    elsewhere = ContentType.objects.create(app_label="elsewhere", model="structure")
    rows = [
        (group["caf-91:correspondent"], "view_structure_cases", ContentType.objects.get_for_model(Case), "caf-91"),
        (group["caf-91:correspondent"], "answer_routing", elsewhere, "caf-91"),
        (group["mds-grigny:manager"], "answer_question", ContentType.objects.get_for_model(Structure), "ccas-grigny"),
    ]
    for given, right, of, code in rows:
        permission = Permission.objects.get(codename=right)
        # `create` would refuse a right that is not of that table.
        row = GroupObjectPermission(group=given, permission=permission, content_type=of, object_pk=scene[code].pk)
        GroupObjectPermission.objects.bulk_create([row])
