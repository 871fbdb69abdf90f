"""The loop that drives a generator: the same with plain calls and with `await`."""

import asyncio

import pytest

from supportflow.driving import drive, drive_at_once


def with_plain_calls(steps, answer):
    return drive_at_once(steps, answer)


def with_await(steps, answer):
    async def later(step):
        await asyncio.sleep(0)
        return answer(step)

    return asyncio.run(drive(steps, later))


WAYS = pytest.mark.parametrize("run", [with_plain_calls, with_await])


@WAYS
def test_what_is_answered_comes_back_where_it_was_asked(run):
    def steps():
        first = yield 1
        second = yield first
        return (first, second)

    assert run(steps(), lambda step: step + 10) == (11, 21)
    assert run((_ for _ in ()), None) is None


@WAYS
def test_an_error_is_thrown_in_where_it_was_asked_and_can_be_answered(run):
    def steps():
        try:
            yield "fails"
        except ZeroDivisionError:
            return (yield "works")

    def answer(step):
        return 1 / 0 if step == "fails" else step

    assert run(steps(), answer) == "works"


@WAYS
def test_an_error_that_nobody_takes_comes_out_and_the_generator_is_closed(run):
    closed = []

    def steps():
        try:
            yield 1
        finally:
            closed.append(True)

    with pytest.raises(ZeroDivisionError):
        run(steps(), lambda _step: 1 / 0)
    assert closed == [True]


@WAYS
@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, asyncio.CancelledError])
def test_what_ends_the_program_is_not_thrown_in(run, interrupt):
    met = []

    def steps():
        try:
            yield 1
        except BaseException as error:
            met.append(type(error))
            raise

    def answer(_step):
        raise interrupt

    with pytest.raises(interrupt):
        run(steps(), answer)
    assert met == [GeneratorExit]
