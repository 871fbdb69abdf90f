"""django-helpdesk, driven by its own pages, REST API and mail intake: every action ends in the right state of clocks."""

import asyncio
import logging
import warnings
from datetime import timedelta
from email.message import EmailMessage
from io import StringIO

import pytest

pytest.importorskip("helpdesk", reason="needs django-helpdesk, which the extra `test` brings")
from django_shop.start import start

start()

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone
from helpdesk.email import extract_email_metadata
from helpdesk.models import EmailTemplate, FollowUp, Queue, Ticket, TicketChange
from helpdesk.signals import new_ticket_done

from django_shop.desk import CLOCK
from supportflow.contrib.django import desk
from supportflow.contrib.django_helpdesk.history import write_down
from supportflow.model.events import LadderStepReached


def kinds_of(ref, kind):
    return [event.kind for event in desk().history(ref=ref) if event.kind == kind]


RUNNING = {"first_response": "running", "resolution": "running"}


class Actions:
    """What can be done to a ticket, by django-helpdesk's own pages, API and mail intake."""

    def setUp(self):
        CLOCK.ahead = timedelta()
        self.sam = User.objects.create_superuser("sam", "sam@desk.example", "x")
        self.queue = Queue.objects.create(
            title="Mail", slug="mail", allow_public_submission=True, email_address="desk@desk.example"
        )
        self.client.force_login(self.sam)

    # --- what django-helpdesk is asked ---------------------------------------------------------

    def mail(self, body="No parcel", *, sender="ana@mail.example", subject="Help", **headers):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "desk@desk.example", subject
        message["Message-ID"] = f"<{timezone.now().timestamp()}@mail.example>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(body)
        return extract_email_metadata(message.as_string(), self.queue, logging.getLogger("mail"))

    def by_form(self, **fields):
        self.client.logout()
        form = {
            "queue": self.queue.pk,
            "title": "Help",
            "body": "No parcel",
            "priority": 3,
            "submitter_email": "ana@mail.example",
        }
        answer = self.client.post("/tickets/submit/", {**form, **fields})
        self.assertEqual(answer.status_code, 302, answer.content)
        self.client.force_login(self.sam)
        return Ticket.objects.latest("pk")

    def by_rest(self, **fields):
        given = {
            "queue": self.queue.pk,
            "title": "Help",
            "description": "No parcel",
            "submitter_email": "ana@mail.example",
            "priority": 3,
        }
        answer = self.client.post("/api/tickets/", {**given, **fields}, content_type="application/json")
        self.assertEqual(answer.status_code, 201, answer.content)
        return Ticket.objects.get(pk=answer.json()["id"])

    def by_mail(self, **fields):
        return self.mail(**fields)

    def update(self, ticket, **fields):
        form = {
            "title": ticket.title,
            "queue": ticket.queue_id,
            "priority": ticket.priority,
            "owner": ticket.assigned_to_id or 0,
            "comment": "",
            "new_status": ticket.status,
        }
        answer = self.client.post(f"/tickets/{ticket.pk}/update/", {**form, **fields})
        self.assertEqual(answer.status_code, 302)
        ticket.refresh_from_db()

    def patch(self, ticket, **fields):
        answer = self.client.patch(f"/api/tickets/{ticket.pk}/", fields, content_type="application/json")
        self.assertEqual(answer.status_code, 200, answer.content)
        ticket.refresh_from_db()

    def in_bulk(self, action, *tickets):
        self.client.post("/tickets/update/", {"ticket_id": [one.pk for one in tickets], "action": action})

    # --- what the desk says --------------------------------------------------------------------

    def ticket(self, ticket):
        return desk().get(ref=str(ticket.pk))

    def states(self, ticket):
        return {clock.target: clock.state for clock in desk().clocks(ref=str(ticket.pk))}

    def assert_nothing_is_said_twice(self, *tickets):
        """Saved once more by the host, and swept: the desk is told nothing."""
        before = [len(desk().history(ref=str(one.pk))) for one in tickets]
        for one in tickets:
            Ticket.objects.get(pk=one.pk).save()
            for followup in FollowUp.objects.filter(ticket=one):
                followup.save()
        printed = StringIO()
        call_command("supportflow_adopt", stdout=printed)
        self.assertEqual(printed.getvalue(), "0 tickets were reported, 0 failed\n")
        after = [len(desk().history(ref=str(one.pk))) for one in tickets]
        self.assertEqual(after, before)
        self.assertEqual([kind for one in tickets for kind in self.kinds(one) if kind == "status_kept"], [])

    def kinds(self, ticket):
        return [event.kind for event in desk().history(ref=str(ticket.pk))]


class Helpdesk(Actions, TransactionTestCase):
    """Each save commits by itself, as in a project without `ATOMIC_REQUESTS`."""

    def test_a_ticket_that_comes_in_waits_for_its_first_answer_whichever_way(self):
        for come_in, channel in ((self.by_form, "web"), (self.by_rest, "web"), (self.by_mail, "email")):
            with self.subTest(come_in.__name__):
                ticket = come_in()
                found = self.ticket(ticket)
                self.assertEqual((found.status, found.channel, found.group), ("new", channel, "mail"))
                self.assertEqual(self.states(ticket), RUNNING)
                self.assertEqual(len(desk().messages(ref=str(ticket.pk))), 1)
                self.assertNotIn("@", found.requester)
                self.assert_nothing_is_said_twice(ticket)

    def test_a_message_about_a_theft_is_heard_whichever_way(self):
        for come_in, words in ((self.by_form, "body"), (self.by_rest, "description"), (self.by_mail, "body")):
            ticket = come_in(**{words: "My account was hacked"})
            self.assertEqual(self.ticket(ticket).priority_class, "security")

    def test_an_answer_is_one_by_page_and_by_rest(self):
        for by_rest in (False, True):
            ticket = self.by_form()
            if by_rest:
                followup = {"ticket": ticket.pk, "title": "Answer", "comment": "We look.", "public": True}
                self.assertEqual(self.client.post("/api/followups/", followup).status_code, 201)
            else:
                self.update(ticket, comment="We look.", public=True)
            self.assertEqual(self.states(ticket), {"first_response": "met", "resolution": "running"})
            self.assert_nothing_is_said_twice(ticket)

    def test_what_is_no_answer(self):
        ticket = self.by_form()
        self.update(ticket, comment="Is that the third one?")  # internal
        self.update(ticket, owner=self.sam.pk, public=True)  # assigned, without a word
        self.in_bulk("unassign", ticket)
        self.in_bulk("take", ticket)
        self.client.post(f"/tickets/{ticket.pk}/hold/")
        self.client.post(f"/tickets/{ticket.pk}/unhold/")
        self.mail(
            "I am from support.", sender="impostor@elsewhere.example", subject=f"Re: [mail-{ticket.pk}] Help"
        )
        self.mail("We look.", sender="sam@desk.example", subject=f"Re: [mail-{ticket.pk}] Help")
        self.assertEqual(self.states(ticket), RUNNING)
        self.assertEqual(self.ticket(ticket).assignee, str(self.sam.pk))
        origins = [said.origin for said in desk().messages(ref=str(ticket.pk))]
        self.assertEqual(origins, ["requester", "stranger", "stranger"])
        self.assert_nothing_is_said_twice(ticket)

    def test_a_mail_reply_is_the_requester_s(self):
        ticket = self.by_mail()
        self.update(ticket, comment="We look.", public=True)
        self.mail("Still nothing.", subject=f"Re: [mail-{ticket.pk}] Help")
        self.mail("I am away.", subject=f"Re: [mail-{ticket.pk}] Help", Auto_Submitted="auto-replied")
        origins = [said.origin for said in desk().messages(ref=str(ticket.pk))]
        self.assertEqual(origins, ["requester", "public_reply", "requester", "auto_reply"])
        self.assert_nothing_is_said_twice(ticket)

    def test_resolved_by_page_by_rest_and_by_board(self):
        resolved = {"first_response": "paused", "resolution": "met"}
        by_page, by_rest, by_board, closed = (self.by_form() for _ in range(4))
        self.update(by_page, new_status=Ticket.RESOLVED_STATUS)
        self.patch(by_rest, status=Ticket.RESOLVED_STATUS)
        self.client.post(
            f"/tickets/{by_board.pk}/kanban-update/", {"status": 3}, content_type="application/json"
        )
        self.in_bulk("close", closed)
        for ticket in (by_page, by_rest, by_board):
            self.assertEqual((self.ticket(ticket).status, self.states(ticket)), ("resolved", resolved))
        self.assertEqual(self.ticket(closed).status, "closed")
        self.assertEqual(self.states(closed)["resolution"], "met")
        self.assert_nothing_is_said_twice(by_page, by_rest, by_board, closed)

    def test_answered_and_resolved_at_once(self):
        ticket = self.by_form()
        self.update(ticket, comment="Here it is.", public=True, new_status=Ticket.RESOLVED_STATUS)
        self.assertEqual(self.states(ticket), {"first_response": "met", "resolution": "met"})
        self.assert_nothing_is_said_twice(ticket)

    def test_reopened_by_rest_and_by_mail(self):
        by_rest, by_mail = self.by_form(), self.by_mail()
        self.patch(by_rest, status=Ticket.RESOLVED_STATUS)
        self.patch(by_rest, status=Ticket.OPEN_STATUS)  # against its own flow
        self.patch(by_mail, status=Ticket.CLOSED_STATUS)
        self.mail("Not at all.", subject=f"Re: [mail-{by_mail.pk}] Help")
        for ticket in (by_rest, by_mail):
            self.assertTrue(self.ticket(ticket).is_open)
            self.assertEqual(self.states(ticket)["resolution"], "running")
        self.assert_nothing_is_said_twice(by_rest, by_mail)

    def test_held_and_not_held_any_more(self):
        ticket = self.by_form()
        self.client.post(f"/tickets/{ticket.pk}/hold/")
        self.assertEqual(self.ticket(ticket).status, "on_hold")
        self.assert_nothing_is_said_twice(ticket)
        self.client.post(f"/tickets/{ticket.pk}/unhold/")
        self.assertTrue(self.ticket(ticket).status in {"new", "open"})
        self.patch(ticket, on_hold=True, status=Ticket.RESOLVED_STATUS)
        self.assertEqual(self.ticket(ticket).status, "resolved")
        self.assert_nothing_is_said_twice(ticket)

    def test_merged_tickets_are_merged(self):
        goes_on, merged = self.by_mail(), self.by_mail()
        self.mail("Where is it?", subject=f"Re: [mail-{merged.pk}] Help")
        self.client.post(
            f"/tickets/merge?tickets={goes_on.pk}&tickets={merged.pk}", {"chosen_ticket": goes_on.pk}
        )
        self.assertEqual(self.ticket(merged).merged_into, self.ticket(goes_on).id)
        self.assertEqual(self.ticket(goes_on).absorbed, 1)
        self.assertTrue({"running"}.isdisjoint(self.states(merged).values()))
        self.assert_nothing_is_said_twice(goes_on, merged)

    def test_duplicates_and_deleted_tickets_run_into_no_breach(self):
        duplicate, deleted, in_bulk = self.by_form(), self.by_form(), self.by_form()
        self.patch(duplicate, status=Ticket.DUPLICATE_STATUS)
        refs = [str(one.pk) for one in (duplicate, deleted, in_bulk)]
        self.client.post(f"/tickets/{deleted.pk}/delete/")
        self.in_bulk("delete", in_bulk)
        CLOCK.ahead = timedelta(days=1)
        call_command("escalate_tickets")
        for ref in refs:
            self.assertEqual(desk().get(ref=ref).status, "cancelled")
            self.assertEqual({clock.state for clock in desk().clocks(ref=ref)}, {"cancelled"})

    def test_a_request_that_fails_after_the_ticket_is_saved_leaves_it_known(self):
        def refuse(**_):
            raise ArithmeticError

        new_ticket_done.connect(refuse)
        self.addCleanup(new_ticket_done.disconnect, refuse)
        with self.assertRaises(ArithmeticError):
            self.by_form()
        self.assertEqual(self.states(Ticket.objects.get()), RUNNING)

    # --- priorities, escalation, pages -----------------------------------------------------------

    def test_no_customer_raises_their_own_priority(self):
        tickets = [
            self.by_form(priority=1),
            self.by_mail(Importance="high"),
            self.by_mail(Priority="urgent"),
        ]
        self.assertEqual([one.priority for one in tickets], [1, 2, 2])
        for ticket in tickets:
            self.update(ticket, comment="We look.", public=True)
            self.assertEqual(self.ticket(ticket).level, 3)
            self.assert_nothing_is_said_twice(ticket)
            self.patch(ticket, priority=4)
            self.assertEqual(self.ticket(ticket).level, 4)
            self.patch(ticket, priority=1)
            self.assertEqual(self.ticket(ticket).level, 1)

    def test_where_requesters_may_update_their_update_raises_nothing(self):
        ticket = self.by_form()
        followup = FollowUp.objects.create(ticket=ticket, title="Update", public=True, comment="Quick!")
        TicketChange.objects.create(followup=followup, field="Priorität", old_value="3", new_value="1")
        ticket.refresh_from_db()
        ticket.priority = 1
        ticket.save()
        self.assertEqual(self.ticket(ticket).level, 3)

        for priority in (
            4,
            1,
            2,
            1,
        ):  # by REST, which keeps no record: the last one that there is says what they wanted
            self.patch(ticket, priority=priority)
            self.assertEqual(self.ticket(ticket).level, priority)

    def test_a_customer_who_is_signed_in_changes_nothing_by_rest(self):
        ticket = self.by_form()
        self.client.force_login(User.objects.create_user("ana", "ana@mail.example", "x"))
        for place in ("tickets", "user_tickets"):
            for given in ({"priority": 1}, {"status": Ticket.CLOSED_STATUS}):
                answer = self.client.patch(
                    f"/api/{place}/{ticket.pk}/", given, content_type="application/json"
                )
                self.assertIn(answer.status_code, (403, 404, 405))
        self.assertEqual((self.ticket(ticket).level, self.ticket(ticket).status), (3, "new"))
        self.assert_nothing_is_said_twice(ticket)

    def test_requests_of_an_event_loop_are_told_as_others_are(self):
        ticket, other = self.by_form(), self.by_mail()

        async def requests():
            words = {"title": "Answer", "comment": "We look.", "public": True}
            await self.async_client.aforce_login(self.sam)
            return await asyncio.gather(
                self.async_client.post("/api/followups/", {"ticket": ticket.pk, **words}),
                self.async_client.post(f"/tickets/{other.pk}/hold/"),
            )

        self.assertEqual([one.status_code for one in async_to_sync(requests)()], [201, 302])
        self.assertEqual(self.states(ticket), {"first_response": "met", "resolution": "running"})
        self.assertEqual(self.ticket(other).status, "on_hold")
        self.assert_nothing_is_said_twice(ticket, other)

    def test_tickets_that_are_deleted_many_at_once_are_over_with_and_without_signals(self):
        told = [self.by_form() for _ in range(3)]
        unheard = [self.by_form() for _ in range(2)]
        refs = [str(one.pk) for one in told + unheard]
        Ticket.objects.filter(pk__in=[one.pk for one in told]).delete()
        self.assertEqual([desk().get(ref=ref).status for ref in refs], ["cancelled"] * 3 + ["new"] * 2)
        FollowUp.objects.filter(ticket__in=unheard).delete()
        gone = Ticket.objects.filter(pk__in=[one.pk for one in unheard])
        gone._raw_delete("default")
        for _ in range(2):
            call_command("supportflow_adopt", stdout=StringIO())
            self.assertEqual({desk().get(ref=ref).status for ref in refs}, {"cancelled"})
        self.assertEqual({kind for ref in refs for kind in kinds_of(ref, "status_kept")}, set())

    def test_what_staff_choose_when_they_open_a_ticket_counts(self):
        self.assertEqual(self.ticket(self.by_rest(priority=1)).level, 1)
        self.assertEqual(self.ticket(self.by_rest(priority=5)).level, 4)

    def test_escalation_goes_by_the_policy_and_leaves_the_priority_alone(self):
        self.queue.escalate_days = 1
        self.queue.save()
        ticket = self.by_form()
        Ticket.objects.filter(pk=ticket.pk).update(created=timezone.now() - timedelta(days=9))
        CLOCK.ahead = timedelta(hours=2)
        for _ in range(2):
            call_command("escalate_tickets", "-n", "-q", "mail")
        ticket.refresh_from_db()
        self.assertEqual(ticket.priority, 3)
        told = list(
            FollowUp.objects.filter(ticket=ticket, public=False)
            .order_by("date")
            .values_list("title", flat=True)
        )
        self.assertEqual(told, ["First answer: soon due (warn:0.5)", "First answer: ran out"])
        for event in desk().history(ref=str(ticket.pk)):
            if event.kind in {"sla_warned", "sla_breached"}:
                write_down(event)  # delivered once more
        self.assertEqual(FollowUp.objects.filter(ticket=ticket, public=False).count(), 2)
        self.assertEqual(self.ticket(ticket).replies, 0)

    def step(self, ticket):
        """A step of a ladder, as it is delivered."""
        begun = desk().history(ref=str(ticket.pk))[0]
        given = {"ladder": "night", "run": 1, "step": 2, "round": 0, "escalation": "functional"}
        return LadderStepReached(
            **given,
            ticket_id=begun.ticket_id,
            ref=str(ticket.pk),
            recorded_at=begun.recorded_at,
            by=begun.by,
            reached_at=begun.recorded_at,
            detected_at=begun.recorded_at,
        )

    def test_a_step_is_told_by_mail_and_again_if_no_server_took_it(self):
        ticket = self.by_form()
        self.patch(ticket, assigned_to=self.sam.pk)
        given = {"heading": "Escalated", "subject": "escalated", "plain_text": "x", "html": "x"}
        EmailTemplate.objects.create(template_name="escalated_owner", **given)
        lines = FollowUp.objects.filter(ticket=ticket, title="escalated: step 2 of night")
        step = self.step(ticket)
        no_server = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_PORT": 1}
        with self.settings(**no_server), self.assertRaises(OSError):
            write_down(step)
        mail.outbox.clear()
        for _ in range(2):
            write_down(step)
        self.assertEqual([one.to for one in mail.outbox], [["sam@desk.example"]])
        self.assertEqual(lines.count(), 1)

    def test_a_project_without_time_zones_has_its_lines_at_their_instants(self):
        ticket = self.by_form()
        step = self.step(ticket)
        with self.settings(USE_TZ=False):
            for _ in range(2):
                write_down(step)
        [line] = FollowUp.objects.filter(ticket=ticket, public=False)
        self.assertEqual(line.date, step.reached_at)

    def test_its_pages_show_class_clocks_and_why_to_staff_only(self):
        ticket = self.by_form(body="My account was hacked")
        page = self.client.get(f"/tickets/{ticket.pk}/").content.decode()
        self.assertIn("First answer: due", page)
        self.assertIn("security", page)
        self.assertIn("sla-timeline", page)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its statistics compare with naive dates
            board = self.client.get("/dashboard/").content.decode()
        self.assertIn(f'<a href="/tickets/{ticket.pk}/">{ticket.pk}</a>', board)
        self.client.logout()
        public = self.client.get(
            "/view/",
            {"ticket": ticket.ticket_for_url, "email": ticket.submitter_email, "key": ticket.secret_key},
        )
        self.assertContains(public, "My account was hacked")
        self.assertNotContains(public, "sla-")

    def test_older_tickets_are_adopted_with_their_history(self):
        Ticket.objects.bulk_create(
            [
                Ticket(
                    title="Old",
                    queue=self.queue,
                    submitter_email="bo@mail.example",
                    description="提币没到账",
                    priority=1,
                )
            ]
        )
        old = Ticket.objects.get()
        began = timezone.now() - timedelta(days=3)
        Ticket.objects.update(created=began, modified=began, status=Ticket.RESOLVED_STATUS)
        FollowUp.objects.bulk_create(
            [
                FollowUp(
                    ticket=old,
                    date=began,
                    public=True,
                    comment="提币没到账",
                    message_id="<1@x>",
                    title="E-Mail Received from bo@mail.example",
                ),
                FollowUp(
                    ticket=old,
                    date=began + timedelta(minutes=30),
                    public=True,
                    comment="请稍候。",
                    user=self.sam,
                ),
            ]
        )
        call_command("supportflow_adopt", stdout=StringIO())
        self.assertEqual(self.ticket(old).status, "resolved")
        self.assertEqual(self.ticket(old).level, 3)
        [first, _] = desk().clocks(ref=str(old.pk))
        self.assertEqual((first.state, first.elapsed), ("met", timedelta(minutes=30)))
        self.assert_nothing_is_said_twice(old)


class UnderAtomicRequests(Actions, TransactionTestCase):
    """Each request is one transaction, the desk's part with it: the actions that touch most rows once more."""

    def setUp(self):
        connection.settings_dict["ATOMIC_REQUESTS"] = True
        self.addCleanup(connection.settings_dict.__setitem__, "ATOMIC_REQUESTS", False)
        super().setUp()

    test_an_answer_is_one_by_page_and_by_rest = Helpdesk.test_an_answer_is_one_by_page_and_by_rest
    test_merged_tickets_are_merged = Helpdesk.test_merged_tickets_are_merged
    test_resolved_by_page_by_rest_and_by_board = Helpdesk.test_resolved_by_page_by_rest_and_by_board

    def test_a_request_that_fails_leaves_neither_a_ticket_nor_a_trace(self):
        def refuse(**_):
            raise ArithmeticError

        new_ticket_done.connect(refuse)
        self.addCleanup(new_ticket_done.disconnect, refuse)
        with self.assertRaises(ArithmeticError):
            self.by_form()
        self.assertEqual((Ticket.objects.count(), len(desk().find())), (0, 0))
