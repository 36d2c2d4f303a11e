// Parts that fail at a chosen call, around real ones: the call throws, before or after it did its
// work. A call has a name, "put avatar 1", since steps that run side by side have no order. Any
// thread.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

class fault_plan {
public:
    enum class lasting { once, for_good };

    // Nothing fails where `fail_at` is empty. With `after` the call does its work first, and its
    // answer is lost. For good: whoever calls is dead, and no call does anything from then on.
    explicit fault_plan(std::string fail_at = {}, bool after = false, lasting how = lasting::once)
        : fail_at_(std::move(fail_at)), after_(after), how_(how) {}

    template <class call_type>
    auto run(std::string_view what, const call_type& call) {
        const bool is_dead = how_ == lasting::for_good && struck() && !healed_;
        const bool fails = called(what);
        if (is_dead || (fails && !after_)) throw error(errc::storage, "injected");
        if constexpr (std::is_void_v<decltype(call())>) {
            call();
            if (fails) throw error(errc::storage, "injected");
        } else {
            auto result = call();
            if (fails) throw error(errc::storage, "injected");
            return result;
        }
    }

    // Every call that was made.
    std::set<std::string> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    bool struck() const { return calls().contains(fail_at_); }
    // Ends what began for good.
    void heal() { healed_ = true; }

private:
    bool called(std::string_view what) {
        const std::lock_guard lock(mutex_);
        const auto name = fmt::format("{} {}", what, ++counts_[std::string(what)]);
        calls_.insert(name);
        return name == fail_at_;
    }

    const std::string fail_at_;
    const bool after_;
    const lasting how_;
    std::atomic<bool> healed_ = false;
    mutable std::mutex mutex_;
    std::map<std::string, int> counts_;
    std::set<std::string> calls_;
};

class faulty_engine final : public image_engine {
public:
    faulty_engine(image_engine& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        return plan_.run("render", [&] { return inner_.render(request, progress, stop); });
    }
    int parallel() const override { return inner_.parallel(); }
    std::vector<server_health> health() override { return inner_.health(); }
    std::string check() override { return inner_.check(); }

private:
    image_engine& inner_;
    fault_plan& plan_;
};

class faulty_assets final : public asset_store {
public:
    faulty_assets(asset_store& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    stored_asset put(std::string_view path, std::string_view bytes, if_present present) override {
        return plan_.run(kind(path), [&] { return inner_.put(path, bytes, present); });
    }
    std::optional<std::string> get(std::string_view path) override { return inner_.get(path); }
    std::optional<open_asset> open(std::string_view path) override { return inner_.open(path); }
    void remove(std::string_view path) override { inner_.remove(path); }
    std::vector<asset_entry> entries(std::string_view folder) override {
        return inner_.entries(folder);
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
    // "put avatar": the folder that the file goes to.
    static std::string kind(std::string_view path) {
        const auto parts = split(path, '/');
        return fmt::format("put {}", parts.at(parts.size() - 2));
    }

    asset_store& inner_;
    fault_plan& plan_;
};

class faulty_reservations final : public reservations {
public:
    faulty_reservations(reservations& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    reservation reserve(const std::string& job_id, const owner_info& owner,
                        const std::string& wanted_slug) override {
        return plan_.run("reserve", [&] { return inner_.reserve(job_id, owner, wanted_slug); });
    }
    std::optional<found_reservation> find(const std::string& job_id) override {
        return inner_.find(job_id);
    }
    void release(const std::string& job_id) override { inner_.release(job_id); }
    std::string user_folder(const owner_info& owner) override { return inner_.user_folder(owner); }
    std::vector<bound_folder> user_folders() override { return inner_.user_folders(); }
    std::vector<found_reservation> unused() override { return inner_.unused(); }
    bool release_unused(const found_reservation& found) override {
        return plan_.run("release_unused", [&] { return inner_.release_unused(found); });
    }
    std::size_t finish_begun() override { return inner_.finish_begun(); }

private:
    reservations& inner_;
    fault_plan& plan_;
};

class faulty_characters final : public character_store {
public:
    faulty_characters(character_store& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    bool create(const character& record, const image& avatar, unclaimed what) override {
        return plan_.run("create", [&] { return inner_.create(record, avatar, what); });
    }
    void save(const character& record) override {
        plan_.run("save", [&] { inner_.save(record); });
    }
    bool update(const character& was, const character& now) override {
        return plan_.run("update", [&] { return inner_.update(was, now); });
    }
    std::optional<character> find(std::int64_t id) override { return inner_.find(id); }
    std::optional<character> find_by_job(const std::string& job_id) override {
        return plan_.run("find_by_job", [&] { return inner_.find_by_job(job_id); });
    }
    std::vector<character> list(const character_query& query) override {
        return inner_.list(query);
    }
    std::vector<std::string> names(const std::string& user_id, const std::string& prefix) override {
        return inner_.names(user_id, prefix);
    }
    bool remove(std::int64_t id) override { return inner_.remove(id); }
    std::string check() override { return inner_.check(); }

private:
    character_store& inner_;
    fault_plan& plan_;
};

class faulty_images final : public image_store {
public:
    faulty_images(image_store& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    bool save(const image& record) override {
        return plan_.run("save", [&] { return inner_.save(record); });
    }
    std::optional<image> find(const std::string& id) override { return inner_.find(id); }
    std::vector<image> of_character(std::int64_t character_id,
                                    std::vector<std::string>* damaged) override {
        return inner_.of_character(character_id, damaged);
    }
    void relocate(std::int64_t character_id, const file_places& places) override {
        plan_.run("relocate", [&] { inner_.relocate(character_id, places); });
    }
    void set_number(const std::string& id, std::int64_t number) override {
        plan_.run("set_number", [&] { inner_.set_number(id, number); });
    }
    std::int64_t highest_number() override {
        return plan_.run("highest_number", [&] { return inner_.highest_number(); });
    }

private:
    image_store& inner_;
    fault_plan& plan_;
};

}  // namespace medusa
