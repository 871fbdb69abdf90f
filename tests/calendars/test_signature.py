"""What type checkers are told that a calendar takes is what it takes."""

import ast
import inspect
import textwrap

from supportflow import BusinessCalendar


def test_the_constructor_that_is_told_has_every_field():
    tree = ast.parse(textwrap.dedent(inspect.getsource(BusinessCalendar)))
    told = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__init__" and node.args.kwonlyargs
    )

    assert {one.arg for one in told.args.kwonlyargs} == BusinessCalendar.model_fields.keys()
    needed = {
        one.arg
        for one, default in zip(told.args.kwonlyargs, told.args.kw_defaults, strict=True)
        if default is None
    }
    assert needed == {name for name, field in BusinessCalendar.model_fields.items() if field.is_required()}
