"""Names the functions, classes and properties that nothing uses: `make check` runs it.

vulture reads Python alone; the words of templates and of reference files count as uses here. Columns and constants of
choices, which rows and forms use by name, are left out.
"""

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
READ = ("benchmarks", "cases", "config", "demo", "notifications", "scripts", "tests", "workflows", "manage.py")
NAMED = {"class", "function", "import", "method", "property", "unreachable_code"}
CALLED_ELSEWHERE = [
    # By Django and its applications.
    "Command", "Meta", "*Admin", "*Config", "add_arguments", "handle", "clean_*", "has_*_permission", "get_*", "post", "patch",
    "label_from_instance", "widget_attrs", "post_reset_login", "check_token", "allow_multiple_selected", "form_valid",
    "form_invalid", "dispatch", "handle_no_permission", "process_view", "to_python", "to_url", "prepare_value", "build_attrs", "optgroups",
    "value_from_datadict", "value_omitted_from_data", "create_option", "id_for_label", "deconstruct", "as_sql",
    # By gunicorn, the queue, logging, the parsers of HTML and of Python, and pytest.
    "execute", "on_starting", "pre_fork", "post_fork", "worker_exit", "when_ready", "on_exit", "formatException", "formatTime", "visit_*", "handle_*", "pytest_*", "do_*", "test_*", "Test*",
    # By Django, of a router of databases.
    "db_for_read", "db_for_write", "allow_relation", "allow_migrate",
    # By viewflow, and by migrations.
    "activate", "bind_node", "ready", "keep_what_was",
]  # fmt: skip

REGISTERS = [
    "@*.connect*",
    "@*.register*",
    "@describes_section*",
    "@invariant*",
    "@precondition*",
    "@pytest.fixture*",
    "@register.*",
    "@register_publisher*",
    "@rule*",
    "@shared_task*",
]
IMPORTED_FOR_WHAT_IT_DOES = {"journal_kinds", "SetPasswordForm"}
"""Kinds are registered by their module; the form stands in an annotation."""


def main() -> int:
    reader = Vulture(ignore_names=CALLED_ELSEWHERE, ignore_decorators=REGISTERS)
    reader.scavenge([str(ROOT / part) for part in READ], exclude=["*/migrations/*"])
    reader.scan(
        "\n".join(f"_.{word}" for word in sorted(words_elsewhere())), filename="words of templates and reference"
    )
    unused = [
        item
        for item in reader.get_unused_code()
        if item.typ in NAMED and "/tests/" not in str(item.filename) and item.name not in IMPORTED_FOR_WHAT_IT_DOES
    ]
    for item in unused:
        sys.stdout.write(f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}: nothing uses {item.name}\n")
    return 1 if unused else 0


def words_elsewhere() -> set[str]:
    files = [path for kind in ("*.html", "*.txt", "*.toml") for path in ROOT.glob(f"*/**/{kind}")]
    files.append(ROOT / "config/settings.py")  # names its middleware in strings
    found = {word for path in files for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", path.read_text())}
    return found - {"and", "as", "class", "for", "from", "if", "import", "in", "is", "not", "or", "with", "else", "def",
                    "del", "return", "while", "try", "pass", "assert", "async", "await", "break", "continue", "elif",
                    "except", "finally", "global", "lambda", "nonlocal", "raise", "yield", "None", "True", "False"}  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
