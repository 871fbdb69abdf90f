"""The bot's turns: the answers to the messages that it owes one."""

from contextlib import suppress
from dataclasses import replace

from pydantic import ValidationError

from supportflow.exceptions import InvalidInput, Refused
from supportflow.flows import requests
from supportflow.flows.bot.conversation import conversation, find_articles, provided_context, turn_of
from supportflow.flows.commands.handle import handle
from supportflow.flows.environment import Environment
from supportflow.flows.load import get
from supportflow.flows.requests import Call, Flow
from supportflow.kernel.due.next import owes_turn
from supportflow.kernel.turns import Move, hand_over_move, plan, respond, summary
from supportflow.model.base import MAX_BODY
from supportflow.model.commands import TakeTurn
from supportflow.model.people import Actor
from supportflow.model.problems import invalid
from supportflow.model.storage import OutboxRow
from supportflow.model.turns import Turn
from supportflow.policy.sections.bot import CompiledBot

__all__ = ["BOT_ACTOR", "answer"]

# Constructed, not validated: a validator built at import would cost every program that imports supportflow.
BOT_ACTOR = Actor.model_construct(kind="bot", id="bot")
"""Who answers for the desk in its first line."""


def answer(env: Environment, row: OutboxRow) -> Flow[None]:
    """Answer the message of a row; nothing, if it is answered, no longer the latest, or no longer the bot's.

    A responder that fails is asked again later; once it has failed often enough, a person goes on.

    Raises:
        Exception: Whatever the responder or the knowledge source raised, to be tried again.
    """
    ticket = yield from get(env, row.ticket_id)
    policy = env.book[ticket.policy]
    bot = policy.bot
    if bot is None or not owes_turn(ticket, policy) or ticket.bot.heard != row.seq:
        return
    now = yield from requests.now()
    turn = turn_of(env, ticket, (yield from conversation(env, ticket)), now)
    move = plan(bot, turn)
    if move is None:
        turn, move = yield from _ask_responder(env, bot, turn, row.attempts)
    try:
        yield from handle(env, _turn_command(turn, move))
    except (Refused, InvalidInput):
        # What asks for a secret, or for an action that is not allowed, would be refused the next time, too.
        yield from handle(env, _turn_command(turn, hand_over_move(bot, turn, "refused")))


def _ask_responder(env: Environment, bot: CompiledBot, turn: Turn, attempts: int) -> Flow[tuple[Turn, Move]]:
    """What the responder makes of a turn, with the turn as it was given to it."""
    if attempts > bot.policy.tries:
        # It was never heard to fail, but took its process down with it, or never came back.
        return turn, hand_over_move(bot, turn, "failed")
    try:
        turn = yield from _add_context(env, turn)
        response = yield Call("responder", "respond", (turn,), within_s=bot.call_s)
        return turn, respond(bot, turn, response)
    except Exception:
        if attempts < bot.policy.tries:
            raise
        return turn, hand_over_move(bot, turn, "failed")


def _add_context(env: Environment, turn: Turn) -> Flow[Turn]:
    """The turn with what the context provider and the knowledge source say. A failing context provider costs the context."""
    with suppress(Exception):  # the host's code: whatever it raises, the requester gets an answer
        turn = replace(turn, context=(yield from provided_context(env, turn.ticket)))
    asks = turn.ticket.bot.asks
    if asks is not None:
        turn = replace(turn, collected={**turn.collected, asks: turn.question})
    return replace(turn, articles=(yield from find_articles(env, turn)))


def _turn_command(turn: Turn, move: Move) -> TakeTurn:
    """The command that a move is.

    Raises:
        InvalidInput: If the responder's words cannot be used, such as a text over its limit.
    """
    try:
        return TakeTurn(
            by=BOT_ACTOR,
            ticket_id=turn.ticket.id,
            turn=turn.ticket.bot.heard,
            form=move.form,
            body=move.body,
            articles=move.articles,
            evidence_of=move.evidence,
            missed=move.missed,
            flow=move.flow,
            step=move.step,
            asks=move.asks,
            field=move.field,
            collected=move.collected,
            action=move.action,
            amount=move.amount,
            cause=move.cause,
            reason=move.reason,
            # A turn can be handed over by the decision itself, when its action waits for approval.
            summary=summary(turn, move)[:MAX_BODY] if move.cause or move.action else None,
        )
    except ValidationError as error:
        raise invalid(error) from None
