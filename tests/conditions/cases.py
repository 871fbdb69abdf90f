"""Random fields, conditions over them, and records: small enough domains that everything can be tried."""

from decimal import Decimal
from itertools import chain, combinations, product

from hypothesis import strategies as st

from supportflow.conditions import Condition, Fields, FieldSpec

CHOICES = ("email", "chat", "phone")
TEXTS = ("ana", "bo", "other")
TAGS = ("vip", "press", "other")
NUMBERS = (0, 1, 0.1, 0.3, 2.5)
WHOLES = (0, 1, 2, 5)

FIELDS = Fields(
    {
        "channel": FieldSpec.choice(*CHOICES),
        "region": FieldSpec.choice("eu", "us", nullable=True),
        "customer": FieldSpec.text(nullable=True),
        "reopens": FieldSpec.integer(minimum=0, maximum=6),
        "score": FieldSpec.integer(nullable=True),
        "amount": FieldSpec.number(minimum=0, nullable=True),
        "share": FieldSpec.number(),
        "urgent": FieldSpec.boolean(),
        "known": FieldSpec.boolean(nullable=True),
        "tags": FieldSpec.tags(),
        "flags": FieldSpec.tags("a", "b", "c"),
    }
)


def _some(values, size=3):
    return st.lists(st.sampled_from(values), min_size=1, max_size=size, unique=True).map(tuple)


def _numeric(name, values):
    value = st.sampled_from(values)
    pair = st.tuples(value, value).map(lambda two: tuple(sorted(two)))
    return st.one_of(
        value.map(lambda v: Condition(field=name, eq=v)),
        _some(values).map(lambda vs: Condition(field=name, in_=vs)),
        value.map(lambda v: Condition(field=name, ge=v)),
        value.map(lambda v: Condition(field=name, le=v)),
        pair.map(lambda two: Condition(field=name, between=two)),
    )


def _named(name, values):
    return st.one_of(
        st.sampled_from(values).map(lambda v: Condition(field=name, eq=v)),
        _some(values).map(lambda vs: Condition(field=name, in_=vs)),
    )


def _tagged(name, values):
    return _some(values).flatmap(
        lambda vs: st.sampled_from([Condition(field=name, has_any=vs), Condition(field=name, has_all=vs)])
    )


COMPARISONS = {
    "channel": _named("channel", CHOICES),
    "region": _named("region", ("eu", "us")),
    "customer": _named("customer", TEXTS),
    "reopens": _numeric("reopens", WHOLES),
    "score": _numeric("score", WHOLES),
    "amount": _numeric("amount", NUMBERS),
    "share": _numeric("share", NUMBERS),
    "urgent": st.booleans().map(lambda v: Condition(field="urgent", eq=v)),
    "known": st.booleans().map(lambda v: Condition(field="known", eq=v)),
    "tags": _tagged("tags", TAGS),
    "flags": _tagged("flags", ("a", "b", "c")),
}


def comparisons(names=tuple(FIELDS)):
    exists = st.builds(lambda name, v: Condition(field=name, exists=v), st.sampled_from(names), st.booleans())
    return st.one_of(*(COMPARISONS[name] for name in names), exists)


def conditions(names=tuple(FIELDS), leaves=8):
    return st.recursive(
        comparisons(names),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=4).map(lambda parts: Condition(all=tuple(parts))),
            st.lists(inner, min_size=1, max_size=4).map(lambda parts: Condition(any=tuple(parts))),
            inner.map(lambda part: Condition(not_=part)),
        ),
        max_leaves=leaves,
    )


_NUMBER = st.one_of(
    st.sampled_from([0, 1, 2, 3, 5, 6, 0.1, 0.2, 0.3, 0.1 + 0.2, 2.5, 2.4999999999999996]),
    st.sampled_from([Decimal("0.1"), Decimal("0.3"), Decimal("2.50"), Decimal("0.30000000000000001")]),
    st.floats(min_value=0, allow_nan=False),
)
_WHOLE = st.integers(min_value=-1, max_value=7)

VALUES = {
    "channel": st.sampled_from(CHOICES),
    "region": st.sampled_from(["eu", "us", None]),
    "customer": st.sampled_from([*TEXTS, "zoe", "", None]),
    "reopens": st.integers(min_value=0, max_value=6),
    "score": st.none() | _WHOLE,
    "amount": st.none() | _NUMBER,
    "share": _NUMBER,
    "urgent": st.booleans(),
    "known": st.sampled_from([True, False, None]),
    "tags": st.lists(st.sampled_from([*TAGS, "new"]), unique=True).flatmap(
        lambda tags: st.sampled_from([tags, tuple(tags), set(tags), frozenset(tags)])
    ),
    "flags": st.sets(st.sampled_from(["a", "b", "c"])),
}

RECORDS = st.fixed_dictionaries(VALUES)
"""Records that fit the declared fields."""

LOOSE_RECORDS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.none() | values for name, values in VALUES.items()},
        "channel": st.sampled_from([*CHOICES, "fax", None]),
        "reopens": st.sampled_from([None, -3, 2, 99, 2.0, 1.5, float("nan"), Decimal("NaN"), True]),
        "amount": st.sampled_from([None, -1, -0.5, float("nan"), float("inf"), Decimal("Infinity"), 10**30]),
        "flags": st.sampled_from([None, (), {"a", "z"}, {"z"}]),
    },
)
"""Records of the declared types that lack values or hold values outside the declared ones."""


def _subsets(values):
    return [
        list(some) for some in chain.from_iterable(combinations(values, n) for n in range(len(values) + 1))
    ]


# At least one value for every cell that the constants above can tell apart: trying these is trying all.
EVERY = {
    "channel": list(CHOICES),
    "region": ["eu", "us", None],
    "customer": [*TEXTS, "zoe", None],
    "reopens": list(range(7)),
    "score": [None, *range(-1, 8)],
    "amount": [None, 0, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 2.5, 3],
    "share": [-1, 0, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 2.5, 3],
    "urgent": [True, False],
    "known": [True, False, None],
    "tags": _subsets([*TAGS, "new"]),
    "flags": _subsets(["a", "b", "c"]),
}


def every_record(names):
    """Every record over some of the fields, up to what conditions can tell apart."""
    for values in product(*(EVERY[name] for name in names)):
        yield dict(zip(names, values, strict=True))
