"""A host's tickets, reported by a bridge, in a real Django project: on SQLite here, elsewhere on PostgreSQL."""

import os
import time
from datetime import timedelta
from io import StringIO

from asgiref.sync import async_to_sync

from django_shop.start import start

start()

from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from django_shop.bridges import CaseBridge
from django_shop.desk import CLOCK, HEARD
from django_shop.models import Case, Comment, Remark, Team
from supportflow.contrib.django import Messages, async_desk, desk
from supportflow.contrib.django.bridge import at_path
from supportflow.contrib.django.models import Bridged
from supportflow.exceptions import InvalidInput


def ref_of(case):
    return f"case-{case.pk}"


class Shop:
    """What the tests of a shop begin with."""

    def setUp(self):
        CLOCK.ahead = timedelta()
        HEARD.clear()
        self.sam = User.objects.create(username="sam", is_staff=True)

    def case(self, **fields):
        given = {
            "title": "Help",
            "text": "No parcel",
            "customer": "ana",
            "customer_email": "ana@mail.example",
        }
        return Case.objects.create(**{**given, **fields})

    def answer(self, case, **fields):
        return Comment.objects.create(**{"case": case, "text": "We look.", "author": self.sam, **fields})

    def ticket(self, case):
        return desk().get(ref=ref_of(case))

    def states(self, case):
        return {clock.target: clock.state for clock in desk().clocks(ref=ref_of(case))}

    def kinds(self, case):
        return [event.kind for event in desk().history(ref=ref_of(case))]


class Reporting(Shop, TestCase):
    """Every row in the transaction of the test: what is said of a ticket, and that nothing is said twice."""

    def test_a_new_case_is_a_ticket_with_its_words(self):
        case = self.case(text="My account was hacked")
        row = desk().row(ref=ref_of(case))
        self.assertEqual((row.ticket.status, row.ticket.priority_class), ("new", "security"))
        self.assertEqual((row.subject, row.requester.email), ("Help", "ana@mail.example"))
        self.assertEqual(self.states(case), {"first_response": "running", "resolution": "running"})

    def test_every_field_arrives_once_whatever_is_saved_how_often(self):
        case = self.case()
        team = Team.objects.create(slug="parcels")
        changes = [
            ({"owner": self.sam}, {"assignee": str(self.sam.pk), "status": "open"}),
            ({"team": team}, {"group": "parcels"}),
            ({"urgency": 1}, {"level": 1}),
            ({"state": "waiting"}, {"status": "pending"}),
            ({"state": "done"}, {"status": "resolved"}),
            ({"state": "working"}, {"status": "open"}),
            ({"owner": None, "team": None}, {"assignee": None, "group": None}),
            ({"state": "shut"}, {"status": "closed"}),
        ]
        for fields, expected in changes:
            for name, value in fields.items():
                setattr(case, name, value)
            case.save()
            ticket = self.ticket(case)
            self.assertEqual({name: getattr(ticket, name) for name in expected}, expected)
            before = self.kinds(case)
            case.save()
            Case.objects.get(pk=case.pk).save()
            self.assertEqual(self.kinds(case), before)
            self.assertNotIn("status_kept", before)

    def test_a_stale_object_does_not_bring_back_what_it_holds(self):
        case = self.case()
        stale = Case.objects.get(pk=case.pk)
        case.state = "done"
        case.save()
        stale.title = "Other"
        stale.save(update_fields=["title"])
        self.assertEqual(self.ticket(case).status, "resolved")

    def test_messages_are_told_by_who_wrote_them(self):
        case = self.case()
        self.answer(case, public=False)
        self.assertEqual(self.states(case)["first_response"], "running")
        self.answer(case, author=None, text="Still nothing?")
        self.assertEqual(self.states(case)["first_response"], "running")
        answer = self.answer(case)
        self.assertEqual(self.states(case)["first_response"], "met")
        self.assertEqual(self.ticket(case).status, "open")
        answer.text = "We look again."
        answer.save()
        said = [(message.origin, message.body) for message in desk().messages(ref=ref_of(case))]
        self.assertEqual(
            said,
            [("requester", "No parcel"), ("requester", "Still nothing?"), ("public_reply", "We look.")],
        )

    def test_a_note_that_is_made_public_is_an_answer_then(self):
        case = self.case()
        note = self.answer(case, public=False)
        note.public = True
        note.save()
        self.assertEqual(self.states(case)["first_response"], "met")

    def test_a_message_that_moves_to_another_case_is_not_said_again(self):
        one, other = self.case(), self.case()
        self.answer(one)
        Comment.objects.update(case=other)
        Comment.objects.get().save()
        self.assertEqual((self.ticket(one).replies, self.ticket(other).replies), (1, 0))

    def test_what_is_deleted_ends_as_cancelled(self):
        deleted, bulk, done = self.case(), self.case(), self.case(state="done")
        ref = ref_of(deleted)
        deleted.delete()
        Case.objects.filter(pk__in=[bulk.pk, done.pk]).delete()
        statuses = [desk().get(ref=mark.ref).status for mark in Bridged.objects.order_by("pk")]
        self.assertEqual(statuses, ["cancelled", "cancelled", "resolved"])
        self.assertEqual({clock.state for clock in desk().clocks(ref=ref)}, {"cancelled"})

    def test_what_is_rolled_back_was_never_told(self):
        for taken_back in (True, False):
            with transaction.atomic():
                self.answer(self.case())
                transaction.set_rollback(taken_back)
        self.assertEqual([one.replies for one in desk().find()], [1])

    def test_a_savepoint_of_the_host_takes_back_what_was_told_in_it(self):
        case = self.case()
        with transaction.atomic(), transaction.atomic():
            case.state = "done"
            case.save()
            transaction.set_rollback(True)
        self.assertEqual(self.ticket(case).status, "new")
        Case.objects.get(pk=case.pk).save()
        self.assertEqual(self.ticket(case).status, "new")

    def test_addresses_never_become_ids(self):
        requester = self.ticket(self.case(customer="Ana@Mail.example")).requester
        self.assertNotIn("@", requester)
        self.assertEqual(self.ticket(self.case(customer="ana@mail.example ")).requester, requester)
        self.assertNotEqual(self.ticket(self.case(customer="bo@mail.example")).requester, requester)
        self.assertEqual(self.ticket(self.case(customer="")).requester, "unknown")

    def test_a_text_that_is_too_long_is_told_as_far_as_it_goes(self):
        case = self.case(text="x" * 300_000)
        self.answer(case, text="y" * 300_000)
        self.assertEqual([len(one.body) for one in desk().messages(ref=ref_of(case))], [200_000, 200_000])

    def test_a_status_without_a_meaning_is_an_error_only_where_the_settings_are_strict(self):
        case = self.case()
        case.state = "lost"
        with self.assertRaisesRegex(InvalidInput, "lost"), transaction.atomic():
            case.save()
        with override_settings(SUPPORTFLOW=given(STRICT=False)), self.assertLogs("supportflow.bridge"):
            case.save()
        self.assertEqual(Case.objects.get(pk=case.pk).state, "lost")
        self.assertEqual(self.ticket(case).status, "new")

    def test_a_case_without_any_words_is_a_ticket(self):
        for words in ("", " "):
            case = self.case(title=words, text="")
            self.assertEqual(desk().row(ref=ref_of(case)).subject, ref_of(case))

    def test_a_path_to_a_row_that_is_not_there_says_nothing(self):
        gone = Case(team_id=987_654)  # by a key without a constraint
        self.assertIsNone(at_path(gone, "team.slug"))
        self.assertIsNone(at_path(Case(), "team.slug"))

    def test_the_worker_is_told_what_to_do_in_a_test_case(self):
        with self.assertRaisesRegex(InvalidInput, "TransactionTestCase"):
            desk().run_due()


class RemarkBridge(CaseBridge):
    prefix = "remarked-"
    messages = Messages("shop.Remark", ticket="case", body="text", at="created")


class ByAnotherKey(Shop, TestCase):
    """Messages that point to their case by a number of the host's, and of which the base manager hides some."""

    def setUp(self):
        super().setUp()
        bridges = {"BRIDGES": ["contrib.test_django_bridge.RemarkBridge"]}
        settings = self.settings(SUPPORTFLOW=given(**bridges))
        settings.enable()
        self.addCleanup(settings.disable)
        self.numbered = [self.case(number=number) for number in ("A/1", "17", None)]

    def said(self, case):
        return [one.body for one in desk().messages(ref=f"remarked-{case.pk}")][1:]

    def test_each_is_told_of_its_own_case(self):
        first, second, third = self.numbered
        Case.objects.filter(pk=second.pk).update(number=str(first.pk))  # as if it were another's primary key
        second.refresh_from_db()
        for number, case in enumerate((first, second)):
            Remark.objects.create(case=case, text=f"remark {number}")
        Remark.objects.create(case=first, text="hidden", kind="hidden")
        Remark.objects.create(text="of nobody's")
        self.assertEqual(
            [self.said(case) for case in (first, second, third)], [["remark 0"], ["remark 1"], []]
        )

    def test_what_no_signal_told_of_is_found(self):
        Remark.objects.bulk_create(
            [
                Remark(case=case, text=case.title, kind=kind)
                for case in self.numbered
                for kind in ("shown", "hidden")
            ]
        )
        for _ in range(2):
            call_command("supportflow_adopt", stdout=StringIO())
        self.assertEqual([self.said(case) for case in self.numbered], [["Help"], ["Help"], []])


class InLocalTime(Shop, TestCase):
    """In a project with `USE_TZ = False`, whose instants have no zone."""

    def setUp(self):
        zone = self.settings(USE_TZ=False, TIME_ZONE="Asia/Shanghai")
        self.addCleanup(restore_zone, os.environ.get("TZ"))
        zone.enable()
        self.addCleanup(zone.disable)
        super().setUp()

    def test_a_case_and_its_messages_arrive_at_their_instants(self):
        case = self.case()
        self.answer(case)
        case.state = "done"
        case.save()
        ticket = self.ticket(case)
        self.assertLess(abs(CLOCK.now() - ticket.opened_at), timedelta(minutes=1))
        self.assertEqual((ticket.status, ticket.replies), ("resolved", 1))
        self.assertEqual(self.states(case), {"first_response": "met", "resolution": "met"})

    def test_what_the_desk_hears_of_late_stands_at_its_own_instant(self):
        began = timezone.now() - timedelta(days=3)
        self.assertIsNone(began.tzinfo)
        [case] = Case.objects.bulk_create([Case(title="Old", customer="bo", created=began)])
        Comment.objects.bulk_create(
            [Comment(case=case, text="Here.", author=self.sam, created=began + timedelta(minutes=30))]
        )
        call_command("supportflow_adopt", stdout=StringIO())
        [first, _] = desk().clocks(ref=ref_of(case))
        self.assertEqual((first.state, first.elapsed), ("met", timedelta(minutes=30)))
        self.assertLess(
            abs(CLOCK.now() - timedelta(days=3) - self.ticket(case).opened_at), timedelta(minutes=1)
        )


def restore_zone(name):
    os.environ.pop("TZ", None)
    if name is not None:
        os.environ["TZ"] = name
    time.tzset()


def given(**changed):
    from django.conf import settings

    return {**settings.SUPPORTFLOW, **changed}


class WithoutATransaction(Shop, TransactionTestCase):
    """Each save commits by itself, as in a request without `ATOMIC_REQUESTS`."""

    def test_each_test_begins_with_empty_tables(self):
        self.assertEqual(list(desk().find()), [])
        self.case()

    test_and_so_does_the_next = test_each_test_begins_with_empty_tables

    def test_a_breach_is_heard_and_handlers_leave_no_connection(self):
        case = self.case()
        desk().run_due()
        CLOCK.ahead = timedelta(hours=2)
        call_command("supportflow_tick")
        self.assertEqual([event.ref for event in HEARD], [ref_of(case)])

    def test_older_cases_are_adopted_with_their_past_and_nobody_is_called(self):
        long_ago = timezone.now() - timedelta(days=30)
        with self.settings(SUPPORTFLOW=given(BRIDGES=[])):
            for number in range(3):
                case = self.case(created=long_ago, title=str(number))
                self.answer(case, created=long_ago + timedelta(hours=3))
            Case.objects.filter(title="2").update(state="done")
        self.assertEqual(list(desk().find()), [])
        printed = StringIO()
        call_command("supportflow_adopt", "--dry-run", stdout=printed)
        self.assertEqual(list(desk().find()), [])
        call_command("supportflow_adopt", "--only", "shop.Case", stdout=printed)
        call_command("supportflow_adopt", stdout=printed)
        self.assertEqual(
            printed.getvalue().splitlines(),
            [
                "3 tickets would be reported, 0 failed",
                "3 tickets were reported, 0 failed",
                "0 tickets were reported, 0 failed",
            ],
        )
        self.assertEqual([one.status for one in desk().find(order="opened")], ["open", "open", "resolved"])
        self.assertEqual(
            {
                clock.state
                for one in desk().find()
                for clock in one.clocks
                if clock.target == "first_response"
            },
            {"missed"},
        )
        call_command("supportflow_tick")
        self.assertEqual(HEARD, [])

    def test_an_old_case_without_an_answer_calls_nobody_and_alate_one_tells_once(self):
        now = timezone.now()
        [old, late] = Case.objects.bulk_create(
            [
                Case(title="x", customer="bo", created=now - age)
                for age in (timedelta(days=9), timedelta(minutes=59))
            ]
        )
        for _ in range(2):
            call_command("supportflow_tick")
        self.assertEqual((HEARD, self.states(old)["first_response"]), ([], "running"))
        CLOCK.ahead = timedelta(minutes=10)
        for _ in range(2):
            call_command("supportflow_tick")
        self.assertEqual([event.ref for event in HEARD], [ref_of(late)])

    def test_what_no_signal_tells_of_is_found(self):
        case, gone, answered, unknown = self.case(), self.case(), self.case(), None
        Case.objects.filter(pk=case.pk).update(state="done")
        Case.objects.filter(pk=gone.pk)._raw_delete("default")
        Comment.objects.bulk_create([Comment(case=answered, text="Here.", author=self.sam)])
        [unknown] = Case.objects.bulk_create([Case(title="Bulk", customer="bo")])
        printed = StringIO()
        call_command("supportflow_check", stdout=printed)
        self.assertIn("4 tickets differ", printed.getvalue())
        call_command("supportflow_worker", "--until-idle", "--idle-max", "0.1")
        self.assertEqual(self.ticket(case).status, "resolved")
        self.assertEqual(desk().get(ref=ref_of(gone)).status, "cancelled")
        self.assertEqual(self.ticket(answered).replies, 1)
        self.assertEqual(self.ticket(unknown).status, "new")
        printed = StringIO()
        call_command("supportflow_check", stdout=printed)
        self.assertIn("0 tickets differ", printed.getvalue())

    def test_what_was_lost_between_the_two_commits_stands_at_its_own_time(self):
        with self.settings(SUPPORTFLOW=given(BRIDGES=[])):
            case = self.case(created=timezone.now() - timedelta(minutes=50))
            self.answer(case, created=timezone.now() - timedelta(minutes=40))
        call_command("supportflow_tick")
        CLOCK.ahead = timedelta(hours=2)
        [first, _] = desk().clocks(ref=ref_of(case))
        self.assertEqual(first.state, "met")
        self.assertEqual(round(first.elapsed.total_seconds() / 60), 10)

    def test_async_views_have_a_desk(self):
        async def view():
            outcome = await async_desk().open(subject="s", requester="ana", ref="a")
            return await async_desk().get(outcome.ticket.id)

        self.assertEqual(async_to_sync(view)(), desk().get(ref="a"))

    def test_an_unknown_model_is_refused(self):
        with self.assertRaisesRegex(CommandError, r"shop\.Case"):
            call_command("supportflow_adopt", "--only", "shop.Nothing")

    def test_nothing_is_left_to_migrate_and_the_tables_can_be_dropped_and_made_again(self):
        call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())
        call_command("migrate", "supportflow", "zero", verbosity=0)
        left = [name for name in connection.introspection.table_names() if name.startswith("supportflow_")]
        self.assertEqual(left, [])
        call_command("migrate", verbosity=0)
        self.case()
        self.assertEqual(len(desk().find()), 1)
