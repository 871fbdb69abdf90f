"""What adapters must do, as tests that a host runs against its own: subclass, make one, run pytest.

```python
class TestMyStore(StoreConformance):
    def make_store(self):
        return MyStore(...)
```

Needs pytest (`pip install 'supportflow[test]'`). These are plain classes: an abstract one that nobody completed would be
passed over in silence. A store or channel may have async methods: each call is awaited if it has to be.
"""

import pytest

# Before the suites are imported: a failed assertion then shows the values that it compared.
_TOPICS = (
    "bot",
    "channel",
    "deliveries",
    "feed",
    "keeping",
    "people",
    "searching",
    "sharing",
    "tickets",
    "wakeups",
)
pytest.register_assert_rewrite(*(f"{__name__}.{topic}" for topic in _TOPICS))

from supportflow.testing.conformance.bot import (
    KnowledgeConformance,
    ResponderConformance,
    TicketIndexConformance,
)
from supportflow.testing.conformance.channel import ChannelConformance
from supportflow.testing.conformance.deliveries import DeliveryPromises
from supportflow.testing.conformance.feed import FeedPromises
from supportflow.testing.conformance.keeping import KeepingPromises
from supportflow.testing.conformance.people import PeoplePromises
from supportflow.testing.conformance.searching import SearchPromises
from supportflow.testing.conformance.sharing import SharingPromises
from supportflow.testing.conformance.suite import agent_row, event_rows, ticket_row
from supportflow.testing.conformance.tickets import TicketPromises
from supportflow.testing.conformance.wakeups import WakeUpPromises

__all__ = [
    "ChannelConformance",
    "KnowledgeConformance",
    "ResponderConformance",
    "StoreConformance",
    "TicketIndexConformance",
    "agent_row",
    "event_rows",
    "ticket_row",
]


class StoreConformance(
    TicketPromises,
    SearchPromises,
    WakeUpPromises,
    FeedPromises,
    KeepingPromises,
    DeliveryPromises,
    PeoplePromises,
    SharingPromises,
):
    """Every promise of the `Store` port, one test each.

    Attributes:
        without: Names of the capabilities that the store does not have: `archive`, `purge`, `sharing` (several threads or
            tasks at the same time), `durability` (needs `reopen_store`). Whatever is not named is required.
    """
