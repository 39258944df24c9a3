-- What a backup says of the database, on one line of JSON: numbers, codes, nothing personal. A database without our
-- tables answers too.
SELECT to_regclass('public.django_migrations') IS NOT NULL AS has_migrations,
    to_regclass('public.cases_user') IS NOT NULL AS has_accounts,
    to_regclass('public.cases_installationidentity') IS NOT NULL AS has_identity,
    to_regclass('public.cases_traceseal') IS NOT NULL AS has_seals \gset
\if :has_identity
SELECT identifier AS installation FROM cases_installationidentity \gset
SELECT json_build_object(
    'cases_beneficiary', (SELECT count(*) FROM cases_beneficiary),
    'cases_case', (SELECT count(*) FROM cases_case),
    'cases_document', (SELECT count(*) FROM cases_document),
    'cases_journalentry', (SELECT count(*) FROM cases_journalentry),
    'cases_user', (SELECT count(*) FROM cases_user),
    'workflows_casetask', (SELECT count(*) FROM workflows_casetask)
) AS counts \gset
\else
\set installation ''
\set counts '{}'
\endif
\if :has_migrations
-- Squashed ones say nothing that those that they replace do not say, and have another name in each release.
SELECT coalesce(json_object_agg(app, name), '{}') AS migrations
FROM (
    SELECT DISTINCT ON (app) app, name FROM django_migrations WHERE name !~ '_squashed_' ORDER BY app, id DESC
) AS last \gset
\else
\set migrations '{}'
\endif
\if :has_accounts
SELECT count(*) AS accounts FROM cases_user \gset
\else
\set accounts 0
\endif
\set seal ''
\if :has_seals
-- The last of the chain of sealed traces: `manage.py verify_traces --head` asks whether it still holds it.
SELECT coalesce((SELECT seal FROM cases_traceseal ORDER BY day DESC LIMIT 1), '') AS seal \gset
\endif
SELECT jsonb_build_object(
    'postgresql', current_setting('server_version_num')::int / 10000,
    'locks_of_a_connection', current_setting('max_locks_per_transaction')::int,
    'connections', current_setting('max_connections')::int,
    'installation', nullif(:'installation', ''),
    'accounts', :accounts,
    'seal', nullif(:'seal', ''),
    'migrations', :'migrations'::jsonb,
    'counts', :'counts'::jsonb,
    'database_bytes', pg_database_size(current_database())
);
