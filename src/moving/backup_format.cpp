#include "moving/backup_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/version.hpp"
#include "record/json_reader.hpp"
#include "record/record_json.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr auto format_name = "medusa-backup";
constexpr trouble_kind kinds[] = {trouble_kind::conflict, trouble_kind::damaged,
                                  trouble_kind::missing, trouble_kind::refused};

json::value parsed(std::string_view text, std::string_view what) {
    json::error_code reason;
    auto value = json::parse(text, reason);
    if (reason) throw error(errc::corrupted, fmt::format("{} is not JSON", what));
    return value;
}

const json::array& list_in(const json_reader& reader, std::string_view name) {
    static const json::array none;
    const auto* field = reader.field(name);
    if (!field) return none;
    if (!field->is_array()) reader.refuse(name, "a list");
    return field->get_array();
}

trouble trouble_from(const json::value& value) {
    const json_reader reader(value, "leftOut");
    trouble one;
    std::string word;
    reader.read("kind", word);
    reader.read("what", one.what);
    reader.read("why", one.why);
    const auto* kind = std::ranges::find(kinds, word, [](auto each) { return to_string(each); });
    if (kind == std::end(kinds)) reader.refuse("kind", "a known word");
    one.kind = *kind;
    return one;
}

}  // namespace

std::string backup_head(time_point created_at) {
    return json::serialize(json::object{{"format", format_name},
                                        {"version", backup_version},
                                        {"createdAt", to_rfc3339(created_at)},
                                        {"program", fmt::format("medusa {}", version)}}) +
           "\n";
}

time_point parse_backup_head(std::string_view text) {
    const auto value = parsed(text, backup_entry::head);
    const json_reader reader(value, backup_entry::head);
    std::string format;
    int number = 0;
    time_point created_at;
    reader.read("format", format);
    reader.read("version", number);
    reader.read("createdAt", created_at);
    if (format != format_name) reader.refuse("format", format_name);
    if (number != backup_version)
        throw error(
            errc::corrupted,
            fmt::format("the backup has version {}, this program knows {}", number, backup_version),
            "It was written by a newer medusa: update this one");
    return created_at;
}

std::string record_line(const kept_character& kept) {
    json::array images;
    for (const auto& one : kept.images) images.push_back(to_json(one));
    return json::serialize(
        json::object{{"character", to_json(kept.record)}, {"images", std::move(images)}});
}

kept_character parse_record_line(std::string_view line) {
    const auto value = parsed(line, "the line");
    const json_reader reader(value, "line");
    const auto* record = reader.field("character");
    if (!record) reader.refuse("character", "there");
    kept_character kept{character_from_json(*record), {}};
    for (const auto& one : list_in(reader, "images")) {
        kept.images.push_back(image_from_json(one));
        if (kept.images.back().character_id != kept.record.id)
            reader.refuse("images", "those of its character");
    }
    return kept;
}

std::string summary_text(const backup_summary& summary) {
    json::array left_out;
    for (const auto& one : summary.left_out)
        left_out.push_back({{"kind", to_string(one.kind)}, {"what", one.what}, {"why", one.why}});
    json::object folders;
    for (const auto& [user_id, folder] : summary.books.folders) folders[user_id] = folder;
    return json::serialize(json::object{{"characters", summary.characters},
                                        {"images", summary.images},
                                        {"files", summary.files},
                                        {"lastCharacterId", summary.books.last_id},
                                        {"highestImageNumber", summary.books.highest_number},
                                        {"userFolders", std::move(folders)},
                                        {"leftOut", std::move(left_out)}}) +
           "\n";
}

backup_summary parse_summary(std::string_view text) {
    const auto value = parsed(text, backup_entry::summary);
    const json_reader reader(value, backup_entry::summary);
    backup_summary summary;
    std::uint64_t characters = 0, images = 0, files = 0;
    reader.read("characters", characters);
    reader.read("images", images);
    reader.read("files", files);
    summary.characters = characters;
    summary.images = images;
    summary.files = files;
    reader.read("lastCharacterId", summary.books.last_id);
    reader.read("highestImageNumber", summary.books.highest_number);
    if (const auto* folders = reader.field("userFolders")) {
        if (!folders->is_object()) reader.refuse("userFolders", "an object");
        const json_reader bound(*folders, "userFolders");
        for (const auto& one : folders->get_object())
            bound.read(one.key(), summary.books.folders[one.key()]);
    }
    for (const auto& one : list_in(reader, "leftOut"))
        summary.left_out.push_back(trouble_from(one));
    return summary;
}

}  // namespace medusa
