#include "moving/kept_character.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "core/hash.hpp"
#include "record/record_json.hpp"

namespace medusa {
namespace {

bool leads_to(const std::string& url, const std::string& path) {
    return !path.empty() && url.ends_with("/" + path);
}

std::string embeddings_in(const std::string& folder) {
    return folder.empty() ? std::string() : folder + "/embeddings/embeddings.json";
}

const image* avatar_of(const kept_character& kept) {
    const auto found = std::ranges::find_if(kept.images, [&](const image& one) {
        return one.type == image_type::avatar && leads_to(kept.record.avatar, one.path);
    });
    return found == kept.images.end() ? nullptr : &*found;
}

void refuse_other(const std::string& what) {
    throw error(errc::conflict, fmt::format("there is another {} already, it stays", what));
}

// True when it is there already, as it is here.
bool is_there(const stores& to, const character& record) {
    const auto there = to.characters->find(record.id);
    if (there && content_digest(*there) != content_digest(record)) refuse_other(name_of(record));
    return there.has_value();
}

bool is_there(const stores& to, const image& record) {
    const auto there = to.images->find(record.id);
    if (there && content_digest(*there) != content_digest(record)) refuse_other(name_of(record));
    return there.has_value();
}

template <class Record>
void expect_there(const stores& to, const Record& record) {
    if (!is_there(to, record))
        throw error(errc::not_found,
                    fmt::format("{} was stored, and is not there", name_of(record)));
}

}  // namespace

std::string name_of(const character& record) {
    return fmt::format("character {}", record.id);
}

std::string name_of(const image& record) {
    return fmt::format("image {} of character {}", record.id, record.character_id);
}

std::string content_digest(const character& record) {
    auto plain = record;
    plain.avatar.clear();
    plain.embeddings.url.clear();
    return sha256_hex(boost::json::serialize(to_json(plain)));
}

std::string content_digest(const image& record) {
    auto plain = record;
    plain.url.clear();
    return sha256_hex(boost::json::serialize(to_json(plain)));
}

kept_character read_kept(const stores& from, const character& record, move_tally& tally) {
    std::vector<std::string> damaged;
    kept_character kept{record, from.images->of_character(record.id, &damaged)};
    for (const auto& id : damaged)
        tally.add(trouble_kind::damaged, fmt::format("image {} of character {}", id, record.id),
                  "its record cannot be read, so it is left out");
    return kept;
}

std::string tree_folder(const given_out& books, const character& record) {
    const auto bound = books.folders.find(record.owner.user_id);
    if (bound == books.folders.end() || record.slug.empty()) return {};
    return fmt::format("{}/characters/{}", bound->second, record.slug);
}

std::vector<named_file> files_of(const kept_character& kept, const std::string& folder) {
    std::vector<named_file> files;
    std::set<std::string> seen;
    const auto add = [&](std::string path, const std::string& sha256, bool expected) {
        if (!path.empty() && seen.insert(path).second)
            files.push_back({std::move(path), sha256, expected});
    };
    for (const auto& one : kept.images) {
        add(one.path, one.sha256, true);
        if (!folder.empty()) add(fmt::format("{}/generations/{}.json", folder, one.id), {}, false);
    }
    const auto embeddings = embeddings_in(folder);
    add(embeddings, {}, leads_to(kept.record.embeddings.url, embeddings));
    return files;
}

file_places places_in(const asset_store& assets, const kept_character& kept,
                      const std::string& folder) {
    file_places places;
    for (const auto& one : kept.images) {
        if (!leads_to(one.url, one.path)) continue;
        const auto url = assets.locate(one.path).url;
        places.images[one.id] = url;
        if (leads_to(kept.record.avatar, one.path)) places.avatar = url;
    }
    const auto embeddings = embeddings_in(folder);
    if (leads_to(kept.record.embeddings.url, embeddings))
        places.embeddings = assets.locate(embeddings).url;
    return places;
}

void set_places(kept_character& kept, const file_places& places) {
    if (places.avatar) kept.record.avatar = *places.avatar;
    if (places.embeddings) kept.record.embeddings.url = *places.embeddings;
    for (auto& one : kept.images)
        if (const auto url = places.images.find(one.id); url != places.images.end())
            one.url = url->second;
}

void expect_no_other(const stores& to, const character& record) {
    is_there(to, record);
}

void place(const stores& to, const kept_character& kept, move_tally& tally) {
    const auto* avatar = avatar_of(kept);
    const bool placed = tally.attempt(name_of(kept.record), [&] {
        const bool was_there = is_there(to, kept.record);
        if (!was_there && avatar)
            to.characters->create(kept.record, *avatar, unclaimed::claims);
        else if (!was_there)
            to.characters->save(kept.record);
        expect_there(to, kept.record);
        tally.count(&move_report::characters, was_there);
        if (!was_there && avatar) {
            expect_there(to, *avatar);
            tally.count(&move_report::images, false);
            return;
        }
        avatar = nullptr;
    });
    if (!placed) return;
    for (const auto& one : kept.images) {
        if (&one == avatar) continue;
        tally.attempt(name_of(one), [&] {
            const bool was_there = is_there(to, one);
            if (!was_there) to.images->save(one);
            expect_there(to, one);
            tally.count(&move_report::images, was_there);
        });
    }
}

bool same_folder(const given_out& here, const given_out& there, const character& record,
                 move_tally& tally) {
    const auto own = here.folders.find(record.owner.user_id);
    const auto other = there.folders.find(record.owner.user_id);
    if (own == here.folders.end()) return true;
    if (other != there.folders.end() && other->second == own->second) return true;
    tally.add(trouble_kind::conflict, name_of(record),
              fmt::format("the folder \"{}\" of user {} belongs to somebody else there, or the "
                          "user has another one",
                          own->second, record.owner.user_id));
    return false;
}

}  // namespace medusa
