// Accepting, finding, listing, counting and forgetting jobs, for every adapter.
#include "contract/job_contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

using ids = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::seconds;

ids ids_of(const std::vector<listed_job>& listed) {
    ids found;
    for (const auto& one : listed) found.push_back(one.found.id);
    return found;
}

ids backwards(ids list) {
    std::reverse(list.begin(), list.end());
    return list;
}

TEST_P(job_contract, a_job_is_found_as_it_was_accepted_also_by_the_next_process) {
    auto asked = submission_for("s", "anna", 2, now_);
    asked.idempotency_key = "a key";
    asked.surroundings.positive_text = "Überall 🌙 \"quoted\"\n{name}";
    asked.surroundings.workflow = checked_workflow{{"w", R"({"1": "é"})"}, "a", "b"};
    auto jobs = jobs_for(asked);
    auto& full = jobs[1];
    full.request = image_request{123'456, image_type::custom, "heiter", "山の中", "🦊", 3, 7u};
    full.priority = -3;
    full.tries_max = 2;
    full.status = {job_state::queued, job_stage::uploaded, 1, 2, 3, 4, 1, true, now_ + seconds(9)};
    full.progress = {"drawing", 3, 20};
    full.failures = {{now_, job_stage::rendered, "unavailable", "gone \"away\"", "wait"}};
    full.notes = {"a\nnote"};
    EXPECT_EQ(store_.intake->submit(asked, jobs, now_), asked);
    store_ = {};
    store_ = open();
    EXPECT_EQ(store_.intake->find_submission("s"), asked);
    EXPECT_EQ(store_.intake->find(jobs[0].id), jobs[0]);
    EXPECT_EQ(store_.intake->find(jobs[1].id), jobs[1]);
    EXPECT_EQ(store_.leases->find(jobs[1].id), jobs[1]);
    EXPECT_FALSE(store_.intake->find("none"));
    EXPECT_FALSE(store_.leases->find("none"));
    EXPECT_FALSE(store_.intake->find_submission("none"));
}

TEST_P(job_contract, a_large_text_comes_back_whole) {
    auto asked = submission_for("s", "anna", 1, now_);
    std::string text;
    while (text.size() < (60 << 10)) text += "Nebel über dem Moor, 🌫 ";
    asked.surroundings.positive_text = text;
    auto jobs = jobs_for(asked);
    std::get<character_request>(jobs[0].request).draft.description = text;
    store_.intake->submit(asked, jobs, now_);
    EXPECT_EQ(store_.intake->find_submission("s"), asked);
    EXPECT_EQ(store_.intake->find(jobs[0].id), jobs[0]);
}

TEST_P(job_contract, text_that_is_not_utf8_is_refused_and_nothing_is_kept) {
    const auto asked = submission_for("s", "anna", 2, now_);
    auto jobs = jobs_for(asked);
    std::get<character_request>(jobs[1].request).draft.name = "\xff";
    try {
        store_.intake->submit(asked, jobs, now_);
        ADD_FAILURE() << "it was accepted";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::invalid_argument);
    }
    EXPECT_FALSE(store_.intake->find_submission("s"));
    EXPECT_EQ(store_.intake->count({}).all(), 0u);
    EXPECT_EQ(next_id(), "");
}

TEST_P(job_contract, the_same_submission_again_adds_nothing) {
    const auto jobs = submit("s", "anna", 3);
    end(jobs[1], job_state::done);
    const auto asked = submission_for("s", "anna", 3, now_);
    EXPECT_EQ(store_.intake->submit(asked, jobs_for(asked), now_), asked);
    EXPECT_EQ(store_.intake->count({}), (job_counts{.queued = 2, .done = 1}));
}

TEST_P(job_contract, the_line_that_waits_is_as_old_as_its_first_job) {
    EXPECT_EQ(store_.intake->waiting(), waiting_line{});
    const auto jobs = submit("s", "anna", 2);
    const auto later = submission_for("t", "ben", 3, now_ + hours(1));
    store_.intake->submit(later, jobs_for(later), now_);
    EXPECT_EQ(store_.intake->waiting(), (waiting_line{5, now_}));
    end(jobs[0], job_state::done);
    EXPECT_EQ(store_.intake->waiting(), (waiting_line{4, now_}));
    end(jobs[1], job_state::done);
    EXPECT_EQ(store_.intake->waiting(), (waiting_line{3, now_ + hours(1)}));
}

TEST_P(job_contract, a_submission_that_goes_on_gets_the_jobs_that_it_lacks) {
    const auto jobs = submit("s", "anna", 2);
    const auto taken = end(jobs[1], job_state::dead);
    auto more = submission_for("s", "anna", 4, now_ + hours(1));
    more.fingerprint = "another";
    const auto stored = store_.intake->submit(more, jobs_for(more), now_);
    EXPECT_EQ(stored.fingerprint, "another");
    EXPECT_EQ(stored.total, 4u);
    EXPECT_EQ(stored.created_at, now_) << "it is the first one still";
    EXPECT_EQ(store_.intake->find_submission("s"), stored);
    EXPECT_EQ(store_.intake->find_unfinished("anna", "another"), stored);
    EXPECT_FALSE(store_.intake->find_unfinished("anna", "fingerprint of s"));
    EXPECT_EQ(store_.intake->count({}), (job_counts{.queued = 3, .dead = 1}));
    EXPECT_EQ(store_.intake->find(jobs[1]), taken) << "what is there stays as it is";
    EXPECT_EQ(store_.intake->find(jobs_for(more)[3].id), jobs_for(more)[3]);

    const auto fewer = submission_for("s", "anna", 1, now_);
    EXPECT_EQ(store_.intake->submit(fewer, jobs_for(fewer), now_).total, 4u);
    EXPECT_EQ(store_.intake->count({}).all(), 4u);
}

TEST_P(job_contract, a_submission_of_another_owner_is_not_gone_on_with) {
    submit("s", "anna", 1);
    const auto theirs = submission_for("s", "ben", 2, now_);
    try {
        store_.intake->submit(theirs, jobs_for(theirs), now_);
        ADD_FAILURE() << "it was accepted";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::conflict);
    }
    EXPECT_EQ(store_.intake->count({}), job_counts{.queued = 1});
}

TEST_P(job_contract, a_key_stands_for_one_submission_of_its_owner) {
    auto first = submission_for("s", "anna", 1, now_);
    first.idempotency_key = "key";
    store_.intake->submit(first, jobs_for(first), now_ - hours(24));
    auto again = submission_for("t", "anna", 2, now_ + hours(24));
    again.idempotency_key = "key";
    EXPECT_EQ(store_.intake->submit(again, jobs_for(again), now_).id, "s");
    EXPECT_FALSE(store_.intake->find_submission("t"));
    auto other = submission_for("u", "ben", 1, now_);
    other.idempotency_key = "key";
    EXPECT_EQ(store_.intake->submit(other, jobs_for(other), now_).id, "u");
    EXPECT_EQ(store_.intake->count({}).queued, 2u);
    EXPECT_EQ(store_.intake->find_keyed("anna", "key", now_), first);
    EXPECT_EQ(store_.intake->find_keyed("ben", "key", now_), other);
    EXPECT_FALSE(store_.intake->find_keyed("cleo", "key", now_));
    EXPECT_FALSE(store_.intake->find_keyed("anna", "keys", now_));
}

TEST_P(job_contract, an_expired_key_is_free_again) {
    auto first = submission_for("s", "anna", 1, now_);
    first.idempotency_key = "key";
    store_.intake->submit(first, jobs_for(first), now_ - hours(24));
    auto later = submission_for("t", "anna", 1, now_ + hours(25));
    later.idempotency_key = "key";
    EXPECT_EQ(store_.intake->submit(later, jobs_for(later), now_ + hours(1)).id, "t");
    // From now on it stands for the new one.
    EXPECT_EQ(store_.intake->find_keyed("anna", "key", now_ + hours(25)), later);
    EXPECT_FALSE(store_.intake->find_keyed("anna", "key", now_ + hours(26)));
    auto third = submission_for("u", "anna", 1, now_ + hours(26));
    third.idempotency_key = "key";
    EXPECT_EQ(store_.intake->submit(third, jobs_for(third), now_ + hours(2)).id, "t");
    EXPECT_TRUE(store_.intake->find_submission("s"));
    EXPECT_EQ(store_.intake->count({}).queued, 2u);
}

TEST_P(job_contract, submissions_without_a_key_do_not_meet) {
    submit("s", "anna");
    submit("t", "anna");
    EXPECT_EQ(store_.intake->count({}).queued, 2u);
    EXPECT_FALSE(store_.intake->find_keyed("anna", "", now_));
}

TEST_P(job_contract, a_hundred_equal_requests_at_once_are_one) {
    constexpr int requests = 100;
    constexpr int threads = 10;
    std::vector<std::string> answers(requests);
    {
        std::vector<std::jthread> clients;
        for (int t = 0; t < threads; ++t)
            clients.emplace_back([&, t] {
                for (int i = t; i < requests; i += threads) {
                    auto asked = submission_for(fmt::format("s{}", i), "anna", 2, now_);
                    asked.idempotency_key = "one key";
                    answers[std::size_t(i)] =
                        store_.intake->submit(asked, jobs_for(asked), now_ - hours(24)).id;
                }
            });
    }
    EXPECT_EQ(std::count(answers.begin(), answers.end(), answers[0]), requests);
    EXPECT_EQ(store_.intake->count({}).queued, 2u);
    EXPECT_EQ(store_.intake->list({.limit = 1'000}).size(), 2u);
    EXPECT_TRUE(store_.intake->find_submission(answers[0]));
}

TEST_P(job_contract, a_list_shows_the_newest_first_in_pages) {
    const auto annas = submit("s", "anna", 3);
    const auto bens = submit("t", "ben", 2);
    end(annas[1], job_state::dead);
    const ids all{bens[1], bens[0], annas[2], annas[1], annas[0]};
    EXPECT_EQ(ids_of(store_.intake->list({})), all);
    EXPECT_EQ(ids_of(store_.intake->list({.user_id = "anna"})), backwards(annas));
    EXPECT_EQ(ids_of(store_.intake->list({.submission_id = "t"})), backwards(bens));
    EXPECT_EQ(ids_of(store_.intake->list({.state = job_state::dead})), ids{annas[1]});
    EXPECT_EQ(ids_of(store_.intake->list({.user_id = "anna", .state = job_state::queued})),
              (ids{annas[2], annas[0]}));
    EXPECT_TRUE(store_.intake->list({.user_id = "ben", .submission_id = "s"}).empty());
    EXPECT_TRUE(store_.intake->list({.user_id = "nobody"}).empty());

    ids paged;
    job_query page{.limit = 2};
    for (auto rows = store_.intake->list(page); !rows.empty(); rows = store_.intake->list(page)) {
        EXPECT_LE(rows.size(), 2u);
        for (const auto& one : rows) paged.push_back(one.found.id);
        page.before = rows.back().cursor;
    }
    EXPECT_EQ(paged, all);
}

TEST_P(job_contract, jobs_are_counted_by_state) {
    const auto annas = submit("s", "anna", 6);
    submit("t", "anna", 2);
    submit("u", "ben", 1);
    end(annas[0], job_state::leased);
    end(annas[1], job_state::done);
    end(annas[2], job_state::failed);
    end(annas[3], job_state::cancelled);
    end(annas[4], job_state::dead);
    EXPECT_EQ(store_.intake->count({.submission_id = "s"}), (job_counts{1, 1, 1, 1, 1, 1}));
    EXPECT_EQ(store_.intake->count({.user_id = "anna"}), (job_counts{3, 1, 1, 1, 1, 1}));
    EXPECT_EQ(store_.intake->count({}), (job_counts{4, 1, 1, 1, 1, 1}));
    EXPECT_EQ(store_.intake->count({.user_id = "ben", .submission_id = "s"}), job_counts{});
    EXPECT_EQ(store_.intake->count({.user_id = "nobody"}), job_counts{});
    // Back again, as retry does, and done after all.
    end(annas[4], job_state::queued);
    end(annas[4], job_state::done);
    EXPECT_EQ(store_.intake->count({.user_id = "anna"}), (job_counts{3, 1, 2, 1, 1, 0}));
}

TEST_P(job_contract, those_ahead_of_a_job_are_its_owners_that_wait_and_came_before) {
    const auto first = submit("s", "anna", 3);
    submit("t", "ben", 2);
    const auto second = submit("u", "anna", 2);
    const auto ahead_of = [&](const std::string& id) {
        return store_.intake->ahead_of(store_.intake->find(id).value());
    };
    EXPECT_EQ(ahead_of(first[0]), 0u);
    EXPECT_EQ(ahead_of(first[2]), 2u);
    EXPECT_EQ(ahead_of(second[1]), 4u);
    end(first[0], job_state::done);
    end(first[1], job_state::leased);
    EXPECT_EQ(ahead_of(second[1]), 2u);
    auto unknown = store_.intake->find(first[2]).value();
    unknown.id = "none";
    EXPECT_EQ(store_.intake->ahead_of(unknown), 0u);
}

TEST_P(job_contract, the_newest_unfinished_submission_of_a_fingerprint_is_found) {
    const auto ask = [&](const std::string& id, const std::string& user_id, int jobs) {
        auto asked = submission_for(id, user_id, jobs, now_);
        asked.fingerprint = "same";
        store_.intake->submit(asked, jobs_for(asked), now_);
        ids made;
        for (const auto& one : jobs_for(asked)) made.push_back(one.id);
        return made;
    };
    const auto found = [&] {
        const auto one = store_.intake->find_unfinished("anna", "same");
        return one ? one->id : "";
    };
    EXPECT_EQ(found(), "");
    const auto older = ask("s", "anna", 2);
    const auto newer = ask("t", "anna", 1);
    ask("u", "ben", 1);
    EXPECT_EQ(found(), "t");
    end(newer[0], job_state::done);
    EXPECT_EQ(found(), "s");
    end(older[0], job_state::done);
    end(older[1], job_state::cancelled);
    EXPECT_EQ(found(), "s") << "what was cancelled is not done";
    end(older[1], job_state::done);
    EXPECT_EQ(found(), "");
    EXPECT_FALSE(store_.intake->find_unfinished("anna", "other"));
}

TEST_P(job_contract, only_what_ended_long_ago_is_forgotten) {
    const auto old = submit("old", "anna", 3);
    const auto half = submit("half", "anna", 2);
    for (const auto& id : old) end(id, id == old[0] ? job_state::dead : job_state::done);
    end(half[0], job_state::done);
    now_ += hours(1);
    const auto fresh = submit("fresh", "ben", 1);
    end(fresh[0], job_state::done);
    EXPECT_EQ(store_.intake->forget(now_ - hours(1)), 0u) << "they ended at that moment";
    EXPECT_EQ(store_.intake->forget(now_), 3u);
    EXPECT_FALSE(store_.intake->find_submission("old"));
    EXPECT_FALSE(store_.intake->find(old[1]));
    EXPECT_TRUE(store_.intake->find(half[0])) << "one of its jobs waits";
    EXPECT_TRUE(store_.intake->find(fresh[0]));
    EXPECT_EQ(store_.intake->count({}), (job_counts{.queued = 1, .done = 2}));
    EXPECT_EQ(store_.intake->forget(now_), 0u);
    EXPECT_EQ(store_.intake->forget(now_ + hours(1)), 1u);
    // What is forgotten may be asked for again.
    EXPECT_EQ(submit("old", "anna", 3), old);
    EXPECT_EQ(next_id(), half[1]);
}

TEST_P(job_contract, a_large_batch_is_accepted_whole_and_in_order) {
    const auto many = GetParam().many;
    const auto jobs = submit("s", "anna", many);
    EXPECT_EQ(store_.intake->count({.submission_id = "s"}).queued, std::size_t(many));
    EXPECT_EQ(next_id(), jobs[0]);
    const auto newest = store_.intake->list({.submission_id = "s", .limit = 3});
    EXPECT_EQ(ids_of(newest), (ids{jobs.end()[-1], jobs.end()[-2], jobs.end()[-3]}));
}

}  // namespace
}  // namespace medusa
