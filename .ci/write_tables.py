"""Write down the statements that make the tables, from `supportflow.stores.sql.schema`."""

from pathlib import Path

from supportflow.stores.sql import schema, statements


def text(name: str) -> str:
    """The statements for a kind of database, in one text."""
    return ";\n\n".join(schema.ddl(name)) + ";\n"


if __name__ == "__main__":
    for name in ("sqlite", "postgresql"):
        Path(statements.__file__).with_name(f"{name}.sql").write_text(text(name), "utf-8")
