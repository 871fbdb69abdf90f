"""What the bot does with a message, as a pure function: by rules of the policy alone, or with a responder's answer.

The rules hold whatever the responder is: who asks for a person gets one, an answer that fits a guided flow advances it, what
does not help is counted, and every conversation ends.
"""

from collections.abc import Mapping
from typing import Literal

from supportflow._dataclass import dataclass, replace
from supportflow.model.turns import Act, Answer, Ask, Guide, HandOver, Response, Turn
from supportflow.policy.document.bot import GuidedFlow, GuideEnd, GuideStep
from supportflow.policy.sections.bot import WANTS_PERSON, CompiledBot

__all__ = ["Form", "Move", "hand_over_move", "plan", "respond", "summary"]


Form = Literal["answer", "ask", "guide", "act", "unknown", "hand_over"]


_LONGEST_LINE = 2_000


_LINES = 40


@dataclass(frozen=True, slots=True)
class Move:
    """What the bot does in a turn; the fields are those of `TakeTurn`."""

    form: Form
    body: str
    articles: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    missed: bool = False
    flow: str | None = None
    step: str | None = None
    asks: str | None = None
    field: str | None = None
    collected: str | None = None
    action: str | None = None
    amount: int | None = None
    cause: str | None = None
    reason: str | None = None
    note: str = ""


def plan(bot: CompiledBot, turn: Turn) -> Move | None:
    """What the policy's own rules make of a message; None if the responder is to be asked."""
    state = turn.ticket.bot
    matched = bot.matched(turn.question)
    if WANTS_PERSON in matched or WANTS_PERSON in turn.flags:
        return hand_over_move(bot, turn, "asked")
    if state.turns >= bot.policy.longest:
        return hand_over_move(bot, turn, "longest")
    flow = None if state.flow is None else bot.flows.get(state.flow)
    step = None if flow is None else bot.step(flow, state.step)
    if flow is not None and step is not None:
        value = bot.accepts(step.field, turn.question)
        return None if value is None else _with_phrases(bot, turn, _advance(bot, turn, flow, step, value))
    begun = _begun(bot, turn, matched, "at_once")
    return None if begun is None else _with_phrases(bot, turn, begun)


def respond(bot: CompiledBot, turn: Turn, response: Response | None) -> Move:
    """What a responder's answer comes to.

    Raises:
        TypeError: If it is no response.
        ValueError: If it names a flow or a step that the policy does not have, or says nothing.
    """
    move = _move_of(bot, turn, response)
    if move.cause is None and move.missed and turn.ticket.bot.missed + 1 >= bot.policy.patience:
        move = _hand_over("patience")
    if turn.ticket.bot.asks is not None:
        move = replace(move, field=turn.ticket.bot.asks, collected=turn.question)
    return _with_phrases(bot, turn, move)


def hand_over_move(bot: CompiledBot, turn: Turn, cause: str) -> Move:
    """A person goes on, and the requester is told."""
    return _with_phrases(bot, turn, _hand_over(cause))


def _hand_over(cause: str, reason: str | None = None, note: str = "") -> Move:
    return Move("hand_over", "", cause=cause, reason=reason or _REASONS.get(cause), note=note)


_REASONS: Mapping[str, str] = {
    "asked": "The requester asked for a person.",
    "patience": "The bot could not help.",
    "longest": "The conversation with the bot went on for too long.",
    "failed": "The bot failed.",
    "refused": "What the bot wanted to do was refused.",
    "flow": "A guided flow ended with it.",
}


def _begun(
    bot: CompiledBot, turn: Turn, matched: frozenset[str], begins: Literal["at_once", "unanswered"]
) -> Move | None:
    """The first question of the first flow that the message begins; None if it begins none."""
    flows = (one for one in bot.policy.flows if one.begins == begins)
    flow = next((one for one in flows if _begins(one, turn, matched)), None)
    return None if flow is None else _enter(bot, turn, flow, flow.steps[0])


def _begins(flow: GuidedFlow, turn: Turn, matched: frozenset[str]) -> bool:
    if flow.name in turn.ticket.bot.walked:
        return False
    return f"flow:{flow.name}" in matched or turn.ticket.category in flow.topics


def _enter(
    bot: CompiledBot, turn: Turn, flow: GuidedFlow, target: GuideStep | GuideEnd, given: Move | None = None
) -> Move:
    """Ask a step, or the first after it whose answer is not known yet; or end the flow."""
    base = given or Move("guide", "")
    known = {**turn.collected, **({base.field: base.collected} if base.field is not None else {})}
    while isinstance(target, GuideStep):
        answered = known.get(target.field.name)
        value = None if answered is None else bot.accepts(target.field, answered)
        if value is None:
            asked = bot.words(target.ask, turn.language)
            return replace(base, body=asked, flow=flow.name, step=target.name)
        target = bot.after(flow, target, value)
    said = bot.words(target.say, turn.language) if target.say else bot.says("done", turn.language)
    move = replace(base, body=said, action=target.action)
    return (
        replace(move, cause="flow", reason=f"Guided flow {flow.name!r} ended.") if target.hand_over else move
    )


def _advance(bot: CompiledBot, turn: Turn, flow: GuidedFlow, step: GuideStep, value: str) -> Move:
    given = Move("guide", "", field=step.field.name, collected=value)
    return _enter(bot, turn, flow, bot.after(flow, step, value), given)


def _move_of(bot: CompiledBot, turn: Turn, response: Response | None) -> Move:
    state = turn.ticket.bot
    flow = None if state.flow is None else bot.flows.get(state.flow)
    step = None if flow is None else bot.step(flow, state.step)
    if response is None:
        if flow is not None and step is not None:
            body = f"{bot.says('again', turn.language)}\n{bot.words(step.ask, turn.language)}"
            return Move("unknown", body, missed=True, flow=flow.name, step=step.name)
        begun = _begun(bot, turn, bot.matched(turn.question), "unanswered")
        return begun or Move("unknown", bot.says("unknown", turn.language), missed=True)
    if isinstance(response, Answer):
        again = _repeated(turn) or (bool(response.articles) and response.articles == state.articles)
        move = Move("answer", response.text, response.articles, response.evidence, missed=again)
        if flow is not None and step is not None:  # the flow waits: its question stands
            body = f"{response.text}\n\n{bot.words(step.ask, turn.language)}"
            move = replace(move, body=body, flow=flow.name, step=step.name)
    elif isinstance(response, Ask):
        move = Move("ask", response.text, asks=response.field, missed=_repeated(turn))
    elif isinstance(response, Guide):
        return _guide(bot, turn, response)
    elif isinstance(response, HandOver):
        return _hand_over("responder", response.reason, response.summary)
    elif isinstance(response, Act):
        move = Move("act", response.text, action=response.action, amount=response.amount)
    else:
        raise TypeError("is no response of a responder")
    if not move.body.strip():
        raise ValueError("the responder says nothing")
    return move


def _guide(bot: CompiledBot, turn: Turn, response: Guide) -> Move:
    flow = bot.flows.get(response.flow)
    step = None if flow is None else bot.step(flow, response.step)
    if flow is None or step is None:
        raise ValueError("the policy has no such guided flow or step")
    again = flow.name in turn.ticket.bot.walked
    return replace(_enter(bot, turn, flow, step), missed=again)


def _repeated(turn: Turn) -> bool:
    """True if the requester has asked the very same before."""
    now = _plain(turn.question)
    before = [_plain(one.text) for one in turn.said if one.by == "requester"][:-1]
    return now in before


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _with_phrases(bot: CompiledBot, turn: Turn, move: Move) -> Move:
    """The move with what the bot says around it: a greeting, other words for who is upset, the offer of a person."""
    upset = not set(bot.policy.distress).isdisjoint({*turn.ticket.flags, *turn.flags})
    parts = [bot.says("greeting", turn.language)] if turn.ticket.bot.turns == 0 and move.cause is None else []
    parts += [bot.says("distress", turn.language)] if upset else []
    parts += [move.body] if move.body else []
    if move.cause is not None:
        parts.append(bot.says("hand_over", turn.language))
    elif upset or move.missed:
        parts.append(bot.says("offer", turn.language))
    return replace(move, body="\n\n".join(parts))


# --- what the next agent should know --------------------------------------------------------------


def summary(turn: Turn, move: Move) -> str:
    """What the next agent should know: what was asked, what was found and said, and what was collected."""
    state = turn.ticket.bot
    collected = {**turn.collected, **({move.field: move.collected or ""} if move.field is not None else {})}
    lines = [f"Why: {move.reason}"] if move.reason else []
    lines += [f"From the bot: {_short(move.note)}"] if move.note else []
    lines += ["Conversation:"]
    lines += [f"- {one.by}: {_short(one.text)}" for one in turn.said[-_LINES:]]
    if turn.articles:
        lines += ["Articles found:"]
        lines += [
            f"- {found.article.id} ({found.confidence:.2f}): {', '.join(found.evidence) or 'no evidence'}"
            for found in turn.articles
        ]
    if state.articles:
        lines += [f"Answered with: {', '.join(state.articles)}"]
    if state.flow is not None:
        lines += [f"In guided flow: {state.flow}, step {state.step}"]
    if collected:
        lines += ["Collected:", *(f"- {name}: {_short(value)}" for name, value in sorted(collected.items()))]
    if turn.ticket.actions:
        lines += ["Actions:", *(f"- {one.action}: {one.state}" for one in turn.ticket.actions)]
    return "\n".join(lines)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _LONGEST_LINE else f"{one_line[: _LONGEST_LINE - 1]}…"
