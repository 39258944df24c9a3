"""The figures of the page of the services, as Prometheus reads them."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from config.service_metrics import ServiceCollector
from config.services.jobs import record_job_run
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry():
    found = CollectorRegistry()
    found.register(ServiceCollector())
    return found


def samples(registry):
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {(each.name, each.labels["service"]): each.value for family in families for each in family.samples}


def test_figures_bear_the_name_of_their_service(registry, at_noon):
    record_job_run("tick", at=NOON - timedelta(seconds=42))
    found = samples(registry)
    assert found["relais_service_age_seconds", "tick"] == 42
    assert found["relais_service_level", "tick"] == 0
    assert found["relais_service_waiting", "mail"] == 0
    assert found["relais_service_waiting", "deadlines"] == 0
    assert found["relais_service_free_bytes", "disk"] > 0


def test_to_register_reads_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        CollectorRegistry().register(ServiceCollector())


def test_a_server_that_does_not_answer_is_a_level(registry, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert samples(registry)["relais_service_level", "queue"] == 2
