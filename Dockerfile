# The product without its demonstration servers: PostgreSQL and Redis are given by address.
FROM python:3.13-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.lock /
# Wheels only: nothing is compiled, nothing runs at installation.
RUN /venv/bin/pip install --require-hashes --only-binary :all: --requirement /requirements.lock

FROM python:3.13-slim-trixie
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    RELAIS_MODE=production \
    STATIC_ROOT=/app/staticfiles \
    MEDIA_ROOT=/data/media
RUN useradd --uid 10001 --create-home relais && install -d -o relais -g relais /data/media
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py pyproject.toml LICENSE CHANGELOG.md ./
COPY config config
COPY cases cases
COPY workflows workflows
COPY notifications notifications
COPY templates templates
COPY static static
# Static files get the print of their content in their name. We show no page of viewflow, whose files name missing ones.
# The values below live for this line only.
RUN python -m compileall -q . && \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex(40))')" \
    DATABASE_URL=postgresql://nobody@nowhere/nothing REDIS_URL=redis://nowhere/0 ALLOWED_HOSTS=nowhere \
    BASE_URL=https://nowhere EMAIL_URL=smtp://nowhere DEFAULT_FROM_EMAIL=nobody@nowhere CLAMD_URL=tcp://nowhere:3310 \
    python manage.py collectstatic --no-input --verbosity 0 --ignore viewflow --ignore guardian
USER relais
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--config", "python:config.gunicorn_conf"]
