"""Every page: who may open it, and how it looks to everyone: no axe violation, no sideways scroll, no error."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from http import HTTPStatus
from itertools import product
from typing import Any, Literal
from urllib.parse import urljoin
from uuid import UUID

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe, AxeResults
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.timezone import localdate, now
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.actions import members
from cases.actions.invitations import link_parts
from cases.models import Beneficiary, Case, CauseAlert, JournalEntry, Structure, User
from cases.models.members import Role
from cases.rules.rights import rights_of
from notifications import links
from tests import factories
from tests.conftest import IN_FRANCE, POLLING
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.scene import Scene
from tests.pages import NUMBER, NUMBER_AS_WRITTEN, SentForm, forms_of, numbers, says_no_message
from tests.turns import days_until_turn
from tests.two_cities import add_everybody, make_valbrune
from workflows.models import KeptForm
from workflows.views.case.sharing_requests import ask_address
from workflows.views.parts.kept_forms import signed_name

pytestmark = pytest.mark.django_db

CAF = {("caf-91", "manager")}
MANAGES_THE_CAF = {("caf-91", "manager"), ("caf-91", "administrator")}
"""Who sees the cases of the CAF, besides the professional who follows them."""
MDS = {("mds-grigny", "manager")}
"""In support of the case that is shared."""
CCAS = {("ccas-grigny", "manager")}
"""It asks for that case."""
ANSWERS_FOR_THE_CAF = {("caf-91", "agent"), ("caf-91", "manager")}
REPORTS_OF_B = {("gestionnaire-b", role) for role in ("agent", "manager", "correspondent")}
FILES_OF_A = {("bailleur-a", role) for role in ("agent", "manager", "correspondent")}
RECOVERY = {("caf-91-recouvrement", "")}
"""Its correspondents answer the questions about what the CAF claims; they see no case."""
PILOTS = {("caf-91-pilotage", role) for role in ("agent", "manager", "pilot")}

Readers = set[tuple[str, str]]
Arguments = Callable[[Scene], list[Any]]


@dataclass(frozen=True, kw_only=True)
class Address:
    """How an address is asked for. `readers` are those for whom it exists; None: whoever is signed in may try."""

    args: Arguments = field(default=lambda scene: [])
    readers: Readers | None = None
    open_to_all: bool = False
    posts: bool = False
    """It answers to a form only."""


INVOLVED = {
    "bailleur-a": "landlord",
    "caf-91": "caf_social",
    "caf-91-pilotage": "caf_pilot",
    "ccas-grigny": "ccas",
    "gestionnaire-b": "rent_manager",
    "mds-grigny": "mds",
}
"""Code → kind."""
OUTSIDERS = [
    "adil-91", "autres-bailleurs", "bailleur-a-social", "caf-91-recouvrement", "ccas-grigny-accueil",
    "cd91-rsa", "cnav", "cpam-91", "epfif-social", "france-travail-91", "msa-idf", "udaf-91",
    "ville-grigny",
]  # fmt: skip
EVERY_ROLE = ""
"""All of them, which one person holds in a structure that has no part in the scene."""
EVERY_OFFICER = {(code, "dpo") for code in INVOLVED} | {(code, EVERY_ROLE) for code in OUTSIDERS}
OFFICERS = {("caf-91", "dpo"), ("caf-91-pilotage", "dpo"), ("caf-91-recouvrement", EVERY_ROLE)}
"""Of the CAF: that of one service reads the traces of all. No page of a case is theirs."""
OFFICERS_OF_A = {("bailleur-a", "dpo"), ("bailleur-a-social", EVERY_ROLE)}


CLAIM_RENT = {"bailleur-a", "gestionnaire-b", "autres-bailleurs"}
OF_ARCHIVE = {(code, role) for code, role in EVERY_OFFICER if code not in CLAIM_RENT} | {
    (code, "manager") for code in INVOLVED if code not in CLAIM_RENT | {"caf-91-pilotage"}
}
"""Each finds those of his services only."""
OF_RETENTION = {(code, role) for code, role in EVERY_OFFICER if code not in CLAIM_RENT}
"""A landlord’s officer knows of no case."""
ADMINISTRATORS = {(code, "administrator") for code in INVOLVED if code not in CLAIM_RENT}
ADMINISTRATORS |= {(code, EVERY_ROLE) for code in OUTSIDERS if code not in CLAIM_RENT}
"""Of the whole territory; a landlord’s administrator names nobody elsewhere."""


def of_case(node: str, **more: Any) -> Address:
    return Address(args=lambda scene: [scene.cases[node].public_id], readers=CAF, **more)


def of_job(name: str, **more: Any) -> Address:
    return Address(args=lambda scene: [getattr(scene, name).public_id], readers=FILES_OF_A, **more)


def of_mapping() -> Address:
    return Address(args=lambda scene: [scene.mapping.public_id], readers=FILES_OF_A)


def of_member(**more: Any) -> Address:
    return Address(args=lambda scene: ["caf-91", scene.worker.public_id], readers=MANAGES_THE_CAF, **more)


def of_member_of_caf() -> Address:
    return Address(args=lambda scene: ["caf-91", scene.worker.public_id], readers=CAF)


def of_absence() -> Address:
    return Address(args=lambda scene: [scene.absence.public_id], readers=CAF)


def of_invitation() -> Address:
    """Its readers are told what they may not do."""
    return Address(args=lambda scene: [scene.invitation.public_id], readers=MANAGES_THE_CAF, posts=True)


def of_offer() -> Address:
    """It is the asker’s alone."""
    return Address(args=lambda scene: [scene.offered.public_id], readers=set(), posts=True)


def of_nomination() -> Address:
    return Address(args=lambda scene: [scene.nomination.public_id], readers=ADMINISTRATORS, posts=True)


def officer_at_the_desk(scene: Scene) -> list[Any]:
    return ["caf-91-pilotage", scene.officer.public_id, "dpo"]


def of_letter(**more: Any) -> Address:
    return Address(args=lambda scene: [scene.cases["monitor"].public_id, scene.letter.public_id], readers=CAF, **more)


def of_sent_letter() -> Address:
    return Address(args=lambda scene: [scene.cases["monitor"].public_id, scene.sent_letter.public_id], readers=CAF)


def of_document(**more: Any) -> Address:
    return Address(
        args=lambda scene: [scene.cases["monitor"].public_id, scene.document.public_id], readers=CAF, **more
    )


def of_appointment(**more: Any) -> Address:
    return Address(
        args=lambda scene: [scene.cases["contact"].public_id, scene.appointment.public_id], readers=CAF, **more
    )


def of_line() -> Address:
    return Address(args=lambda scene: [scene.cases["overpayment"].public_id, line_of(scene, "rsa")], readers=CAF)


def line_of(found: Scene, benefit: str) -> UUID:
    return scene.line_of(found.cases["overpayment"], benefit).public_id


def signature_of(found: Scene) -> JournalEntry:
    return found.cases["overpayment"].journal.get(kind="line.signed")


def withheld(found: Scene) -> UUID:
    return scene.line_of(found.cases["overpayment"], "rsa").debt.ledger.get().public_id


def of_register() -> Address:
    return Address(args=lambda scene: [scene.subject_request.public_id], readers=OFFICERS)


def of_share() -> Address:
    return Address(args=lambda scene: [scene.cases["shared"].public_id, "mds-grigny"], readers=CAF | MDS)


def token_for_the_worker(scene: Scene) -> str:
    """For a case of the pilot’s desk, which he does not see."""
    structure = factories.structure("caf-91")
    address = ask_address(case=scene.cases["qualify"], structure=structure, user=scene.worker, on=localdate())
    return address.rstrip("/").rpartition("/")[2]


def answer_link(scene: Scene) -> str:
    """Of the worker, for the case to take."""
    address = links.address_of(scene.tasks["answer"], scene.worker, on=NOON.date())
    return address.rstrip("/").rpartition("/")[2]


def of_draft(**more: Any) -> Address:
    """A draft is its author’s alone."""
    return Address(args=lambda scene: [scene.draft.public_id, "qui"], readers=set(), **more)


def of_person() -> Address:
    """Of the holder of a case seen whole."""
    return Address(args=lambda scene: [scene.cases["monitor"].public_id, scene.holder.public_id], readers=CAF)


def of_protection() -> Address:
    """Of the measure of that person."""
    return Address(
        args=lambda scene: [
            scene.cases["monitor"].public_id,
            scene.holder.public_id,
            scene.holder.protections.get().public_id,
        ],
        readers=CAF,
    )


def of_rules(*more: str, **others: Any) -> Address:
    """Of the draft of a pilot: he alone finds it, in whichever structure he pilots."""
    return Address(args=lambda scene: ["delais", scene.rules.number, *more], **others)


def of_table(*more: Callable[[Scene], Any], **others: Any) -> Address:
    """Of the draft of a routing table."""
    return Address(
        args=lambda scene: ["orientation-impayes", scene.table.number, *(each(scene) for each in more)], **others
    )


def of_commission(*more: Callable[[Scene], Any]) -> Address:
    return Address(
        args=lambda scene: [scene.piloted.commission.public_id, *(each(scene) for each in more)], readers=PILOTS
    )


def of_quarter(*more: str, **others: Any) -> Address:
    """Of the pilots of an action, in whichever structure."""
    return Address(args=lambda scene: ["2026-T4", *more], **others)


def of_followed() -> Address:
    """Both structures that follow the person; a page of an act may be another’s."""
    return Address(args=lambda scene: [scene.cases["followed"].public_id], readers=CAF | MDS)


def of_followed_by_pilot() -> Address:
    """Of who pilots the référents: a button that opens the card of somebody for whom something waits."""
    return Address(
        args=lambda scene: [scene.cases["followed"].public_id], readers={("cd91-rsa", EVERY_ROLE)}, posts=True
    )


def of_alert() -> Address:
    """Of who pilots the overpayments, where the operator is."""
    return Address(args=lambda scene: [CauseAlert.objects.get().pk], readers={("ville-grigny", EVERY_ROLE)})


def contact_of(scene: Scene) -> list[Any]:
    """Of the référent at the CAF."""
    case = scene.cases["followed"]
    return [case.public_id, case.referents.get(structure__code="caf-91").public_id]


NOBODY: Address = Address(open_to_all=True)
ADDRESSES: dict[str, Address] = {
    "live": NOBODY,
    "ready": NOBODY,
    "login": NOBODY,
    "logout": Address(open_to_all=True, posts=True),
    "admin_login": NOBODY,
    # Between the two steps of a sign-in nobody is signed in; without the first, one is led to it.
    "second_step": NOBODY,
    "prove": Address(),
    "proconnect": NOBODY,
    "proconnect_return": NOBODY,
    "proconnect_out": NOBODY,
    "password_change": Address(),
    "password_change_done": Address(),
    "password_reset": NOBODY,
    "password_reset_done": NOBODY,
    "password_reset_confirm": Address(args=lambda scene: ["MQ", "faux-jeton"], open_to_all=True),
    "password_reset_complete": NOBODY,
    "invitation": Address(args=lambda scene: ["MQ", "faux-jeton"], open_to_all=True),
    "security": Address(),
    "add_generator": Address(),
    "remove_generator": Address(posts=True),
    "add_passkey": Address(),
    "remove_passkey": Address(posts=True),
    "draw_codes": Address(posts=True),
    "end_session": Address(posts=True),
    "own_sign_ins": Address(),
    "accessibility": NOBODY,
    "legal_notices": NOBODY,
    "privacy": NOBODY,
    "privacy_of_city": Address(args=lambda scene: ["grigny"], open_to_all=True),
    "site_map": NOBODY,
    "help": NOBODY,
    "family_page": NOBODY,
    "news": NOBODY,
    "inbox": Address(),
    "cases": Address(),
    "search": Address(),
    "agenda": Address(),
    "deadlines": Address(),
    "calculator": Address(),
    "remedies": Address(),
    "withholding": Address(),
    "legal_aid": Address(),
    "calendar_feed": Address(),
    # A calendar program has no session: its address is the secret.
    "calendar_file": Address(args=lambda scene: [scene.calendar], open_to_all=True),
    "case": of_case("monitor"),
    "step": Address(
        args=lambda scene: [scene.cases["contact"].public_id, scene.tasks["contact"].public_id], readers=CAF
    ),
    "ask_time": Address(
        args=lambda scene: [scene.cases["answer"].public_id, scene.tasks["answer"].public_id],
        readers=ANSWERS_FOR_THE_CAF,
    ),
    "case_close": of_case("monitor"),
    "case_reopen": of_case("closed"),
    "case_milestone": of_case("monitor"),
    "case_milestone_withdraw": Address(
        args=lambda scene: [scene.cases["monitor"].public_id, "order_to_pay_served"], readers=CAF
    ),
    "case_note": of_case("monitor"),
    "note_rewrite": Address(
        args=lambda scene: [scene.cases["monitor"].public_id, scene.cases["monitor"].notes.get().public_id],
        readers=set(),
    ),
    "case_labels": of_case("monitor"),
    "notice": Address(),
    "case_notice": of_case("monitor"),
    "case_notice_check": Address(
        args=lambda scene: [
            scene.cases["overpayment"].public_id,
            scene.cases["overpayment"].overpayment_notices.get().public_id,
        ],
        readers=CAF,
    ),
    "case_line": of_line(),
    "case_line_movement": of_line(),
    "case_line_fact": of_line(),
    "case_line_fraud": of_line(),
    "case_line_spoken": of_line(),
    "case_line_withholding": of_line(),
    "case_line_papers": of_line(),
    "case_line_letter": Address(
        args=lambda scene: [scene.cases["overpayment"].public_id, line_of(scene, "apl"), "L2b"], readers=CAF
    ),
    "letter_copy": Address(
        args=lambda scene: [scene.cases["overpayment"].public_id, scene.cases["overpayment"].letters.get().public_id],
        readers=CAF,
    ),
    "case_line_movement_correct": Address(
        args=lambda scene: [scene.cases["overpayment"].public_id, line_of(scene, "rsa"), withheld(scene)],
        readers=CAF,
    ),
    "case_line_ask": of_line(),
    "case_line_question_withdraw": Address(
        args=lambda scene: [scene.cases["overpayment"].public_id, line_of(scene, "rsa"), scene.question.public_id],
        readers=CAF,
    ),
    "questions": Address(),
    "questions_report": Address(),
    "cause_alert": of_alert(),
    "cause_alert_letter": of_alert(),
    "cause_alert_sent": of_alert(),
    "questions_year": Address(),
    "questions_year_file": Address(args=lambda scene: ["pdf"]),
    "questions_file": Address(),
    "questions_export": Address(posts=True),
    "followed_questions_file": Address(readers=CAF),
    "followed_questions_export": Address(posts=True),
    "question": Address(args=lambda scene: [scene.question.public_id], readers=RECOVERY),
    "case_measure": Address(
        args=lambda scene: [scene.cases["monitor"].public_id, scene.cases["monitor"].measures.get().public_id],
        readers=CAF,
    ),
    "case_movement": of_case("monitor"),
    "case_balance": of_case("monitor"),
    "case_rent": of_case("monitor"),
    "case_rent_checks": of_case("monitor"),
    "case_later": of_case("closed"),
    "later": Address(),
    "case_amend": of_case("monitor"),
    "case_movement_correct": Address(
        args=lambda scene: [scene.cases["monitor"].public_id, scene.movement.public_id], readers=CAF
    ),
    "case_timeline": of_case("monitor"),
    "case_corrections": Address(args=lambda scene: [scene.cases["monitor"].public_id], readers=CAF | OFFICERS),
    "case_who_read": of_case("monitor"),
    "case_who_read_sheet": of_case("monitor"),
    "letters": of_case("monitor"),
    "family_sheet": of_case("monitor"),
    "family_sheet_pdf": Address(
        args=lambda scene: [scene.cases["contact"].public_id, scene.family_code.public_id], readers=CAF, posts=True
    ),
    "family_code_revoke": Address(
        args=lambda scene: [scene.cases["contact"].public_id, scene.family_code.public_id], readers=CAF, posts=True
    ),
    "letter_write": Address(args=lambda scene: [scene.cases["monitor"].public_id, "repayment_plan"], readers=CAF),
    "tenant_letter": Address(args=lambda scene: [scene.cases["monitor"].public_id, "ccapex"], readers=CAF),
    "household": of_case("monitor"),
    "household_add": of_case("monitor"),
    "person": of_person(),
    "person_edit": of_person(),
    "person_place": of_person(),
    "person_departure": of_person(),
    "person_share": of_person(),
    "person_protection": of_person(),
    "protection_edit": of_protection(),
    "protection_end": of_protection(),
    "duplicates": Address(),
    "merges": Address(),
    "compare_people": Address(
        args=lambda scene: [scene.pair.kept.public_id, scene.pair.absorbed.public_id], readers=CAF | PILOTS
    ),
    "unmerge": Address(args=lambda scene: [scene.merge.public_id], readers=CAF | PILOTS),
    "letter": of_letter(),
    "letter_sent": of_letter(),
    "letter_take_back": of_sent_letter(),
    "letter_returned": of_sent_letter(),
    "attempt_take_back": Address(
        args=lambda scene: [scene.cases["monitor"].public_id, scene.cases["monitor"].contact_attempts.get().pk],
        readers=CAF,
    ),
    "act_take_back": Address(
        args=lambda scene: [scene.cases["overpayment"].public_id, signature_of(scene).pk], readers=CAF
    ),
    "own_acceptance_take_back": Address(
        args=lambda scene: [scene.cases["contact"].journal.get(kind="step.accepted").pk], readers=set()
    ),
    "case_share": of_case("monitor"),
    "case_access": of_share(),
    "case_professional": of_share(),
    "sharing_requests": Address(),
    "sharing_ask": Address(args=lambda scene: [token_for_the_worker(scene)], readers=set()),
    "emergency_open": Address(args=lambda scene: [token_for_the_worker(scene)], readers=set()),
    "emergency_accesses": Address(),
    "emergency_case": Address(args=lambda scene: [scene.emergency.public_id], readers=set()),
    "emergency_end": Address(args=lambda scene: [scene.emergency.public_id], readers=CAF | OFFICERS, posts=True),
    "sharing_request": Address(args=lambda scene: [scene.sharing.public_id], readers=CAF | MDS),
    "completion": Address(args=lambda scene: [scene.completion.public_id], readers=CAF | MDS),
    "sharing_withdraw": Address(args=lambda scene: [scene.sharing.public_id], readers=CCAS, posts=True),
    "documents": of_case("monitor"),
    "document": of_document(),
    "document_void": of_document(),
    "appointment_make": of_case("contact"),
    "appointment_result": of_appointment(posts=True),
    "appointment_move": of_appointment(),
    "appointment_cancel": of_appointment(),
    "diagnosis": of_case("diagnose"),
    "diagnosis_block": Address(args=lambda scene: [scene.cases["diagnose"].public_id, "essentiel"], readers=CAF),
    "diagnosis_update": of_case("monitor", posts=True),
    "diagnosis_drop": of_case("diagnose", posts=True),
    "diagnosis_finish": of_case("plan"),
    "sheet": Address(args=lambda scene: [scene.cases["monitor"].public_id, "dsf"], readers=CAF),
    "sheet_pdf": Address(args=lambda scene: [scene.cases["monitor"].public_id, "dsf"], readers=CAF),
    "diagnosis_past": Address(
        args=lambda scene: [scene.cases["monitor"].public_id, scene.diagnostic.public_id], readers=CAF
    ),
    "reports": Address(),
    "watch_list": Address(),
    "landlord_profile": Address(),
    "notifications": Address(),
    "preferences": Address(),
    # Its address is signed, for one person and one question.
    "answer_by_link": Address(args=lambda scene: ["faux.jeton"], open_to_all=True),
    # The service that sends e-mails has no session: its address holds the secret.
    "bounces": Address(open_to_all=True, posts=True),
    "notification": Address(args=lambda scene: [scene.notice.public_id], readers=set()),
    "report": Address(),
    "report_matches": Address(args=lambda scene: [scene.twin.public_id], readers=set()),
    "report_step": of_draft(),
    "report_preview": of_draft(posts=True),
    "typed_again": Address(args=lambda scene: [scene.typed.public_id]),
    "counter": Address(),
    "counter_draft": Address(args=lambda scene: [scene.at_counter.public_id], readers=set()),
    "counter_pause": Address(args=lambda scene: [scene.at_counter.public_id], readers=set(), posts=True),
    "counter_done": Address(args=lambda scene: [scene.received.public_id], readers=set()),
    "counter_sheet": Address(args=lambda scene: [scene.received.public_id], readers=set()),
    "report_detail": Address(args=lambda scene: [scene.report.public_id], readers=REPORTS_OF_B),
    "order_announce": Address(args=lambda scene: [scene.report.public_id], readers=REPORTS_OF_B),
    "order_call_off": Address(args=lambda scene: [scene.announced.public_id], readers=REPORTS_OF_B),
    "act_declare": Address(args=lambda scene: [scene.report.public_id], readers=REPORTS_OF_B),
    "procedure": Address(args=lambda scene: ["arrears"]),
    "procedure_steering": Address(args=lambda scene: ["arrears"]),
    "views": Address(args=lambda scene: ["situations"]),
    "views_bar": Address(args=lambda scene: ["situations"]),
    "view_edit": Address(args=lambda scene: [scene.view.public_id], readers=set()),
    "view_delete": Address(args=lambda scene: [scene.view.public_id], readers=set(), posts=True),
    "exports": Address(),
    "export_ask": Address(args=lambda scene: ["situations"], posts=True),
    "export": Address(args=lambda scene: [scene.export.public_id], readers=set()),
    "export_file": Address(args=lambda scene: [scene.export.public_id], readers=set(), posts=True),
    "backlog": Address(),
    "backlog_list": Address(),
    "backlog_week": Address(),
    "backlog_answers": Address(),
    "labels": Address(args=lambda scene: ["caf-91"], readers=CAF),
    "label": Address(args=lambda scene: ["caf-91", scene.label.public_id], readers=CAF),
    "label_retire": Address(args=lambda scene: ["caf-91", scene.label.public_id], readers=CAF, posts=True),
    "backlog_group": Address(args=lambda scene: ["caf-91"], readers=CAF),
    "backlog_act": Address(args=lambda scene: ["caf-91", scene.grouped.pk], readers=CAF),
    "give_task": Address(args=lambda scene: [scene.tasks["contact"].public_id], readers=CAF),
    "members": Address(),
    "invite": Address(args=lambda scene: ["caf-91"], readers=MANAGES_THE_CAF),
    "send_invitation": of_invitation(),
    "withdraw_invitation": of_invitation(),
    "member": of_member(),
    "member_roles": of_member(),
    "member_last_day": of_member(),
    "departure": of_member_of_caf(),
    "departure_notes": of_member_of_caf(),
    "my_departure": Address(),
    "my_departure_notes": Address(),
    "handover_note": of_case("monitor"),
    "member_stay": of_member(),
    "member_retry": of_member(posts=True),
    "review_members": Address(args=lambda scene: ["caf-91"], readers=MANAGES_THE_CAF),
    "my_invitations": Address(),
    "accept_invitation": of_offer(),
    "decline_invitation": of_offer(),
    "administration": Address(readers=ADMINISTRATORS),
    "services": Address(readers=ADMINISTRATORS),
    "try_mail": Address(readers=ADMINISTRATORS, posts=True),
    "installation": Address(readers=ADMINISTRATORS),
    "opening": Address(readers=ADMINISTRATORS | OF_RETENTION),
    "opening_open": Address(readers=ADMINISTRATORS | OF_RETENTION, posts=True),
    "opening_close": Address(readers=ADMINISTRATORS | OF_RETENTION, posts=True),
    "opening_attest": Address(args=lambda scene: ["aipd"], readers=ADMINISTRATORS | OF_RETENTION),
    "opening_withdraw": Address(args=lambda scene: ["aipd"], readers=ADMINISTRATORS | OF_RETENTION, posts=True),
    "nominate": Address(readers=ADMINISTRATORS),
    "structures": Address(readers=ADMINISTRATORS),
    "territories": Address(readers=ADMINISTRATORS),
    "add_territory": Address(readers=ADMINISTRATORS),
    "territory": Address(args=lambda scene: ["grigny"], readers=ADMINISTRATORS),
    "end_territory": Address(args=lambda scene: ["grigny"], readers=ADMINISTRATORS),
    "choose_territory": Address(posts=True),
    "add_structure": Address(readers=ADMINISTRATORS),
    "structure": Address(args=lambda scene: ["mds-grigny"], readers=ADMINISTRATORS),
    "organisation": Address(args=lambda scene: ["ville-grigny"], readers=ADMINISTRATORS),
    "landlord_nature": Address(args=lambda scene: ["bailleur-a"], readers=ADMINISTRATORS),
    "controller": Address(args=lambda scene: ["mds-grigny"], readers=ADMINISTRATORS),
    "sharing_basis": Address(args=lambda scene: ["bailleur-a"], readers=ADMINISTRATORS),
    "establishments": Address(args=lambda scene: ["mds-grigny"], readers=ADMINISTRATORS),
    "withdraw_establishment": Address(
        args=lambda scene: ["mds-grigny", "21910286000018"], readers=ADMINISTRATORS, posts=True
    ),
    "access_requests": Address(readers=ADMINISTRATORS),
    "access_request": Address(args=lambda scene: [scene.access.public_id], readers=ADMINISTRATORS),
    "decline_access_request": Address(args=lambda scene: [scene.access.public_id], readers=ADMINISTRATORS, posts=True),
    "end_structure": Address(args=lambda scene: ["cpam-91"], readers=ADMINISTRATORS),
    "take_up_structure": Address(args=lambda scene: ["cpam-91"], readers=ADMINISTRATORS, posts=True),
    "confirm_nomination": of_nomination(),
    "withdraw_nomination": of_nomination(),
    "end_role": Address(args=officer_at_the_desk, readers=ADMINISTRATORS),
    "my_people": Address(),
    "beneficiary": of_followed(),
    "beneficiary_propose": of_followed(),
    "beneficiary_end": of_followed(),
    "coordinator_propose": of_followed(),
    "legal_referent": of_followed(),
    "contact_card": Address(args=contact_of, readers=CAF | MDS),
    "coordination_object": of_followed(),
    "beneficiary_sheet": Address(args=lambda scene: [scene.cases["followed"].public_id, "claire"], readers=CAF | MDS),
    "referents": Address(),
    "referent_answer": Address(args=lambda scene: [scene.proposed.public_id], readers=set()),
    "referent_withdraw": Address(args=lambda scene: [scene.proposed.public_id], readers=CAF, posts=True),
    "portfolio": of_member_of_caf(),
    "portfolio_done": Address(args=lambda scene: ["caf-91", scene.handed_over.pk], readers=CAF),
    "handover": Address(args=lambda scene: ["caf-91", scene.handover.public_id], readers=CAF),
    "case_referent": of_case("monitor"),
    "closures": Address(args=lambda scene: ["caf-91"], readers=MANAGES_THE_CAF | ADMINISTRATORS),
    "opening_hours": Address(args=lambda scene: ["caf-91"], readers=MANAGES_THE_CAF | ADMINISTRATORS),
    "capacity": Address(args=lambda scene: ["caf-91"], readers=CAF),
    "switch_family_page": Address(args=lambda scene: ["caf-91"], readers=CAF),
    "declare_absence": Address(args=lambda scene: ["caf-91"], readers=CAF),
    "my_absences": Address(),
    "declare_my_absence": Address(),
    "absence": of_absence(),
    "absence_split": of_absence(),
    "absence_dates": of_absence(),
    "absence_end": of_absence(),
    "steering": Address(),
    "places": Address(),
    "unsettled": Address(),
    "open_pilot_card": of_followed_by_pilot(),
    "backlogs": Address(),
    "heat_map": Address(args=lambda scene: ["arrears"]),
    "indicators": Address(),
    "cohorts": Address(),
    "indicators_count": Address(posts=True),
    "committee_reports": Address(),
    "committee_targets": Address(),
    "committee_report": of_quarter(),
    "committee_publish": of_quarter(posts=True),
    "committee_reissue": of_quarter(),
    "committee_file": of_quarter("pdf"),
    "observatory_switch": Address(
        args=lambda scene: ["grigny"],
        readers=ADMINISTRATORS | {(code, "pilot") for code in INVOLVED if code not in CLAIM_RENT},
    ),
    "observatory_licence": Address(args=lambda scene: ["grigny"], readers=ADMINISTRATORS),
    "observatories": NOBODY,
    "observatory": Address(args=lambda scene: ["grigny"], open_to_all=True),
    "observatory_quarter": Address(args=lambda scene: ["grigny", "2026-T3"], open_to_all=True),
    "observatory_file": Address(args=lambda scene: ["grigny", "2026-T3"], open_to_all=True),
    "imports": Address(),
    "mappings": Address(),
    "mapping": of_mapping(),
    "forget_mapping": of_mapping(),
    "import": of_job("done"),
    "import_columns": of_job("uploaded"),
    "undo_import": of_job("done"),
    "compare_import": of_job("done"),
    "lots": Address(),
    "lot": Address(args=lambda scene: [scene.done.public_id, "caf-91"], readers=ANSWERS_FOR_THE_CAF),
    "lot_take_back": Address(
        args=lambda scene: [scene.done.public_id, "caf-91", scene.lot_answer.pk], readers=ANSWERS_FOR_THE_CAF
    ),
    "warnings": Address(),
    "traces": Address(readers=EVERY_OFFICER),
    "traces_list": Address(args=lambda scene: [scene.done.public_id], readers=OFFICERS | OFFICERS_OF_A),
    "traces_bases": Address(readers=EVERY_OFFICER),
    "traces_basis": Address(args=lambda scene: ["caf-91-pilotage"], readers=OFFICERS),
    "traces_access": Address(readers=EVERY_OFFICER),
    "traces_access_list": Address(readers=EVERY_OFFICER),
    "traces_readings": Address(readers=EVERY_OFFICER),
    "traces_case": Address(args=lambda scene: [scene.cases["monitor"].public_id], readers=OFFICERS),
    "traces_case_sheet": Address(args=lambda scene: [scene.cases["monitor"].public_id], readers=OFFICERS),
    "traces_day": Address(args=lambda scene: [scene.manager.public_id, "2026-11-24"], readers=OFFICERS),
    "traces_exports": Address(readers=EVERY_OFFICER),
    "traces_sharing": Address(readers=EVERY_OFFICER),
    "traces_sharing_list": Address(readers=EVERY_OFFICER),
    "traces_wishes": Address(args=lambda scene: ["contact"], readers=EVERY_OFFICER),
    "traces_requests": Address(readers=EVERY_OFFICER),
    "subject_request_new": Address(readers=EVERY_OFFICER),
    "subject_request": of_register(),
    "subject_request_extend": of_register(),
    "subject_request_answer": of_register(),
    "subject_request_withdraw": of_register(),
    "person_file": of_register(),
    "person_file_zip": Address(
        args=lambda scene: [scene.subject_request.public_id, scene.subject_request.public_id],
        readers=set(),
        posts=True,
    ),
    "subject_request_erase": of_register(),
    "subject_request_object": of_register(),
    "subject_request_restrict": Address(args=lambda scene: [scene.restriction.public_id], readers=OFFICERS),
    "subject_request_unrestrict": Address(args=lambda scene: [scene.restricted.public_id], readers=OFFICERS),
    "subject_request_rectify": Address(args=lambda scene: [scene.rectification.public_id], readers=OFFICERS),
    "archive": Address(readers=OF_ARCHIVE),
    "retention": Address(readers=OF_RETENTION),
    "retention_limit": Address(args=lambda scene: ["archive"], readers=OF_RETENTION),
    "retention_confirm": Address(readers=OF_RETENTION),
    "retention_propose": Address(readers=OF_RETENTION, posts=True),
    # The one officer of the scene made the list: an administrator may approve it.
    "retention_run": Address(args=lambda scene: [scene.run.public_id], readers=OF_RETENTION | ADMINISTRATORS),
    "retention_approve": Address(
        args=lambda scene: [scene.run.public_id], readers=OF_RETENTION | ADMINISTRATORS, posts=True
    ),
    "retention_drop": Address(args=lambda scene: [scene.run.public_id], readers=OF_RETENTION, posts=True),
    "legal_hold_new": Address(readers=OF_RETENTION),
    "legal_hold_lift": Address(args=lambda scene: [scene.hold.public_id], readers=OF_RETENTION),
    "initial_stock": Address(),
    "law": Address(),
    "law_statement": Address(args=lambda scene: ["deadlines", "C01"]),
    "rules": Address(),
    "rules_catalogue": Address(args=lambda scene: ["delais"]),
    "rules_compare": Address(args=lambda scene: ["delais"]),
    "rules_edition": of_rules(),
    "rules_changes": of_rules(),
    "rules_add": of_rules(),
    "rules_rule": of_rules("C01"),
    "rules_copy": of_rules(posts=True),
    "rules_correct": of_rules(posts=True),
    "rules_drop": of_rules(posts=True),
    "rules_withdraw": of_rules(posts=True),
    "rules_withdraw_rule": of_rules("C01", posts=True),
    "rules_restore_rule": of_rules("C01", posts=True),
    "rules_simulate": of_table(posts=True),
    "rules_simulation": of_table(lambda scene: scene.piloted.simulation.public_id, readers=PILOTS),
    "rules_replays": Address(args=lambda scene: ["orientation-impayes"], readers=PILOTS),
    "rules_replay": Address(
        args=lambda scene: ["orientation-impayes", scene.piloted.replay.public_id], readers=PILOTS
    ),
    "arbitrations": Address(),
    "arbitration_sheet": Address(args=lambda scene: [scene.cases["arbitrate"].public_id], readers=PILOTS),
    "commissions": Address(),
    "commission": of_commission(),
    "commission_minutes": of_commission(),
    "commission_item": of_commission(lambda scene: scene.piloted.item.public_id),
    "start_import": of_job("checked", posts=True),
    "discard_import": of_job("checked", posts=True),
    "import_errors": of_job("done", posts=True),
    "import_line": Address(args=lambda scene: [scene.done.public_id, scene.doubtful], readers=FILES_OF_A | PILOTS),
    "correct_line": Address(args=lambda scene: [scene.checked.public_id, scene.wrong], readers=FILES_OF_A),
}
ABSENCE = ("absence", "absence_split", "absence_dates", "absence_end")
OF_MANAGERS = {
    "case_who_read",
    "case_who_read_sheet",
    "give_task",
    "backlog_group",
    "backlog_act",
    "labels",
    "label",
    "label_retire",
    "capacity",
    "declare_absence",
    "switch_family_page",
    "departure",
    "departure_notes",
    "referent_withdraw",
    "portfolio",
    "portfolio_done",
    "handover",
    *ABSENCE,
}
"""Pages of the CAF that its professionals do not have."""
SINCE = date(2026, 1, 1)
SHOWN_TO_READERS = {200, 302, 403}
"""403: he sees the thing, and this act is another’s."""


def alike(kind: str) -> dict[str, list[str]]:
    """Role → the roles that give the same rights in a structure of that kind, itself included, for the first of them."""
    by_rights: dict[frozenset[str], list[str]] = {}
    for role in Role.values:
        by_rights.setdefault(rights_of(role, kind), []).append(role)
    return {roles[0]: roles for roles in by_rights.values()}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif entry.namespace != "admin":
            yield from patterns(entry)


NAMES = {str(pattern.name) for pattern in patterns(get_resolver())}


# Once for all the tests of this file


@pytest.fixture(autouse=True)
def _files_stay_in_the_test() -> None:
    """They are written once: see `written`."""


@pytest.fixture(scope="module")
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON) as traveller:
        yield traveller


def set_to_noon(clock: time_machine.Traveller) -> None:
    clock.move_to(NOON)


@pytest.fixture(autouse=True)
def _noon_again(clock: time_machine.Traveller) -> None:
    """What is taken back within ten minutes still is, however long the tests before took."""
    set_to_noon(clock)


@pytest.fixture(scope="module")
def written(
    clock: time_machine.Traveller,
    django_db_setup: Callable[[], None],
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    """The scene, really written, for the browser’s server to read it too; then the database is as it was."""
    set_to_noon(clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.MEDIA_ROOT", str(tmp_path_factory.mktemp("media")))
        with django_db_blocker.unblock(), transaction.atomic():
            made = scene.build()
        yield made
        with django_db_blocker.unblock():
            django_db_setup()


@pytest.fixture(scope="module")
def server(written: Scene) -> Iterator[str]:
    live = LiveServer("localhost")
    yield live.url
    live.stop()


@pytest.fixture(scope="module")
def sessions(written: Scene, django_db_blocker: Any) -> dict[str, str]:
    """Person → the cookie of a session that the server knows."""
    found = {"": ""}
    with django_db_blocker.unblock():
        for who in (
            "worker",
            "manager",
            "pilot",
            "city_pilot",
            "referent_pilot",
            "administrator",
            "landlord",
            "owner",
            "landlords_manager",
            "asker",
            "helper",
            "officer",
            "correspondent",
        ):
            client = Client()
            client.force_login(getattr(written, who))
            found[who] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return found


# Who may open what


def test_each_address_is_in_the_table_and_each_entry_is_an_address():
    assert set(ADDRESSES) == NAMES


def ask(client: Client, name: str, scene: Scene) -> int:
    """The status of the answer; whatever it did is undone."""
    address = ADDRESSES[name]
    url = reverse(name, args=address.args(scene))
    with transaction.atomic():
        answer = client.post(url) if address.posts else client.get(url)
        transaction.set_rollback(True)
    return answer.status_code


OF_SOME = sorted(name for name, address in ADDRESSES.items() if address.readers is not None)
OF_WHOEVER_IS_SIGNED_IN = sorted(ADDRESSES.keys() - {*OF_SOME, "logout"})


Walker = tuple[tuple[str, ...], tuple[str, ...]]
"""One person: the structures where he works, and the roles that he has in each of them."""


def reads(code: str, role: str) -> frozenset[str]:
    return frozenset(name for name in OF_SOME if (code, role) in (ADDRESSES[name].readers or ()))


def walkers_apart() -> list[Walker]:
    """One person for all the roles that give the same rights in a structure: the door knows rights only."""
    return [((code,), (role,)) for code, kind in INVOLVED.items() for role in alike(kind)]


def walkers() -> list[Walker]:
    """One person, too, for all the roles that are to find nothing in a structure, and one for all outsiders who are to find the
    same pages: rights only add up, so that he finds what any of them would."""
    found = [walker for walker in walkers_apart() if reads(walker[0][0], walker[1][0])]
    found += [((code,), tuple(role for role in Role.values if not reads(code, role))) for code in INVOLVED]
    return [*found, *outsiders_together()]


def outsiders_together() -> list[Walker]:
    alike_outside: dict[frozenset[str], list[str]] = {}
    for code in OUTSIDERS:
        alike_outside.setdefault(reads(code, EVERY_ROLE), []).append(code)
    return [(tuple(codes), (EVERY_ROLE,)) for codes in alike_outside.values()]


def named(values: tuple[str, ...]) -> str:
    return "+".join(values) or "every role"


@pytest.mark.pages
@pytest.mark.parametrize(("codes", "roles"), walkers(), ids=named)
def test_each_page_answers_to_each_role_as_it_must(written: Scene, codes: tuple[str, ...], roles: tuple[str, ...]):
    person, client = factories.user(), Client()
    for code, role in product(codes, Role.values if roles == (EVERY_ROLE,) else roles):
        members.join(user=person, structure=factories.structure(code), role=role, since=SINCE, at=NOON)
    client.force_login(person)
    found = {}
    for name in [*OF_SOME, *OF_WHOEVER_IS_SIGNED_IN]:
        status, readers = ask(client, name, written), ADDRESSES[name].readers
        may_be_shown = readers is None or not readers.isdisjoint(product(codes, roles))
        may_be_hidden = readers is None or not may_be_shown
        if not (may_be_hidden if status == 404 else may_be_shown and status in SHOWN_TO_READERS):
            found[name] = status
    assert found == {}


# From another city of the same installation (see tests/test_two_cities.py for what it reads of its own)

OF_EACH_CITY = {
    "committee_file",
    "committee_publish",
    "committee_reissue",
    "committee_report",
    "opening_attest",
    "opening_withdraw",
    "procedure",
    "procedure_steering",
    "heat_map",
    "law_statement",
    "rules_catalogue",
    "rules_compare",
    "retention_limit",
    "questions_year_file",
    "rules_replays",
    "traces_wishes",
    "views",
    "views_bar",
    "export_ask",
    "typed_again",
}
"""Their argument names a quarter, a list, a catalogue: what each city has of its own. What another had typed leads whoever
asks for it to his own first page. A condition of the opening is of the whole installation, and the officer of each city attests
it for his own."""


@pytest.mark.pages
def test_nobody_of_another_city_finds_what_is_of_this_one(written: Scene):
    """Whatever his roles there: one person has them all. Nor does he by what a form sends."""
    make_valbrune()
    client = Client()
    client.force_login(add_everybody("valbrune"))
    found = {}
    for name, address in ADDRESSES.items():
        args = address.args(written)
        if args and not address.open_to_all and name not in OF_EACH_CITY:
            url = reverse(name, args=args)
            for method in ("get", "post"):
                if (status := answered(client, method, url)) not in (404, 405):
                    found[name, method] = status
    assert found == {}


def answered(client: Client, method: str, url: str) -> int:
    """Whatever it did is undone."""
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_roles_that_give_the_same_rights_are_readers_of_the_same_pages():
    """What lets one person walk for them all."""
    for code, kind in INVOLVED.items():
        for roles in alike(kind).values():
            for name, address in ADDRESSES.items():
                assert len({(code, role) in (address.readers or ()) for role in roles}) == 1, (name, code, roles)


def test_a_structure_is_of_the_kind_by_which_its_roles_were_put_together(written: Scene):
    assert dict(Structure.objects.filter(code__in=INVOLVED).values_list("code", "kind")) == INVOLVED


def test_every_structure_of_the_partnership_is_walked(written: Scene):
    assert set(Structure.objects.values_list("code", flat=True)) == {*INVOLVED, *OUTSIDERS}


def test_each_test_begins_at_the_noon_of_the_scene(clock: time_machine.Traveller):
    assert timedelta(0) <= now() - NOON < timedelta(minutes=5)
    clock.shift(timedelta(minutes=11))
    set_to_noon(clock)
    assert timedelta(0) <= now() - NOON < timedelta(minutes=5)


@pytest.mark.pages
def test_each_page_opens_for_the_person_it_is_for(written: Scene):
    people = {
        "worker": written.worker,
        "landlord": written.landlord,
        "owner": written.owner,
        "correspondent": written.correspondent,
    }
    of_worker = [
        name for name in NAMES - NO_PAGE if ADDRESSES[name].readers in (CAF, set()) and name not in OF_MANAGERS
    ]
    asked = [("worker", name) for name in of_worker]
    asked += [("worker", name) for name in ("compare_people", "unmerge")]
    asked += [
        ("landlord", name)
        for name in (
            "reports",
            "watch_list",
            "landlord_profile",
            "report_detail",
            "order_announce",
            "order_call_off",
            "act_declare",
        )
    ]
    asked += [("correspondent", name) for name in ("questions", "question", "questions_report", "questions_file")]
    asked += [("owner", name) for name in ("imports", "import", "import_columns", "import_line")]
    for who, name in asked:
        client = Client()
        client.force_login(people[who])
        assert ask(client, name, written) == 200, (who, name)


@pytest.mark.pages
def test_a_removed_member_loses_each_page_at_his_next_request(written: Scene):
    for person, names in [
        (written.worker, [name for name in NAMES if ADDRESSES[name].readers == CAF and name not in OF_MANAGERS]),
        (
            written.manager,
            ["case", "step", "give_task", "backlog", "backlog_list", "backlog_week", "declare_absence", *ABSENCE],
        ),
        (written.landlord, ["report_detail", "reports", "watch_list", "landlord_profile"]),
        (written.owner, ["imports", "import", "import_columns", "import_line"]),
        (written.correspondent, ["questions", "question", "questions_report", "questions_file"]),
        (written.pilot, ["steering", "backlogs", "heat_map", "backlog", "import_line"]),
    ]:
        client = Client()
        client.force_login(person)
        for name in names:
            expected = 302 if ADDRESSES[name].posts else 200
            assert ask(client, name, written) == expected, (person.last_name, name)
        membership = factories.membership_of(person)
        members.end_membership(membership=membership, on=NOON.date(), at=NOON)
        for name in names:
            assert ask(client, name, written) == 404, (person.last_name, name)


def test_a_deactivated_account_is_sent_to_sign_in_at_its_next_request(written: Scene):
    client = Client()
    client.force_login(written.worker)
    User.objects.filter(pk=written.worker.pk).update(is_active=False)
    assert client.get("/").headers["Location"] == "/connexion/?next=/"


OPENED_OTHERWISE = {
    "bounces": (404, None),
    "proconnect": (404, None),
    "proconnect_return": (404, None),
    "proconnect_out": (404, None),
    "second_step": (302, "/connexion/"),
    "admin_login": (302, "/connexion/"),
    "observatories": (302, "/observatoire/grigny/"),
}
"""One city has opened its figures. No mail provider and no ProConnect are named here; nobody has begun to sign in."""


def test_a_visitor_is_asked_to_sign_in_unless_the_page_is_open_to_all(written: Scene):
    wrong = {}
    for name, address in ADDRESSES.items():
        url = reverse(name, args=address.args(written))
        answer = Client().post(url) if address.posts else Client().get(url)
        said = (answer.status_code, answer.headers.get("Location"))
        opened = OPENED_OTHERWISE.get(name, (200, None))
        if said != (opened if address.open_to_all else (302, f"/connexion/?next={url}")):
            wrong[name] = said
    assert wrong == {}


# What reading leaves behind

MAY_BE_WRITTEN = {"cases_accessentry", "config_accountsession"}
"""The access log, and the session. A notice is marked as read by a form of its own."""
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE|COPY)\s+"(\w+)"')


@dataclass(frozen=True, kw_only=True)
class Answer:
    html: str
    changed: set[str]
    """Tables that the reading wrote to."""
    noted: int
    """Lines of the access log."""
    names: set[str]
    """Of people who are helped, and numbers of cases, that it shows."""


@pytest.fixture(scope="module")
def answers(clock: time_machine.Traveller, written: Scene, django_db_blocker: Any) -> dict[str, Answer]:
    """Of each look, without a browser: asked for once, for all that is to be read in them. Everybody who is helped has a
    phone, and asked that no message be left."""
    found = {}
    set_to_noon(clock)
    with django_db_blocker.unblock(), transaction.atomic():
        Beneficiary.objects.update(phone=NUMBER, no_message=True)
        people = {str(each) for each in Beneficiary.objects.all()}
        for title, (who, path) in LOOKS.items():
            client = Client()
            if who:
                client.force_login(getattr(written, who))
            with transaction.atomic(), CaptureQueriesContext(connection) as made:
                answer = client.get(path(written))
                transaction.set_rollback(True)
            assert answer.status_code in (200, 404), title
            changed = {table for query in made.captured_queries for table in WRITES.findall(query["sql"])}
            html = answer.content.decode()
            named = names_in(html, people=people)
            found[title] = Answer(html=html, changed=changed, noted=lines_noted(made), names=named)
        transaction.set_rollback(True)
    return found


def test_reading_a_page_writes_nothing_but_the_access_log_and_the_session(answers: dict[str, Answer]):
    found = {title: answer.changed for title, answer in answers.items()}
    assert {title: tables for title, tables in found.items() if not tables <= MAY_BE_WRITTEN} == {}


NUMBER_OF_A_CASE = re.compile(r"\b20\d\d-\d{5}\b")
NOT_NOTED = {
    "counter": "the number, without a name, of what he himself sent today",
    "traces: readings, no such case": "the number that he typed, of no case",
}
"""Looks that name somebody and leave no line, and why."""
FILES = {
    "beneficiary_sheet", "case_who_read_sheet", "counter_sheet", "diagnosis_block", "document", "export_ask", "export_file", "import_errors", "letter",
    "followed_questions_export", "letter_copy", "questions_export", "sheet_pdf", "traces_case_sheet",
}  # fmt: skip
"""What is no page, and shows what is of somebody: files, and a part of a diagnosis that is kept as it is typed."""
NO_FILES = {
    "calendar_file": "asked for by a program, without a session: the number of a case beside its date, no name",
    "committee_file": "figures, small numbers hidden",
    "observatory_file": "figures that all may read",
    "questions_year_file": "causes in numbers, small ones hidden, of an operator",
    "counter_pause": "his own draft, as he types it; what he searches by it is noted by the search",
    "report_preview": "the same",
    "views_bar": "the names of his own views",
}


def names_in(html: str, *, people: set[str]) -> set[str]:
    main = html[html.find("<main") :]
    return {name for name in people if name in main} | set(NUMBER_OF_A_CASE.findall(main))


@pytest.mark.slow  # a minute and a half
def test_whoever_is_shown_a_case_or_a_name_is_noted_once(answers: dict[str, Answer]):
    """What a list or a page shows is written in the access log by the page itself, by one line."""
    naming = {title: answer for title, answer in answers.items() if answer.names and LOOKS[title][0]}
    assert {title for title, answer in naming.items() if answer.noted != 1} == NOT_NOTED.keys()
    assert len(naming) > 100


@pytest.mark.pages
def test_what_is_sent_to_a_page_and_shows_it_is_noted_too(written: Scene, answers: dict[str, Answer]):
    """F10: an empty form shows the page with its faults. By any method, what is shown is noted."""
    people, wrong, shown = {str(each) for each in Beneficiary.objects.all()}, {}, 0
    for title in [title for title, answer in answers.items() if answer.names and LOOKS[title][0]]:
        who, path = LOOKS[title]
        client = Client()
        client.force_login(getattr(written, who))
        with transaction.atomic(), CaptureQueriesContext(connection) as made:
            answer = client.post(path(written), {})
            transaction.set_rollback(True)
        if answer.status_code == HTTPStatus.OK and names_in(answer.content.decode(), people=people):
            shown += 1
            if lines_noted(made) != 1:
                wrong[title] = lines_noted(made)
    assert wrong.keys() <= NOT_NOTED.keys()
    assert shown > 30


@pytest.mark.pages
def test_each_file_that_is_taken_is_noted(written: Scene):
    """Asked for by everybody of the scene: whatever answers with a file is a file that is noted, or says why not."""
    found: dict[str, int] = {}
    for who in ("worker", "manager", "owner", "pilot", "officer", "correspondent"):
        client = Client()
        client.force_login(getattr(written, who))
        for name in NO_PAGE - {"logout", "live", "ready", "bounces"}:
            url, sent = reverse(name, args=ADDRESSES[name].args(written)), {"format": "csv"}
            with transaction.atomic(), CaptureQueriesContext(connection) as made:
                answer = client.post(url, sent) if ADDRESSES[name].posts else client.get(url)
                for close in getattr(answer, "_resource_closers", []):
                    close()
                transaction.set_rollback(True)
            if answer.status_code == HTTPStatus.OK:
                found[name] = lines_noted(made)
    assert {name for name, lines in found.items() if lines == 1} == FILES
    assert found.keys() - FILES == NO_FILES.keys()


def lines_noted(made: CaptureQueriesContext) -> int:
    return sum(WRITES.findall(query["sql"]).count("cases_accessentry") for query in made.captured_queries)


# How to reach a household: see tests/test_contact_instructions.py

NEAR = 3
"""How many elements up from a number its instructions may be: the same line, cell or paragraph."""
TO_OPERATORS = {"letters of an overpayment", "a letter of a line", "a letter received on a line"}
"""They go to an operator, or come from it: nobody of the household is written to."""
LANDLORDS = {"landlord", "owner"}


@pytest.mark.pages
def test_beside_each_phone_and_each_recipient_of_a_letter_stand_the_instructions(answers: dict[str, Answer]):
    phones, letters = 0, set()
    for title, answer in answers.items():
        if LOOKS[title][0] in LANDLORDS | {""}:
            continue
        main = answer.html[answer.html.index("<main") : answer.html.index("</main>") + len("</main>")]
        for around in numbers(parse_html(main)):
            phones += 1
            assert any(says_no_message(element) for element in around[: NEAR + 1]), title
        if "letter" in title and title not in TO_OPERATORS and not title.startswith("rules:"):
            cells = re.findall(r'data-label="Destinataire">(.*?)</td>', main, re.DOTALL)
            assert all("pas de message" in cell for cell in cells), title
            assert "pas de message" in main, title
            letters.add(title)
    assert phones > 20
    assert len(letters) >= 4


def test_a_landlord_reads_no_phone_of_a_household(answers: dict[str, Answer]):
    of_landlords = {title: answer.html for title, answer in answers.items() if LOOKS[title][0] in LANDLORDS}
    assert len(of_landlords) > 20
    assert [title for title, html in of_landlords.items() if NUMBER_AS_WRITTEN.search(html)] == []


# What is typed when the session has ended

WRITTEN = "Saisi trop tard"
OF_ITS_AUTHOR = MAY_BE_WRITTEN | {"workflows_keptform", "workflows_keptfile", "workflows_reportdraft"}
"""What is found again may be kept there, and nowhere else."""


def not_shown_again(form: SentForm, *, at: str, person: User) -> str:
    """What is wrong when the form is sent after the end of the session, and found again after the sign-in."""
    words = [f"{WRITTEN} {rank}" for rank, _ in enumerate(form.typed)]
    sent: dict[str, list[str]] = {}
    for name, value in [*form.fields, *zip(form.typed, words, strict=True)]:
        sent.setdefault(name, []).append(value)
    client = Client()
    client.cookies[settings.WHO_TYPED_COOKIE_NAME] = signed_name(person)
    KeptForm.objects.all().delete()
    asked = client.post(at, sent)
    kept = KeptForm.objects.first()
    if kept is None:
        return f"{at}: nothing kept, {asked.status_code}"
    client.force_login(person)
    with CaptureQueriesContext(connection) as made:
        shown = client.post(at, {**kept.typed, "typed_again": str(kept.public_id)}, follow=True)
    lost = [name for name, said in zip(form.typed, words, strict=True) if said not in shown.content.decode()]
    done = {table for query in made.captured_queries for table in WRITES.findall(query["sql"])} - OF_ITS_AUTHOR
    wrong = shown.status_code != HTTPStatus.OK or lost or done or KeptForm.objects.exists()
    return f"{at}: {shown.status_code}, lost {lost}, written {sorted(done)}" if wrong else ""


@pytest.mark.pages
@pytest.mark.parametrize("part", range(4))
def test_what_an_ended_session_sent_is_shown_again_on_each_page_and_nothing_is_done(
    written: Scene, answers: dict[str, Answer], part: int
):
    found, fields = [], 0
    for who, path, answer in [(*LOOKS[title], answers[title]) for title in list(LOOKS)[part::4]]:
        # One choice out of a list is made again at once.
        forms = [form for form in forms_of(answer.html) if form.typed or form.asked > 1] if who else []
        for form in forms:
            fields += len(form.typed)
            with transaction.atomic():
                found.append(
                    not_shown_again(form, at=urljoin(path(written), form.action), person=getattr(written, who))
                )
                transaction.set_rollback(True)
    assert [fault for fault in found if fault] == []
    assert fields > 40


# How each page looks


Path = Callable[[Scene], str]


def at(name: str, *args: str | Callable[[Scene], Any], query: str = "") -> Path:
    """The address of that name, its arguments those of the table unless given."""

    def path(scene: Scene) -> str:
        given = [arg(scene) if callable(arg) else arg for arg in args] or ADDRESSES[name].args(scene)
        return reverse(name, args=given) + query

    return path


def case_of(node: str) -> Callable[[Scene], Any]:
    return lambda scene: scene.cases[node].public_id


def grouped_at(act: str) -> Path:
    """Three steps chosen, of which one may not be set aside."""

    def path(scene: Scene) -> str:
        chosen = "&".join(f"etape={scene.tasks[node].public_id}" for node in ("contact", "answer", "plan"))
        return f"{reverse('backlog_group', args=['caf-91'])}?acte={act}&{chosen}"

    return path


def task_of(node: str) -> Callable[[Scene], Any]:
    return lambda scene: scene.tasks[node].public_id


def step(node: str) -> Path:
    return at("step", case_of(node), task_of(node))


def line_step(found: Scene, node: str) -> str:
    return reverse("step", args=[found.cases["overpayment"].public_id, found.tasks[node].public_id])


def fact_of(case: Case) -> UUID:
    return case.milestones.get(kind="order_to_pay_served").public_id


# Title: who looks, and at which address.
LOOKS: dict[str, tuple[str, Path]] = {
    "sign in": ("", at("login")),
    "forgotten password": ("", at("password_reset")),
    "forgotten password, mail sent": ("", at("password_reset_done")),
    "a link that has expired": ("", at("password_reset_confirm")),
    "new password kept": ("", at("password_reset_complete")),
    "accessibility": ("", at("accessibility")),
    "legal notices": ("", at("legal_notices")),
    "personal data": ("", at("privacy")),
    "personal data of a city": ("", at("privacy_of_city")),
    "the Observatoire": ("", at("observatory")),
    "the Observatoire, a quarter": ("", at("observatory_quarter")),
    "the Observatoire, a quarter without a report": ("", lambda scene: "/observatoire/grigny/2026-T1/"),
    "plan of the site": ("", at("site_map")),
    "plan of the site, signed in": ("worker", at("site_map")),
    "help": ("", at("help")),
    "the page of a family": ("", at("family_page")),
    "news": ("", at("news")),
    "change of password": ("worker", at("password_change")),
    "password changed": ("worker", at("password_change_done")),
    "what opens the account": ("worker", at("security")),
    "an application of codes to add": ("worker", at("add_generator")),
    "who is there, once more": ("worker", at("prove")),
    "a passkey to add": ("worker", at("add_passkey")),
    "one’s sign-ins": ("worker", at("own_sign_ins")),
    "not found": ("worker", lambda scene: "/nulle-part/"),
    "another’s step": ("worker", lambda scene: reverse("landlord_profile")),
    "what was typed, found again": ("worker", lambda scene: reverse("typed_again", args=[scene.typed.public_id])),
    "inbox": ("worker", at("inbox")),
    "inbox, to take": ("worker", at("inbox", query="?liste=a-prendre")),
    "inbox, waiting": ("worker", at("inbox", query="?liste=en-attente")),
    "inbox of the pilot": ("pilot", at("inbox")),
    "inbox of a landlord": ("landlord", at("inbox")),
    "who read a case": ("manager", at("case_who_read")),
    "situations": ("manager", at("cases")),
    "the search of whoever rings up": ("worker", at("search")),
    "situations, nothing found": ("manager", at("cases", query="?etat=closed&retard=on")),
    "a case whole": ("worker", at("case")),
    "a case, its card": ("worker", at("case", case_of("contact"))),
    "a case to take": ("worker", at("case", case_of("answer"))),
    "a case whose plan waits for the landlord": ("worker", at("case", case_of("agree"))),
    "an overpayment": ("worker", at("case", case_of("overpayment"))),
    "a line of an overpayment": ("worker", at("case_line")),
    "a sum on a line": ("worker", at("case_line_movement")),
    "a sum on a line to correct": ("worker", at("case_line_movement_correct")),
    "a letter received on a line": ("worker", at("case_line_fact")),
    "what a letter lacks, to correct": ("worker", at("case_notice_check")),
    "a fraud on a line": ("worker", at("case_line_fraud")),
    "what was said of a line": ("worker", at("case_line_spoken")),
    "a withholding of a line to compare": ("worker", at("case_line_withholding")),
    "papers of a line": ("worker", at("case_line_papers")),
    "a letter of a line": ("worker", at("case_line_letter")),
    "letters of an overpayment": ("worker", at("letters", case_of("overpayment"))),
    "a line of which a question was answered": (
        "worker",
        at("case_line", case_of("overpayment"), lambda found: line_of(found, "apl")),
    ),
    "a question to ask": ("worker", at("case_line_ask")),
    "a question to take back": ("worker", at("case_line_question_withdraw")),
    "questions to an operator": ("correspondent", at("questions")),
    "first page of a correspondent": ("correspondent", at("inbox")),
    "a question to answer": ("correspondent", at("question")),
    "a question that was answered": ("correspondent", at("question", lambda found: found.answered.public_id)),
    "a question that follows another": (
        "correspondent",
        at("question", lambda found: found.answered.followed_by.public_id),
    ),
    "causes in numbers": ("correspondent", at("questions_report")),
    "a collective alert": ("city_pilot", at("cause_alert")),
    "a collective alert, its sending to note": ("city_pilot", at("cause_alert_sent")),
    "causes of a year": ("correspondent", at("questions_year")),
    "causes of a year without data": ("pilot", at("questions_year", query="?annee=2019")),
    "questions by a file": ("correspondent", at("questions_file")),
    "answers by a file, by who follows the cases": ("worker", at("followed_questions_file")),
    "causes in numbers, for the pilot": (
        "pilot",
        at("questions_report", query="?structure=caf-91-recouvrement&mois=2026-11"),
    ),
    "a notice of overpayment to type": ("worker", at("notice")),
    "a notice of a known household": ("worker", at("case_notice")),
    "step: choose a way": ("worker", lambda found: line_step(found, "choose_way")),
    "step: await an answer": ("worker", lambda found: line_step(found, "await_answer")),
    "a case closed": ("worker", at("case", case_of("closed"))),
    "step: qualify": ("pilot", step("qualify")),
    "step: answer": ("worker", step("answer")),
    "step: arbitrate": ("pilot", step("arbitrate")),
    "step: contact": ("worker", step("contact")),
    "step: diagnose": ("worker", step("diagnose")),
    "step: plan": ("worker", step("plan")),
    "step: agree": ("worker", step("agree")),
    "step: monitor": ("worker", step("monitor")),
    "step: close": ("worker", step("close")),
    "people followed": ("worker", at("my_people")),
    "a person followed": ("worker", at("beneficiary")),
    "a person followed, to another structure": ("helper", at("beneficiary")),
    "a référent to propose": ("worker", at("beneficiary_propose")),
    "a référent to end": ("worker", at("beneficiary_end")),
    "a coordinator to propose": ("worker", at("coordinator_propose")),
    "a legal référent to note": ("worker", at("legal_referent")),
    "a person followed, with how to reach a référent": ("helper", at("contact_card")),
    "step: ask her agreement to coordination": (
        "worker",
        at("step", case_of("followed"), task_of("ask_agreement")),
    ),
    "an objection to coordination": ("worker", at("coordination_object")),
    "référents of a structure": ("manager", at("referents")),
    "a proposal to answer, as a référent": ("worker", at("referent_answer")),
    "a portfolio of référent": ("manager", at("portfolio")),
    "a portfolio of référent, handed over": ("manager", at("portfolio_done")),
    "a portfolio of référent, under way": ("manager", at("handover")),
    "a référent from a case": ("worker", at("case_referent")),
    "step: follow up as référent": ("worker", at("step", case_of("followed"), task_of("follow_up"))),
    "close now": ("worker", at("case_close")),
    "reopen": ("worker", at("case_reopen")),
    "a dated fact": ("worker", at("case_milestone")),
    "a dated fact to take back": ("worker", at("case_milestone_withdraw")),
    "a note": ("worker", at("case_note")),
    "a note, taken up again": ("worker", at("note_rewrite")),
    "a measure": ("worker", at("case_measure")),
    "a movement of the debt": ("worker", at("case_movement")),
    "the balance of the debt": ("worker", at("case_balance")),
    "the current rent": ("worker", at("case_rent")),
    "is the debt due": ("worker", at("case_rent_checks")),
    "six months after a case": ("worker", at("case_later")),
    "six months after": ("worker", at("later")),
    "six months after, nothing asked": ("manager", at("later")),
    "an amendment": ("worker", at("case_amend")),
    "a movement to correct": ("worker", at("case_movement_correct")),
    "agenda": ("worker", at("agenda")),
    "agenda, somebody to meet": ("worker", at("agenda", query="?fixer=on&jour=2026-11-26")),
    "agenda, another week": ("worker", at("agenda", query="?jour=2026-12-23")),
    "agenda of a colleague": ("manager", at("agenda")),
    "deadlines": ("worker", at("deadlines")),
    "deadlines of the structure": ("manager", at("deadlines", query="?liste=ma-structure")),
    "deadlines, none": ("asker", at("deadlines")),
    "deadlines, a month": ("worker", at("deadlines", query="?vue=mois&mois=2026-12")),
    "deadlines, a month that cannot be read": ("manager", at("deadlines", query="?vue=mois&mois=demain")),
    "calculator": ("landlord", at("calculator")),
    "calculator: questions": ("worker", at("calculator", query="?regle=I01")),
    "calculator: a delay": ("officer", at("calculator", query="?regle=I01&depart=2026-11-03")),
    "calculator: what is wrong": ("worker", at("calculator", query="?regle=C01&depart=1026-11-03")),
    "remedies of an overpayment": ("landlord", at("remedies")),
    "remedies of a line": ("worker", at("remedies", query="?ligne=caf:apl&recu=2026-11-03")),
    "remedies: what is wrong": ("officer", at("remedies", query="?ligne=caf:rsa&recu=2036-11-03")),
    "a withholding to check": ("landlord", at("withholding")),
    "legal aid to estimate": ("landlord", at("legal_aid")),
    "a personal calendar": ("worker", at("calendar_feed")),
    "a personal calendar, none yet": ("manager", at("calendar_feed")),
    "an appointment": ("worker", at("appointment_make")),
    "an appointment put off": ("worker", at("appointment_move")),
    "an appointment cancelled": ("worker", at("appointment_cancel")),
    "chronology": ("worker", at("case_timeline")),
    "corrections": ("manager", at("case_corrections")),
    "corrections, read by the officer": ("officer", at("case_corrections")),
    "chronology, of one nature": ("worker", at("case_timeline", query="?nature=pieces")),
    "letters": ("worker", at("letters")),
    "a sheet with a code": ("worker", at("family_sheet", case_of("contact"))),
    "a sheet that bears no code": ("worker", at("family_sheet")),
    "letters, none yet": ("worker", at("letters", case_of("contact"))),
    "letter: an appointment": (
        "worker",
        at("letter_write", case_of("contact"), "first_appointment"),
    ),
    "letter: a plan": ("worker", at("letter_write")),
    "letter of the tenant": ("worker", at("tenant_letter")),
    "letter of the tenant, not yet possible": ("worker", at("tenant_letter", case_of("monitor"), "dalo")),
    "letter: its sending": ("worker", at("letter_sent")),
    "a sending taken back": ("worker", at("letter_take_back")),
    "what the post brought back": ("worker", at("letter_returned")),
    "an attempt taken back": ("worker", at("attempt_take_back")),
    "an act taken back": ("worker", at("act_take_back")),
    "one’s own acceptance taken back": ("worker", at("own_acceptance_take_back")),
    "household": ("worker", at("household")),
    "household: one person more": ("worker", at("household_add")),
    "a person": ("worker", at("person")),
    "a person, corrected": ("worker", at("person_edit")),
    "a person’s place": ("worker", at("person_place")),
    "a tenant who left": ("worker", at("person_departure")),
    "a tenant’s part of a debt": ("worker", at("person_share")),
    "a measure of protection": ("worker", at("person_protection")),
    "a measure of protection, corrected": ("worker", at("protection_edit")),
    "a measure of protection, its end": ("worker", at("protection_end")),
    "sharing a case": ("worker", at("case_share")),
    "an access to change": ("worker", at("case_access")),
    "a professional in support": ("helper", at("case_professional")),
    "requests to share": ("worker", at("sharing_requests")),
    "requests to share, of who asks": ("asker", at("sharing_requests")),
    "requests to share, none": ("pilot", at("sharing_requests")),
    "a case to open in emergency": ("worker", at("emergency_open")),
    "a case opened in emergency": ("worker", at("emergency_case")),
    "accesses in emergency, of who opened one": ("worker", at("emergency_accesses")),
    "accesses in emergency, for the officer": ("officer", at("emergency_accesses")),
    "accesses in emergency, none": ("asker", at("emergency_accesses")),
    "asking for a share": ("worker", at("sharing_ask")),
    "a request to answer": ("worker", at("sharing_request")),
    "what completes a case, to answer": ("worker", at("completion")),
    "duplicates": ("worker", at("duplicates")),
    "duplicates of the pilot": ("pilot", at("duplicates")),
    "merges": ("worker", at("merges")),
    "two records": ("worker", at("compare_people")),
    "two records, at the desk": ("pilot", at("compare_people")),
    "a merge, to be undone": ("worker", at("unmerge")),
    "pieces": ("worker", at("documents")),
    "pieces, none yet, of which one sees the card": ("worker", at("documents", case_of("contact"))),
    "pieces, for a dated fact": (
        "worker",
        lambda scene: at("documents", query=f"?fait={fact_of(scene.cases['monitor'])}")(scene),
    ),
    "pieces in quarantine": ("worker", at("documents", case_of("plan"))),
    "pieces of a closed case": ("worker", at("documents", case_of("closed"))),
    "a piece to withdraw": ("worker", at("document_void")),
    "diagnosis: to fill": ("worker", at("diagnosis")),
    "diagnosis: what is wrong": ("worker", at("diagnosis", case_of("plan"))),
    "diagnosis: finished": ("worker", at("diagnosis", case_of("monitor"))),
    "diagnosis: a sheet": ("worker", at("sheet")),
    "diagnosis: a sheet of a draft": ("worker", at("sheet", case_of("plan"), "ccapex")),
    "diagnosis: a text to copy": ("worker", at("sheet", case_of("monitor"), "text")),
    "diagnosis: a report of no answer": ("worker", at("sheet", case_of("contact"), "no_answer")),
    "diagnosis: of another day": ("worker", at("diagnosis_past")),
    "diagnosis: to finish": ("worker", at("diagnosis_finish")),
    "notifications": ("worker", at("notifications")),
    "one’s e-mails": ("worker", at("preferences")),
    "one’s e-mails, of a landlord": ("landlord", at("preferences")),
    "an answer by its link": ("", at("answer_by_link", answer_link)),
    "a link that is no longer good": ("", at("answer_by_link")),
    "no notification": ("pilot", at("notifications")),
    "report: search": ("worker", at("report")),
    "report: is it one of these": ("worker", at("report_matches")),
    "report: who": ("worker", at("report_step")),
    "report: home and debt": ("worker", at("report_step", lambda scene: scene.draft.public_id, "dette")),
    "report: send": ("worker", at("report_step", lambda scene: scene.draft.public_id, "envoi")),
    "report: what is wrong": (
        "worker",
        at("report_step", lambda scene: scene.draft.public_id, "dette", query="?verifier=1"),
    ),
    "report: search, by a landlord": ("landlord", at("report")),
    "counter": ("worker", at("counter")),
    "counter: somebody known": ("worker", at("counter_draft")),
    "counter: what is handed over": ("worker", at("counter_done")),
    "reports of a landlord": ("landlord", at("reports")),
    "a plan to approve": ("landlord", at("report_detail")),
    "watch list": ("landlord", at("watch_list")),
    "settings of a landlord": ("owner", at("landlord_profile")),
    "settings of a rent manager": ("landlord", at("landlord_profile")),
    "a report with an order announced": ("landlord", at("report_detail", lambda scene: scene.announced.public_id)),
    "an order to pay to announce": ("landlord", at("order_announce")),
    "an order to pay to call off": ("landlord", at("order_call_off")),
    "an act served": ("landlord", at("act_declare")),
    "first page of a landlord, nothing to do": ("owner", at("inbox")),
    "mappings": ("owner", at("mappings")),
    "a mapping": ("owner", at("mapping")),
    "a mapping to forget": ("owner", at("forget_mapping")),
    "mappings, none yet": ("landlord", at("mappings")),
    "a procedure": ("manager", at("procedure")),
    "a procedure, of lines": ("manager", at("procedure", lambda scene: "debt_line")),
    "a procedure, for the pilot": ("pilot", at("procedure_steering")),
    "situations, a view of them": ("worker", at("cases", query="?retard=on")),
    "views of a list": ("worker", at("views")),
    "views of a list, none": ("helper", at("views")),
    "views of a list, one to save": ("manager", at("views", query="?retard=on")),
    "a view to change": ("worker", at("view_edit")),
    "exports": ("worker", at("exports")),
    "exports, none": ("manager", at("exports")),
    "an export, ready": ("worker", at("export")),
    "an export, under way": ("worker", at("export", lambda scene: scene.export_asked.public_id)),
    "backlog": ("manager", at("backlog")),
    "backlog, its list": ("manager", at("backlog_list")),
    "backlog, by professional": ("manager", at("backlog", query="?vue=professionnels")),
    "backlog, by residence": ("manager", at("backlog", query="?vue=residences")),
    "backlog, with another structure": ("manager", at("backlog_list", query="?file=chez-un-autre")),
    "backlog, cases without a step": ("manager", at("backlog_list", query="?file=sans-etape")),
    "backlog, next week": ("manager", at("backlog_week")),
    "backlog, how the structure answers": ("manager", at("backlog_answers")),
    "backlog, steps to give": ("manager", grouped_at("confier")),
    "backlog, steps to remind of": ("manager", grouped_at("rappeler")),
    "backlog, steps to set aside": ("manager", grouped_at("mettre-de-cote")),
    "backlog, cases to label": ("manager", grouped_at("poser-etiquette")),
    "backlog, cases to take a label off": ("manager", grouped_at("oter-etiquette")),
    "labels of a structure": ("manager", at("labels")),
    "a label": ("manager", at("label")),
    "labels of a case": ("worker", at("case_labels")),
    "labels of a case, for a manager": ("manager", at("case_labels")),
    "backlog, no step ticked": ("manager", at("backlog_group")),
    "backlog, what was done of several steps": ("manager", at("backlog_act")),
    "give a task": ("manager", at("give_task")),
    "time to ask for": ("worker", at("ask_time")),
    "team": ("manager", at("members")),
    "team of a landlord": ("landlords_manager", at("members")),
    "invite": ("manager", at("invite")),
    "accounts to review": ("manager", at("review_members")),
    "a member": ("manager", at("member")),
    "oneself as a member": ("manager", at("member", lambda scene: "caf-91", lambda scene: scene.manager.public_id)),
    "roles of a member": ("manager", at("member_roles")),
    "last day of a member": ("manager", at("member_last_day")),
    "a departure to prepare": ("manager", at("departure")),
    "one’s own departure to prepare": ("worker", at("my_departure")),
    "handover notes of a departure": ("manager", at("departure_notes")),
    "handover notes of one’s own departure": ("worker", at("my_departure_notes")),
    "handover note of a case": ("worker", at("handover_note")),
    "a member stays": ("manager", at("member_stay")),
    "capacity": ("manager", at("capacity")),
    "closures": ("manager", at("closures")),
    "opening hours": ("manager", at("opening_hours")),
    "the page of families, to open": ("manager", at("switch_family_page")),
    "an absence to declare": ("manager", at("declare_absence")),
    "one’s own absence to declare": ("worker", at("declare_my_absence")),
    "one’s absences": ("worker", at("my_absences")),
    "an absence": ("manager", at("absence")),
    "an absence, split again": ("manager", at("absence_split")),
    "an absence, its days": ("manager", at("absence_dates")),
    "an absence, its end": ("manager", at("absence_end")),
    "an invitation that is over": ("", at("invitation")),
    "my invitations": ("asker", at("my_invitations")),
    "my invitations, none": ("worker", at("my_invitations")),
    "inbox of an administrator": ("administrator", at("inbox")),
    "administration": ("administrator", at("administration")),
    "state of the services": ("administrator", at("services")),
    "nominate": ("administrator", at("nominate", query="?role=dpo&structure=caf-91")),
    "end of a role": ("administrator", at("end_role")),
    "opening to data on real people": ("administrator", at("opening")),
    "opening, for an officer": ("officer", at("opening")),
    "a condition to attest": ("administrator", at("opening_attest")),
    "what the installation says of itself": ("administrator", at("installation")),
    "partner structures": ("administrator", at("structures")),
    "establishments admitted": ("administrator", at("establishments")),
    "requests for access": ("administrator", at("access_requests")),
    "a request for access": ("administrator", at("access_request")),
    "a structure to add": ("administrator", at("add_structure")),
    "a structure": ("administrator", at("structure")),
    "an organisation": ("administrator", at("organisation")),
    "a landlord, for his administrator": ("administrator", at("landlord_nature")),
    "the ground of what a structure sends": ("administrator", at("sharing_basis")),
    "the controller of a structure": ("administrator", at("controller")),
    "the end of a structure": ("administrator", at("end_structure")),
    "territories": ("administrator", at("territories")),
    "a territory to add": ("administrator", at("add_territory")),
    "a territory": ("administrator", at("territory")),
    "the end of a territory": ("administrator", at("end_territory")),
    "a catalogue of another desk": ("city_pilot", at("rules_catalogue")),
    "a draft of another desk": ("city_pilot", at("rules_edition")),
    "steering": ("pilot", at("steering")),
    "the pilot of référents: his home": ("referent_pilot", at("places")),
    "the pilot of référents: whom nobody coordinates": ("referent_pilot", at("unsettled")),
    "the pilot of référents: places to fill": ("referent_pilot", at("unsettled", query="?liste=places")),
    "the pilot of référents: proposals": ("referent_pilot", at("unsettled", query="?liste=propositions")),
    "the pilot of référents: a person": (
        "referent_pilot",
        at("beneficiary", lambda scene: scene.proposed.case.public_id),
    ),
    "backlogs of every structure": ("pilot", at("backlogs")),
    "structures and steps": ("pilot", at("heat_map")),
    "indicators": ("pilot", at("indicators")),
    "indicators, month by month": ("pilot", at("indicators", query="?par=structure&mois=on")),
    "indicators, two dimensions": ("pilot", at("indicators", query="?periode=2026-T3&par=structure_landlord")),
    "indicators, a year": ("pilot", at("indicators", query="?periode=annee&action=trop-percus")),
    "indicators, none yet": ("pilot", at("indicators", query="?periode=2026-T1&action=referents")),
    "indicators of one’s structure": ("manager", at("indicators")),
    "cohorts": ("pilot", at("cohorts")),
    "reports of the committee": ("pilot", at("committee_reports")),
    "a report of the committee": ("pilot", at("committee_report")),
    "the public page to open": ("pilot", at("observatory_switch")),
    "the licence of what it says": ("administrator", at("observatory_licence")),
    "targets of the committee": ("pilot", at("committee_targets")),
    "a report of the committee to publish again": ("pilot", at("committee_reissue")),
    "a report of a quarter without data": ("pilot", at("committee_report", "2026-T1")),
    "inbox of an officer": ("officer", at("inbox")),
    "traces: lists": ("officer", at("traces")),
    "traces: the grounds of what is sent": ("officer", at("traces_bases")),
    "traces: a ground to say": ("officer", at("traces_basis")),
    "traces: a list": ("officer", at("traces_list")),
    "traces: access": ("officer", at("traces_access")),
    "traces: access, a month before": ("officer", at("traces_access", query="?mois=2026-10")),
    "traces: access, the numbers of cases": ("officer", at("traces_access_list")),
    "traces: access, none": ("officer", at("traces_access_list", query="?information=manque")),
    "traces: readings": ("officer", at("traces_readings")),
    "traces: readings, no such case": ("officer", at("traces_readings", query="?dossier=2026-99999")),
    "traces: who read a case": ("officer", at("traces_case")),
    "traces: a case that nobody read": ("officer", at("traces_case", case_of("plan"))),
    "traces: a day": ("officer", at("traces_day")),
    "traces: exports": ("officer", at("traces_exports")),
    "traces: sharing": ("officer", at("traces_sharing")),
    "traces: requests to share": ("officer", at("traces_sharing_list")),
    "traces: what was not wished": ("officer", at("traces_wishes")),
    "traces: requests of persons": ("officer", at("traces_requests")),
    "traces: a request of a person": ("officer", at("subject_request")),
    "retention": ("officer", at("retention")),
    "the file of a person to review": ("officer", at("person_file")),
    "a request of a person: erasure": ("officer", at("subject_request_erase")),
    "a request of a person: rectification": ("officer", at("subject_request_rectify")),
    "a request of a person: objection": ("officer", at("subject_request_object")),
    "a request of a person: restriction": ("officer", at("subject_request_restrict")),
    "a request of a person: restriction to end": ("officer", at("subject_request_unrestrict")),
    "an archive to open": ("manager", at("archive")),
    "retention: a limit": ("officer", at("retention_limit")),
    "retention: lengths to confirm": ("officer", at("retention_confirm")),
    "retention: a run": ("officer", at("retention_run")),
    "retention: a hold to put": ("officer", at("legal_hold_new")),
    "retention: a hold to lift": ("officer", at("legal_hold_lift")),
    "a request of a person to record": ("officer", at("subject_request_new")),
    "a request of a person to extend": ("officer", at("subject_request_extend")),
    "a request of a person to answer": ("officer", at("subject_request_answer")),
    "a request of a person to close": ("officer", at("subject_request_withdraw")),
    "imports": ("owner", at("imports")),
    "imports of the pilot": ("pilot", at("imports")),
    "import: columns": ("owner", at("import_columns")),
    "import: dry run": ("owner", at("import", lambda scene: scene.checked.public_id)),
    "import: report": ("owner", at("import")),
    "import: two files for one month": ("owner", at("import", lambda scene: scene.rival.public_id)),
    "import: undo": ("owner", at("undo_import")),
    "import: beside the month before": ("owner", at("compare_import")),
    "lots": ("manager", at("lots")),
    "a lot": ("manager", at("lot")),
    "an acceptance of a lot to take back": ("manager", at("lot_take_back")),
    "warnings": ("owner", at("warnings")),
    "initial stock": ("pilot", at("initial_stock")),
    "warnings of a professional": ("manager", at("warnings")),
    "state of the law": ("pilot", at("law")),
    "state of the law, nothing found": ("pilot", at("law", query="?action=referents&sorte=recours")),
    "a statement of the law": ("pilot", at("law_statement")),
    "rules": ("pilot", at("rules")),
    "arbitrations": ("pilot", at("arbitrations")),
    "arbitrations: a sheet": ("pilot", at("arbitration_sheet")),
    "commissions": ("pilot", at("commissions")),
    "commissions: in session": ("pilot", at("commission")),
    "commissions: a case to decide": ("pilot", at("commission_item")),
    "rules: a simulation": ("pilot", at("rules_simulation")),
    "rules: a simulation, under way": (
        "pilot",
        at(
            "rules_simulation",
            "orientation-impayes",
            lambda scene: scene.table.number,
            lambda scene: scene.piloted.simulating.public_id,
        ),
    ),
    "rules: wrong routings": ("pilot", at("rules_replays")),
    "rules: wrong routings, to review": ("pilot", at("rules_replay")),
    "rules: wrong routings that stay": ("pilot", at("rules_replay", query="?exclues")),
    "rules: wrong routings, under way": (
        "pilot",
        at("rules_replay", "orientation-impayes", lambda scene: scene.piloted.replaying.public_id),
    ),
    "rules: deadlines": ("pilot", at("rules_catalogue")),
    "rules: two editions compared": ("pilot", at("rules_compare", query="?de=1&a=2")),
    "rules: a draft": ("pilot", at("rules_edition")),
    "rules: an edition, nothing found": ("pilot", at("rules_edition", "delais", "1", query="?cherche=horoscope")),
    "rules: a rule in force": ("pilot", at("rules_rule", "delais", "1", "C01")),
    "rules: a rule to change": ("pilot", at("rules_rule")),
    "rules: a rule tried": ("pilot", at("rules_rule", query="?depart=2027-01-15&essayer=oui#essai")),
    "rules: a rule to add": ("pilot", at("rules_add")),
    "rules: what would change": ("pilot", at("rules_changes")),
    "rules: reminders": (
        "pilot",
        at("rules_edition", "rappels", lambda scene: scene.reminders.number),
    ),
    "rules: a reminder to change": (
        "pilot",
        at("rules_rule", "rappels", lambda scene: scene.reminders.number, "R-CONTACT"),
    ),
    "rules: letters of overpayments": ("pilot", at("rules_edition", "courriers-indus", "1")),
    "rules: a letter in force": ("pilot", at("rules_rule", "courriers-indus", "1", "L3")),
    "rules: a letter to change": (
        "city_pilot",
        at("rules_rule", "courriers-indus", lambda scene: scene.line_letters.number, "L3"),
    ),
    "rules: an argument to add": (
        "city_pilot",
        at("rules_add", "courriers-indus", lambda scene: scene.line_letters.number, query="?sorte=argument"),
    ),
    "rules: an argument to change": (
        "city_pilot",
        at("rules_rule", "courriers-indus", lambda scene: scene.line_letters.number, "right_to_error"),
    ),
    "rules: a catalogue without a form": ("pilot", at("rules_catalogue", "courriers-impayes")),
    "rules: letters of arrears": ("pilot", at("rules_edition", "courriers-impayes", "1")),
    "rules: a letter of arrears": ("pilot", at("rules_rule", "courriers-impayes", "1", "first_appointment")),
    "rules: letters of the tenant": ("pilot", at("rules_edition", "courriers-locataire", "1")),
    "rules: sheets of the diagnosis": ("pilot", at("rules_edition", "feuilles-diagnostic", "1")),
    "rules: lengths of plans": ("pilot", at("rules_edition", "plans-apurement", "1")),
    "rules: words of overpayments": ("city_pilot", at("rules_edition", "mots-trop-percus", "1")),
    "rules: scales of withholdings": ("city_pilot", at("rules_edition", "baremes-retenues", "1")),
    "rules: the scale of a year": (
        "city_pilot",
        at("rules_rule", "baremes-retenues", lambda scene: scene.scales.number, "2025"),
    ),
    "rules: the ceilings of legal aid to add": (
        "city_pilot",
        at("rules_add", "baremes-retenues", lambda scene: scene.scales.number, query="?sorte=plafonds"),
    ),
    "rules: the scale of a year to add": (
        "city_pilot",
        at("rules_add", "baremes-retenues", lambda scene: scene.scales.number),
    ),
    "rules: remedies": ("city_pilot", at("rules_edition", "voies-de-recours", "1")),
    "rules: a remedy to change": (
        "city_pilot",
        at("rules_rule", "voies-de-recours", lambda scene: scene.remedies.number, "rsa-caf-msa"),
    ),
    "rules: a remedy to add": (
        "city_pilot",
        at("rules_add", "voies-de-recours", lambda scene: scene.remedies.number),
    ),
    "rules: a reminder to add": ("pilot", at("rules_add", "rappels", lambda scene: scene.reminders.number)),
    "rules: reminders, nothing changes": (
        "pilot",
        at("rules_changes", "rappels", lambda scene: scene.reminders.number),
    ),
    "rules: a routing table": ("pilot", at("rules_edition", "orientation-impayes", "1")),
    "rules: a row to change": (
        "pilot",
        at("rules_rule", "orientation-impayes", lambda scene: scene.table.number, "R4b"),
    ),
    "rules: a row that asks a fact who receives": (
        "pilot",
        at("rules_rule", "orientation-impayes", lambda scene: scene.table.number, "R1"),
    ),
    "rules: a situation tried": (
        "pilot",
        at(
            "rules_rule",
            "orientation-impayes",
            lambda scene: scene.table.number,
            "R3",
            query="?housing=private&essayer=oui",
        ),
    ),
    "rules: the fallback": (
        "pilot",
        at("rules_rule", "orientation-impayes", lambda scene: scene.table.number, "R99"),
    ),
    "rules: a row to add": ("pilot", at("rules_add", "orientation-impayes", lambda scene: scene.table.number)),
    "rules: what another table would have changed": (
        "pilot",
        at("rules_changes", "orientation-impayes", lambda scene: scene.table.number),
    ),
    "import: a doubtful line": ("owner", at("import_line")),
    "import: a line to correct": ("owner", at("correct_line")),
}
NO_PAGE = {
    "admin_login",
    "observatories",
    "observatory_file",
    "questions_year_file",
    "cause_alert_letter",
    "family_sheet_pdf",
    "family_code_revoke",
    "open_pilot_card",
    "second_step",
    "remove_generator",
    "draw_codes",
    "remove_passkey",
    "end_session",
    "proconnect",
    "proconnect_return",
    "proconnect_out",
    "withdraw_establishment",
    "decline_access_request",
    "person_file_zip",
    "opening_open",
    "opening_close",
    "opening_withdraw",
    "retention_propose",
    "retention_approve",
    "retention_drop",
    "case_who_read_sheet",
    "traces_case_sheet",
    "choose_territory",
    "label_retire",
    "view_delete",
    "views_bar",
    "export_ask",
    "export_file",
    "questions_export",
    "followed_questions_export",
    "indicators_count",
    "committee_publish",
    "committee_file",
    "beneficiary_sheet",
    "referent_withdraw",
    "bounces",
    "calendar_file",
    "live",
    "ready",
    "notification",
    "logout",
    "report_preview",
    "counter_pause",
    "counter_sheet",
    "start_import",
    "discard_import",
    "import_errors",
    "letter",
    "letter_copy",
    "document",
    "appointment_result",
    "send_invitation",
    "withdraw_invitation",
    "accept_invitation",
    "decline_invitation",
    "confirm_nomination",
    "withdraw_nomination",
    "take_up_structure",
    "try_mail",
    "member_retry",
    "sheet_pdf",
    "diagnosis_block",
    "diagnosis_update",
    "diagnosis_drop",
    "sharing_withdraw",
    "emergency_end",
    "rules_simulate",
    "commission_minutes",
    "rules_copy",
    "rules_correct",
    "rules_drop",
    "rules_withdraw",
    "rules_withdraw_rule",
    "rules_restore_rule",
}
"""Addresses that answer with something else than a page."""

REFUSED = [
    "a statement of the law",
    "rules: a rule to add",
    "rules: an argument to add",
    "rules: a reminder to add",
    "rules: the scale of a year to add",
    "rules: the ceilings of legal aid to add",
    "rules: a remedy to add",
    "rules: what would change",
    "calculator",
    "a withholding to check",
    "legal aid to estimate",
    "counter",
    "counter: somebody known",
    "invite",
    "nominate",
    "a condition to attest",
    "a structure to add",
    "establishments admitted",
    "an absence to declare",
    "capacity",
    "closures",
    "last day of a member",
    "sign in",
    "who is there, once more",
    "an application of codes to add",
    "step: answer",
    "step: contact",
    "step: diagnose",
    "step: plan",
    "step: monitor",
    "an answer by its link",
    "a dated fact",
    "household: one person more",
    "a movement of the debt",
    "an amendment",
    "letter: an appointment",
    "a letter of a line",
    "papers of a line",
    "pieces",
    "a piece to withdraw",
    "an appointment",
    "an appointment cancelled",
    "a question to ask",
    "a question to answer",
    "a plan to approve",
    "an order to pay to announce",
    "an act served",
    "a request of a person to record",
    "a request of a person to answer",
]
"""Forms to send as they open."""

Look = tuple[int, int, Literal["light", "dark", "print"]]
BY_DAY: Look = (1280, 900, "light")
BY_NIGHT: Look = (390, 844, "dark")
"""A phone, in the dark."""
EVERY_LOOK: tuple[Look, ...] = (BY_DAY, (1280, 900, "dark"), (390, 844, "light"), BY_NIGHT, (720, 1000, "print"))
IN_EVERY_LOOK = {"inbox", "a case whole", "sign in"}


def looks_of(title: str) -> tuple[Look, ...]:
    """One a day, another the next day: five days see them all (`tests/turns.py`)."""
    if title in IN_EVERY_LOOK:
        return EVERY_LOOK
    first, turns = list(LOOKS).index(title), len(EVERY_LOOK)
    return tuple(look for rank, look in enumerate(EVERY_LOOK) if not days_until_turn(first + rank, turns=turns))


FILTERED = (
    "situations",
    "backlog, its list",
    "backlog, cases without a step",
    "deadlines",
    "deadlines, a month",
    "reports of a landlord",
)


def test_each_page_is_looked_at(written: Scene):
    looked_at = {path(written).partition("?")[0] for _, path in LOOKS.values()}
    unseen = {name for name in NAMES - NO_PAGE if reverse(name, args=ADDRESSES[name].args(written)) not in looked_at}
    assert unseen == set()


@pytest.fixture
def browser_context_args() -> dict[str, Any]:
    """Without the server of other browser tests, which empty the database after each."""
    return {**IN_FRANCE, "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def window_of(browser: Browser, server: str, sessions: dict[str, str]) -> Iterator[Callable[[str], "Window"]]:
    """Where a person is signed in, kept open for all that he looks at: to open a window costs as much as a page."""
    contexts: list[BrowserContext] = []

    @cache
    def window(who: str) -> Window:
        contexts.append(browser.new_context(**IN_FRANCE, reduced_motion="reduce"))
        return Window(contexts[-1].new_page(), server, session=sessions[who])

    yield window
    for each in contexts:
        each.close()


@pytest.mark.pages
@pytest.mark.parametrize("title", LOOKS)
def test_a_page_suits_every_eye_and_screen(window_of: Callable[[str], "Window"], written: Scene, title: str):
    who, path = LOOKS[title]
    window = window_of(who)
    window.open(path(written))
    page = window.page
    assert page.url == window.server + path(written)
    assert page.locator("h1").count() == 1
    look(page, *looks_of(title))
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "it scrolls sideways on a phone"
    expected = "404 (Not Found)" if page.locator("h1", has_text="introuvable").count() else None
    assert [text for text in window.said if expected is None or expected not in text] == []


@pytest.mark.pages
def test_the_page_where_an_invitation_leads_suits_every_eye_and_screen(page: Page, written: Scene, server: str):
    """Its link leads to an address without the secret. In a window of its own: it is kept in the session."""
    window = Window(page, server, session="")
    window.open(reverse("invitation", kwargs=link_parts(written.invitation.user)))
    assert page.url.endswith("/set-password/")
    look(page, BY_DAY, BY_NIGHT)
    page.locator("main form .btn-primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    look(page, BY_NIGHT)
    assert window.said == []


@pytest.mark.pages
def test_a_withholding_that_was_counted_suits_every_eye_and_screen(
    window_of: Callable[[str], "Window"], written: Scene
):
    """It is shown at the same address: sums do not stand in it."""
    window = window_of("worker")
    window.open(at("withholding")(written))
    page = window.page
    page.get_by_label("Ressources du foyer").fill("1 200")
    page.get_by_label("Loyer principal, hors charges, ou mensualité de prêt").fill("500")
    page.get_by_label("Retenue constatée").fill("205")
    page.get_by_label("Mois de la retenue").fill("2025-11-03")
    page.get_by_role("button", name="Calculer").click()
    expect(page.locator("h2")).to_contain_text(["La retenue dépasse le barème."])
    assert page.url == window.server + at("withholding")(written)
    look(page, BY_DAY, BY_NIGHT)
    assert window.said == []


@pytest.mark.pages
def test_the_lines_read_of_a_letter_suit_every_eye_and_screen(window_of: Callable[[str], "Window"], written: Scene):
    """They are shown at the same address, before anything is recorded."""
    window = window_of("worker")
    window.open(at("notice")(written))
    page = window.page
    page.get_by_label("Les lignes, comme le courrier les écrit").fill(
        "RSA juin 2026 12,00 €\nAPL et RSA juin 2026 12 €"
    )
    page.get_by_role("button", name="Lire ces lignes").click()
    expect(page.locator("main .notice")).to_contain_text("Une ligne lue")
    look(page, BY_DAY, BY_NIGHT)
    assert window.said == []


@pytest.mark.pages
def test_the_split_of_an_absence_suits_every_eye_and_screen(window_of: Callable[[str], "Window"], written: Scene):
    """It is shown once the days are said, at the same address."""
    window = window_of("manager")
    window.open(at("declare_absence")(written))
    page = window.page
    page.get_by_label("Personne absente").select_option(label="Nadia Belkacem")
    page.get_by_label("Dernier jour d’absence").fill("2026-12-11")
    page.get_by_label("Paul Lemoine").check()
    page.get_by_role("button", name="Proposer une répartition").click()
    expect(page.locator("h1")).to_have_text("Répartir les dossiers de Nadia Belkacem")
    look(page, BY_DAY, BY_NIGHT)
    assert window.said == []


@pytest.mark.pages
@pytest.mark.parametrize("title", FILTERED)
def test_on_a_phone_what_a_list_holds_comes_before_its_filters(
    browser: Browser, server: str, sessions: dict[str, str], written: Scene, title: str
):
    """Without JavaScript: they unfold at a press, and stand open where there is room."""
    who, path = LOOKS[title]
    width, height, _ = BY_NIGHT
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": sessions[who], "url": server}
    size: Any = {"width": width, "height": height}
    with browser.new_context(**IN_FRANCE, java_script_enabled=False, viewport=size, color_scheme="dark") as context:
        context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict
        page = context.new_page()
        page.goto(server + path(written))
        filters = page.locator(".filters form")
        expect(filters).to_be_hidden()
        found = page.locator("main :is(tbody tr, .task, .month, .empty)").first.bounding_box()
        assert found
        assert found["y"] < 0.65 * height
        page.get_by_text("Chercher, filtrer").click()
        expect(filters).to_be_visible()
        page.get_by_text("Chercher, filtrer").click()
        page.set_viewport_size({"width": BY_DAY[0], "height": height})
        expect(filters).to_be_visible()
        expect(page.get_by_text("Chercher, filtrer")).to_be_hidden()


@pytest.mark.pages
@pytest.mark.parametrize("title", REFUSED)
def test_a_refused_form_says_what_to_correct_to_every_eye(
    window_of: Callable[[str], "Window"], written: Scene, title: str
):
    who, path = LOOKS[title]
    window = window_of(who)
    window.open(path(written))
    page = window.page
    page.locator("main form .btn-primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    links = page.locator(".error-summary a").all()
    assert len(links) == page.locator(".field-errors li").count() > 0
    for link in links:
        link.click()
        page.wait_for_function(IN_A_WRONG_FIELD, polling=POLLING)
    look(page, BY_NIGHT)
    assert window.said == []


class Window:
    """Of one person."""

    def __init__(self, page: Page, server: str, *, session: str) -> None:
        self.page, self.server = page, server
        self.said: list[str] = []
        """What the browser complains of, since an address was opened."""
        page.on("console", lambda message: self.complain(message.text) if message.type in LOUD else None)
        page.on("pageerror", lambda error: self.complain(str(error)))
        # For all addresses: what a page asks for by itself (the views above a list) has another one.
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": urljoin(server, "/")}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict

    def complain(self, words: str) -> None:
        self.said.append(words)

    def open(self, path: str) -> None:
        """As in a new window: what another page kept in this one is forgotten. Until what the page asks for by itself is there."""
        width, height, _ = BY_DAY
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(media="screen", color_scheme="light")
        if self.page.url.startswith(self.server):
            self.page.evaluate("sessionStorage.clear(); localStorage.clear()")
        self.said.clear()
        self.page.goto(self.server + path)
        self.page.wait_for_function(SETTLED, polling=POLLING)


LOUD = ("error", "warning")
IN_A_WRONG_FIELD = "() => document.activeElement.closest('.field-wrong') !== null"
SCROLLS_BY_KEYBOARD = """() => [...document.querySelectorAll(".table-box")].every(
    (box) => !box.checkVisibility() || box.scrollWidth <= box.clientWidth || box.hasAttribute("tabindex")
)"""
"""A table wider than its place is made so a frame after the place has changed; one that never is, is waited for in vain.
What is folded has no place yet: it is measured as it unfolds."""
SETTLED = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
AXE = Axe().axe_script
GLARES = """() => [...document.querySelectorAll("body :not(.qr)")].filter((each) => {
    const [red, green, blue, opacity = 1] = (getComputedStyle(each).backgroundColor.match(/[\\d.]+/g) || []).map(Number);
    return opacity > 0.5 && each.checkVisibility() && 0.21 * red + 0.72 * green + 0.07 * blue > 215;
}).map((each) => each.outerHTML.slice(0, 200))"""
"""What is nearly white, from 0 to 255, as no colour of the dark scheme is, but a code that a telephone reads."""
VIOLATIONS = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"


def look(page: Page, *looks: Look) -> None:
    page.evaluate(AXE)
    for width, height, scheme in looks:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(
            media="print" if scheme == "print" else "screen", color_scheme="dark" if scheme == "dark" else "light"
        )
        page.wait_for_function(SCROLLS_BY_KEYBOARD, polling=POLLING)
        told = page.evaluate(VIOLATIONS)
        # On paper a sheet has its own head, and a browser shrinks what is wider than the paper.
        on_paper = scheme == "print"
        found = AxeResults(
            {"violations": [each for each in told if not (on_paper and each["id"] == "page-has-heading-one")]}
        )
        assert found.violations_count == 0, f"{width} {scheme}\n{found.generate_report()}"
        assert scheme != "dark" or page.evaluate(GLARES) == []
        assert on_paper or page.evaluate("document.documentElement.scrollWidth") <= width, (
            f"it scrolls sideways at {width}"
        )
    page.emulate_media(media="screen")
