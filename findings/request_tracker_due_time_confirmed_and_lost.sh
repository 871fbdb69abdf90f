#!/usr/bin/env bash
# Request Tracker 5.0.3 (Debian 12, SQLite): a due time in the form that REST2 itself answers with is confirmed, and the ticket has none afterwards.
#
# `PUT /ticket/1 {"Due": "2026-12-01T10:00:00Z"}` says "Due changed from Not set to Tue Dec 01 10:00:00 2026"; asked again, the ticket's Due is
# 1970-01-01T00:00:00Z. A due time that it had before is gone as well. "2026-12-01 10:00:00" is kept.
# Guessed: what GET answers with can be PUT. Who is hurt: whoever writes due times back and trusts the answer: nobody sees that tickets are due.
# What to do: write "YYYY-MM-DD HH:MM:SS", in UTC, and read it back.
#
# Needs root on Debian 12, for apt; the database and the configuration are in a folder of their own.
set -euo pipefail
place=$(mktemp -d)
DEBIAN_FRONTEND=noninteractive apt-get -qq --yes install request-tracker5 rt5-standalone rt5-db-sqlite curl > /dev/null
port=8099
mkdir "$place/mason" "$place/sessions" "$place/site.d"
cat > "$place/RT_SiteConfig.pm" <<PM
Set(\$rtname, 'example'); Set(\$Organization, 'example'); Set(\$Timezone, 'UTC');
Set(\$WebDomain, '127.0.0.1'); Set(\$WebPort, $port); Set(\$WebPath, '');
Set(\$DatabaseType, 'SQLite'); Set(\$DatabaseName, '$place/rt.db'); Set(\$MailCommand, 'testfile');
Set(\$LogToSTDERR, 'error'); Set(\$LogToSyslog, undef); Set(\$LogDir, '$place');
Set(\$MasonDataDir, '$place/mason'); Set(\$MasonSessionDir, '$place/sessions');
1;
PM
export RT_SITE_CONFIG=$place/RT_SiteConfig.pm RT_SITE_CONFIG_DIR=$place/site.d
rt-setup-database-5 --action init --skip-create --dba '' --dba-password '' > /dev/null 2>&1
setsid /usr/share/request-tracker5/libexec/rt-server --host 127.0.0.1 --port $port > /dev/null 2>&1 &
server=$!
trap 'kill -- -$server 2> /dev/null || true; rm -rf "$place"' EXIT
rest() { curl --silent --user root:password --header 'Content-Type: application/json' "http://127.0.0.1:$port/REST/2.0/$1" "${@:2}"; }
for _ in $(seq 60); do rest rt > /dev/null && break; sleep 1; done
echo "Request Tracker $(rest rt | sed -n 's/.*"Version" : "\(.*\)".*/\1/p')"
rest ticket --data '{"Queue": "General", "Subject": "x"}' > /dev/null
due() { rest ticket/1 | sed -n 's/.*"Due" : "\([^"]*\)".*/\1/p'; }
said=$(rest ticket/1 --request PUT --data '{"Due": "2026-12-01T10:00:00Z"}')
as_answered=$(due)
rest ticket/1 --request PUT --data '{"Due": "2026-12-01 10:00:00"}' > /dev/null
plain=$(due)
rest ticket/1 --request PUT --data '{"Due": "2026-12-02T10:00:00Z"}' > /dev/null
over=$(due)
echo "it said: $said"
echo "due then: $as_answered; written plainly: $plain; once more as REST2 answers: $over"
[[ $said == *'Tue Dec 01 10:00:00 2026'* && $as_answered == 1970-* && $plain == 2026-12-01T10:00:00Z && $over == 1970-* ]] ||
  { echo 'this has changed: the finding no longer holds as written'; exit 1; }
