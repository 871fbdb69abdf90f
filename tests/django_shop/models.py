"""A host's own tickets: statuses, priorities and comments as hosts have them."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Team(models.Model):
    slug = models.SlugField()


class Case(models.Model):
    STATES = [
        ("fresh", "Fresh"),
        ("working", "Working"),
        ("waiting", "Waiting"),
        ("done", "Done"),
        ("shut", "Shut"),
    ]

    number = models.CharField(max_length=20, unique=True, null=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    customer = models.CharField(max_length=50)
    customer_email = models.EmailField(blank=True)
    state = models.CharField(max_length=20, choices=STATES, default="fresh")
    urgency = models.IntegerField(null=True, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(auto_now=True)


class Comment(models.Model):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    public = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)


class Shown(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(kind="shown")


class Remark(models.Model):
    """A message that points to its case by the number on it, and of which even the base manager hides some."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, to_field="number", null=True)
    kind = models.CharField(max_length=10, default="shown")
    text = models.TextField()
    created = models.DateTimeField(default=timezone.now)

    objects = Shown()

    class Meta:
        base_manager_name = "objects"
