#include "store/mongo/documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>

#include "core/error.hpp"
#include "core/text.hpp"
#include "record/record_json.hpp"
#include "store/mongo/failures.hpp"
#include "store/naming.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

constexpr const char* word_paths[] = {
    "selectedTags.character-type",
    "selectedTags.genre",
    "selectedTags.personality",
    "selectedTags.appearance",
    "selectedTags.origin",
    "selectedTags.content-rating",
    "personalityTraits.mainTrait",
    "personalityTraits.subTraits",
    "selectedTags",
    "personalityTraits",
    "tags",
};
constexpr const char* generation_numbers[] = {"seed", "characterSeed", "steps",
                                              "cfg",  "width",         "height"};
constexpr const char* times[] = {"createdAt", "updatedAt"};

void expect_utf8(const json::object& fields, const char* what) {
    if (!is_valid_utf8(json::serialize(fields)))
        throw error(errc::invalid_argument,
                    fmt::format("the {} holds text that is not UTF-8", what));
}

template <typename number>
std::optional<number> number_in(const json::string& text) {
    number value{};
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

void number_from_text(json::object& object, std::string_view field) {
    auto* value = object.if_contains(field);
    const auto* text = value ? value->if_string() : nullptr;
    if (!text) return;
    if (const auto whole = number_in<std::int64_t>(*text))
        *value = *whole;
    else if (const auto broken = number_in<double>(*text))
        *value = *broken;
}

// A list of texts, from one text with commas as well.
void list_from_text(json::object& object, std::string_view field) {
    auto* value = object.if_contains(field);
    if (!value || !value->is_string()) return;
    json::array list;
    for (const auto& part : split(std::string_view(value->get_string()), ','))
        if (auto word = collapse_spaces(part); !word.empty()) list.emplace_back(word);
    *value = std::move(list);
}

// Makes the field an object {name: what it was}.
void wrap(json::object& object, std::string_view field, std::string_view name) {
    auto* value = object.if_contains(field);
    if (value && !value->is_object()) *value = json::object{{name, std::move(*value)}};
}

void unwrap_url(json::object& object, std::string_view field) {
    auto* value = object.if_contains(field);
    if (!value || !value->is_object()) return;
    const auto found = value->get_object();
    const auto* url = found.if_contains("secure_url");
    if (!url) url = found.if_contains("url");
    if (url)
        *value = *url;
    else
        object.erase(field);
}

// As RFC 3339; a time that is none is left out.
void read_time(json::object& object, std::string_view field) {
    auto* value = object.if_contains(field);
    if (!value) return;
    json::error_code unreadable;
    const auto ms = value->to_number<std::int64_t>(unreadable);
    if (!unreadable) *value = to_rfc3339(time_point(std::chrono::milliseconds(ms)));
    try {
        if (value->is_string()) from_rfc3339(std::string(value->get_string()));
    } catch (const error&) {
        object.erase(field);
    }
}

// The shapes that a record had in other programs, as ours.
void bring_up_to_date(json::object& record) {
    number_from_text(record, "id");
    unwrap_url(record, "avatar");
    for (const auto* field : times) read_time(record, field);
    wrap(record, "owner", "userId");
    wrap(record, "personalityTraits", "mainTrait");
    wrap(record, "embeddings", "url");
    if (!record.contains("selectedTags") && record.contains("tags"))
        record["selectedTags"] = record["tags"];
    wrap(record, "selectedTags", "personality");
    if (auto* traits = record.if_contains("personalityTraits"))
        list_from_text(traits->get_object(), "subTraits");
    if (auto* tags = record.if_contains("selectedTags"))
        for (const auto& group : tags->get_object())
            list_from_text(tags->get_object(), group.key());
    if (auto* generation = record.if_contains("imageGeneration");
        generation && generation->is_object())
        for (const auto* field : generation_numbers)
            number_from_text(generation->get_object(), field);
    auto& embeddings = record["embeddings"];
    if (!embeddings.is_object()) embeddings.emplace_object();
    number_from_text(embeddings.get_object(), "dimension");
    // A vector that was kept in place of its address.
    if (const auto* url = embeddings.get_object().if_contains("url"); url && !url->is_string())
        embeddings.get_object().erase("url");
}

std::string quoted(const std::string& text) {
    std::string pattern;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
        if (!plain) pattern += '\\';
        pattern += c;
    }
    return pattern;
}

}  // namespace

json::object fields_of(const character& record) {
    auto fields = to_json(record);
    // The index of slugs holds what is there: two records from elsewhere may both lack one.
    if (record.slug.empty()) fields.erase("slug");
    const auto words = searchable_tags(record);
    fields[search_tags_field] = json::array(words.begin(), words.end());
    expect_utf8(fields, "character");
    return fields;
}

json::object fields_of(const image& record) {
    json::object fields{{"_id", record.id}};
    auto of_record = to_json(record);
    fields.insert(of_record.begin(), of_record.end());
    fields["sequence"] = next_sequence();
    expect_utf8(fields, "image");
    return fields;
}

character character_from(const document& stored) {
    auto fields = stored.to_json();
    const auto id = id_in(fields);
    try {
        bring_up_to_date(fields);
        return character_from_json(fields);
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of character {}", id.value_or(0)), reason.detail());
    }
}

image image_from(const document& stored) {
    const auto fields = stored.to_json();
    try {
        return image_from_json(fields);
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of image {}", stored.text("_id")), reason.detail());
    }
}

std::optional<std::int64_t> id_in(const json::object& stored) {
    const auto* value = stored.if_contains("id");
    if (!value) return std::nullopt;
    if (const auto* text = value->if_string()) return number_in<std::int64_t>(*text);
    json::error_code unreadable;
    const auto id = value->to_number<std::int64_t>(unreadable);
    return unreadable ? std::nullopt : std::optional(id);
}

json::object by_id(std::int64_t id) {
    return {{"id", {{"$in", json::array{id, std::to_string(id)}}}}};
}

json::object by_tag(const std::string& tag) {
    json::array anywhere;
    const auto pattern = fmt::format("^{}$", quoted(tag));
    for (const auto* path : word_paths)
        anywhere.push_back(json::object{{path, {{"$regex", pattern}, {"$options", "i"}}}});
    return {{"$or", json::array{json::object{{search_tags_field, to_lower(tag)}},
                                json::object{{search_tags_field, {{"$exists", false}}},
                                             {"$or", std::move(anywhere)}}}}};
}

json::object by_words(const std::vector<std::string>& words, bool in_names) {
    std::string pattern;
    for (const auto& word : words) pattern += (pattern.empty() ? "" : "|") + quoted(word);
    const auto says = [&](const char* path) {
        return json::object{{path, {{"$regex", pattern}, {"$options", "i"}}}};
    };
    if (in_names) return says("name");
    json::array anywhere;
    for (const auto* path : word_paths) anywhere.push_back(says(path));
    return {{"$or", json::array{says("name"), says("description"), says(search_tags_field),
                                json::object{{search_tags_field, {{"$exists", false}}},
                                             {"$or", std::move(anywhere)}}}}};
}

std::int64_t next_sequence() {
    static std::atomic<std::int64_t> latest{0};
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    auto last = latest.load();
    while (!latest.compare_exchange_weak(last, std::max<std::int64_t>(now, last + 1))) {
    }
    return std::max<std::int64_t>(now, last + 1);
}

}  // namespace medusa::mongo
