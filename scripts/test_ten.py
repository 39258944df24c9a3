"""Runs the suite ten times, each in another order: a test that fails once is a fault, in the product or in the test, and so
none is tried again.

Stopped, it goes on with the run that was under way, until the code changes. What failed, and in which order it was, is
printed at the end and kept under `.relais/ten/`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from defusedxml.ElementTree import parse  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
TIMES = 10
PARTS = {"test": "not pages and not long", "pages": "pages and not long"}


def main() -> int:
    git = shutil.which("git") or "git"
    commit = subprocess.run(
        [git, "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    folder = ROOT / ".relais" / "ten" / commit.stdout.strip()
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for number in range(1, TIMES + 1):
        for part, which in PARTS.items():
            report = folder / f"{number}-{part}.xml"
            if not report.exists():
                run(number, which, report)
            found[report.stem] = failed(report)
    for name, tests in found.items():
        sys.stdout.write("\n    ".join([f"{name}: {len(tests)} failed", *tests]) + "\n")
    return int(any(found.values()))


def run(number: int, which: str, report: Path) -> None:
    """In the order of that number. What was interrupted, or could not begin, leaves no report."""
    under_way = report.with_suffix(".part")
    command = [sys.executable, "-m", "pytest", "-n", "logical", "--dist", "worksteal", "-m", which]
    command += [f"--randomly-seed={number}", "--force-reruns=0", f"--junit-xml={under_way}"]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.returncode)
    under_way.rename(report)


def failed(report: Path) -> list[str]:
    cases = parse(report).iter("testcase")
    return [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]


if __name__ == "__main__":
    sys.exit(main())
