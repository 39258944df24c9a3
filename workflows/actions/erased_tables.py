"""What becomes of the rows of procedures when the household that they are about is anonymised."""

from cases.actions.retention.register import ErasedTable, register_tables
from cases.actions.retention.tables import BY_AGE, CASE, CODE, HOME, OF_PROFESSIONALS, OF_RULES

NODE = "le nom d’une étape"

register_tables(
    ErasedTable(
        model="workflows.CaseProcess", paths=CASE, reduced=("data",), kept={"flow_class": CODE, "status": CODE}
    ),
    *(
        ErasedTable(model=f"workflows.{name}", because="la même table que CaseProcess")
        for name in (
            "ArrearsProcess",
            "OverpaymentProcess",
            "DebtLineProcess",
            "ReferentProcess",
            "CoordinatorProcess",
        )
    ),
    ErasedTable(
        model="workflows.CaseTask",
        paths=CASE,
        blank={"residence": ""},
        reduced=("data",),
        kept=dict.fromkeys(
            (
                "flow_task",
                "flow_task_type",
                "status",
                "token",
                "external_task_id",
                "owner_permission",
                "owner_permission_obj_pk",
                "node",
            ),
            NODE,
        ),
    ),
    ErasedTable(model="workflows.CaseWithoutStep", paths=CASE),
    ErasedTable(model="workflows.CommissionItem", paths=CASE, blank={"said": "", "reason": ""}),
    ErasedTable(model="workflows.ProposedCompletion", paths=CASE, is_deleted=True, at_archive=True),
    ErasedTable(model="workflows.ReportDraft", paths=CASE, is_deleted=True),
    ErasedTable(model="workflows.RoutingDecision", paths=CASE, reduced=("explanation",), kept={"rule_code": CODE}),
    ErasedTable(model="workflows.ImportRow", paths=(*HOME, *CASE, "tenancy__household"), is_deleted=True),
    ErasedTable(model="workflows.IdentityDecision", paths=HOME, is_deleted=True),
    ErasedTable(
        model="workflows.ReplayedCase",
        paths=CASE,
        blank={"kept_out": "", "message": ""},
        reduced=("rules", "why", "answers"),
    ),
    *(
        ErasedTable(model=f"workflows.{name}", because=BY_AGE)
        for name in ("Export", "ImportJob", "ImportCorrection", "KeptFile", "KeptForm", "Simulation")
    ),
    *(
        ErasedTable(model=f"workflows.{name}", because=OF_PROFESSIONALS)
        for name in ("Commission", "Handover", "SavedView", "StockPace", "ImportMapping", "Replay", "Lease")
    ),
    *(
        ErasedTable(model=f"workflows.{name}", because="des décomptes, où les petits nombres sont cachés")
        for name in ("IndicatorFigures", "CommitteeReport", "EarlierIssue", "IndicatorTarget")
    ),
    ErasedTable(model="workflows.RoutingRule", because=OF_RULES),
)
