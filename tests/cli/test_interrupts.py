"""Ctrl-C that falls where Python or a library swallows it still ends the command: status 130 and one line."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import supportflow
from supportflow.cli import main
from supportflow.cli.terminal import INTERRUPTED

PROGRAM = """
import json, signal, sys, time, weakref
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from supportflow.cli import main, diagram
from supportflow.exceptions import InvalidInput

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored

class Thing:
    pass

def press(*_):
    signal.raise_signal(signal.SIGINT)

class Dying:
    def __del__(self):
        press()

def weak():
    thing = Thing()
    kept = weakref.ref(thing, press)
    del thing
    return kept

def goes_on():  # far longer than it takes: only an interrupt ends it
    for _ in range(500):
        time.sleep(0.01)
    print("went on")

def weakref_callback():
    kept = weak()
    goes_on()

def weakref_callback_at_the_end():
    weak()

def finalizer():
    Dying()
    goes_on()

def finalizer_at_the_end():
    Dying()

def validator():
    from pydantic import BaseModel, field_validator
    class Small(BaseModel):
        x: int
        @field_validator("x")
        @classmethod
        def look(cls, value):
            press()
    Small(x=1)

def schema():
    from pydantic import BaseModel
    class Odd:
        @classmethod
        def __get_pydantic_core_schema__(cls, source, handler):
            try:
                press()
            except KeyboardInterrupt as error:
                raise TypeError("no schema") from error
    class Small(BaseModel):
        x: Odd

def forgotten():  # a library that keeps nothing of what it caught
    try:
        press()
    except BaseException:
        pass
    raise RuntimeError("callback failed")

def forgotten_while_an_error_is_dealt_with():
    try:
        raise OSError("no such cache")
    except OSError:
        try:
            press()
        except BaseException:
            pass
    raise RuntimeError("callback failed")

def error_told_otherwise():
    try:
        raise OSError("disk full")
    except OSError as error:
        Dying()
        raise InvalidInput("store", "disk full") from error

def error_before():
    try:
        raise OSError("disk full")
    finally:
        Dying()

class Noisy:
    def __del__(self):
        raise ValueError("noise")

def other_noise():
    Noisy()

ended = {}
for place in sys.argv[1:]:
    diagram.run = lambda _arguments: globals()[place]() or 0
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        status = main(["diagram"])
    ended[place] = status, out.getvalue(), err.getvalue()
json.dump(ended, sys.stdout)
"""
PLACES = [
    "weakref_callback",
    "weakref_callback_at_the_end",
    "finalizer",
    "finalizer_at_the_end",
    "validator",
    "schema",
    "forgotten",
    "forgotten_while_an_error_is_dealt_with",
]


@pytest.fixture(scope="module")
def ended():
    """How commands end, each interrupted in another place: in one process of their own, which takes a second to start."""
    source = str(Path(supportflow.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *PLACES, "error_before", "error_told_otherwise", "other_noise"],
        check=True, capture_output=True, text=True, timeout=100, env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize("place", PLACES)
def test_wherever_it_falls_it_is_an_interrupt(ended, place):
    assert ended[place] == [INTERRUPTED, "", "supportflow: interrupted\n"]


def test_an_error_that_was_there_before_is_not_hidden(ended):
    assert ended["error_before"] == [2, "", "supportflow: disk full\n"]
    assert ended["error_told_otherwise"] == [2, "", "supportflow: store: disk full\n"]


def test_what_else_is_thrown_away_is_told_as_ever(ended):
    status, _, err = ended["other_noise"]
    assert status == 0
    assert "ValueError: noise" in err


@pytest.mark.usefixtures("capsys")
def test_handlers_are_as_before():
    before = signal.getsignal(signal.SIGINT), sys.unraisablehook
    for status, arguments in ((0, ["diagram"]), (2, ["check", "missing.toml"]), (2, ["no-such"])):
        assert main(arguments) == status
        assert (signal.getsignal(signal.SIGINT), sys.unraisablehook) == before


@pytest.mark.usefixtures("capsys")
@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None])
def test_a_handler_of_the_host_s_own_stays(monkeypatch, handler):
    met = []
    monkeypatch.setattr(
        "supportflow.cli.diagram.run", lambda _: met.append(signal.getsignal(signal.SIGINT)) or 0
    )
    before = signal.signal(signal.SIGINT, handler)
    try:
        assert main(["diagram"]) == 0
        assert (met, signal.getsignal(signal.SIGINT)) == ([handler], handler)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("capsys")
def test_in_a_thread_it_runs_as_ever():
    met, before = [], sys.unraisablehook
    thread = threading.Thread(target=lambda: met.append(main(["diagram"])))
    thread.start()
    thread.join()
    assert (met, sys.unraisablehook) == ([0], before)
