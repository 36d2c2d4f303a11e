#include "store/mongo/bson.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

void append(bson_t* to, std::string_view key, const json::value& value);

void append_fields(bson_t* to, const json::object& fields) {
    for (const auto& [key, value] : fields) append(to, key, value);
}

void append_whole(bson_t* to, std::string_view key, std::int64_t number) {
    if (number >= INT32_MIN && number <= INT32_MAX)
        bson_append_int32(to, key.data(), int(key.size()), std::int32_t(number));
    else
        bson_append_int64(to, key.data(), int(key.size()), number);
}

void append(bson_t* to, std::string_view key, const json::value& value) {
    const auto* name = key.data();
    const int length = int(key.size());
    switch (value.kind()) {
        case json::kind::null:
            bson_append_null(to, name, length);
            return;
        case json::kind::bool_:
            bson_append_bool(to, name, length, value.get_bool());
            return;
        case json::kind::int64:
            append_whole(to, key, value.get_int64());
            return;
        case json::kind::uint64:
            if (value.get_uint64() > std::uint64_t(INT64_MAX))
                throw error(errc::invalid_argument, "a number is too large for the database");
            append_whole(to, key, std::int64_t(value.get_uint64()));
            return;
        case json::kind::double_:
            bson_append_double(to, name, length, value.get_double());
            return;
        case json::kind::string:
            bson_append_utf8(to, name, length, value.get_string().data(),
                             int(value.get_string().size()));
            return;
        case json::kind::array: {
            bson_t list;
            bson_append_array_begin(to, name, length, &list);
            std::size_t index = 0;
            for (const auto& element : value.get_array())
                append(&list, std::to_string(index++), element);
            bson_append_array_end(to, &list);
            return;
        }
        case json::kind::object: {
            bson_t inner;
            bson_append_document_begin(to, name, length, &inner);
            append_fields(&inner, value.get_object());
            bson_append_document_end(to, &inner);
            return;
        }
    }
}

// Iterators go by pointer: the sanitizers put them on the stack with less alignment than a
// reference to their type may have.
json::object object_of(bson_iter_t* fields);
json::array array_of(bson_iter_t* elements);

// Null for what JSON has no near thing for.
json::value value_of(const bson_iter_t* at) {
    bson_iter_t inner;
    char hex[25];
    switch (bson_iter_type(at)) {
        case BSON_TYPE_DOUBLE:
            return std::isfinite(bson_iter_double(at)) ? json::value(bson_iter_double(at))
                                                       : json::value();
        case BSON_TYPE_UTF8: {
            std::uint32_t size = 0;
            const char* text = bson_iter_utf8(at, &size);
            return json::string(std::string_view(text, size));
        }
        case BSON_TYPE_DOCUMENT:
            bson_iter_recurse(at, &inner);
            return object_of(&inner);
        case BSON_TYPE_ARRAY:
            bson_iter_recurse(at, &inner);
            return array_of(&inner);
        case BSON_TYPE_OID:
            bson_oid_to_string(bson_iter_oid(at), hex);
            return json::string(hex);
        case BSON_TYPE_BOOL:
            return bson_iter_bool(at);
        case BSON_TYPE_DATE_TIME:
            return json::string(
                to_rfc3339(time_point(std::chrono::milliseconds(bson_iter_date_time(at)))));
        case BSON_TYPE_INT32:
            return bson_iter_int32(at);
        case BSON_TYPE_INT64:
            return bson_iter_int64(at);
        default:
            return {};
    }
}

json::object object_of(bson_iter_t* fields) {
    json::object object;
    while (bson_iter_next(fields)) {
        auto value = value_of(fields);
        if (!value.is_null())
            object[std::string_view(bson_iter_key(fields), bson_iter_key_len(fields))] =
                std::move(value);
    }
    return object;
}

json::array array_of(bson_iter_t* elements) {
    json::array array;
    while (bson_iter_next(elements)) {
        auto value = value_of(elements);
        if (!value.is_null()) array.push_back(std::move(value));
    }
    return array;
}

void collect_changes(json::object& changes, const std::string& path, const bson_t* stored,
                     const json::object& fields, std::initializer_list<std::string_view> whole) {
    for (const auto& [key, value] : fields) {
        const auto place = path + std::string(key);
        bson_iter_t at;
        const bool both_objects =
            value.is_object() &&
            bson_iter_init_find_w_len(&at, stored, key.data(), int(key.size())) &&
            BSON_ITER_HOLDS_DOCUMENT(&at);
        if (!both_objects || std::find(whole.begin(), whole.end(), key) != whole.end()) {
            changes[place] = value;
            continue;
        }
        const std::uint8_t* bytes = nullptr;
        std::uint32_t size = 0;
        bson_t inner;
        bson_iter_document(&at, &size, &bytes);
        if (bson_init_static(&inner, bytes, size))
            collect_changes(changes, place + ".", &inner, value.get_object(), {});
    }
}

}  // namespace

document::document() : bytes_(bson_new(), &bson_destroy) {}

document::document(const json::object& json) : document() {
    append_fields(bytes_.get(), json);
}

document::document(const bson_t* copied) : bytes_(bson_copy(copied), &bson_destroy) {}

json::object document::to_json() const {
    bson_iter_t fields;
    if (!bson_iter_init(&fields, get())) return {};
    return object_of(&fields);
}

document document::only(const char* field) const {
    document result;
    bson_iter_t at;
    if (bson_iter_init_find(&at, get(), field)) bson_append_iter(result.get(), nullptr, -1, &at);
    return result;
}

bool document::has(const char* field) const {
    return bson_has_field(get(), field);
}

std::string document::text(const char* field) const {
    bson_iter_t at;
    if (!bson_iter_init_find(&at, get(), field) || !BSON_ITER_HOLDS_UTF8(&at)) return {};
    std::uint32_t size = 0;
    const char* text = bson_iter_utf8(&at, &size);
    return {text, size};
}

json::object changes(const document& stored, const json::object& fields,
                     std::initializer_list<std::string_view> whole) {
    json::object result;
    collect_changes(result, "", stored.get(), fields, whole);
    return result;
}

}  // namespace medusa::mongo
