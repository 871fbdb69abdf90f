from postgres_server import postgresql

__all__ = ["postgresql"]
