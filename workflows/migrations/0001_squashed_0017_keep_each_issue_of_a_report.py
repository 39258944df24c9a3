"""The first tables as they are after 0017: a new database is made by this migration alone, one that exists goes on by those that it
replaces (decisions/0051).
"""

import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import uuid
import viewflow.workflow.fields
import viewflow.workflow.token
from django.conf import settings
from django.db import migrations, models

from cases.migration_operations import Together, keep_what_was

FOLLOW = """
CREATE FUNCTION workflows_last_day_of(looked_at bigint) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT min(d.legal_date) FROM cases_deadline d JOIN cases_deadlinerule r ON r.id = d.rule_id
    WHERE d.case_id = looked_at AND d.state = 'running' AND r.condition -> 'last_day' = 'true'
$$;

CREATE FUNCTION workflows_casetask_take_from_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.responsible_structure_id, coalesce(t.residence, '') INTO NEW.answering_id, NEW.residence
    FROM cases_case c LEFT JOIN cases_tenancy t ON t.id = c.tenancy_id WHERE c.id = NEW.case_id;
    NEW.legal_on := CASE WHEN NEW.is_human AND NEW.status IN ('NEW', 'STARTED') AND NOT EXISTS (
        SELECT FROM cases_structure s WHERE s.id = NEW.structure_id AND s.kind IN ('landlord', 'rent_manager')
    ) THEN workflows_last_day_of(NEW.case_id) END;
    RETURN NEW;
END $$;
CREATE TRIGGER take_from_case BEFORE INSERT OR UPDATE ON workflows_casetask
    FOR EACH ROW EXECUTE FUNCTION workflows_casetask_take_from_case();

CREATE FUNCTION workflows_casetask_follow_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Each row takes what its case says: the values written here do not matter.
    UPDATE workflows_casetask SET answering_id = NEW.responsible_structure_id WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER followed_by_steps AFTER UPDATE OF responsible_structure_id, tenancy_id ON cases_case FOR EACH ROW
    WHEN ((OLD.responsible_structure_id, OLD.tenancy_id) IS DISTINCT FROM (NEW.responsible_structure_id, NEW.tenancy_id))
    EXECUTE FUNCTION workflows_casetask_follow_case();

CREATE FUNCTION workflows_casetask_follow_tenancy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE workflows_casetask SET residence = NEW.residence
    WHERE case_id IN (SELECT id FROM cases_case WHERE tenancy_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER followed_by_steps AFTER UPDATE OF residence ON cases_tenancy FOR EACH ROW
    WHEN (OLD.residence <> NEW.residence) EXECUTE FUNCTION workflows_casetask_follow_tenancy();

CREATE FUNCTION workflows_casetask_follow_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Each row takes what its case says: the value written here does not matter.
    UPDATE workflows_casetask SET legal_on = NULL
    WHERE case_id IN (OLD.case_id, NEW.case_id) AND is_human AND status IN ('NEW', 'STARTED')
      AND EXISTS (SELECT FROM cases_deadlinerule WHERE id IN (OLD.rule_id, NEW.rule_id) AND condition -> 'last_day' = 'true');
    RETURN NULL;
END $$;
CREATE TRIGGER begins_on_steps AFTER INSERT ON cases_deadline FOR EACH ROW
    WHEN (NEW.state = 'running') EXECUTE FUNCTION workflows_casetask_follow_deadline();
CREATE TRIGGER followed_by_steps AFTER UPDATE OF case_id, rule_id, state, legal_date ON cases_deadline FOR EACH ROW
    WHEN ((OLD.case_id, OLD.rule_id, OLD.state, OLD.legal_date) IS DISTINCT FROM (NEW.case_id, NEW.rule_id, NEW.state, NEW.legal_date))
    EXECUTE FUNCTION workflows_casetask_follow_deadline();
CREATE TRIGGER leaves_steps AFTER DELETE ON cases_deadline FOR EACH ROW
    WHEN (OLD.state = 'running') EXECUTE FUNCTION workflows_casetask_follow_deadline();
"""
"""Who answers for a case, its residence and the nearest last day of a right, copied on its steps by the database."""
LOOK = """
CREATE FUNCTION workflows_look_for_step(looked_at bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cases_case c WHERE c.id = looked_at AND c.closed_on IS NULL AND c.kind NOT IN ('coordination')
    ) AND NOT EXISTS (
        SELECT FROM workflows_casetask s WHERE s.case_id = looked_at AND s.is_human AND s.status IN ('NEW', 'STARTED')
    ) THEN
        INSERT INTO workflows_casewithoutstep (case_id) VALUES (looked_at) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM workflows_casewithoutstep WHERE case_id = looked_at;
    END IF;
END $$;

CREATE FUNCTION workflows_case_looks_for_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM workflows_look_for_step(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER begins_without_step AFTER INSERT ON cases_case FOR EACH ROW
    EXECUTE FUNCTION workflows_case_looks_for_step();
CREATE TRIGGER looks_for_step AFTER UPDATE OF closed_on, kind ON cases_case FOR EACH ROW
    WHEN ((OLD.closed_on, OLD.kind) IS DISTINCT FROM (NEW.closed_on, NEW.kind))
    EXECUTE FUNCTION workflows_case_looks_for_step();

CREATE FUNCTION workflows_step_is_looked_for() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM workflows_look_for_step(OLD.case_id);
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.case_id <> OLD.case_id THEN
        PERFORM workflows_look_for_step(NEW.case_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER step_begins AFTER INSERT ON workflows_casetask FOR EACH ROW WHEN (NEW.is_human)
    EXECUTE FUNCTION workflows_step_is_looked_for();
CREATE TRIGGER step_changes AFTER UPDATE OF status, is_human, case_id ON workflows_casetask FOR EACH ROW
    WHEN ((OLD.status, OLD.is_human, OLD.case_id) IS DISTINCT FROM (NEW.status, NEW.is_human, NEW.case_id))
    EXECUTE FUNCTION workflows_step_is_looked_for();
CREATE TRIGGER step_goes AFTER DELETE ON workflows_casetask FOR EACH ROW WHEN (OLD.is_human)
    EXECUTE FUNCTION workflows_step_is_looked_for();
"""
"""Open cases in which nobody has anything to do, kept by the database."""
KEPT = (
    "workflows_caseprocess",
    "workflows_casetask_deadlines",
    "workflows_casetask_previous",
    "workflows_commission",
    "workflows_commissionitem",
    "workflows_committeereport",
    "workflows_identitydecision",
    "workflows_importcorrection",
    "workflows_importmapping",
    "workflows_routingdecision",
    "workflows_routingrule",
    "workflows_stockpace",
)


class Migration(migrations.Migration):

    replaces = [
        ("workflows", "0001_first_tables"),
        ("workflows", "0002_say_on_steps_what_their_case_says"),
        ("workflows", "0003_tell_cases_without_step"),
        ("workflows", "0004_say_last_days_on_steps"),
        ("workflows", "0005_follow_one_procedure_at_a_time"),
        ("workflows", "0006_cases_of_any_procedure_look_for_a_step"),
        ("workflows", "0007_keep_leases_of_work"),
        ("workflows", "0008_count_figures_by_territory"),
        ("workflows", "0009_keep_what_steps_said"),
        ("workflows", "0010_keep_what_completes_the_case_of_others"),
        ("workflows", "0011_say_the_ground_of_an_import"),
        ("workflows", "0012_decline_completions_of_a_closed_case"),
        ("workflows", "0013_order_backlogs_by_what_expires_first"),
        ("workflows", "0014_keep_what_the_partners_want_to_reach"),
        ("workflows", "0015_complete_the_month_of_an_import"),
        ("workflows", "0016_keep_the_total_that_a_file_says"),
        ("workflows", "0017_keep_each_issue_of_a_report"),
    ]

    initial = True

    dependencies = [
        ('cases', '0031_record_on_what_ground_households_are_sent'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name='CaseProcess',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('flow_class', viewflow.workflow.fields.FlowReferenceField(max_length=250, verbose_name='Flow')),
                        ('status', models.CharField(choices=[('CANCELED', 'Canceled'), ('DONE', 'Done'), ('NEW', 'New')], default='NEW', max_length=50, verbose_name='Status')),
                        ('created', models.DateTimeField(default=django.utils.timezone.now, verbose_name='Created')),
                        ('finished', models.DateTimeField(blank=True, null=True, verbose_name='Finished')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='processes', to='cases.case', verbose_name='dossier')),
                        ('debt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='processes', to='cases.debt', verbose_name='ligne de dette')),
                        ('data', models.JSONField(blank=True, default=dict, verbose_name='réponses des étapes')),
                    ],
                    options={
                        'verbose_name': 'procédure en cours',
                        'verbose_name_plural': 'procédures en cours',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(models.F('case'), models.F('debt'), django.db.models.fields.json.KeyTextTransform('referent', 'data'), condition=models.Q(('status', 'NEW')), name='one_procedure_at_a_time', nulls_distinct=False, violation_error_message='Un dossier ne suit qu’une procédure à la fois.')],
                    },
                ),
                migrations.CreateModel(
                    name='ArrearsProcess',
                    fields=[
                    ],
                    options={
                        'verbose_name': 'procédure d’impayé',
                        'verbose_name_plural': 'procédures d’impayé',
                        'proxy': True,
                    },
                    bases=('workflows.caseprocess',),
                ),
                migrations.CreateModel(
                    name='OverpaymentProcess',
                    fields=[
                    ],
                    options={
                        'verbose_name': 'procédure de trop-perçu',
                        'verbose_name_plural': 'procédures de trop-perçu',
                        'proxy': True,
                    },
                    bases=('workflows.caseprocess',),
                ),
                migrations.CreateModel(
                    name='DebtLineProcess',
                    fields=[
                    ],
                    options={
                        'verbose_name': 'procédure d’une ligne de trop-perçu',
                        'verbose_name_plural': 'procédures d’une ligne de trop-perçu',
                        'proxy': True,
                    },
                    bases=('workflows.caseprocess',),
                ),
                migrations.CreateModel(
                    name='ReferentProcess',
                    fields=[
                    ],
                    options={
                        'verbose_name': 'procédure de référent',
                        'verbose_name_plural': 'procédures de référent',
                        'proxy': True,
                    },
                    bases=('workflows.caseprocess',),
                ),
                migrations.CreateModel(
                    name='CoordinatorProcess',
                    fields=[
                    ],
                    options={
                        'verbose_name': 'procédure de coordinateur',
                        'verbose_name_plural': 'procédures de coordinateur',
                        'proxy': True,
                    },
                    bases=('workflows.caseprocess',),
                ),
                migrations.CreateModel(
                    name='CaseTask',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('flow_task', viewflow.workflow.fields.TaskReferenceField(max_length=255, verbose_name='Task')),
                        ('flow_task_type', models.CharField(max_length=50, verbose_name='Type')),
                        ('status', models.CharField(choices=[('ASSIGNED', 'Assigned'), ('CANCELED', 'Canceled'), ('DONE', 'Done'), ('ERROR', 'Error'), ('NEW', 'New'), ('REVIVED', 'Revived'), ('SCHEDULED', 'Scheduled'), ('STARTED', 'Started')], db_index=True, default='NEW', max_length=50, verbose_name='Status')),
                        ('created', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='Created')),
                        ('assigned', models.DateTimeField(blank=True, null=True, verbose_name='Assigned')),
                        ('started', models.DateTimeField(blank=True, null=True, verbose_name='Started')),
                        ('finished', models.DateTimeField(blank=True, null=True, verbose_name='Finished')),
                        ('scheduled', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='Scheduled')),
                        ('token', viewflow.workflow.fields.TokenField(default=viewflow.workflow.token.Token('start'), max_length=150, verbose_name='Token')),
                        ('external_task_id', models.CharField(blank=True, db_index=True, max_length=50, null=True, verbose_name='External Task ID')),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='Owner')),
                        ('owner_permission', models.CharField(blank=True, max_length=255, null=True, verbose_name='Permission')),
                        ('owner_permission_content_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
                        ('owner_permission_obj_pk', models.CharField(blank=True, max_length=255, null=True)),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('process', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='task_set', to='workflows.caseprocess', verbose_name='procédure en cours')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='cases.case', verbose_name='dossier')),
                        ('node', models.CharField(max_length=60, verbose_name='étape')),
                        ('is_human', models.BooleanField(default=False, verbose_name='attend quelqu’un')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='cases.structure', verbose_name='a la balle')),
                        ('answering', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='répond du dossier')),
                        ('residence', models.CharField(blank=True, editable=False, max_length=80, verbose_name='résidence')),
                        ('comes_first', models.BooleanField(default=False, verbose_name='passe avant les autres')),
                        ('due_on', models.DateField(blank=True, null=True, verbose_name='à faire avant le')),
                        ('legal_on', models.DateField(editable=False, null=True, verbose_name='dernier jour le plus proche de son dossier')),
                        ('nearest_on', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Least('due_on', 'legal_on'), output_field=models.DateField(null=True))),
                        ('set_aside_until', models.DateField(blank=True, editable=False, null=True, verbose_name='mise de côté jusqu’au')),
                        ('remind_on', models.DateField(blank=True, default=datetime.date(1, 1, 1), editable=False, null=True, verbose_name='prochain rappel')),
                        ('data', models.JSONField(blank=True, default=dict, verbose_name='données')),
                        ('previous', models.ManyToManyField(related_name='leading', to='workflows.casetask', verbose_name='Previous')),
                        ('deadlines', models.ManyToManyField(blank=True, related_name='tasks', to='cases.deadline', verbose_name='échéances')),
                    ],
                    options={
                        'verbose_name': 'tâche',
                        'ordering': ['pk'],
                        'indexes': [models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED'])), fields=['owner', '-comes_first', 'nearest_on', 'id'], name='inbox_of_a_professional'), models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED']), ('owner__isnull', True)), fields=['structure', '-comes_first', 'nearest_on', 'id'], name='steps_to_take_in_a_structure'), models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED'])), fields=['case'], name='open_tasks_of_a_case'), models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED']), models.Q(('node', 'wait_turn'), _negated=True), models.Q(('structure', models.F('answering')), _negated=True)), fields=['answering', '-comes_first', 'due_on', 'id'], name='steps_held_by_another'), models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED']), models.Q(('node', 'wait_turn'), _negated=True), ('set_aside_until__isnull', False)), fields=['structure', '-comes_first', 'due_on', 'id'], name='steps_set_aside'), models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED'])), fields=['remind_on', 'id'], name='tasks_to_remind_of'), models.Index(condition=models.Q(('node', 'wait_turn'), ('is_human', True), ('status__in', ['NEW', 'STARTED'])), fields=['case', 'id'], name='cases_that_wait_their_turn'), models.Index(condition=models.Q(('node', 'wait_turn'), ('is_human', True), ('status__in', ['NEW', 'STARTED']), ('comes_first', True)), fields=['case'], name='turns_that_press'), models.Index(django.db.models.fields.json.KeyTransform('expected', 'data'), condition=models.Q(('node', 'wait_turn'), ('is_human', True), ('status__in', ['NEW', 'STARTED'])), name='turns_by_structure'), models.Index(condition=models.Q(('node', 'wait_turn'), ('status', 'DONE')), fields=['finished'], name='turns_that_have_come'), models.Index(condition=models.Q(('is_human', True), ('status', 'DONE')), fields=['node', '-finished'], name='last_ends_of_a_step'), models.Index(condition=models.Q(('is_human', True), ('status', 'DONE')), fields=['structure', 'node', '-finished'], name='last_ends_of_a_step_somewhere'), models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED']), models.Q(('node', 'wait_turn'), _negated=True)), fields=['structure', 'node', 'owner'], include=('id', 'created', 'due_on', 'flow_task', 'set_aside_until', 'comes_first', 'case', 'residence'), name='backlog_of_a_structure'), models.Index(condition=models.Q(('is_human', True), ('status__in', ['NEW', 'STARTED'])), fields=['structure', '-comes_first', 'nearest_on', 'id'], name='backlog_in_its_order')],
                    },
                ),
                migrations.CreateModel(
                    name='CaseWithoutStep',
                    fields=[
                        ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='without_step', serialize=False, to='cases.case')),
                    ],
                    options={
                        'verbose_name': 'dossier sans prochaine étape',
                        'verbose_name_plural': 'dossiers sans prochaine étape',
                    },
                ),
                migrations.CreateModel(
                    name='Commission',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to='cases.structure', verbose_name='bureau du pilote')),
                        ('held_on', models.DateField(verbose_name='tenue le')),
                        ('present', models.TextField(blank=True, verbose_name='présents')),
                        ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to=settings.AUTH_USER_MODEL, verbose_name='ouverte par')),
                        ('opened_at', models.DateTimeField(verbose_name='ouverte le')),
                        ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commissions_closed', to=settings.AUTH_USER_MODEL, verbose_name='close par')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='close le')),
                    ],
                    options={
                        'verbose_name': 'commission',
                        'ordering': ['-held_on', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('structure',), name='one_commission_of_a_desk_is_open', violation_error_message='Une commission est déjà ouverte.')],
                    },
                ),
                migrations.CreateModel(
                    name='CommissionItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('commission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='workflows.commission', verbose_name='commission')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commission_items', to='cases.case', verbose_name='dossier')),
                        ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commission_items', to='workflows.casetask', verbose_name='étape')),
                        ('rank', models.PositiveIntegerField(verbose_name='rang')),
                        ('said', models.CharField(max_length=300, verbose_name='ce qui l’amène')),
                        ('result', models.CharField(blank=True, choices=[('assigned', 'attribuée'), ('out_of_scope', 'hors dispositif'), ('postponed', 'reportée')], max_length=12, verbose_name='décision')),
                        ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='given_by_commissions', to='cases.structure', verbose_name='attribuée à')),
                        ('reason', models.TextField(blank=True, verbose_name='motif')),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commission_items', to=settings.AUTH_USER_MODEL, verbose_name='décidée par')),
                        ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='décidée le')),
                    ],
                    options={
                        'verbose_name': 'point d’une commission',
                        'verbose_name_plural': 'points d’une commission',
                        'ordering': ['commission', 'rank'],
                        'constraints': [models.UniqueConstraint(fields=('commission', 'task'), name='a_step_is_once_on_an_agenda'), models.CheckConstraint(condition=models.Q(models.Q(('result', 'assigned'), ('structure__isnull', False)), models.Q(models.Q(('result', 'assigned'), _negated=True), ('structure', None)), _connector='OR'), name='what_a_commission_assigns_has_a_structure')],
                    },
                ),
                migrations.CreateModel(
                    name='ReportDraft',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_drafts', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_drafts', to='cases.structure', verbose_name='au nom de')),
                        ('answers', models.JSONField(blank=True, default=dict, verbose_name='saisie')),
                        ('told', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='ce qui a été enregistré')),
                        ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report_drafts', to='cases.case', verbose_name='dossier')),
                        ('at_counter', models.BooleanField(default=False, verbose_name='saisi au guichet')),
                        ('letter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report_drafts', to='cases.letter', verbose_name='fiche remise')),
                        ('touched_at', models.DateTimeField(verbose_name='saisi le')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='envoyé le')),
                    ],
                    options={
                        'verbose_name': 'brouillon de signalement',
                        'verbose_name_plural': 'brouillons de signalement',
                        'ordering': ['-touched_at'],
                        'indexes': [models.Index(fields=['author', '-touched_at'], name='drafts_of_an_author')],
                    },
                ),
                migrations.CreateModel(
                    name='Export',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to=settings.AUTH_USER_MODEL, verbose_name='demandé par')),
                        ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='cases.structure', verbose_name='structure')),
                        ('list_code', models.CharField(max_length=20, verbose_name='liste')),
                        ('asked', models.JSONField(default=dict, verbose_name='filtres')),
                        ('scope', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None, verbose_name='droits')),
                        ('format', models.CharField(choices=[('xlsx', 'Excel (xlsx)'), ('csv', 'texte (csv)')], max_length=4, verbose_name='format')),
                        ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                        ('state', models.CharField(choices=[('waiting', 'en attente'), ('running', 'en cours'), ('done', 'prêt'), ('failed', 'interrompu')], default='waiting', max_length=10, verbose_name='état')),
                        ('total', models.PositiveIntegerField(default=0, verbose_name='lignes')),
                        ('done', models.PositiveIntegerField(default=0, verbose_name='lignes écrites')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                        ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='dernier signe')),
                        ('file', models.FileField(blank=True, upload_to='exports/', verbose_name='fichier')),
                        ('message', models.CharField(blank=True, max_length=500, verbose_name='message')),
                    ],
                    options={
                        'verbose_name': 'export',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['id'], name='exports_to_write'), models.Index(fields=['asked_at'], name='exports_to_forget')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='an_export_does_not_exceed_its_lines'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('file', ''), _negated=True), _connector='OR'), name='an_export_that_is_done_has_its_file')],
                    },
                ),
                migrations.CreateModel(
                    name='Handover',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='cases.structure', verbose_name='structure')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to=settings.AUTH_USER_MODEL, verbose_name='demandé par')),
                        ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                        ('moves', models.JSONField(default=list, verbose_name='à transférer')),
                        ('undoes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='cases.journalentry', verbose_name='défait')),
                        ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='cases.journalentry', verbose_name='ligne du journal')),
                        ('state', models.CharField(choices=[('running', 'en cours'), ('done', 'terminé'), ('refused', 'refusé')], default='running', max_length=10, verbose_name='état')),
                        ('total', models.PositiveIntegerField(verbose_name='personnes')),
                        ('done', models.PositiveIntegerField(default=0, verbose_name='personnes traitées')),
                        ('left_out', models.PositiveIntegerField(default=0, verbose_name='personnes laissées')),
                        ('message', models.CharField(blank=True, max_length=500, verbose_name='message')),
                    ],
                    options={
                        'verbose_name': 'transfert de portefeuille',
                        'verbose_name_plural': 'transferts de portefeuille',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('structure',), name='one_handover_of_a_structure_at_a_time', violation_error_message='Un transfert est déjà en cours dans cette structure.'), models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='a_handover_does_not_exceed_its_people')],
                    },
                ),
                migrations.CreateModel(
                    name='RoutingRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routing_rules', to='cases.edition', verbose_name='édition')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                        ('code', models.CharField(max_length=10, verbose_name='règle')),
                        ('title', models.CharField(max_length=200, verbose_name='titre')),
                        ('content', models.JSONField(verbose_name='conditions, structure et explications')),
                    ],
                    options={
                        'verbose_name': 'règle d’orientation',
                        'verbose_name_plural': 'règles d’orientation',
                        'ordering': ['edition', 'position'],
                        'constraints': [models.UniqueConstraint(fields=('edition', 'position'), name='routing_rows_are_ordered'), models.UniqueConstraint(fields=('edition', 'code'), name='a_routing_row_is_once_in_an_edition')],
                    },
                ),
                migrations.CreateModel(
                    name='RoutingDecision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routing_decisions', to='cases.case', verbose_name='dossier')),
                        ('edition', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='cases.edition', verbose_name='édition')),
                        ('rule_code', models.CharField(blank=True, max_length=10, verbose_name='règle')),
                        ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='routed_cases', to='cases.structure', verbose_name='structure')),
                        ('explanation', models.JSONField(verbose_name='explication')),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='routing_decisions', to=settings.AUTH_USER_MODEL, verbose_name='décidée par')),
                        ('decided_at', models.DateTimeField(verbose_name='décidée le')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='enregistrée le')),
                    ],
                    options={
                        'verbose_name': 'orientation',
                        'ordering': ['-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='ImportMapping',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True, verbose_name='identifiant public')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_mappings', to='cases.structure', verbose_name='expéditeur')),
                        ('name', models.CharField(max_length=60, verbose_name='nom')),
                        ('columns', models.JSONField(help_text='{titre de colonne: champ}', verbose_name='colonnes')),
                        ('options', models.JSONField(blank=True, default=dict, verbose_name='lecture du fichier')),
                        ('used_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='utilisée le')),
                    ],
                    options={
                        'verbose_name': 'correspondance de colonnes',
                        'verbose_name_plural': 'correspondances de colonnes',
                        'ordering': ['-used_at'],
                        'constraints': [models.UniqueConstraint(fields=('structure', 'name'), name='a_sender_names_a_mapping_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportJob',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_jobs', to='cases.structure', verbose_name='expéditeur')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_jobs', to=settings.AUTH_USER_MODEL, verbose_name='déposé par')),
                        ('file_name', models.CharField(max_length=200, verbose_name='nom du fichier')),
                        ('file', models.FileField(blank=True, upload_to='imports/', verbose_name='fichier')),
                        ('file_deleted_at', models.DateTimeField(blank=True, null=True, verbose_name='fichier supprimé le')),
                        ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='empreinte')),
                        ('options', models.JSONField(blank=True, default=dict, verbose_name='lecture du fichier')),
                        ('columns', models.JSONField(blank=True, default=dict, verbose_name='colonnes')),
                        ('as_of', models.DateField(blank=True, null=True, verbose_name='arrêté au')),
                        ('state', models.CharField(choices=[('uploaded', 'déposé'), ('checking', 'vérification en cours'), ('checked', 'vérifié à blanc'), ('running', 'en cours'), ('done', 'terminé'), ('failed', 'refusé'), ('undoing', 'annulation en cours'), ('undone', 'annulé')], default='uploaded', max_length=10, verbose_name='état')),
                        ('message', models.CharField(blank=True, max_length=500, verbose_name='message')),
                        ('counts', models.JSONField(blank=True, default=dict, verbose_name='résultat')),
                        ('total_rows', models.PositiveIntegerField(default=0, verbose_name='lignes')),
                        ('done_rows', models.PositiveIntegerField(default=0, verbose_name='lignes traitées')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='déposé le')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='terminé le')),
                        ('total_debt', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='total des dettes lues')),
                        ('replaces', models.ForeignKey(blank=True, help_text='Le fichier du même mois, d’un autre total, dont quelqu’un a dit qu’il le remplace.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='workflows.importjob', verbose_name='remplace')),
                        ('is_initial_stock', models.BooleanField(default=False, verbose_name='stock initial')),
                        ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='annulé le')),
                        ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_imports', to=settings.AUTH_USER_MODEL, verbose_name='annulé par')),
                        ('basis', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_jobs', to='cases.sharingbasis', verbose_name='fondement')),
                        ('completes', models.ForeignKey(blank=True, help_text='Le fichier du même mois dont quelqu’un a dit que celui-ci est la suite : les deux comptent.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='completed_by', to='workflows.importjob', verbose_name='complète')),
                        ('stated_total', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='total écrit dans le fichier')),
                    ],
                    options={
                        'verbose_name': 'import',
                        'ordering': ['-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='ImportRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='workflows.importjob', verbose_name='import')),
                        ('line', models.PositiveIntegerField(verbose_name='ligne')),
                        ('values', models.JSONField(default=dict, verbose_name='valeurs')),
                        ('outcome', models.CharField(blank=True, choices=[('created', 'dossier ouvert'), ('updated', 'mis à jour'), ('unchanged', 'sans changement'), ('watched', 'en veille'), ('ignored', 'ignorée'), ('rejected', 'refusée'), ('to_check', 'à vérifier')], max_length=10, verbose_name='résultat')),
                        ('reason', models.CharField(blank=True, max_length=300, verbose_name='raison')),
                        ('column', models.CharField(blank=True, max_length=120, verbose_name='colonne')),
                        ('debt', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='dette')),
                        ('household', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_rows', to='cases.household', verbose_name='ménage')),
                        ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_rows', to='cases.case', verbose_name='dossier')),
                        ('tenancy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_rows', to='cases.tenancy', verbose_name='bail')),
                        ('decision', models.ForeignKey(blank=True, help_text='Prise en enregistrant la ligne : ce qui arrive ensemble à une structure est un lot.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_rows', to='workflows.routingdecision', verbose_name='orientation')),
                        ('written', models.JSONField(blank=True, default=dict, verbose_name='ce que la ligne a écrit')),
                        ('match', models.JSONField(blank=True, default=dict, help_text='Raisons du rapprochement, ou ligne du même ménage.', verbose_name='rapprochement')),
                        ('refused', models.JSONField(blank=True, default=dict, help_text='Gardées le temps d’être corrigées.', verbose_name='valeurs refusées')),
                    ],
                    options={
                        'verbose_name': 'ligne d’import',
                        'verbose_name_plural': 'lignes d’import',
                        'ordering': ['line'],
                        'indexes': [models.Index(fields=['job', 'outcome'], name='import_rows_by_outcome')],
                        'constraints': [models.UniqueConstraint(fields=('job', 'line'), name='a_line_is_read_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportCorrection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='workflows.importjob', verbose_name='import')),
                        ('line', models.PositiveIntegerField(verbose_name='ligne')),
                        ('heading', models.CharField(max_length=200, verbose_name='colonne')),
                        ('original', models.CharField(blank=True, max_length=200, verbose_name='dans le fichier')),
                        ('value', models.CharField(blank=True, max_length=200, verbose_name='corrigée')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_corrections', to=settings.AUTH_USER_MODEL, verbose_name='corrigée par')),
                        ('corrected_at', models.DateTimeField(verbose_name='corrigée le')),
                    ],
                    options={
                        'verbose_name': 'correction d’import',
                        'verbose_name_plural': 'corrections d’import',
                        'ordering': ['line', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('job', 'line', 'heading'), name='a_cell_is_corrected_once')],
                    },
                ),
                migrations.CreateModel(
                    name='IdentityDecision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identity_decisions', to='cases.structure', verbose_name='expéditeur')),
                        ('key', models.CharField(max_length=64, verbose_name='empreinte de l’identité')),
                        ('household', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='identity_decisions', to='cases.household', verbose_name='ménage')),
                        ('address', models.CharField(blank=True, choices=[('moved', 'a déménagé : nouveau bail'), ('corrected', 'adresse corrigée'), ('other', 'autre personne')], max_length=10, verbose_name='changement d’adresse')),
                        ('address_key', models.CharField(blank=True, help_text='Celle dont il a été décidé, et d’aucune autre.', max_length=250, verbose_name='adresse normalisée')),
                        ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identity_decisions', to=settings.AUTH_USER_MODEL, verbose_name='décidé par')),
                        ('decided_at', models.DateTimeField(verbose_name='décidé le')),
                    ],
                    options={
                        'verbose_name': 'décision d’identité',
                        'verbose_name_plural': 'décisions d’identité',
                        'constraints': [models.UniqueConstraint(fields=('structure', 'key'), name='an_identity_is_decided_once')],
                    },
                ),
                migrations.CreateModel(
                    name='IndicatorFigures',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('indicator', models.SlugField(max_length=40, verbose_name='indicateur')),
                        ('quarter', models.DateField(help_text='Son premier jour.', verbose_name='trimestre')),
                        ('by', models.SlugField(blank=True, max_length=20, verbose_name='réparti par')),
                        ('cells', models.JSONField(default=list, verbose_name='nombres')),
                        ('as_of', models.DateField(verbose_name='arrêtés au')),
                        ('computed_at', models.DateTimeField(verbose_name='calculés le')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                    ],
                    options={
                        'verbose_name': 'chiffres d’un indicateur',
                        'verbose_name_plural': 'chiffres des indicateurs',
                        'ordering': ['quarter', 'indicator', 'by'],
                        'constraints': [models.UniqueConstraint(fields=('territory', 'indicator', 'quarter', 'by'), name='an_indicator_is_counted_once_a_quarter_and_split')],
                    },
                ),
                migrations.CreateModel(
                    name='CommitteeReport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('quarter', models.DateField(help_text='Son premier jour.', verbose_name='trimestre')),
                        ('comments', models.JSONField(blank=True, default=dict, verbose_name='commentaires')),
                        ('commented_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='commenté par')),
                        ('figures', models.JSONField(blank=True, default=list, verbose_name='chiffres publiés')),
                        ('as_of', models.DateField(blank=True, null=True, verbose_name='arrêtés au')),
                        ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='committee_reports', to=settings.AUTH_USER_MODEL, verbose_name='publié par')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='publié le')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créé le')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                        ('issue', models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='édition')),
                        ('note', models.TextField(blank=True, db_default='', default='', verbose_name='ce qui a changé depuis l’édition d’avant')),
                    ],
                    options={
                        'verbose_name': 'bilan trimestriel',
                        'verbose_name_plural': 'bilans trimestriels',
                        'ordering': ['-quarter'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('as_of', None), ('published_at', None), ('published_by', None)), models.Q(('as_of__isnull', False), ('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='a_published_report_says_when_by_whom_and_as_of'), models.UniqueConstraint(fields=('territory', 'quarter'), name='a_quarter_is_reported_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Replay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='cases.edition', verbose_name='édition retirée')),
                        ('in_force', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replayed_with', to='cases.edition', verbose_name='édition en vigueur')),
                        ('first_day', models.DateField(verbose_name='orientées du')),
                        ('last_day', models.DateField(verbose_name='au')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replays', to=settings.AUTH_USER_MODEL, verbose_name='demandée par')),
                        ('asked_at', models.DateTimeField(verbose_name='demandée le')),
                        ('reason', models.TextField(blank=True, verbose_name='motif')),
                        ('state', models.CharField(choices=[('searching', 'recherche en cours'), ('ready', 'à relire'), ('running', 'réorientation en cours'), ('done', 'réorientées'), ('undoing', 'remise en cours'), ('undone', 'défaite')], default='searching', max_length=10, verbose_name='état')),
                        ('looked_at', models.BigIntegerField(default=0, verbose_name='dernière orientation relue')),
                        ('total', models.PositiveIntegerField(default=0, verbose_name='à traiter')),
                        ('done', models.PositiveIntegerField(default=0, verbose_name='traitées')),
                        ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='cases.journalentry', verbose_name='ligne du journal')),
                        ('undoing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replays_undone', to='cases.journalentry', verbose_name='remise')),
                    ],
                    options={
                        'verbose_name': 'reprise d’orientations',
                        'verbose_name_plural': 'reprises d’orientations',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['searching', 'running', 'undoing'])), fields=('edition',), name='one_replay_of_an_edition_at_a_time', violation_error_message='Une reprise de cette édition est déjà en cours.'), models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='a_replay_does_not_exceed_its_cases'), models.CheckConstraint(condition=models.Q(('first_day__lte', models.F('last_day'))), name='a_replay_begins_before_it_ends')],
                    },
                ),
                migrations.CreateModel(
                    name='ReplayedCase',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('replay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='workflows.replay', verbose_name='reprise')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='cases.case', verbose_name='dossier')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='workflows.routingdecision', verbose_name='orientation relue')),
                        ('before', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replayed_from', to='cases.structure', verbose_name='où elle est')),
                        ('after', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replayed_to', to='cases.structure', verbose_name='où elle irait')),
                        ('rules', models.JSONField(default=list, verbose_name='règles avant et après')),
                        ('why', models.JSONField(default=list, verbose_name='pourquoi')),
                        ('kept_out', models.CharField(blank=True, max_length=300, verbose_name='n’est pas réorientée')),
                        ('is_chosen', models.BooleanField(default=True, verbose_name='choisie')),
                        ('state', models.CharField(choices=[('planned', 'à réorienter'), ('moved', 'réorientée'), ('left', 'laissée'), ('put_back', 'remise'), ('stays', 'non remise')], default='planned', max_length=10, verbose_name='état')),
                        ('message', models.CharField(blank=True, max_length=300, verbose_name='message')),
                        ('answers', models.JSONField(default=dict, verbose_name='réponses de la procédure, avant')),
                        ('made', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='made_by_replay', to='workflows.routingdecision', verbose_name='nouvelle orientation')),
                    ],
                    options={
                        'verbose_name': 'situation reprise',
                        'verbose_name_plural': 'situations reprises',
                        'ordering': ['replay', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('replay', 'case'), name='a_case_is_once_in_a_replay'), models.CheckConstraint(condition=models.Q(('kept_out', ''), ('is_chosen', False), _connector='OR'), name='what_is_kept_out_of_a_replay_is_not_chosen')],
                    },
                ),
                migrations.CreateModel(
                    name='Simulation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='simulations', to='cases.edition', verbose_name='édition')),
                        ('base', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='simulated_against', to='cases.edition', verbose_name='édition comparée')),
                        ('rows', models.JSONField(default=list, verbose_name='règles du brouillon, telles qu’elles étaient')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='simulations', to=settings.AUTH_USER_MODEL, verbose_name='demandée par')),
                        ('asked_at', models.DateTimeField(verbose_name='demandée le')),
                        ('since', models.DateField(verbose_name='situations orientées depuis le')),
                        ('before_pk', models.BigIntegerField(blank=True, null=True, verbose_name='reste à lire avant')),
                        ('state', models.CharField(choices=[('running', 'en cours'), ('done', 'terminée'), ('refused', 'refusée')], default='running', max_length=10, verbose_name='état')),
                        ('total', models.PositiveIntegerField(blank=True, null=True, verbose_name='situations')),
                        ('done', models.PositiveIntegerField(default=0, verbose_name='situations comparées')),
                        ('moved', models.PositiveIntegerField(default=0, verbose_name='situations qui iraient ailleurs')),
                        ('counts', models.JSONField(default=dict, verbose_name='par structure et par règle')),
                        ('differences', models.JSONField(default=list, verbose_name='premières différences')),
                        ('message', models.CharField(blank=True, max_length=500, verbose_name='message')),
                    ],
                    options={
                        'verbose_name': 'simulation',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('edition',), name='one_simulation_of_a_draft_at_a_time', violation_error_message='Une simulation de ce brouillon est déjà en cours.'), models.CheckConstraint(condition=models.Q(('moved__lte', models.F('done'))), name='a_simulation_moves_no_more_than_it_compares')],
                    },
                ),
                migrations.CreateModel(
                    name='StockPace',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('structure', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stock_pace', to='cases.structure', verbose_name='structure')),
                        ('per_week', models.PositiveSmallIntegerField(verbose_name='dossiers par semaine')),
                        ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stock_paces', to=settings.AUTH_USER_MODEL, verbose_name='fixé par')),
                        ('set_at', models.DateTimeField(verbose_name='fixé le')),
                    ],
                    options={
                        'verbose_name': 'rythme du stock initial',
                        'verbose_name_plural': 'rythmes du stock initial',
                        'ordering': ['structure'],
                    },
                ),
                migrations.CreateModel(
                    name='SavedView',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='saved_views', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                        ('list_code', models.CharField(max_length=20, verbose_name='liste')),
                        ('structure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='saved_views', to='cases.structure', verbose_name='structure')),
                        ('is_shared', models.BooleanField(default=False, verbose_name='partagée')),
                        ('name', models.CharField(max_length=40, verbose_name='nom')),
                        ('asked', models.JSONField(default=dict, verbose_name='filtres')),
                        ('saved_at', models.DateTimeField(verbose_name='enregistrée le')),
                    ],
                    options={
                        'verbose_name': 'vue enregistrée',
                        'verbose_name_plural': 'vues enregistrées',
                        'ordering': ['is_shared', 'pk'],
                        'indexes': [models.Index(condition=models.Q(('is_shared', True)), fields=['structure', 'list_code'], name='views_of_a_structure')],
                        'constraints': [models.UniqueConstraint(models.F('owner'), models.F('list_code'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_shared', False)), name='one_names_a_view_of_a_list_once', violation_error_message='Une de vos vues porte déjà ce nom.'), models.UniqueConstraint(models.F('structure'), models.F('list_code'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_shared', True)), name='a_structure_names_a_view_of_a_list_once', violation_error_message='Une vue de la structure porte déjà ce nom.'), models.CheckConstraint(condition=models.Q(('is_shared', False), ('structure__isnull', False), _connector='OR'), name='a_shared_view_is_of_a_structure')],
                    },
                ),
                migrations.CreateModel(
                    name='KeptFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('name', models.CharField(max_length=120, verbose_name='nom du fichier')),
                        ('content', models.BinaryField(verbose_name='contenu')),
                        ('kept_at', models.DateTimeField(db_index=True, verbose_name='gardé le')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept_files', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                    ],
                    options={
                        'verbose_name': 'fichier en attente',
                        'verbose_name_plural': 'fichiers en attente',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='KeptForm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('address', models.CharField(max_length=500, verbose_name='page')),
                        ('typed', models.JSONField(verbose_name='saisie')),
                        ('kept_at', models.DateTimeField(db_index=True, verbose_name='gardée le')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept_forms', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                    ],
                    options={
                        'verbose_name': 'saisie en attente',
                        'verbose_name_plural': 'saisies en attente',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Lease',
                    fields=[
                        ('name', models.CharField(max_length=80, primary_key=True, serialize=False, verbose_name='travail')),
                        ('holder', models.UUIDField(help_text='Un processus, pas une personne.', null=True, verbose_name='fait par')),
                        ('until', models.DateTimeField(null=True, verbose_name='jusqu’à')),
                    ],
                    options={
                        'verbose_name': 'travail réservé',
                        'verbose_name_plural': 'travaux réservés',
                        'ordering': ['name'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('holder', None), ('until', None)), models.Q(('holder__isnull', False), ('until__isnull', False)), _connector='OR'), name='a_lease_is_held_until_a_time', violation_error_message='Un travail réservé l’est jusqu’à une heure.')],
                    },
                ),
                migrations.CreateModel(
                    name='ProposedCompletion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('said', models.JSONField(blank=True, default=dict, verbose_name='ce qui est proposé')),
                        ('state', models.CharField(choices=[('asked', 'en attente de réponse'), ('accepted', 'acceptée'), ('declined', 'déclinée')], default='asked', max_length=9, verbose_name='état')),
                        ('asked_at', models.DateTimeField(verbose_name='proposée le')),
                        ('decline_reason', models.CharField(blank=True, choices=[('other', 'ce n’est pas ce ménage'), ('known', 'déjà connu, ou dépassé'), ('to_detail', 'à préciser : en parler par téléphone'), ('closed', 'le dossier a été clos avant la réponse')], max_length=10, verbose_name='motif')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='réponse le')),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='réponse de')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposed_completions', to=settings.AUTH_USER_MODEL, verbose_name='proposée par')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposed_completions', to='cases.case', verbose_name='dossier')),
                        ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposed_completions', to='cases.structure', verbose_name='structure qui propose')),
                    ],
                    options={
                        'verbose_name': 'complément proposé',
                        'verbose_name_plural': 'compléments proposés',
                        'ordering': ['asked_at', 'pk'],
                        'indexes': [models.Index(condition=models.Q(('state', 'asked')), fields=['case', 'asked_at'], name='completions_to_answer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), models.Q(('decline_reason', ''), _negated=True)), models.Q(models.Q(('state', 'declined'), _negated=True), ('decline_reason', '')), _connector='OR'), name='a_declined_completion_says_why', violation_error_message='Indiquer pourquoi le complément est décliné.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('answered_at__isnull', False), ('said', {}), models.Q(('answered_by__isnull', False), ('decline_reason', 'closed'), _connector='OR')), _connector='OR'), name='an_answered_completion_says_when_and_by_whom')],
                    },
                ),
                migrations.CreateModel(
                    name='IndicatorTarget',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('territory', models.SlugField(verbose_name='territoire')),
                        ('indicator', models.SlugField(max_length=40, verbose_name='indicateur')),
                        ('since', models.DateField(help_text='Son premier jour.', verbose_name='à partir du trimestre')),
                        ('value', models.PositiveSmallIntegerField(blank=True, help_text='En pour cent ou en jours.', null=True, verbose_name='objectif')),
                        ('agreed_on', models.DateField(blank=True, null=True, verbose_name='décidé par les partenaires le')),
                        ('set_at', models.DateTimeField(verbose_name='noté le')),
                        ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noté par')),
                    ],
                    options={
                        'verbose_name': 'objectif d’un indicateur',
                        'verbose_name_plural': 'objectifs des indicateurs',
                        'ordering': ['-since', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='EarlierIssue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('issue', models.PositiveSmallIntegerField(verbose_name='édition')),
                        ('note', models.TextField(blank=True, verbose_name='ce qui a changé depuis l’édition d’avant')),
                        ('comments', models.JSONField(blank=True, default=dict, verbose_name='commentaires')),
                        ('figures', models.JSONField(blank=True, default=list, verbose_name='chiffres publiés')),
                        ('as_of', models.DateField(verbose_name='arrêtés au')),
                        ('published_at', models.DateTimeField(verbose_name='publié le')),
                        ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='publié par')),
                        ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earlier_issues', to='workflows.committeereport', verbose_name='bilan trimestriel')),
                    ],
                    options={
                        'verbose_name': 'édition remplacée d’un bilan',
                        'verbose_name_plural': 'éditions remplacées de bilans',
                        'ordering': ['report', 'issue'],
                        'constraints': [models.UniqueConstraint(fields=('report', 'issue'), name='an_issue_is_kept_once')],
                    },
                ),
            ]
        ),
        migrations.RunSQL(FOLLOW),
        migrations.RunSQL(LOOK),
        *(keep_what_was(table) for table in KEPT),
        keep_what_was("workflows_casetask", but=("answering_id", "residence", "legal_on", "nearest_on", "remind_on")),
    ]
