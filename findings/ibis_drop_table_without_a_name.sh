#!/usr/bin/env bash
# ibis-framework 12.0.0 with sqlglot 30.30.0 and duckdb 2.0.1: `drop_table("x")` sends `DROP TABLE` without a name, and `list_tables()` fails.
#
# Ibis gives the name to sqlglot's `Drop` as `this`; this sqlglot writes what stands in `expressions`, and says nothing of the rest. DuckDB 2 has
# renamed `fetch_arrow_table` of a connection. Both are within what the package's own requirements allow, so pip installs them together.
# Guessed: a table is dropped, or the versions exclude each other. Who is hurt: whoever replaces a table (`create_table(..., overwrite=True)` fails,
# too), and on DuckDB whoever makes one from data in memory. What to do: send `DROP TABLE IF EXISTS` as SQL of your own, and do not ask for the list
# of tables.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'ibis-framework[duckdb]==12.0.0' 'sqlglot==30.30.0' 'duckdb==2.0.1'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import ibis


def said(call):
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return "done"


connection = ibis.duckdb.connect()
connection.create_table("x", schema=ibis.schema({"a": "int64"}))
print(*(f"{name} {version(name)}" for name in ("ibis-framework", "sqlglot", "duckdb")), sep=", ")
seen = {
    "drop_table": said(lambda: connection.drop_table("x")),
    "list_tables": said(connection.list_tables),
}
for name, answer in seen.items():
    print(f"{name}: {answer}")
if "Parser Error" not in seen["drop_table"] or "fetch_arrow_table" not in seen["list_tables"]:
    sys.exit("this has changed: the finding no longer holds as written")
PY
