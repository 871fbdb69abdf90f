"""What a desk can be told of what a requester thinks."""

from collections.abc import Mapping

from supportflow.exceptions import InvalidInput
from supportflow.flows.desk.methods import Result
from supportflow.flows.desk.verbs import By, TicketName, Verbs, mapping
from supportflow.model import commands
from supportflow.model.people import HOST
from supportflow.records.tokens import named_in

__all__ = ["RatingVerbs"]


class RatingVerbs(Verbs[Result]):
    """What a desk can be told about ratings."""

    def rate(
        self,
        ticket: TicketName = None,
        *,
        stars: int,
        by: By = HOST,
        token: str | None = None,
        answers: Mapping[str, int] | None = None,
        comment: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Say what a requester thinks of how their ticket was dealt with, once they were asked. It counts once.

        Args:
            ticket: The ticket; or name it by `ref`. With a token neither is needed.
            stars: One to five.
            by: The requester, or with a token the host whose page they filled in. Never an agent or a bot.
            token: Of the link that they were sent: whoever has it answers for them.
            answers: Question of the policy, such as `"speed"` → one to five.
            comment: Their words.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            SignatureRefused: If the token is none of ours, or has ended.
            Refused: If somebody else says it, nobody was asked, it is too late, or there is a rating already.
            InvalidInput: If it answers a question that was not asked.
        """
        if token is not None:
            named = named_in(token)
            ticket = named if ticket is None and ref is None else ticket
        if comment is not None and not isinstance(comment, str):
            raise InvalidInput("comment", "is not a text")
        return self._on(
            commands.Rate, ticket, ref, by, key,
            stars=stars, token=token, answers=mapping("answers", answers), comment=comment or None,
        )  # fmt: skip
