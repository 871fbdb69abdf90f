"""Access: which texts are sealed, and who may open them for what. See `supportflow.policy.sections.access`."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from supportflow.model.base import AgentId, Document, Name, Series
from supportflow.policy.document.retention import ContentKind

__all__ = ["Access", "AccessRole", "AccessRule"]


class AccessRole(Document):
    """Who has a role: agents of a group, of a tier, or by name. Whoever is one of these has it.

    Attributes:
        groups: Support groups, as agents are enrolled in them.
        tiers: Lines of support, as agents are enrolled in them.
        agents: Ids of agents.
    """

    groups: Series[Name] = ()
    tiers: Series[Name] = ()
    agents: Series[AgentId] = ()


class AccessRule(Document):
    """Texts that are sealed, and who may open them.

    What is not given narrows nothing: a rule with neither kinds, items, categories nor classes seals every text.

    Attributes:
        name: For people.
        kinds: Kinds of content; names and places of files are `"attachment"`, whatever they are evidence of.
        items: Items of evidence, by the policy's names for them; also what a bot has collected under that name.
        categories: Tickets that have, or ever had, one of these categories.
        classes: Tickets that have, or ever had, one of these priority classes.
        roles: Who may open them.
        purposes: What for.
    """

    name: Name
    kinds: Series[ContentKind] = ()
    items: Series[Name] = ()
    categories: Series[Name] = ()
    classes: Series[Name] = ()
    roles: Annotated[Series[Name], Field(min_length=1)]
    purposes: Annotated[Series[Name], Field(min_length=1)]


class Access(Document):
    """Which texts are sealed. They are opened by `desk.view`, with the recorded consent of the person whose they are.

    Attributes:
        roles: Role → who has it.
        rules: Rules in order; for each text the first that is for it counts.
    """

    roles: Mapping[Name, AccessRole] = Field(default_factory=dict)
    rules: Annotated[Series[AccessRule], Field(max_length=200)] = ()
