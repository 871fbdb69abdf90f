"""Every error that supportflow raises, in one tree.

```
SupportflowError
├── InvalidInput (ValueError)          what a caller or an outside party passed in cannot be used
│   ├── NaiveDatetimeError             a datetime without a time zone
│   ├── TextTooLong                    a text over its limit
│   ├── UnknownKeyword (TypeError)     a call with a keyword that there is not
│   ├── SignatureRefused               a message whose signature does not prove who sent it, or when
│   └── IdempotencyMismatch            a key that was used before, for something else
├── DefinitionError (ValueError)       a document that an organisation wrote is wrong
│   ├── ConditionError
│   ├── LifecycleError
│   ├── CalendarError
│   ├── PolicyError
│   ├── RosterError
│   ├── ScenarioError
│   ├── MappingError
│   ├── ModelError
│   └── TakeoverError
├── NotFound (LookupError)
│   ├── TicketNotFound
│   ├── PolicyNotFound
│   └── DeliveryNotFound
├── Refused                            understood, and not allowed in this state
│   ├── NotVerified                    the requester is not verified as an action needs
│   ├── StepsMissing                   mandatory steps of the procedure are not done
│   └── TransitionRefused
├── NoWorkingTime (ArithmeticError)    a calendar has no (more) working time to answer with
├── CalendarHorizonError               past the last date that a holiday source vouches for
├── StoreError
│   ├── ConflictError                  others kept changing the same stream
│   ├── DamagedRow                     a row that nobody can read
│   ├── DuplicateRef                   the host's id already names another ticket
│   ├── NewerSchemaError               a row that only a newer version can read
│   ├── StoreBusy                      somebody else holds what is needed: try again
│   └── StoreUnavailable               the database cannot be reached
├── DeliveryError                      what was to leave did not arrive
│   ├── AddressRefused                 an address that nothing is sent to
│   ├── ReceiverRefused                the receiver did not take it
│   └── Undeliverable                  it can never arrive
├── RecordsError                       a chain, a proof or a log that does not hold
├── MissingExtra (ImportError)         an optional dependency is not installed
└── DeskClosed
```

Each carries its facts in attributes, so that a host never has to parse a message. No message holds text that a
requester or an agent typed.
"""

from supportflow.exceptions.base import (
    DeliveryNotFound,
    DeskClosed,
    MissingExtra,
    NotFound,
    PolicyNotFound,
    SupportflowError,
    TicketNotFound,
)
from supportflow.exceptions.definitions import (
    CalendarError,
    CalendarHorizonError,
    ConditionError,
    DefinitionError,
    LifecycleError,
    MappingError,
    ModelError,
    NoWorkingTime,
    PolicyError,
    RosterError,
    ScenarioError,
    TakeoverError,
)
from supportflow.exceptions.deliveries import (
    AddressRefused,
    DeliveryError,
    ReceiverRefused,
    Undeliverable,
)
from supportflow.exceptions.inputs import (
    IdempotencyMismatch,
    InvalidInput,
    NaiveDatetimeError,
    SignatureRefused,
    TextTooLong,
    UnknownKeyword,
)
from supportflow.exceptions.records import RecordsError
from supportflow.exceptions.refusals import NotVerified, Refused, StepsMissing, TransitionRefused
from supportflow.exceptions.stores import (
    ConflictError,
    DamagedRow,
    DuplicateRef,
    NewerSchemaError,
    StoreBusy,
    StoreError,
    StoreUnavailable,
)

__all__ = [
    "AddressRefused",
    "CalendarError",
    "CalendarHorizonError",
    "ConditionError",
    "ConflictError",
    "DamagedRow",
    "DefinitionError",
    "DeliveryError",
    "DeliveryNotFound",
    "DeskClosed",
    "DuplicateRef",
    "IdempotencyMismatch",
    "InvalidInput",
    "LifecycleError",
    "MappingError",
    "MissingExtra",
    "ModelError",
    "NaiveDatetimeError",
    "NewerSchemaError",
    "NoWorkingTime",
    "NotFound",
    "NotVerified",
    "PolicyError",
    "PolicyNotFound",
    "ReceiverRefused",
    "RecordsError",
    "Refused",
    "RosterError",
    "ScenarioError",
    "SignatureRefused",
    "StepsMissing",
    "StoreBusy",
    "StoreError",
    "StoreUnavailable",
    "SupportflowError",
    "TakeoverError",
    "TextTooLong",
    "TicketNotFound",
    "TransitionRefused",
    "Undeliverable",
    "UnknownKeyword",
]

# In tracebacks and pickles they have the name that hosts import, and not that of the module that defines them. The price:
# `inspect.getsource` does not find them.
for _name in __all__:
    globals()[_name].__module__ = __name__
