"""What every test may use."""

import contextlib
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from django.db import connection, connections
from django.http import FileResponse
from django.template import Context, Template
from django.template.base import Variable
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils.safestring import SafeString
from playwright.sync_api import TimeoutError as WaitedInVain, expect

from cases.models import Installation, User
from config.errors import forget_noted_errors
from tests import databases, factories
from tests.factories import NOON
from tests.turns import DAY, wait_for_turn

# Nothing that is read before the tests begin is to be thrown away (see `pytest_collection_finish`).
gc.disable()
ROOT = Path(__file__).resolve().parent.parent
# How long an example takes says more about the machine than about the code: pytest's timeout is enough.
hypothesis.settings.register_profile("relais", deadline=None)
hypothesis.settings.load_profile("relais")
PATIENCE = 60_000
"""Milliseconds after which what a browser is to show is said not to come. A wait ends with the state that it waits for;
how long that takes says more about the machine than about the product."""
POLLING = 50
"""A state is asked for by the clock, not by the frames drawn, which a browser that nobody sees may put off."""
expect.set_options(timeout=PATIENCE)

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
"""The first draws no windows."""
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[Callable[[], None]]:
    """In the place of pytest-django’s own, which migrates once for each process; its --create-db says nothing here.

    What it gives makes the database as it was at first.
    """
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        with django_db_blocker.unblock():
            renew = stack.enter_context(databases.copy_for_this_process())
        # After a test that commits. Django would empty each table, then read the reference data again: ten times as long.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: renew())
        yield renew
        with django_db_blocker.unblock():
            stack.close()


@pytest.fixture(autouse=True, scope="session")
def _calls_that_templates_cannot_make() -> Iterator[list[str]]:
    """What a template names and cannot call, a class say, is false there; here, `--fail-on-template-vars` makes it true."""
    made: list[str] = []
    resolve = Variable._resolve_lookup  # type: ignore[attr-defined]  # no public name

    def note(variable: Variable, context: Context) -> Any:
        found = resolve(variable, context)
        if context.template and found is context.template.engine.string_if_invalid and found != "":
            made.append(str(variable.var))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Variable, "_resolve_lookup", note)
        yield made


@pytest.fixture(autouse=True)
def _templates_call_only_what_they_can(_calls_that_templates_cannot_make: list[str]) -> Iterator[None]:
    _calls_that_templates_cannot_make.clear()
    yield
    assert not _calls_that_templates_cannot_make, "to be given to the template as a value"


@pytest.fixture(autouse=True)
def _files_stay_in_the_test(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def _files_sent_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A browser takes a file to its end. Of an answer whose status alone is read, the file would be closed by chance, in the
    midst of another test, which would fail of it."""
    sent: list[Any] = []
    set_headers = FileResponse.set_headers

    def keep(answer: FileResponse, file: Any) -> None:
        sent.append(file)
        set_headers(answer, file)

    monkeypatch.setattr(FileResponse, "set_headers", keep)
    yield
    for file in sent:
        file.close()


@pytest.fixture(autouse=True)
def _errors_stay_in_the_test() -> None:
    """What one test logs is not written down by the next request of another."""
    forget_noted_errors()


@pytest.fixture(autouse=True)
def _installation_is_known() -> None:
    """As in a process that has just read it: what a test before this one said is forgotten, and no page asks for it."""
    Installation.keep(Installation.initial())


_is_part_of_a_page: ContextVar[bool] = ContextVar("a template is being rendered", default=False)


@pytest.fixture(scope="session", autouse=True)
def _pages_alone_are_kept(django_test_environment: None) -> Iterator[None]:
    """An answer keeps its page with its context, not the hundreds of pieces that the page is made of (each field, each
    label), of which Django would copy the contexts too."""
    render_and_keep = Template._render  # type: ignore[attr-defined]  # that of a test, which Django has put there

    def render_page(template: Template, context: Context) -> SafeString:
        if _is_part_of_a_page.get():
            return template.nodelist.render(context)
        token = _is_part_of_a_page.set(True)
        try:
            return render_and_keep(template, context)
        finally:
            _is_part_of_a_page.reset(token)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render_page)
        yield


@pytest.fixture
def at_noon() -> Iterator[None]:
    """The clock stands at the noon of the tests (`tests.factories.NOON`)."""
    with time_machine.travel(NOON, tick=False):
        yield


def is_counted_apart(sql: str) -> bool:
    """The line that a page which names somebody adds to the access log, one on each such page; and what the second barrier
    says in a test alone, whose transaction goes on after the page."""
    return 'INSERT INTO "cases_accessentry"' in sql or sql.strip() == "SELECT set_config('relais.reader', '', true);"


@pytest.fixture
def django_assert_max_num_queries() -> Callable[[int], contextlib.AbstractContextManager[CaptureQueriesContext]]:
    """As pytest-django’s, but for what `is_counted_apart`."""

    @contextlib.contextmanager
    def count(most: int) -> Iterator[CaptureQueriesContext]:
        # Made on a loaded machine, what the page is about may have taken longer than the half-minute for which that is known.
        Installation.keep(Installation.current())
        with CaptureQueriesContext(connection) as captured:
            yield captured
        asked = [each["sql"] for each in captured if not is_counted_apart(each["sql"])]
        assert len(asked) <= most, "\n\n".join([f"{len(asked)} queries, at most {most}:", *asked])

    return count


@pytest.fixture
def connection_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one request to the next, as in production: what is written once is prepared by the server."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 600)


@pytest.fixture
def worker(at_noon: None, client: Client) -> User:
    """Of the CAF, signed in since noon."""
    person = factories.member("caf-91", first_name="Claire", last_name="Montel")
    client.force_login(person)
    return person


@pytest.fixture
def pilot(at_noon: None, client: Client) -> User:
    """Of the partnership’s desk, signed in since noon."""
    person = factories.member("caf-91-pilotage", "pilot", first_name="Sylvie", last_name="Aubert")
    client.force_login(person)
    return person


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for servers of their own. Not under tmp_path: pytest closes that folder again to the account that
    PostgreSQL runs under."""
    folder = Path(tempfile.mkdtemp(prefix="relais-test-"))
    yield folder / "relais"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _migrated_home() -> Iterator[Path]:
    """Made once: the tables take some ten seconds of a processor."""
    folder = Path(tempfile.mkdtemp(prefix="relais-test-"))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RELAIS_HOME": str(folder / "relais")}
    command = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    yield folder / "relais"
    shutil.rmtree(folder)


@pytest.fixture
def migrated_home(home: Path, _migrated_home: Path) -> Path:
    """`home`, with the tables and the reference data, and nobody in it; its servers do not run yet."""
    subprocess.run([shutil.which("cp") or "cp", "--archive", str(_migrated_home), str(home)], check=True)
    return home


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, silent towards the outside."""
    if CHROMIUM is None:
        pytest.skip("Aucun Chromium sur cette machine : l’installer, ou nommer son programme dans CHROMIUM.")
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ],
    }


@pytest.fixture(scope="session")
def base_url() -> str:
    """None for the session (see `browser_context_args`); the plugin’s own is written in a way that pytest 9 warns of."""
    return ""


IN_FRANCE: dict[str, Any] = {"locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], live_server: Any) -> dict[str, Any]:
    """Pages are opened by their path alone: page.goto("/connexion/").

    Made for each test: kept for the session, the address would be that of whichever test came first.
    """
    return {**browser_context_args, **IN_FRANCE, "base_url": str(live_server.url)}


@pytest.fixture(scope="session")
def _no_connection_stays_behind() -> None:
    """Beside an event loop Django has connections of their own: that of before would be kept by nobody, and found again, dead, by
    a process that a test forks, which has no loop."""
    connections.close_all()


@pytest.fixture(scope="session")
def playwright(_no_connection_stays_behind: None, playwright: Any) -> Iterator[Any]:
    """Playwright, with the ORM allowed beside it.

    Its synchronous interface leaves an event loop marked as running in this thread until the session ends; Django
    would take every later query, of any test, for one made inside a coroutine. We have no coroutine.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright


def pytest_report_header() -> str:
    return f"turns: of SEED={DAY}; ALL=1 makes all" if DAY else "turns: all"


NO_LONG_PROOF_AFTER = float(os.environ.get("RELAIS_NO_LONG_PROOF_AFTER", "inf"))
"""Seconds since 1970. For a machine that stops a run after a while: what would be lost half done is not begun."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("long") and time.time() > NO_LONG_PROOF_AFTER:
        pytest.skip("Cette machine n’en a plus le temps : make test-long le prend.")
    if turn := item.get_closest_marker("turn"):
        wait_for_turn(*turn.args)


def pytest_collection_finish() -> None:
    """What was imported stays until the end: the garbage collector need not look at it after each thousand objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a page is a browser test: it may take long on a machine that does other things.

    One that waited in vain is tried once more, and named at the end: `make test-ten` counts that as a failure, since what
    is waited for is a state, with a patience that only a fault exceeds.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(900))
            item.add_marker(
                pytest.mark.flaky(reruns=1, only_rerun=[WaitedInVain, "^AssertionError: (Locator|Page) expected"])
            )
    by_turns = sorted((item for item in items if item.get_closest_marker("by_turns")), key=lambda item: item.nodeid)
    for number, item in enumerate(by_turns):
        item.add_marker(pytest.mark.turn(number))
    # The longest proofs first: what is left for the end is short, so that no processor waits long for another.
    items.sort(key=_seconds_of_a_long_proof, reverse=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was missing, in one line each, and how many tests were not made without it."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"{number} non fait(s) : {reason}")


def _seconds_of_a_long_proof(item: pytest.Item) -> float:
    """That it is allowed; 0 for any other test: they keep their order."""
    allowed = item.get_closest_marker("timeout")
    return float(allowed.args[0]) if allowed and item.get_closest_marker("long") else 0.0
