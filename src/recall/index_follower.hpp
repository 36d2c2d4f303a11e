// The vector index of everybody's characters, kept true to a store that others change: a snapshot
// and what came after it, and made anew from the records whenever there is no snapshot to trust.
//
// One in a process, made in app; any thread. Searches never wait for it. Throws what the parts
// throw; what was followed until then stays, and the next call goes on from there.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "recall/feed_position.hpp"
#include "recall/record_vectors.hpp"
#include "search/index_kind.hpp"
#include "store/change_feed.hpp"

namespace medusa {

// All borrowed.
struct follower_parts {
    character_store& characters;
    reservations& folders;
    change_feed& feed;
    asset_store& assets;
    embedder& vectors;
    const clock& time;
    timer& pauses;
    std::filesystem::path snapshot;
    index_kind kind;
};

// Entries that were looked at, as long as it goes on. Must not throw.
using follow_progress = std::function<void(std::size_t entries)>;

class index_follower {
public:
    explicit index_follower(follower_parts with);

    // What is there now; it follows further changes. Held by a search while a rebuild puts another
    // one in its place: hence shared.
    std::shared_ptr<const vector_index> index() const;

    // Follows the store to where it is now. The first call loads the snapshot, or builds the index
    // from the records; searches see it grow. Empty when all is done; an estimate of the changes
    // that are left when more than `most` would have to be followed, and nothing is done then.
    // Throws error(cancelled) when `stop` is requested.
    std::optional<std::size_t> catch_up(const follow_progress& tell = {},
                                        const std::stop_token& stop = {},
                                        std::size_t most = SIZE_MAX);
    // Whether nothing is known to be missing; one cheap question to the store. Any thread, also
    // while another one catches up.
    bool is_current();
    // Makes it anew from the records alone; searches see the former one until it is whole.
    std::size_t rebuild(const follow_progress& tell = {}, const std::stop_token& stop = {});
    // Writes the snapshot when something has changed since the last one.
    void save();
    // The same when so much has changed that the next process would notice.
    void save_if_worth();

    // Why the snapshot that was there is not used; empty: it is, or there was none.
    std::string distrust() const;
    // Records that cannot be read, and so are not found by meaning.
    std::size_t damaged() const { return damaged_; }

private:
    void start();
    vector_space space() const;
    void build(vector_index& into, const follow_progress& tell, const std::stop_token& stop);
    void apply(const std::vector<character_change_note>& notes);
    void put(vector_index& into, const std::vector<character>& records);
    void write();
    void publish(std::shared_ptr<vector_index> index);

    const follower_parts with_;
    record_vectors vectors_;
    std::mutex turn_;                        // one thread at a time follows
    std::optional<feed_position> position_;  // guarded by turn_; empty: not started
    bool is_built_ = false;                  // guarded by turn_
    std::size_t changes_ = 0;                // since the snapshot; guarded by turn_
    std::atomic<std::int64_t> told_ = -1;    // of position_; -1: not built yet
    std::atomic<std::size_t> damaged_ = 0;
    mutable std::mutex index_mutex_;
    std::shared_ptr<vector_index> index_;  // guarded by index_mutex_
    std::string distrust_;                 // guarded by index_mutex_
};

// What an entry is found by: everything in lower case but the owner.
entry_labels labels_of(const character& record);

}  // namespace medusa
