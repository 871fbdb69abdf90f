"""Stage 3 of an adoption in a Django project: one queue is decided by the desk, the others are still only watched."""

from io import StringIO

from django_shop.start import start

start()


from django.core.management import call_command
from django.db import transaction
from django.test import TransactionTestCase

from contrib.test_django_bridge import Shop, given, ref_of
from django_shop.models import Case, Team
from supportflow import Agent, Condition, Policy, Route, RoutingPolicy
from supportflow.contrib.django import desk
from supportflow.exceptions import TransitionRefused

PARCELS = RoutingPolicy(
    routes=[Route(name="parcels", when=Condition(field="group", eq="parcels"), language="any")],
    acceptance="direct",
)
POLICY = Policy(name="shop", groups=[{"name": "parcels"}], routing=PARCELS)
OURS = "parcels"


def close(case, by):
    """A view's work: the desk is asked first, and the row follows it in the same transaction."""
    with transaction.atomic():
        if case.team is not None and case.team.slug == OURS:
            desk().close_ticket(ref=ref_of(case), by=by)
        case.state = "shut"
        case.save()


def take(event):
    """A handler of `assignment_changed`: the row gets the agent whom the desk has found."""
    ticket = desk().get(event.ticket_id)
    if ticket.group == OURS:
        Case.objects.filter(pk=ticket.ref.removeprefix("case-")).update(owner_id=ticket.assignee)


class OneQueue(Shop, TransactionTestCase):
    def setUp(self):
        super().setUp()
        self.parcels = Team.objects.create(slug=OURS)
        on = {"assignment_changed": f"{__name__}.take"}
        settings = self.settings(SUPPORTFLOW=given(POLICY=POLICY, ON=on))
        settings.enable()
        self.addCleanup(settings.disable)

    def moves(self, case):
        return self.kinds(case).count("status_changed")

    def test_its_lifecycle_refuses_and_then_neither_row_nor_ticket_has_changed(self):
        ours, other = self.case(team=self.parcels), self.case()
        close(other, "sam")
        self.assertEqual(self.ticket(other).status, "closed")
        with self.assertRaises(TransitionRefused) as refused:
            close(ours, "sam")
        self.assertIn("resolve", refused.exception.permitted)
        ours.refresh_from_db()
        self.assertEqual((ours.state, self.ticket(ours).status, self.moves(ours)), ("fresh", "new", 0))
        desk().resolve(ref=ref_of(ours), by="sam")
        close(ours, "sam")
        ours.refresh_from_db()
        self.assertEqual((ours.state, self.ticket(ours).status, self.moves(ours)), ("shut", "closed", 2))

    def test_it_goes_to_an_agent_and_the_row_follows(self):
        desk().enrol(Agent(str(self.sam.pk), groups=(OURS,), languages=("en",)), by="boss")
        desk().set_presence(str(self.sam.pk), "available")
        ours, other = self.case(team=self.parcels), self.case()
        call_command("supportflow_worker", "--until-idle")
        for case in (ours, other):
            case.refresh_from_db()
        self.assertEqual((ours.owner, other.owner), (self.sam, None))
        self.answer(ours)
        ours.save()
        call_command("supportflow_adopt", stdout=StringIO())
        ticket = self.ticket(ours)
        self.assertEqual((ticket.assignee, ticket.status, ticket.replies), (str(self.sam.pk), "open", 1))
        self.assertEqual((self.kinds(ours).count("assignment_changed"), self.moves(ours)), (1, 1))
