"""SQLite and PostgreSQL keep every promise of the port, called plainly and from an event loop."""

import pytest

from supportflow import AsyncSqlStore, SqlStore
from supportflow.testing.conformance import StoreConformance


class TestSqliteFile(StoreConformance):
    @pytest.fixture(autouse=True)
    def place(self, tmp_path):
        self.url = f"sqlite:///{tmp_path / 'desk.db'}"

    def make_store(self):
        return SqlStore(self.url)

    def reopen_store(self, store):  # noqa: ARG002 - the data is where the URL says
        return SqlStore(self.url)


class TestSqliteInMemory(StoreConformance):
    without = ("durability",)

    def make_store(self):
        return SqlStore("sqlite://")


class TestAsyncSqlite(TestSqliteFile):
    def make_store(self):
        return AsyncSqlStore(self.url)

    def reopen_store(self, store):  # noqa: ARG002 - the data is where the URL says
        return AsyncSqlStore(self.url)


class TestPostgresql(StoreConformance):
    @pytest.fixture(autouse=True)
    def place(self, emptied):
        self.url = emptied

    def make_store(self):
        return SqlStore(self.url)

    def reopen_store(self, store):  # noqa: ARG002 - the data is where the URL says
        return SqlStore(self.url)


class TestAsyncPostgresql(TestPostgresql):
    def make_store(self):
        return AsyncSqlStore(self.url)

    def reopen_store(self, store):  # noqa: ARG002 - the data is where the URL says
        return AsyncSqlStore(self.url)
