"""The example of alert rules that the documentation gives, read by Prometheus’ own tool."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "surveillance"
PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="Aucun promtool sur cette machine (Debian : paquet prometheus).")
@pytest.mark.parametrize("words", [("check", "rules", "alertes.yml"), ("test", "rules", "alertes_essais.yml")])
def test_the_alert_rules_say_what_their_own_examples_expect(words):
    done = subprocess.run([str(PROMTOOL), *words], cwd=FOLDER, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
