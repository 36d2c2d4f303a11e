#include "net/failure.hpp"

#include <gtest/gtest.h>

#include <array>

namespace medusa {
namespace {

using namespace std::chrono_literals;

const time_point noon = from_rfc3339("2026-11-23T12:00:00.000Z");

char letter(const std::optional<remote_failure>& failure) {
    if (!failure) return '-';
    switch (failure->kind) {
        case failure_class::transient:
            return 'T';
        case failure_class::throttled:
            return 'H';
        case failure_class::warming:
            return 'W';
        case failure_class::ambiguous:
            return 'A';
        case failure_class::permanent:
            return 'P';
        case failure_class::lost:
            return 'L';
    }
    return '?';
}

// One letter for each status, 400-409 in the first row, 590-599 in the last.
using status_table = std::array<std::string_view, 20>;

void expect_classes(const call_facts& facts, const status_table& table) {
    for (int status = 400; status < 600; ++status) {
        const auto expected = table[std::size_t(status - 400) / 10][std::size_t(status % 10)];
        EXPECT_EQ(letter(classify_reply(facts, status, {}, "{}", noon)), expected) << status;
    }
}

const status_table idempotent_anywhere = {
    "PPPPPPPPTP", "PPPPPPPPPP", "HTPTPTPPPH", "PPPPPPPPPP", "PPPPPPPPPP",  //
    "PPPPPPPPPP", "PPPPPPPPPP", "PPPPPPPPPP", "PPPPPPPPPP", "PPPPPPPPPP",  //
    "TPTTTPPTTT", "PPTTTTTTTT", "TTTTTTPTTT", "TTTTTTTTTT", "TTTTTTTTTT",  //
    "TTTTTTTTTT", "TTTTTTTTTT", "TTTTTTTTTT", "TTTTTTTTTT", "TTTTTTTTTT"};

// The same with rows of 5xx replaced.
status_table with(int row, std::string_view letters, status_table table = idempotent_anywhere) {
    table[std::size_t(row - 40)] = letters;
    return table;
}

TEST(failure, every_status_has_its_class) {
    expect_classes({}, idempotent_anywhere);
    expect_classes({.service = remote_service::cloudinary}, idempotent_anywhere);
    expect_classes({.service = remote_service::engine}, with(53, "WTTTTTTTTT"));
    expect_classes({.service = remote_service::engine, .pod_age = 7min}, idempotent_anywhere);
}

TEST(failure, a_lost_answer_to_what_must_not_be_sent_twice_is_ambiguous) {
    const auto rows =
        with(50, "TPATAPPTTT", with(52, "ATTTATPTTT", with(59, "TTTTTTTTAA", idempotent_anywhere)));
    expect_classes({.idempotent = false}, rows);
}

TEST(failure, a_young_pod_is_starting) {
    const call_facts young{.service = remote_service::engine, .pod_age = 419s};
    expect_classes(young, with(50, "TPWWWPPTTT", with(52, "WWWWTTPTTT", with(53, "WTTTTTTTTT"))));
    EXPECT_EQ(letter(classify_reply({.pod_age = 1s}, 502, {}, "", noon)), 'W');
    // A gateway that lost the answer of a submit comes before the pod's age: it may have run.
    const call_facts submit{
        .service = remote_service::engine, .idempotent = false, .pod_age = 419s};
    EXPECT_EQ(letter(classify_reply(submit, 524, {}, "", noon)), 'A');
}

TEST(failure, a_web_page_is_never_an_answer) {
    const std::vector<http_header> page = {{"content-type", "text/html; charset=utf-8"}};
    const call_facts engine{.service = remote_service::engine, .wants_data = true};
    for (const int status : {200, 404}) {
        EXPECT_EQ(letter(classify_reply(engine, status, page, "", noon)), 'W');
        EXPECT_EQ(letter(classify_reply(engine, status, {}, " \n<!DOCTYPE html><p>", noon)), 'W');
        auto old = engine;
        old.pod_age = 7min;
        EXPECT_EQ(letter(classify_reply(old, status, page, "", noon)), 'T');
        EXPECT_EQ(letter(classify_reply({.wants_data = true}, status, page, "", noon)), 'P');
    }
    EXPECT_EQ(letter(classify_reply(engine, 200, {}, "{\"html\":\"<html>\"}", noon)), '-');
    EXPECT_EQ(letter(classify_reply({}, 200, page, "<html>", noon)), '-');
    EXPECT_EQ(letter(classify_reply({}, 302, {}, "", noon)), 'P');
}

TEST(failure, a_forgotten_job_is_lost) {
    EXPECT_EQ(letter(classify_reply({.job_may_be_gone = true}, 404, {}, "{}", noon)), 'L');
    EXPECT_EQ(letter(classify_reply({.job_may_be_gone = true}, 400, {}, "{}", noon)), 'P');
}

std::chrono::milliseconds wait_of(std::string name, std::string value) {
    return told_wait({{std::move(name), std::move(value)}}, noon);
}

TEST(failure, waits_are_read_as_told) {
    EXPECT_EQ(wait_of("retry-after", "7"), 7s);
    EXPECT_EQ(wait_of("retry-after", "Mon, 23 Nov 2026 12:00:30 GMT"), 30s);
    EXPECT_EQ(wait_of("retry-after", "Mon, 23 Nov 2026 11:00:00 GMT"), 0s);
    EXPECT_EQ(wait_of("retry-after", "7200"), 1h);
    EXPECT_EQ(wait_of("retry-after", "99999999999999999999999"), 1h);
    EXPECT_EQ(wait_of("retry-after", "-5"), 0s);
    EXPECT_EQ(wait_of("retry-after", "soon"), 0s);
    EXPECT_EQ(wait_of("x-featureratelimit-reset", "Mon, 23 Nov 2026 12:10:00 GMT"), 10min);
    EXPECT_EQ(told_wait({}, noon), 0s);
}

TEST(failure, a_told_wait_costs_no_attempt) {
    const std::vector<http_header> told = {{"retry-after", "9"}};
    const auto busy = classify_reply({}, 503, told, "", noon);
    EXPECT_EQ(letter(busy), 'H');
    EXPECT_EQ(busy->wait, 9s);
    EXPECT_EQ(letter(classify_reply({}, 400, told, "", noon)), 'P');
    // The reset time comes with every reply of Cloudinary's, and counts at the limit only.
    const std::vector<http_header> reset = {
        {"x-featureratelimit-reset", "Mon, 23 Nov 2026 12:10:00 GMT"}};
    const call_facts cloudinary{.service = remote_service::cloudinary};
    EXPECT_EQ(classify_reply(cloudinary, 420, reset, "", noon)->wait, 10min);
    EXPECT_EQ(letter(classify_reply(cloudinary, 500, reset, "", noon)), 'T');
}

TEST(failure, every_end_of_a_connection_has_its_class) {
    struct row {
        socket_failure failure;
        std::string_view letters;  // idempotent or not, before and after it was sent
    };
    const row rows[] = {
        {socket_failure::unknown_host, "TTTT"},    {socket_failure::refused, "TTTT"},
        {socket_failure::connect_timeout, "TTTT"}, {socket_failure::tls, "TTTT"},
        {socket_failure::certificate, "PPPP"},     {socket_failure::reset, "TTTA"},
        {socket_failure::silent, "TTTA"},          {socket_failure::cut_short, "TTTA"},
        {socket_failure::not_http, "PPPA"},        {socket_failure::too_large, "PPPA"},
    };
    for (const auto& [failure, letters] : rows) {
        std::string found;
        for (const bool idempotent : {true, false})
            for (const bool sent : {false, true})
                found += letter(classify_socket({.idempotent = idempotent}, failure, sent));
        EXPECT_EQ(found, letters) << int(failure);
    }
}

TEST(failure, codes_say_whose_turn_it_is) {
    EXPECT_EQ(errc_of({failure_class::permanent, 0ms, 401}), errc::unauthorized);
    EXPECT_EQ(errc_of({failure_class::permanent, 0ms, 422}), errc::invalid_argument);
    EXPECT_EQ(errc_of({failure_class::throttled, 0ms, 429}), errc::quota);
    EXPECT_EQ(errc_of({failure_class::ambiguous, 0ms, 524}), errc::timed_out);
    EXPECT_EQ(errc_of({failure_class::transient, 0ms, 503}), errc::unavailable);
}

}  // namespace
}  // namespace medusa
