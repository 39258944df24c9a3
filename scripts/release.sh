#!/usr/bin/env bash
# Makes a release of what is committed: checks it, keeps a small demonstration of it, and tags it.
#   scripts/release.sh 0.2.0
# Before: the version in pyproject.toml, and in CHANGELOG.md « ## [0.2.0] - <today> » first. After: git push --follow-tags.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:?usage : scripts/release.sh VERSION}
refuse() { echo "$1" >&2; exit 1; }

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || refuse "« $version » n’est pas une version : trois nombres, par exemple 0.2.0."
[[ -z $(git status --porcelain) ]] || refuse "Des changements ne sont pas enregistrés : git status."
[[ -z $(git tag --list "v$version") ]] || refuse "La version $version existe déjà : git show v$version."
grep -qx "version = \"$version\"" pyproject.toml || refuse "pyproject.toml dit une autre version que $version."
first=$(grep -m 1 '^## ' CHANGELOG.md)
[[ $first == "## [$version] - $(date +%F)" ]] ||
    refuse "CHANGELOG.md commence par « $first » : il faut « ## [$version] - $(date +%F) »."

make check test test-pages test-long
.venv/bin/python scripts/dump_release.py "$version"
git add tests/releases/dumps
git commit --quiet --message "releases: Keep a small demonstration of $version, for the versions to come to migrate"
git tag --annotate "v$version" --message "Relais $version"
echo "Version $version prête : git push --follow-tags"
