"""Every model of workflows, in one name space."""

from workflows.models.commissions import Commission, CommissionItem
from workflows.models.completions import ProposedCompletion
from workflows.models.drafts import ReportDraft
from workflows.models.exports import Export
from workflows.models.handovers import Handover
from workflows.models.imports import IdentityDecision, ImportCorrection, ImportJob, ImportMapping, ImportRow
from workflows.models.indicators import CommitteeReport, EarlierIssue, IndicatorFigures, IndicatorTarget
from workflows.models.kept import KeptFile, KeptForm
from workflows.models.leases import Lease
from workflows.models.process import (
    FILL_PLACE,
    ArrearsProcess,
    CaseProcess,
    CoordinatorProcess,
    DebtLineProcess,
    OverpaymentProcess,
    ReferentProcess,
    read_referent,
)
from workflows.models.replays import Replay, ReplayedCase
from workflows.models.routing import RoutingDecision, RoutingRule
from workflows.models.simulations import Simulation
from workflows.models.stock import StockPace
from workflows.models.tasks import HELD, RESPONDING, CaseTask, CaseWithoutStep
from workflows.models.views import SavedView

__all__ = [
    "FILL_PLACE",
    "HELD",
    "RESPONDING",
    "ArrearsProcess",
    "CaseProcess",
    "CaseTask",
    "CaseWithoutStep",
    "Commission",
    "CommissionItem",
    "CommitteeReport",
    "CoordinatorProcess",
    "DebtLineProcess",
    "EarlierIssue",
    "Export",
    "Handover",
    "IdentityDecision",
    "ImportCorrection",
    "ImportJob",
    "ImportMapping",
    "ImportRow",
    "IndicatorFigures",
    "IndicatorTarget",
    "KeptFile",
    "KeptForm",
    "Lease",
    "OverpaymentProcess",
    "ProposedCompletion",
    "ReferentProcess",
    "Replay",
    "ReplayedCase",
    "ReportDraft",
    "RoutingDecision",
    "RoutingRule",
    "SavedView",
    "Simulation",
    "StockPace",
    "read_referent",
]
