"""The bot's turn, decided: what it says, asks and hands over, in one commit or not at all."""

from supportflow.exceptions import Refused
from supportflow.kernel.after.routing import change_tier
from supportflow.kernel.casework import missing_steps
from supportflow.kernel.draft import Draft
from supportflow.kernel.due.next import owes_turn
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.actions import request_action
from supportflow.kernel.handlers.casework import record_evidence
from supportflow.kernel.handlers.updates import with_warnings
from supportflow.model.commands import RequestAction, TakeTurn
from supportflow.model.content import as_ref
from supportflow.model.events import BotAnswered, GuideAdvanced, ReplySent

__all__ = ["take_turn"]


def take_turn(draft: Draft, command: TakeTurn, facts: Facts) -> None:
    """Deal with the requester's latest message. Nothing happens if that is done, or is no longer the bot's to do.

    The message is the turn's key: who repeats a turn after a crash, and two who take it at the same time, say one thing.

    Raises:
        Refused: If anybody but a bot does it, what it says asks for a secret or says personal data in public, or its action
            is refused.
        InvalidInput: If the policy has no such action.
    """
    ticket = draft.ticket
    if command.by.kind != "bot":
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} is no bot")
    if not owes_turn(ticket, draft.policy) or command.turn != ticket.bot.heard:
        return
    if facts.case.asks_for is not None:
        reason = f"it asks for a secret ({facts.case.asks_for}), which support never does"
        raise Refused(ticket.id, command.kind, reason)
    if facts.case.discloses:
        kinds = ", ".join(facts.case.discloses)
        raise Refused(ticket.id, command.kind, f"it would say personal data in public ({kinds})")
    _collect(draft, command)
    if command.body:
        said = draft.event(
            ReplySent,
            body=as_ref(command.body),
            channel=ticket.channel,
            redacted=facts.redacted,
            in_reply_to=ticket.received,
        )
        draft.emit(with_warnings(draft, said))
        draft.begin_work("reply")
    draft.emit(
        BotAnswered(
            **draft.head(),
            turn=command.turn,
            form=command.form,
            articles=command.articles,
            evidence=command.evidence_of,
            missed=command.missed,
            flow=command.flow,
            step=command.step,
            asks=command.asks,
        )
    )
    cause = command.cause
    if command.action is not None:
        asked = RequestAction(by=command.by, action=command.action, amount=command.amount)
        request_action(draft, asked, facts)
        if draft.ticket.actions[-1].state == "waiting":
            cause = cause or "approval"  # a person has to look at it anyway
    if cause is not None:
        _hand_over(draft, command, cause)
    elif command.form == "answer":
        _after_answer(draft)


def _collect(draft: Draft, command: TakeTurn) -> None:
    """Record what the requester gave; as evidence too, if it is an item that is missing."""
    if command.field is None:
        return
    value, before = as_ref(command.collected or ""), draft.ticket
    draft.emit(
        GuideAdvanced(
            **draft.head(), flow=before.bot.flow, step=before.bot.step, field=command.field, value=value
        )
    )
    spec = draft.policy.cases.spec(before.category, command.field)
    if spec is not None and value is not None and command.field not in before.case.provided:
        record_evidence(draft, {command.field: value})


def _hand_over(draft: Draft, command: TakeTurn, cause: str) -> None:
    bot, routing = draft.policy.bot, draft.policy.routing
    assert bot is not None
    assert routing is not None
    change_tier(
        draft,
        routing,
        bot.tier,
        draft.ticket.group,
        reason=as_ref(command.reason or ""),
        summary=as_ref(command.summary or ""),
        cause=cause,
    )


def _after_answer(draft: Draft) -> None:
    bot = draft.policy.bot
    assert bot is not None
    after = bot.policy.after_answer
    if after == "pending":
        draft.fire_if_permitted("wait_for_requester", cause="bot")
    elif after == "resolved" and not missing_steps(draft.ticket, draft.policy):
        draft.fire_if_permitted("resolve", cause="bot")
