// The desk over a real store, where what it sets going ends before it has done.
#include "webhook/desk.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/child.hpp"
#include "support/watched_outbox.hpp"

namespace medusa {
namespace {

const owner_info anna{"local", "anna"};

class desk : public testing::Test {
protected:
    void give_up(int many) {
        std::vector<webhook_delivery> dead(std::size_t(many), webhook_delivery{});
        for (int i = 0; i < many; ++i) {
            auto& one = dead[std::size_t(i)];
            one.id = fmt::format("{}", i);
            one.endpoint_id = to_.id;
            one.event = "job.done";
            one.state = delivery_state::dead;
        }
        store_.outbox->tell({}, dead);
    }

    testing_support::scratch_folder folder_;
    stores store_ = make_sqlite_store({.file = folder_.path() / "medusa.db"});
    testing_support::watched_outbox outbox_{*store_.outbox};
    webhook_sender sender_{make_webhook_client({}), system_clock()};
    webhook_desk desk_{{*store_.webhooks, outbox_, sender_, {}, system_clock(), random_ids()}};
    webhook_endpoint to_ = desk_.create(anna, "https://hooks.example/x", {});
};

TEST_F(desk, sends_each_dead_delivery_again_once_though_it_dies_at_once) {
    constexpr int many = 1'500;
    give_up(many);
    int moved = 0;
    outbox_.after_swap = [&](const webhook_delivery& waiting) {
        if (++moved > 2 * many) throw error(errc::internal, "this does not end");
        auto dead = waiting;
        dead.state = delivery_state::dead;
        ++dead.revision;
        EXPECT_TRUE(store_.outbox->swap(dead, waiting.revision));
    };
    const auto sent = desk_.redeliver(anna, to_.id);
    EXPECT_EQ(sent, std::size_t(moved));
    EXPECT_GE(moved, 1'000);
    EXPECT_LE(moved, many);
}

TEST_F(desk, sends_all_that_is_dead_again_also_where_it_is_much) {
    give_up(2'500);
    EXPECT_EQ(desk_.redeliver(anna, to_.id), 2'500u);
    EXPECT_TRUE(store_.outbox->list(to_.id, delivery_state::dead, 1).empty());
}

}  // namespace
}  // namespace medusa
