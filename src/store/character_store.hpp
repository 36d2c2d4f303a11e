// The character store ports: reservations, characters, images. The store is the truth.
//
// Made in app/parts.cpp; one adapter implements all three. Used from several threads and by several
// processes at once. Errors of every function: error(storage), corrupted, unavailable; of save()
// and create(), invalid_argument for text that is not UTF-8. A user is told apart by user_id; other
// people's objects are found only where no owner is asked for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/character.hpp"

namespace medusa {

struct reservation {
    std::int64_t id = 0;        // the character's
    std::string slug;           // unique per owner
    std::string user_folder{};  // {username} of the asset tree, bound to the user_id on first use
    friend bool operator==(const reservation&, const reservation&) = default;
};

// A user's folder of the asset tree.
struct bound_folder {
    std::string user_id;
    std::string folder;
};

// A reservation as it was found.
struct found_reservation {
    std::string job_id;
    reservation held;
    time_point asked_at{};  // when its job asked for it last; 1970 where that is not known
};

// Ids and slugs, taken before anything is drawn. Keyed by job id: asking again gives the same.
class reservations {
public:
    virtual ~reservations() = default;
    // One atomic write. `wanted_slug` may be empty or "v" plus digits: then "character-{id}".
    virtual reservation reserve(const std::string& job_id, const owner_info& owner,
                                const std::string& wanted_slug) = 0;
    // What the job has reserved and not given up, with a record or without.
    virtual std::optional<found_reservation> find(const std::string& job_id) = 0;
    // Gives up a reservation that has no record; the id is never used again.
    virtual void release(const std::string& job_id) = 0;
    // The folder of a user in the asset tree, bound on first use (slug, then slug-2, slug-3 ...).
    virtual std::string user_folder(const owner_info& owner) = 0;
    // Every folder that is bound.
    virtual std::vector<bound_folder> user_folders() = 0;
    // Every reservation that has no record, in the order of their ids.
    virtual std::vector<found_reservation> unused() = 0;
    // Gives one up, unless its job has asked for it again since it was found, or has its record by
    // now: false then. It may be asked for at the same time.
    virtual bool release_unused(const found_reservation& found) = 0;
    // Takes to their end the changes that a crash cut short; returns how many there were.
    virtual std::size_t finish_begun() = 0;
};

struct character_query {
    std::optional<std::string> user_id{};  // empty: everybody's
    std::optional<std::string> style{};
    std::optional<std::string> tag{};  // any tag or trait, in any case
    std::size_t limit = 50;
    std::int64_t before_id = INT64_MAX;  // newest first: pass the last id seen for the next page
    // Where list() puts the ids of damaged records that it leaves out; null: it throws for the
    // first.
    std::vector<std::int64_t>* damaged = nullptr;
};

// What becomes of a record whose job holds no id and slug.
enum class unclaimed {
    refused,  // its job was given up meanwhile: error(conflict) of class `transient`
    claims,   // it comes from elsewhere, and takes its own
};

class character_store {
public:
    virtual ~character_store() = default;
    // Stores the first record of `record.job_id` and its avatar in one write: both or none. False,
    // and nothing is changed, when the job has its record already: the first writer counts. A
    // number that the avatar brings is set with it. Errors as of save().
    virtual bool create(const character& record, const image& avatar,
                        unclaimed what = unclaimed::refused) = 0;
    // Creates or replaces the record of `record.job_id`. Uses up its reservation; without one (an
    // import) it takes id and slug itself. error(conflict) when they belong to another job.
    virtual void save(const character& record) = 0;
    // Replaces the record `was` by `now`, which has its id, slug, owner and job. False, and nothing
    // is changed, when it is not as it was any more, or gone.
    virtual bool update(const character& was, const character& now) = 0;
    virtual std::optional<character> find(std::int64_t id) = 0;
    virtual std::optional<character> find_by_job(const std::string& job_id) = 0;
    // Newest first.
    virtual std::vector<character> list(const character_query& query) = 0;
    // The names of a user's characters that start with `prefix`: for numbered template names.
    virtual std::vector<std::string> names(const std::string& user_id,
                                           const std::string& prefix) = 0;
    // Removes the record and its images' records; false when there was none.
    virtual bool remove(std::int64_t id) = 0;
    // One cheap real call for `doctor`; returns a line to show.
    virtual std::string check() = 0;
};

// Where the files of one character lie: what its records say of that, and nothing else.
struct file_places {
    std::optional<std::string> avatar{};          // URL; empty: it stays as it is
    std::optional<std::string> embeddings{};      // URL; empty: it stays as it is
    std::map<std::string, std::string> images{};  // URL by image id
};

class image_store {
public:
    virtual ~image_store() = default;
    // Stores the first record with `record.id`; false, and nothing is changed, when there is one:
    // the first writer counts. error(not_found) when its character is neither reserved nor
    // recorded: it was removed meanwhile. A number that the record brings is set with it.
    virtual bool save(const image& record) = 0;
    virtual std::optional<image> find(const std::string& id) = 0;
    // Oldest first. The ids of damaged records go to `damaged`; null: it throws for the first.
    virtual std::vector<image> of_character(std::int64_t character_id,
                                            std::vector<std::string>* damaged = nullptr) = 0;
    // Writes into the records where the files lie from now on. Records that are gone stay gone.
    virtual void relocate(std::int64_t character_id, const file_places& places) = 0;
    // The number of an image in the image number file; set once, later calls change nothing.
    // error(not_found) for an unknown image.
    virtual void set_number(const std::string& id, std::int64_t number) = 0;
    // The highest number ever set, 0 when none is.
    virtual std::int64_t highest_number() = 0;
};

}  // namespace medusa
