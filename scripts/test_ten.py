"""Runs the suite ten times, each in another order: a test that fails once is a fault, in the product or in the test, and so
none is tried again.

Stopped, it goes on where it was, on another commit too: what passed is kept, what failed is run again, in the same order, once
the code has changed. What failed is printed at the end; the reports, of which each names its order, its part and its commit,
are kept under `.relais/ten/`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from defusedxml.ElementTree import parse  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".relais" / "ten"
TIMES = 10
PARTS = {"test": "not pages and not long", "pages": "pages and not long"}


def main() -> int:
    git = shutil.which("git") or "git"
    said = subprocess.run([git, "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    commit = said.stdout.strip()
    KEPT.mkdir(parents=True, exist_ok=True)
    found = {}
    for number in range(1, TIMES + 1):
        for part, which in PARTS.items():
            report = find_report(f"{number}-{part}", commit) or run_suite(number, part, which, commit)
            found[report.stem] = failed(report)
    for name, tests in found.items():
        sys.stdout.write("\n    ".join([f"{name}: {len(tests)} failed", *tests]) + "\n")
    return int(any(found.values()))


def find_report(run: str, commit: str) -> Path | None:
    """Of the last time, unless it failed on another commit."""
    done = max(KEPT.glob(f"{run}-*.xml"), key=lambda report: report.stat().st_mtime, default=None)
    return done if done and (done.stem.endswith(commit) or not failed(done)) else None


def run_suite(number: int, part: str, which: str, commit: str) -> Path:
    """In the order of that number. What was interrupted, or could not begin, leaves no report."""
    report = KEPT / f"{number}-{part}-{commit}.xml"
    under_way = report.with_suffix(".part")
    command = [sys.executable, "-m", "pytest", "-n", "logical", "--dist", "worksteal", "-m", which]
    command += [f"--randomly-seed={number}", "--force-reruns=0", f"--junit-xml={under_way}"]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.returncode)
    return under_way.rename(report)


def failed(report: Path) -> list[str]:
    cases = parse(report).iter("testcase")
    return [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]


if __name__ == "__main__":
    sys.exit(main())
