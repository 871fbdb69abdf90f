"""URLs of SQLite's databases mean without SQLAlchemy what they mean to it."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.dialects.sqlite import pysqlite

from stores.grouped import is_closed
from supportflow import AsyncSqlStore, Desk, SqlStore
from supportflow.exceptions import InvalidInput, StoreError
from supportflow.stores.sql.migration import migrate, revision_of
from supportflow.stores.sql.presence import check_present
from supportflow.stores.sql.revisions import REVISION
from supportflow.stores.sql.urls import in_memory, sqlite_url

OURS = {"check_same_thread": False, "timeout": 10.0, "uri": False}
"""What the driver is told unless the URL says something else."""


def url_object(url):
    """A URL as SQLAlchemy 2.1 reads it; 2.0 leaves `%20` in a file's name, which means the same here with each version."""
    made = make_url(url)
    return (
        made if make_url("sqlite:///%41").database == "A" else made.set(database=unquote(made.database or ""))
    )


def theirs(url):
    """What SQLAlchemy calls the driver with, as far as the URL says it."""
    (name,), options = pysqlite.dialect().create_connect_args(url_object(url))
    for left in ("factory", "check_same_thread", "isolation_level"):
        options.pop(left, None)
    return name, {**OURS, **options}


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite+pysqlite:///desk.db",
        "sqlite:///desk.db",
        "sqlite:////var/lib/desk.db",
        "sqlite:///a folder/d%65sk%20one.db?timeout=0.5",
        "sqlite:///it%3Fs.db",
        "sqlite:///who@home:5/desk.db",
        "sqlite:///desk.db?timeout=3&cached_statements=7&detect_types=1&check_same_thread=true",
        "sqlite:///desk.db?isolation_level=IMMEDIATE&timeout=",
        "sqlite:///file:desk.db?uri=true&mode=ro&cache=private",
        "sqlite:///file:desk.db?uri=YES&mode=ro&timeout=1",
        "sqlite:///file:desk.db?uri=off",
        "sqlite:///file:desk.db?uri=1&of_a_vfs_of_its_own=1",
        "sqlite:///file:/var/lib/desk.db?uri=1&nolock=1&immutable=1",
        "sqlite:///file:///var/lib/desk.db?uri=on",
        "sqlite:///desk.db#1",
        "sqlite:///tische/größe.db",
    ],
)
def test_a_url_means_what_it_means_to_sqlalchemy(url):
    found = sqlite_url(url)
    assert found.arguments() == theirs(url)
    assert sqlite_url(url_object(url)).arguments() == found.arguments()


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/."), min_size=1, max_size=12)


@given(NAMES, st.floats(0, 1_000), st.booleans())
@example("%41?&=#@:", 0.0, True)
def test_any_name_is_found_again(name, timeout, absolute):
    url = f"sqlite:///{'/' * absolute}x/{quote(name)}?timeout={timeout!r}"
    ours, options = sqlite_url(url).arguments()
    assert ours.endswith(f"/x/{name}")
    assert (ours, options) == theirs(url)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("sqlite://desk.db", "three strokes"),
        ("sqlite://user@host/desk.db", "three strokes"),
        ("sqlite:///desk.db?timeout=soon", "timeout is not a number of seconds"),
        ("sqlite:///desk.db?timeout=inf", "timeout is not"),
        ("sqlite:///desk.db?timeout=1e10", "timeout is not"),
        ("sqlite:///file:desk.db?uri=perhaps", "uri is not true or false"),
        ("sqlite:///desk.db?cached_statements=many", "cached_statements is not a whole number"),
        ("sqlite:///desk.db?journal_mode=off", "journal_mode is not one of"),
        ("sqlite:///desk.db?timeout=1&timeout=2", "twice"),
        ("sqlite:///desk.db?timeot=1", "'timeot', which means nothing; did you mean 'timeout'"),
        ("sqlite:///desk.db?mode=ro", "mode of a name that is no URI"),
        ("sqlite:///file:desk.db?uri=false&mode=ro", "mode of a name that is no URI"),
        ("sqlite:///:memory:?cache=shared", "cache of a name that is no URI"),
        ("sqlite:///de%00sk.db", "NUL"),
        ("sqlite:desk.db", "no|not a URL"),
        ("mysql://x/y", "must be sqlite or postgresql"),
    ],
)
@pytest.mark.parametrize("use", [SqlStore, AsyncSqlStore, migrate, revision_of])
def test_a_url_that_means_nothing_is_told_at_once(use, url, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=word) as caught:
        use(url)
    assert caught.value.field == "database"
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("url", ["postgresql://u@h/n", "postgres://h/n", "postgresql+psycopg://h/n?x=1"])
def test_a_url_of_a_server_is_none_of_a_file(url):
    assert sqlite_url(url) is None
    assert sqlite_url(make_url(url)) is None


def test_what_a_url_says_of_a_uri_reaches_sqlite_as_it_is(tmp_path):
    """`&` in a value stays in it: SQLAlchemy writes it behind the name as if it were one option more."""
    found = sqlite_url(f"sqlite:///file:{tmp_path}/desk.db?vfs=a%26mode%3Dmemory")
    assert not in_memory(found)
    assert found.arguments()[0].endswith("?vfs=a%26mode%3Dmemory")


def test_a_file_is_the_same_one_after_the_process_has_gone_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with Desk(store=SqlStore("sqlite:///desk.db")) as desk:
        monkeypatch.chdir(tmp_path / "elsewhere")
        desk.open(subject="s", requester="ana")
    assert revision_of(f"sqlite:///{tmp_path}/desk.db") == REVISION
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_a_file_that_may_only_be_read_is_read_and_not_written(tmp_path):
    path = tmp_path / "desk.db"
    with Desk(store=SqlStore(f"sqlite:///{path}?journal_mode=delete")) as desk:
        desk.open(subject="s", requester="ana", ref="a")
    before = path.read_bytes()
    with Desk(store=SqlStore(f"sqlite:///file:{path}?mode=ro&journal_mode=delete")) as desk:
        assert desk.get(ref="a").requester == "ana"
        with pytest.raises(StoreError, match="SQLITE_READONLY"):
            desk.open(subject="s", requester="ben")
        assert [one.ref for one in desk.find()] == ["a"]
    assert path.read_bytes() == before


def test_each_connection_is_set_to_wait_and_to_keep_what_it_was_told(tmp_path):
    def asked(cursor):
        found = []
        for name in ("busy_timeout", "synchronous", "journal_mode"):
            cursor.execute(f"PRAGMA {name}")
            found.append(cursor.fetchone()[0])
        return found

    for number, (query, expected) in enumerate(
        [
            ("", [10_000, 2, "wal"]),
            ("?timeout=1.5", [1_500, 2, "wal"]),
            ("?timeout=0&journal_mode=PERSIST", [0, 2, "persist"]),
        ]
    ):
        store = SqlStore(f"sqlite:///{tmp_path / f'{number}.db'}{query}")
        answers = [store._link.run(asked, "read"), store._link.run(asked, "write")]
        thread = threading.Thread(target=lambda: answers.append(store._link.run(asked, "read")))  # noqa: B023 - joined here
        thread.start()
        thread.join()
        assert answers == [expected] * 3
        store.close()


def test_a_connection_that_cannot_be_set_up_is_closed(tmp_path, monkeypatch):
    made, connect = [], sqlite3.connect

    def kept(*values, **named):
        made.append(connect(*values, **named))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", kept)
    (tmp_path / "desk.db").write_bytes(b"no database, for all that it is long enough to be one" * 20)
    with pytest.raises(StoreError, match="SQLITE_NOTADB"):
        SqlStore(f"sqlite:///{tmp_path / 'desk.db'}").find_ref("t", "r")
    assert [is_closed(raw) for raw in made] == [True]


def test_a_url_object_and_an_engine_of_sqlalchemy_go_on_working(tmp_path):
    url = make_url(f"sqlite:///{tmp_path / 'desk.db'}")
    with Desk(store=SqlStore(url)) as desk:
        desk.open(subject="s", requester="ana", ref="a")
    engine = create_engine(url)
    with Desk(store=SqlStore(engine)) as desk:
        assert desk.get(ref="a").requester == "ana"
    engine.dispose()
    assert (revision_of(url), migrate(url)) == (REVISION, REVISION)


class Unquoted(URL):
    """As SQLAlchemy 2.0 has them: it writes `%` and `?` of a file's name as they are."""

    def render_as_string(self, **_):
        return f"{self.drivername}:///{self.database}"


@pytest.mark.parametrize("name", ["50%25 off.db", "why?.db", "a#b&c=d.db", "größe.db"])
@pytest.mark.parametrize("kind", [URL, Unquoted])
def test_the_file_of_a_url_object_is_the_one_that_it_names(tmp_path, name, kind):
    path = tmp_path / name
    migrate(kind.create("sqlite", database=str(path)))
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "where", [{"host": "h"}, {"username": "u"}, {"host": "h", "password": "secret"}, {"port": 5}]
)
def test_a_url_object_of_sqlite_with_a_host_is_told(where):
    with pytest.raises(InvalidInput, match="three strokes") as caught:
        sqlite_url(URL.create("sqlite", database="/desk.db", **where))
    assert "secret" not in str(caught.value)


def test_what_stands_behind_the_name_of_a_url_object_is_read():
    found = sqlite_url(URL.create("sqlite", database="file:d.db", query={"mode": "ro", "timeout": "2"}))
    assert found.arguments() == sqlite_url("sqlite:///file:d.db?mode=ro&timeout=2").arguments()
    with pytest.raises(InvalidInput, match="twice"):
        sqlite_url(URL.create("sqlite", database="d.db", query={"timeout": ("1", "2")}))


@pytest.mark.parametrize("option", ["cached_statements", "detect_types"])
@pytest.mark.parametrize("ask", [migrate, revision_of, lambda url: SqlStore(url).find_ref("t", "r")])
def test_a_number_that_the_driver_does_not_take_is_a_store_error(tmp_path, option, ask):
    path = tmp_path / "desk.db"
    migrate(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="OverflowError"):
        ask(f"sqlite:///{path}?{option}={2**70}")


@pytest.mark.parametrize("ask", [migrate, revision_of, check_present])
def test_a_name_that_no_file_can_have_is_a_store_error(tmp_path, ask):
    with pytest.raises(StoreError):
        ask(f"sqlite:///{tmp_path / ('x' * 300)}")


@pytest.mark.parametrize("ask", [revision_of, check_present])
def test_a_file_where_nobody_may_look_is_a_store_error(tmp_path, monkeypatch, ask):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refused)
    with pytest.raises(StoreError, match="Permission denied"):
        ask(f"sqlite:///{tmp_path / 'desk.db'}")


def test_tables_that_nothing_says_the_revision_of_are_left_as_they_are(tmp_path):
    path = tmp_path / "desk.db"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DELETE FROM supportflow_schema")
    for ask in (migrate, revision_of):
        with pytest.raises(StoreError, match="nothing says at which revision"):
            ask(f"sqlite:///{path}")
