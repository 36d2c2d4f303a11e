// What every store adapter's webhooks must do, and what the ends of its jobs leave for them; part
// of the store contract.
#include "contract/store_contract.hpp"

namespace medusa {
namespace {

const auto then = from_rfc3339("2026-11-23T01:35:09.045Z");

webhook_endpoint endpoint_of(const owner_info& owner, const std::string& id) {
    return {id,   owner, "https://hooks.example/" + id, {"job.done", "job.failed"}, "whsec_AAAA",
            then, {}};
}

webhook_delivery delivery_to(const std::string& endpoint_id, const std::string& id,
                             time_point due_at = then) {
    webhook_delivery one;
    one.id = id;
    one.endpoint_id = endpoint_id;
    one.event = "job.done";
    one.body = R"({"type":"job.done","data":{"näme":"\"x\""}})";
    one.due_at = due_at;
    one.created_at = one.updated_at = then;
    return one;
}

// A job that is under way.
job begun(const stores& store, const owner_info& owner, const std::string& id) {
    submission asked;
    asked.id = "submission of " + id;
    asked.owner = owner;
    asked.fingerprint = id;
    asked.total = 1;
    asked.created_at = then;
    job one;
    one.id = id;
    one.submission_id = asked.id;
    one.owner = owner;
    one.request = character_request{};
    one.created_at = one.updated_at = then;
    store.intake->submit(asked, {&one, 1}, then);
    return one;
}

job_end end_with(const stores& store, job& held, job_state state) {
    held.status.state = state;
    held.updated_at += std::chrono::seconds(1);
    ++held.revision;
    EXPECT_TRUE(store.leases->swap(held, held.revision - 1, job_durability::soon));
    return {held.id, held.owner.user_id, state, held.revision, held.updated_at};
}

TEST_P(store_contract, an_endpoint_is_found_also_by_the_next_process) {
    const auto made = endpoint_of(anna, "a");
    store_.webhooks->add(made);
    store_ = {};
    store_ = open();
    EXPECT_EQ(store_.webhooks->find("a"), made);
    EXPECT_FALSE(store_.webhooks->find("b"));
    EXPECT_EQ(code_of([&] { store_.webhooks->add(endpoint_of(ben, "a")); }), errc::conflict);
}

TEST_P(store_contract, endpoints_are_listed_by_owner_as_they_were_made) {
    for (const auto* id : {"z", "a"}) store_.webhooks->add(endpoint_of(anna, id));
    store_.webhooks->add(endpoint_of(ben, "m"));
    EXPECT_EQ(store_.webhooks->list(anna.user_id),
              (std::vector{endpoint_of(anna, "z"), endpoint_of(anna, "a")}));
    EXPECT_EQ(store_.webhooks->list({}).size(), 3u);
    EXPECT_TRUE(store_.webhooks->list("nobody").empty());
}

TEST_P(store_contract, an_endpoint_is_switched_off_and_on) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    EXPECT_TRUE(store_.webhooks->disable("a", "it is gone"));
    EXPECT_EQ(store_.webhooks->find("a")->disabled_reason, "it is gone");
    EXPECT_TRUE(store_.webhooks->disable("a", ""));
    EXPECT_EQ(store_.webhooks->find("a"), endpoint_of(anna, "a"));
    EXPECT_FALSE(store_.webhooks->disable("b", "it is gone"));
}

TEST_P(store_contract, a_removed_endpoint_takes_its_deliveries_along) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    store_.webhooks->add(endpoint_of(anna, "b"));
    store_.outbox->tell({}, std::vector{delivery_to("a", "1"), delivery_to("b", "2")});
    EXPECT_TRUE(store_.webhooks->remove("a"));
    EXPECT_FALSE(store_.webhooks->remove("a"));
    EXPECT_FALSE(store_.webhooks->find("a"));
    EXPECT_TRUE(store_.outbox->list("a", {}, 10).empty());
    EXPECT_EQ(store_.outbox->list("b", {}, 10), std::vector{delivery_to("b", "2")});
}

TEST_P(store_contract, every_end_of_a_job_waits_to_be_told_until_it_is) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    auto luna = begun(store_, anna, "luna");
    end_with(store_, luna, job_state::leased);
    EXPECT_TRUE(store_.outbox->untold(10).empty());
    const auto failed = end_with(store_, luna, job_state::failed);
    end_with(store_, luna, job_state::queued);
    const auto done = end_with(store_, luna, job_state::done);
    EXPECT_EQ(store_.outbox->untold(10), (std::vector{failed, done}));

    store_.outbox->tell({&failed, 1}, std::vector{delivery_to("a", "1")});
    EXPECT_EQ(store_.outbox->untold(10), std::vector{done});
    store_.outbox->tell({&done, 1}, {});
    store_.outbox->tell({&done, 1}, {});
    store_ = {};
    store_ = open();
    EXPECT_TRUE(store_.outbox->untold(10).empty());
    EXPECT_EQ(store_.outbox->list("a", {}, 10), std::vector{delivery_to("a", "1")});
    EXPECT_EQ(store_.leases->find("luna"), luna) << "the job itself is as it was";
}

TEST_P(store_contract, a_change_that_comes_too_late_leaves_no_end) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    auto luna = begun(store_, anna, "luna");
    auto late = luna;
    const auto done = end_with(store_, luna, job_state::done);
    late.status.state = job_state::failed;
    late.revision = 7;
    EXPECT_FALSE(store_.leases->swap(late, 0, job_durability::soon));
    EXPECT_EQ(store_.outbox->untold(10), std::vector{done});
}

TEST_P(store_contract, ends_from_before_the_first_endpoint_are_not_told) {
    auto old = begun(store_, anna, "old");
    end_with(store_, old, job_state::done);
    auto others = begun(store_, ben, "others");
    end_with(store_, others, job_state::done);
    auto late = endpoint_of(anna, "a");
    late.created_at = then + std::chrono::minutes(1);
    store_.webhooks->add(late);
    EXPECT_TRUE(store_.outbox->untold(10).empty()) << "those of others neither";
}

TEST_P(store_contract, ends_are_brought_a_few_at_a_time) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    std::vector<job_end> ends;
    for (const auto* id : {"x", "y", "z"}) {
        auto one = begun(store_, anna, id);
        ends.push_back(end_with(store_, one, job_state::cancelled));
    }
    EXPECT_EQ(store_.outbox->untold(2), (std::vector{ends[0], ends[1]}));
    store_.outbox->tell(store_.outbox->untold(2), {});
    EXPECT_EQ(store_.outbox->untold(2), std::vector{ends[2]});
}

TEST_P(store_contract, a_delivery_is_stored_once) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    store_.outbox->tell({}, std::vector{delivery_to("a", "1")});
    auto changed = delivery_to("a", "1");
    changed.state = delivery_state::delivered;
    changed.revision = 1;
    EXPECT_TRUE(store_.outbox->swap(changed, 0));
    store_.outbox->tell({}, std::vector{delivery_to("a", "1"), delivery_to("a", "2")});
    EXPECT_EQ(store_.outbox->list("a", {}, 10), (std::vector{delivery_to("a", "2"), changed}));
}

TEST_P(store_contract, the_delivery_that_is_due_for_longest_is_next) {
    using std::chrono::seconds;
    for (const auto* id : {"a", "b"}) store_.webhooks->add(endpoint_of(anna, id));
    const auto later = delivery_to("a", "later", then + seconds(10));
    const auto second = delivery_to("a", "second", then + seconds(2));
    const auto first = delivery_to("b", "first", then + seconds(1));
    auto dead = delivery_to("a", "dead");
    dead.state = delivery_state::dead;
    store_.outbox->tell({}, std::vector{later, second, first, dead});
    EXPECT_FALSE(store_.outbox->due(then, {}));
    EXPECT_EQ(store_.outbox->due(then + seconds(5), {}), first);
    EXPECT_EQ(store_.outbox->due(then + seconds(5), {"b"}), second);
    EXPECT_EQ(store_.outbox->due(then + seconds(10), {"b", "c"}), second);
    EXPECT_FALSE(store_.outbox->due(then + seconds(10), {"b", "a"}));
}

TEST_P(store_contract, of_two_that_take_a_delivery_one_has_it) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    store_.outbox->tell({}, std::vector{delivery_to("a", "1")});
    auto mine = delivery_to("a", "1");
    mine.attempts = 3;
    mine.status = 500;
    mine.reason = "it says \"no\"";
    mine.due_at += std::chrono::hours(1);
    mine.updated_at += std::chrono::seconds(1);
    mine.revision = 1;
    auto theirs = delivery_to("a", "1");
    theirs.revision = 1;
    EXPECT_TRUE(store_.outbox->swap(mine, 0));
    EXPECT_FALSE(store_.outbox->swap(theirs, 0));
    EXPECT_EQ(store_.outbox->list("a", delivery_state::waiting, 10), std::vector{mine});
    EXPECT_TRUE(store_.outbox->list("a", delivery_state::dead, 10).empty());
}

TEST_P(store_contract, old_deliveries_are_forgotten_but_for_those_that_wait) {
    store_.webhooks->add(endpoint_of(anna, "a"));
    auto waits = delivery_to("a", "waits");
    auto dead = delivery_to("a", "dead");
    dead.state = delivery_state::dead;
    auto fresh = delivery_to("a", "fresh");
    fresh.state = delivery_state::delivered;
    fresh.updated_at += std::chrono::hours(2);
    store_.outbox->tell({}, std::vector{waits, dead, fresh});
    EXPECT_EQ(store_.outbox->forget(then + std::chrono::hours(1)), 1u);
    EXPECT_EQ(store_.outbox->list("a", {}, 10), (std::vector{fresh, waits}));
    EXPECT_EQ(store_.outbox->list("a", {}, 1), std::vector{fresh});
}

}  // namespace
}  // namespace medusa
