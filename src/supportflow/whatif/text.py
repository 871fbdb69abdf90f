"""A comparison as text for people."""

from collections.abc import Iterator, Mapping

from supportflow._legible import escaped, padded
from supportflow._time import Instant
from supportflow.sla.policy import span_name
from supportflow.whatif.difference import CaseDifference, ClockChange, Reason, WhatIf
from supportflow.whatif.ending import minute

__all__ = ["difference_text", "reason_text", "whatif_text"]

_LINES = 12
_MODES = {"as_happened": "as it happened", "resimulated": "re-simulated"}


def whatif_text(found: WhatIf) -> str:
    """The totals, and the tickets that say most."""
    sections = (_head(found), _edits(found), _targets(found), _counts(found), _problems(found))
    blocks = ["\n".join(map(escaped, lines)) for lines in map(list, sections) if lines]
    if found.telling:
        blocks.append(f"The {len(found.telling)} tickets that say most:")
    blocks += [difference_text(one) for one in found.telling]
    return "\n\n".join(blocks) + "\n"


def difference_text(difference: CaseDifference) -> str:
    """One ticket, and why it differs."""
    return "\n".join(map(escaped, _difference(difference)))


def _head(found: WhatIf) -> Iterator[str]:
    yield f"What if: {found.policy!r} against {found.against!r}, {_MODES[found.mode]}"
    yield f"  {found.fingerprint}"
    yield f"  {found.against_fingerprint}"
    share = f", {found.differing / found.cases:.1%}" if found.cases else ""
    yield f"  {found.differing:,} of {found.cases:,} tickets differ{share}, up to {_minute(found.until)}"
    if found.unusable:
        yield f"  {found.unusable:,} tickets are not compared: one policy refuses rows of theirs that the other takes"


def _edits(found: WhatIf) -> Iterator[str]:
    if not found.edits:
        return
    yield "What was edited:"
    for one in found.edits[:_LINES]:
        yield f"  {one.path}: {_short(one.before)} -> {_short(one.after)}"
    if len(found.edits) > _LINES:
        yield f"  … and {len(found.edits) - _LINES:,} more; `supportflow diff` lists them all"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 - a line


def _targets(found: WhatIf) -> Iterator[str]:
    if not found.targets:
        return
    yield "Targets:            met    missed undecided cancelled  attained"
    for total in found.targets:
        for name, ended in ((found.policy, total.ended), (found.against, total.against)):
            counts = [ended.get(how, 0) for how in ("met", "missed", "undecided", "cancelled")]
            decided = counts[0] + counts[1]
            share = f"{counts[0] / decided:.1%}" if decided else "-"
            yield f"  {padded(total.target, 12)} {''.join(f'{n:>10,}' for n in counts)} {share:>9}  {name}"


def _counts(found: WhatIf) -> Iterator[str]:
    for title, counts in (
        ("Tickets that differ in", found.counts),
        ("Verdicts", found.verdicts),
        ("Reasons", found.reasons),
    ):
        if counts:
            yield f"{title}:"
            yield from _table(counts)


def _table(counts: Mapping[str, int]) -> Iterator[str]:
    for name, count in list(counts.items())[:_LINES]:
        yield f"  {count:>9,}  {name}"
    if len(counts) > _LINES:
        yield f"  {'':>9}  … and {len(counts) - _LINES:,} more kinds; --json has them all"


def _problems(found: WhatIf) -> Iterator[str]:
    if found.problems:
        yield "Bad rows:"
    for one in found.problems:
        lines = ", ".join(map(str, one.lines[:_LINES]))
        state = "left out" if one.left_out else "the rest taken in"
        yield f"  {one.count:>9,}  {one.reason} ({state}), line {lines}: {one.example!r}"


def _difference(difference: CaseDifference) -> Iterator[str]:
    yield f"{difference.case}, opened {_minute(difference.opened_at)}"
    for change in difference.changes:
        yield f"  {change.what}: {change.before} -> {change.after}"
        yield f"    {reason_text(change.reason)}"
    for clock in difference.clocks:
        yield f"  {clock.name}: {_turn(clock)}"
        for reason in clock.reasons:
            yield f"    {reason_text(reason)}"


def _turn(clock: ClockChange) -> str:
    ended, against = clock.turn
    turn = ended if ended == against else f"{ended} -> {against}"
    if clock.due_at == clock.against_due_at:
        return turn if clock.due_at is None else f"{turn}, due {_minute(clock.due_at)}"
    later = clock.shift_us
    by = f" ({span_name(abs(later))} {'later' if later > 0 else 'earlier'})" if later else ""
    return f"{turn}, due {_minute(clock.due_at)} -> {_minute(clock.against_due_at)}{by}"


def reason_text(reason: Reason) -> str:
    """A reason in one line."""
    if reason.longest is None:
        return f"{reason.kind}: {reason.before} -> {reason.after}"
    one = reason.longest
    side = "first" if one.counted_us else "second"
    length = span_name(abs(one.against_us - one.counted_us))
    told = (
        f"{_minute(one.start_at)} to {_minute(one.end_at)}: {length} that only the {side} policy counts "
        f"({one.reason} -> {one.against})"
    )
    if reason.stretches == 1:
        return f"interval: {told}"
    more = "more" if reason.net_us > 0 else "less"
    net = f"the second counts {span_name(abs(reason.net_us))} {more}" if reason.net_us else "they balance"
    return f"interval: {told}; the longest of {reason.stretches:,} such stretches, in all {net}"


def _minute(at: Instant | None) -> str:
    return "none" if at is None else minute(at)
