"""A lifecycle of your own, as data: statuses, triggers and guards of a payment dispute.

Run it: python examples/own_lifecycle.py
"""

from supportflow import (
    Agent,
    Condition,
    Desk,
    FieldSpec,
    LifecycleDefinition,
    Policy,
    StatusCategory,
    Transition,
)
from supportflow.exceptions import PolicyError, TransitionRefused


def edge(trigger: str, source: list[str], target: str, *guards: str) -> Transition:
    return Transition.model_validate({"trigger": trigger, "from": source, "to": target, "guards": guards})


DISPUTE = LifecycleDefinition(
    statuses={
        "filed": StatusCategory.NEW,
        "reviewing": StatusCategory.OPEN,
        "wants_proof": StatusCategory.PENDING,
        "at_bank": StatusCategory.ON_HOLD,
        "decided": StatusCategory.RESOLVED,
        "archived": StatusCategory.CLOSED,
    },
    initial="filed",
    transitions=[
        # The desk fires these by itself: on an agent's first reply, and when the requester answers.
        edge("start", ["filed"], "reviewing"),
        edge("requester_replied", ["wants_proof"], "reviewing"),
        edge("wait_for_requester", ["reviewing"], "wants_proof"),
        # These are the host's own.
        edge("ask_bank", ["reviewing"], "at_bank"),
        edge("bank_answered", ["at_bank"], "reviewing"),
        edge("decide", ["reviewing"], "decided", "small_or_proven"),
        edge("archive", ["decided"], "archived"),
    ],
    guards={
        "small_or_proven": Condition(field="amount", le=50) | Condition(field="proof", eq=True),
    },
)
FIELDS = {
    "amount": FieldSpec.number(minimum=0, nullable=True),
    "proof": FieldSpec.boolean(nullable=True),
}


def main() -> None:
    desk = Desk(Policy(lifecycle=DISPUTE, fields=FIELDS))
    sam = Agent("sam")
    desk.open(ref="D1", subject="Charged twice", requester="ana", attributes={"amount": 120})
    desk.reply(ref="D1", body="We look into it.", by=sam)
    print("after the reply:", desk.get(ref="D1").status)

    try:
        desk.trigger(ref="D1", trigger="decide", by=sam)
    except TransitionRefused as refusal:
        print("refused in", refusal.status, "for", *refusal.unmet_guards)
        print("permitted:", *refusal.permitted)

    desk.trigger(ref="D1", trigger="ask_bank", by=sam)
    desk.trigger(ref="D1", trigger="bank_answered", by=sam)
    desk.update(ref="D1", attributes={"proof": True})
    print("after the bank's answer:", *desk.permitted(ref="D1"))
    print("decided:", desk.trigger(ref="D1", trigger="decide", by=sam).ticket.status_category)

    # A wrong definition does not get as far as the first ticket.
    wrong = DISPUTE.model_copy(
        update={"transitions": (*DISPUTE.transitions, edge("ask_bank", ["filed"], "bank"))}
    )
    try:
        Desk(Policy(lifecycle=wrong, fields=FIELDS))
    except PolicyError as error:
        print(error.problems[0])


if __name__ == "__main__":
    main()
