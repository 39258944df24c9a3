"""What our flows share: they run on cases, with our own process and task tables."""

from viewflow.workflow.base import Flow

from workflows.models import CaseProcess, CaseTask


class CaseFlow(Flow):
    process_class = CaseProcess
    task_class = CaseTask
