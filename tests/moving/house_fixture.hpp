// Two collections, each a store and an asset folder of its own, for the tests of this folder. Test
// code, one thread.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asset/local/local_assets.hpp"
#include "contract/store_contract.hpp"
#include "core/hash.hpp"
#include "domain/slug.hpp"
#include "moving/moving.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {

struct collection {
    explicit collection(const std::filesystem::path& in, const std::string& prefix)
        : folder(in),
          store(make_sqlite_store({.file = in / "medusa.db"})),
          assets(make_local_asset_store(in / "assets", prefix)) {}

    // A character with an avatar and a portrait, their manifests and its embeddings.
    character make(const std::string& job, const std::string& name,
                   const owner_info& owner = anna) const {
        const auto held = store.reserved->reserve(job, owner, slug_of(name));
        const auto place = fmt::format("{}/characters/{}", held.user_folder, held.slug);
        auto record = record_for(job, owner, held, name);
        record.embeddings.url =
            assets->put(place + "/embeddings/embeddings.json", "[" + job + "]").url;
        auto avatar = picture(job + "-avatar", held.id, place + "/avatar/");
        avatar.number = held.id - 123'000;
        record.avatar = avatar.url;
        store.characters->create(record, avatar);
        auto portrait = picture(job + "-portrait", held.id, place + "/images/");
        portrait.type = image_type::portrait;
        store.images->save(portrait);
        return record;
    }

    image picture(const std::string& id, std::int64_t owner, const std::string& place) const {
        auto one = image_for(id, owner);
        const auto bytes = "the picture " + id;
        one.sha256 = sha256_hex(bytes);
        one.path = place + id + ".png";
        one.url = assets->put(one.path, bytes).url;
        auto manifest = place.substr(0, place.rfind('/', place.size() - 2)) + "/generations/" + id;
        assets->put(manifest + ".json", "{}");
        return one;
    }

    void damage(const std::string& statement) const {
        sqlite::connection on(folder / "medusa.db", sqlite::access::write, std::chrono::seconds(1));
        on.run(statement);
    }

    // Everything in it, apart from where files lie.
    std::vector<character> records() const {
        auto all = store.characters->list({});
        for (auto& one : all) one.avatar = one.embeddings.url = {};
        return all;
    }
    std::vector<image> images(std::int64_t id) const {
        auto all = store.images->of_character(id);
        for (auto& one : all) one.url.clear();
        return all;
    }

    std::filesystem::path folder;
    stores store;
    std::unique_ptr<asset_store> assets;
};

inline move_context quiet() {
    return {[](std::string_view, std::uint64_t, std::uint64_t) {}, {}};
}

// Stops at the `step`-th thing that is told.
inline move_context stopped_at(int step, std::stop_source stop) {
    return {[step, stop, count = std::make_shared<std::atomic<int>>(0)](
                std::string_view, std::uint64_t, std::uint64_t) mutable {
                if (++*count == step) stop.request_stop();
            },
            stop.get_token()};
}

inline void expect_same_assets(const collection& a, const collection& b) {
    const auto paths = a.assets->list("");
    EXPECT_EQ(b.assets->list(""), paths);
    for (const auto& path : paths) EXPECT_EQ(b.assets->get(path), a.assets->get(path)) << path;
}

inline void expect_same_records(const collection& a, const collection& b) {
    EXPECT_EQ(a.records(), b.records());
    for (const auto& one : a.records()) EXPECT_EQ(a.images(one.id), b.images(one.id));
    EXPECT_EQ(a.store.books->all(), b.store.books->all());
}

class two_houses : public testing::Test {
protected:
    testing_support::scratch_folder here_folder_;
    testing_support::scratch_folder there_folder_;
    collection here_{here_folder_.path(), "/assets/"};
    collection there_{there_folder_.path(), "https://there/"};
};

}  // namespace medusa
