// The ports as a simulated process has them: each call goes through process::call() to what all
// processes share, and the rules see what it did.
//
// Owned by the run, one set a process; its tasks.
#pragma once

#include <fmt/format.h>

#include "asset/asset_store.hpp"
#include "job/job_intake.hpp"
#include "job/job_leases.hpp"
#include "sim/rules.hpp"
#include "sim/world.hpp"
#include "store/stores.hpp"

namespace medusa::sim {

// "done", or "sign of life" for a change that tells the job nothing.
inline std::string name_of(const std::optional<job>& before, const job& changed) {
    const auto told = [](const job& one) {
        return one.events.empty() ? 0 : one.events.back().sequence;
    };
    if (before && told(*before) >= told(changed))
        return before->lease.beats == changed.lease.beats ? "progress" : "beat";
    return changed.events.back().what;
}

class line_to_leases final : public job_leases {
public:
    line_to_leases(process& me, job_leases& inner, rules& law, const world& in)
        : me_(me), inner_(inner), law_(law), in_(in) {}
    std::optional<job> next(const job_filter& wanted, time_point now,
                            time_point farthest) override {
        return me_.call("next", [&] { return inner_.next(wanted, now, farthest); });
    }
    bool swap(const job& changed, std::int64_t expected, job_durability wanted) override {
        const auto what = name_of(inner_.find(changed.id), changed);
        bool done = false;
        try {
            return me_.call(fmt::format("{} {}", what, in_.short_name(changed.id)), [&] {
                const auto before = inner_.find(changed.id);
                done = inner_.swap(changed, expected, wanted);
                if (done)
                    law_.changed(me_, *before, changed, what);
                else
                    law_.refused(me_, *before);
                return done;
            });
        } catch (const error&) {
            if (done && what == "leased") law_.unheard(changed);
            throw;
        }
    }
    std::vector<held_job> held() override {
        return me_.call("held", [&] { return inner_.held(); });
    }
    void expect_writable() override {
        me_.call("expect_writable", [&] { inner_.expect_writable(); });
    }
    std::optional<job> find(const std::string& id) override {
        return me_.call("find", [&] { return inner_.find(id); });
    }

private:
    process& me_;
    job_leases& inner_;
    rules& law_;
    const world& in_;
};

class line_to_intake final : public job_intake {
public:
    line_to_intake(process& me, job_intake& inner, rules& law)
        : me_(me), inner_(inner), law_(law) {}
    submission submit(const submission& asked, std::span<const job> jobs,
                      time_point keys_since) override {
        return me_.call("submit", [&] {
            auto stored = inner_.submit(asked, jobs, keys_since);
            if (stored.id == asked.id)
                for (const auto& one : jobs) law_.accepted(one);
            return stored;
        });
    }
    std::optional<submission> find_submission(const std::string& id) override {
        return me_.call("find_submission", [&] { return inner_.find_submission(id); });
    }
    std::optional<submission> find_keyed(const std::string& user_id, const std::string& key,
                                         time_point keys_since) override {
        return me_.call("find_keyed", [&] { return inner_.find_keyed(user_id, key, keys_since); });
    }
    std::optional<submission> find_unfinished(const std::string& user_id,
                                              const std::string& fingerprint) override {
        return me_.call("find_unfinished",
                        [&] { return inner_.find_unfinished(user_id, fingerprint); });
    }
    std::optional<job> find(const std::string& id) override {
        return me_.call("find", [&] { return inner_.find(id); });
    }
    std::vector<listed_job> list(const job_query& wanted) override {
        return me_.call("list", [&] { return inner_.list(wanted); });
    }
    job_counts count(const job_query& wanted) override {
        return me_.call("count", [&] { return inner_.count(wanted); });
    }
    std::size_t ahead_of(const job& one) override {
        return me_.call("ahead_of", [&] { return inner_.ahead_of(one); });
    }
    waiting_line waiting() override {
        return me_.call("waiting", [&] { return inner_.waiting(); });
    }
    std::size_t forget(time_point ended_before) override {
        return me_.call("forget", [&] { return inner_.forget(ended_before); });
    }

private:
    process& me_;
    job_intake& inner_;
    rules& law_;
};

class line_to_assets final : public asset_store {
public:
    line_to_assets(process& me, asset_store& inner) : me_(me), inner_(inner) {}
    stored_asset put(std::string_view path, std::string_view bytes, if_present present) override {
        return me_.call(fmt::format("put {}", path),
                        [&] { return inner_.put(path, bytes, present); });
    }
    std::optional<std::string> get(std::string_view path) override {
        return me_.call(fmt::format("get {}", path), [&] { return inner_.get(path); });
    }
    std::optional<open_asset> open(std::string_view path) override {
        return me_.call(fmt::format("open {}", path), [&] { return inner_.open(path); });
    }
    void remove(std::string_view path) override {
        me_.call(fmt::format("remove {}", path), [&] { inner_.remove(path); });
    }
    std::vector<asset_entry> entries(std::string_view folder) override {
        return me_.call(fmt::format("entries {}", folder), [&] { return inner_.entries(folder); });
    }
    unfinished_writes sweep_unfinished(time_point before, unfinished what) override {
        return inner_.sweep_unfinished(before, what);
    }
    stored_asset locate(std::string_view path) const override { return inner_.locate(path); }
    std::string thumbnail_url(std::string_view path, int side_px) const override {
        return inner_.thumbnail_url(path, side_px);
    }
    std::string check() override { return inner_.check(); }

private:
    process& me_;
    asset_store& inner_;
};

class line_to_reservations final : public reservations {
public:
    line_to_reservations(process& me, reservations& inner, rules& law, const world& in)
        : me_(me), inner_(inner), law_(law), in_(in) {}
    reservation reserve(const std::string& job_id, const owner_info& owner,
                        const std::string& wanted_slug) override {
        return me_.call("reserve " + in_.short_name(job_id), [&] {
            law_.begun(job_id);
            return inner_.reserve(job_id, owner, wanted_slug);
        });
    }
    std::optional<found_reservation> find(const std::string& job_id) override {
        return me_.call("find reservation " + in_.short_name(job_id),
                        [&] { return inner_.find(job_id); });
    }
    void release(const std::string& job_id) override {
        me_.call("release " + in_.short_name(job_id), [&] {
            inner_.release(job_id);
            law_.given_up(job_id);
        });
    }
    std::string user_folder(const owner_info& owner) override {
        return me_.call("user_folder", [&] { return inner_.user_folder(owner); });
    }
    std::vector<bound_folder> user_folders() override { return inner_.user_folders(); }
    std::vector<found_reservation> unused() override { return inner_.unused(); }
    bool release_unused(const found_reservation& found) override {
        return me_.call("release_unused " + in_.short_name(found.job_id), [&] {
            const bool released = inner_.release_unused(found);
            if (released) law_.given_up(found.job_id);
            return released;
        });
    }
    std::size_t finish_begun() override { return inner_.finish_begun(); }

private:
    process& me_;
    reservations& inner_;
    rules& law_;
    const world& in_;
};

class line_to_characters final : public character_store {
public:
    line_to_characters(process& me, character_store& inner, rules& law, const world& in)
        : me_(me), inner_(inner), law_(law), in_(in) {}
    bool create(const character& record, const image& avatar, unclaimed what) override {
        return me_.call("create " + in_.short_name(record.job_id), [&] {
            const bool first = inner_.create(record, avatar, what);
            if (first) law_.recorded(me_, avatar);
            return first;
        });
    }
    void save(const character& record) override { inner_.save(record); }
    bool update(const character& was, const character& now) override {
        return inner_.update(was, now);
    }
    std::optional<character> find(std::int64_t id) override {
        return me_.call(fmt::format("find character {}", id), [&] { return inner_.find(id); });
    }
    std::optional<character> find_by_job(const std::string& job_id) override {
        return me_.call("find_by_job " + in_.short_name(job_id),
                        [&] { return inner_.find_by_job(job_id); });
    }
    std::vector<character> list(const character_query& query) override {
        return me_.call("list characters", [&] { return inner_.list(query); });
    }
    std::vector<std::string> names(const std::string& user_id, const std::string& prefix) override {
        return inner_.names(user_id, prefix);
    }
    bool remove(std::int64_t id) override {
        return me_.call("remove character", [&] { return inner_.remove(id); });
    }
    std::string check() override { return inner_.check(); }

private:
    process& me_;
    character_store& inner_;
    rules& law_;
    const world& in_;
};

class line_to_images final : public image_store {
public:
    line_to_images(process& me, image_store& inner, rules& law, const world& in)
        : me_(me), inner_(inner), law_(law), in_(in) {}
    bool save(const image& record) override {
        return me_.call("save image " + in_.short_name(record.id), [&] {
            const bool first = inner_.save(record);
            if (first) law_.recorded(me_, record);
            return first;
        });
    }
    std::optional<image> find(const std::string& id) override {
        return me_.call("find image " + in_.short_name(id), [&] { return inner_.find(id); });
    }
    std::vector<image> of_character(std::int64_t character_id,
                                    std::vector<std::string>* damaged) override {
        return me_.call(fmt::format("images of {}", character_id),
                        [&] { return inner_.of_character(character_id, damaged); });
    }
    void relocate(std::int64_t character_id, const file_places& places) override {
        inner_.relocate(character_id, places);
    }
    void set_number(const std::string& id, std::int64_t number) override {
        me_.call(fmt::format("set_number {}", number), [&] { inner_.set_number(id, number); });
    }
    std::int64_t highest_number() override {
        return me_.call("highest_number", [&] { return inner_.highest_number(); });
    }

private:
    process& me_;
    image_store& inner_;
    rules& law_;
    const world& in_;
};

}  // namespace medusa::sim
