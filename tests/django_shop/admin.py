from django.contrib import admin

from django_shop.models import Case
from supportflow.contrib.django.admin import SlaAdminMixin


@admin.register(Case)
class CaseAdmin(SlaAdminMixin, admin.ModelAdmin):
    list_display = ["title"]
