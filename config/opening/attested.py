"""What no machine can check: an administrator and the officer of each territory, two persons, attest it for a year."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.timezone import localdate

from cases.models import CLAIMANT_KINDS, Membership, Role, Territory
from cases.permissions import first_territory
from config.opening.condition import Doer, OpeningCondition
from config.opening.models import Attestation

ATTESTED_FOR = timedelta(days=365)
"""As long as an homologation is proposed for: then it is looked at again."""
ADMINISTRATOR = ""
"""In the place of a territory: for the whole installation."""


@dataclass(frozen=True, kw_only=True)
class AttestedCondition:
    code: str
    title: str
    asked: str
    """What is attested, and what to read before."""
    is_renewed: bool = False
    """It is itself done again each year: an older one is no proof."""


ATTESTED: Mapping[str, AttestedCondition] = {
    each.code: each
    for each in (
        AttestedCondition(
            code="registre",
            title="La fiche du registre des traitements est écrite",
            asked="Chaque responsable de traitement a inscrit Relais à son registre (RGPD, article 30). "
            "Modèle : docs/donnees-personnelles/registre.md.",
        ),
        AttestedCondition(
            code="aipd",
            title="L’analyse d’impact (AIPD) est faite et signée",
            asked="L’analyse d’impact (RGPD, article 35) est menée, l’avis des délégués recueilli, les risques acceptés "
            "par écrit. Modèle : docs/donnees-personnelles/aipd.md.",
        ),
        AttestedCondition(
            code="convention",
            title="La convention entre partenaires est signée",
            asked="Les responsables conjoints ont signé leur accord (RGPD, article 26). "
            "Modèle : docs/donnees-personnelles/annexe-responsables-conjoints.md.",
        ),
        AttestedCondition(
            code="notice",
            title="La notice d’information est remise aux personnes",
            asked="La notice (RGPD, articles 13 et 14) est complétée, affichée et remise à l’accueil. "
            "Modèle : docs/donnees-personnelles/notice-information.md.",
        ),
        AttestedCondition(
            code="homologation",
            title="La décision d’homologation est prise",
            asked="L’autorité a signé, et accepté chaque mesure qui reste ouverte. "
            "Modèle : docs/donnees-personnelles/dossier-homologation.md.",
        ),
        AttestedCondition(
            code="violation",
            title="Qui agit en cas de violation de données est écrit",
            asked="Qui prévient qui, en combien de temps (72 heures pour la CNIL) : chacun le sait et a été joint pour essai.",
        ),
        AttestedCondition(
            code="hebergement",
            title="L’hébergement est dans l’Union, disques chiffrés",
            asked="Contrat d’hébergement dans l’Union européenne, disques chiffrés, hébergeur de données de santé s’il y a "
            "lieu, personne d’autre n’entre sur la machine.",
        ),
        AttestedCondition(
            code="retablissement",
            title="Une sauvegarde a été rétablie pour de vrai",
            asked="Sur une autre machine, avec la clé privée gardée hors du serveur, en moins de temps que ce qui a été promis.",
            is_renewed=True,
        ),
        AttestedCondition(
            code="formation",
            title="Les agents sont formés",
            asked="Ils savent ce qui s’écrit dans un texte libre, ce qui se partage, et que chaque lecture est notée.",
        ),
        AttestedCondition(
            code="essais",
            title="Les données d’essai sont effacées",
            asked="Il ne reste ni personne inventée ni compte d’essai.",
        ),
    )
}


RENEWED = [each.code for each in ATTESTED.values() if each.is_renewed]


def find_kept(at: datetime) -> QuerySet[Attestation]:
    """What was attested within the year and not withdrawn, whoever its author has become."""
    return Attestation.objects.filter(withdrawn_at=None, attested_at__gt=at - ATTESTED_FOR)


def find_standing(at: datetime) -> dict[tuple[str, str], Attestation]:
    """OpeningCondition and side → what counts today: its author still holds the role for which he spoke. One query."""
    today = localdate(at)
    held = Membership.objects.active(today).filter(user=OuterRef("by"), user__is_active=True)
    held = held.exclude(structure__kind__in=CLAIMANT_KINDS)
    administers = held.filter(role=Role.ADMINISTRATOR, structure__territory=Subquery(first_territory()))
    answers = held.filter(role=Role.DPO, structure__territory=OuterRef("territory"))
    speaks = Q(Exists(administers), territory=ADMINISTRATOR) | Q(Exists(answers))
    rows = find_kept(at).filter(speaks).exclude(condition__in=RENEWED, done_on__lte=today - ATTESTED_FOR)
    return {(row.condition, row.territory): row for row in rows.select_related("by")}


def read_attested(at: datetime, *, near: Collection[str] = ()) -> list[OpeningCondition]:
    """`near`: the territories whose words the reader may read, besides those of the installation; of others, only that it is
    attested is said. Two queries."""
    standing = find_standing(at)
    territories = list(Territory.objects.in_service())
    return [_judge(each, standing, territories, near) for each in ATTESTED.values()]


def find_readable(at: datetime, condition: str, *, near: Collection[str]) -> list[Attestation]:
    """What counts today of a condition, as far as its words are the reader’s to read."""
    found = find_standing(at).items()
    return [row for (code, side), row in found if code == condition and (side == ADMINISTRATOR or side in near)]


def _judge(
    wanted: AttestedCondition,
    standing: Mapping[tuple[str, str], Attestation],
    territories: list[Territory],
    near: Collection[str],
) -> OpeningCondition:
    sides = {ADMINISTRATOR: "un administrateur"} | {
        territory.code: "le délégué" if len(territories) == 1 else f"le délégué de {territory.name}"
        for territory in territories
    }
    lacking = [words for side, words in sides.items() if (wanted.code, side) not in standing]
    said = [
        _say(row) for side in sides if (row := standing.get((wanted.code, side))) and side in {ADMINISTRATOR, *near}
    ]
    elsewhere = [each.name for each in territories if each.code not in near and (wanted.code, each.code) in standing]
    if elsewhere:
        said.append(f"Attesté pour {', '.join(elsewhere)}.")
    waits = f"Reste à attester par {' et par '.join(lacking)}." if lacking else ""
    return OpeningCondition(
        code=wanted.code,
        title=wanted.title,
        is_met=not lacking,
        words=" ".join([*said, waits] if lacking else said),
        advice=wanted.asked if lacking else "",
        doer=Doer.BOTH,
        address=reverse("opening_attest", args=[wanted.code]),
        action="Attester",
    )


def _say(row: Attestation) -> str:
    return (
        f"{row.by}, le {row.attested_at:%d/%m/%Y} : fait le {row.done_on:%d/%m/%Y} par {row.done_by}. « {row.words} »"
    )
