"""Serve the desk on this machine: python examples/fastapi_desk."""

import os
import secrets
import sys
from pathlib import Path

import uvicorn

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DESK_PASSWORD", secrets.token_urlsafe(9))
    print(f"sign in as sam, wei or lena, with the password {os.environ['DESK_PASSWORD']}")
    # A server that stops waits for its streams, so it is given a limit.
    uvicorn.run(
        "fastapi_desk.app:application", factory=True, host="127.0.0.1", port=8000, timeout_graceful_shutdown=2,
        workers=int(os.environ.get("DESK_WORKERS", "1")),
    )  # fmt: skip
