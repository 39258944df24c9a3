"""The fields that a column can hold, how senders call them, and the mapping of a file's headings to them."""

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from cases.rules.names import normalise_text
from workflows.imports import values

Maker = Callable[[datetime.date], values.Parser]  # some values are judged against the day of the import


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    label: str  # on the mapping page
    maker: Maker
    words: tuple[str, ...] = ()  # how senders call it, beside the label and the name
    essential: bool = False  # an unreadable value refuses the line; elsewhere it is left out, and said


def field(
    name: str, label: str, parser: values.Parser, *words: str, essential: bool = False, maker: Maker | None = None
) -> Field:
    return Field(name=name, label=label, maker=maker or (lambda _today: parser), words=words, essential=essential)


AIDS = {"APL": "APL", "ALF": "ALF", "ALS": "ALS", "AUCUNE": "none", "AUCUN": "none", "NON": "none", "SANS": "none"}
LANDLORDS = {
    "HLM": "hlm",
    "OPH": "hlm",
    "ESH": "hlm",
    "BAILLEUR SOCIAL": "hlm",
    "SOCIAL": "hlm",
    "SEM": "sem",
    "SCI FAMILIALE": "sci_family",
    "SCI": "sci",
    "PERSONNE MORALE": "sci",
    "PERSONNE PHYSIQUE": "person",
    "PARTICULIER": "person",
    "EPFIF": "epfif",
}
BODIES = {"CAF": "caf", "MSA": "msa", "AUCUN": "none", "AUCUNE": "none"}

FIELDS = (
    # The sender's own keys
    field("tenant_reference", "référence du locataire", values.text(40), "ref locataire", "reference", "ref", "ref bailleur",
          "code locataire", "n locataire", "numero locataire", "compte locataire", "n compte", "matricule locataire",
          "code client", "n client", "reference client", "id locataire", "n dossier"),
    field("contract_number", "numéro de contrat", values.text(40), "contrat", "n contrat", "num contrat", "n bail", "numero bail",
          "reference bail", "reference contrat", "n de bail"),
    field("landlord", "bailleur", values.text(120), "proprietaire", "nom bailleur", "nom proprietaire", "societe", "organisme bailleur",
          "mandant"),
    field("landlord_type", "type de bailleur", values.choice(LANDLORDS), "nature bailleur", "statut bailleur"),
    field("landlord_siret", "SIRET du bailleur", values.text(20), "siret"),
    # People
    field("civility", "civilité", values.text(20), "civ", "titre", "m mme"),
    field("full_name", "nom et prénom, ou plusieurs personnes", values.people, "locataire", "locataires", "nom prenom", "nom et prenom",
          "nom prenoms", "prenom nom", "occupant", "occupants", "titulaire", "titulaires", "titulaire bail", "nom complet", "identite",
          "client", "tiers", essential=True),
    field("last_name", "nom", values.family_name, "nom locataire", "nom famille", "nom usage", "nom client", "nom titulaire",
          "nom allocataire", "patronyme", essential=True),
    field("birth_last_name", "nom de naissance", values.name_part, "nom jeune fille", "nom patronymique", "nom naissance"),
    field("first_name", "prénom", values.first_name, "prenoms", "prenom locataire", "prenom client", "prenom titulaire",
          "prenom allocataire", essential=True),
    field("birth_date", "date de naissance", values.text(0), "ne e le", "ne le", "nee le", "naissance", "date naiss", "dt naissance", "ddn",
          "dnaiss", "date naissance locataire", "d naissance", essential=True, maker=values.birth_date),
    field("co_tenant", "cotitulaire", values.people, "co titulaire", "cotitulaires", "co titulaires", "colocataire", "co locataire",
          "conjoint", "second titulaire", "titulaire 2", "locataire 2", "autre titulaire"),
    field("phone", "téléphone", values.phone, "tel", "telephone portable", "portable", "mobile", "gsm", "tel portable", "tel mobile",
          "n telephone", "numero telephone", "telephone 1", "tel 1", "telephone fixe"),
    field("email", "adresse électronique", values.email, "e mail", "mail", "courriel", "adresse mail", "adresse e mail"),
    field("language", "langue", values.text(40), "langue parlee"),
    field("caf_number", "numéro allocataire", values.caf_number, "n alloc", "n allocataire", "num allocataire", "allocataire",
          "matricule", "matricule caf", "n caf", "numero caf", "num caf", "no allocataire", "n alloc caf"),
    field("affiliation", "organisme (CAF, MSA)", values.choice(BODIES), "organisme", "organisme payeur", "regime"),
    # Dwelling
    field("address", "adresse complète", values.address, "adresse", "adresse logement", "adresse locataire", "adresse bien",
          "logement", "bien", "lot adresse", "adresse lot", "voie", "rue", "adresse 1"),
    field("residence", "résidence", values.text(80), "programme", "ensemble", "cite", "groupe", "nom residence", "quartier"),
    field("building", "bâtiment", values.text(20), "bat", "batiment logement", "immeuble"),
    field("staircase", "escalier", values.text(20), "esc", "cage", "entree"),
    field("floor", "étage", values.text(40), "etg", "niveau"),
    field("door", "porte", values.text(20), "pte", "n porte", "appartement", "appt", "n logement", "n appartement", "num logement"),
    field("postcode", "code postal", values.postcode, "cp", "code post", "c postal"),
    field("city", "commune", values.text(80), "ville", "localite"),
    # Lease and rent
    field("lease_date", "date du bail", values.day, "date bail", "date entree", "entree lieux", "date entree lieux", "date contrat",
          "date signature bail", "debut bail", "date effet bail", essential=True),
    field("lease_renewed_on", "dernier renouvellement du bail", values.day, "date renouvellement", "date dernier renouvellement",
          "renouvellement bail", "date reconduction"),
    field("rent", "loyer hors charges", values.amount, "loyer hc", "loyer", "loyer principal", "loyer nu", "montant loyer"),
    field("charges", "charges", values.amount, "charges locatives", "provision charges", "provisions charges", "montant charges"),
    field("rent_with_charges", "loyer charges comprises", values.amount, "loyer cc", "loyer charges", "quittancement", "terme", "loyer ttc",
          "total quittance", "montant quittance", "quittance", "echeance mensuelle", "loyer total", "loyer et charges"),
    field("rent_reduction", "réduction de loyer de solidarité", values.amount, "rls", "montant rls", "reduction loyer solidarite"),
    field("aid_amount", "aide au logement (montant)", values.amount, "apl", "als", "alf", "al", "montant aide", "aide", "aide logement",
          "aide mensuelle", "montant apl", "apl mensuelle", "montant al"),
    field("aid_kind", "type d’aide au logement", values.choice(AIDS), "type aide", "nature aide", "type aide logement"),
    field("direct_payment", "tiers payant", values.yes_no, "tiers payant apl", "versement direct", "apl tiers payant"),
    # Debt
    field("debt", "montant de la dette", values.amount, "dette", "montant dette", "solde debiteur", "solde", "impaye", "impayes",
          "montant impaye", "montant impayes", "dette totale", "montant du", "du", "total du", "dette signalee", "solde locataire", "arriere",
          "reste du", "solde compte", "montant solde", "dette locative", "encours", "solde du", "total dette", "dette loyer",
          essential=True),
    field("debt_on", "dette arrêtée le", values.day, "date arrete compte", "arrete le", "date arrete", "date solde",),
    field("debt_charges", "dont charges", values.amount, "dette charges"),
    field("debt_costs", "dont frais", values.amount, "frais", "dette frais", "frais procedure"),
    field("months_unpaid", "nombre de mois impayés", values.months, "nb mois", "nb mois impayes", "nombre mois", "mois impayes",
          "nbre mois", "nb termes", "termes impayes", "nb echeances", "nombre termes", "nb termes impayes", "mois retard"),
    field("first_unpaid_on", "premier impayé", values.month_or_day, "1er impaye", "date premier impaye", "date 1er impaye", "depuis",
          "impaye depuis", "debut impaye", "debut dette", "date debut impaye", "premier terme impaye"),
    field("last_payment_on", "dernier règlement le", values.day, "dernier reglement", "date dernier reglement", "dernier paiement",
          "date dernier paiement", "dernier versement", "date dernier versement", "dernier paiement date"),
    field("last_payment_amount", "montant du dernier règlement", values.amount, "mt dernier regl", "montant dernier reglement",
          "mt dernier reglement", "montant dernier paiement", "dernier paiement montant", "montant dernier versement"),
    field("rent_resumed", "loyer courant repris", values.yes_no, "reprise loyer", "reprise loyer courant", "paiement repris"),
    field("plan_exists", "plan d’apurement en cours", values.yes_no, "plan existant", "plan apurement", "plan en cours", "echeancier"),
    field("plan_instalment", "mensualité du plan", values.amount, "mensualite", "montant mensualite", "mensualite plan"),
    # Procedure
    field("reported_on", "signalé le", values.day, "date signalement", "date signal"),
    field("reported_to_caf_on", "signalé à la CAF le", values.day, "signale caf le", "date signalement caf", "signalement caf",
          "saisine caf"),
    field("ccapex_on", "CCAPEX saisie le", values.day, "ccapex", "date ccapex", "saisine ccapex"),
    field("order_to_pay_on", "commandement de payer le", values.day, "commandement", "commandement le", "commandement payer",
          "date commandement", "cdp", "date cdp", "date commandement payer", essential=True),
    field("summons_on", "assignation le", values.day, "assignation", "date assignation", essential=True),
    field("hearing_on", "audience le", values.day, "audience", "date audience", essential=True),
    field("judgment_on", "jugement le", values.day, "jugement", "date jugement", essential=True),
    field("order_to_leave_on", "commandement de quitter les lieux le", values.day, "cql", "cql le", "date cql",
          "commandement quitter lieux", "commandement quitter", essential=True),
    # Household
    field("adults", "nombre d’adultes", values.whole_number(20), "nb adultes", "adultes"),
    field("children", "nombre d’enfants à charge", values.whole_number(20), "nb enf", "nb enfants", "enfants", "nombre enfants", "enfants charge",
          "nb enfants charge", "nbre enfants"),
    field("family_benefits", "prestations familiales", values.yes_no, "pf", "allocations familiales"),
    field("rsa", "RSA", values.yes_no, "beneficiaire rsa"),
    field("employed", "salarié", values.yes_no, "en emploi", "salarie e"),
    field("legal_protection", "mesure de protection", values.yes_no, "tutelle curatelle", "protection juridique"),
    field("tenant_informed", "locataire informé", values.yes_no, "information locataire", "personne informee"),
    field("tenant_informed_on", "date d’information du locataire", values.day, "date information",),
)  # fmt: skip
# A comment column has no field on purpose: people write there that someone is in hospital or ill. Health data is
# neither needed nor lawful here, so an unmapped column is read by nobody and stored nowhere.

BY_NAME = {known.name: known for known in FIELDS}
FILLERS = {"DE", "DU", "DES", "LA", "LE", "LES", "L", "D", "EN", "EUR", "EURO", "EUROS", "E", "A", "AU"}


OF_A_DAY = {
    *(known.name for known in FIELDS if known.maker(datetime.date.min) is values.amount),
    "months_unpaid",
}
"""What is another each month: a date in the heading says of which day. Elsewhere figures are none: « Adresse 1/2 »."""


class UnknownField(ValueError):
    """A mapping names a field that does not exist; the message lists those that do."""


DATED = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?\b")
ISO_DATED = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


@lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """N° alloc. and n alloc are one heading; so are « Solde au 30/09/2026 » and « solde au 31.10.26 »."""
    undated = DATED.sub(" ", heading)
    spaced = undated.replace("’", " ").replace("'", " ").replace("°", " ").replace("€", " ").replace("º", " ")
    words = normalise_text(spaced).split()
    return " ".join(word for word in words if word not in FILLERS) or " ".join(words)


Moment = tuple[int, int, int]
"""Year, month, day, as a heading says them: 0 for what it does not say."""


def moment_of(heading: str) -> Moment | None:
    """The last date of a heading, « 10/26 » being a month of a year; None when it has none."""
    found = [(int(year), int(month), int(day)) for year, month, day in ISO_DATED.findall(heading)]
    for first, second, year in DATED.findall(ISO_DATED.sub(" ", heading)):
        day, month = int(first), int(second)
        if month > MONTHS and not year:
            found.append((2000 + month, day, 0))
        else:
            found.append((int(year) % 100 + 2000 if year else 0, month, day))
    return max(found, default=None)


MONTHS = 12


def by_date(headings: Iterable[str]) -> list[str]:
    """Those that have a date, the latest first. Without years, January comes after December."""
    moments = {heading: moment for heading in headings if (moment := moment_of(heading))}
    months = [month for year, month, _day in moments.values() if not year]
    turns = bool(months) and max(months) - min(months) > MONTHS // 2

    def place_across_years(heading: str) -> Moment:
        year, month, day = moments[heading]
        return year + int(turns and not year and month <= MONTHS // 2), month, day

    return sorted(moments, key=place_across_years, reverse=True)


def latest_of(heading: str, headings: Iterable[str]) -> str:
    """Of the headings that differ from this one by their date alone, the latest: itself if it has none."""
    key = heading_key(heading)
    alike = by_date(other for other in headings if heading_key(other) == key) if moment_of(heading) else []
    return alike[0] if alike else heading


@cache
def names_by_key() -> dict[str, str]:
    found: dict[str, str] = {}
    for known in FIELDS:
        for word in (known.name, known.label, *known.words):
            found.setdefault(heading_key(word), known.name)
    return found


def field_of_key(key: str) -> str | None:
    return names_by_key().get(key)


def in_order(mapping: Mapping[str, str]) -> list[str]:
    """The headings of a stored mapping, in the order of our fields: the database keeps none."""
    ours = [known.name for known in FIELDS]
    return sorted(mapping, key=lambda heading: ours.index(mapping[heading]))


DATED_FIELDS = {"staircase": "lease_date"}
"""What a heading says above dates, when it says another thing above words: « Entrée » is a staircase, « Entrée le » a day."""


def suggest_mapping(headings: Iterable[str], *, dated: Collection[str] = ()) -> dict[str, str]:
    """The headings that we know; each field once, the first heading that names it, or the latest of those that differ
    from it by their date alone. `dated`: those of columns of dates."""
    present, mapping = list(headings), dict[str, str]()
    for first in present:
        name = field_of_key(heading_key(first))
        heading = latest_of(first, present) if name in OF_A_DAY else first
        if name is not None and heading in dated:
            name = DATED_FIELDS.get(name, name)
        if name is not None and name not in mapping.values():
            mapping[heading] = name
    if "last_name" in mapping.values() and not {"first_name", "full_name"} & set(mapping.values()):
        return {heading: "full_name" if name == "last_name" else name for heading, name in mapping.items()}
    return mapping


def fitted_mapping(mapping: Mapping[str, str], headings: Iterable[str]) -> dict[str, str]:
    """A remembered mapping under this file's headings, which may differ by case, accents or points; or by their date: then
    the latest is meant of what is another each month, even where last month’s is still there."""
    exact = list(headings)
    by_key = {heading_key(heading): heading for heading in reversed(exact)}
    spelled = {normalise_text(heading): heading for heading in reversed(exact)}
    fitted, of_a_day = dict[str, str](), list[str]()
    for heading, name in mapping.items():
        first = by_key.get(heading_key(heading), heading)
        if name in OF_A_DAY and moment_of(heading):
            of_a_day.append(heading)
        elif heading in exact:
            fitted[heading] = name
        elif name in OF_A_DAY:
            fitted[latest_of(first, exact)] = name
        else:
            fitted[spelled.get(normalise_text(heading), first)] = name
    for key in dict.fromkeys(map(heading_key, of_a_day)):  # two of one kind: the latest of now for the latest of then
        now = by_date(heading for heading in exact if heading_key(heading) == key and heading not in fitted)
        then = by_date(heading for heading in of_a_day if heading_key(heading) == key)
        for place, heading in enumerate(then):
            found = now[place] if place < len(now) else latest_of(by_key.get(key, heading), exact)
            fitted.setdefault(found, mapping[heading])
    return fitted


def check_fields(mapping: Mapping[str, str]) -> None:
    """Refuses (UnknownField) a name that is no field."""
    unknown = sorted({name for name in mapping.values() if name not in BY_NAME})
    if unknown:
        known = ", ".join(sorted(BY_NAME))
        raise UnknownField(f"Champ inconnu : {', '.join(unknown)}. Champs possibles : {known}.")


def check_mapping(mapping: Mapping[str, str], headings: Iterable[str]) -> list[str]:
    """What keeps this mapping from being used, in French sentences; nothing when it can be."""
    try:
        check_fields(mapping)
    except UnknownField as error:
        return [str(error)]
    present = set(headings)
    found = [
        f"La colonne « {heading} » n’existe pas dans ce fichier." for heading in mapping if heading not in present
    ]
    used = list(mapping.values())
    found += [
        f"Plusieurs colonnes sont associées à « {BY_NAME[name].label} » : n’en gardez qu’une."
        for name in sorted({name for name in used if used.count(name) > 1})
    ]
    if not {"last_name", "full_name"} & set(used):
        found.append("Aucune colonne ne donne le nom du locataire : associez-en une à « nom » ou à « nom et prénom ».")
    if not {"debt", "caf_number"} & set(used):
        found.append(
            "Aucune colonne ne donne la dette ni le numéro allocataire : associez-en une à « montant de la dette »."
        )
    return found
