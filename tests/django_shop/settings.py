"""Its settings. `SHOP_DATABASE` names the database; else everything is in memory."""

import os
import tempfile
from importlib.util import find_spec

from sqlalchemy import make_url


def database(place):
    """A database as Django names it: of a PostgreSQL by its URL, of SQLite by its file."""
    if not place.startswith("postgresql:"):
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": place, "OPTIONS": options}
    url = make_url(place)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "HOST": url.host or url.query.get("host", ""),
        "PORT": url.port or url.query.get("port", ""),
        "USER": url.username or "",
        "PASSWORD": url.password or "",
    }


HELPDESK = find_spec("helpdesk") is not None
SECRET_KEY = "for tests"
HELPDESK_TEAMS_MODE_ENABLED = False
MEDIA_ROOT = tempfile.mkdtemp(prefix="supportflow-shop-")
SITE_ID = 1
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_URL = "static/"
USE_TZ = True
TIME_ZONE = "UTC"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "django_shop.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.sites",
    "supportflow.contrib.django",
    *(["supportflow.contrib.django_helpdesk", "helpdesk", "rest_framework"] if HELPDESK else []),
    "django_shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": database(os.environ.get("SHOP_DATABASE", ":memory:"))}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SUPPORTFLOW = {
    "POLICY": "django_shop.desk.policy",
    "BRIDGES": ["django_shop.bridges.CaseBridge"],
    "ON": {"sla_breached": "django_shop.desk.heard"},
    "PORTS": {"clock": "django_shop.desk.CLOCK"},
    "STRICT": True,
}
