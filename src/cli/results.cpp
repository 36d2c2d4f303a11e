#include "cli/results.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "record/record_json.hpp"

namespace medusa {

namespace json = boost::json;

created_character as_made(const pipeline_parts& with, const character& record) {
    created_character made{record, {}, {}, {}};
    for (const auto& picture : with.images.of_character(record.id))
        if (picture.url == record.avatar)
            made.avatar_path = with.assets.locate(picture.path).local_path;
    return made;
}

json::object to_result(const created_character& made) {
    auto document = to_json(made.record);
    if (!made.avatar_path.empty()) document["avatarPath"] = made.avatar_path.string();
    if (!made.notes.empty()) document["notes"] = json::value_from(made.notes);
    return document;
}

json::object to_result(const error& failure) {
    return {{"error",
             {{"code", info(failure.code()).name},
              {"detail", failure.detail()},
              {"advice", failure.advice()}}}};
}

json::object to_result(const image& picture, const stored_asset& at) {
    auto document = to_json(picture);
    if (!at.local_path.empty()) document["path"] = at.local_path.string();
    if (!at.thumbnail_url.empty()) document["thumbnail"] = at.thumbnail_url;
    return document;
}

std::string told(const created_character& made, const std::string& owner_words) {
    const auto& record = made.record;
    const auto where = made.avatar_path.empty() ? record.avatar : made.avatar_path.string();
    return fmt::format(
        "✅ {} - ID: {}\n"
        "   picture  {}\n"
        "   style    {}, seed {}\n"
        "   next     medusa image {} --type portrait --mood happy --setting \"magical forest\"{}",
        printable(record.name), record.id, printable(where), record.style, record.generation.seed,
        record.id, owner_words);
}

}  // namespace medusa
