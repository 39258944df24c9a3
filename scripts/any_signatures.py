"""How blind the signatures of the product are: `python scripts/any_signatures.py`, or with `--list` each one that is counted.

A function is counted where the annotation of a parameter or of what it returns says `Any`: what it takes or gives is then
checked by nobody. `*args` and `**kwargs` do not count: mostly they are only passed on.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("cases", "config", "notifications", "workflows")


def main() -> int:
    functions = list(functions_of_product())
    blind = [place for place, function in functions if says_any(function)]
    share = len(blind) / len(functions)
    sys.stdout.write(f"functions: {len(blind)} of {len(functions)} say Any in their signature: {share:.1%}\n")
    if "--list" in sys.argv:
        sys.stdout.writelines(f"{place}\n" for place in blind)
    return 0


def functions_of_product() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Each function with its place and its name."""
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}", node


def says_any(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    named = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    given = [each.annotation for each in named]
    written = " ".join(ast.unparse(each) for each in (*given, function.returns) if each)
    return re.search(r"\bAny\b", written) is not None


if __name__ == "__main__":
    raise SystemExit(main())
