from postgres_server import emptied, migrated, postgresql

__all__ = ["emptied", "migrated", "postgresql"]
