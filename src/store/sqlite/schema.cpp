#include "store/sqlite/schema.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace medusa::sqlite {
namespace {

// claims      an id and a slug, from the reservation until the character is removed
// characters  the records; a claim without one is invisible
// counters    the last character id given out, and the highest image number: both only grow
constexpr auto characters_and_images = R"(
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('character_id', 123455), ('image_number', 0);

CREATE TABLE user_folders (
    user_id TEXT PRIMARY KEY,
    folder TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    slug TEXT NOT NULL,
    UNIQUE (user_id, slug)
) STRICT;

CREATE TABLE characters (
    id INTEGER PRIMARY KEY REFERENCES claims ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    style TEXT NOT NULL,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX characters_of_user ON characters (user_id, id);
CREATE INDEX characters_of_style ON characters (style, id);
CREATE INDEX characters_by_name ON characters (user_id, name);

CREATE TABLE character_tags (
    tag TEXT NOT NULL,
    character_id INTEGER NOT NULL REFERENCES characters ON DELETE CASCADE,
    PRIMARY KEY (tag, character_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_of_character ON character_tags (character_id);

CREATE TABLE images (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    character_id INTEGER NOT NULL REFERENCES claims ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    number INTEGER,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX images_of_character ON images (character_id, created_at, sequence);
)";

// attempts    what was sent to remote engines. No reference to claims: further pictures of a
//             character belong to jobs that have none.
constexpr auto attempts = R"(
CREATE TABLE attempts (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL,
    image_index INTEGER NOT NULL,
    server TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    model TEXT NOT NULL,
    identity_method TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_of_job ON attempts (job_id, image_index, sequence);
)";

// When the job asked for its reservation last, for `medusa sweep`. Those that are there count as
// asked for now.
constexpr auto age_of_claims = R"(
ALTER TABLE claims ADD COLUMN asked_at TEXT NOT NULL DEFAULT '';
UPDATE claims SET asked_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
)";

// submissions  a key that has expired is NULL
// jobs         idle work lies here: each index is as small as its question. The first two are the
//              lines in which jobs wait, of everybody and of one submission
// job_owners   when each was served last, and how many jobs of each state they have: counted by
//              triggers, so that a hundred thousand jobs need not be looked at
constexpr auto jobs = R"(
CREATE TABLE job_owners (
    owner INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    turn INTEGER NOT NULL DEFAULT 0,
    queued INTEGER NOT NULL DEFAULT 0,
    leased INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX owners_by_turn ON job_owners (turn);
CREATE INDEX owners_in_line ON job_owners (turn, owner) WHERE queued > 0;

CREATE TABLE submissions (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner INTEGER NOT NULL REFERENCES job_owners,
    idempotency_key TEXT,
    fingerprint TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (owner, idempotency_key)
) STRICT;
CREATE INDEX submissions_alike ON submissions (owner, fingerprint, sequence);

CREATE TABLE jobs (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner INTEGER NOT NULL REFERENCES job_owners,
    submission INTEGER NOT NULL REFERENCES submissions,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    not_before_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_in_line ON jobs (owner, priority DESC, sequence, not_before_ms)
    WHERE state = 'queued';
CREATE INDEX jobs_in_line_of_submission ON jobs
    (submission, priority DESC, sequence, not_before_ms) WHERE state = 'queued';
CREATE INDEX jobs_of_owner ON jobs (owner, sequence);
CREATE INDEX jobs_of_submission ON jobs (submission, sequence);
CREATE INDEX jobs_of_rare_state ON jobs (state, sequence)
    WHERE state = 'leased' OR state = 'failed' OR state = 'cancelled' OR state = 'dead';

CREATE TRIGGER job_comes AFTER INSERT ON jobs BEGIN
    UPDATE job_owners SET
        queued = queued + (new.state = 'queued'),
        leased = leased + (new.state = 'leased'),
        done = done + (new.state = 'done'),
        failed = failed + (new.state = 'failed'),
        cancelled = cancelled + (new.state = 'cancelled'),
        dead = dead + (new.state = 'dead')
    WHERE owner = new.owner;
END;
CREATE TRIGGER job_moves AFTER UPDATE OF state ON jobs WHEN new.state <> old.state BEGIN
    UPDATE job_owners SET
        turn = iif(new.state = 'leased', (SELECT max(turn) FROM job_owners) + 1, turn),
        queued = queued + (new.state = 'queued') - (old.state = 'queued'),
        leased = leased + (new.state = 'leased') - (old.state = 'leased'),
        done = done + (new.state = 'done') - (old.state = 'done'),
        failed = failed + (new.state = 'failed') - (old.state = 'failed'),
        cancelled = cancelled + (new.state = 'cancelled') - (old.state = 'cancelled'),
        dead = dead + (new.state = 'dead') - (old.state = 'dead')
    WHERE owner = new.owner;
END;
CREATE TRIGGER job_goes AFTER DELETE ON jobs BEGIN
    UPDATE job_owners SET
        queued = queued - (old.state = 'queued'),
        leased = leased - (old.state = 'leased'),
        done = done - (old.state = 'done'),
        failed = failed - (old.state = 'failed'),
        cancelled = cancelled - (old.state = 'cancelled'),
        dead = dead - (old.state = 'dead')
    WHERE owner = old.owner;
END;
)";

constexpr auto tokens = R"(
CREATE TABLE access_tokens (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    username TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
)";

// webhooks            the endpoints
// job_ends            what the trigger remembers of jobs whose owner has an endpoint, until a
//                     delivery is made of it for each endpoint that wants it
// webhook_deliveries  those deliveries, which wait or are kept for a while; an index has those that
//                     wait
constexpr auto webhooks = R"(
CREATE TABLE webhooks (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    username TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at TEXT NOT NULL,
    disabled_reason TEXT NOT NULL
) STRICT;
CREATE INDEX webhooks_of_user ON webhooks (user_id, sequence);

CREATE TABLE job_ends (
    sequence INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (job_id, revision)
) STRICT;
CREATE TRIGGER job_ends_for_webhooks AFTER UPDATE OF state ON jobs
    WHEN new.state <> old.state AND new.state IN ('done', 'failed', 'cancelled', 'dead') BEGIN
    INSERT INTO job_ends (job_id, user_id, state, revision, at_ms)
        SELECT new.id, user_id, new.state, new.revision, new.updated_ms FROM job_owners AS o
        WHERE owner = new.owner AND EXISTS (SELECT 1 FROM webhooks WHERE user_id = o.user_id);
END;

CREATE TABLE webhook_deliveries (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    endpoint_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reason TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_due ON webhook_deliveries (due_ms) WHERE state = 'waiting';
CREATE INDEX deliveries_of_webhook ON webhook_deliveries (endpoint_id, sequence);
CREATE INDEX deliveries_by_age ON webhook_deliveries (updated_ms) WHERE state <> 'waiting';
)";

// The job that waits longest, of everybody: asked for by those who watch over the service.
constexpr auto line_by_age = R"(
CREATE INDEX jobs_by_age ON jobs (sequence) WHERE state = 'queued';
)";

// store_identity     made once with the file
// character_changes  the newest change of each character that ever was; triggers write it, so that
//                    no way of changing one is forgotten
// character_words    the words of each; what they are is kept in the record alone
constexpr auto search = R"(
CREATE TABLE store_identity (id TEXT NOT NULL) STRICT;
INSERT INTO store_identity VALUES (lower(hex(randomblob(16))));

CREATE TABLE character_changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    character_id INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO character_changes (character_id) SELECT id FROM characters ORDER BY id;
CREATE TRIGGER character_comes AFTER INSERT ON characters BEGIN
    DELETE FROM character_changes WHERE character_id = new.id;
    INSERT INTO character_changes (character_id) VALUES (new.id);
END;
CREATE TRIGGER character_moves AFTER UPDATE ON characters BEGIN
    DELETE FROM character_changes WHERE character_id = new.id;
    INSERT INTO character_changes (character_id) VALUES (new.id);
END;
CREATE TRIGGER character_goes AFTER DELETE ON characters BEGIN
    DELETE FROM character_changes WHERE character_id = old.id;
    INSERT INTO character_changes (character_id) VALUES (old.id);
    DELETE FROM character_words WHERE rowid = old.id;
END;

CREATE VIRTUAL TABLE character_words USING fts5(
    name, tags, description,
    content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO character_words (rowid, name, tags, description)
    SELECT id, name,
        coalesce((SELECT group_concat(tag, ' ') FROM character_tags WHERE character_id = id), ''),
        coalesce(record ->> '$.description', '')
    FROM characters WHERE json_valid(record);
)";

constexpr const char* steps_so_far[] = {
    characters_and_images, attempts, age_of_claims, jobs, tokens, webhooks, line_by_age, search};

std::int64_t version_of(connection& on) {
    query version(on, "PRAGMA user_version");
    version.next();
    return version.integer(0);
}

}  // namespace

std::span<const char* const> schema_steps() {
    return steps_so_far;
}

void migrate(connection& on, std::span<const char* const> steps) {
    const auto known = std::int64_t(steps.size());
    for (auto version = version_of(on); version != known; version = version_of(on)) {
        if (version > known)
            throw error(errc::storage,
                        fmt::format("Database connection failed: the file has schema version {}, "
                                    "this program knows {}",
                                    version, known),
                        "It was written by a newer medusa: update this one");
        transaction step(on);
        // Another process may have been quicker.
        if (version_of(on) != version) continue;
        on.run(steps[std::size_t(version)]);
        on.run(fmt::format("PRAGMA user_version = {}", version + 1));
        step.commit();
    }
}

}  // namespace medusa::sqlite
