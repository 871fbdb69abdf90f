#!/usr/bin/env bash
# standardwebhooks 1.1.0: a rightly signed payload that is no JSON ends in JSONDecodeError, not in WebhookVerificationError.
#
# The specification of Standard Webhooks signs bytes. `Webhook.sign` signs any text, `Webhook.verify` checks the signature and then parses JSON in
# any case. Guessed: the payload comes back as it is. Who is hurt: a receiver that catches WebhookVerificationError and answers 400 gets an
# uncaught error, answers 500, and the sender tries again for days. What to do: catch ValueError too, and treat it as verified text.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'standardwebhooks==1.1.0'
"$place/env/bin/python" -W ignore - <<'PY'
import base64
import sys
from datetime import UTC, datetime
from importlib.metadata import version

from standardwebhooks import Webhook, WebhookVerificationError

hook = Webhook("whsec_" + base64.b64encode(b"not a real secret, 24 byt").decode())
now = datetime.now(UTC)


def verified(body):
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": hook.sign("m1", now, body),
    }
    try:
        return repr(hook.verify(body, headers))
    except WebhookVerificationError:
        return "WebhookVerificationError"
    except ValueError as error:
        return type(error).__name__


seen = {body: verified(body) for body in ('{"ticket":1}', "ticket=1&state=open")}
known = {'{"ticket":1}': "{'ticket': 1}", "ticket=1&state=open": "JSONDecodeError"}
print("standardwebhooks", version("standardwebhooks"))
for body, answer in seen.items():
    print(f"{body} -> {answer}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
