#include "record/job_json.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa {
namespace {

const time_point noon = from_rfc3339("2026-11-23T12:00:00.123Z");

job full_job() {
    job one;
    one.id = "6f0c8a52-5a47-4b60-9c1f-0d6f6f6b2a11";
    one.submission_id = "b7a1f0de-1c2b-4a59-8a6e-5f1f4e2d3c4b";
    one.index = 41;
    one.line = 42;
    one.owner = {"local", "Änna"};
    character_draft draft;
    draft.name = "Luna \"the\" Starweaver";
    draft.description = "silver hair\nand a 🦊";
    draft.tags = {"brave", "quiet"};
    draft.style = "fantasy";
    draft.settings.model = "diving.safetensors";
    draft.settings.cfg = 6.5;
    draft.seed = (std::uint64_t{1} << 53) - 1;
    one.request = character_request{draft};
    one.priority = -3;
    one.tries_max = 1;
    one.status = {job_state::leased, job_stage::uploaded, 2, 3, 4, 5, 6, true, noon};
    one.lease = {"0d9c6a1e-2f53-4f0e-8a57-1f2f3f4f5f6f", "box:17", 99};
    one.progress = {"drawing", 7, 25};
    one.failures = {{noon, job_stage::rendered, "unavailable", "it broke", "try again"}};
    one.events = {{1, noon, "queued", ""}, {2, noon, "leased", "box:17"}};
    one.notes = {"a note"};
    one.created_at = one.updated_at = noon;
    one.revision = 12;
    return one;
}

TEST(job_json, comes_back_as_it_went) {
    auto one = full_job();
    EXPECT_EQ(parse_job(boost::json::serialize(to_json(one))), one);
    one.request =
        image_request{123'456, image_type::full_body, "sad", "a pier", "with a cat", 7, 77};
    EXPECT_EQ(parse_job(boost::json::serialize(to_json(one))), one);
    EXPECT_EQ(parse_job(boost::json::serialize(to_json([] {
                  job bare;
                  bare.request = character_request{};
                  return bare;
              }()))),
              [] {
                  job bare;
                  bare.request = character_request{};
                  return bare;
              }());
}

TEST(job_json, a_submission_comes_back_as_it_went) {
    submission one;
    one.id = "b7a1f0de-1c2b-4a59-8a6e-5f1f4e2d3c4b";
    one.owner = {"local", "anna"};
    one.surroundings = {"sketch", "soft light", "",
                        checked_workflow{{"mine.json", "{\"1\":{}}"}, "plus", "minus"}};
    one.idempotency_key = "k-1";
    one.fingerprint = "ab";
    one.total = 10'000;
    one.created_at = noon;
    EXPECT_EQ(parse_submission(boost::json::serialize(to_json(one))), one);
}

TEST(job_json, says_which_field_is_damaged) {
    const std::pair<const char*, const char*> table[] = {
        {"state", "\"asleep\""}, {"stage", "7"},         {"index", "\"x\""},
        {"events", "{}"},        {"cancelWanted", "1"},  {"createdAt", "\"noon\""},
        {"lease", "[]"},         {"character", "\"x\""},
    };
    for (const auto& [name, value] : table) {
        SCOPED_TRACE(name);
        auto damaged = to_json(full_job());
        damaged[name] = boost::json::parse(value);
        try {
            job_from_json(damaged);
            ADD_FAILURE() << "nothing was refused";
        } catch (const error& reason) {
            EXPECT_EQ(reason.code(), errc::corrupted);
        }
    }
    EXPECT_THROW(parse_job("{"), error);
    EXPECT_THROW(parse_job("{}"), error) << "a job without a request";
}

TEST(job_json, equal_requests_have_equal_fingerprints) {
    const owner_info anna{"local", "anna"};
    const auto one = full_job();
    const auto other = image_request{};
    const auto print = [&](const owner_info& owner, const job_surroundings& by,
                           std::vector<job_request> requests) {
        return fingerprint_of(owner, by, requests);
    };
    EXPECT_EQ(print(anna, {}, {one.request}), print({"local", "renamed"}, {}, {one.request}));
    EXPECT_NE(print(anna, {}, {one.request}), print({"ben", "anna"}, {}, {one.request}));
    EXPECT_NE(print(anna, {}, {one.request}), print(anna, {"sketch", {}, {}, {}}, {one.request}));
    EXPECT_NE(print(anna, {}, {one.request}), print(anna, {}, {one.request, one.request}));
    EXPECT_NE(print(anna, {}, {one.request, other}), print(anna, {}, {other, one.request}));
}

}  // namespace
}  // namespace medusa
