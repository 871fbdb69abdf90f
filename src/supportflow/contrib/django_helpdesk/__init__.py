"""supportflow in django-helpdesk: put `"supportflow.contrib.django_helpdesk"` before `"helpdesk"` into `INSTALLED_APPS`."""
