"""What a host's save costs: how many statements, and what is left out without changing what the desk is told."""

import logging
from contextlib import contextmanager
from datetime import timedelta

import pytest

pytest.importorskip("helpdesk", reason="needs django-helpdesk, which the extra `test` brings")
from django_shop.start import start

start()

from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.signals import request_started
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase
from django.utils import timezone
from helpdesk.email import extract_email_metadata
from helpdesk.models import Queue, Ticket

from django_shop.models import Case, Comment, Team
from supportflow.contrib.django import desk, desks
from supportflow.contrib.django.conf import configuration
from supportflow.contrib.django.registry import bridge_of
from supportflow.contrib.django.rows import messages_named, messages_of, ticket_of
from supportflow.exceptions import InvalidInput


@contextmanager
def statements():
    """Every statement that SQLite is given, the desk's among them."""
    connection.ensure_connection()
    found = []
    connection.connection.set_trace_callback(found.append)
    try:
        yield found
    finally:
        connection.connection.set_trace_callback(None)


class Statements(TransactionTestCase):
    """Outside of a transaction, as most requests are."""

    def setUp(self):
        sam = User.objects.create_superuser("sam", "sam@desk.example", "x")
        queue = Queue.objects.create(title="Mail", slug="mail", allow_public_submission=True)
        self.form = {
            "queue": queue.pk,
            "title": "Help",
            "body": "No parcel",
            "priority": 3,
            "submitter_email": "ana@mail.example",
        }
        self.client.post("/tickets/submit/", self.form)  # the first one tells the store the policy
        self.client.force_login(sam)

    def ours(self, found):
        """Those from the transaction in which the desk is told; before it come the host's own."""
        begins = next(place for place, one in enumerate(found) if one.startswith("BEGIN"))
        return found[begins:]

    def test_a_ticket_and_an_answer_take_few(self):
        with statements() as opened:
            self.client.post("/tickets/submit/", self.form)
        ticket = Ticket.objects.latest("pk")
        answer = {"ticket": ticket.pk, "title": "Answer", "comment": "We look.", "public": True}
        with statements() as answered:
            self.client.post("/api/followups/", answer)
        self.assertEqual(desk().get(ref=str(ticket.pk)).status, "open")
        self.assertLessEqual(len(self.ours(opened)), 21, "\n".join(opened))
        self.assertLessEqual(len(self.ours(answered)), 24, "\n".join(answered))
        for found in (opened, answered):
            told = [one for one in found if "version_num" in one or "supportflow_policy" in one]
            self.assertEqual(len(told), 1, told)  # SQLite's lock, taken once

    def test_what_is_told_in_a_transaction_is_settled_by_the_next_request(self):
        desks.forget()
        with transaction.atomic():
            Case.objects.create(title="a", customer="ana")
            desks.settle_what_is_not()  # a request of a test's, inside of its transaction
        with statements() as found:
            request_started.send(sender=self)
        self.assertTrue(any("INSERT INTO supportflow_policy" in one for one in found), found)
        with statements() as found:
            request_started.send(sender=self)
            Case.objects.create(title="b", customer="ana")
        self.assertFalse(any("supportflow_policy" in one for one in found), found)

    def test_nothing_of_it_shows_among_what_the_host_does_on_commit(self):
        desks.forget()
        with transaction.atomic():
            Case.objects.create(title="a", customer="ana")
            self.assertEqual(connection.run_on_commit, [])


class ByTheWorker(TransactionTestCase):
    """`REPORT` = "by the worker": the host's request does nothing for the desk, and nothing is lost but the moment."""

    def setUp(self):
        settings = self.settings(SUPPORTFLOW={**django_settings.SUPPORTFLOW, "REPORT": "by the worker"})
        settings.enable()
        self.addCleanup(settings.disable)

    def test_nothing_is_told_before_the_tick_which_tells_all_at_its_own_instants(self):
        sam = User.objects.create(username="sam", is_staff=True)
        with statements() as found:
            case = Case.objects.create(
                title="Help", customer="ana", created=timezone.now() - timedelta(minutes=50)
            )
            Comment.objects.create(
                case=case, text="We look.", author=sam, created=timezone.now() - timedelta(minutes=40)
            )
        self.assertEqual([one for one in found if "supportflow" in one], [])
        self.assertEqual(len(desk().find()), 0)
        call_command("supportflow_tick")
        [first, _] = desk().clocks(ref=f"case-{case.pk}")
        self.assertEqual((first.state, round(first.elapsed.total_seconds() / 60)), ("met", 10))

    def test_a_deleted_case_ends_at_once(self):
        case = Case.objects.create(title="Help", customer="ana")
        call_command("supportflow_tick")
        name = f"case-{case.pk}"
        case.delete()
        self.assertEqual(desk().get(ref=name).status, "cancelled")

    def test_a_mail_is_told_at_once_for_no_row_says_that_a_machine_wrote_it(self):
        queue = Queue.objects.create(title="Mail", slug="mail", email_address="desk@desk.example")
        letter = (
            "From: ana@mail.example\nTo: desk@desk.example\nSubject: Away\n"
            "Message-ID: <1@mail.example>\nAuto-Submitted: auto-replied\n\nI am on holiday.\n"
        )
        ticket = extract_email_metadata(letter, queue, logging.getLogger("mail"))
        [said] = desk().messages(ref=str(ticket.pk))
        self.assertEqual(said.body.strip(), "I am on holiday.")

    def test_what_is_neither_is_refused(self):
        with (
            self.settings(SUPPORTFLOW={"REPORT": "never"}),
            self.assertRaisesRegex(InvalidInput, "REPORT"),
        ):
            configuration()


class Rows(TestCase):
    """What is read by statements that are kept is what the ORM reads."""

    def setUp(self):
        self.sam = User.objects.create(username="sam", is_staff=True)
        team = Team.objects.create(slug="parcels")
        self.case = Case.objects.create(title="Help", customer="ana", team=team, owner=self.sam)
        self.bridge = bridge_of(self.case)

    def plain(self, row):
        return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

    def test_a_ticket_has_every_field_of_its_row_and_its_related_ones(self):
        found = ticket_of(self.bridge, self.case.pk, "default")
        self.assertEqual(self.plain(found), self.plain(Case.objects.get(pk=self.case.pk)))
        self.assertEqual(found.team.slug, "parcels")
        self.assertIsNone(ticket_of(self.bridge, self.case.pk + 1, "default"))

    def test_messages_are_in_order_however_many(self):
        now = self.case.created
        made = [
            Comment.objects.create(
                case=self.case, text=str(n), created=now - timedelta(minutes=n), author=who
            )
            for n, who in enumerate([self.sam, None] * 13)
        ]
        last_first = [one.pk for one in reversed(made)]
        self.assertEqual([one.pk for one in messages_of(self.bridge, self.case, "default")], last_first)
        for number in (1, 2, 20, 21, 26):
            names = [one.pk for one in made[:number]]
            found = messages_named(self.bridge, names, "default")
            self.assertEqual([one.pk for one in found], names[::-1])
            self.assertEqual(found[-1].author, self.sam)

    def test_a_character_that_only_sqlite_keeps_is_left_out(self):
        for given, wanted in (("a\0b", "ab"), ("\0", "?"), ("\0\0转账", "转账")):
            case = Case.objects.create(title=given, text="?" if wanted == "?" else "\0Where?", customer="ana")
            row = desk().row(ref=f"case-{case.pk}")
            self.assertEqual(row.subject or "?", wanted)
        self.assertEqual([one.body for one in desk().messages(ref=f"case-{case.pk}")], ["Where?"])

    def test_what_the_desk_knows_already_is_not_opened_twice_nor_kept_from_it(self):
        for number, age in ((1, timedelta()), (2, timedelta(days=3))):
            case = Case(pk=900 + number, title="Help", customer="ana", state="waiting")
            case.created = timezone.now() - age
            desk().open(ref=f"case-{case.pk}", subject="By the host's own code", requester="ana")
            case.save()
            row = desk().row(ref=f"case-{case.pk}")
            self.assertEqual((row.subject, row.ticket.status), ("By the host's own code", "pending"))

    def test_a_bridge_that_chooses_its_rows_itself_goes_on_doing_so(self):
        class Chosen(type(self.bridge)):
            def tickets(self, using):
                return super().tickets(using).exclude(title="Help")

        self.assertIsNone(ticket_of(Chosen(), self.case.pk, "default"))

    def test_an_answer_and_what_it_begins_are_one_decision_of_its_writer(self):
        case = Case.objects.create(title="Help", customer="ana")
        before = desk().get(ref=f"case-{case.pk}").version
        Comment.objects.create(case=case, text="We look.", author=self.sam)
        events = desk().history(ref=f"case-{case.pk}")[before:]
        wanted = [event for event in events if event.kind in ("reply_sent", "status_changed")]
        self.assertEqual([event.kind for event in wanted], ["reply_sent", "status_changed"])
        self.assertEqual({event.recorded_at for event in wanted}, {wanted[0].recorded_at})
        self.assertEqual({event.by.id for event in wanted}, {str(self.sam.pk)})

    def test_what_others_have_changed_is_not_put_down_to_who_answers(self):
        case = Case.objects.create(title="Help", customer="ana")
        Case.objects.filter(pk=case.pk).update(state="waiting")
        Comment.objects.create(case=case, text="We look.", author=self.sam)
        [changed] = [one for one in desk().history(ref=f"case-{case.pk}") if one.kind == "status_changed"]
        self.assertEqual((changed.target, changed.by.kind), ("pending", "host"))
