"""What a Django host is shown: the admin, template tags, and system checks of wrong settings."""

from datetime import timedelta
from html import unescape
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest

from django_shop.start import start

start()

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.template import Context, Template
from django.test import RequestFactory, TestCase, override_settings
from django.utils import timezone, translation

from django_shop.admin import CaseAdmin
from django_shop.bridges import CaseBridge
from django_shop.desk import CLOCK, policy
from django_shop.models import Case, Comment
from supportflow import Policy
from supportflow.contrib.django import TicketBridge, async_desk, desk
from supportflow.contrib.django.admin import DeskTicketAdmin
from supportflow.contrib.django.checks import check_tables
from supportflow.contrib.django.desks import forget


class Pages(TestCase):
    def setUp(self):
        CLOCK.ahead = timedelta()
        self.sam = User.objects.create_superuser("sam")
        self.client.force_login(self.sam)
        self.later = Case.objects.create(title="Picture", text="How do I change it?", customer="bo")
        self.urgent = Case.objects.create(title="<b>Help</b>", text="My account was hacked", customer="ana")
        Comment.objects.create(case=self.later, text="In your profile.", author=self.sam)

    def shown(self, template, **values):
        return Template("{% load supportflow %}" + template).render(Context(values))

    # --- the admin -----------------------------------------------------------------------------

    def test_the_admin_lists_the_queue_in_order_with_clocks(self):
        page = self.client.get("/admin/supportflow/deskticket/").content.decode()
        self.assertLess(page.index("&lt;b&gt;Help&lt;/b&gt;"), page.index("Picture"))
        self.assertIn("First answer: due", page)
        self.urgent.state = "done"
        self.urgent.save()
        page = self.client.get("/admin/supportflow/deskticket/").content.decode()
        self.assertNotIn("Help", page.partition('id="changelist"')[2])
        self.assertIn(
            "Help", self.client.get("/admin/supportflow/deskticket/?open__exact=0").content.decode()
        )

    def test_what_the_policy_seals_stands_on_no_page_of_the_desk_s(self):
        rule = {
            "name": "all",
            "kinds": ["subject", "message", "personal"],
            "roles": ["counsel"],
            "purposes": ["court"],
        }
        access = {"roles": {"counsel": {"agents": ["lea"]}}, "rules": [rule]}
        plain = policy()
        where = f"/admin/supportflow/deskticket/{desk().get(ref=f'case-{self.later.pk}').id}/change/"
        tags = (
            "{% sla_timeline it %}{% sla_badges it %}{% sla_badge it %}"
            '{% sla_queue "shop.Case" "admin:shop_case_change" %}'
        )
        for sealed in (False, True):
            given = Policy.model_validate({**plain.model_dump(), "access": access}) if sealed else plain
            with self.settings(SUPPORTFLOW={**settings.SUPPORTFLOW, "POLICY": given}):
                queue = self.client.get("/admin/supportflow/deskticket/").content.decode()
                page = self.client.get(where).content.decode()
                shown = self.shown(tags, it=desk().get(ref=f"case-{self.later.pk}"))
            with self.subTest(sealed=sealed):
                self.assertEqual(["Picture" in text for text in (queue, page, shown)], [not sealed] * 3)
                self.assertIn("sla-badge", queue)  # the row is there all the same
                for word in ("How do I change it?", "In your profile."):
                    self.assertNotIn(word, queue + page + shown)

    def test_a_ticket_s_page_has_clocks_timeline_and_why_and_changes_nothing(self):
        url = f"/admin/supportflow/deskticket/{desk().get(ref=f'case-{self.later.pk}').id}/change/"
        page = self.client.get(url).content.decode()
        for expected in ("First answer: met", "answered by", "clock shop/resolution#1: running"):
            self.assertIn(expected, page)
        self.assertEqual(self.client.post(url, {"status": "closed"}).status_code, 403)
        self.assertEqual(self.client.get("/admin/supportflow/deskticket/add/").status_code, 403)

    def test_the_host_s_own_admin_shows_all_of_it(self):
        self.assertContains(self.client.get("/admin/shop/case/"), "First answer: due")
        page = self.client.get(f"/admin/shop/case/{self.later.pk}/change/")
        self.assertContains(page, "clock shop/resolution#1: running")
        self.assertNotContains(self.client.get("/admin/shop/case/add/"), "sla")

    def test_the_host_s_own_admin_has_a_column_read_at_once(self):
        shown = CaseAdmin(Case, admin.site)
        request = RequestFactory().get("/")
        request.user = self.sam
        changes = shown.get_changelist_instance(request)
        badges = {one.title: shown.sla(one) for one in changes.result_list}
        self.assertIn("Resolution: due", badges["Picture"])
        self.assertIn("First answer: due", badges["<b>Help</b>"])
        self.assertEqual(shown.get_list_display(request), ("title", "sla"))
        self.assertEqual(shown.get_readonly_fields(request), ())
        names = shown.get_readonly_fields(request, self.later)
        self.assertEqual(names, ("sla_clocks", "sla_timeline", "sla_why"))
        self.assertIn("First answer: met", shown.sla_clocks(self.later))
        self.assertIn("answered by", shown.sla_timeline(self.later))
        self.assertIn("clock shop/", shown.sla_why(self.later))

    def test_the_second_page_and_another_order_are_of_the_queue_too(self):
        self.later.state = "done"
        self.later.save()
        with mock.patch.object(DeskTicketAdmin, "list_per_page", 1):
            Case.objects.create(title="Third", customer="cy")
            shown = "".join(
                self.client.get(f"/admin/supportflow/deskticket/?{asked}").content.decode()
                for asked in ("p=1", "p=2", "o=1&p=1", "o=1&p=2")
            )
        self.assertIn("Third", shown)
        self.assertNotIn("Picture", shown)
        self.assertContains(
            self.client.get(f"/admin/supportflow/deskticket/?q=case-{self.later.pk}"), "Picture"
        )

    def test_the_host_s_own_admin_can_edit_lists_and_arrange_its_fields(self):
        arranged = {"list_display": ["title", "state"], "list_editable": ["state"], "fields": ["title"]}
        with mock.patch.multiple(CaseAdmin, **arranged):
            page = self.client.get("/admin/shop/case/")
            self.assertContains(page, "First answer: due")
            self.assertContains(page, 'name="form-0-state"')
            page = self.client.get(f"/admin/shop/case/{self.later.pk}/change/")
            self.assertContains(page, "clock shop/resolution#1: running", count=1)
            self.assertNotContains(self.client.get("/admin/shop/case/add/"), "clock")

    # --- template tags -------------------------------------------------------------------------

    def test_a_badge_says_how_it_stands_with_the_most_urgent_clock(self):
        said = []
        for minutes in (0, 50, 61):
            CLOCK.ahead = timedelta(minutes=minutes)
            said.append(self.shown("{% sla_badge case %}", case=Case.objects.get(pk=self.urgent.pk)))
        tones = [badge.split('"')[1] for badge in said]
        self.assertEqual(tones, ["sla-badge sla-running", "sla-badge sla-soon", "sla-badge sla-overdue"])
        self.assertIn("First answer: overdue since", said[-1])
        self.urgent.state = "waiting"
        self.urgent.save()
        self.assertIn("paused", self.shown("{% sla_badges case %}", case=Case.objects.get(pk=self.urgent.pk)))

    def test_a_badge_speaks_the_language_of_the_request(self):
        with translation.override("zh-hans"):
            self.assertIn("首次回复：", self.shown("{% sla_badge case %}", case=self.urgent))
        with translation.override("zh-hant"):
            self.assertIn("首次回覆：", self.shown("{% sla_badge case %}", case=self.urgent))
        with translation.override("sv"):
            self.assertIn("First answer: due", self.shown("{% sla_badge case %}", case=self.urgent))

    def test_a_badge_writes_the_date_of_a_language_that_there_are_no_words_for(self):
        dates = pytest.importorskip("babel.dates", reason="the extra `locales` is not installed")
        first = next(one for one in desk().clocks(ref=f"case-{self.urgent.pk}") if one.due_at)
        local = timezone.localtime(first.due_at)
        for language, locale in (("sv", "sv"), ("pt-br", "pt_BR"), ("uk", "uk")):
            with translation.override(language):
                shown = unescape(self.shown("{% sla_badge case %}", case=self.urgent))
            self.assertIn(dates.format_skeleton("MMMMEEEEd", local, locale=locale), shown)
            self.assertIn(dates.format_time(local.time(), "short", locale=locale), shown)

    def test_what_has_no_ticket_has_no_target(self):
        for nothing in (self.sam, None, "no such ref", Case(pk=0)):
            self.assertIn("no target", self.shown("{% sla_badge it %}", it=nothing))
            self.assertEqual(self.shown("{% sla_panel it %}", it=nothing), "")

    def test_a_ticket_and_a_ref_name_a_ticket_as_well(self):
        ref = f"case-{self.later.pk}"
        by_case = self.shown(
            "{% sla_prepare all %}{% for one in all %}{% sla_badge one %}{% endfor %}", all=[self.later]
        )
        self.assertEqual(self.shown("{% sla_badge it %}", it=ref), by_case)
        self.assertEqual(self.shown("{% sla_badge it %}", it=desk().get(ref=ref)), by_case)

    def test_tickets_of_others_push_none_out_of_the_queue(self):
        for number in range(3):
            desk().open(ref=f"other-{number}", subject="My account was hacked", requester="cy")
        for model in ("shop.Case", "shop.case"):
            shown = self.shown('{% sla_queue model "admin:shop_case_change" 2 %}', model=model)
            self.assertEqual(shown.count("<tr>"), 3)
            self.assertLess(shown.index("&lt;b&gt;Help"), shown.index("Picture"))

    def test_texts_of_customers_are_escaped(self):
        shown = self.shown('{% sla_queue "shop.Case" "admin:shop_case_change" %}')
        self.assertEqual(shown.count("<tr>"), 3)
        self.assertIn(f'<a href="/admin/shop/case/{self.urgent.pk}/change/">case-{self.urgent.pk}</a>', shown)
        self.assertIn("&lt;b&gt;Help", shown)
        self.assertNotIn("<b>Help", shown)
        page = self.shown("{% sla_panel case %}{% sla_timeline case %}", case=self.urgent)
        self.assertNotIn("<b>Help", page)


WRONG = {
    "E001": [
        {"POLICIES": "x"},
        {"POLICY": "no.such.policy"},
        {"POLICY": "missing.toml"},
        {"POLICY": "django_shop.desk.HEARD"},
        {"ON": {"sla_burst": "django_shop.desk.heard"}},
        {"ON": ["sla_breached"]},
        {"PORTS": {"store": "django_shop.desk.CLOCK"}},
        {"BRIDGES": ["django_shop.bridges.Missing"]},
        {"BRIDGES": "django_shop.bridges.CaseBridge"},
        {"BRIDGES": ["django_shop.models.Case"]},
        {"BRIDGES": ["supportflow.contrib.django.TicketBridge"]},
    ],
    "E003": [{"DATABASE": "other"}, {"TENANT": ""}],
}


class OtherFields(CaseBridge):
    prefix = "other-"
    subject = "headline"
    messages = None


class OtherModel(CaseBridge):
    prefix = "model-"
    model = "shop.Nothing"


class OtherStatuses(CaseBridge):
    prefix = "status-"
    statuses = {"fresh": "open", "working": "open", "waiting": "asleep", "done": "resolved"}  # noqa: RUF012 - as a host writes it


class OtherMessages(CaseBridge):
    prefix = "case-"
    messages = CaseBridge.messages.__class__("shop.Comment", ticket="ticket", body="text", at="created")


class OtherPath(CaseBridge):
    prefix = "path-"
    group = "team.label"
    requester = "owner.profile.number"
    messages = CaseBridge.messages.__class__("shop.Comment", ticket="case.team", body="text", at="created")


class Checks(TestCase):
    def found(self, **changed):
        with self.settings(SUPPORTFLOW=changed):
            return [(one.id.partition(".")[2], str(one.msg)) for one in run_checks(tags=["supportflow"])]

    def test_the_project_itself_is_right(self):
        self.assertEqual(run_checks(tags=["supportflow"]), [])
        self.assertEqual(check_tables(["default"]), [])
        self.assertEqual(check_tables(None), [])

    def test_wrong_settings_are_named_before_anything_runs(self):
        for code, cases in WRONG.items():
            for changed in cases:
                with self.subTest(changed):
                    self.assertEqual([one for one, _ in self.found(**changed)], [code])

    def test_wrong_policies_are_named_with_their_paths(self):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "policy.toml"
            path.write_text(
                '[[sla]]\nname = "all"\ntargets = [{ name = "x", metric = "no", hours = 1 }]\n', "utf-8"
            )
            [(code, text)] = self.found(POLICY=path)
        self.assertEqual(code, "E002")
        self.assertIn("metric", text)

    def test_wrong_bridges_are_named_with_their_fields(self):
        for bridge, expected in (
            (OtherFields, [("E004", "OtherFields.subject: shop.Case has no 'headline'")]),
            (OtherModel, [("E004", "OtherModel: App 'shop' doesn't have a 'Nothing' model.")]),
            (
                OtherPath,
                [
                    ("E004", "OtherPath.requester: auth.User has no 'profile'"),
                    ("E004", "OtherPath.group: shop.Team has no 'label'"),
                    ("E004", "OtherPath.messages.ticket: 'case.team' is no foreign key"),
                ],
            ),
            (OtherMessages, [("E004", "OtherMessages.messages.ticket: shop.Comment has no 'ticket'")]),
        ):
            with self.subTest(bridge):
                self.assertEqual(self.found(BRIDGES=[bridge]), expected)
        said = dict(self.found(BRIDGES=[OtherStatuses]))
        self.assertIn("'asleep'", said["E008"])
        self.assertIn("'shut'", said["W008"])

    def test_two_bridges_need_two_prefixes(self):
        self.assertEqual(
            {code for code, _ in self.found(BRIDGES=[CaseBridge, OtherMessages])}, {"E004", "E006"}
        )

    def test_a_bridge_that_does_not_say_what_a_status_is_takes_its_name(self):
        class Plain(TicketBridge):
            model = "shop.Case"
            status = "state"

        case = Case(state="open")
        self.assertEqual(Plain().status_of(case), "open")
        self.assertIsNone(TicketBridge().status_of(case))
        self.assertIsNone(Plain().level_of(case))

    def test_the_check_command_fails_with_what_the_checks_find(self):
        with self.settings(SUPPORTFLOW={"POLICIES": "x"}), self.assertRaisesRegex(CommandError, "settings"):
            call_command("supportflow_check", stdout=StringIO())

    def test_settings_that_change_make_another_desk(self):
        before = desk()
        self.assertIs(desk(), before)
        self.assertIs(async_desk(), async_desk())
        with override_settings(SUPPORTFLOW={"POLICY": Policy(name="other"), "TENANT": "b"}):
            self.assertEqual((desk().policy.name, desk().tenant), ("other", "b"))
        self.assertEqual(desk().tenant, "default")

    def test_a_desk_without_settings_is_a_plain_one(self):
        with override_settings():
            from django.conf import settings

            del settings.SUPPORTFLOW
            forget()
            self.assertEqual(desk().policy, Policy())
        forget()
