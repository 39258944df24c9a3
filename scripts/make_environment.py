"""Makes .venv, or installs a lock file into it: `make` calls it with the Python of the machine, which may be an old one.

Says in one line, in French, what is missing, and leaves nothing half made that the next call would take for whole.
"""

import os
import shutil
import subprocess
import sys

ENVIRONMENT = ".venv"
NEEDED_MB = 1500
TOO_OLD = (
    "Il faut Python 3.11, 3.12 ou 3.13 ; celui-ci est le {0}.{1}. En installer un, puis : make demo PYTHON=python3.13"
)
NO_VENV = (
    "Ce Python ne sait pas faire d’environnement. L’installer (Debian : apt-get install python3-venv), puis relancer."
)
FULL = "Il faut {0} Mo libres pour les paquets, il en reste {1}. Libérer de la place, puis relancer."
NO_PACKAGES = "Les paquets n’ont pas pu être installés (voir ci-dessus) : vérifier l’accès au réseau, puis relancer."


def main(locks: "list[str]") -> str:  # in quotes: an old Python reads this too
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return TOO_OLD.format(*sys.version_info)
    free = shutil.disk_usage(".").free // 1000000
    if free < NEEDED_MB:
        return FULL.format(NEEDED_MB, free)
    python = os.path.join(ENVIRONMENT, "bin", "python")  # noqa: PTH118
    if not os.path.exists(python):  # noqa: PTH110
        try:
            import ensurepip  # noqa: F401 - Debian ships venv without it
        except ImportError:
            return NO_VENV
        if subprocess.call([sys.executable, "-m", "venv", ENVIRONMENT]):
            return NO_VENV
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--require-hashes"]
    for lock in locks:
        command += ["--requirement", lock]
    return NO_PACKAGES if subprocess.call(command) else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
