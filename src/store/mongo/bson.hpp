// BSON documents (https://bsonspec.org) as values, and the way between them and JSON.
//
// A document owns its bytes. Plain values; any thread. Errors: error(invalid_argument) for JSON
// that is no BSON, which our own code never makes.
#pragma once

#include <bson/bson.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace medusa::mongo {

class document {
public:
    document();
    // Whole numbers become 32-bit ones where they fit, as other programs write them.
    document(const boost::json::object& json);
    explicit document(const bson_t* copied);

    const bson_t* get() const { return bytes_.get(); }
    bson_t* get() { return bytes_.get(); }

    // What JSON has no word for becomes the nearest: a date its RFC 3339 text, an id of an object
    // its hexadecimal text. Nulls and what has no near thing (code, binary) are left out.
    boost::json::object to_json() const;
    // The field as {field: value}, bit for bit; empty when there is none.
    document only(const char* field) const;
    bool has(const char* field) const;
    // The field's text, empty when it is something else.
    std::string text(const char* field) const;

    friend bool operator==(const document& a, const document& b) {
        return bson_equal(a.get(), b.get());
    }

private:
    std::unique_ptr<bson_t, decltype(&bson_destroy)> bytes_;
};

// What the operator $set takes to put `fields` over what is `stored`. Objects in both are set field
// by field, so that all else in there stays, of whatever type, also what another program writes at
// the same time. Of the objects named in `whole` nothing stored is kept.
boost::json::object changes(const document& stored, const boost::json::object& fields,
                            std::initializer_list<std::string_view> whole);

}  // namespace medusa::mongo
