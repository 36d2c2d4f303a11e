// Parts that fail at a chosen call, around real ones: the n-th call of any of them throws, before
// or after it did its work. One thread.
#pragma once

#include "core/error.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

struct fault_plan {
    int fail_at = 0;     // the call that fails, from 1; 0: none
    bool after = false;  // it does its work first, and its answer is lost
    int calls = 0;

    template <class Call>
    auto run(const Call& call) {
        const bool fails = ++calls == fail_at;
        if (fails && !after) throw error(errc::storage, "injected");
        if constexpr (std::is_void_v<decltype(call())>) {
            call();
            if (fails) throw error(errc::storage, "injected");
        } else {
            auto result = call();
            if (fails) throw error(errc::storage, "injected");
            return result;
        }
    }
};

class faulty_engine final : public image_engine {
public:
    faulty_engine(image_engine& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        return plan_.run([&] { return inner_.render(request, progress, stop); });
    }
    int parallel() const override { return inner_.parallel(); }
    std::string check() override { return inner_.check(); }

private:
    image_engine& inner_;
    fault_plan& plan_;
};

class faulty_assets final : public asset_store {
public:
    faulty_assets(asset_store& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    stored_asset put(std::string_view path, std::string_view bytes, if_present present) override {
        return plan_.run([&] { return inner_.put(path, bytes, present); });
    }
    std::optional<std::string> get(std::string_view path) override { return inner_.get(path); }
    void remove(std::string_view path) override { inner_.remove(path); }
    std::vector<std::string> list(std::string_view folder) override { return inner_.list(folder); }
    stored_asset locate(std::string_view path) const override { return inner_.locate(path); }
    std::string check() override { return inner_.check(); }

private:
    asset_store& inner_;
    fault_plan& plan_;
};

class faulty_reservations final : public reservations {
public:
    faulty_reservations(reservations& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    reservation reserve(const std::string& job_id, const owner_info& owner,
                        const std::string& wanted_slug) override {
        return plan_.run([&] { return inner_.reserve(job_id, owner, wanted_slug); });
    }
    void release(const std::string& job_id) override { inner_.release(job_id); }
    std::string user_folder(const owner_info& owner) override { return inner_.user_folder(owner); }

private:
    reservations& inner_;
    fault_plan& plan_;
};

class faulty_characters final : public character_store {
public:
    faulty_characters(character_store& inner, fault_plan& plan) : inner_(inner), plan_(plan) {}
    bool create(const character& record, const image& avatar) override {
        return plan_.run([&] { return inner_.create(record, avatar); });
    }
    void save(const character& record) override {
        plan_.run([&] { inner_.save(record); });
    }
    std::optional<character> find(std::int64_t id) override { return inner_.find(id); }
    std::optional<character> find_by_job(const std::string& job_id) override {
        return plan_.run([&] { return inner_.find_by_job(job_id); });
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
        return plan_.run([&] { return inner_.save(record); });
    }
    std::optional<image> find(const std::string& id) override { return inner_.find(id); }
    std::vector<image> of_character(std::int64_t character_id) override {
        return inner_.of_character(character_id);
    }
    void set_number(const std::string& id, std::int64_t number) override {
        plan_.run([&] { inner_.set_number(id, number); });
    }
    std::int64_t highest_number() override {
        return plan_.run([&] { return inner_.highest_number(); });
    }

private:
    image_store& inner_;
    fault_plan& plan_;
};

}  // namespace medusa
