"""What a PDF that somebody sends holds, read by qpdf where its crash, its greed or its slowness costs us nothing."""

import subprocess
import sys
from pathlib import Path

CHILD = Path(__file__).with_name("pdf_inspection_child.py")
SECONDS_TO_WAIT = 40
"""By the clock, on a busy machine: the child gives up after a few seconds of processor."""
VERDICTS = frozenset({"harmless", "protected", "active", "damaged", "complex"})


def inspect_in_child(content: bytes) -> str:
    """One of `VERDICTS`; complex too when the child gave up or was ended.

    Isolated mode and an empty environment: the child sees no setting and no secret, and what it says of the content
    is thrown away.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=SECONDS_TO_WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "complex"
    said = done.stdout.decode(errors="replace")
    return said if done.returncode == 0 and said in VERDICTS else "complex"
