"""Procedures under way and routing tables, to be read by support. A procedure moves by its steps alone.

Routing decisions and files aren’t here: they tell what is known of a household.
"""

from django.contrib import admin
from viewflow.workflow import admin as stock_admin  # noqa: F401 - registers the stock tables, withdrawn below
from viewflow.workflow.models import Process, Task

from cases.admin import ReadOnlyAdmin
from workflows.models import CaseProcess, CaseTask, RoutingRule

# The stock tables of viewflow are not ours.
admin.site.unregister([Process, Task])


@admin.register(CaseProcess)
class CaseProcessAdmin(ReadOnlyAdmin[CaseProcess]):
    list_display = ["pk", "case", "flow_class", "status", "created", "finished"]
    list_filter = ["status"]
    list_select_related = ["case"]
    search_fields = ["=case__id"]
    exclude = ["data", "seed_content_type", "seed_object_id", "artifact_content_type", "artifact_object_id"]
    ordering = ["-pk"]


@admin.register(CaseTask)
class CaseTaskAdmin(ReadOnlyAdmin[CaseTask]):
    list_display = ["pk", "case", "node", "structure", "owner", "status", "due_on", "created", "finished"]
    list_filter = ["status", "is_human", "node"]
    list_select_related = ["case", "structure", "owner"]
    search_fields = ["=case__id"]
    fields = [
        "public_id",
        "case",
        "process",
        "node",
        "status",
        "structure",
        "owner",
        "due_on",
        "deadlines",
        "created",
        "started",
        "finished",
    ]
    ordering = ["-pk"]


@admin.register(RoutingRule)
class RoutingRuleAdmin(ReadOnlyAdmin[RoutingRule]):
    list_display = ["edition", "position", "code", "title"]
    list_display_links = ["code"]
    list_filter = ["edition"]
    list_select_related = ["edition"]
    search_fields = ["code", "title"]
