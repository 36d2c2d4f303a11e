#include "store/mongo/failures.hpp"

#include <gtest/gtest.h>
#include <mongoc/mongoc.h>

#include <cstring>

#include "store/mongo/bson.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

bson_error_t reason_of(std::uint32_t domain, std::uint32_t code, const char* message = "reason") {
    bson_error_t reason{};
    reason.domain = domain;
    reason.code = code;
    std::strncpy(reason.message, message, sizeof reason.message - 1);
    return reason;
}

struct failure_case {
    const char* what;
    std::uint32_t domain;
    std::uint32_t code;
    bool labelled;
    errc expected;
    failure_class kind;
};

const failure_case failure_cases[] = {
    {"nobody there", MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE, false,
     errc::unavailable, failure_class::transient},
    {"cut", MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET, false, errc::unavailable,
     failure_class::transient},
    {"no primary", MONGOC_ERROR_SERVER, 10107, false, errc::unavailable, failure_class::transient},
    {"shutting down", MONGOC_ERROR_SERVER, 91, false, errc::unavailable, failure_class::transient},
    {"labelled", MONGOC_ERROR_SERVER, 99999, true, errc::unavailable, failure_class::transient},
    {"majority is late", MONGOC_ERROR_WRITE_CONCERN, 64, false, errc::unavailable,
     failure_class::transient},
    {"wrong password", MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_AUTHENTICATE, false,
     errc::unauthorized, failure_class::permanent},
    {"no right", MONGOC_ERROR_SERVER, 13, false, errc::unauthorized, failure_class::permanent},
    {"disk full", MONGOC_ERROR_SERVER, 14031, false, errc::storage, failure_class::permanent},
    {"duplicate", MONGOC_ERROR_SERVER, 11000, false, errc::conflict, failure_class::permanent},
    {"too large", MONGOC_ERROR_SERVER, 10334, false, errc::invalid_argument,
     failure_class::permanent},
    {"anything else", MONGOC_ERROR_SERVER, 2, false, errc::storage, failure_class::permanent},
};

TEST(mongo_failures, have_a_code_a_class_and_the_words_of_the_guide) {
    for (const auto& one : failure_cases) {
        const auto told = translated(reason_of(one.domain, one.code), one.labelled, "db.example");
        EXPECT_EQ(told.code(), one.expected) << one.what;
        ASSERT_TRUE(told.failure()) << one.what;
        EXPECT_EQ(told.failure()->kind, one.kind) << one.what;
        EXPECT_EQ(told.detail(), "Database connection failed: reason (db.example)") << one.what;
    }
}

TEST(mongo_failures, of_a_full_disk_are_known_by_their_words_too) {
    for (const auto* said : {"28: No space left on device", "database or disk is full (13)"}) {
        const auto told = translated(reason_of(MONGOC_ERROR_SERVER, 1, said), true, "db.example");
        EXPECT_EQ(told.code(), errc::storage) << said;
        EXPECT_NE(told.advice().find("Make room"), std::string::npos) << told.advice();
    }
}

TEST(mongo_failures, of_an_address_with_tls_say_what_that_needs) {
    const auto nobody =
        reason_of(MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE);
    EXPECT_NE(translated(nobody, false, "db", true).advice().find("tlsCAFile"), std::string::npos);
    EXPECT_EQ(translated(nobody, false, "db").advice().find("tlsCAFile"), std::string::npos);
}

TEST(mongo_failures, of_an_address_repeat_nothing_that_may_be_secret) {
    const auto told = bad_address("mongodb://anna:canary@host", "bad value \"canary\"");
    EXPECT_EQ(told.code(), errc::invalid_argument);
    EXPECT_EQ(std::string(told.what()).find("canary"), std::string::npos) << told.what();
    EXPECT_NE(std::string(bad_address("mongodb://host:x", "bad port").what()).find("bad port"),
              std::string::npos);
}

document from_extended(const char* text) {
    bson_error_t reason{};
    bson_t* parsed = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text), -1, &reason);
    EXPECT_TRUE(parsed) << reason.message;
    document result(parsed);
    bson_destroy(parsed);
    return result;
}

TEST(mongo_documents, are_changed_field_by_field_down_to_what_is_ours) {
    const auto stored = from_extended(
        R"({"_id": {"$oid": "65a0c0ffee00000000000001"}, "name": "Luna",
            "score": {"$numberDecimal": "4.50"}, "inner": {"old": 1, "both": 1, "at": {"$date": 0}},
            "whole": {"gone": 1}, "text": "becomes an object", "deep": {"deeper": {"x": 1}}})");
    const json::object fields{{"name", "Zara"},
                              {"inner", {{"both", 2}}},
                              {"whole", {{"new", 1}}},
                              {"text", {{"a", 1}}},
                              {"deep", {{"deeper", {{"y", 2}}}}},
                              {"added", json::array{"x", json::object{{"y", true}}}}};
    const json::object expected{{"name", "Zara"},        {"inner.both", 2},
                                {"whole", {{"new", 1}}}, {"text", {{"a", 1}}},
                                {"deep.deeper.y", 2},    {"added", fields.at("added")}};
    EXPECT_EQ(changes(stored, fields, {"whole"}), expected);
}

TEST(mongo_documents, come_back_from_bson_as_they_went) {
    const json::object fields{{"small", 5},
                              {"negative", -5'000'000'000},
                              {"large", std::int64_t{1} << 53},
                              {"broken", 6.25},
                              {"text", std::string("nul\0in it", 9)},
                              {"list", json::array{1, "two", json::array{}}},
                              {"empty", json::object{}},
                              {"yes", true}};
    EXPECT_EQ(document(fields).to_json(), fields);
    EXPECT_THROW(document(json::object{{"n", UINT64_MAX}}), error);
}

}  // namespace
}  // namespace medusa::mongo
