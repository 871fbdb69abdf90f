"""The steps from one revision of the tables to the next, as Alembic runs them."""
