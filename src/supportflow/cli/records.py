"""`supportflow records`: checkpoints of what a desk recorded, proofs, and audits."""

import argparse
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from supportflow._time import from_us, instant, iso, to_us
from supportflow.cli import terminal
from supportflow.cli.answers import add_json, say
from supportflow.cli.documents import STANDARD_INPUT, text_at
from supportflow.cli.inputs import add_store, used_at
from supportflow.cli.terminal import WRONG
from supportflow.exceptions import RecordsError

__all__ = ["add_to", "run"]

_SECRET_BYTES = 32
_KEPT = "--log records --store sqlite:///desk.db"
_EXAMPLES = {
    "key": "desk.example --out secret.key",
    "checkpoint": f"{_KEPT} --key secret.key --anchor file:checkpoint.txt",
    "prove": f"4711 {_KEPT} --out proof.txt",
    "verify": "proof.txt --key public.key",
    "audit": f"{_KEPT} --key public.key",
    "cosign": "--log records --key public.key --witness-key witness.key --state seen --out cosigned.txt",
    "witnessed": f"cosigned.txt {_KEPT} --witness witness.pub",
    "export": f"--quarter 2026Q3 {_KEPT} --key public.key --out 2026Q3.zip",
}
_STATUS = {
    "checkpoint": " Exit status 1 if an anchor has not published it.",
    "verify": " Exit status 1 if it is not proved.",
    "audit": " Exit status 1 if something is wrong.",
}


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "records",
        help="prove that nothing was altered: checkpoints, proofs, audits",
        description="Vouch for what a desk recorded, prove it to others, and look whether it is what it was.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    key = _action(actions, "key", _make_key, "make a key to sign with, and print the one to verify with")
    key.add_argument("name", metavar="NAME", help="whose key: the log's name, such as example.com/records")
    key.add_argument(
        "--out", required=True, metavar="FILE", help="where the secret key goes; it must not exist"
    )
    key.add_argument("--witness", action="store_true", help="for a witness, who cosigns logs of others")

    one = _action(
        actions, "checkpoint", _checkpoint, "take in what is new, sign where the log has come, publish it"
    )
    _add_log(one)
    add_store(one, required=True)
    one.add_argument("--key", required=True, metavar="FILE", help="the secret key")
    one.add_argument(
        "--anchor",
        action="append",
        default=[],
        metavar="ANCHOR",
        help="file:PATH, git:FOLDER or an https address",
    )

    one = _action(actions, "prove", _prove, "write a proof of a ticket")
    one.add_argument("ticket", metavar="TICKET", help="the host's reference, or the id")
    _add_log(one)
    add_store(one, required=True)
    one.add_argument("--out", required=True, metavar="FILE", help="where the proof goes")
    one.add_argument("--texts", action="store_true", help="open the texts, for whoever gets the proof")
    one.add_argument(
        "--digests", action="store_true", help="show no events, only that there are so many and no other"
    )

    one = _action(actions, "verify", _verify, "verify a proof or an archive, with a public key alone")
    one.add_argument("proof", metavar="PROOF", help="a proof, or an archive of a quarter")
    _add_trust(one)

    one = _action(actions, "audit", _audit, "look whether log and store are what was vouched for")
    _add_log(one)
    add_store(one, required=False)
    _add_trust(one)
    one.add_argument("--since", metavar="TIME", help="compare only what the log has taken in since then")
    one.add_argument(
        "--seen", action="append", default=[], metavar="FILE", help="checkpoints that were seen elsewhere"
    )

    one = _action(
        actions, "cosign", _cosign, "as a witness: cosign a log's checkpoint, if it continues the last one"
    )
    _add_log(one)
    _add_trust(one)
    one.add_argument("--witness-key", required=True, metavar="FILE", help="the witness's secret key")
    one.add_argument(
        "--state", required=True, metavar="FILE", help="where the witness keeps what it saw last"
    )
    one.add_argument("--out", required=True, metavar="FILE", help="where the cosigned checkpoint goes")

    one = _action(
        actions, "witnessed", _witnessed, "take in what witnesses have added to the latest checkpoint"
    )
    one.add_argument("files", nargs="+", metavar="FILE", help="a cosigned checkpoint")
    _add_log(one)
    add_store(one, required=True)
    one.add_argument(
        "--witness", action="append", required=True, metavar="KEY", help="a witness's public key"
    )

    one = _action(actions, "export", _export, "write an archive of a quarter that verifies anywhere")
    one.add_argument("--quarter", required=True, metavar="QUARTER", help="such as 2026Q3, in UTC")
    _add_log(one)
    add_store(one, required=True)
    _add_trust(one)
    one.add_argument("--out", required=True, metavar="FILE", help="the archive, a ZIP file")


def _action(
    actions: Any, name: str, act: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.{_STATUS.get(name, '')}",
        epilog=f"example:\n  supportflow records {name} {_EXAMPLES[name]}",
    )
    add_json(parser)
    parser.set_defaults(run=run, act=act)
    return parser


def _add_log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log", required=True, metavar="FOLDER", help="the folder of the log")


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="KEY",
        help="the log's public key, or a file that has it",
    )
    parser.add_argument(
        "--witness", action="append", default=[], metavar="KEY", help="a witness's public key"
    )
    parser.add_argument(
        "--quorum", type=int, default=0, metavar="N", help="how many witnesses must have cosigned"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run one action."""
    act: Callable[[argparse.Namespace], int] = arguments.act
    return act(arguments)


def _now_us() -> int:
    return time.time_ns() // 1_000


def _public(written: str) -> Any:
    from supportflow.records import VerifyingKey  # noqa: PLC0415 - only commands of records need it

    return VerifyingKey.read(written if "+" in written else text_at(written))


def _trust(arguments: argparse.Namespace) -> Any:
    from supportflow.records import Trust  # noqa: PLC0415 - as above

    return Trust(tuple(map(_public, arguments.key)), tuple(map(_public, arguments.witness)), arguments.quorum)


def _make_key(arguments: argparse.Namespace) -> int:
    from supportflow.records import COSIGNED, SIGNED, SigningKey  # noqa: PLC0415 - as above

    kind = COSIGNED if arguments.witness else SIGNED
    key = SigningKey(arguments.name, kind, os.urandom(_SECRET_BYTES))
    public = key.verifying.written
    handle = os.open(arguments.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{key.written}\n")
    say(arguments, {"public": public, "output": arguments.out}, [public])
    return 0


def _checkpoint(arguments: argparse.Namespace) -> int:
    from supportflow.notary import Notary, anchor_named  # noqa: PLC0415 - as above
    from supportflow.records import SigningKey  # noqa: PLC0415 - as above

    anchors = [anchor_named(name) for name in arguments.anchor]
    key = SigningKey.read(text_at(arguments.key).strip())
    store = used_at(arguments.store, arguments.tenant)
    try:
        with Notary(arguments.log, store, tenant=arguments.tenant, key=key, now_us=_now_us) as notary:
            made = notary.checkpoint(anchors)
    finally:
        store.close()
    late = f", {made.late:,} of them without a link until now" if made.late else ""
    failed = [(type(anchor).__name__, terminal.complaint(error)) for anchor, error in made.failed]
    fields = {
        **_head(made.checkpoint),
        "streams": made.streams,
        "events": made.events,
        "late": made.late,
        "not_published": [{"anchor": anchor, "error": error} for anchor, error in failed],
    }
    lines = [
        f"{made.events:,} events of {made.streams:,} streams taken in{late}",
        _head_line(made.checkpoint),
        *(f"{anchor} has not published it: {error}" for anchor, error in failed),
    ]
    say(arguments, fields, lines)
    return WRONG if failed else 0


def _prove(arguments: argparse.Namespace) -> int:
    from supportflow.notary import Notary  # noqa: PLC0415 - as above

    store = used_at(arguments.store, arguments.tenant)
    try:
        ticket = store.find_ref(arguments.tenant, arguments.ticket) or arguments.ticket
        with Notary(arguments.log, store, tenant=arguments.tenant, now_us=_now_us) as notary:
            proof = notary.prove(ticket, texts=arguments.texts, events=not arguments.digests)
    finally:
        store.close()
    Path(arguments.out).write_text(proof.written, "utf-8", newline="\n")
    fields = {"stream": proof.stream, "events": len(proof.digests), "output": arguments.out}
    say(arguments, fields, [f"{proof.stream}: {len(proof.digests):,} events proved in {arguments.out}"])
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from supportflow.notary import check_archive  # noqa: PLC0415 - as above
    from supportflow.records import Proof  # noqa: PLC0415 - as above

    trust = _trust(arguments)
    try:
        if arguments.proof != STANDARD_INPUT and zipfile.is_zipfile(arguments.proof):
            archive = check_archive(arguments.proof, trust)
            quarter = archive.summary["quarter"]
            say(
                arguments,
                {
                    "proved": True,
                    **_head(archive.checkpoint),
                    "quarter": quarter,
                    "streams": archive.streams,
                    "events": archive.events,
                },
                [
                    _head_line(archive.checkpoint),
                    f"{archive.streams:,} streams, {archive.events:,} events of {quarter}: proved",
                ],
            )
            return 0
        proved = Proof.read(text_at(arguments.proof)).check(trust)
    except RecordsError as error:
        say(arguments, {"proved": False, "error": str(error)}, [f"NOT PROVED: {error}"])
        return WRONG
    fields = {
        "proved": True,
        **_head(proved.checkpoint),
        "tenant": proved.tenant,
        "stream": proved.stream,
        "events": proved.events,
        "late": proved.late,
        "texts": {"shown": len(proved.open), "erased": len(proved.erased), "hidden": len(proved.hidden)},
    }
    say(arguments, fields, _proved(proved))
    return 0


def _proved(proved: Any) -> Iterator[str]:
    yield _head_line(proved.checkpoint)
    yield f"{proved.stream} of {proved.tenant}: {proved.events:,} events, as they were written"
    if proved.late:
        yield f"{proved.late:,} of them had no link before the log saw them"
    for number, said in (
        (len(proved.open), "shown, as they were written"),
        (len(proved.erased), "erased"),
        (len(proved.hidden), "not shown"),
    ):
        if number:
            yield f"{number:,} texts {said}"


def _head(checkpoint: Any) -> dict[str, Any]:
    return {"log": checkpoint.origin, "entries": checkpoint.size, "top": checkpoint.top.hex()}


def _head_line(checkpoint: Any) -> str:
    return f"{checkpoint.origin}: {checkpoint.size:,} entries, {checkpoint.top.hex()}"


def _audit(arguments: argparse.Namespace) -> int:
    from supportflow.notary import audit_log, audit_store  # noqa: PLC0415 - as above
    from supportflow.notary.anchors import published  # noqa: PLC0415 - as above

    since = 0 if arguments.since is None else to_us(instant(arguments.since, "--since"))
    seen = [note for path in arguments.seen for note in published(text_at(path))]
    # The store first: whoever misspells it has to hear that, whatever the log says.
    store = None if arguments.store is None else used_at(arguments.store, arguments.tenant)
    try:
        audit, logged = audit_log(arguments.log, _trust(arguments), seen=seen, since_us=since)
        if store is not None:
            audit_store(store, arguments.tenant, audit, logged, recent=bool(since))
    except RecordsError as error:
        say(arguments, {"right": False, "error": str(error), "findings": []}, [f"WRONG: {error}"])
        return WRONG
    finally:
        if store is not None:
            store.close()
    fields = {
        "right": not audit.findings,
        **_head(audit.checkpoint),
        "late": audit.late,
        "store": None
        if store is None
        else {
            "streams": audit.streams,
            "events": audit.events,
            "pending": audit.pending,
            "texts": audit.texts,
            "erased": audit.erased,
        },
        "findings": [one._asdict() for one in audit.findings],
    }
    say(arguments, fields, _audited(audit, compared=store is not None))
    return WRONG if audit.findings else 0


def _audited(audit: Any, *, compared: bool) -> Iterator[str]:
    yield _head_line(audit.checkpoint)
    yield f"{audit.entries:,} entries of the log, {audit.late:,} events that had no link before it saw them"
    if compared:
        yield f"{audit.events:,} events of {audit.streams:,} streams compared, {audit.pending:,} since the checkpoint"
        yield f"{audit.texts:,} texts as they were written, {audit.erased:,} erased"
    for kind, what, problem in audit.findings:
        yield f"{kind.upper()} {what}: {problem}"
    yield f"{len(audit.findings):,} findings" if audit.findings else "nothing is wrong"


def _cosign(arguments: argparse.Namespace) -> int:
    from supportflow.notary import LogFolder, witness  # noqa: PLC0415 - as above
    from supportflow.records import SigningKey  # noqa: PLC0415 - as above

    key = SigningKey.read(text_at(arguments.witness_key).strip())
    state = Path(arguments.state)
    before = state.read_text("utf-8") if state.exists() else None
    note = witness(LogFolder.at(arguments.log), key, _trust(arguments), before, _now_us() // 1_000_000)
    draft = state.with_name(f"{state.name}.new")
    draft.write_text(note.written, "utf-8", newline="\n")
    draft.replace(state)
    Path(arguments.out).write_text(note.written, "utf-8", newline="\n")
    at = iso(from_us(_now_us()))
    say(arguments, {"at": at, "output": arguments.out}, [f"cosigned at {at}"])
    return 0


def _witnessed(arguments: argparse.Namespace) -> int:
    from supportflow.notary import Notary  # noqa: PLC0415 - as above

    keys = [_public(one) for one in arguments.witness]
    number = 0
    store = used_at(arguments.store, arguments.tenant)
    try:
        with Notary(arguments.log, store, tenant=arguments.tenant, now_us=_now_us) as notary:
            for path in arguments.files:
                number = notary.cosigned(text_at(path), keys)
    finally:
        store.close()
    say(arguments, {"witnesses": number}, [f"{number:,} witnesses have cosigned the latest checkpoint"])
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from supportflow.notary import Notary, Quarter, export  # noqa: PLC0415 - as above

    quarter = Quarter.read(arguments.quarter)
    store = used_at(arguments.store, arguments.tenant)
    try:
        with Notary(arguments.log, store, tenant=arguments.tenant, now_us=_now_us) as notary:
            made = export(notary, store, arguments.tenant, quarter, arguments.out, _trust(arguments))
    finally:
        store.close()
    fields = {
        **_head(made.checkpoint),
        "quarter": quarter.name,
        "streams": made.streams,
        "events": made.events,
        "output": arguments.out,
    }
    line = f"{made.streams:,} streams, {made.events:,} events of {quarter.name} in {arguments.out}"
    say(arguments, fields, [line])
    return 0
