"""A process with the library loaded that forks a child for each program it is told to run: loading takes longer than most.

It reads lines of JSON from standard input (program, file for standard output, file for standard error) and answers each with
the program's exit status. A child ends as any Python program does.
"""

import json
import os
import runpy
import sys
from pathlib import Path

from supportflow import Desk
from supportflow.policy.presets import preset


def main() -> None:
    """Answer until there are no more lines; in a child, run the program and return."""
    Desk(preset("exchange")).open(subject="Hello", requester="ana")  # loads the packs of all languages, too
    for line in sys.stdin:
        program, *outputs = json.loads(line)
        child = os.fork()
        if not child:
            for place, path in enumerate([os.devnull, *outputs]):
                os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), place)
            sys.argv[:] = [program]
            sys.path[0] = str(Path(program).parent)
            runpy.run_path(program, run_name="__main__")
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - it is the answer


if __name__ == "__main__":
    main()
