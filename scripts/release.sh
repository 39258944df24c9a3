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

# Fails where the package index does not say what is known, too: then it is looked up elsewhere, and said where.
.venv/bin/python scripts/advisories.py || {
    [[ $? == 2 && -n ${ADVISORIES_LOOKED_UP:-} ]] ||
        refuse "Pas de version sans ce qui est connu de ses paquets ; lu ailleurs, le dire : ADVISORIES_LOOKED_UP=« où, quand »."
}
make check test test-slow-and-pages test-long
.venv/bin/python scripts/dump_release.py "$version"
git add tests/releases/dumps
git commit --quiet --message "releases: Keep a small demonstration of $version, for the versions to come to migrate"
git tag --annotate "v$version" --message "Relais $version${ADVISORIES_LOOKED_UP:+

Failles connues des paquets : $ADVISORIES_LOOKED_UP}"
echo "Version $version prête : git push --follow-tags"
