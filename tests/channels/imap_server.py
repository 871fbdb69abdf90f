"""A real IMAP server for tests: Dovecot 2.3, as Debian has it, in a folder of its own and without rights."""

import contextlib
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")


def works() -> bool:
    """Whether there is one that these settings are for, or has to be."""
    if os.environ.get("SUPPORTFLOW_REQUIRE_MAIL_SERVER"):
        return True
    if DOVECOT is None:
        return False
    said = subprocess.run([DOVECOT, "--version"], check=False, capture_output=True, text=True).stdout
    return said.startswith("2.3.")


@contextlib.contextmanager
def imap_server(certificate=None):
    """Its port. Anybody can log in with the password `secret`; by TLS from the start, if there is a certificate."""
    folder = Path(tempfile.mkdtemp(prefix="supportflow-imap-"))
    folder.chmod(0o755)
    who = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    (folder / "mail").mkdir()
    if os.getuid() == 0:
        os.chown(folder / "mail", who.pw_uid, who.pw_gid)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    services = "\n".join(f"service {name} {{\n  chroot =\n}}" for name in ("anvil", "stats"))
    plain, secured, tls = port, 0, "ssl = no"
    if certificate is not None:
        plain, secured = 0, port
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / "pem")
        tls = f"ssl = yes\nssl_cert = <{folder}/pem\nssl_key = <{folder}/pem"
    (folder / "conf").write_text(
        f"""
protocols = imap
base_dir = {folder}/run
log_path = {folder}/log
{tls}
auth_failure_delay = 0
auth_username_chars =
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
default_login_user = {who.pw_name}
default_internal_user = {who.pw_name}
default_internal_group = {grp.getgrgid(who.pw_gid).gr_name}
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={who.pw_uid} gid={who.pw_gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {plain}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {secured}
  }}
}}
service anvil {{
  # Who logs in wrongly is not made to wait.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{services}
"""
    )
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(folder / "conf")])
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
