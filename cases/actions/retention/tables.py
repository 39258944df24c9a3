"""What becomes of the rows of cases, table by table, when their household is anonymised."""

from django.db.models import Q

from cases.actions.retention.register import ErasedTable, register_tables

CASE = ("case__household",)
DEBT = ("debt__household",)
HOME = ("household",)
LEASE = ("tenancy__household",)
LINE = ("line__notice__case__household",)
DIAGNOSIS = ("diagnostic__case__household",)
COUNTED_FACTS = ("age", "aid_kind", "dependent_children", "followed_by", "rsa")
"""What the figures of the committee read of a household: numbers, codes, yes or no."""
CODE = "un code d’une liste"
OF_PROFESSIONALS = "de professionnels et de structures, non des personnes aidées"
OF_RULES = "des règles et des réglages, qui ne parlent de personne"
BY_AGE = "s’en va à son âge (`cases.actions.retention.ages`)"

register_tables(
    # People and homes. Of a person, when all her households are anonymised: `cases.actions.retention.anonymise`
    ErasedTable(
        model="cases.Beneficiary",
        because="une personne peut être de plusieurs ménages : effacée avec le dernier (`erase_people`)",
    ),
    ErasedTable(model="cases.Household", because="son territoire et ses dates seuls"),
    ErasedTable(model="cases.HouseholdMember", paths=HOME),
    ErasedTable(
        model="cases.HouseholdFact",
        paths=HOME,
        is_deleted=True,
        only=~Q(name__in=COUNTED_FACTS),
        kept={"name": CODE, "value": "un nombre, un code, oui ou non, que lisent les indicateurs"},
    ),
    ErasedTable(model="cases.DistinctPeople", paths=("one__households", "other__households"), is_deleted=True),
    # Undone, a merge has told each of the two what the other was.
    ErasedTable(
        model="cases.MergeChange",
        paths=(
            "merge__kept_household", "merge__absorbed_household", "merge__kept_person__households",
            "merge__absorbed_person__households",
        ),
        is_deleted=True,
    ),
    ErasedTable(
        model="cases.Merge", paths=("kept_household", "kept_person__households"), kept={"marks": "des numéros de lignes"}
    ),
    ErasedTable(
        model="cases.Tenancy",
        paths=HOME,
        blank={
            "landlord_name": "", "reference": "", "contract": "", "address": "", "building": "", "stair": "",
            "door": "", "residence": "", "postcode": "", "city": "", "address_key": "", "lease_date": None,
        },
    ),
    ErasedTable(model="cases.Watch", paths=LEASE, is_deleted=True),
    ErasedTable(model="cases.RentMonth", paths=LEASE),
    ErasedTable(model="cases.RentCheck", paths=LEASE, is_deleted=True),
    ErasedTable(model="cases.Report", paths=LEASE),
    ErasedTable(model="cases.LeaseDeparture", paths=LEASE, is_deleted=True),
    ErasedTable(model="cases.LeaseShare", paths=LEASE, is_deleted=True),
    ErasedTable(model="cases.LegalProtection", paths=("beneficiary__households",), is_deleted=True),
    # The case and who takes part
    ErasedTable(model="cases.Case", paths=HOME, kept={"territory": CODE}),
    ErasedTable(model="cases.Participation", paths=CASE),
    ErasedTable(model="cases.Assignment", paths=CASE),
    ErasedTable(model="cases.Note", paths=CASE, is_deleted=True),
    ErasedTable(model="cases.CaseLabel", paths=CASE, is_deleted=True, at_archive=True),
    ErasedTable(model="cases.InformationGiven", paths=CASE),
    ErasedTable(model="cases.LaterAnswer", paths=CASE),
    ErasedTable(model="cases.ContactAttempt", paths=CASE),
    ErasedTable(model="cases.Appointment", paths=CASE, is_deleted=True),
    ErasedTable(model="cases.SharingRequest", paths=CASE, blank={"reason": ""}),
    ErasedTable(model="cases.Document", paths=CASE, is_deleted=True),
    ErasedTable(model="cases.Letter", paths=CASE, is_deleted=True),
    ErasedTable(model="cases.FamilyCode", paths=CASE, is_deleted=True),
    ErasedTable(model="cases.AccessEntry", paths=CASE, because=f"qui a lu quel numéro de dossier : {BY_AGE}"),
    ErasedTable(
        model="cases.JournalEntry",
        paths=CASE,
        kept={"kind": CODE, "data": "des codes et des identifiants ; `redact_journal`, par l’entretien, ôte le reste"},
    ),
    ErasedTable(model="cases.Outbox", paths=("entry__case__household",), is_deleted=True),
    # Debts, delays and diagnosis
    ErasedTable(model="cases.Debt", paths=HOME),
    ErasedTable(model="cases.DebtStatement", paths=DEBT),
    ErasedTable(model="cases.LedgerEntry", paths=DEBT),
    ErasedTable(model="cases.RepaymentPlan", paths=DEBT),
    ErasedTable(model="cases.Instalment", paths=("plan__debt__household",)),
    ErasedTable(model="cases.PlanCheck", paths=("plan__debt__household",)),
    ErasedTable(model="cases.Milestone", paths=CASE, kept={"kind": CODE}),
    ErasedTable(model="cases.Deadline", paths=CASE, reduced=("steps", "context"), kept={
        "pauses": "des jours", "restarts": "des jours",
    }),
    ErasedTable(model="cases.Spoken", paths=("milestone__case__household",), is_deleted=True),
    ErasedTable(model="cases.Measure", paths=CASE, blank={"reference": "", "decision": ""}, kept={"state": CODE}),
    ErasedTable(model="cases.MeasureMove", paths=("measure__case__household",), kept={"state": CODE}),
    ErasedTable(
        model="cases.Diagnostic",
        paths=CASE,
        blank={
            "social_support": "", "family_story": "", "causes_story": "", "housing_story": "", "means_story": "",
            "rehousing_story": "", "breakdown_story": "", "tenant_says": "", "landlord_says": "", "author_says": "",
            "advice": "", "asks_story": "", "ccapex_says": "", "housing_number": "", "housing_asked_on": "",
            "dalo_on": "", "ccapex_on": "", "difficulties_since": "", "resumed_since": "", "lawyer": "", "wish": "",
            "other_causes": [],
        },
    ),
    ErasedTable(model="cases.DiagnosticBlock", paths=DIAGNOSIS, is_deleted=True),
    ErasedTable(model="cases.DiagnosticPerson", paths=DIAGNOSIS, is_deleted=True),
    ErasedTable(model="cases.DiagnosticResource", paths=DIAGNOSIS, is_deleted=True),
    ErasedTable(model="cases.DiagnosticExpense", paths=DIAGNOSIS, is_deleted=True),
    ErasedTable(model="cases.DiagnosticDebt", paths=DIAGNOSIS, is_deleted=True),
    ErasedTable(model="cases.DiagnosticDevice", paths=DIAGNOSIS, is_deleted=True),
    # Overpayments
    ErasedTable(
        model="cases.OverpaymentNotice", paths=CASE, blank={"file_number": ""}, kept={"lacks": "des codes de mentions"}
    ),
    ErasedTable(model="cases.DebtLine", paths=("notice__case__household",), kept={"cause": CODE}),
    ErasedTable(model="cases.FormerFraud", paths=LINE, is_deleted=True),
    ErasedTable(model="cases.Question", paths=LINE, kept={"kind": CODE, "answer": CODE}, reduced=("shared",)),
    ErasedTable(model="cases.QuestionText", paths=("question__line__notice__case__household",), is_deleted=True),
    ErasedTable(model="cases.WithholdingCheck", paths=LINE, is_deleted=True),
    # Référents
    ErasedTable(model="cases.Referent", paths=CASE, blank={"without_successor": ""}),
    ErasedTable(model="cases.Coordination", paths=CASE),
    ErasedTable(model="cases.Vacancy", paths=CASE),
    ErasedTable(model="cases.Wish", paths=CASE),
    ErasedTable(model="cases.LegalReferent", paths=CASE),
    ErasedTable(model="cases.EmergencyAccess", paths=CASE, is_deleted=True),
    # The register, holds and runs
    ErasedTable(model="cases.SubjectRequest", because=f"une référence du délégué, jamais un nom ; {BY_AGE}"),
    ErasedTable(model="cases.PersonFile", paths=("person__households",), is_deleted=True),
    ErasedTable(model="cases.LegalHold", paths=HOME),
    ErasedTable(model="cases.RetentionItem", paths=HOME),
    ErasedTable(model="cases.RetentionRun", because="des décomptes et des dates"),
    ErasedTable(model="cases.RetentionLimit", because=OF_RULES),
    ErasedTable(model="cases.Erasure", because="le registre des effacements : des identifiants, des jours"),
    ErasedTable(model="cases.PastRow", because="la nuit, avec les lignes effacées (`forget_past_rows`)"),
    ErasedTable(model="cases.ErasedRow", because="des noms de tables et des numéros de lignes, jusqu’à la nuit"),
    ErasedTable(model="cases.LawCheck", because="qui a relu un texte de loi"),
    ErasedTable(model="cases.TraceSeal", because="des empreintes de jours entiers"),
    ErasedTable(model="cases.SharingObjection", paths=HOME, is_deleted=True),
    ErasedTable(model="cases.ProcessingRestriction", paths=HOME, is_deleted=True),
    # Of nobody helped
    *(ErasedTable(model=f"cases.{name}", because=OF_PROFESSIONALS) for name in (
        "Absence", "Closure", "Label", "DataController", "Invitation", "Installation", "LandlordProfile", "Membership",
        "Nomination", "Organisation", "Structure", "Suspension", "User", "CauseAlert", "Establishment",
        "ProConnectIdentity", "AccessRequest", "SharingBasis",
    )),
    *(ErasedTable(model=f"cases.{name}", because=OF_RULES) for name in (
        "BackupRun", "DeadlineRule", "Edition", "InstallationIdentity", "Territory",
    )),
)  # fmt: skip
