"""The first tables as they are after 0063: a new database is made by this migration alone, one that exists goes on by those that it
replaces (decisions/0051).
"""

import cases.models.documents
import cases.models.letters
import cases.models.notices
import cases.models.past_rows
import cases.models.people
import cases.models.person_files
import cases.rules.procedures
import cases.rules.withholding
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from decimal import Decimal
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, HStoreExtension, TrigramExtension
from django.db import migrations, models

from cases.migration_operations import Together, keep_what_was

ACT_OF_TRANSACTION = """
CREATE FUNCTION act_of_transaction() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE found text := current_setting('relais.act', true);
BEGIN
    IF found IS NULL OR found = '' THEN
        found := set_config('relais.act', uuidv7()::text, true);
    END IF;
    RETURN found::uuid;
END $$;
"""
KEEP_WHAT_WAS = """
-- Its arguments are columns of which nothing is kept.
CREATE FUNCTION keep_what_was() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE was hstore; left_out text[] := coalesce(TG_ARGV, '{}');
BEGIN
    IF TG_OP = 'DELETE' THEN
        was := hstore(OLD) - left_out;
    ELSE
        was := hstore(OLD) - hstore(NEW) - left_out;
        IF was = '' THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO cases_pastrow (table_name, "row", was, is_deleted, until, act, role)
    VALUES (
        TG_TABLE_NAME, OLD.id, hstore_to_jsonb(was), TG_OP = 'DELETE', transaction_timestamp(), act_of_transaction(),
        session_user
    );
    RETURN NULL;
END $$;
"""
KEPT = (
    "cases_absence",
    "cases_absence_substitutes",
    "cases_appointment",
    "cases_assignment",
    "cases_beneficiary",
    "cases_case",
    "cases_caselabel",
    "cases_causealert",
    "cases_closure",
    "cases_contactattempt",
    "cases_coordination",
    "cases_datacontroller",
    "cases_deadline",
    "cases_deadlinerule",
    "cases_debt",
    "cases_debtline",
    "cases_debtstatement",
    "cases_diagnostic",
    "cases_diagnosticblock",
    "cases_diagnosticdebt",
    "cases_diagnosticdevice",
    "cases_diagnosticexpense",
    "cases_diagnosticperson",
    "cases_diagnosticresource",
    "cases_distinctpeople",
    "cases_document",
    "cases_edition",
    "cases_formerfraud",
    "cases_household",
    "cases_householdfact",
    "cases_householdmember",
    "cases_informationgiven",
    "cases_installation",
    "cases_instalment",
    "cases_invitation",
    "cases_label",
    "cases_landlordprofile",
    "cases_lateranswer",
    "cases_leasedeparture",
    "cases_leaseshare",
    "cases_ledgerentry",
    "cases_legalprotection",
    "cases_legalreferent",
    "cases_letter",
    "cases_letter_pieces",
    "cases_measure",
    "cases_measuremove",
    "cases_membership",
    "cases_merge",
    "cases_mergechange",
    "cases_milestone",
    "cases_nomination",
    "cases_note",
    "cases_organisation",
    "cases_overpaymentnotice",
    "cases_plancheck",
    "cases_question",
    "cases_question_deadlines",
    "cases_questiontext",
    "cases_referent",
    "cases_rentcheck",
    "cases_rentmonth",
    "cases_repaymentplan",
    "cases_report",
    "cases_sharingrequest",
    "cases_spoken",
    "cases_structure",
    "cases_subjectrequest",
    "cases_suspension",
    "cases_tenancy",
    "cases_territory",
    "cases_user_groups",
    "cases_user_user_permissions",
    "cases_vacancy",
    "cases_watch",
    "cases_wish",
    "cases_withholdingcheck",
)
SECOND_BARRIER = """
CREATE FUNCTION cases_reader() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(split_part(current_setting('relais.reader', true), ' ', 1), '')::bigint
$$;
CREATE FUNCTION cases_reader_structures() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(m.structure_id), '{}') FROM cases_membership m
    WHERE m.user_id = cases_reader() AND daterange(m.since, m.until, '[]') @> split_part(current_setting('relais.reader'), ' ', 2)::date
$$;
CREATE FUNCTION cases_reader_claimants() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(m.structure_id) FROM cases_membership m JOIN cases_structure s ON s.id = m.structure_id
    WHERE split_part(current_setting('relais.reader', true), ' ', 3) = 'reports'
    AND m.structure_id = ANY (cases_reader_structures()) AND m.user_id = cases_reader() AND s.kind IN ('landlord', 'rent_manager')
$$;

CREATE POLICY second_barrier ON cases_case USING (
    (SELECT cases_reader()) IS NULL
    -- Asked first: who works for a claimant alone would be asked for parts in vain.
    OR (SELECT cases_reader_claimants()) IS NOT NULL AND EXISTS (
        SELECT FROM cases_report r WHERE r.case_id = cases_case.id AND (
            r.structure_id = ANY ((SELECT cases_reader_claimants())::bigint[])
            OR EXISTS (
                SELECT FROM cases_tenancy t WHERE t.id = r.tenancy_id
                AND ARRAY [t.manager_id, t.landlord_id] && (SELECT cases_reader_claimants())::bigint[]
            )
        )
    )
    OR EXISTS (
        SELECT FROM cases_participation p
        WHERE p.case_id = cases_case.id AND p.structure_id = ANY ((SELECT cases_reader_structures())::bigint[])
    )
    OR EXISTS (
        SELECT FROM cases_assignment a WHERE a.case_id = cases_case.id AND a.user_id = (SELECT cases_reader())
    )
);
ALTER TABLE cases_case ENABLE ROW LEVEL SECURITY;

CREATE POLICY second_barrier ON cases_familycode USING (
    (SELECT cases_reader()) IS NULL
    OR digest = (
        SELECT CASE WHEN split_part(current_setting('relais.reader', true), ' ', 3) = 'family'
        THEN split_part(current_setting('relais.reader', true), ' ', 4) END
    )
    OR EXISTS (SELECT FROM cases_case c WHERE c.id = cases_familycode.case_id)
);
ALTER TABLE cases_familycode ENABLE ROW LEVEL SECURITY;
"""
OF_A_CASE = (
    "cases_appointment",
    "cases_caselabel",
    "cases_contactattempt",
    "cases_coordination",
    "cases_diagnostic",
    "cases_document",
    "cases_informationgiven",
    "cases_lateranswer",
    "cases_legalreferent",
    "cases_letter",
    "cases_measure",
    "cases_note",
    "cases_overpaymentnotice",
    "cases_repaymentplan",
    "cases_vacancy",
    "cases_wish",
)
"""What is of a case is seen with it."""
HOLD = """
CREATE POLICY second_barrier ON {0} USING (
    (SELECT cases_reader()) IS NULL OR EXISTS (SELECT FROM cases_case c WHERE c.id = {0}.case_id)
);
ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
"""
ACCESS_LOG = r"""
CREATE SCHEMA access_log;

CREATE TABLE public.cases_accessentry (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    user_id bigint,
    case_id bigint,
    structure_id bigint,
    kind varchar(10) NOT NULL,
    page varchar(40) NOT NULL,
    "right" varchar(13) NOT NULL,
    reason varchar(20) NOT NULL,
    criteria varchar(80) NOT NULL,
    day date NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);

CREATE INDEX accesses_to_a_case ON public.cases_accessentry (case_id, id DESC);
CREATE INDEX accesses_of_a_structure ON public.cases_accessentry (structure_id, day);
CREATE INDEX accesses_of_a_person ON public.cases_accessentry (user_id, day);
CREATE INDEX accesses_of_a_day ON public.cases_accessentry (day);

-- What is of a month that has no part.
CREATE TABLE access_log.other PARTITION OF public.cases_accessentry DEFAULT;

-- A part for each month from one day to the other, and for each month that waits in `other`. Returns how many were made.
CREATE FUNCTION access_log.make_parts(since date, until date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    month date;
    next_month date;
    part text;
    waiting bigint;
    made integer := 0;
BEGIN
    FOR month IN
        SELECT generate_series(date_trunc('month', since::timestamp), until::timestamp, '1 month')::date
        UNION SELECT DISTINCT date_trunc('month', day::timestamp)::date FROM access_log.other
        ORDER BY 1
    LOOP
        part := to_char(month, '"m"YYYY_MM');
        next_month := (month + interval '1 month')::date;
        CONTINUE WHEN to_regclass('access_log.' || part) IS NOT NULL;
        -- Nothing falls into `other` meanwhile: a part cannot be made over what it holds.
        LOCK TABLE public.cases_accessentry IN ACCESS EXCLUSIVE MODE;
        SELECT count(*) INTO waiting FROM access_log.other WHERE day >= month AND day < next_month;
        IF waiting > 0 THEN
            ALTER TABLE public.cases_accessentry DETACH PARTITION access_log.other;
        END IF;
        EXECUTE format(
            'CREATE TABLE access_log.%I PARTITION OF public.cases_accessentry FOR VALUES FROM (%L) TO (%L)',
            part, month, next_month
        );
        IF waiting > 0 THEN
            INSERT INTO public.cases_accessentry SELECT * FROM access_log.other WHERE day >= month AND day < next_month;
            DELETE FROM access_log.other WHERE day >= month AND day < next_month;
            ALTER TABLE public.cases_accessentry ATTACH PARTITION access_log.other DEFAULT;
        END IF;
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- Drops the parts of the months that began before that day, which is never of the last six months. Returns how many.
CREATE FUNCTION access_log.forget_before(kept_since date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    IF kept_since > current_date - interval '6 months' THEN
        RAISE EXCEPTION 'the access log is kept for six months at least';
    END IF;
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.cases_accessentry'::regclass AND c.relname ~ '^m\d{4}_\d\d$'
            AND to_date(substr(c.relname, 2), 'YYYY_MM') < kept_since
        ORDER BY 1
    LOOP
        EXECUTE format('DROP TABLE access_log.%I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

CREATE FUNCTION access_log.carry_readings() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH moved AS (
        DELETE FROM public.cases_reading
        RETURNING id, user_id, case_id, structure_id, pages, read_on, first_at, is_assigned
    ), kept AS (
        INSERT INTO public.cases_accessentry
            (user_id, case_id, structure_id, kind, page, "right", reason, criteria, day, at)
        SELECT user_id, case_id, structure_id, pages, '', CASE WHEN is_assigned THEN 'assignment' ELSE '' END,
            '', '', read_on, first_at
        FROM moved ORDER BY id
        RETURNING 1
    )
    SELECT count(*) FROM kept
$$;

SELECT access_log.make_parts(current_date, current_date + 62);
"""
OF_A_TERRITORY = (
    "cases_structure",
    "cases_case",
    "cases_edition",
    "cases_household",
)
TERRITORY = """
ALTER TABLE {0} ADD CONSTRAINT {0}_is_of_a_territory FOREIGN KEY (territory) REFERENCES cases_territory (code)
    DEFERRABLE INITIALLY IMMEDIATE;
"""
IDENTITY = "INSERT INTO cases_installationidentity (id, identifier) VALUES (1, gen_random_uuid())"


class Migration(migrations.Migration):

    replaces = [
        ("cases", "0002_first_tables"),
        ("cases", "0003_keep_movements_within_the_debt"),
        ("cases", "0004_kinds_of_cases_are_those_of_procedures"),
        ("cases", "0005_record_backups"),
        ("cases", "0006_give_the_installation_an_identity"),
        ("cases", "0007_keep_what_the_installation_says"),
        ("cases", "0008_say_who_controls_data"),
        ("cases", "0009_say_where_and_when_structures_receive"),
        ("cases", "0010_say_the_territories"),
        ("cases", "0011_say_how_who_is_invited_was_named"),
        ("cases", "0012_keep_a_register_by_territory"),
        ("cases", "0013_propose_the_postcode_of_a_territory"),
        ("cases", "0014_let_a_case_be_opened_in_emergency"),
        ("cases", "0015_keep_what_rows_said"),
        ("cases", "0016_say_the_transaction_of_a_line"),
        ("cases", "0017_find_lines_by_transaction"),
        ("cases", "0018_keep_what_cases_said"),
        ("cases", "0019_admit_establishments_and_proconnect_identities"),
        ("cases", "0020_keep_data_for_a_time"),
        ("cases", "0021_prepare_the_file_of_a_person"),
        ("cases", "0022_say_when_an_account_was_closed"),
        ("cases", "0023_put_a_second_barrier"),
        ("cases", "0024_keep_an_access_log_by_month"),
        ("cases", "0025_carry_readings_over"),
        ("cases", "0026_seal_closed_days"),
        ("cases", "0027_note_what_is_to_be_forgotten"),
        ("cases", "0028_forget_what_goes_by_age"),
        ("cases", "0029_say_since_when_real_data_is_entered"),
        ("cases", "0030_say_whether_a_backup_is_encrypted"),
        ("cases", "0031_record_on_what_ground_households_are_sent"),
        ("cases", "0032_keep_what_a_person_opposed"),
        ("cases", "0033_show_landlords_what_they_reported"),
        ("cases", "0034_let_lines_without_a_case_lose_words"),
        ("cases", "0035_find_the_last_opening"),
        ("cases", "0036_let_an_opposition_stay_without_its_request"),
        ("cases", "0037_restrict_what_is_done_with_a_household"),
        ("cases", "0038_name_the_letters_of_tenants"),
        ("cases", "0039_say_who_protects_an_adult"),
        ("cases", "0040_keep_what_protections_said"),
        ("cases", "0041_keep_who_checked_the_law"),
        ("cases", "0042_say_that_a_limit_keeps_a_file_too"),
        ("cases", "0043_say_that_a_restored_restriction_was_put_by_nobody"),
        ("cases", "0044_name_the_checks_of_rent_debts"),
        ("cases", "0045_check_rent_debts"),
        ("cases", "0046_keep_what_rent_checks_said"),
        ("cases", "0047_let_an_attempt_be_taken_back"),
        ("cases", "0048_say_that_a_letter_came_back"),
        ("cases", "0049_say_who_left_a_lease"),
        ("cases", "0050_keep_what_departures_said"),
        ("cases", "0051_say_who_signs_a_letter"),
        ("cases", "0052_find_letters_by_who_signs_them"),
        ("cases", "0053_say_since_when_who_left_is_replaced"),
        ("cases", "0054_say_which_note_tells_how_to_reach_the_person"),
        ("cases", "0055_let_nobody_know_what_is_owed"),
        ("cases", "0056_keep_what_an_operator_joins_to_its_answer"),
        ("cases", "0057_find_what_an_operator_joined"),
        ("cases", "0058_ask_what_became_of_households"),
        ("cases", "0059_open_published_figures_and_write_of_causes"),
        ("cases", "0060_open_a_page_to_families"),
        ("cases", "0061_find_the_closings_of_a_structure"),
        ("cases", "0062_say_the_licence_of_open_figures"),
        ("cases", "0063_say_what_each_tenant_owes"),
    ]

    dependencies = [
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('axes', '0010_accessattemptexpiration'),
        ('cases', '0001_accounts'),
        ('guardian', '0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more'),
        ('sessions', '0001_initial'),
        ('viewflow', '0015_task_scheduled'),
    ]

    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        HStoreExtension(),
        migrations.RunSQL(ACT_OF_TRANSACTION),
        Together(
            [
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.SlugField(unique=True, verbose_name='code')),
                        ('name', models.CharField(max_length=120, verbose_name='nom')),
                    ],
                    options={
                        'verbose_name': 'organisation',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='Structure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='structures', to='cases.organisation', verbose_name='organisation')),
                        ('code', models.SlugField(unique=True, verbose_name='code')),
                        ('name', models.CharField(max_length=120, verbose_name='nom')),
                        ('kind', models.CharField(choices=[('caf_social', 'CAF, travail social'), ('caf_recovery', 'CAF, recouvrement'), ('caf_pilot', 'CAF, pilotage de l’action'), ('mds', 'Maison des solidarités (MDS)'), ('ccas', 'CCAS, action sociale'), ('front_desk', 'Accueil du CCAS'), ('city', 'Ville'), ('department', 'Département'), ('landlord', 'Bailleur'), ('landlord_social', 'Conseil social du bailleur'), ('rent_manager', 'Gestionnaire locatif'), ('adil', 'ADIL'), ('udaf', 'UDAF'), ('epfif', 'EPFIF, équipe sociale'), ('france_travail', 'France Travail'), ('cpam', 'CPAM'), ('cnav', 'CNAV'), ('msa', 'MSA')], max_length=20, verbose_name='nature')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='courriel du service')),
                        ('is_active', models.BooleanField(default=True, verbose_name='en service')),
                        ('names_referents', models.BooleanField(default=False, help_text='Qui prend en charge un dossier y devient le référent de la personne (action 11).', verbose_name='nomme des référents')),
                        ('names_referents_since', models.DateField(blank=True, help_text='Les dossiers pris en charge avant ce jour n’y sont pas tenus.', null=True, verbose_name='depuis le')),
                        ('many_followed', models.PositiveSmallIntegerField(default=60, help_text='Par référent. Au-delà, un avertissement, jamais un refus.', verbose_name='seuil de personnes suivies')),
                        ('many_coordinated', models.PositiveSmallIntegerField(default=25, verbose_name='seuil de coordinations')),
                        ('address', models.CharField(blank=True, db_default='', max_length=200, verbose_name='adresse d’accueil')),
                        ('opening_hours', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='horaires')),
                        ('opening_note', models.CharField(blank=True, db_default='', max_length=200, verbose_name='précision sur les horaires')),
                        ('opens_family_page', models.BooleanField(db_default=False, default=False, help_text='Ses fiches peuvent porter un code, par lequel la personne en lit le texte sans compte.', verbose_name='page de la famille')),
                    ],
                    options={
                        'verbose_name': 'structure',
                        'ordering': ['name'],
                        'permissions': [('open_case', 'peut ouvrir un dossier'), ('view_structure_cases', 'voit les dossiers de la structure'), ('answer_routing', 'répond aux orientations'), ('handle_case', 'suit des dossiers'), ('be_referent', 'peut être référent'), ('view_backlog', 'voit l’encours'), ('manage_members', 'gère les membres'), ('report_arrears', 'signale des impayés et importe des fichiers'), ('answer_question', 'répond aux questions adressées à la structure'), ('pilot_action', 'pilote l’action'), ('change_rules', 'change les règles de l’action'), ('review_traces', 'consulte les traces'), ('grant_roles', 'nomme les pilotes, les délégués à la protection des données et les administrateurs')],
                    },
                ),
                migrations.CreateModel(
                    name='Closure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closures', to='cases.structure', verbose_name='structure')),
                        ('first_day', models.DateField(verbose_name='du')),
                        ('last_day', models.DateField(verbose_name='au')),
                        ('label', models.CharField(max_length=80, verbose_name='motif')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créée le')),
                    ],
                    options={
                        'verbose_name': 'fermeture',
                        'ordering': ['first_day'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='closure_ends_after_it_starts', violation_error_message='La fin de la fermeture doit suivre son début.')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='cases.structure', verbose_name='structure')),
                        ('role', models.CharField(choices=[('agent', 'professionnel'), ('manager', 'responsable'), ('correspondent', 'correspondant'), ('front_desk', 'accueil'), ('pilot', 'pilote'), ('dpo', 'délégué à la protection des données'), ('administrator', 'administrateur')], max_length=20, verbose_name='rôle')),
                        ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='auth.group', verbose_name='groupe de droits')),
                        ('since', models.DateField(verbose_name='depuis le')),
                        ('until', models.DateField(blank=True, help_text='Dernier jour inclus.', null=True, verbose_name='jusqu’au')),
                    ],
                    options={
                        'verbose_name': 'rattachement',
                        'ordering': ['structure', 'user'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='membership_ends_after_it_starts', violation_error_message='La fin du rattachement doit suivre son début.'), models.UniqueConstraint(condition=models.Q(('until', None)), fields=('user', 'structure', 'role'), name='one_open_membership_per_role', violation_error_message='Cette personne a déjà ce rôle dans la structure.')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='cases.structure', verbose_name='structure')),
                        ('role', models.CharField(choices=[('agent', 'professionnel'), ('manager', 'responsable'), ('correspondent', 'correspondant'), ('front_desk', 'accueil'), ('pilot', 'pilote'), ('dpo', 'délégué à la protection des données'), ('administrator', 'administrateur')], max_length=20, verbose_name='rôle')),
                        ('last_day', models.DateField(blank=True, null=True, verbose_name='dernier jour')),
                        ('sent_at', models.DateTimeField(verbose_name='envoyée le')),
                        ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='acceptée le')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                        ('called', models.CharField(blank=True, db_default='', max_length=161, verbose_name='nom donné')),
                    ],
                    options={
                        'verbose_name': 'invitation',
                        'ordering': ['-sent_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('withdrawn_at', None)), fields=('user', 'structure'), name='one_waiting_invitation_per_structure', violation_error_message='Cette personne est déjà invitée dans la structure.'), models.CheckConstraint(condition=models.Q(('accepted_at', None), ('withdrawn_at', None), _connector='OR'), name='an_invitation_is_accepted_or_withdrawn', violation_error_message='Une invitation acceptée ne se retire plus.')],
                    },
                ),
                migrations.CreateModel(
                    name='Absence',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('since', models.DateField(verbose_name='depuis le')),
                        ('until', models.DateField(help_text='Jour exclu : ce qui en dépend cesse aussitôt.', verbose_name='jusqu’au')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='écourtée le')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='cases.structure', verbose_name='structure')),
                        ('reason', models.CharField(blank=True, choices=[('leave', 'congés'), ('training', 'formation'), ('mission', 'mission ou détachement'), ('other', 'autre motif')], max_length=10, verbose_name='motif')),
                        ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences_declared', to=settings.AUTH_USER_MODEL, verbose_name='déclarée par')),
                        ('declared_at', models.DateTimeField(verbose_name='déclarée le')),
                        ('substitutes', models.ManyToManyField(blank=True, related_name='absences_covered', to=settings.AUTH_USER_MODEL, verbose_name='remplaçants')),
                    ],
                    options={
                        'verbose_name': 'absence',
                        'ordering': ['since', 'pk'],
                        'indexes': [models.Index(fields=['structure', 'until'], name='absences_of_a_structure')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='absence_ends_after_it_starts', violation_error_message='Le dernier jour d’absence doit suivre le premier.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('structure', '='), (models.Func('since', 'until', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='nobody_is_absent_twice_at_once', violation_error_message='Une absence est déjà déclarée pour une partie de ces jours.')],
                    },
                ),
                migrations.CreateModel(
                    name='Suspension',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('since', models.DateField(verbose_name='depuis le')),
                        ('until', models.DateField(help_text='Jour exclu : ce qui en dépend cesse aussitôt.', verbose_name='jusqu’au')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='écourtée le')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='cases.structure', verbose_name='structure')),
                        ('reason', models.CharField(choices=[('absences', 'absences dans l’équipe'), ('vacancy', 'poste vacant'), ('backlog', 'encours trop important'), ('closed', 'service fermé'), ('other', 'autre motif')], max_length=10, verbose_name='motif')),
                        ('suspended_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to=settings.AUTH_USER_MODEL, verbose_name='suspendue par')),
                        ('suspended_at', models.DateTimeField(verbose_name='suspendue le')),
                    ],
                    options={
                        'verbose_name': 'suspension de capacité',
                        'verbose_name_plural': 'suspensions de capacité',
                        'ordering': ['since', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='suspension_ends_after_it_starts', violation_error_message='Le dernier jour de la suspension doit suivre le premier.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('structure', '='), (models.Func('since', 'until', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='a_structure_is_suspended_once_at_a_time', violation_error_message='La capacité est déjà suspendue pour une partie de ces jours.')],
                    },
                ),
                migrations.CreateModel(
                    name='Beneficiary',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('title', models.CharField(blank=True, choices=[('mme', 'Mme'), ('m', 'M.')], max_length=4, verbose_name='civilité')),
                        ('birth_name', models.CharField(blank=True, max_length=120, verbose_name='nom de naissance')),
                        ('usual_name', models.CharField(max_length=120, verbose_name='nom d’usage')),
                        ('first_names', models.CharField(blank=True, max_length=120, verbose_name='prénoms')),
                        ('name_key', models.CharField(db_index=True, editable=False, max_length=250, verbose_name='nom normalisé')),
                        ('birth_date', models.CharField(blank=True, help_text='Peut être partielle.', max_length=10, verbose_name='date de naissance')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='courriel')),
                        ('language', models.CharField(blank=True, help_text='Si ce n’est pas le français.', max_length=40, verbose_name='langue')),
                        ('caf_number', models.CharField(blank=True, max_length=12, verbose_name='numéro allocataire')),
                        ('no_message', models.BooleanField(default=False, verbose_name='pas de message vocal ni de SMS')),
                        ('not_through_spouse', models.BooleanField(default=False, verbose_name='ne pas passer par le conjoint')),
                        ('needs_interpreter', models.BooleanField(default=False, verbose_name='interprète nécessaire')),
                        ('safe_address', models.CharField(blank=True, max_length=200, verbose_name='adresse sûre pour le courrier')),
                        ('merged_into', models.ForeignKey(blank=True, editable=False, help_text='La fiche est gardée pour défaire la fusion ; plus rien ne s’y rattache.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='cases.beneficiary', verbose_name='fiche réunie à')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créé le')),
                    ],
                    options={
                        'verbose_name': 'bénéficiaire',
                        'ordering': ['name_key'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['name_key'], name='people_search_by_name', opclasses=['gin_trgm_ops']), models.Index(condition=models.Q(('caf_number', ''), _negated=True), fields=['caf_number'], name='people_match_by_caf_number'), models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='people_match_by_phone'), models.Index(condition=models.Q(('birth_date', ''), _negated=True), fields=['birth_date'], name='people_match_by_birth_date')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('caf_number__regex', '[0-9]{13}'), _negated=True), name='caf_number_is_not_a_social_security_number', violation_error_message='Ce numéro est un numéro de sécurité sociale : Relais ne l’enregistre pas. Saisir le numéro allocataire (7 chiffres).'), models.CheckConstraint(condition=models.Q(('birth_date', ''), ('birth_date__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR'), name='birth_date_is_a_date_maybe_partial', violation_error_message='Saisir la date de naissance sous la forme JJ/MM/AAAA, MM/AAAA ou AAAA.'), models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('pk')), _negated=True), _connector='OR'), name='a_person_is_not_merged_into_herself')],
                    },
                    bases=(cases.models.people.Mergeable, models.Model),
                ),
                migrations.CreateModel(
                    name='LandlordProfile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('structure', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='landlord_profile', to='cases.structure', verbose_name='bailleur')),
                        ('legal_type', models.CharField(choices=[('hlm', 'bailleur social (HLM)'), ('sem', 'société d’économie mixte'), ('sci_family', 'SCI familiale'), ('sci', 'SCI ou autre personne morale'), ('person', 'particulier'), ('epfif', 'EPFIF')], max_length=12, verbose_name='nature juridique')),
                        ('housing', models.CharField(choices=[('social', 'parc social'), ('private', 'parc privé'), ('epfif', 'Grigny 2, EPFIF ou plan de sauvegarde')], max_length=10, verbose_name='parc')),
                        ('opening_dues', models.DecimalField(decimal_places=2, default=Decimal('1'), help_text='En dessous, le ménage est seulement mis en veille.', max_digits=4, verbose_name='seuil d’ouverture, en termes nets impayés')),
                        ('balance_includes_next_term', models.BooleanField(default=False, verbose_name='le solde compte le terme à échoir')),
                        ('balance_includes_costs', models.BooleanField(default=False, verbose_name='le solde compte des frais')),
                        ('balance_includes_expected_aid', models.BooleanField(default=False, verbose_name='le solde attend une aide non versée')),
                    ],
                    options={
                        'verbose_name': 'profil de bailleur',
                        'constraints': [models.CheckConstraint(condition=models.Q(('opening_dues__gt', 0)), name='opening_threshold_is_positive', violation_error_message='Le seuil d’ouverture doit être supérieur à zéro.')],
                    },
                ),
                migrations.CreateModel(
                    name='Edition',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('catalogue', models.SlugField(choices=[('routing_arrears', 'orientation des impayés de loyer'), ('routing_overpayment', 'orientation des trop-perçus'), ('deadlines', 'délais'), ('letters', 'courriers'), ('tenant_letters', 'courriers du locataire'), ('sheets', 'feuilles du diagnostic'), ('plans', 'plans d’apurement'), ('reminders', 'rappels'), ('rent_checks', 'vérifications de la dette de loyer'), ('remedies', 'voies de recours des trop-perçus'), ('overpayments', 'contrôles, pièces et motifs des trop-perçus'), ('overpayment_letters', 'courriers des trop-perçus'), ('withholding', 'barème des retenues')], max_length=40, verbose_name='catalogue')),
                        ('number', models.PositiveIntegerField(verbose_name='numéro')),
                        ('state', models.CharField(choices=[('draft', 'brouillon'), ('published', 'publiée'), ('withdrawn', 'retirée')], default='draft', max_length=10, verbose_name='état')),
                        ('effective_on', models.DateField(verbose_name='applicable à partir du')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                        ('parameters', models.JSONField(blank=True, default=dict, verbose_name='paramètres')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créée le')),
                        ('copied_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='cases.edition', verbose_name='copie de')),
                        ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='editions', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('changed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='dans cet état depuis')),
                    ],
                    options={
                        'verbose_name': 'édition',
                        'ordering': ['catalogue', '-number'],
                        'constraints': [models.UniqueConstraint(fields=('territory', 'catalogue', 'number'), name='editions_of_a_catalogue_are_numbered_once'), models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('territory', 'catalogue', 'effective_on'), name='one_edition_is_in_force_on_a_day', violation_error_message='Une édition est déjà publiée pour cette date.'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('territory', 'catalogue'), name='a_catalogue_has_one_draft_at_a_time', violation_error_message='Un brouillon est déjà ouvert pour ce catalogue.')],
                    },
                ),
                migrations.CreateModel(
                    name='DeadlineRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadline_rules', to='cases.edition', verbose_name='édition')),
                        ('code', models.SlugField(max_length=40, verbose_name='règle')),
                        ('title', models.CharField(max_length=160, verbose_name='titre')),
                        ('start', models.SlugField(max_length=40, verbose_name='point de départ')),
                        ('length', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée')),
                        ('unit', models.CharField(blank=True, max_length=20, verbose_name='unité')),
                        ('mode', models.CharField(default='forward', max_length=20, verbose_name='comptage')),
                        ('extend', models.BooleanField(default=False, verbose_name='reporté au jour ouvrable suivant')),
                        ('who', models.CharField(blank=True, max_length=40, verbose_name='qui agit')),
                        ('consequence', models.CharField(blank=True, max_length=300, verbose_name='conséquence')),
                        ('reference', models.CharField(blank=True, max_length=200, verbose_name='référence')),
                        ('condition', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='condition')),
                        ('regime', models.CharField(blank=True, max_length=10, verbose_name='régime')),
                        ('safe_margin', models.PositiveSmallIntegerField(default=0, verbose_name='marge de sûreté, jours ouvrés')),
                        ('act', models.SlugField(blank=True, max_length=40, verbose_name='acte à l’expiration')),
                        ('confidence', models.CharField(default='L', max_length=3, verbose_name='confiance')),
                    ],
                    options={
                        'verbose_name': 'règle de délai',
                        'verbose_name_plural': 'règles de délai',
                        'ordering': ['code'],
                        'constraints': [models.UniqueConstraint(fields=('edition', 'code'), name='a_rule_is_once_in_an_edition')],
                    },
                ),
                migrations.CreateModel(
                    name='Label',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labels', to='cases.structure', verbose_name='structure')),
                        ('words', models.CharField(max_length=30, verbose_name='étiquette')),
                        ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labels_created', to=settings.AUTH_USER_MODEL, verbose_name='créée par')),
                        ('created_at', models.DateTimeField(verbose_name='créée le')),
                        ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                    ],
                    options={
                        'verbose_name': 'étiquette',
                        'ordering': ['words', 'pk'],
                        'constraints': [models.UniqueConstraint(models.F('structure'), django.db.models.functions.text.Lower('words'), condition=models.Q(('retired_at', None)), name='a_structure_words_a_label_once', violation_error_message='La structure a déjà cette étiquette.'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='a_label_has_some_words', violation_error_message='Une étiquette a au moins un mot.')],
                    },
                ),
                migrations.CreateModel(
                    name='DistinctPeople',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='distinct_from', to='cases.beneficiary', verbose_name='une personne')),
                        ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.beneficiary', verbose_name='une autre')),
                        ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='distinctions', to=settings.AUTH_USER_MODEL, verbose_name='décidé par')),
                        ('decided_at', models.DateTimeField(verbose_name='décidé le')),
                    ],
                    options={
                        'verbose_name': 'paire de personnes différentes',
                        'verbose_name_plural': 'paires de personnes différentes',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.comparison.Least('one', 'other'), django.db.models.functions.comparison.Greatest('one', 'other'), name='two_people_differ_once'), models.CheckConstraint(condition=models.Q(('one', models.F('other')), _negated=True), name='nobody_differs_from_herself')],
                    },
                ),
                migrations.CreateModel(
                    name='CauseAlert',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cause_alerts', to='cases.structure', verbose_name='organisme')),
                        ('cause', models.CharField(max_length=40, verbose_name='motif codé')),
                        ('month', models.DateField(help_text='Son premier jour.', verbose_name='mois')),
                        ('cases', models.PositiveIntegerField(verbose_name='dossiers, quand l’alerte est partie')),
                        ('raised_at', models.DateTimeField(verbose_name='le')),
                        ('letter', models.JSONField(blank=True, null=True, verbose_name='courrier à l’organisme')),
                        ('letter_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='courrier préparé par')),
                        ('letter_on', models.DateField(blank=True, null=True, verbose_name='courrier préparé le')),
                        ('sent_by', models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='moyen d’envoi')),
                        ('sent_on', models.DateField(blank=True, null=True, verbose_name='courrier envoyé le')),
                    ],
                    options={
                        'verbose_name': 'alerte collective',
                        'verbose_name_plural': 'alertes collectives',
                        'ordering': ['-month', 'cause'],
                        'constraints': [models.UniqueConstraint(fields=('structure', 'month', 'cause'), name='a_cause_is_told_once_a_month')],
                    },
                ),
                migrations.CreateModel(
                    name='JournalEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=40, verbose_name='acte')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acts', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                        ('structure', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='cases.structure', verbose_name='structure')),
                        ('happened_at', models.DateTimeField(verbose_name='le')),
                        ('data', models.JSONField(default=dict, verbose_name='données')),
                        ('cause', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consequences', to='cases.journalentry', verbose_name='conséquence de')),
                        ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='journal', to='cases.case', verbose_name='dossier')),
                        ('act', models.UUIDField(db_default=cases.models.past_rows.ActOfTransaction(), editable=False, null=True, verbose_name='transaction')),
                    ],
                    options={
                        'verbose_name': 'ligne du journal',
                        'verbose_name_plural': 'lignes du journal',
                        'ordering': ['-happened_at', '-pk'],
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['happened_at'], name='acts_of_a_day'), models.Index(condition=models.Q(('kind__in', ['step.accepted', 'step.declined', 'step.unanswered'])), fields=['structure', 'happened_at'], name='answers_of_a_structure'), models.Index(condition=models.Q(('kind__in', ['tasks.given', 'tasks.reminded', 'tasks.set_aside', 'tasks.labelled', 'tasks.unlabelled'])), fields=['structure', '-happened_at'], name='grouped_acts_of_a_structure'), models.Index(condition=models.Q(('kind__in', ['list.exported', 'export.downloaded'])), fields=['-id'], name='exports_newest_first'), models.Index(condition=models.Q(('kind', 'referents.handed_over')), fields=['structure', '-id'], name='transfers_of_a_structure'), models.Index(fields=['case', '-happened_at', '-id'], name='timeline_of_a_case'), models.Index(condition=models.Q(('act__isnull', False)), fields=['act'], name='lines_of_a_transaction'), models.Index(condition=models.Q(('kind__in', ['opening.opened', 'opening.closed'])), fields=['-id'], name='openings_newest_first')],
                    },
                ),
                migrations.CreateModel(
                    name='Outbox',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='outbox', to='cases.journalentry', verbose_name='ligne')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créé le')),
                    ],
                    options={
                        'verbose_name': 'ligne à notifier',
                        'verbose_name_plural': 'lignes à notifier',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='SubjectRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subject_requests', to='cases.organisation', verbose_name='responsable de traitement')),
                        ('reference', models.CharField(max_length=30, verbose_name='référence')),
                        ('kind', models.CharField(choices=[('access', 'accès'), ('rectification', 'rectification'), ('erasure', 'effacement'), ('restriction', 'limitation'), ('objection', 'opposition au traitement')], max_length=13, verbose_name='objet')),
                        ('channel', models.CharField(choices=[('email', 'courriel'), ('post', 'courrier'), ('desk', 'sur place'), ('phone', 'téléphone')], max_length=5, verbose_name='reçue par')),
                        ('received_on', models.DateField(verbose_name='reçue le')),
                        ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subject_requests', to='cases.deadlinerule', verbose_name='règle de délai')),
                        ('first_due_on', models.DateField(verbose_name='à répondre au plus tard le, sans prolongation')),
                        ('due_on', models.DateField(verbose_name='à répondre au plus tard le')),
                        ('steps', models.JSONField(default=list, verbose_name='calcul')),
                        ('state', models.CharField(choices=[('open', 'en cours'), ('extended', 'prolongée'), ('answered', 'répondue'), ('withdrawn', 'sans suite')], default='open', max_length=9, verbose_name='état')),
                        ('told_on', models.DateField(blank=True, null=True, verbose_name='prolongation annoncée le')),
                        ('extension_reason', models.CharField(blank=True, choices=[('complex', 'complexité de la demande'), ('many', 'nombre de demandes')], max_length=7, verbose_name='motif de la prolongation')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminée le')),
                        ('outcome', models.CharField(blank=True, choices=[('granted', 'acceptée'), ('partly', 'acceptée en partie'), ('refused', 'refusée'), ('no_data', 'aucune donnée sur la personne')], max_length=7, verbose_name='réponse')),
                        ('ground', models.CharField(blank=True, choices=[('unidentified', 'la personne n’a pas pu être identifiée'), ('excessive', 'demande manifestement infondée ou excessive'), ('legal_duty', 'une obligation légale ou une mission d’intérêt public s’y oppose'), ('third_party', 'les droits d’une autre personne s’y opposent')], max_length=12, verbose_name='motif')),
                        ('answer_channel', models.CharField(blank=True, choices=[('email', 'courriel'), ('post', 'courrier'), ('desk', 'sur place'), ('phone', 'téléphone')], max_length=5, verbose_name='réponse envoyée par')),
                        ('withdrawal_reason', models.CharField(blank=True, choices=[('by_the_person', 'la personne y renonce'), ('mistake', 'enregistrée par erreur'), ('transferred', 'transmise à un autre responsable de traitement')], max_length=13, verbose_name='pourquoi sans suite')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subject_requests', to=settings.AUTH_USER_MODEL, verbose_name='enregistrée par')),
                        ('recorded_at', models.DateTimeField(verbose_name='enregistrée le')),
                        ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subject_requests', to='cases.case', verbose_name='dossier')),
                        ('territory', models.SlugField(blank=True, db_default='', db_index=False, verbose_name='territoire')),
                    ],
                    options={
                        'verbose_name': 'demande d’une personne',
                        'verbose_name_plural': 'demandes des personnes',
                        'ordering': ['-received_on', '-pk'],
                        'indexes': [models.Index(condition=models.Q(('ended_on', None)), fields=['organisation', 'due_on'], name='requests_of_persons_to_answer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('first_due_on')), ('first_due_on__gte', models.F('received_on'))), name='a_request_is_due_after_it_is_received'), models.CheckConstraint(condition=models.Q(models.Q(('extension_reason', ''), ('told_on', None)), models.Q(('told_on__isnull', False), models.Q(('extension_reason', ''), _negated=True)), _connector='OR'), name='a_longer_delay_was_told_with_its_reason'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on', None), ('outcome', ''), ('state__in', ['open', 'extended']), ('withdrawal_reason', '')), models.Q(('ended_on__isnull', False), ('state', 'answered'), ('withdrawal_reason', ''), models.Q(('outcome', ''), _negated=True)), models.Q(('ended_on__isnull', False), ('outcome', ''), ('state', 'withdrawn'), models.Q(('withdrawal_reason', ''), _negated=True)), _connector='OR'), name='an_ended_request_says_when_and_how'), models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('received_on')), _connector='OR'), name='a_request_ends_after_it_is_received'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['partly', 'refused']), models.Q(('ground', ''), _negated=True)), models.Q(models.Q(('outcome__in', ['partly', 'refused']), _negated=True), ('ground', '')), _connector='OR'), name='less_than_what_was_asked_says_why'), models.UniqueConstraint(fields=('organisation', 'territory', 'reference'), name='a_reference_is_once_in_a_territory', violation_error_message='Cette référence est déjà dans votre registre.')],
                    },
                ),
                migrations.CreateModel(
                    name='Merge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('kind', models.CharField(choices=[('person', 'deux fiches d’une personne'), ('household', 'deux ménages')], max_length=10, verbose_name='nature')),
                        ('kept_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='cases.beneficiary', verbose_name='fiche gardée')),
                        ('absorbed_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_by', to='cases.beneficiary', verbose_name='fiche absorbée')),
                        ('marks', models.JSONField(default=dict, verbose_name='dernières lignes d’alors')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='cases.structure', verbose_name='au nom de')),
                        ('at', models.DateTimeField(verbose_name='le')),
                        ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='défaite le')),
                        ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_merges', to=settings.AUTH_USER_MODEL, verbose_name='défaite par')),
                        ('kept_household', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='cases.household', verbose_name='ménage gardé')),
                        ('absorbed_household', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_by', to='cases.household', verbose_name='ménage absorbé')),
                        ('closed_case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed_by_merges', to='cases.case', verbose_name='dossier clos')),
                    ],
                    options={
                        'verbose_name': 'fusion',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('absorbed_person',), name='a_person_is_absorbed_once'), models.CheckConstraint(condition=models.Q(models.Q(('undone_at', None), ('undone_by', None)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='an_undone_merge_says_by_whom'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('absorbed_person__isnull', False), ('kept_person__isnull', False), ('kind', 'person')), models.Q(('absorbed_person', None), ('kept_household__isnull', False), ('kept_person', None), ('kind', 'household')), _connector='OR'), models.Q(models.Q(('absorbed_household', None), ('kept_household', None)), models.Q(('absorbed_household__isnull', False), ('kept_household__isnull', False)), _connector='OR')), name='a_merge_is_of_two_people_or_of_two_households'), models.CheckConstraint(condition=models.Q(models.Q(('kept_person', models.F('absorbed_person')), _negated=True), models.Q(('kept_household', models.F('absorbed_household')), _negated=True)), name='nothing_is_merged_with_itself'), models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('absorbed_household',), name='a_household_is_absorbed_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MergeChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('merge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='cases.merge', verbose_name='fusion')),
                        ('table', models.CharField(max_length=60, verbose_name='table')),
                        ('row', models.BigIntegerField(verbose_name='ligne')),
                        ('field', models.CharField(blank=True, max_length=60, verbose_name='champ')),
                        ('old', models.JSONField(null=True, verbose_name='avant')),
                        ('new', models.JSONField(null=True, verbose_name='après')),
                    ],
                    options={
                        'verbose_name': 'changement d’une fusion',
                        'verbose_name_plural': 'changements d’une fusion',
                        'ordering': ['pk'],
                        'indexes': [models.Index(fields=['table', 'row'], name='merges_that_touched_a_row')],
                    },
                ),
                migrations.CreateModel(
                    name='Household',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('merged_into', models.ForeignKey(blank=True, editable=False, help_text='Le ménage est gardé pour défaire la fusion ; plus rien ne s’y rattache.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='cases.household', verbose_name='ménage réuni à')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créé le')),
                        ('members', models.ManyToManyField(related_name='households', through='cases.HouseholdMember', to='cases.beneficiary')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                        ('anonymised_on', models.DateField(blank=True, editable=False, null=True, verbose_name='anonymisé le')),
                        ('archived_on', models.DateField(blank=True, editable=False, null=True, verbose_name='en archive restreinte depuis le')),
                    ],
                    options={
                        'verbose_name': 'ménage',
                        'constraints': [models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('pk')), _negated=True), _connector='OR'), name='a_household_is_not_merged_into_itself')],
                    },
                    bases=(cases.models.people.Mergeable, models.Model),
                ),
                migrations.CreateModel(
                    name='HouseholdMember',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='cases.household', verbose_name='ménage')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='cases.beneficiary', verbose_name='bénéficiaire')),
                        ('position', models.CharField(choices=[('holder', 'titulaire du bail'), ('co_holder', 'cotitulaire'), ('spouse', 'conjoint'), ('child', 'enfant'), ('other', 'autre')], max_length=10, verbose_name='place dans le ménage')),
                        ('since', models.DateField(blank=True, null=True, verbose_name='depuis le')),
                        ('until', models.DateField(blank=True, null=True, verbose_name='jusqu’au')),
                    ],
                    options={
                        'verbose_name': 'membre du ménage',
                        'verbose_name_plural': 'membres du ménage',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('household', 'beneficiary'), name='a_person_is_once_in_a_household', violation_error_message='Cette personne est déjà dans le ménage.'), models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='household_member_leaves_after_joining', violation_error_message='Le départ doit suivre l’arrivée dans le ménage.')],
                    },
                ),
                migrations.CreateModel(
                    name='HouseholdFact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='cases.household', verbose_name='ménage')),
                        ('name', models.CharField(max_length=40, verbose_name='fait')),
                        ('value', models.JSONField(verbose_name='valeur')),
                        ('source', models.CharField(choices=[('landlord', 'bailleur'), ('caf', 'CAF'), ('professional', 'professionnel')], max_length=20, verbose_name='source')),
                        ('known_on', models.DateField(verbose_name='connu le')),
                    ],
                    options={
                        'verbose_name': 'fait connu du ménage',
                        'verbose_name_plural': 'faits connus du ménage',
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('household', 'name'), name='a_fact_is_known_once_per_household')],
                    },
                ),
                migrations.CreateModel(
                    name='Tenancy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='cases.household', verbose_name='ménage')),
                        ('landlord', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='cases.structure', verbose_name='bailleur')),
                        ('landlord_name', models.CharField(blank=True, help_text='Si un gestionnaire locatif envoie le fichier.', max_length=120, verbose_name='nom du bailleur')),
                        ('landlord_type', models.CharField(blank=True, choices=[('hlm', 'bailleur social (HLM)'), ('sem', 'société d’économie mixte'), ('sci_family', 'SCI familiale'), ('sci', 'SCI ou autre personne morale'), ('person', 'particulier'), ('epfif', 'EPFIF')], max_length=12, verbose_name='nature du bailleur')),
                        ('manager', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='managed_tenancies', to='cases.structure', verbose_name='gestionnaire locatif')),
                        ('reference', models.CharField(blank=True, max_length=40, verbose_name='référence locataire')),
                        ('contract', models.CharField(blank=True, max_length=40, verbose_name='numéro de contrat')),
                        ('address', models.CharField(blank=True, max_length=200, verbose_name='adresse')),
                        ('building', models.CharField(blank=True, max_length=20, verbose_name='bâtiment')),
                        ('stair', models.CharField(blank=True, max_length=20, verbose_name='escalier')),
                        ('door', models.CharField(blank=True, max_length=20, verbose_name='porte')),
                        ('residence', models.CharField(blank=True, max_length=80, verbose_name='résidence')),
                        ('postcode', models.CharField(blank=True, max_length=5, verbose_name='code postal')),
                        ('city', models.CharField(blank=True, max_length=80, verbose_name='commune')),
                        ('address_key', models.CharField(blank=True, editable=False, max_length=250, verbose_name='adresse normalisée')),
                        ('housing', models.CharField(blank=True, choices=[('social', 'parc social'), ('private', 'parc privé'), ('epfif', 'Grigny 2, EPFIF ou plan de sauvegarde')], max_length=10, verbose_name='parc')),
                        ('lease_date', models.DateField(blank=True, null=True, verbose_name='bail conclu ou renouvelé le')),
                        ('rent', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='loyer hors charges')),
                        ('rent_reduction', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9, verbose_name='réduction de loyer de solidarité (RLS)')),
                        ('charges', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='charges')),
                        ('aid', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='aide au logement')),
                        ('aid_kind', models.CharField(blank=True, choices=[('APL', 'APL'), ('ALF', 'ALF'), ('ALS', 'ALS'), ('none', 'aucune aide')], max_length=4, verbose_name='nature de l’aide')),
                        ('direct_payment', models.BooleanField(blank=True, null=True, verbose_name='aide versée au bailleur (tiers payant)')),
                        ('guarantor', models.BooleanField(blank=True, null=True, verbose_name='caution (garant)')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créé le')),
                    ],
                    options={
                        'verbose_name': 'bail',
                        'verbose_name_plural': 'baux',
                        'ordering': ['pk'],
                        'indexes': [models.Index(condition=models.Q(('address_key', ''), _negated=True), fields=['address_key'], name='tenancies_match_by_address')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), ('ended_on', None)), fields=('landlord', 'reference'), name='a_landlord_reference_names_one_tenancy', violation_error_message='Ce bailleur a déjà un locataire sous cette référence.'), models.CheckConstraint(condition=models.Q(models.Q(('rent', None), ('rent__gte', 0), _connector='OR'), models.Q(('charges', None), ('charges__gte', 0), _connector='OR'), models.Q(('aid', None), ('aid__gte', 0), _connector='OR'), ('rent_reduction__gte', 0)), name='rent_and_aid_are_not_negative', violation_error_message='Loyer, charges et aide ne peuvent pas être négatifs.')],
                    },
                ),
                migrations.CreateModel(
                    name='Watch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tenancy', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='watch', to='cases.tenancy', verbose_name='bail')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='watches', to='cases.structure', verbose_name='bailleur')),
                        ('first_seen_on', models.DateField(verbose_name='vu la première fois le')),
                        ('last_seen_on', models.DateField(verbose_name='vu la dernière fois le')),
                    ],
                    options={
                        'verbose_name': 'ménage en veille',
                        'verbose_name_plural': 'ménages en veille',
                        'ordering': ['-last_seen_on'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('last_seen_on__gte', models.F('first_seen_on'))), name='watch_is_last_seen_after_first')],
                    },
                ),
                migrations.CreateModel(
                    name='RentMonth',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tenancy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rent_months', to='cases.tenancy', verbose_name='bail')),
                        ('month', models.DateField(help_text='Son premier jour.', verbose_name='mois')),
                        ('paid', models.CharField(choices=[('yes', 'payé'), ('partly', 'payé en partie'), ('no', 'non payé'), ('unknown', 'non connu')], max_length=7, verbose_name='loyer courant')),
                        ('source', models.CharField(choices=[('professional', 'professionnel'), ('file', 'fichier du bailleur'), ('landlord', 'bailleur')], max_length=12, verbose_name='source')),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rent_months', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('known_on', models.DateField(verbose_name='connu le')),
                    ],
                    options={
                        'verbose_name': 'loyer d’un mois',
                        'verbose_name_plural': 'loyers mois par mois',
                        'ordering': ['month'],
                        'constraints': [models.UniqueConstraint(fields=('tenancy', 'month'), name='one_answer_a_month_of_rent'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='a_month_is_named_by_its_first_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Case',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('kind', models.CharField(choices=cases.rules.procedures.kind_choices, max_length=14, verbose_name='nature')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='cases.household', verbose_name='ménage')),
                        ('tenancy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='cases.tenancy', verbose_name='bail')),
                        ('beneficiary', models.ForeignKey(blank=True, help_text='D’une coordination seulement : elle est d’une personne, non d’un ménage.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coordination_cases', to='cases.beneficiary', verbose_name='personne suivie')),
                        ('responsible_structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responsible_for', to='cases.structure', verbose_name='structure responsable')),
                        ('opened_by_structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opened_cases', to='cases.structure', verbose_name='ouvert par')),
                        ('opened_on', models.DateField(verbose_name='ouvert le')),
                        ('is_urgent', models.BooleanField(default=False, verbose_name='urgent')),
                        ('is_initial_stock', models.BooleanField(default=False, verbose_name='issu du stock initial')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='clos le')),
                        ('outcome', models.CharField(blank=True, choices=[('cleared', 'dette apurée'), ('plan_kept', 'plan respecté en cours'), ('fsl', 'FSL accordé'), ('debt_erased', 'effacement ou surendettement'), ('rights_opened', 'droits ouverts ou rappel d’aide'), ('rehoused', 'relogement ou mutation'), ('left', 'départ volontaire'), ('cohesion_protocol', 'protocole de cohésion sociale'), ('lease_ended_stays', 'bail résilié, ménage maintenu'), ('evicted', 'expulsion'), ('declined_support', 'ne souhaite pas être accompagné'), ('not_reached', 'contact non établi'), ('out_of_scope', 'réorienté hors dispositif'), ('no_debt', 'erreur ou contestation fondée'), ('deceased', 'décès'), ('duplicate', 'doublon'), ('voided', 'import annulé'), ('lines_closed', 'chaque trop-perçu a son issue'), ('follow_up_ended', 'plus aucune structure ne suit la personne')], max_length=20, verbose_name='issue')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                    ],
                    options={
                        'verbose_name': 'dossier',
                        'ordering': ['-opened_on', '-pk'],
                        'indexes': [models.Index(fields=['-opened_on', '-id'], name='cases_newest_first'), models.Index(condition=models.Q(('closed_on', None), ('is_urgent', True)), fields=['id'], name='urgent_cases'), models.Index(condition=models.Q(('closed_on', None)), fields=['responsible_structure', 'id'], include=('kind',), name='open_cases_of_a_structure'), models.Index(condition=models.Q(('closed_on__isnull', False), ('kind', 'arrears')), fields=['responsible_structure', 'closed_on'], name='closings_of_a_structure')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('closed_on', None), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='case_closed_after_opened', violation_error_message='La clôture doit suivre l’ouverture.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('outcome', '')), models.Q(('closed_on__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='a_closed_case_has_an_outcome', violation_error_message='Un dossier clos porte une issue.'), models.UniqueConstraint(condition=models.Q(('closed_on', None), ('kind', 'arrears')), fields=('tenancy',), name='one_open_arrears_case_per_tenancy', violation_error_message='Un dossier d’impayé est déjà ouvert pour ce bail.'), models.UniqueConstraint(condition=models.Q(('closed_on', None), ('kind', 'coordination')), fields=('beneficiary',), name='one_open_coordination_case_per_person', violation_error_message='Un dossier de coordination est déjà ouvert pour cette personne.'), models.CheckConstraint(condition=models.Q(models.Q(('beneficiary__isnull', False), ('kind', 'coordination')), models.Q(models.Q(('kind', 'coordination'), _negated=True), ('beneficiary', None)), _connector='OR'), name='a_coordination_is_of_one_person', violation_error_message='Une coordination est d’une personne ; les autres dossiers, d’un ménage.')],
                    },
                ),
                migrations.CreateModel(
                    name='Participation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='cases.case', verbose_name='dossier')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='cases.structure', verbose_name='structure')),
                        ('part', models.CharField(choices=[('qualifying', 'qualifie la situation'), ('asked', 'sollicitée'), ('lead', 'responsable'), ('support', 'en appui'), ('arbiter', 'arbitre'), ('reporter', 'a signalé'), ('answering', 'répond à des questions')], max_length=12, verbose_name='rôle')),
                        ('level', models.CharField(choices=[('full', 'dossier complet'), ('card', 'fiche : identité, action, référent, prochaine échéance'), ('thread', 'questions adressées à la structure')], max_length=6, verbose_name='niveau')),
                        ('basis', models.CharField(choices=[('SH-1', 'accompagnement partagé (CASF L121-6-2)'), ('SH-2', 'parcours RSA (CASF L262-40)'), ('SH-3', 'demande de la personne (CRPA L114-8 I)'), ('SH-4', 'information sur des droits possibles (CRPA L114-8 II)'), ('SH-5', 'aides locales (CSS L115-2)'), ('SH-6', 'équipe de soins (CSP L1110-4)'), ('SH-7', 'mandat écrit de la personne'), ('SH-8', 'prévention des expulsions (loi 90-449, art. 7-2)')], max_length=4, verbose_name='fondement')),
                        ('since', models.DateField(verbose_name='depuis le')),
                        ('until', models.DateField(blank=True, help_text='Jour exclu : un droit cesse aussitôt.', null=True, verbose_name='jusqu’au')),
                        ('is_open', models.BooleanField(default=True, verbose_name='dossier ouvert')),
                        ('next_due_on', models.DateField(blank=True, null=True, verbose_name='prochaine échéance')),
                    ],
                    options={
                        'verbose_name': 'participation',
                        'ordering': ['pk'],
                        'indexes': [models.Index(fields=['structure', 'is_open', 'next_due_on'], name='structure_sees_its_cases')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('case', 'structure'), name='a_structure_takes_part_once', violation_error_message='Cette structure participe déjà au dossier.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='participation_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('part', 'lead'), ('until', None)), fields=('case',), name='a_case_has_one_lead_structure')],
                    },
                ),
                migrations.CreateModel(
                    name='Assignment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='cases.case', verbose_name='dossier')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='cases.structure', verbose_name='structure')),
                        ('kind', models.CharField(choices=[('responsible', 'responsable du dossier'), ('overlap', 'passation'), ('substitute', 'remplace')], max_length=12, verbose_name='titre')),
                        ('since', models.DateField(verbose_name='depuis le')),
                        ('until', models.DateField(blank=True, help_text='Jour exclu : un droit cesse aussitôt.', null=True, verbose_name='jusqu’au')),
                        ('absence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='cases.absence', verbose_name='absence')),
                        ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to=settings.AUTH_USER_MODEL, verbose_name='remplace')),
                        ('relays', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='relayed_by', to='cases.assignment', verbose_name='relaie')),
                    ],
                    options={
                        'verbose_name': 'affectation',
                        'ordering': ['pk'],
                        'indexes': [models.Index(fields=['user', 'case'], name='a_professional_sees_his_cases'), models.Index(condition=models.Q(('kind', 'substitute')), fields=['case', 'until'], name='substitutes_on_a_case')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'responsible'), ('until', None)), fields=('case', 'structure'), name='one_responsible_professional_per_structure', violation_error_message='Un professionnel est déjà responsable de ce dossier dans la structure.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='assignment_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('absence__isnull', False), ('kind', 'substitute'), ('replaces__isnull', False), ('until__isnull', False)), models.Q(models.Q(('kind', 'substitute'), _negated=True), ('absence', None), ('relays', None), ('replaces', None)), _connector='OR'), name='a_substitute_replaces_someone_absent', violation_error_message='Un remplacement vient d’une absence, et prend fin avec elle.'), models.CheckConstraint(condition=models.Q(('user', models.F('replaces')), _negated=True), name='nobody_replaces_himself', violation_error_message='On ne se remplace pas soi-même.')],
                    },
                ),
                migrations.CreateModel(
                    name='Note',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='cases.case', verbose_name='dossier')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='cases.structure', verbose_name='structure')),
                        ('visibility', models.CharField(choices=[('shared', 'fait partagé avec les participants'), ('internal', 'interne à ma structure'), ('personal', 'note de travail personnelle')], default='internal', max_length=8, verbose_name='visibilité')),
                        ('text', models.TextField(max_length=4000, verbose_name='texte')),
                        ('written_at', models.DateTimeField(verbose_name='écrite le')),
                        ('is_to_reach', models.BooleanField(db_default=False, default=False, editable=False, verbose_name='dit comment joindre la personne')),
                    ],
                    options={
                        'verbose_name': 'observation',
                        'ordering': ['-written_at'],
                    },
                ),
                migrations.CreateModel(
                    name='InformationGiven',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='information_given', to='cases.case', verbose_name='dossier')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='information_given', to='cases.beneficiary', verbose_name='bénéficiaire')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='information_given', to='cases.structure', verbose_name='structure')),
                        ('named', models.ForeignKey(blank=True, help_text='Celle qui suit la personne, si elle était connue.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='named_in_information', to='cases.structure', verbose_name='structure nommée')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='information_given', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('means', models.CharField(choices=[('interview', 'en entretien'), ('phone', 'par téléphone'), ('letter', 'par courrier'), ('visit', 'en visite à domicile'), ('counter', 'au guichet')], max_length=10, verbose_name='moyen')),
                        ('given_on', models.DateField(verbose_name='informé le')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                    ],
                    options={
                        'verbose_name': 'information donnée',
                        'verbose_name_plural': 'informations données',
                        'ordering': ['-given_on'],
                    },
                ),
                migrations.CreateModel(
                    name='Report',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='annulé le')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('tenancy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='cases.tenancy', verbose_name='bail')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='cases.case', verbose_name='dossier')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='cases.structure', verbose_name='signalé par')),
                        ('channel', models.CharField(choices=[('file', 'fichier du bailleur'), ('caf_list', 'liste de la CAF'), ('professional', 'saisie par un professionnel'), ('landlord_form', 'saisie par le bailleur')], max_length=14, verbose_name='voie')),
                        ('reported_on', models.DateField(verbose_name='signalé le')),
                        ('balance', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='solde débiteur')),
                    ],
                    options={
                        'verbose_name': 'signalement d’impayé',
                        'verbose_name_plural': 'signalements d’impayé',
                        'ordering': ['-reported_on', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('voided_at', None)), fields=('case', 'structure'), name='a_structure_reports_a_case_once'), models.CheckConstraint(condition=models.Q(('balance__gte', 0)), name='reported_balance_is_not_negative', violation_error_message='Le solde débiteur ne peut pas être négatif.')],
                    },
                ),
                migrations.CreateModel(
                    name='ContactAttempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_attempts', to='cases.case', verbose_name='dossier')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_attempts', to='cases.structure', verbose_name='structure')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_attempts', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('channel', models.CharField(choices=[('phone', 'appel'), ('sms', 'SMS'), ('letter', 'courrier'), ('visit', 'passage au domicile'), ('office', 'entretien au service'), ('desk', 'accueil, guichet')], max_length=8, verbose_name='moyen')),
                        ('result', models.CharField(choices=[('reached', 'contact établi'), ('no_answer', 'sans réponse'), ('wrong_contact', 'coordonnées fausses'), ('declined', 'ne souhaite pas être accompagné')], max_length=14, verbose_name='résultat')),
                        ('made_on', models.DateField(verbose_name='fait le')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                        ('voided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='annulé le')),
                    ],
                    options={
                        'verbose_name': 'tentative de contact',
                        'verbose_name_plural': 'tentatives de contact',
                        'ordering': ['made_on', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Appointment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='cases.case', verbose_name='dossier')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='cases.beneficiary', verbose_name='bénéficiaire')),
                        ('professional', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='cases.structure', verbose_name='structure')),
                        ('starts_at', models.DateTimeField(verbose_name='commence le')),
                        ('minutes', models.PositiveSmallIntegerField(default=45, verbose_name='durée en minutes')),
                        ('place', models.CharField(choices=[('office', 'au service'), ('home', 'au domicile'), ('phone', 'par téléphone'), ('other', 'autre lieu')], max_length=6, verbose_name='lieu')),
                        ('details', models.CharField(blank=True, max_length=200, verbose_name='précision sur le lieu')),
                        ('state', models.CharField(choices=[('planned', 'prévu'), ('kept', 'honoré'), ('missed', 'non honoré'), ('moved', 'reporté'), ('cancelled', 'annulé')], default='planned', max_length=9, verbose_name='résultat')),
                        ('cancelled_by', models.CharField(blank=True, choices=[('household', 'le ménage'), ('service', 'le service')], max_length=9, verbose_name='annulé par')),
                        ('moved_to', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved_from', to='cases.appointment', verbose_name='reporté à')),
                        ('attempt', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointment', to='cases.contactattempt', verbose_name='tentative')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments_made', to=settings.AUTH_USER_MODEL, verbose_name='fixé par')),
                        ('made_at', models.DateTimeField(verbose_name='fixé le')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='résultat noté le')),
                    ],
                    options={
                        'verbose_name': 'rendez-vous',
                        'verbose_name_plural': 'rendez-vous',
                        'ordering': ['starts_at', 'pk'],
                        'indexes': [models.Index(fields=['professional', 'starts_at'], name='agenda_of_a_professional')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 480)), name='an_appointment_lasts_five_minutes_to_eight_hours', violation_error_message='Un rendez-vous dure de 5 minutes à 8 heures.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'planned')), models.Q(models.Q(('state', 'planned'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='an_appointment_that_ended_says_when'), models.CheckConstraint(condition=models.Q(models.Q(('moved_to__isnull', False), ('state', 'moved')), models.Q(models.Q(('state', 'moved'), _negated=True), ('moved_to', None)), _connector='OR'), name='a_moved_appointment_leads_to_another'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), models.Q(('cancelled_by', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_by', '')), _connector='OR'), name='a_cancelled_appointment_says_by_whom'), models.CheckConstraint(condition=models.Q(('attempt', None), ('state', 'missed'), _connector='OR'), name='only_a_missed_appointment_is_an_attempt')],
                    },
                ),
                migrations.CreateModel(
                    name='Debt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('kind', models.CharField(choices=[('rent', 'loyer'), ('benefit', 'prestation')], max_length=8, verbose_name='nature')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debts', to='cases.household', verbose_name='ménage')),
                        ('creditor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debts_owed', to='cases.structure', verbose_name='organisme créancier')),
                        ('tenancy', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='debt', to='cases.tenancy', verbose_name='bail')),
                    ],
                    options={
                        'verbose_name': 'dette',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'rent'), ('tenancy__isnull', False)), models.Q(('kind', 'rent'), _negated=True), _connector='OR'), name='a_rent_debt_belongs_to_a_tenancy')],
                    },
                ),
                migrations.CreateModel(
                    name='DebtStatement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='annulé le')),
                        ('debt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='cases.debt', verbose_name='dette')),
                        ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debt_statements', to='cases.structure', verbose_name='source')),
                        ('as_of', models.DateField(verbose_name='arrêté au')),
                        ('balance', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='solde')),
                        ('months_unpaid', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='mois impayés')),
                        ('first_unpaid_on', models.DateField(blank=True, null=True, verbose_name='premier impayé le')),
                        ('last_paid_on', models.DateField(blank=True, null=True, verbose_name='dernier règlement le')),
                        ('last_paid', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='dernier règlement')),
                    ],
                    options={
                        'verbose_name': 'relevé de dette',
                        'verbose_name_plural': 'relevés de dette',
                        'ordering': ['as_of', 'pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('voided_at', None)), fields=('debt', 'source', 'as_of'), name='one_statement_a_date_and_source', violation_error_message='Un relevé existe déjà pour cette date et cette source.'), models.CheckConstraint(condition=models.Q(('balance__gte', 0)), name='balance_is_not_negative', violation_error_message='Le solde débiteur ne peut pas être négatif.')],
                    },
                ),
                migrations.CreateModel(
                    name='Milestone',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='annulé le')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='cases.case', verbose_name='dossier')),
                        ('debt', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='cases.debt', verbose_name='dette')),
                        ('kind', models.SlugField(max_length=40, verbose_name='fait')),
                        ('happened_on', models.DateField(verbose_name='date')),
                        ('known', models.CharField(choices=[('proved', 'prouvée'), ('declared', 'déclarée'), ('unknown', 'inconnue'), ('implied', 'calculée')], default='declared', max_length=8, verbose_name='date')),
                        ('term', models.DateField(blank=True, null=True, verbose_name='jour fixé par la lettre')),
                        ('replaced_by', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='cases.milestone', verbose_name='corrigé par')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                    ],
                    options={
                        'verbose_name': 'fait daté',
                        'verbose_name_plural': 'faits datés',
                        'ordering': ['happened_on', 'pk'],
                        'indexes': [models.Index(condition=models.Q(('replaced_by', None)), fields=['case', 'kind'], name='current_milestones_of_a_case'), models.Index(condition=models.Q(('debt__isnull', False)), fields=['debt'], name='milestones_of_a_debt')],
                    },
                ),
                migrations.CreateModel(
                    name='Deadline',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.case', verbose_name='dossier')),
                        ('debt', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.debt', verbose_name='dette')),
                        ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.deadlinerule', verbose_name='règle')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.structure', verbose_name='structure qui doit agir')),
                        ('started_on', models.DateField(verbose_name='départ')),
                        ('legal_date', models.DateField(verbose_name='dernier jour')),
                        ('safe_date', models.DateField(verbose_name='date de sûreté')),
                        ('steps', models.JSONField(default=list, verbose_name='calcul')),
                        ('context', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='ce qui était su de la dette')),
                        ('pauses', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name='suspensions')),
                        ('restarts', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name='recommencements')),
                        ('paused_on', models.DateField(blank=True, null=True, verbose_name='suspendue depuis le')),
                        ('state', models.CharField(choices=[('running', 'en cours'), ('paused', 'suspendue'), ('met', 'respectée'), ('missed', 'dépassée'), ('cancelled', 'sans objet')], default='running', max_length=10, verbose_name='état')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='terminée le')),
                        ('is_promised', models.BooleanField(db_default=False, default=False, editable=False, verbose_name='annoncée à la personne')),
                        ('remind_on', models.DateField(blank=True, default=datetime.date(1, 1, 1), editable=False, null=True, verbose_name='prochain rappel')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créée le')),
                    ],
                    options={
                        'verbose_name': 'échéance',
                        'ordering': ['safe_date', 'pk'],
                        'indexes': [models.Index(condition=models.Q(('state', 'running')), fields=['legal_date'], name='deadlines_to_expire'), models.Index(condition=models.Q(('state', 'running')), fields=['structure', 'safe_date'], name='deadlines_of_a_structure'), models.Index(condition=models.Q(('state', 'running')), fields=['safe_date', 'id'], name='nearest_running_deadlines'), models.Index(condition=models.Q(('state', 'running')), fields=['remind_on', 'id'], name='deadlines_to_remind_of'), models.Index(condition=models.Q(('debt__isnull', False)), fields=['debt'], name='deadlines_of_a_debt'), models.Index(condition=models.Q(('state', 'paused')), fields=['paused_on', 'id'], name='paused_deadlines')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('safe_date__lte', models.F('legal_date'))), name='safe_date_is_not_after_the_legal_date'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ['running', 'paused'])), models.Q(models.Q(('state__in', ['running', 'paused']), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='an_ended_deadline_says_when'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'paused'), _negated=True), ('paused_on__isnull', False), _connector='OR'), name='a_paused_deadline_says_since_when')],
                    },
                ),
                migrations.CreateModel(
                    name='Diagnostic',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='diagnostics', to='cases.case', verbose_name='dossier')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='diagnostics', to=settings.AUTH_USER_MODEL, verbose_name='établi par')),
                        ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='diagnostics', to='cases.structure', verbose_name='structure')),
                        ('based_on', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='cases.diagnostic', verbose_name='mise à jour de')),
                        ('completeness', models.CharField(blank=True, choices=[('complete', 'complet'), ('partial', 'partiel'), ('default', 'carence : le ménage n’a pas répondu')], max_length=8, verbose_name='diagnostic')),
                        ('made_on', models.DateField(blank=True, null=True, verbose_name='établi le')),
                        ('finished_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='terminé le')),
                        ('family', models.CharField(blank=True, choices=[('alone', 'personne seule'), ('lone_parent', 'parent seul'), ('couple', 'couple sans enfant'), ('couple_children', 'couple avec enfants'), ('other', 'autre')], max_length=16, verbose_name='situation familiale')),
                        ('cause', models.CharField(blank=True, choices=[('income_loss', 'perte ou baisse de ressources'), ('benefit_break', 'rupture de droits'), ('separation', 'séparation'), ('expense', 'dépense imprévue, surcoût de charges'), ('budget', 'difficulté budgétaire, autres dettes'), ('dispute', 'désaccord avec le bailleur'), ('other', 'autre')], max_length=14, verbose_name='cause principale de l’impayé')),
                        ('resources', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='ressources mensuelles')),
                        ('expenses', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='charges mensuelles hors loyer')),
                        ('other_debts', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='autres dettes')),
                        ('rent_resumed', models.CharField(blank=True, choices=[('yes', 'oui, en entier'), ('partly', 'en partie'), ('no', 'non'), ('unknown', 'non connu')], max_length=8, verbose_name='loyer courant repris')),
                        ('nothing_asked', models.BooleanField(default=False, verbose_name='aucune démarche engagée')),
                        ('wish', models.CharField(blank=True, choices=[('stay', 'rester dans le logement'), ('move', 'changer de logement'), ('unsure', 'ne sait pas encore')], max_length=8, verbose_name='souhait du ménage')),
                        ('presence', models.CharField(blank=True, choices=[('present', 'locataire présent à l’entretien'), ('represented', 'locataire représenté'), ('phone', 'locataire entendu par téléphone'), ('absent', 'locataire absent')], max_length=12, verbose_name='présence du locataire')),
                        ('met_on', models.DateField(blank=True, null=True, verbose_name='date de l’entretien')),
                        ('interpreter', models.BooleanField(default=False, verbose_name='avec un interprète')),
                        ('social_support', models.TextField(blank=True, max_length=4000, verbose_name='accompagnement social en cours')),
                        ('lawyer', models.CharField(blank=True, choices=[('none', 'pas d’avocat'), ('asked', 'aide juridictionnelle demandée'), ('granted', 'aide juridictionnelle accordée'), ('lawyer', 'avocat choisi')], max_length=8, verbose_name='défense devant le juge')),
                        ('marital', models.CharField(blank=True, choices=[('single', 'célibataire'), ('married', 'marié'), ('pacs', 'pacsé'), ('partners', 'en concubinage'), ('separated', 'séparé'), ('divorced', 'divorcé'), ('widowed', 'veuf')], max_length=10, verbose_name='état civil du locataire')),
                        ('household_size', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='personnes au foyer')),
                        ('children_elsewhere', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='enfants accueillis par moments')),
                        ('family_story', models.TextField(blank=True, max_length=4000, verbose_name='évolution de la situation familiale')),
                        ('other_causes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('income_loss', 'perte ou baisse de ressources'), ('benefit_break', 'rupture de droits'), ('separation', 'séparation'), ('expense', 'dépense imprévue, surcoût de charges'), ('budget', 'difficulté budgétaire, autres dettes'), ('dispute', 'désaccord avec le bailleur'), ('other', 'autre')], max_length=14), blank=True, default=list, size=None, verbose_name='autres causes')),
                        ('difficulties_since', models.CharField(blank=True, max_length=10, verbose_name='difficultés depuis')),
                        ('causes_story', models.TextField(blank=True, max_length=4000, verbose_name='ce qui s’est passé')),
                        ('rooms', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='nombre de pièces')),
                        ('surface', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='surface, en m²')),
                        ('condition', models.CharField(blank=True, choices=[('good', 'bon état'), ('fair', 'état moyen'), ('poor', 'dégradé')], max_length=4, verbose_name='état du logement')),
                        ('overcrowded', models.CharField(blank=True, choices=[('yes', 'oui'), ('no', 'non')], max_length=3, verbose_name='logement trop petit pour le ménage')),
                        ('non_decent', models.CharField(blank=True, choices=[('yes', 'oui'), ('no', 'non')], max_length=3, verbose_name='indices de non-décence')),
                        ('energy', models.CharField(blank=True, choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'D'), ('E', 'E'), ('F', 'F'), ('G', 'G'), ('unknown', 'non connue')], max_length=7, verbose_name='étiquette énergie (DPE)')),
                        ('insured', models.CharField(blank=True, choices=[('yes', 'oui'), ('no', 'non')], max_length=3, verbose_name='logement assuré')),
                        ('housing_story', models.TextField(blank=True, max_length=4000, verbose_name='précisions sur le logement')),
                        ('resumed_since', models.CharField(blank=True, max_length=10, verbose_name='loyer repris depuis')),
                        ('paid_monthly', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='somme payée chaque mois en ce moment')),
                        ('means_story', models.TextField(blank=True, max_length=4000, verbose_name='ce que le ménage a fait pour réduire la dette')),
                        ('repayment_capacity', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='somme que le ménage peut rembourser chaque mois')),
                        ('housing_number', models.CharField(blank=True, max_length=18, verbose_name='numéro unique de demande de logement social (SNE)')),
                        ('housing_asked_on', models.CharField(blank=True, max_length=10, verbose_name='demande de logement social déposée')),
                        ('dalo', models.CharField(blank=True, choices=[('none', 'pas de recours'), ('filed', 'recours déposé'), ('granted', 'reconnu prioritaire'), ('refused', 'rejeté')], max_length=8, verbose_name='recours DALO')),
                        ('dalo_on', models.CharField(blank=True, max_length=10, verbose_name='date du recours ou de la décision DALO')),
                        ('rehousing_story', models.TextField(blank=True, max_length=4000, verbose_name='recherche de logement et solutions possibles')),
                        ('counted_on', models.DateField(blank=True, null=True, verbose_name='décompte arrêté au')),
                        ('rent_part', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='dont loyers')),
                        ('charges_part', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='dont charges et régularisations')),
                        ('costs_part', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='dont frais de procédure')),
                        ('disputed_part', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='dont somme contestée')),
                        ('breakdown_story', models.TextField(blank=True, max_length=4000, verbose_name='remarques sur le décompte')),
                        ('lawyer_read_on', models.DateField(blank=True, null=True, verbose_name='relu par l’ADIL ou un juriste le')),
                        ('tenant_says', models.TextField(blank=True, max_length=4000, verbose_name='observations du locataire')),
                        ('landlord_says', models.TextField(blank=True, max_length=4000, verbose_name='observations du bailleur')),
                        ('author_says', models.TextField(blank=True, max_length=4000, verbose_name='analyse du professionnel')),
                        ('advice', models.TextField(blank=True, max_length=4000, verbose_name='préconisations')),
                        ('asks_delay', models.CharField(blank=True, choices=[('yes', 'oui'), ('no', 'non')], max_length=3, verbose_name='délais de paiement demandés')),
                        ('delay_months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée demandée, en mois')),
                        ('delay_monthly', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='mensualité proposée')),
                        ('asks_to_stay', models.CharField(blank=True, choices=[('yes', 'oui'), ('no', 'non')], max_length=3, verbose_name='maintien dans les lieux demandé')),
                        ('will_attend', models.CharField(blank=True, choices=[('yes', 'oui'), ('no', 'non')], max_length=3, verbose_name='le locataire ira à l’audience')),
                        ('asks_story', models.TextField(blank=True, max_length=4000, verbose_name='autres demandes au juge')),
                        ('ccapex_on', models.CharField(blank=True, max_length=10, verbose_name='saisine de la CCAPEX')),
                        ('ccapex_says', models.TextField(blank=True, max_length=4000, verbose_name='recommandations de la CCAPEX')),
                        ('transmission_told_on', models.DateField(blank=True, null=True, verbose_name='locataire informé de la transmission le')),
                        ('rent', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='loyer hors charges')),
                        ('rent_charges', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='charges')),
                        ('rent_reduction', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='réduction de loyer de solidarité')),
                        ('aid', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='aide au logement')),
                    ],
                    options={
                        'verbose_name': 'diagnostic social et financier',
                        'verbose_name_plural': 'diagnostics sociaux et financiers',
                        'ordering': ['made_on', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('completeness', 'complete'), _negated=True), models.Q(models.Q(('family', ''), _negated=True), models.Q(('cause', ''), _negated=True), ('resources__isnull', False), models.Q(('rent_resumed', ''), _negated=True)), _connector='OR'), name='a_complete_diagnosis_says_the_essential', violation_error_message='Un diagnostic complet indique la situation familiale, la cause, les ressources et la reprise du loyer courant. Sinon, choisir « partiel ».'), models.CheckConstraint(condition=models.Q(models.Q(('completeness', ''), ('finished_at', None), ('made_on', None)), models.Q(('finished_at__isnull', False), ('made_on__isnull', False), models.Q(('completeness', ''), _negated=True)), _connector='OR'), name='a_finished_diagnosis_says_when_and_how_complete', violation_error_message='Un diagnostic terminé indique sa date et s’il est complet.'), models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('case',), name='one_open_diagnosis_per_case', violation_error_message='Un diagnostic est déjà en cours pour ce dossier.'), models.CheckConstraint(condition=models.Q(models.Q(('resources', None), ('resources__gte', 0), _connector='OR'), models.Q(('expenses', None), ('expenses__gte', 0), _connector='OR'), models.Q(('other_debts', None), ('other_debts__gte', 0), _connector='OR'), models.Q(('paid_monthly', None), ('paid_monthly__gte', 0), _connector='OR'), models.Q(('rent_part', None), ('rent_part__gte', 0), _connector='OR'), models.Q(('charges_part', None), ('charges_part__gte', 0), _connector='OR'), models.Q(('costs_part', None), ('costs_part__gte', 0), _connector='OR'), models.Q(('disputed_part', None), ('disputed_part__gte', 0), _connector='OR'), models.Q(('delay_monthly', None), ('delay_monthly__gte', 0), _connector='OR'), models.Q(('rent', None), ('rent__gte', 0), _connector='OR'), models.Q(('rent_charges', None), ('rent_charges__gte', 0), _connector='OR'), models.Q(('rent_reduction', None), ('rent_reduction__gte', 0), _connector='OR'), models.Q(('aid', None), ('aid__gte', 0), _connector='OR'), models.Q(('repayment_capacity', None), ('repayment_capacity__gte', 0), _connector='OR')), name='sums_of_a_diagnosis_are_not_negative', violation_error_message='Un montant ne peut pas être négatif.'), models.CheckConstraint(condition=models.Q(models.Q(('difficulties_since', ''), ('difficulties_since__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR'), models.Q(('resumed_since', ''), ('resumed_since__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR'), models.Q(('dalo_on', ''), ('dalo_on__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR'), models.Q(('housing_asked_on', ''), ('housing_asked_on__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR'), models.Q(('ccapex_on', ''), ('ccapex_on__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR')), name='dates_of_a_diagnosis_may_be_partial', violation_error_message='Saisir la date sous la forme JJ/MM/AAAA, MM/AAAA ou AAAA.'), models.CheckConstraint(condition=models.Q(('delay_months', None), models.Q(('delay_months__gte', 1), ('delay_months__lte', 36)), _connector='OR'), name='payment_delays_last_three_years_at_most', violation_error_message='Le juge accorde 36 mois au plus.')],
                    },
                ),
                migrations.CreateModel(
                    name='DiagnosticBlock',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('diagnostic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blocks', to='cases.diagnostic', verbose_name='diagnostic')),
                        ('code', models.CharField(choices=[('essentiel', 'L’essentiel'), ('entretien', 'Entretien et accompagnement'), ('menage', 'Ménage et emploi'), ('causes', 'Causes de l’impayé'), ('ressources', 'Ressources'), ('charges', 'Charges'), ('dettes', 'Autres dettes'), ('logement', 'Logement'), ('demarches', 'Reprise du paiement et démarches'), ('relogement', 'Relogement'), ('decompte', 'Décompte de la dette'), ('observations', 'Observations et préconisations'), ('juge', 'Juge, CCAPEX et transmission')], max_length=12, verbose_name='rubrique')),
                        ('version', models.PositiveIntegerField(default=0, verbose_name='version')),
                        ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistrée par')),
                        ('saved_at', models.DateTimeField(verbose_name='enregistrée le')),
                        ('unfinished', models.JSONField(blank=True, default=dict, verbose_name='saisie à corriger')),
                    ],
                    options={
                        'verbose_name': 'rubrique de diagnostic',
                        'verbose_name_plural': 'rubriques de diagnostic',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('diagnostic', 'code'), name='a_block_is_once_in_a_diagnosis')],
                    },
                ),
                migrations.CreateModel(
                    name='DiagnosticPerson',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('diagnostic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='cases.diagnostic', verbose_name='diagnostic')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='diagnosed_in', to='cases.beneficiary', verbose_name='bénéficiaire')),
                        ('position', models.CharField(choices=[('holder', 'titulaire du bail'), ('co_holder', 'cotitulaire'), ('spouse', 'conjoint'), ('child', 'enfant'), ('other', 'autre')], max_length=10, verbose_name='place dans le ménage')),
                        ('activity', models.CharField(blank=True, choices=[('permanent', 'en CDI'), ('temporary', 'en CDD, intérim ou saisonnier'), ('self_employed', 'indépendant'), ('apprentice', 'en alternance'), ('jobseeker', 'demandeur d’emploi'), ('student', 'scolarisé ou en études'), ('retired', 'retraité'), ('at_home', 'sans emploi, au foyer'), ('leave', 'en arrêt ou en congé'), ('other', 'autre')], max_length=14, verbose_name='activité')),
                        ('since', models.CharField(blank=True, max_length=10, verbose_name='depuis')),
                    ],
                    options={
                        'verbose_name': 'personne du diagnostic',
                        'verbose_name_plural': 'personnes du diagnostic',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('diagnostic', 'beneficiary'), name='a_person_is_once_in_a_diagnosis'), models.CheckConstraint(condition=models.Q(('since', ''), ('since__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR'), name='an_activity_starts_on_a_date_maybe_partial')],
                    },
                ),
                migrations.CreateModel(
                    name='DiagnosticResource',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('diagnostic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resource_lines', to='cases.diagnostic', verbose_name='diagnostic')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='cases.beneficiary', verbose_name='bénéficiaire')),
                        ('kind', models.CharField(choices=[('salary', 'salaire'), ('self_employed', 'revenu d’indépendant'), ('unemployment', 'allocation chômage (ARE, ASS)'), ('rsa', 'RSA'), ('activity_bonus', 'prime d’activité'), ('family', 'prestations familiales'), ('disability', 'AAH ou pension d’invalidité'), ('daily', 'indemnités journalières'), ('pension', 'retraite, ASPA'), ('alimony', 'pension alimentaire reçue, ASF'), ('student', 'bourse, gratification'), ('other', 'autre ressource')], max_length=14, verbose_name='nature')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='montant')),
                    ],
                    options={
                        'verbose_name': 'ressource',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='a_resource_is_not_negative')],
                    },
                ),
                migrations.CreateModel(
                    name='DiagnosticExpense',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('diagnostic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expense_lines', to='cases.diagnostic', verbose_name='diagnostic')),
                        ('kind', models.CharField(choices=[('energy', 'énergie, eau'), ('home_insurance', 'assurance du logement'), ('complementary', 'mutuelle'), ('transport', 'transports, voiture'), ('phone', 'téléphone, internet'), ('children', 'garde, cantine, scolarité'), ('alimony', 'pension alimentaire versée'), ('taxes', 'impôts'), ('other', 'autres charges')], max_length=14, verbose_name='nature')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='montant')),
                    ],
                    options={
                        'verbose_name': 'charge',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('diagnostic', 'kind'), name='an_expense_is_given_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='an_expense_is_not_negative')],
                    },
                ),
                migrations.CreateModel(
                    name='DiagnosticDebt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('diagnostic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debt_lines', to='cases.diagnostic', verbose_name='diagnostic')),
                        ('creditor', models.CharField(max_length=120, verbose_name='créancier')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='reste dû')),
                        ('monthly', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='payé chaque mois')),
                    ],
                    options={
                        'verbose_name': 'autre dette',
                        'verbose_name_plural': 'autres dettes',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('amount', None), ('amount__gte', 0), _connector='OR'), models.Q(('monthly', None), ('monthly__gte', 0), _connector='OR')), name='another_debt_is_not_negative'), models.CheckConstraint(condition=models.Q(('monthly', None), ('monthly__lte', models.F('amount')), _connector='OR'), name='a_debt_is_not_paid_beyond_its_amount')],
                    },
                ),
                migrations.CreateModel(
                    name='DiagnosticDevice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('diagnostic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='cases.diagnostic', verbose_name='diagnostic')),
                        ('kind', models.CharField(choices=[('fsl', 'aide du FSL'), ('over_indebtedness', 'dossier de surendettement'), ('rights', 'ouverture ou rétablissement de droits'), ('dispute', 'contestation de la dette ou logement non décent'), ('rehousing', 'relogement ou mutation'), ('action_logement', 'aide d’Action Logement'), ('ccas', 'aide facultative du CCAS'), ('plan', 'accord de paiement avec le bailleur'), ('other', 'autre démarche')], max_length=18, verbose_name='démarche')),
                        ('state', models.CharField(choices=[('to_ask', 'à demander'), ('asked', 'demandée'), ('granted', 'obtenue'), ('refused', 'refusée')], default='asked', max_length=8, verbose_name='état')),
                        ('asked_on', models.CharField(blank=True, max_length=10, verbose_name='demandée le')),
                        ('decided_on', models.CharField(blank=True, max_length=10, verbose_name='décision du')),
                    ],
                    options={
                        'verbose_name': 'démarche engagée',
                        'verbose_name_plural': 'démarches engagées',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('diagnostic', 'kind'), name='a_device_is_named_once'), models.CheckConstraint(condition=models.Q(models.Q(('asked_on', ''), ('asked_on__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR'), models.Q(('decided_on', ''), ('decided_on__regex', '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'), _connector='OR')), name='dates_of_a_device_may_be_partial')],
                    },
                ),
                migrations.CreateModel(
                    name='Measure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='cases.case', verbose_name='dossier')),
                        ('kind', models.CharField(choices=[('fsl', 'aide du FSL'), ('over_indebtedness', 'dossier de surendettement'), ('rights', 'ouverture ou rétablissement de droits'), ('dispute', 'contestation de la dette ou logement non décent'), ('rehousing', 'relogement ou mutation')], max_length=18, verbose_name='mesure')),
                        ('state', models.CharField(default='to_build', max_length=14, verbose_name='état')),
                        ('decided_on', models.DateField(verbose_name='retenue le')),
                        ('updated_on', models.DateField(verbose_name='dans cet état depuis le')),
                        ('amount_asked', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='montant demandé')),
                        ('amount_granted', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='montant accordé')),
                        ('reference', models.CharField(blank=True, max_length=60, verbose_name='référence')),
                        ('next_on', models.DateField(blank=True, null=True, verbose_name='prochaine date attendue')),
                        ('decision', models.CharField(blank=True, max_length=300, verbose_name='décision')),
                    ],
                    options={
                        'verbose_name': 'mesure du plan d’actions',
                        'verbose_name_plural': 'mesures du plan d’actions',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'fsl'), ('state__in', ['to_build', 'filed', 'completed', 'granted', 'paid', 'refused', 'appealed', 'dropped'])), models.Q(('kind', 'over_indebtedness'), ('state__in', ['to_build', 'filed', 'admitted', 'inadmissible', 'appealed', 'decided', 'erased', 'lapsed', 'ended', 'dropped'])), models.Q(('kind', 'rights'), ('state__in', ['to_build', 'filed', 'completed', 'opened', 'recovered', 'refused', 'appealed', 'dropped'])), models.Q(('kind', 'dispute'), ('state__in', ['to_build', 'raised', 'inspection', 'established', 'conciliation', 'settled', 'rejected', 'dropped'])), models.Q(('kind', 'rehousing'), ('state__in', ['to_build', 'filed', 'priority', 'offered', 'rehoused', 'refused', 'dropped'])), _connector='OR'), name='a_measure_has_a_state_of_its_kind', violation_error_message='Cet état n’est pas de ceux de cette mesure.'), models.UniqueConstraint(condition=models.Q(models.Q(('kind', 'fsl'), ('state__in', ['to_build', 'filed', 'completed', 'granted', 'appealed'])), models.Q(('kind', 'over_indebtedness'), ('state__in', ['to_build', 'filed', 'admitted', 'appealed', 'decided'])), models.Q(('kind', 'rights'), ('state__in', ['to_build', 'filed', 'completed', 'appealed'])), models.Q(('kind', 'dispute'), ('state__in', ['to_build', 'raised', 'inspection', 'established', 'conciliation'])), models.Q(('kind', 'rehousing'), ('state__in', ['to_build', 'filed', 'priority', 'offered'])), _connector='OR'), fields=('case', 'kind'), name='a_measure_runs_once', violation_error_message='Cette mesure est déjà engagée.')],
                    },
                ),
                migrations.CreateModel(
                    name='MeasureMove',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='cases.measure', verbose_name='mesure')),
                        ('state', models.CharField(max_length=14, verbose_name='état')),
                        ('happened_on', models.DateField(verbose_name='le')),
                        ('is_correction', models.BooleanField(default=False, verbose_name='corrige le précédent')),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='measure_moves', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                    ],
                    options={
                        'verbose_name': 'état d’une mesure',
                        'verbose_name_plural': 'états des mesures',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='OverpaymentNotice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overpayment_notices', to='cases.case', verbose_name='dossier')),
                        ('operator', models.CharField(choices=cases.models.notices.operators, max_length=20, verbose_name='organisme')),
                        ('creditor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overpayment_notices', to='cases.structure', verbose_name='service créancier')),
                        ('letter_date', models.DateField(verbose_name='date du courrier')),
                        ('received_on', models.DateField(blank=True, help_text='Vide : la date n’est pas connue.', null=True, verbose_name='reçu le')),
                        ('receipt', models.CharField(choices=[('post', 'par la poste'), ('registered', 'en recommandé'), ('hand', 'remis en main propre'), ('online_put', 'espace en ligne : date de mise à disposition'), ('online_read', 'espace en ligne : date de lecture')], max_length=12, verbose_name='mode de réception')),
                        ('is_receipt_proved', models.BooleanField(default=False, verbose_name='date de réception prouvée')),
                        ('file_number', models.CharField(blank=True, max_length=40, verbose_name='numéro de dossier')),
                        ('routes_stated', models.CharField(blank=True, choices=[('yes', 'oui, avec les délais'), ('partly', 'en partie'), ('no', 'non')], max_length=6, verbose_name='voies de recours indiquées')),
                        ('lacks', models.JSONField(blank=True, default=list, verbose_name='mentions absentes')),
                        ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='vérifié le')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overpayment_notices', to=settings.AUTH_USER_MODEL, verbose_name='saisi par')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                    ],
                    options={
                        'verbose_name': 'notification de trop-perçu',
                        'verbose_name_plural': 'notifications de trop-perçu',
                        'ordering': ['letter_date', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('received_on', None), ('received_on__gte', models.F('letter_date')), _connector='OR'), name='a_letter_is_received_after_it_is_written', violation_error_message='Le courrier ne peut pas être reçu avant d’être écrit.')],
                    },
                ),
                migrations.CreateModel(
                    name='DebtLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('fraud', models.CharField(choices=[('no', 'non'), ('alleged', 'évoquée, sans décision'), ('yes', 'qualifiée'), ('unknown', 'non précisée')], default='unknown', max_length=7, verbose_name='fraude')),
                        ('fraud_by', models.CharField(blank=True, choices=[('operator', 'l’organisme'), ('department', 'le département'), ('court', 'un tribunal')], max_length=10, verbose_name='fraude qualifiée par')),
                        ('fraud_on', models.DateField(blank=True, null=True, verbose_name='fraude qualifiée ou évoquée le')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='cases.overpaymentnotice', verbose_name='notification')),
                        ('debt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='line', to='cases.debt', verbose_name='dette')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                        ('benefit', models.CharField(choices=cases.models.notices.benefits, max_length=30, verbose_name='prestation')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='montant notifié')),
                        ('since', models.DateField(blank=True, null=True, verbose_name='de')),
                        ('until', models.DateField(blank=True, null=True, verbose_name='à')),
                        ('cause', models.CharField(blank=True, max_length=40, verbose_name='motif codé')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='close le')),
                        ('outcome', models.CharField(blank=True, choices=[('cancelled', 'annulé'), ('reduced', 'réduit'), ('waived', 'remis en totalité'), ('waived_partly', 'remis en partie'), ('scheduled', 'échelonné'), ('maintained', 'maintenu'), ('settled', 'soldé')], max_length=16, verbose_name='issue')),
                    ],
                    options={
                        'verbose_name': 'ligne de trop-perçu',
                        'verbose_name_plural': 'lignes de trop-perçu',
                        'ordering': ['notice', 'position'],
                        'constraints': [models.UniqueConstraint(fields=('notice', 'position'), name='lines_of_a_notice_are_ordered'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='an_overpayment_is_more_than_nothing', violation_error_message='Le montant est supérieur à zéro.'), models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='a_period_ends_after_it_begins', violation_error_message='La période finit avant de commencer.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('outcome', '')), models.Q(('closed_on__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='a_closed_line_has_an_outcome', violation_error_message='Une ligne close porte une issue.'), models.CheckConstraint(condition=models.Q(('fraud', 'yes'), ('fraud_by', ''), _connector='OR'), name='only_a_qualified_fraud_has_an_author', violation_error_message='Une autorité n’est donnée que d’une fraude qualifiée.')],
                    },
                ),
                migrations.CreateModel(
                    name='FormerFraud',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('fraud', models.CharField(choices=[('no', 'non'), ('alleged', 'évoquée, sans décision'), ('yes', 'qualifiée'), ('unknown', 'non précisée')], default='unknown', max_length=7, verbose_name='fraude')),
                        ('fraud_by', models.CharField(blank=True, choices=[('operator', 'l’organisme'), ('department', 'le département'), ('court', 'un tribunal')], max_length=10, verbose_name='fraude qualifiée par')),
                        ('fraud_on', models.DateField(blank=True, null=True, verbose_name='fraude qualifiée ou évoquée le')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_frauds', to='cases.debtline', verbose_name='ligne')),
                        ('corrected_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrected_frauds', to=settings.AUTH_USER_MODEL, verbose_name='corrigé par')),
                        ('corrected_at', models.DateTimeField(verbose_name='corrigé le')),
                    ],
                    options={
                        'verbose_name': 'qualification antérieure d’une fraude',
                        'verbose_name_plural': 'qualifications antérieures d’une fraude',
                        'ordering': ['-corrected_at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Document',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='annulé le')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='cases.case', verbose_name='dossier')),
                        ('kind', models.CharField(choices=[('landlord_letter', 'courrier du bailleur'), ('account', 'relevé de compte du locataire'), ('order_to_pay', 'commandement de payer'), ('summons', 'assignation'), ('judgment', 'décision de justice'), ('resources', 'justificatif de ressources'), ('answer', 'réponse d’un organisme'), ('signed_plan', 'plan d’apurement signé'), ('home_photo', 'photo du logement'), ('notification', 'notification de trop-perçu'), ('paper', 'justificatif du trop-perçu'), ('other', 'autre pièce')], max_length=16, verbose_name='nature')),
                        ('title', models.CharField(blank=True, max_length=80, verbose_name='précision')),
                        ('file', models.FileField(max_length=120, upload_to=cases.models.documents._place, verbose_name='fichier')),
                        ('content_type', models.CharField(choices=[('application/pdf', 'application/pdf'), ('image/jpeg', 'image/jpeg'), ('image/png', 'image/png')], max_length=20, verbose_name='format')),
                        ('size', models.PositiveIntegerField(verbose_name='taille en octets')),
                        ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to=settings.AUTH_USER_MODEL, verbose_name='ajoutée par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='cases.structure', verbose_name='structure')),
                        ('visibility', models.CharField(choices=[('shared', 'partagée avec ceux qui voient tout le dossier'), ('internal', 'interne à ma structure')], default='internal', max_length=8, verbose_name='visibilité')),
                        ('received_on', models.DateField(verbose_name='reçue le')),
                        ('added_at', models.DateTimeField(verbose_name='ajoutée le')),
                        ('measure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='cases.measure', verbose_name='mesure')),
                        ('milestone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='cases.milestone', verbose_name='fait daté')),
                        ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='cases.debtline', verbose_name='ligne de trop-perçu')),
                        ('paper', models.SlugField(blank=True, max_length=40, verbose_name='pièce attendue')),
                        ('void_reason', models.CharField(blank=True, choices=[('wrong_case', 'elle concerne un autre dossier'), ('duplicate', 'elle est en double'), ('unreadable', 'elle est illisible'), ('not_needed', 'elle n’est pas utile au suivi'), ('on_request', 'la personne l’a demandé')], max_length=10, verbose_name='motif du retrait')),
                        ('scan', models.CharField(choices=[('unscanned', 'sans vérification'), ('waiting', 'en cours de vérification'), ('clean', 'vérifiée'), ('infected', 'fichier dangereux, supprimé')], default='unscanned', max_length=10, verbose_name='vérification')),
                        ('scanned_at', models.DateTimeField(blank=True, null=True, verbose_name='vérifiée le')),
                        ('scan_failed_at', models.DateTimeField(blank=True, null=True, verbose_name='vérification tentée le')),
                        ('question', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='cases.question', verbose_name='réponse à la question')),
                    ],
                    options={
                        'verbose_name': 'pièce',
                        'ordering': ['-received_on', '-pk'],
                        'indexes': [models.Index(condition=models.Q(('scan__in', ['waiting', 'infected'])), fields=['scan', 'scan_failed_at'], name='documents_in_quarantine'), models.Index(condition=models.Q(('question__isnull', False)), fields=['question'], name='documents_of_an_answer')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('voided_at', None)), fields=('case', 'structure', 'sha256'), name='a_structure_adds_a_file_once', violation_error_message='Ce fichier est déjà au dossier.'), models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided_at', None)), models.Q(('voided_at__isnull', False), models.Q(('void_reason', ''), _negated=True)), _connector='OR'), name='a_voided_document_says_why', violation_error_message='Une pièce retirée indique le motif.'), models.CheckConstraint(condition=models.Q(('measure', None), ('milestone', None), _connector='OR'), name='a_document_proves_one_thing', violation_error_message='Une pièce se rattache à une mesure ou à un fait daté, pas aux deux.')],
                    },
                ),
                migrations.CreateModel(
                    name='CaseLabel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='cases.case', verbose_name='dossier')),
                        ('label', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='put', to='cases.label', verbose_name='étiquette')),
                        ('put_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labels_put', to=settings.AUTH_USER_MODEL, verbose_name='posée par')),
                        ('put_at', models.DateTimeField(verbose_name='posée le')),
                    ],
                    options={
                        'verbose_name': 'étiquette d’un dossier',
                        'verbose_name_plural': 'étiquettes de dossiers',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('case', 'label'), name='a_label_is_once_on_a_case', violation_error_message='Ce dossier porte déjà cette étiquette.')],
                    },
                ),
                migrations.CreateModel(
                    name='Letter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='cases.case', verbose_name='dossier')),
                        ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='cases.beneficiary', verbose_name='destinataire')),
                        ('addressee', models.CharField(blank=True, max_length=80, verbose_name='service destinataire')),
                        ('diagnostic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='cases.diagnostic', verbose_name='diagnostic')),
                        ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='cases.debtline', verbose_name='ligne de trop-perçu')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='cases.structure', verbose_name='structure')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='cases.edition', verbose_name='édition')),
                        ('kind', models.SlugField(max_length=40, verbose_name='nature')),
                        ('title', models.CharField(max_length=80, verbose_name='courrier')),
                        ('typed', models.JSONField(default=dict, verbose_name='textes saisis')),
                        ('text', models.JSONField(blank=True, default=dict, verbose_name='texte')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to=settings.AUTH_USER_MODEL, verbose_name='préparé par')),
                        ('made_on', models.DateField(verbose_name='préparé le')),
                        ('file', models.FileField(max_length=120, upload_to=cases.models.letters._place, verbose_name='fichier')),
                        ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                        ('sent_on', models.DateField(blank=True, null=True, verbose_name='envoyé le')),
                        ('sent_by', models.CharField(blank=True, choices=[('post', 'courrier simple'), ('registered', 'courrier recommandé'), ('mailbox', 'déposé au domicile, sous enveloppe'), ('hand', 'remis en main propre'), ('online', 'dépôt en ligne ou messagerie sécurisée')], max_length=10, verbose_name='moyen d’envoi')),
                        ('pieces', models.ManyToManyField(blank=True, related_name='letters', to='cases.document', verbose_name='pièces jointes')),
                        ('returned_on', models.DateField(blank=True, null=True, verbose_name='revenu le')),
                        ('signer', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signed_letters', to='cases.beneficiary', verbose_name='signé par')),
                    ],
                    options={
                        'verbose_name': 'courrier',
                        'ordering': ['-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sent_by', ''), ('sent_on', None)), models.Q(('sent_on__gte', models.F('made_on')), models.Q(('sent_by', ''), _negated=True)), _connector='OR'), name='a_letter_is_sent_after_it_is_made_and_somehow', violation_error_message='L’envoi suit la préparation du courrier et indique le moyen.'), models.CheckConstraint(condition=models.Q(models.Q(('addressee', ''), ('recipient__isnull', False)), models.Q(('recipient', None), models.Q(('addressee', ''), _negated=True)), _connector='OR'), name='a_letter_goes_to_a_person_or_to_a_service')],
                        'indexes': [models.Index(condition=models.Q(('signer', None), _negated=True), fields=['signer'], name='letters_by_signer')],
                    },
                ),
                migrations.CreateModel(
                    name='RepaymentPlan',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='cases.case', verbose_name='dossier')),
                        ('debt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='cases.debt', verbose_name='dette')),
                        ('author', models.CharField(choices=[('social_worker', 'travailleur social, avec le ménage'), ('landlord', 'bailleur'), ('caf', 'CAF ou MSA (plan par défaut)'), ('fsl', 'FSL'), ('judge', 'juge')], default='social_worker', max_length=13, verbose_name='établi par')),
                        ('owed', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='dette à la date du plan')),
                        ('fsl_share', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9, verbose_name='part attendue du FSL')),
                        ('aid_share', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9, verbose_name='rappel d’aide attendu')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='montant à apurer')),
                        ('monthly', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='mensualité')),
                        ('first_due_on', models.DateField(verbose_name='première échéance')),
                        ('state', models.CharField(choices=[('proposed', 'proposé au bailleur'), ('countered', 'contre-proposé par le bailleur'), ('refused', 'refusé par le bailleur'), ('running', 'en cours'), ('kept', 'tenu jusqu’au bout'), ('broken', 'rompu'), ('replaced', 'remplacé'), ('withdrawn', 'sans suite : dossier clos'), ('amended', 'remplacé par un avenant')], default='proposed', max_length=10, verbose_name='état')),
                        ('made_on', models.DateField(verbose_name='établi le')),
                        ('agreed_on', models.DateField(blank=True, null=True, verbose_name='accepté le')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                        ('under_protocol', models.BooleanField(default=False, verbose_name='protocole de cohésion sociale')),
                        ('rent_commitment', models.BooleanField(default=False, verbose_name='engagement à payer le loyer courant')),
                        ('amends', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='cases.repaymentplan', verbose_name='avenant de')),
                        ('break_reason', models.CharField(blank=True, choices=[('rent_unpaid', 'loyer courant non payé'), ('instalments_unpaid', 'mensualités non payées'), ('over_indebtedness', 'surendettement recevable : la dette ne se règle plus'), ('left', 'le ménage a quitté le logement'), ('other', 'autre motif')], max_length=18, verbose_name='motif de la rupture')),
                        ('refusal', models.CharField(blank=True, choices=[('too_low', 'mensualité trop faible'), ('too_long', 'durée trop longue'), ('rent_unpaid', 'loyer courant non repris'), ('broken_before', 'plan précédent non tenu'), ('in_court', 'procédure judiciaire engagée'), ('amount', 'montant de la dette contesté'), ('other', 'autre motif, à voir ensemble')], max_length=13, verbose_name='motif du refus')),
                        ('counter_monthly', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='mensualité contre-proposée')),
                    ],
                    options={
                        'verbose_name': 'plan d’apurement',
                        'verbose_name_plural': 'plans d’apurement',
                        'ordering': ['-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('monthly__gt', 0), ('monthly__lte', models.F('amount'))), name='a_plan_repays_a_positive_amount', violation_error_message='La mensualité doit être positive et ne pas dépasser la dette.'), models.CheckConstraint(condition=models.Q(('fsl_share__gte', 0), ('aid_share__gte', 0), ('amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('owed'), '-', models.F('fsl_share')), '-', models.F('aid_share')))), name='a_plan_repays_what_others_do_not', violation_error_message='Le montant à apurer est la dette moins ce que d’autres prennent en charge.'), models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('debt',), name='one_running_plan_per_debt', violation_error_message='Un plan est déjà en cours pour cette dette.'), models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'countered'])), fields=('debt',), name='one_waiting_plan_per_debt', violation_error_message='Un plan attend déjà la réponse du bailleur pour cette dette.')],
                    },
                ),
                migrations.CreateModel(
                    name='LedgerEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('debt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='cases.debt', verbose_name='dette')),
                        ('kind', models.CharField(choices=[('payment', 'règlement du ménage'), ('fsl', 'versement du FSL'), ('aid', 'rappel d’aide au logement'), ('waiver', 'remise accordée par le bailleur'), ('withheld', 'retenue sur les prestations'), ('remitted', 'remise de dette accordée'), ('cancelled', 'annulation par l’organisme'), ('correction', 'correction')], max_length=10, verbose_name='nature')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='montant')),
                        ('on', models.DateField(verbose_name='versé le')),
                        ('source', models.CharField(choices=[('typed', 'saisi par un professionnel'), ('import', 'd’après un relevé')], default='typed', max_length=6, verbose_name='source')),
                        ('statement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='cases.debtstatement', verbose_name='relevé qui le dit')),
                        ('plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='cases.repaymentplan', verbose_name='plan d’apurement')),
                        ('owed_before', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='restait dû')),
                        ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='cases.ledgerentry', verbose_name='corrige')),
                        ('reason', models.CharField(blank=True, choices=[('twice', 'saisi deux fois'), ('wrong', 'montant, date ou nature erronés'), ('rejected', 'paiement rejeté par la banque'), ('other', 'autre')], max_length=8, verbose_name='motif de la correction')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                    ],
                    options={
                        'verbose_name': 'mouvement de la dette',
                        'verbose_name_plural': 'mouvements de la dette',
                        'ordering': ['on', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('amount__lt', 0), ('corrects__isnull', False), ('kind', 'correction')), models.Q(models.Q(('kind', 'correction'), _negated=True), ('amount__gt', 0), ('corrects__isnull', True)), _connector='OR'), name='only_a_correction_raises_the_debt_again', violation_error_message='Un mouvement est positif ; seule la correction d’un autre est négative.'), models.CheckConstraint(condition=models.Q(('owed_before', None), ('amount__lte', models.F('owed_before')), _connector='OR'), name='a_movement_is_within_the_debt', violation_error_message='Un mouvement ne dépasse pas ce qui restait dû quand il a été enregistré.')],
                    },
                ),
                migrations.CreateModel(
                    name='Instalment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='cases.repaymentplan', verbose_name='plan')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='numéro')),
                        ('due_on', models.DateField(verbose_name='échéance')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='montant')),
                        ('paid', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9, verbose_name='réglé par le ménage')),
                        ('relieved', models.DecimalField(decimal_places=2, default=Decimal('0'), help_text='Par le FSL, un rappel d’aide ou une remise du bailleur, à partir de la dernière mensualité.', max_digits=9, verbose_name='pris en charge ou remis')),
                        ('state', models.CharField(choices=[('expected', 'attendue'), ('paid', 'payée'), ('missed', 'non payée')], default='expected', max_length=8, verbose_name='état')),
                    ],
                    options={
                        'verbose_name': 'mensualité',
                        'ordering': ['number'],
                        'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='instalments_are_numbered_once'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='instalment_is_positive'), models.CheckConstraint(condition=models.Q(('paid__gte', 0), ('relieved__gte', 0), ('amount__gte', django.db.models.expressions.CombinedExpression(models.F('paid'), '+', models.F('relieved')))), name='instalment_is_paid_once', violation_error_message='Une mensualité ne peut pas être payée au-delà de son montant.')],
                    },
                ),
                migrations.CreateModel(
                    name='PlanCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='cases.repaymentplan', verbose_name='plan')),
                        ('instalment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='cases.instalment', verbose_name='mensualité')),
                        ('result', models.CharField(choices=[('kept', 'tenu'), ('incident', 'incident'), ('broken', 'rompu')], max_length=8, verbose_name='suivi')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_checks', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('checked_on', models.DateField(verbose_name='vérifié le')),
                    ],
                    options={
                        'verbose_name': 'suivi mensuel du plan',
                        'verbose_name_plural': 'suivis mensuels du plan',
                        'ordering': ['checked_on', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Question',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='cases.debtline', verbose_name='ligne')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='cases.structure', verbose_name='posée à')),
                        ('kind', models.CharField(max_length=40, verbose_name='question')),
                        ('shared', models.JSONField(blank=True, default=list, verbose_name='champs partagés')),
                        ('state', models.CharField(choices=[('asked', 'en attente de réponse'), ('answered', 'répondue'), ('withdrawn', 'retirée')], default='asked', max_length=9, verbose_name='état')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions_asked', to=settings.AUTH_USER_MODEL, verbose_name='posée par')),
                        ('asked_at', models.DateTimeField(verbose_name='posée le')),
                        ('follows', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='cases.question', verbose_name='fait suite à')),
                        ('answer', models.CharField(blank=True, max_length=40, verbose_name='réponse')),
                        ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='montant')),
                        ('decided_on', models.DateField(blank=True, null=True, verbose_name='décidé le')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions_ended', to=settings.AUTH_USER_MODEL, verbose_name='terminée par')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='terminée le')),
                        ('deadlines', models.ManyToManyField(blank=True, related_name='questions', to='cases.deadline', verbose_name='échéances')),
                        ('meets_at', models.DateTimeField(blank=True, null=True, verbose_name='rendez-vous proposé le')),
                    ],
                    options={
                        'verbose_name': 'question à un organisme',
                        'verbose_name_plural': 'questions à un organisme',
                        'ordering': ['asked_at', 'pk'],
                        'indexes': [models.Index(condition=models.Q(('state', 'asked')), fields=['structure', 'asked_at'], name='questions_of_a_service')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('line', 'structure', 'kind'), name='the_same_is_not_asked_twice_at_once', violation_error_message='Cette question attend déjà la réponse de ce service.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='a_question_waits_or_has_ended'), models.CheckConstraint(condition=models.Q(models.Q(('decided_on__isnull', False), ('ended_by__isnull', False), ('state', 'answered'), models.Q(('answer', ''), _negated=True)), models.Q(models.Q(('state', 'answered'), _negated=True), ('amount', None), ('answer', ''), ('decided_on', None)), _connector='OR'), name='an_answered_question_says_what_when_and_by_whom'), models.CheckConstraint(condition=models.Q(('amount', None), ('amount__gt', 0), _connector='OR'), name='what_an_answer_takes_off_is_more_than_nothing', violation_error_message='Le montant est supérieur à zéro.')],
                    },
                ),
                migrations.CreateModel(
                    name='QuestionText',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='cases.question', verbose_name='question')),
                        ('side', models.CharField(choices=[('asked', 'question'), ('answered', 'réponse')], max_length=8, verbose_name='de')),
                        ('text', models.TextField(max_length=1000, verbose_name='texte')),
                    ],
                    options={
                        'verbose_name': 'texte d’une question',
                        'verbose_name_plural': 'textes de questions',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('question', 'side'), name='a_side_writes_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Referent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referents', to='cases.case', verbose_name='dossier de coordination')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referents', to='cases.beneficiary', verbose_name='bénéficiaire')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referents', to='cases.structure', verbose_name='structure')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referent_of', to=settings.AUTH_USER_MODEL, verbose_name='référent')),
                        ('state', models.CharField(choices=[('proposed', 'proposé'), ('declined', 'décliné'), ('withdrawn', 'proposition retirée'), ('accepted', 'accepté, personne à informer'), ('active', 'en place'), ('ended', 'terminé')], default='proposed', max_length=10, verbose_name='état')),
                        ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referents_proposed', to=settings.AUTH_USER_MODEL, verbose_name='proposé par')),
                        ('proposed_at', models.DateTimeField(verbose_name='proposé le')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='répondu le')),
                        ('decline_reason', models.CharField(blank=True, choices=[('load', 'charge de travail'), ('not_known', 'la personne est suivie par un collègue'), ('ties', 'lien personnel ou conflit d’intérêts'), ('leaving', 'départ ou absence longue'), ('other_service', 'ne relève pas de la structure')], max_length=14, verbose_name='motif du refus')),
                        ('since', models.DateField(blank=True, null=True, verbose_name='depuis le')),
                        ('until', models.DateField(blank=True, help_text='Jour exclu : un droit cesse aussitôt.', null=True, verbose_name='jusqu’au')),
                        ('informed_on', models.DateField(blank=True, null=True, verbose_name='personne informée le')),
                        ('informed_by', models.CharField(blank=True, choices=[('interview', 'en entretien'), ('phone', 'par téléphone'), ('letter', 'par courrier'), ('visit', 'en visite à domicile'), ('counter', 'au guichet')], max_length=10, verbose_name='moyen')),
                        ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='dernier point le')),
                        ('end_reason', models.CharField(blank=True, choices=[('support_ended', 'fin de l’accompagnement'), ('moved', 'la personne a quitté le secteur'), ('change_asked', 'la personne demande à changer de référent'), ('departure', 'départ du professionnel'), ('deceased', 'décès'), ('refusal', 'la personne ne souhaite pas de référent'), ('handed_over', 'relais à un collègue'), ('merged', 'fusion de deux fiches')], max_length=14, verbose_name='motif de fin')),
                        ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='cases.referent', verbose_name='successeur')),
                        ('without_successor', models.CharField(blank=True, max_length=200, verbose_name='sans successeur parce que')),
                        ('beside', models.BooleanField(db_default=False, default=False, editable=False, help_text='La personne avait alors deux fiches, réunies depuis : chacune avait le sien.', verbose_name='en même temps qu’un autre')),
                    ],
                    options={
                        'verbose_name': 'référent',
                        'ordering': ['-since', '-pk'],
                        'indexes': [models.Index(fields=['user', 'structure', 'state'], name='referents_of_a_professional'), models.Index(fields=['structure', 'state'], name='referents_of_a_structure')],
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('beside', False), ('since__isnull', False)), expressions=[('beneficiary', '='), ('structure', '='), (models.Func('since', 'until', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='a_person_has_one_referent_in_a_structure', violation_error_message='Cette personne a déjà un référent dans cette structure pour ces jours.'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('beneficiary', 'structure'), name='one_referent_is_proposed_at_a_time', violation_error_message='Un référent est déjà proposé pour cette personne dans cette structure.'), models.CheckConstraint(condition=models.Q(models.Q(('since', None), ('until', None)), models.Q(('since__isnull', False), ('until', None)), ('until__gte', models.F('since')), _connector='OR'), name='referent_ends_after_he_starts', violation_error_message='La fin du référent doit suivre son début.'), models.CheckConstraint(condition=models.Q(models.Q(('since', None), ('state__in', ['proposed', 'declined', 'withdrawn']), ('until', None)), models.Q(('since__isnull', False), ('state__in', ['accepted', 'active']), ('until', None)), models.Q(('since__isnull', False), ('state', 'ended'), ('until__isnull', False)), _connector='OR'), name='referent_has_the_days_of_his_state', violation_error_message='Les dates du référent ne vont pas avec son état.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), models.Q(('end_reason', ''), _negated=True)), models.Q(models.Q(('state', 'ended'), _negated=True), ('end_reason', '')), _connector='OR'), name='a_referent_ends_for_a_reason', violation_error_message='Un référent prend fin pour un motif.'), models.CheckConstraint(condition=models.Q(models.Q(('informed_on__isnull', False), ('state', 'active')), models.Q(('state', 'active'), _negated=True), _connector='OR'), name='the_person_knows_an_active_referent', violation_error_message='Un référent est en place quand la personne en est informée.'), models.CheckConstraint(condition=models.Q(('beside', False), ('state', 'ended'), _connector='OR'), name='nobody_follows_beside_another_now', violation_error_message='Deux référents ne suivent pas aujourd’hui la même personne dans une structure.'), models.CheckConstraint(condition=models.Q(('successor', None), models.Q(('successor', models.F('pk')), _negated=True), _connector='OR'), name='nobody_succeeds_himself', violation_error_message='On ne se succède pas à soi-même.')],
                    },
                ),
                migrations.CreateModel(
                    name='Coordination',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coordinations', to='cases.case', verbose_name='dossier de coordination')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coordinations', to='cases.beneficiary', verbose_name='bénéficiaire')),
                        ('referent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coordinations', to='cases.referent', verbose_name='référent')),
                        ('state', models.CharField(choices=[('proposed', 'proposé'), ('declined', 'décliné'), ('withdrawn', 'proposition retirée'), ('accepted', 'accepté, accord de la personne à recueillir'), ('agreed', 'en place'), ('ended', 'terminé')], default='proposed', max_length=10, verbose_name='état')),
                        ('basis', models.CharField(choices=[('legal', 'sa structure est celle du référent unique'), ('open_case', 'sa structure suit le dossier ouvert'), ('chosen', 'choisi')], default='chosen', max_length=10, verbose_name='proposé parce que')),
                        ('proposed_by', models.ForeignKey(blank=True, help_text='Personne, quand la règle désigne.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coordinations_proposed', to=settings.AUTH_USER_MODEL, verbose_name='proposé par')),
                        ('proposed_at', models.DateTimeField(verbose_name='proposé le')),
                        ('decline_reason', models.CharField(blank=True, choices=[('load', 'charge de travail'), ('better_placed', 'un autre référent est mieux placé'), ('ties', 'lien personnel ou conflit d’intérêts'), ('leaving', 'départ ou absence longue')], max_length=13, verbose_name='motif du refus')),
                        ('since', models.DateField(blank=True, null=True, verbose_name='depuis le')),
                        ('until', models.DateField(blank=True, help_text='Jour exclu.', null=True, verbose_name='jusqu’au')),
                        ('agreed_on', models.DateField(blank=True, null=True, verbose_name='accord de la personne le')),
                        ('end_reason', models.CharField(blank=True, choices=[('objection', 'la personne s’oppose à la coordination'), ('not_referent', 'il n’est plus son référent'), ('not_needed', 'une seule structure suit la personne'), ('merged', 'fusion de deux fiches'), ('resumed', 'une coordination précédente a repris')], max_length=12, verbose_name='motif de fin')),
                        ('resumes', models.ForeignKey(blank=True, help_text='La coordination qu’un transfert ou une fusion avait arrêtée, et qui reprend.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resumed_by', to='cases.coordination', verbose_name='reprend')),
                        ('beside', models.BooleanField(db_default=False, default=False, editable=False, help_text='La personne avait alors deux fiches, réunies depuis : chacune avait le sien.', verbose_name='en même temps qu’un autre')),
                    ],
                    options={
                        'verbose_name': 'coordination',
                        'ordering': ['-pk'],
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('beside', False), ('since__isnull', False)), expressions=[('beneficiary', '='), (models.Func('since', 'until', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='a_person_has_one_coordinator', violation_error_message='Cette personne a déjà un coordinateur pour ces jours.'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('beneficiary',), name='one_coordinator_is_proposed_at_a_time', violation_error_message='Un coordinateur est déjà proposé pour cette personne.'), models.CheckConstraint(condition=models.Q(models.Q(('since', None), ('state__in', ['proposed', 'declined', 'withdrawn']), ('until', None)), models.Q(('since__isnull', False), ('state__in', ['accepted', 'agreed']), ('until', None)), models.Q(('since__isnull', False), ('state', 'ended'), ('until__gte', models.F('since'))), _connector='OR'), name='coordination_has_the_days_of_its_state', violation_error_message='Les dates de la coordination ne vont pas avec son état.'), models.CheckConstraint(condition=models.Q(('beside', False), ('state', 'ended'), _connector='OR'), name='nobody_coordinates_beside_another_now', violation_error_message='Deux coordinateurs ne coordonnent pas aujourd’hui pour la même personne.'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_on__isnull', False), ('state', 'agreed')), models.Q(('state', 'agreed'), _negated=True), _connector='OR'), name='coordination_needs_an_agreement', violation_error_message='La coordination demande l’accord de la personne.')],
                    },
                ),
                migrations.CreateModel(
                    name='Vacancy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vacancies', to='cases.case', verbose_name='dossier de coordination')),
                        ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='vacancies', to='cases.structure', verbose_name='structure')),
                        ('since', models.DateField(verbose_name='depuis le')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='fermée le')),
                        ('outcome', models.CharField(blank=True, choices=[('filled', 'pourvue'), ('not_needed', 'n’a plus lieu d’être')], max_length=10, verbose_name='issue')),
                    ],
                    options={
                        'verbose_name': 'place vacante',
                        'verbose_name_plural': 'places vacantes',
                        'ordering': ['since', 'pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('case', 'structure'), name='a_place_is_vacant_once', nulls_distinct=False, violation_error_message='Cette place est déjà vacante.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('outcome', '')), models.Q(('closed_on__gte', models.F('since')), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='a_vacancy_closes_with_an_outcome', violation_error_message='Une vacance se ferme avec une issue, après son début.')],
                    },
                ),
                migrations.CreateModel(
                    name='Wish',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to='cases.case', verbose_name='dossier de coordination')),
                        ('kind', models.CharField(choices=[('objection', 's’oppose à la coordination'), ('change', 'demande à changer de référent')], max_length=10, verbose_name='souhait')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to='cases.structure', verbose_name='recueilli par')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('said_on', models.DateField(verbose_name='dit le')),
                        ('lifted_on', models.DateField(blank=True, null=True, verbose_name='retiré le')),
                    ],
                    options={
                        'verbose_name': 'souhait de la personne',
                        'verbose_name_plural': 'souhaits de la personne',
                        'ordering': ['-said_on', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'objection'), ('lifted_on', None)), fields=('case',), name='a_person_objects_once', violation_error_message='L’opposition de cette personne est déjà notée.'), models.CheckConstraint(condition=models.Q(('lifted_on', None), ('lifted_on__gte', models.F('said_on')), _connector='OR'), name='a_wish_is_lifted_after_it_is_said', violation_error_message='Le retrait d’un souhait doit le suivre.')],
                    },
                ),
                migrations.CreateModel(
                    name='LegalReferent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_referents', to='cases.case', verbose_name='dossier de coordination')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_referent_of', to='cases.structure', verbose_name='structure du référent unique')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_referents_recorded', to=settings.AUTH_USER_MODEL, verbose_name='noté par')),
                        ('known_on', models.DateField(verbose_name='connu le')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                    ],
                    options={
                        'verbose_name': 'référent unique',
                        'verbose_name_plural': 'référents uniques',
                        'ordering': ['-known_on', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('case',), name='a_person_has_one_legal_referent', violation_error_message='Le référent unique de cette personne est déjà noté.'), models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('known_on')), _connector='OR'), name='a_legal_referent_ends_after_he_is_known', violation_error_message='La fin du référent unique doit suivre le jour où il est connu.')],
                    },
                ),
                migrations.CreateModel(
                    name='SharingRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharing_requests', to='cases.case', verbose_name='dossier')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharing_requests', to='cases.structure', verbose_name='structure qui demande')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharing_requests', to=settings.AUTH_USER_MODEL, verbose_name='demandée par')),
                        ('reason', models.CharField(max_length=500, verbose_name='raison')),
                        ('basis', models.CharField(choices=[('SH-1', 'accompagnement partagé (CASF L121-6-2)'), ('SH-2', 'parcours RSA (CASF L262-40)'), ('SH-3', 'demande de la personne (CRPA L114-8 I)'), ('SH-4', 'information sur des droits possibles (CRPA L114-8 II)'), ('SH-5', 'aides locales (CSS L115-2)'), ('SH-6', 'équipe de soins (CSP L1110-4)'), ('SH-7', 'mandat écrit de la personne'), ('SH-8', 'prévention des expulsions (loi 90-449, art. 7-2)')], max_length=4, verbose_name='fondement')),
                        ('state', models.CharField(choices=[('asked', 'en attente de réponse'), ('accepted', 'acceptée'), ('declined', 'déclinée'), ('withdrawn', 'retirée')], default='asked', max_length=9, verbose_name='état')),
                        ('asked_at', models.DateTimeField(verbose_name='demandée le')),
                        ('deadline', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sharing_request', to='cases.deadline', verbose_name='échéance')),
                        ('decline_reason', models.CharField(blank=True, choices=[('not_needed', 'le suivi en cours ne le demande pas'), ('objection', 'la personne ne le souhaite pas'), ('to_detail', 'la demande est à préciser : en parler par téléphone')], max_length=10, verbose_name='motif')),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='réponse de')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='réponse le')),
                    ],
                    options={
                        'verbose_name': 'demande de partage',
                        'verbose_name_plural': 'demandes de partage',
                        'ordering': ['-asked_at', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('case', 'structure'), name='a_structure_asks_for_a_case_once', violation_error_message='Votre structure a déjà demandé ce partage.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='an_answered_request_says_when_and_by_whom'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), models.Q(('decline_reason', ''), _negated=True)), models.Q(models.Q(('state', 'declined'), _negated=True), ('decline_reason', '')), _connector='OR'), name='a_declined_request_says_why', violation_error_message='Indiquer pourquoi le partage est décliné.')],
                    },
                ),
                migrations.CreateModel(
                    name='Spoken',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('milestone', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='spoken', to='cases.milestone', verbose_name='fait daté')),
                        ('channel', models.CharField(choices=[('phone', 'au téléphone'), ('counter', 'au guichet')], max_length=7, verbose_name='comment')),
                        ('speaker', models.CharField(choices=[('person', 'la personne'), ('professional', 'le professionnel'), ('both', 'la personne, avec le professionnel')], max_length=12, verbose_name='qui a parlé à l’organisme')),
                        ('agent', models.CharField(blank=True, max_length=80, verbose_name='à qui')),
                        ('about', models.CharField(blank=True, max_length=40, verbose_name='démarche')),
                        ('words', models.CharField(max_length=300, verbose_name='ce qui a été dit')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='noted_words', to=settings.AUTH_USER_MODEL, verbose_name='noté par')),
                    ],
                    options={
                        'verbose_name': 'échange oral avec un organisme',
                        'verbose_name_plural': 'échanges oraux avec un organisme',
                    },
                ),
                migrations.CreateModel(
                    name='WithholdingCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withholding_checks', to='cases.debtline', verbose_name='ligne')),
                        ('on', models.DateField(help_text='Un jour de ce mois.', verbose_name='mois de la retenue')),
                        ('resources', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='ressources')),
                        ('period', models.CharField(choices=[(cases.rules.withholding.ResourcePeriod['MONTH'], 'un mois'), (cases.rules.withholding.ResourcePeriod['QUARTER'], 'un trimestre'), (cases.rules.withholding.ResourcePeriod['YEAR'], 'une année')], max_length=7, verbose_name='ressources par')),
                        ('benefits', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='prestations du mois')),
                        ('rent', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='loyer principal, hors charges, ou mensualité')),
                        ('is_couple', models.BooleanField(verbose_name='couple')),
                        ('children', models.PositiveSmallIntegerField(verbose_name='enfants à charge')),
                        ('debt', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='reste à rembourser')),
                        ('fraud', models.CharField(choices=[(cases.rules.withholding.FraudLevel['NONE'], 'aucune'), (cases.rules.withholding.FraudLevel['FIRST'], 'qualifiée'), (cases.rules.withholding.FraudLevel['REPEATED'], 'qualifiée de nouveau')], max_length=8, verbose_name='fraude')),
                        ('observed', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='retenue constatée')),
                        ('allowed', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='retenue du barème')),
                        ('verdict', models.CharField(choices=[(cases.rules.withholding.Verdict['ABOVE'], 'au-dessus du barème'), (cases.rules.withholding.Verdict['WITHIN'], 'conforme'), (cases.rules.withholding.Verdict['BELOW'], 'sous le barème'), (cases.rules.withholding.Verdict['UNSURE'], 'non comparée, barème de l’année inconnu')], max_length=6, verbose_name='comparaison')),
                        ('steps', models.JSONField(verbose_name='étapes du calcul')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.edition', verbose_name='édition du barème')),
                        ('scale', models.CharField(max_length=40, verbose_name='barème')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withholding_checks', to='cases.structure', verbose_name='structure')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withholding_checks', to=settings.AUTH_USER_MODEL, verbose_name='calculé par')),
                        ('made_at', models.DateTimeField(verbose_name='calculé le')),
                    ],
                    options={
                        'verbose_name': 'vérification d’une retenue',
                        'verbose_name_plural': 'vérifications de retenues',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('observed__gt', 0), ('allowed__gte', 0)), name='what_is_checked_was_withheld', violation_error_message='La retenue constatée est supérieure à zéro.')],
                    },
                ),
                migrations.CreateModel(
                    name='Nomination',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('role', models.CharField(choices=[('agent', 'professionnel'), ('manager', 'responsable'), ('correspondent', 'correspondant'), ('front_desk', 'accueil'), ('pilot', 'pilote'), ('dpo', 'délégué à la protection des données'), ('administrator', 'administrateur')], max_length=20, verbose_name='rôle')),
                        ('asked_at', models.DateTimeField(verbose_name='proposée le')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmée le')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nominations_asked', to=settings.AUTH_USER_MODEL, verbose_name='proposée par')),
                        ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='nominations_confirmed', to=settings.AUTH_USER_MODEL, verbose_name='confirmée par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nominations', to='cases.structure', verbose_name='structure')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nominations', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('called', models.CharField(blank=True, db_default='', max_length=161, verbose_name='nom donné')),
                    ],
                    options={
                        'verbose_name': 'nomination',
                        'ordering': ['-asked_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed_at', None), ('withdrawn_at', None)), fields=('user', 'structure', 'role'), name='one_waiting_nomination_per_role', violation_error_message='Cette personne est déjà proposée pour ce rôle.'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('withdrawn_at', None)), _connector='OR'), name='a_nomination_is_confirmed_or_withdrawn', violation_error_message='Une nomination confirmée ne se retire plus.'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by', models.F('asked_by')), _negated=True), models.Q(('user', models.F('asked_by')), _negated=True), models.Q(('user', models.F('confirmed_by')), _negated=True)), name='a_nomination_takes_two_others', violation_error_message='Une nomination se confirme par un autre administrateur.')],
                    },
                ),
                migrations.CreateModel(
                    name='BackupRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('started_at', models.DateTimeField(verbose_name='commencée le')),
                        ('ended_at', models.DateTimeField(verbose_name='terminée le')),
                        ('size', models.BigIntegerField(default=0, verbose_name='taille en octets')),
                        ('is_verified', models.BooleanField(default=False, help_text='Rétablie dans une base d’essai, puis contrôlée.', verbose_name='vérifiée')),
                        ('fault', models.CharField(blank=True, choices=[('disk_full', 'disque plein'), ('database', 'base non lue'), ('files', 'fichiers non lus'), ('encryption', 'chiffrement impossible'), ('verification', 'sauvegarde qui ne se rétablit pas'), ('destination', 'dossier de destination inaccessible'), ('interrupted', 'interrompue')], max_length=12, verbose_name='défaut')),
                        ('is_encrypted', models.BooleanField(db_default=False, default=False, verbose_name='chiffrée')),
                    ],
                    options={
                        'verbose_name': 'sauvegarde',
                        'ordering': ['-ended_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ended_at__gte', models.F('started_at'))), name='backup_ended_after_started', violation_error_message='Une sauvegarde ne se termine pas avant d’avoir commencé.'), models.CheckConstraint(condition=models.Q(('is_verified', False), ('fault', ''), _connector='OR'), name='verified_backup_has_no_fault', violation_error_message='Une sauvegarde vérifiée n’a pas de défaut.')],
                    },
                ),
                migrations.CreateModel(
                    name='InstallationIdentity',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('identifier', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='identifiant')),
                    ],
                    options={
                        'verbose_name': 'identité de l’installation',
                        'verbose_name_plural': 'identité de l’installation',
                        'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='only_one_installation_identity', violation_error_message='Une installation n’a qu’une identité.')],
                    },
                ),
                migrations.CreateModel(
                    name='Installation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=40, verbose_name='nom affiché')),
                        ('help_email', models.EmailField(blank=True, max_length=254, verbose_name='courriel d’aide')),
                        ('help_phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone d’aide')),
                        ('publisher', models.CharField(blank=True, max_length=120, verbose_name='éditeur')),
                        ('publisher_address', models.CharField(blank=True, max_length=200, verbose_name='siège de l’éditeur')),
                        ('publisher_phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone de l’éditeur')),
                        ('director', models.CharField(blank=True, max_length=120, verbose_name='directeur de la publication')),
                        ('host', models.CharField(blank=True, max_length=120, verbose_name='hébergeur')),
                        ('host_address', models.CharField(blank=True, max_length=200, verbose_name='adresse de l’hébergeur')),
                        ('host_phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone de l’hébergeur')),
                        ('accessibility_email', models.EmailField(blank=True, max_length=254, verbose_name='courriel pour l’accessibilité')),
                        ('real_data_since', models.DateTimeField(blank=True, null=True, verbose_name='ouverte aux données réelles depuis le')),
                    ],
                    options={
                        'verbose_name': 'installation',
                        'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='there_is_one_installation'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='an_installation_has_a_name', violation_error_message='Donner un nom à l’installation.')],
                    },
                ),
                migrations.CreateModel(
                    name='DataController',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, verbose_name='responsable de traitement')),
                        ('address', models.CharField(blank=True, max_length=200, verbose_name='adresse postale')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='courriel')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone')),
                        ('officer', models.CharField(blank=True, max_length=120, verbose_name='délégué à la protection des données')),
                        ('officer_address', models.CharField(blank=True, max_length=200, verbose_name='adresse postale du délégué')),
                        ('officer_email', models.EmailField(blank=True, max_length=254, verbose_name='courriel du délégué')),
                        ('officer_phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone du délégué')),
                        ('organisation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='controller', to='cases.organisation', verbose_name='organisation')),
                        ('structure', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='controller', to='cases.structure', verbose_name='ce service seul')),
                    ],
                    options={
                        'verbose_name': 'responsable de traitement',
                        'verbose_name_plural': 'responsables de traitement',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('organisation', None), ('structure__isnull', False)), models.Q(('organisation__isnull', False), ('structure', None)), _connector='OR'), name='a_controller_is_of_a_body_or_of_one_service')],
                    },
                ),
                migrations.CreateModel(
                    name='Territory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.SlugField(unique=True, verbose_name='code')),
                        ('name', models.CharField(max_length=80, verbose_name='nom')),
                        ('insee_codes', models.CharField(blank=True, help_text='Cinq caractères chacun, séparés par des espaces : « 91286 ».', max_length=200, verbose_name='codes INSEE des communes')),
                        ('since', models.DateField(verbose_name='depuis le')),
                        ('is_active', models.BooleanField(default=True, verbose_name='en service')),
                        ('postcode', models.CharField(blank=True, db_default='', help_text='Proposé pour un logement. Vide s’il y en a plusieurs.', max_length=5, validators=[django.core.validators.RegexValidator('^[0-9]{5}$', 'Écrire cinq chiffres : 91350.')], verbose_name='code postal')),
                        ('figures_open_since', models.DateTimeField(blank=True, null=True, verbose_name='chiffres publiés ouverts à tous depuis le')),
                        ('licence', models.CharField(db_default='Licence Ouverte 2.0', default='Licence Ouverte 2.0', max_length=80, verbose_name='licence des chiffres publiés')),
                        ('licence_source', models.URLField(db_default='https://www.etalab.gouv.fr/licence-ouverte-open-licence/', default='https://www.etalab.gouv.fr/licence-ouverte-open-licence/', verbose_name='texte de la licence')),
                        ('licence_checked_on', models.DateField(blank=True, null=True, verbose_name='licence vérifiée le')),
                    ],
                    options={
                        'verbose_name': 'territoire',
                        'ordering': ['name', 'code'],
                    },
                ),
                migrations.CreateModel(
                    name='EmergencyAccess',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('reason', models.CharField(max_length=500, verbose_name='raison')),
                        ('opened_at', models.DateTimeField(verbose_name='ouvert le')),
                        ('until', models.DateTimeField(verbose_name='jusqu’au')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='interrompu le')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to='cases.case', verbose_name='dossier')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='interrompu par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to='cases.structure', verbose_name='structure du professionnel')),
                    ],
                    options={
                        'verbose_name': 'accès d’urgence',
                        'verbose_name_plural': 'accès d’urgence',
                        'ordering': ['-opened_at', '-pk'],
                        'indexes': [models.Index(fields=['by', 'until'], name='emergencies_of_a_person')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='an_emergency_says_why', violation_error_message='Dire pourquoi ce dossier est ouvert.'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('opened_at'))), name='an_emergency_lasts', violation_error_message='Un accès d’urgence finit après son ouverture.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='an_ended_emergency_says_by_whom')],
                    },
                ),
                migrations.CreateModel(
                    name='PastRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('table_name', models.CharField(max_length=63, verbose_name='table')),
                        ('row', models.BigIntegerField(verbose_name='ligne')),
                        ('was', models.JSONField(verbose_name='ce qui était')),
                        ('is_deleted', models.BooleanField(default=False, verbose_name='ligne supprimée')),
                        ('until', models.DateTimeField(verbose_name='jusqu’au')),
                        ('act', models.UUIDField(verbose_name='acte')),
                        ('role', models.CharField(max_length=63, verbose_name='rôle de la base')),
                    ],
                    options={
                        'verbose_name': 'ligne passée',
                        'verbose_name_plural': 'lignes passées',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(fields=['table_name', 'row', '-id'], name='what_a_row_said_before'), models.Index(condition=models.Q(('is_deleted', True)), fields=['table_name'], name='rows_deleted_of_a_table')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('sub', models.CharField(max_length=255, unique=True, verbose_name='identifiant ProConnect')),
                        ('siret', models.CharField(max_length=14, verbose_name='SIRET')),
                        ('email', models.EmailField(max_length=254, verbose_name='courriel professionnel')),
                        ('first_name', models.CharField(max_length=80, verbose_name='prénom')),
                        ('last_name', models.CharField(max_length=80, verbose_name='nom')),
                        ('asked_at', models.DateTimeField(verbose_name='faite le')),
                        ('declined_at', models.DateTimeField(blank=True, null=True, verbose_name='refusée le')),
                    ],
                    options={
                        'verbose_name': 'demande d’accès',
                        'verbose_name_plural': 'demandes d’accès',
                        'ordering': ['asked_at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='ProConnectIdentity',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sub', models.CharField(max_length=255, unique=True, verbose_name='identifiant ProConnect')),
                        ('siret', models.CharField(max_length=14, verbose_name='établissement de la dernière connexion')),
                        ('acr', models.CharField(blank=True, max_length=100, verbose_name='niveau de la dernière connexion')),
                        ('bound_at', models.DateTimeField(verbose_name='liée le')),
                        ('used_at', models.DateTimeField(verbose_name='dernière connexion')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='proconnect_identity', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                    ],
                    options={
                        'verbose_name': 'identité ProConnect',
                        'verbose_name_plural': 'identités ProConnect',
                    },
                ),
                migrations.CreateModel(
                    name='Establishment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('siret', models.CharField(max_length=14, verbose_name='SIRET')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='establishments', to='cases.structure', verbose_name='structure')),
                    ],
                    options={
                        'verbose_name': 'établissement admis',
                        'verbose_name_plural': 'établissements admis',
                        'ordering': ['siret', 'structure'],
                        'constraints': [models.UniqueConstraint(fields=('structure', 'siret'), name='an_establishment_is_admitted_once_in_a_structure', violation_error_message='Cet établissement est déjà admis dans la structure.'), models.CheckConstraint(condition=models.Q(('siret__regex', '^[0-9]{14}$')), name='a_siret_has_fourteen_digits', violation_error_message='Un SIRET a 14 chiffres.')],
                    },
                ),
                migrations.CreateModel(
                    name='Erasure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('household', models.UUIDField(verbose_name='ménage')),
                        ('act', models.CharField(choices=[('archive', 'mettre en archive restreinte'), ('anonymise', 'anonymiser')], max_length=9, verbose_name='acte')),
                        ('on', models.DateField(verbose_name='le')),
                    ],
                    options={
                        'verbose_name': 'effacement',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('household', 'act'), name='a_household_is_erased_once')],
                    },
                ),
                migrations.CreateModel(
                    name='LegalHold',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('reason', models.CharField(choices=[('litigation', 'procédure en cours devant un juge'), ('complaint', 'plainte ou enquête'), ('claim', 'réclamation ou recours de la personne'), ('request', 'la personne demande de garder ses données')], max_length=12, verbose_name='motif')),
                        ('put_at', models.DateTimeField(verbose_name='posé le')),
                        ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='levé le')),
                        ('lift_reason', models.CharField(blank=True, choices=[('over', 'la procédure est finie'), ('wrong_person', 'elle concernait une autre personne'), ('mistake', 'posée par erreur')], max_length=12, verbose_name='pourquoi levé')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='cases.case', verbose_name='dossier')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='cases.household', verbose_name='ménage')),
                        ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lifted_holds', to=settings.AUTH_USER_MODEL, verbose_name='levé par')),
                        ('put_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to=settings.AUTH_USER_MODEL, verbose_name='posé par')),
                    ],
                    options={
                        'verbose_name': 'gel de conservation',
                        'verbose_name_plural': 'gels de conservation',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('household',), name='one_legal_hold_stands', violation_error_message='Un gel est déjà posé pour ce ménage.'), models.CheckConstraint(condition=models.Q(models.Q(('lift_reason', ''), ('lifted_at', None), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='a_lifted_hold_says_by_whom_and_why')],
                    },
                ),
                migrations.CreateModel(
                    name='RetentionItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('act', models.CharField(choices=[('archive', 'mettre en archive restreinte'), ('anonymise', 'anonymiser')], max_length=9, verbose_name='acte')),
                        ('since', models.DateField(verbose_name='dernier contact, ou archivage')),
                        ('state', models.CharField(choices=[('waiting', 'à faire'), ('done', 'fait'), ('left', 'laissé')], default='waiting', max_length=7, verbose_name='état')),
                        ('why', models.CharField(blank=True, choices=[('held', 'un gel ou une limitation l’empêche'), ('open', 'un dossier s’est ouvert'), ('contact', 'un contact a eu lieu'), ('done', 'déjà fait'), ('failed', 'une erreur l’a empêché')], max_length=7, verbose_name='pourquoi laissé')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='retention_items', to='cases.household', verbose_name='ménage')),
                        ('structure', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retention_items', to='cases.structure', verbose_name='structure')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='cases.retentionrun', verbose_name='passage')),
                    ],
                    options={
                        'verbose_name': 'ménage d’un passage',
                        'verbose_name_plural': 'ménages d’un passage',
                        'ordering': ['pk'],
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['run', 'id'], name='households_left_in_a_run')],
                        'constraints': [models.UniqueConstraint(fields=('run', 'household'), name='a_household_is_once_in_a_run')],
                    },
                ),
                migrations.CreateModel(
                    name='RetentionLimit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('territory', models.SlugField(db_index=False, verbose_name='territoire')),
                        ('kind', models.SlugField(db_index=False, max_length=30, verbose_name='nature')),
                        ('length', models.PositiveSmallIntegerField(verbose_name='durée')),
                        ('effective_on', models.DateField(verbose_name='à partir du')),
                        ('reason', models.CharField(max_length=300, verbose_name='justification')),
                        ('set_at', models.DateTimeField(verbose_name='fixée le')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retention_limits', to=settings.AUTH_USER_MODEL, verbose_name='fixée par')),
                    ],
                    options={
                        'verbose_name': 'durée de conservation',
                        'verbose_name_plural': 'durées de conservation',
                        'ordering': ['kind', '-effective_on', '-pk'],
                        'indexes': [models.Index(fields=['territory', 'kind', '-effective_on', '-id'], name='limits_of_a_territory')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('length__gte', 1)), name='data_is_kept_some_time', violation_error_message='Une durée de conservation est d’au moins 1.')],
                    },
                ),
                migrations.CreateModel(
                    name='RetentionRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('territory', models.SlugField(db_index=False, verbose_name='territoire')),
                        ('state', models.CharField(choices=[('proposed', 'à approuver'), ('running', 'en cours'), ('done', 'terminé'), ('dropped', 'abandonné')], default='proposed', max_length=8, verbose_name='état')),
                        ('as_of', models.DateField(verbose_name='établi au')),
                        ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                        ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approuvé le')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='terminé le')),
                        ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approved_runs', to=settings.AUTH_USER_MODEL, verbose_name='approuvé par')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retention_runs', to=settings.AUTH_USER_MODEL, verbose_name='demandé par')),
                    ],
                    options={
                        'verbose_name': 'passage de conservation',
                        'verbose_name_plural': 'passages de conservation',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'running'])), fields=('territory',), name='one_retention_run_at_a_time', violation_error_message='Un passage est déjà proposé ou en cours.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_by', None), ('state__in', ['proposed', 'dropped'])), models.Q(('approved_by__isnull', False), ('state__in', ['running', 'done'])), _connector='OR'), name='a_retention_run_is_approved_before_it_starts')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('withheld', models.JSONField(default=dict, help_text='{élément: motif}', verbose_name='retenu')),
                        ('state', models.CharField(choices=[('waiting', 'en préparation'), ('done', 'prêt'), ('failed', 'échoué')], default='waiting', max_length=7, verbose_name='état')),
                        ('asked_at', models.DateTimeField(verbose_name='relu le')),
                        ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='préparé le')),
                        ('file', models.FileField(blank=True, upload_to=cases.models.person_files._place, verbose_name='fichier')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='person_files', to=settings.AUTH_USER_MODEL, verbose_name='relu par')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='person_files', to='cases.beneficiary', verbose_name='personne')),
                        ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='person_files', to='cases.subjectrequest', verbose_name='demande')),
                    ],
                    options={
                        'verbose_name': 'dossier d’une personne',
                        'verbose_name_plural': 'dossiers des personnes',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('request',), name='one_person_file_is_made_at_a_time', violation_error_message='Ce dossier est déjà en préparation.')],
                    },
                ),
                migrations.CreateModel(
                    name='TraceSeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(unique=True, verbose_name='jour')),
                        ('accesses', models.PositiveBigIntegerField(verbose_name='accès')),
                        ('accesses_digest', models.CharField(max_length=64, verbose_name='empreinte des accès')),
                        ('acts', models.PositiveBigIntegerField(verbose_name='lignes du journal')),
                        ('acts_digest', models.CharField(max_length=64, verbose_name='empreinte du journal')),
                        ('previous', models.CharField(blank=True, help_text='Vide pour le premier.', max_length=64, verbose_name='sceau de la veille')),
                        ('seal', models.CharField(max_length=64, verbose_name='sceau')),
                        ('sealed_at', models.DateTimeField(verbose_name='scellé le')),
                    ],
                    options={
                        'verbose_name': 'sceau',
                        'verbose_name_plural': 'sceaux',
                        'ordering': ['day'],
                    },
                ),
                migrations.CreateModel(
                    name='ErasedRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('table_name', models.CharField(max_length=63, verbose_name='table')),
                        ('row', models.BigIntegerField(verbose_name='ligne')),
                        ('household', models.ForeignKey(help_text='Une fois anonymisé ; sans ménage, la nuit même.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cases.household', verbose_name='ménage')),
                    ],
                    options={
                        'verbose_name': 'ligne effacée',
                        'verbose_name_plural': 'lignes effacées',
                        'constraints': [models.UniqueConstraint(fields=('table_name', 'row'), name='a_row_is_to_be_forgotten_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SharingBasis',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('basis', models.CharField(blank=True, choices=[('SH-1', 'accompagnement partagé (CASF L121-6-2)'), ('SH-2', 'parcours RSA (CASF L262-40)'), ('SH-3', 'demande de la personne (CRPA L114-8 I)'), ('SH-4', 'information sur des droits possibles (CRPA L114-8 II)'), ('SH-5', 'aides locales (CSS L115-2)'), ('SH-6', 'équipe de soins (CSP L1110-4)'), ('SH-7', 'mandat écrit de la personne'), ('SH-8', 'prévention des expulsions (loi 90-449, art. 7-2)')], max_length=4, verbose_name='fondement')),
                        ('reference', models.CharField(blank=True, max_length=200, verbose_name='texte, convention ou délibération')),
                        ('is_to_verify', models.BooleanField(default=True, verbose_name='à vérifier')),
                        ('since', models.DateField(verbose_name='à partir du')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='enregistré le')),
                        ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistré par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharing_bases', to='cases.structure', verbose_name='expéditeur')),
                    ],
                    options={
                        'verbose_name': 'fondement des envois',
                        'verbose_name_plural': 'fondements des envois',
                        'ordering': ['structure', '-since', '-pk'],
                        'indexes': [models.Index(fields=['structure', '-since', '-id'], name='sharing_basis_of_a_sender')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(models.Q(('basis', ''), _negated=True), models.Q(('reference', ''), _negated=True)), models.Q(('basis', ''), ('is_to_verify', False), ('reference', '')), _connector='OR'), name='a_sharing_basis_says_its_text', violation_error_message='Nommer le texte, la convention ou la délibération.')],
                    },
                ),
                migrations.CreateModel(
                    name='SharingObjection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('basis', models.CharField(choices=[('SH-1', 'accompagnement partagé (CASF L121-6-2)'), ('SH-2', 'parcours RSA (CASF L262-40)'), ('SH-3', 'demande de la personne (CRPA L114-8 I)'), ('SH-4', 'information sur des droits possibles (CRPA L114-8 II)'), ('SH-5', 'aides locales (CSS L115-2)'), ('SH-6', 'équipe de soins (CSP L1110-4)'), ('SH-7', 'mandat écrit de la personne'), ('SH-8', 'prévention des expulsions (loi 90-449, art. 7-2)')], max_length=4, verbose_name='fondement')),
                        ('objected_on', models.DateField(verbose_name='opposée le')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sharing_objections', to='cases.household', verbose_name='ménage')),
                        ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sharing_objections', to='cases.subjectrequest', verbose_name='demande')),
                    ],
                    options={
                        'verbose_name': 'opposition à un partage',
                        'verbose_name_plural': 'oppositions à un partage',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('household', 'basis'), name='a_ground_is_opposed_once', violation_error_message='Cette opposition est déjà enregistrée.')],
                    },
                ),
                migrations.CreateModel(
                    name='ProcessingRestriction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('ground', models.CharField(choices=[('accuracy', 'la personne conteste l’exactitude de ses données, le temps de vérifier (a)'), ('unlawful', 'le traitement est illicite, et elle préfère la limitation à l’effacement (b)'), ('claims', 'elle a besoin de ses données pour défendre ses droits en justice (c)'), ('objection', 'elle s’est opposée au traitement, le temps de répondre (d)')], max_length=9, verbose_name='motif')),
                        ('put_at', models.DateTimeField(verbose_name='posée le')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='levée le')),
                        ('end_reason', models.CharField(blank=True, choices=[('checked', 'l’exactitude est vérifiée, ou corrigée'), ('agreed', 'la personne demande d’y mettre fin'), ('claims_over', 'la procédure pour laquelle elle gardait ses données est finie'), ('answered', 'son opposition a reçu une réponse'), ('mistake', 'posée par erreur, ou pour une autre personne')], max_length=11, verbose_name='pourquoi levée')),
                        ('told_on', models.DateField(blank=True, null=True, verbose_name='personne informée de la fin le')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ended_restrictions', to=settings.AUTH_USER_MODEL, verbose_name='levée par')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='processing_restrictions', to='cases.household', verbose_name='ménage')),
                        ('put_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='processing_restrictions', to=settings.AUTH_USER_MODEL, verbose_name='posée par')),
                        ('request', models.ForeignKey(blank=True, help_text='Le registre oublie une demande à son âge.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='processing_restrictions', to='cases.subjectrequest', verbose_name='demande')),
                    ],
                    options={
                        'verbose_name': 'limitation du traitement',
                        'verbose_name_plural': 'limitations du traitement',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('household',), name='one_restriction_stands', violation_error_message='Le traitement de ce ménage est déjà limité.'), models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at', None), ('ended_by', None), ('told_on', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('told_on__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='an_ended_restriction_says_by_whom_why_and_when_she_was_told')],
                    },
                ),
                migrations.CreateModel(
                    name='LegalProtection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('kind', models.CharField(choices=[('tutelle', 'tutelle'), ('curatelle', 'curatelle simple'), ('curatelle_renforcee', 'curatelle renforcée'), ('sauvegarde', 'sauvegarde de justice'), ('habilitation', 'habilitation familiale (représentation)'), ('habilitation_assistance', 'habilitation familiale (assistance)')], max_length=24, verbose_name='mesure de protection')),
                        ('guardian_title', models.CharField(blank=True, choices=[('mme', 'Mme'), ('m', 'M.')], max_length=4, verbose_name='civilité')),
                        ('guardian_name', models.CharField(blank=True, max_length=120, verbose_name='qui l’exerce')),
                        ('service', models.CharField(blank=True, max_length=120, verbose_name='service (MJPM)')),
                        ('address', models.CharField(blank=True, max_length=200, verbose_name='adresse de qui l’exerce')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='téléphone de qui l’exerce')),
                        ('judged_on', models.DateField(verbose_name='jugement du')),
                        ('court', models.CharField(blank=True, max_length=120, verbose_name='tribunal')),
                        ('since', models.DateField(verbose_name='mandat depuis le')),
                        ('until', models.DateField(blank=True, help_text='Le dernier jour.', null=True, verbose_name='mandat jusqu’au')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='protections', to='cases.beneficiary', verbose_name='personne protégée')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistré par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
                    ],
                    options={
                        'verbose_name': 'mesure de protection',
                        'verbose_name_plural': 'mesures de protection',
                        'ordering': ['-since', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('since__gte', models.F('judged_on'))), name='a_guardian_is_one_from_the_judgment_on', violation_error_message='Le mandat commence au plus tôt le jour du jugement.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='a_protection_ends_after_it_began', violation_error_message='La fin du mandat doit suivre son début.'), models.CheckConstraint(condition=models.Q(('kind', 'sauvegarde'), models.Q(('guardian_name', ''), ('service', ''), _negated=True), _connector='OR'), name='a_protection_says_who_protects', violation_error_message='Indiquer le nom de qui exerce la mesure, ou le service.')],
                    },
                ),
                migrations.CreateModel(
                    name='LawCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                        ('catalogue', models.SlugField(max_length=40, verbose_name='catalogue')),
                        ('code', models.CharField(max_length=160, verbose_name='règle')),
                        ('mark', models.CharField(max_length=16, verbose_name='empreinte')),
                        ('checked_on', models.DateField(verbose_name='vérifiée le')),
                        ('note', models.TextField(verbose_name='ce qui a été lu')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistrée le')),
                        ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                    ],
                    options={
                        'verbose_name': 'vérification d’une règle',
                        'verbose_name_plural': 'vérifications des règles',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(fields=['territory', 'catalogue', 'code', '-id'], name='checks_of_a_statement')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='a_law_check_says_what_was_read', violation_error_message='Dire ce qui a été lu : le texte, sa version, où.')],
                    },
                ),
                migrations.CreateModel(
                    name='RentCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=40, verbose_name='vérification')),
                        ('finding', models.CharField(choices=[('doubted', 'à discuter'), ('clear', 'rien à redire')], max_length=7, verbose_name='ce qui est trouvé')),
                        ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='somme à discuter')),
                        ('evidence', models.CharField(blank=True, max_length=200, verbose_name='ce qui le montre')),
                        ('checked_on', models.DateField(verbose_name='vérifié le')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='vérifié par')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.edition', verbose_name='catalogue')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
                        ('tenancy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rent_checks', to='cases.tenancy', verbose_name='bail')),
                    ],
                    options={
                        'verbose_name': 'vérification de la dette',
                        'verbose_name_plural': 'vérifications de la dette',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('tenancy', 'code'), name='one_finding_a_check_of_a_lease'), models.CheckConstraint(condition=models.Q(('amount', None), models.Q(('amount__gt', 0), ('finding', 'doubted')), _connector='OR'), name='a_sum_to_discuss_is_of_a_doubt', violation_error_message='Une somme à discuter va avec un doute.')],
                    },
                ),
                migrations.CreateModel(
                    name='LeaseDeparture',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ground', models.CharField(choices=[('violence', 'violences'), ('notice', 'congé donné au bailleur'), ('divorce', 'séparation d’époux'), ('pacs', 'séparation de partenaires de pacs')], max_length=8, verbose_name='pourquoi')),
                        ('left_on', models.DateField(verbose_name='parti le')),
                        ('event_on', models.DateField(blank=True, null=True, verbose_name='date qui met fin à la solidarité')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departures', to='cases.beneficiary', verbose_name='locataire parti')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistré par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
                        ('tenancy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departures', to='cases.tenancy', verbose_name='bail')),
                        ('replaced_on', models.DateField(blank=True, null=True, verbose_name='un nouveau locataire figure au bail depuis le')),
                    ],
                    options={
                        'verbose_name': 'départ d’un locataire',
                        'verbose_name_plural': 'départs de locataires',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('tenancy', 'beneficiary'), name='one_leaves_a_lease_once', violation_error_message='Le départ de cette personne est déjà noté.')],
                    },
                ),
                migrations.CreateModel(
                    name='LaterAnswer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('closed_on', models.DateField(help_text='De cette clôture : le dossier peut avoir été rouvert depuis.', verbose_name='clos le')),
                        ('months', models.PositiveSmallIntegerField(choices=[(6, 'six mois après'), (12, 'un an après')], verbose_name='combien de mois après')),
                        ('home', models.CharField(choices=[('yes', 'toujours dans le logement'), ('no', 'n’y est plus'), ('unknown', 'non connu')], max_length=7, verbose_name='logement')),
                        ('trend', models.CharField(choices=[('less', 'en baisse ou soldée'), ('same', 'stable'), ('more', 'en hausse'), ('unknown', 'non connu')], max_length=7, verbose_name='dette')),
                        ('plan', models.CharField(blank=True, choices=[('kept', 'tenu'), ('broken', 'non tenu'), ('unknown', 'non connu')], max_length=7, verbose_name='plan en cours à la clôture')),
                        ('known_on', models.DateField(verbose_name='situation au')),
                        ('answered_at', models.DateTimeField(verbose_name='répondu le')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='répondu par')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_answers', to='cases.case', verbose_name='dossier')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
                    ],
                    options={
                        'verbose_name': 'nouvelle après la clôture',
                        'verbose_name_plural': 'nouvelles après la clôture',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('case', 'closed_on', 'months'), name='later_news_are_told_once', violation_error_message='Cette question a déjà sa réponse.'), models.CheckConstraint(condition=models.Q(('known_on__gt', models.F('closed_on'))), name='later_news_follow_the_closing', violation_error_message='Ces nouvelles doivent suivre la clôture.')],
                    },
                ),
                migrations.CreateModel(
                    name='FamilyCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('made_at', models.DateTimeField(verbose_name='préparée le')),
                        ('expires_on', models.DateField(verbose_name='dernier jour')),
                        ('digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte du code')),
                        ('words', models.JSONField(default=dict, verbose_name='texte de la fiche')),
                        ('failed_tries', models.PositiveSmallIntegerField(default=0, verbose_name='essais manqués de suite')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='fin le')),
                        ('end_reason', models.CharField(blank=True, choices=[('revoked', 'retiré'), ('replaced', 'remplacé par une autre fiche'), ('expired', 'dernier jour passé'), ('tries', 'trop d’essais manqués'), ('off', 'page fermée par la structure'), ('unsafe', 'la situation ne le permet plus')], max_length=8, verbose_name='pourquoi')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.beneficiary', verbose_name='personne')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='family_codes', to='cases.case', verbose_name='dossier')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='retirée par')),
                        ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.household', verbose_name='ménage')),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='préparée par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
                    ],
                    options={
                        'verbose_name': 'code d’une fiche',
                        'verbose_name_plural': 'codes de fiches',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['structure'], name='standing_family_codes')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at', None)), models.Q(('ended_at__isnull', False), ('words', {}), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='an_ended_code_says_why_and_keeps_no_words'), models.CheckConstraint(condition=models.Q(('failed_tries__lte', 10)), name='a_code_is_tried_ten_times')],
                    },
                ),
                migrations.CreateModel(
                    name='LeaseShare',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('percent', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='part, en %')),
                        ('owed', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='somme due')),
                        ('owed_on', models.DateField(blank=True, null=True, verbose_name='somme arrêtée au')),
                        ('source', models.CharField(max_length=120, verbose_name='d’après')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistré le')),
                        ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lease_shares', to='cases.beneficiary', verbose_name='locataire')),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistré par')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
                        ('tenancy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='cases.tenancy', verbose_name='bail')),
                    ],
                    options={
                        'verbose_name': 'part d’un locataire',
                        'verbose_name_plural': 'parts de locataires',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('tenancy', 'beneficiary'), name='one_share_of_a_lease_each', violation_error_message='La part de cette personne est déjà notée.'), models.CheckConstraint(condition=models.Q(models.Q(('owed', None), ('owed_on', None), ('percent__gt', 0), ('percent__lte', Decimal('100'))), models.Q(('owed__gte', 0), ('owed_on__isnull', False), ('percent', None)), _connector='OR'), name='a_share_is_a_part_or_a_sum_on_a_day', violation_error_message='Donner la part, ou la somme avec son jour.')],
                    },
                ),
                migrations.CreateModel(
                    name='Reading',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='readings', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='cases.case', verbose_name='dossier')),
                        ('structure', models.ForeignKey(db_index=False, help_text='Celle pour laquelle le professionnel voit le dossier.', on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='cases.structure', verbose_name='structure')),
                        ('pages', models.CharField(choices=[('case', 'dossier'), ('documents', 'pièces'), ('letters', 'courriers'), ('diagnosis', 'diagnostic et feuilles'), ('question', 'question à un organisme'), ('contact', 'coordonnées'), ('archive', 'archive restreinte'), ('review', 'dossier à remettre à la personne'), ('search', 'recherche : connu d’un service')], max_length=10, verbose_name='pages')),
                        ('read_on', models.DateField(verbose_name='jour')),
                        ('first_at', models.DateTimeField(verbose_name='première ouverture du jour')),
                        ('is_assigned', models.BooleanField(help_text='Sinon, il le voit par un droit sur les dossiers de sa structure.', verbose_name='affecté au dossier')),
                    ],
                    options={
                        'verbose_name': 'lecture',
                        'ordering': ['-first_at', '-pk'],
                        'indexes': [models.Index(fields=['structure', 'read_on'], name='readings_of_a_structure'), django.contrib.postgres.indexes.BrinIndex(fields=['read_on'], name='readings_to_forget')],
                        'constraints': [models.UniqueConstraint(fields=('user', 'case', 'read_on', 'pages'), name='a_reading_is_noted_once_a_day')],
                    },
                ),
                migrations.AddField(
                    model_name='user',
                    name='closed_at',
                    field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='fermé le'),
                ),
                migrations.SeparateDatabaseAndState(
                    state_operations=[
                        migrations.CreateModel(
                            name='AccessEntry',
                            fields=[
                                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                                ('kind', models.CharField(choices=[('case', 'dossier'), ('documents', 'pièces'), ('letters', 'courriers'), ('diagnosis', 'diagnostic et feuilles'), ('question', 'question à un organisme'), ('contact', 'coordonnées'), ('archive', 'archive restreinte'), ('review', 'dossier à remettre à la personne'), ('search', 'recherche : connu d’un service'), ('lookup', 'recherche'), ('list', 'liste'), ('report', 'signalement'), ('download', 'pièce ou courrier ouvert'), ('print', 'feuille imprimée'), ('export', 'liste emportée'), ('traces', 'traces d’un dossier'), ('family', 'fiche lue sur internet, avec son code'), ('missed', 'essai manqué avec un code de fiche')], max_length=10, verbose_name='nature')),
                                ('page', models.CharField(blank=True, help_text='Nom de son adresse.', max_length=40, verbose_name='page')),
                                ('right', models.CharField(blank=True, choices=[('assignment', 'affectation'), ('structure', 'droit dans la structure'), ('manager', 'responsable de la structure'), ('asked', 'structure sollicitée'), ('pilot', 'pilotage'), ('reporting', 'signalement'), ('question', 'question posée à l’organisme'), ('officer', 'délégué à la protection des données'), ('administrator', 'administration'), ('break_glass', 'accès d’urgence'), ('person', 'la personne elle-même'), ('code', 'code d’une fiche')], max_length=13, verbose_name='à quel titre')),
                                ('reason', models.CharField(blank=True, help_text='Code, là où un motif est demandé.', max_length=20, verbose_name='motif')),
                                ('criteria', models.CharField(blank=True, help_text='Leurs noms ; jamais ce qui a été saisi.', max_length=80, verbose_name='critères')),
                                ('day', models.DateField(verbose_name='jour')),
                                ('at', models.DateTimeField(verbose_name='le')),
                                ('case', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case', verbose_name='dossier')),
                                ('structure', models.ForeignKey(db_constraint=False, db_index=False, help_text='Celle pour laquelle le professionnel voit ce qu’il voit.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.structure', verbose_name='structure')),
                                ('user', models.ForeignKey(db_constraint=False, db_index=False, help_text='Personne : la page de la famille, qui se lit sans compte.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                            ],
                            options={
                                'verbose_name': 'accès',
                                'verbose_name_plural': 'accès',
                                'ordering': ['-pk'],
                                'indexes': [models.Index(fields=['case', '-id'], name='accesses_to_a_case'), models.Index(fields=['structure', 'day'], name='accesses_of_a_structure'), models.Index(fields=['user', 'day'], name='accesses_of_a_person'), models.Index(fields=['day'], name='accesses_of_a_day')],
                            },
                        ),
                    ],
                    database_operations=[migrations.RunSQL(ACCESS_LOG)],
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='journalentry',
                    trigger=pgtrigger.compiler.Trigger(name='journal_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF TG_OP = 'UPDATE' AND NEW.data <@ OLD.data AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data' AND EXISTS (\n  SELECT FROM cases_household h WHERE h.anonymised_on IS NOT NULL AND h.id = CASE\n    WHEN OLD.case_id IS NOT NULL THEN (SELECT c.household_id FROM cases_case c WHERE c.id = OLD.case_id)\n    WHEN jsonb_typeof(OLD.data -> 'household') = 'number' THEN (OLD.data ->> 'household')::bigint\n  END\n) THEN\n  RETURN NEW;\nEND IF;\nRAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;\n", hash='ebfc33d71dfe7a2749e15afc9aecddd4d58b6ba1', operation='UPDATE OR DELETE', pgid='pgtrigger_journal_is_append_only_90306', table='cases_journalentry', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='pastrow',
                    trigger=pgtrigger.compiler.Trigger(name='what_was_is_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='44452abdad642a2170edf9529d2a6fc3301f9017', operation='UPDATE', pgid='pgtrigger_what_was_is_never_rewritten_ee774', table='cases_pastrow', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accessentry',
                    trigger=pgtrigger.compiler.Trigger(name='accesses_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1ad0478cd5ccd7fc4305cdb19c2df9c141d3dad2', operation='UPDATE OR DELETE', pgid='pgtrigger_accesses_are_never_rewritten_b70e2', table='cases_accessentry', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='traceseal',
                    trigger=pgtrigger.compiler.Trigger(name='seals_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ee91e416df364b0e6c774727ad2817e1c38adb38', operation='UPDATE OR DELETE', pgid='pgtrigger_seals_are_never_rewritten_ef679', table='cases_traceseal', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='reading',
                    trigger=pgtrigger.compiler.Trigger(name='readings_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a26e4cfbfb890c98d81b3fcb577f9d516f0e05e8', operation='UPDATE', pgid='pgtrigger_readings_are_never_rewritten_25eaa', table='cases_reading', when='BEFORE')),
                ),
            ]
        ),
        # 0.2.0 wrote them; the release after this one drops their table (`tests/releases/test_removals.py`).
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Reading")]),
        # Nobody reads it any more: a later release drops it.
        migrations.RunSQL("ALTER TABLE cases_leasedeparture ADD COLUMN replaced boolean"),
        *(migrations.RunSQL(TERRITORY.format(table)) for table in OF_A_TERRITORY),
        migrations.RunSQL(IDENTITY),
        migrations.RunSQL(KEEP_WHAT_WAS),
        *(keep_what_was(table) for table in KEPT),
        keep_what_was("cases_user", but=("password", "last_login")),
        keep_what_was("cases_participation", but=("is_open", "next_due_on")),
        migrations.RunSQL(SECOND_BARRIER),
        *(migrations.RunSQL(HOLD.format(table)) for table in OF_A_CASE),
    ]
