"""Every model of cases, in one name space: `from cases.models import Case`."""

from cases.models.absences import Absence, Suspension
from cases.models.access_log import AccessEntry
from cases.models.appointments import Appointment
from cases.models.backups import BackupRun, InstallationIdentity
from cases.models.case import (
    Assignment,
    Case,
    CaseKind,
    CaseOutcome,
    InformationGiven,
    LegalBasis,
    Note,
    Participation,
)
from cases.models.controllers import DataController
from cases.models.deadlines import LOOK_AT_ONCE, Deadline, DeadlineRule, Milestone
from cases.models.debts import Debt, DebtStatement, LedgerEntry
from cases.models.diagnosis import Diagnostic
from cases.models.diagnosis_lines import (
    DiagnosticBlock,
    DiagnosticDebt,
    DiagnosticDevice,
    DiagnosticExpense,
    DiagnosticPerson,
    DiagnosticResource,
)
from cases.models.documents import Document
from cases.models.editions import Edition
from cases.models.emergency import EmergencyAccess
from cases.models.family_codes import FamilyCode
from cases.models.installation import Installation
from cases.models.journal import JournalEntry, Outbox
from cases.models.labels import CaseLabel, Label
from cases.models.later import LaterAnswer
from cases.models.law import LawCheck
from cases.models.lease_departures import LeaseDeparture
from cases.models.lease_shares import LeaseShare
from cases.models.letters import Letter
from cases.models.measures import Measure, MeasureMove
from cases.models.members import Invitation, Membership, Nomination, Role, User
from cases.models.merging import DistinctPeople, Merge, MergeChange
from cases.models.notices import DebtLine, FormerFraud, OverpaymentNotice
from cases.models.objections import SharingObjection
from cases.models.past_rows import PastRow
from cases.models.people import Beneficiary, FactSource, Household, HouseholdFact, HouseholdMember
from cases.models.person_files import PersonFile
from cases.models.plans import Instalment, PlanCheck, RepaymentPlan
from cases.models.proconnect import AccessRequest, Establishment, ProConnectIdentity
from cases.models.protections import LegalProtection
from cases.models.questions import CauseAlert, Question, QuestionText
from cases.models.referents import Coordination, LegalReferent, Referent, Vacancy, Wish
from cases.models.rent_checks import RentCheck
from cases.models.reports import Report
from cases.models.restrictions import ProcessingRestriction
from cases.models.retention import ErasedRow, Erasure, LegalHold, RetentionItem, RetentionLimit, RetentionRun
from cases.models.seals import TraceSeal
from cases.models.sharing import SharingRequest
from cases.models.sharing_bases import SharingBasis
from cases.models.spoken import Spoken
from cases.models.structures import CLAIMANT_KINDS, Closure, Organisation, Structure, StructureKind
from cases.models.subject_requests import SubjectRequest
from cases.models.support import ContactAttempt
from cases.models.tenancy import AidKind, Housing, LandlordProfile, LandlordType, RentMonth, Tenancy, Watch
from cases.models.territories import Territory
from cases.models.withholding import WithholdingCheck

__all__ = [
    "CLAIMANT_KINDS",
    "LOOK_AT_ONCE",
    "Absence",
    "AccessEntry",
    "AccessRequest",
    "AidKind",
    "Appointment",
    "Assignment",
    "BackupRun",
    "Beneficiary",
    "Case",
    "CaseKind",
    "CaseLabel",
    "CaseOutcome",
    "CauseAlert",
    "Closure",
    "ContactAttempt",
    "Coordination",
    "DataController",
    "Deadline",
    "DeadlineRule",
    "Debt",
    "DebtLine",
    "DebtStatement",
    "Diagnostic",
    "DiagnosticBlock",
    "DiagnosticDebt",
    "DiagnosticDevice",
    "DiagnosticExpense",
    "DiagnosticPerson",
    "DiagnosticResource",
    "DistinctPeople",
    "Document",
    "Edition",
    "EmergencyAccess",
    "ErasedRow",
    "Erasure",
    "Establishment",
    "FactSource",
    "FamilyCode",
    "FormerFraud",
    "Household",
    "HouseholdFact",
    "HouseholdMember",
    "Housing",
    "InformationGiven",
    "Installation",
    "InstallationIdentity",
    "Instalment",
    "Invitation",
    "JournalEntry",
    "Label",
    "LandlordProfile",
    "LandlordType",
    "LaterAnswer",
    "LawCheck",
    "LeaseDeparture",
    "LeaseShare",
    "LedgerEntry",
    "LegalBasis",
    "LegalHold",
    "LegalProtection",
    "LegalReferent",
    "Letter",
    "Measure",
    "MeasureMove",
    "Membership",
    "Merge",
    "MergeChange",
    "Milestone",
    "Nomination",
    "Note",
    "Organisation",
    "Outbox",
    "OverpaymentNotice",
    "Participation",
    "PastRow",
    "PersonFile",
    "PlanCheck",
    "ProConnectIdentity",
    "ProcessingRestriction",
    "Question",
    "QuestionText",
    "Referent",
    "RentCheck",
    "RentMonth",
    "RepaymentPlan",
    "Report",
    "RetentionItem",
    "RetentionLimit",
    "RetentionRun",
    "Role",
    "SharingBasis",
    "SharingObjection",
    "SharingRequest",
    "Spoken",
    "Structure",
    "StructureKind",
    "SubjectRequest",
    "Suspension",
    "Tenancy",
    "Territory",
    "TraceSeal",
    "User",
    "Vacancy",
    "Watch",
    "Wish",
    "WithholdingCheck",
]
