CREATE TABLE supportflow_agent (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    fold_version INTEGER NOT NULL,
    available BOOLEAN NOT NULL,
    snapshot BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE supportflow_content (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    salt BLOB,
    value TEXT,
    PRIMARY KEY (tenant, id)
);

CREATE INDEX supportflow_content_subject ON supportflow_content (tenant, subject) WHERE salt IS NOT NULL;

CREATE TABLE supportflow_event (
    tenant TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    min_reader INTEGER NOT NULL,
    data BLOB NOT NULL,
    link BLOB,
    PRIMARY KEY (tenant, stream, seq)
)
WITHOUT ROWID;

CREATE INDEX supportflow_event_warned ON supportflow_event (tenant, stream, seq) WHERE kind = 'reply_sent' AND instr(data, x'227761726e6564223a5b') > 0;

CREATE TABLE supportflow_event_archive (
    tenant TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    min_reader INTEGER NOT NULL,
    data BLOB NOT NULL,
    link BLOB,
    PRIMARY KEY (tenant, stream, seq)
)
WITHOUT ROWID;

CREATE INDEX supportflow_archive_warned ON supportflow_event_archive (tenant, stream, seq) WHERE kind = 'reply_sent' AND instr(data, x'227761726e6564223a5b') > 0;

CREATE TABLE supportflow_feed (
    tenant TEXT NOT NULL,
    arrived BIGINT NOT NULL,
    stream TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    place BIGINT,
    PRIMARY KEY (tenant, arrived)
)
WITHOUT ROWID;

CREATE INDEX supportflow_feed_new ON supportflow_feed (tenant, arrived) WHERE place IS NULL;

CREATE UNIQUE INDEX supportflow_feed_place ON supportflow_feed (tenant, place) WHERE place IS NOT NULL;

CREATE TABLE supportflow_feed_end (
    tenant TEXT NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (tenant)
);

CREATE TABLE supportflow_inbox (
    tenant TEXT NOT NULL,
    "key" TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    result BLOB NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (tenant, "key")
)
WITHOUT ROWID;

CREATE INDEX supportflow_inbox_age ON supportflow_inbox (tenant, at_us);

CREATE TABLE supportflow_leader (
    tenant TEXT NOT NULL,
    role TEXT NOT NULL,
    holder TEXT NOT NULL,
    until_us BIGINT NOT NULL,
    PRIMARY KEY (tenant, role)
);

CREATE TABLE supportflow_outbox (
    tenant TEXT NOT NULL,
    "key" TEXT NOT NULL,
    topic TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_us BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    token VARCHAR(32),
    error TEXT,
    dead BOOLEAN DEFAULT false NOT NULL,
    PRIMARY KEY (tenant, "key")
);

CREATE INDEX supportflow_outbox_dead ON supportflow_outbox (tenant, made_us) WHERE dead;

CREATE INDEX supportflow_outbox_due ON supportflow_outbox (tenant, next_us) WHERE NOT dead;

CREATE INDEX supportflow_outbox_lane ON supportflow_outbox (tenant, topic, ticket_id, seq) WHERE NOT dead;

CREATE TABLE supportflow_policy (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);

CREATE TABLE supportflow_ticket (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    fold_version INTEGER NOT NULL,
    ref TEXT,
    status TEXT NOT NULL,
    status_category TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    priority_class TEXT NOT NULL,
    rank BIGINT NOT NULL,
    level BIGINT NOT NULL,
    order_us BIGINT NOT NULL,
    due_us BIGINT,
    "group" TEXT,
    assignee TEXT,
    requester TEXT NOT NULL,
    channel TEXT NOT NULL,
    category TEXT,
    opened_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    wakeup_us BIGINT,
    snapshot BLOB NOT NULL,
    queued BOOLEAN NOT NULL,
    touched_us BIGINT DEFAULT 0 NOT NULL,
    claimed_us BIGINT,
    claims INTEGER DEFAULT 0 NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE INDEX supportflow_ticket_by_due ON supportflow_ticket (tenant, open, due_us, id);

CREATE INDEX supportflow_ticket_by_opened ON supportflow_ticket (tenant, open, opened_us, id);

CREATE INDEX supportflow_ticket_by_queue ON supportflow_ticket (tenant, open, rank, level, order_us, id);

CREATE INDEX supportflow_ticket_by_touched ON supportflow_ticket (tenant, open, touched_us, id);

CREATE INDEX supportflow_ticket_done ON supportflow_ticket (tenant, updated_us) WHERE "open" = 0;

CREATE INDEX supportflow_ticket_of_assignee ON supportflow_ticket (tenant, assignee, open, rank, level, order_us, id);

CREATE INDEX supportflow_ticket_of_category ON supportflow_ticket (tenant, category, open);

CREATE INDEX supportflow_ticket_of_channel ON supportflow_ticket (tenant, channel, open);

CREATE INDEX supportflow_ticket_of_class ON supportflow_ticket (tenant, priority_class, open, rank, level, order_us, id);

CREATE INDEX supportflow_ticket_of_group ON supportflow_ticket (tenant, "group", open, rank, level, order_us, id);

CREATE INDEX supportflow_ticket_of_level ON supportflow_ticket (tenant, level, open);

CREATE INDEX supportflow_ticket_of_requester ON supportflow_ticket (tenant, requester, open, touched_us, id);

CREATE INDEX supportflow_ticket_of_status ON supportflow_ticket (tenant, status, open);

CREATE INDEX supportflow_ticket_of_status_category ON supportflow_ticket (tenant, status_category, open);

CREATE UNIQUE INDEX supportflow_ticket_ref ON supportflow_ticket (tenant, ref) WHERE ref IS NOT NULL;

CREATE INDEX supportflow_ticket_waiting ON supportflow_ticket (tenant, rank, level, order_us, id) WHERE "queued" = 1;

CREATE INDEX supportflow_ticket_wakeup ON supportflow_ticket (tenant, wakeup_us) WHERE wakeup_us IS NOT NULL;

CREATE TABLE supportflow_ticket_archive (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    fold_version INTEGER NOT NULL,
    ref TEXT,
    status TEXT NOT NULL,
    status_category TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    priority_class TEXT NOT NULL,
    rank BIGINT NOT NULL,
    level BIGINT NOT NULL,
    order_us BIGINT NOT NULL,
    due_us BIGINT,
    "group" TEXT,
    assignee TEXT,
    requester TEXT NOT NULL,
    channel TEXT NOT NULL,
    category TEXT,
    opened_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    wakeup_us BIGINT,
    snapshot BLOB NOT NULL,
    queued BOOLEAN NOT NULL,
    touched_us BIGINT DEFAULT 0 NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX supportflow_archive_ref ON supportflow_ticket_archive (tenant, ref) WHERE ref IS NOT NULL;

CREATE TABLE supportflow_schema (version_num VARCHAR(32) NOT NULL, CONSTRAINT supportflow_schema_pkc PRIMARY KEY (version_num));

INSERT INTO supportflow_schema (version_num) VALUES ('0005');
