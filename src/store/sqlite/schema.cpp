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

constexpr const char* steps_so_far[] = {characters_and_images, attempts, age_of_claims};

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
