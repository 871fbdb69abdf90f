"""`python -m supportflow.cli` is `supportflow`."""

from supportflow.cli.app import main

raise SystemExit(main())
