"""Promises about the whole project that no single module can keep."""

import ast
import re
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import models

from cases.models import DeadlineRule, Structure
from workflows.flows import FLOWS

ROOT: Path = settings.BASE_DIR
OURS = ("cases", "workflows", "notifications")
CODE = [path for app in (*OURS, "config") for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]

MAY_DISAPPEAR_WITH = {
    # What is deleted together with its owner; everything else protects what it points to.
    ("workflows.importrow", "job"),
    ("workflows.importcorrection", "job"),
    ("cases.questiontext", "question"),
    ("cases.caselabel", "case"),
    ("cases.retentionitem", "run"),
    ("cases.retentionitem", "household"),  # one that is forgotten by its age, whatever run it stood in
    ("cases.personfile", "request"),
    ("cases.sharingobjection", "request"),  # SET_NULL: what was opposed stays when the register forgets who asked
    ("cases.processingrestriction", "request"),  # SET_NULL, the same
    # The access log has no foreign keys in the database: its months go whole, and nothing that it names is deleted before.
    ("cases.accessentry", "user"),
    ("cases.accessentry", "case"),
    ("cases.accessentry", "structure"),
    ("cases.erasedrow", "household"),  # until the night; a household that is deleted leaves nothing to look for
    ("workflows.casewithoutstep", "case"),  # kept by the database, of the case as it stands
    ("workflows.casetask", "owner_permission_content_type"),  # viewflow’s column, never filled
    ("workflows.casetask", "owner"),  # viewflow’s column; accounts are deactivated, never deleted
}


def our_models() -> list[type[models.Model]]:
    return [model for app in OURS for model in apps.get_app_config(app).get_models() if not model._meta.proxy]


def test_deleting_a_row_never_takes_others_with_it_unless_listed():
    unlisted = [
        (model._meta.label_lower, field.name)
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is not models.PROTECT
        and (model._meta.label_lower, field.name) not in MAY_DISAPPEAR_WITH
    ]
    assert unlisted == []


def test_names_of_models_and_fields_are_french_and_in_lower_case():
    capital = [
        (model._meta.label, str(field.verbose_name))
        for model in our_models()
        for field in model._meta.fields
        if model._meta.label != "workflows.CaseTask"
        and str(field.verbose_name)[:1].isupper()
        and not str(field.verbose_name).isupper()
        and field.name not in ("id", "last_login")
        and field.model is model
        and not _is_inherited(model, field)
    ]
    assert capital == []


def _is_inherited(model: type[models.Model], field: models.Field) -> bool:  # type: ignore[type-arg]
    return any(
        field.name in {f.name for f in base._meta.get_fields()} for base in model.__mro__[1:] if hasattr(base, "_meta")
    )


@pytest.mark.parametrize("forbidden", ["GroupObjectPermission", "get_objects_for_user", "get_perms"])
def test_only_the_door_and_memberships_name_guardian(forbidden):
    allowed = {
        "cases/permissions/held_rights.py",
        "cases/actions/members.py",
        "cases/invariants/rights.py",
        "config/erased_tables.py",
    }
    naming = {str(path.relative_to(ROOT)) for path in CODE if forbidden in path.read_text(encoding="utf-8")}
    assert naming <= allowed


def test_the_domain_reads_no_clock():
    """`cases` and what moves a case take `at`; only pages, commands and tasks ask what time it is."""
    clock = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|[^.\w]now\(\)")
    places = [ROOT / "cases" / "actions", ROOT / "cases" / "rules", ROOT / "workflows" / "actions"]
    files = [path for place in places for path in place.rglob("*.py")]
    files += [ROOT / "workflows" / name for name in ("engine.py", "nodes.py", "sweep.py")]
    assert [str(path) for path in files if clock.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.django_db
def test_no_deadline_rule_is_known_by_its_code_in_python():
    codes = set(DeadlineRule.objects.values_list("code", flat=True))
    assert len(codes) > 30
    named = {
        (str(path.relative_to(ROOT)), node.value)
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in codes
    }
    assert named == set()


def test_beat_asks_only_for_tasks_that_exist():
    current_app.loader.import_default_modules()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["task"] in current_app.tasks, name


def test_every_template_is_used():
    folder = ROOT / "templates"
    sources = "".join(
        path.read_text(encoding="utf-8") for path in [*CODE, *folder.rglob("*.html"), *folder.rglob("*.txt")]
    )
    looked_up_by_django = ("registration/", "django/forms/", "400", "403", "404", "409", "500", "axes")
    unused = [
        name
        for path in folder.rglob("*")
        if path.suffix in (".html", ".txt")
        and not (name := str(path.relative_to(folder))).startswith(looked_up_by_django)
        and f'"{name}"' not in sources
    ]
    assert unused == []


@pytest.mark.django_db
def test_the_codes_of_structures_are_those_that_files_and_rules_name():
    assert set(Structure.objects.values_list("code", flat=True)) == {
        "caf-91", "caf-91-recouvrement", "caf-91-pilotage", "mds-grigny", "ccas-grigny", "ccas-grigny-accueil",
        "ville-grigny", "cd91-rsa", "bailleur-a", "bailleur-a-social", "gestionnaire-b", "adil-91", "udaf-91",
        "epfif-social", "france-travail-91", "cpam-91", "autres-bailleurs", "cnav", "msa-idf",
    }  # fmt: skip


def test_names_of_flows_stored_in_rows_are_frozen():
    from viewflow.workflow.fields import get_flow_ref

    assert {name: get_flow_ref(flow) for name, flow in FLOWS.items()} == {
        "arrears": "workflows/flows.arrears.ArrearsFlow",
        "overpayment": "workflows/flows.overpayment.OverpaymentFlow",
        "debt_line": "workflows/flows.debt_line.DebtLineFlow",
        "referent": "workflows/flows.referent.ReferentFlow",
        "coordinator": "workflows/flows.referent.CoordinatorFlow",
    }


def test_every_constraint_is_a_sentence():
    vague = [
        constraint.name
        for model in our_models()
        for constraint in model._meta.constraints
        if len(constraint.name.split("_")) < 3
    ]
    assert vague == []


def test_no_registry_nor_machine_is_named_in_the_project():
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert "http://" not in lock
    assert "https://" not in lock
