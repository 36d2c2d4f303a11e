#include "recall/index_follower.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "store/naming.hpp"

namespace medusa {
namespace {

constexpr std::size_t notes_at_once = 256;
constexpr std::size_t records_at_once = 256;
// One of so many entries has changed.
constexpr std::size_t worth_saving = 20;

void refuse_to_go_on(const std::stop_token& stop) {
    if (stop.stop_requested())
        throw error(errc::cancelled, "interrupted while the search index was made");
}

}  // namespace

entry_labels labels_of(const character& record) {
    const auto tags = searchable_tags(record);
    return {record.owner.user_id, to_lower(record.style), {tags.begin(), tags.end()}};
}

index_follower::index_follower(follower_parts with)
    : with_(std::move(with)), vectors_(with_.assets, with_.folders, with_.vectors) {}

vector_space index_follower::space() const {
    return {embedding_dimension, std::string(with_.vectors.model())};
}

std::shared_ptr<const vector_index> index_follower::index() const {
    const std::lock_guard lock(index_mutex_);
    return index_;
}

std::string index_follower::distrust() const {
    const std::lock_guard lock(index_mutex_);
    return distrust_;
}

void index_follower::publish(std::shared_ptr<vector_index> index) {
    const std::lock_guard lock(index_mutex_);
    index_ = std::move(index);
}

void index_follower::start() {
    if (position_) return;
    const auto store_id = with_.feed.store_id();
    const auto disorder = with_.feed.disorder();
    std::string problem;
    try {
        auto loaded = with_.kind.load(with_.snapshot, space());
        auto at = feed_position::from(loaded.position, store_id, disorder, with_.time.now());
        if (at && at->told() <= with_.feed.newest()) {
            publish(std::move(loaded.index));
            position_ = std::move(at);
            is_built_ = true;
            return;
        }
        problem = "it was made from another store";
    } catch (const error& reason) {
        if (reason.code() != errc::not_found) problem = reason.detail();
    }
    {
        const std::lock_guard lock(index_mutex_);
        distrust_ = problem;
    }
    publish(with_.kind.make(space()));
    position_.emplace(store_id, disorder);
}

std::optional<std::size_t> index_follower::catch_up(const follow_progress& tell,
                                                    const std::stop_token& stop, std::size_t most) {
    const std::lock_guard lock(turn_);
    start();
    const auto newest = with_.feed.newest();
    if (const auto left = newest - position_->told(); most != SIZE_MAX && left > std::int64_t(most))
        return std::size_t(left);
    if (!is_built_) {
        // What a build that was interrupted has put in may be gone by now.
        if (index_->size() > 0) publish(with_.kind.make(space()));
        build(*index_, tell, stop);
        is_built_ = true;
    }
    std::size_t followed = 0;
    auto from = position_->look_from(with_.pauses.elapsed());
    if (from == position_->told() && newest <= from) {
        position_->followed({}, with_.pauses.elapsed());
        return std::nullopt;
    }
    for (;;) {
        refuse_to_go_on(stop);
        const auto page = with_.feed.after(from, notes_at_once);
        const auto fresh = position_->unseen(page);
        apply(fresh);
        changes_ += fresh.size();
        const bool is_last = page.size() < notes_at_once;
        // There may be numbers that nothing was written with.
        position_->followed(fresh, with_.pauses.elapsed(), is_last ? newest : 0);
        told_ = position_->told();
        followed += fresh.size();
        if (tell && !fresh.empty()) tell(followed);
        if (is_last) return std::nullopt;
        from = page.back().sequence;
    }
}

bool index_follower::is_current() {
    const auto told = told_.load();
    return told >= 0 && with_.feed.newest() <= told;
}

std::size_t index_follower::rebuild(const follow_progress& tell, const std::stop_token& stop) {
    const std::lock_guard lock(turn_);
    const std::shared_ptr<vector_index> fresh = with_.kind.make(space());
    position_.emplace(with_.feed.store_id(), with_.feed.disorder());
    is_built_ = false;
    told_ = -1;
    build(*fresh, tell, stop);
    publish(fresh);
    is_built_ = true;
    return fresh->size();
}

// Whatever changes while the records are read is above the number that the feed had before.
void index_follower::build(vector_index& into, const follow_progress& tell,
                           const std::stop_token& stop) {
    const auto newest = with_.feed.newest();
    std::vector<std::int64_t> unreadable;
    character_query page;
    page.limit = records_at_once;
    page.damaged = &unreadable;
    std::size_t entries = 0;
    damaged_ = 0;
    for (;;) {
        refuse_to_go_on(stop);
        const auto records = with_.characters.list(page);
        put(into, records);
        entries += records.size();
        damaged_ += unreadable.size();
        if (tell) tell(entries);
        if (records.size() + unreadable.size() < records_at_once) break;
        for (const auto& one : records) page.before_id = std::min(page.before_id, one.id);
        for (const auto id : unreadable)
            if (id > 0) page.before_id = std::min(page.before_id, id);
    }
    position_->followed({}, with_.pauses.elapsed(), newest);
    told_ = position_->told();
    changes_ += entries + 1;
}

void index_follower::apply(const std::vector<character_change_note>& notes) {
    std::vector<character> records;
    for (const auto& [sequence, id] : notes) {
        try {
            auto record = with_.characters.find(id);
            if (record) {
                records.push_back(std::move(*record));
                continue;
            }
        } catch (const error& reason) {
            if (reason.code() != errc::corrupted) throw;
            ++damaged_;
        }
        index_->remove(id);
    }
    put(*index_, records);
}

void index_follower::put(vector_index& into, const std::vector<character>& records) {
    const auto vectors = vectors_.of(records);
    for (std::size_t i = 0; i < records.size(); ++i)
        into.upsert(records[i].id, vectors[i], labels_of(records[i]));
}

void index_follower::save() {
    const std::lock_guard lock(turn_);
    if (is_built_ && changes_ > 0) write();
}

void index_follower::save_if_worth() {
    const std::lock_guard lock(turn_);
    if (is_built_ && changes_ * worth_saving > index_->size()) write();
}

void index_follower::write() {
    index_->save(with_.snapshot, position_->text(with_.time.now()));
    changes_ = 0;
}

}  // namespace medusa
