"""How findable the names of the product are: `python scripts/names.py`, or with `--list` each name that is counted.

A class is ambiguous where another class of the product has its name; a function has a one-word name where it holds no
underscore, its leading ones left out. What Python or Django calls by its own name (`__str__`, `get`, `clean`, `Meta`) is
not counted: nobody chose it.
"""

import ast
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("cases", "config", "notifications", "workflows")
NOT_CHOSEN = {"Meta", "Command", "Media"}
CALLED_BY_DJANGO = {
    "add_arguments", "clean", "delete", "dispatch", "form_valid", "form_invalid", "full_clean", "get", "handle", "items",
    "post", "ready", "render", "save", "setup", "to_python", "to_url", "validate",
}  # fmt: skip


def main() -> int:
    classes, functions = names_of_product()
    count = Counter(name for name, _ in classes)
    ambiguous = sorted((name, place) for name, place in classes if count[name] > 1)
    one_word = sorted((name, place) for name, place in functions if "_" not in name.strip("_"))
    sys.stdout.write(
        f"classes: {len(ambiguous)} of {len(classes)} share their name: {len(ambiguous) / len(classes):.1%}\n"
    )
    sys.stdout.write(
        f"functions: {len(one_word)} of {len(functions)} have a one-word name: {len(one_word) / len(functions):.1%}\n"
    )
    if "--list" in sys.argv:
        for name, place in [*ambiguous, *one_word]:
            sys.stdout.write(f"{place}: {name}\n")
    return 0


def names_of_product() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The classes and the functions that somebody named, each with its place."""
    classes, functions = [], []
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
                if isinstance(node, ast.ClassDef) and node.name not in NOT_CHOSEN:
                    classes.append((node.name, place))
                elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and was_chosen(node.name):
                    functions.append((node.name, place))
    return classes, functions


def was_chosen(name: str) -> bool:
    return not (name.startswith("__") or name in CALLED_BY_DJANGO)


if __name__ == "__main__":
    raise SystemExit(main())
