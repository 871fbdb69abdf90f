"""A small Django project with tickets of its own, as the tests of `supportflow.contrib.django` need one."""
