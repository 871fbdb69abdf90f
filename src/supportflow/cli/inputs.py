"""What a command line names: a policy in a file, a store by its URL, a desk or a store by `module:attribute`."""

import argparse
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supportflow._time import to_us
from supportflow.cli.documents import policy_named
from supportflow.cli.trial import Trial
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput, StoreUnavailable
from supportflow.policy import Policy
from supportflow.worker.naming import is_name, load

if TYPE_CHECKING:
    from supportflow.stores.sql.overview import Overview

__all__ = [
    "add_log",
    "add_store",
    "desk_at",
    "kept_at",
    "never_used",
    "not_the_log",
    "overview_at",
    "policy_at",
    "published_policy",
    "store_at",
    "used_at",
]


def policy_at(path: str | None) -> Policy:
    """The policy in a file, on standard input (`-`), or of a shipped name; a plain desk without an SLA if none is named.

    Raises:
        PolicyError: If the document is wrong.
        OSError: If the file cannot be read.
    """
    return Policy() if path is None else policy_named(path)


def add_log(parser: argparse.ArgumentParser, *, needs_mapping: bool = True, needs_log: bool = True) -> None:
    """Add the argument that names a log, and the option that says what its columns mean."""
    from supportflow.replay import shipped_mappings  # noqa: PLC0415 - only commands of logs need what reads them

    parser.add_argument(
        "log",
        metavar="LOG",
        nargs=None if needs_log else "?",
        help="CSV, JSON Lines, Parquet or XES, plain or gzipped; - for standard input",
    )
    parser.add_argument(
        "--mapping",
        required=needs_mapping,
        metavar="MAPPING",
        help=f"what its columns mean: a TOML file, or one of {', '.join(shipped_mappings())}",
    )


def not_the_log(out: str | None, log: str, option: str) -> None:
    """Make sure that what is about to be written is not the log that is read.

    Args:
        out: The file that is written; None if there is none, `-` for standard output.
        log: The log.
        option: The option that names `out`.

    Raises:
        InvalidInput: If both are the same file, by whatever name.
        OSError: If the log is not there.
    """
    if out is not None and out != "-" and Path(out).exists() and Path(out).samefile(log):
        raise InvalidInput(option, "is the log itself")


def add_store(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the options that name a store and a tenant."""
    parser.add_argument(
        "--store",
        metavar="STORE",
        required=required,
        help="a database URL such as sqlite:///desk.db, or module:attribute that names a store or makes one",
    )
    parser.add_argument("--tenant", metavar="NAME", default="default", help="the tenant (default: default)")


def store_at(name: str) -> Any:
    """The store at a URL, or that `module:attribute` names.

    Raises:
        InvalidInput: If there is no such store.
        MissingExtra: If the database's driver is not installed.
    """
    if "://" not in name:
        if not is_name(name):
            raise InvalidInput("--store", "is neither a URL such as sqlite:///desk.db nor module:attribute")
        return load(name, "--store", "load")
    from supportflow.stores.sql import SqlStore  # noqa: PLC0415 - a host of another store needs none

    return SqlStore(name)


def kept_at(name: str) -> Any:
    """A store that was used before: the tables are there already. Nothing is made.

    Raises:
        InvalidInput: If there is no such store.
        StoreError: If there is no such file, or the database has no tables of supportflow.
        MissingExtra: If the database's driver is not installed.
    """
    if "://" not in name:
        return store_at(name)
    from supportflow.stores.sql.presence import check_present  # noqa: PLC0415 - as above

    check_present(name)
    store = store_at(name)
    try:
        # A server without the tables says so here. One that cannot be reached may come back: a worker waits for it.
        with suppress(StoreUnavailable):
            store.events("default", "desk", 0, 1)
    except BaseException:
        store.close()
        raise
    return store


def used_at(name: str, tenant: str) -> Any:
    """A store that this tenant has used before: emptiness is not taken for success.

    Raises:
        InvalidInput: If there is no such store, or no desk of the tenant has ever written to it.
        StoreError: If there is no such file, or the database has no tables of supportflow.
        MissingExtra: If the database's driver is not installed.
    """
    store = kept_at(name)
    try:
        used = bool(store.feed_end(tenant))
    except BaseException:
        store.close()
        raise
    if used:
        return store
    store.close()
    raise never_used(tenant)


def never_used(tenant: str) -> InvalidInput:
    """What is wrong with a tenant that a store does not know."""
    return InvalidInput("--tenant", f"no desk of {tenant!r} has ever used this store")


def overview_at(name: str, tenant: str) -> "Overview":
    """How a tenant's part of a database does.

    Raises:
        InvalidInput: If there is no such store, or it is not in a database.
        StoreError: If it cannot be reached, or has no tables of supportflow.
        MissingExtra: If the database's driver is not installed.
    """
    store = kept_at(name)
    try:
        from supportflow.stores.sql.overview import overview  # noqa: PLC0415 - an extra
        from supportflow.stores.sql.store import SqlStore  # noqa: PLC0415 - the same

        if not isinstance(store, SqlStore):
            raise InvalidInput("--store", f"is a {type(store).__name__}, and no database that can be asked")
        return store.told(overview, tenant, lambda: to_us(datetime.now(UTC)))
    finally:
        store.close()


def published_policy(store: Any, tenant: str) -> Policy | None:
    """The policy that a desk of a tenant took into use last; None if none ever did."""
    from supportflow.notary.sealing import published_policy as found  # noqa: PLC0415 - only commands of a desk need it

    return found(store, tenant)


def desk_at(name: str, tenant: str, policy: str | Policy | None = None, *, dry_run: bool = False) -> Desk:
    """A desk on a store, under a policy from a file or else the one that the store's desk used last.

    Args:
        name: The store's.
        tenant: Whose desk.
        policy: A file, or what was read of one; None for the policy used last.
        dry_run: Whether nothing is to be changed.

    Raises:
        InvalidInput: If there is no such store, or it knows no policy and none is given.
        StoreError: If the store's tables are not there.
        PolicyError: If the document is wrong.
    """
    given = policy_at(policy) if isinstance(policy, str) else policy
    store = kept_at(name)
    try:
        document = _published(store, tenant) if given is None else given
        return Desk(document, store=Trial(store) if dry_run else store, tenant=tenant)
    except BaseException:
        store.close()
        raise


def _published(store: Any, tenant: str) -> Policy:
    policy = published_policy(store, tenant)
    if policy is None:
        raise InvalidInput("--policy", "is needed: no desk of this tenant has ever used this store")
    return policy
