#!/usr/bin/env bash
# imap-tools 1.16.0: what a server sends in one piece with its word that it idles is not seen by `idle.poll` or `idle.wait`.
#
# A mail that came while another command ran is told of right behind `+ idling`. `poll` waits for the socket, and the line is in the reader's buffer
# already: it answers `[]` after its whole timeout. Told a moment later, it is seen at once. Guessed: what has come is seen, whenever it came.
# Who is hurt: a desk that idles for 29 minutes, as RFC 2177 allows, has a customer's mail half an hour late, and only now and then.
# What to do: idle for a minute or so and then look, whatever the server said; look once more before idling if a command brought an EXISTS.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'imap-tools==1.16.0'
"$place/env/bin/python" -W ignore - <<'PY'
import socket
import sys
import threading
import time
from importlib.metadata import version

from imap_tools import MailBoxUnencrypted


def serve(listening, in_one_piece):
    """A server for one client, as RFC 3501 and RFC 2177 have it."""
    peer, _ = listening.accept()
    lines = peer.makefile("rb")
    peer.sendall(b"* OK ready\r\n")
    for line in lines:
        tag, command = line.decode().split()[:2]
        if command == "CAPABILITY":
            peer.sendall(f"* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n".encode())
        elif command == "SELECT":
            peer.sendall(f"* 4 EXISTS\r\n{tag} OK [READ-WRITE]\r\n".encode())
        elif command == "IDLE":
            peer.sendall(b"+ idling\r\n* 5 EXISTS\r\n" if in_one_piece else b"+ idling\r\n")
            if not in_one_piece:
                time.sleep(0.3)
                peer.sendall(b"* 5 EXISTS\r\n")
            lines.readline()  # DONE
            peer.sendall(f"{tag} OK done\r\n".encode())
        elif command == "LOGOUT":
            peer.sendall(f"* BYE bye\r\n{tag} OK done\r\n".encode())
            return
        else:
            peer.sendall(f"{tag} OK done\r\n".encode())


def told(in_one_piece):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening, in_one_piece), daemon=True).start()
        with MailBoxUnencrypted("127.0.0.1", listening.getsockname()[1]).login("ana", "secret") as box:
            return box.idle.wait(timeout=2)


seen = {"in one piece": told(True), "a moment later": told(False)}
known = {"in one piece": [], "a moment later": [b"* 5 EXISTS"]}
print("imap-tools", version("imap-tools"))
for when, lines in seen.items():
    print(f"{when}: {lines}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
