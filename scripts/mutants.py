"""Changes one thing at a time in the code that decides who sees, who is told, which day is the last and what is owed, and
names the changes that no test notices: `make mutants`, or `make mutants MODULE=cases/permissions`.

A change is made in the running process, in the place of the function’s code, so that one costs no more than the tests
that meet it: those that call the function, the module’s own first, until one fails. mutmut, tried on the same modules,
starts a process for each: hours instead of minutes.
"""

import ast
import copy
import importlib
import inspect
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".relais" / "mutants"
TESTS = {
    "cases/permissions": (
        "tests/cases/test_permissions_of_a_scene.py", "tests/cases/test_permissions_besides_cases.py",
        "tests/cases/test_permissions.py",
        "tests/cases/actions/test_appointments.py", "tests/cases/actions/test_case.py",
        "tests/cases/actions/test_documents.py", "tests/cases/actions/test_labels.py",
        "tests/cases/actions/test_members.py", "tests/cases/actions/test_nominations.py",
        "tests/cases/actions/test_referents.py", "tests/cases/actions/test_sharing_requests.py",
        "tests/notifications/test_told.py", "tests/workflows/actions/test_absences.py",
        "tests/workflows/actions/test_members.py", "tests/workflows/actions/test_questions.py",
    ),
    "cases/permissions/barrier.py": ("tests/cases/test_barrier.py",),
    "notifications/audience.py": (
        "tests/notifications/test_told.py", "tests/notifications/test_audience.py",
        "tests/notifications/test_reminders.py",
    ),
    "notifications/reminded.py": ("tests/notifications/test_reminders.py", "tests/notifications/test_told.py"),
    "notifications/told.py": ("tests/notifications/test_told.py", "tests/notifications/test_audience.py"),
    "cases/actions/deadlines.py": (
        "tests/cases/actions/test_deadlines.py", "tests/cases/actions/test_place_delays.py",
        "tests/workflows/actions/test_clocks.py", "tests/workflows/test_sweep.py",
    ),
    "cases/rules/counting.py": (
        "tests/cases/rules/test_counting.py", "tests/cases/rules/test_pauses.py", "tests/cases/rules/test_fact_order.py",
        "tests/cases/test_calendar.py",
    ),
    "cases/actions/ledger.py": ("tests/cases/actions/test_ledger.py", "tests/workflows/actions/test_overpayment.py"),
}  # fmt: skip
"""Module, or package without those of its modules that are named → where its tests are, its own first. None that asks for a
page: the menu keeps its SQL from one to the next."""
ENOUGH = 12.0
"""Seconds of tests that a change has to escape: of those that call its function, the module’s own first, the quick first."""

OPPOSITE: dict[type, type] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Mult: ast.Add,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mutant:
    function: str
    line: int
    change: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.line:4} {self.function}: {self.change}"


class OneChange(ast.NodeTransformer):
    """Makes the change of that number, and counts those that there are."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen = 0
        self.done: tuple[int, str] = 0, ""

    def visit(self, node: ast.AST) -> Any:
        for changed in changes_of(node):
            if self.seen == self.number:
                self.seen += 1
                before = ast.unparse(node)
                self.done = getattr(node, "lineno", 0), f"{before} → {ast.unparse(changed) if changed else '∅'}"
                return ast.copy_location(changed, node) if changed else ast.copy_location(ast.Pass(), node)
            self.seen += 1
        if isinstance(node, ast.arg):  # its annotation says nothing when it runs
            return node
        if isinstance(node, ast.AnnAssign):  # nor this one
            node.value = node.value and self.visit(node.value)
            return node
        return self.generic_visit(node)


def changes_of(node: Any) -> Iterator[Any]:  # noqa: C901 - a table of what is read, one line each
    """What may be in the place of a piece of code; None for nothing."""
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                others = [OPPOSITE[type(operator)]() if rank == number else each for rank, each in enumerate(node.ops)]
                yield ast.Compare(left=node.left, ops=others, comparators=node.comparators)
        case ast.If():
            yield ast.If(test=ast.UnaryOp(op=ast.Not(), operand=node.test), body=node.body, orelse=node.orelse)
        case ast.BoolOp():
            yield ast.BoolOp(op=OPPOSITE[type(node.op)](), values=node.values)
            for number in range(len(node.values)):
                yield _without(node, "values", number)
        case ast.BinOp(op=operator) if type(operator) in OPPOSITE:
            yield ast.BinOp(left=node.left, op=OPPOSITE[type(operator)](), right=node.right)
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(value=not node.value)
        case ast.Constant(value=int(number)):
            yield ast.Constant(value=number + 1)
        case ast.Constant(value=str(text)) if text:
            yield ast.Constant(value=f"x{text}")
        case ast.IfExp():
            yield ast.IfExp(test=node.test, body=node.orelse, orelse=node.body)
        case ast.Return(value=ast.expr()):
            yield ast.Return(value=ast.Constant(value=None))
        case ast.Expr(value=ast.Call()):
            yield None
        case ast.Call():
            for number, word in enumerate(node.keywords):
                # What is asked of everybody is missed at once.
                if word.arg not in ("at", "on", "by"):
                    yield _without(node, "keywords", number)
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("filter", "exclude", "distinct"):
                yield node.func.value
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) | ast.Set():
            for number in range(len(node.elts)):
                yield _without(node, "elts", number)


def _without(node: Any, name: str, number: int) -> Any:
    changed = copy.copy(node)
    rest = [each for rank, each in enumerate(getattr(node, name)) if rank != number]
    setattr(changed, name, rest)
    return rest[0] if isinstance(node, ast.BoolOp) and len(rest) == 1 else changed


def mutants_of(node: ast.FunctionDef, *, qualified_name: str, path: str) -> Iterator[Mutant]:
    body = [each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    plain = ast.FunctionDef(name=node.name, args=node.args, body=body or [ast.Pass()], decorator_list=[])
    plain.args.defaults, plain.args.kw_defaults = [], [None for _ in node.args.kwonlyargs]
    number = 0
    while True:
        change = OneChange(number)
        changed = copy.deepcopy(plain)
        changed.body = [change.visit(each) for each in changed.body]
        if not change.done[1]:
            return
        module = ast.fix_missing_locations(ast.Module(body=[changed], type_ignores=[]))
        [code] = (each for each in compile(module, path, "exec").co_consts if isinstance(each, CodeType))
        yield Mutant(function=qualified_name, line=change.done[0], change=change.done[1], code=code)
        number += 1


def functions_of(module: Any) -> dict[tuple[str, int], FunctionType]:
    """Name and first line → each function of a module, its classes’ among them."""
    found = {}
    for holder in [module, *(each for each in vars(module).values() if inspect.isclass(each))]:
        for each in vars(holder).values():
            if function := _plain_function(each):
                code = function.__code__
                if code.co_filename == module.__file__:
                    found[code.co_name, code.co_firstlineno] = function
    return found


def _plain_function(each: Any) -> FunctionType | None:
    if isinstance(each, property):
        each = each.fget
    if isinstance(each, cached_property):
        each = each.func
    if isinstance(each, staticmethod | classmethod):
        each = each.__func__
    found = inspect.unwrap(each) if callable(each) and not inspect.isclass(each) else None
    return found if isinstance(found, FunctionType) else None


def mutants_by_function(path: str) -> dict[FunctionType, list[Mutant]]:
    if (ROOT / path).is_dir():
        modules = [str(each.relative_to(ROOT)) for each in sorted((ROOT / path).glob("[!_]*.py"))]
        modules = [each for each in modules if each not in TESTS]
        return {function: mutants for each in modules for function, mutants in mutants_by_function(each).items()}
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    functions = functions_of(module)
    tree = ast.parse((ROOT / path).read_text())
    holders: list[ast.Module | ast.ClassDef] = [tree, *(each for each in tree.body if isinstance(each, ast.ClassDef))]
    defined = [(each, node) for each in holders for node in each.body if isinstance(node, ast.FunctionDef)]
    found = {}
    for holder, node in defined:
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        function = functions.get((node.name, first))
        if function and not function.__code__.co_freevars:
            name = f"{holder.name}.{node.name}" if isinstance(holder, ast.ClassDef) else node.name
            found[function] = list(mutants_of(node, qualified_name=name, path=str(function.__code__.co_filename)))
    return found


class Runner:
    """In the place of pytest’s loop: each test once, then again for each change of what it calls."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.calls: dict[FunctionType, list[tuple[bool, float, pytest.Item]]] = defaultdict(list)
        self.survivors: list[Mutant] = []
        self.unmet: list[Mutant] = []
        self.killed = 0
        self.module: object = None
        """That of the last test: its fixtures are still there."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("a file of tests cannot be read")
        to_try = mutants_by_function(self.path)
        by_code = {function.__code__: function for function in to_try}
        own = TESTS[self.path][0]
        for item in session.items:
            began = monotonic()
            called = self._calls_of(item, set(by_code))
            for code in called:
                self.calls[by_code[code]].append((not item.nodeid.startswith(own), monotonic() - began, item))
        total = sum(map(len, to_try.values()))
        for function, mutants in to_try.items():
            tests = self._tests_of(function)
            for mutant in mutants:
                self._try(mutant, function, tests)
            done = self.killed + len(self.survivors) + len(self.unmet)
            sys.stdout.write(f"{self.path}: {done} of {total}, {len(self.survivors)} survive\n")
        session._setupstate.teardown_exact(None)  # noqa: SLF001 - no public name
        self._report(total)
        return True

    def _tests_of(self, function: FunctionType) -> list[pytest.Item]:
        found: list[pytest.Item] = []
        spent = 0.0
        for _, seconds, item in sorted(self.calls[function], key=lambda call: call[:2]):
            spent += seconds
            if found and spent > ENOUGH:
                break
            found.append(item)
        return found

    def _calls_of(self, item: pytest.Item, codes: set[CodeType]) -> set[CodeType]:
        called = set()

        def note(frame: FrameType, event: str, argument: object) -> None:
            if event == "call" and frame.f_code in codes:
                called.add(frame.f_code)

        sys.setprofile(note)
        passed = self._passes(item)
        sys.setprofile(None)
        if not passed:
            raise pytest.UsageError(f"{item.nodeid} fails before anything is changed")
        return called

    def _try(self, mutant: Mutant, function: FunctionType, tests: list[pytest.Item]) -> None:
        if tests and tests[0].parent is not self.module:
            self._passes(tests[0])  # what its module makes is made before anything is changed
        made_in, before, function.__code__ = self.module, function.__code__, mutant.code
        try:
            killer = next((item for item in tests if not self._passes(item)), None)
        finally:
            function.__code__ = before
        if tests and self.module is not made_in:
            self._forget_modules(tests[0].session)
        if killer:
            if not self._passes(killer):
                raise pytest.UsageError(f"{mutant} leaves something behind: {killer.nodeid} fails after it, unchanged")
            self.killed += 1
            tests.remove(killer)
            tests.insert(0, killer)
        else:
            (self.survivors if tests else self.unmet).append(mutant)
            sys.stdout.write(f"{mutant}\n")

    def _passes(self, item: pytest.Item) -> bool:
        state = item.session._setupstate  # noqa: SLF001 - no public name
        state.teardown_exact(item.parent)  # type: ignore[arg-type]
        item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001 - as those that try a test again do
        # Torn down as far as its module, whose fixtures the next test most often uses too.
        reports = runtestprotocol(item, log=False, nextitem=item.parent)  # type: ignore[arg-type]
        self.module = item.parent
        if any(report.failed for report in reports if report.when == "setup"):
            self._forget_modules(item.session)
        return not any(report.failed for report in reports)

    def _forget_modules(self, session: pytest.Session) -> None:
        """What was made under a change, or could not be, is not kept for the next one."""
        session._setupstate.teardown_exact(session)  # type: ignore[arg-type]  # noqa: SLF001 - no public name
        self.module = None

    def _report(self, total: int) -> None:
        REPORTS.mkdir(parents=True, exist_ok=True)
        lines = [
            f"| `{self.path}` | {total} | {self.killed} | {len(self.survivors)} | {len(self.unmet)} |",
            "", "Survive:", *map(str, self.survivors), "", "Met by no test:", *map(str, self.unmet), "",
        ]  # fmt: skip
        report_of(self.path).write_text("\n".join(lines))


def main() -> int:
    paths = sys.argv[1:] or list(TESTS)
    if unknown := [path for path in paths if path not in TESTS]:
        sys.stdout.write(f"{unknown[0]} is not one of {', '.join(TESTS)}\n")
        return 2
    if len(paths) == 1:
        report_of(paths[0]).unlink(missing_ok=True)
        chosen = "not long and not pages and not browser"
        arguments = ["-n0", "-p", "no:randomly", "-q", "--timeout", "180", "-m", chosen]
        return int(pytest.main([*arguments, *dict.fromkeys(TESTS[paths[0]])], plugins=[Runner(paths[0])]))
    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        codes = list(side_by_side.map(_run_alone, paths))
    for path in paths:
        sys.stdout.write(report_of(path).read_text() if report_of(path).exists() else f"{path}: no report\n")
    return max(codes)


def _run_alone(path: str) -> int:
    return subprocess.run([sys.executable, __file__, path], cwd=ROOT, check=False).returncode


def report_of(path: str) -> Path:
    return REPORTS / f"{path.replace('/', '.').removesuffix('.py')}.txt"


if __name__ == "__main__":
    sys.exit(main())
