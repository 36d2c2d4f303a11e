#include "contract/vector_contract.hpp"

#include <rapidcheck.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace medusa {
namespace {

using ids = std::vector<std::int64_t>;

ids ids_of(const std::vector<search_hit>& hits) {
    ids result;
    for (const auto& hit : hits) {
        result.push_back(hit.id);
    }
    return result;
}

TEST_P(vector_contract, an_empty_index_finds_nothing) {
    EXPECT_TRUE(index_->search(source_.next(), 10).empty());
    EXPECT_EQ(index_->size(), 0);
    EXPECT_FALSE(index_->find(1));
    EXPECT_FALSE(index_->remove(1));
    EXPECT_TRUE(index_->ids().empty());
}

TEST_P(vector_contract, finds_what_is_nearest_best_first_with_its_cosine) {
    fill(1'500);
    EXPECT_GE(recall(*index_, {}), 0.99);
    EXPECT_GE(recall(*index_, {}, 100), 0.99);
    const auto query = source_.next();
    EXPECT_TRUE(index_->search(query, 0).empty());
    EXPECT_EQ(index_->search(query, 5'000).size(), 1'500);
    expect_same_entries(*index_);
}

TEST_P(vector_contract, an_entry_is_the_nearest_to_its_own_vector) {
    fill(1'300);
    for (std::int64_t id = 0; id < 1'300; id += 37) {
        const auto hits = index_->search(judge_.entries().at(id).vector, 1);
        ASSERT_EQ(ids_of(hits), ids{id});
        EXPECT_NEAR(hits[0].score, 1, 1e-3);
    }
}

TEST_P(vector_contract, a_filter_keeps_those_that_have_all_of_it) {
    fill(1'500);
    const std::vector<entry_labels> filters = {
        {"owner3", "", {}},
        {"", "style1", {}},
        {"", "", {"multiple of 2"}},
        {"", "", {"multiple of 59"}},
        {"", "", {"multiple of 2", "multiple of 3", "multiple of 5"}},
        {"owner4", "style2", {"multiple of 7", "multiple of 7", ""}},
    };
    for (const auto& filter : filters) {
        EXPECT_GE(recall(*index_, filter), 0.98) << filter.owner << filter.style;
    }
}

TEST_P(vector_contract, a_filter_that_nothing_fits_finds_nothing) {
    fill(1'300);
    const auto query = source_.next();
    EXPECT_TRUE(index_->search(query, 10, {"nobody", "", {}}).empty());
    EXPECT_TRUE(index_->search(query, 10, {"", "", {"owner3"}}).empty()) << "an owner is no tag";
    // Both labels are common, and nobody has the two.
    EXPECT_TRUE(index_->search(query, 10, {"owner1", "", {"multiple of 2"}}).empty());
    for (std::int64_t id = 3; id < 1'300; id += 10) {
        remove(id);
    }
    EXPECT_TRUE(index_->search(query, 10, {"owner3", "", {}}).empty()) << "all were removed";
}

TEST_P(vector_contract, labels_may_be_any_text_and_many) {
    entry_labels labels{"Луна", std::string("a\0b", 3), {}};
    for (int tag = 0; tag < 300; ++tag) {
        labels.tags.push_back("tag" + std::to_string(tag));
    }
    fill(200);
    upsert(1'000, source_.next(), labels);
    const auto query = source_.next();
    EXPECT_EQ(ids_of(index_->search(query, 5, labels)), ids{1'000});
    EXPECT_EQ(ids_of(index_->search(query, 5, {"Луна", "", {"tag299"}})), ids{1'000});
    EXPECT_TRUE(index_->search(query, 5, {"Луна", "a", {}}).empty());
    expect_same_entries(*index_);
    upsert(1'000, source_.next(), {});
    EXPECT_TRUE(index_->search(query, 5, {"", "", {"tag299"}}).empty());
    expect_same_entries(*index_);
}

TEST_P(vector_contract, upsert_replaces_vector_and_labels) {
    fill(1'000);
    const auto old_vector = judge_.entries().at(7).vector;
    auto opposite = old_vector;
    for (float& number : opposite) {
        number = -number;
    }
    upsert(7, opposite, {"other", "", {}});
    EXPECT_EQ(index_->size(), 1'000);
    EXPECT_EQ(ids_of(index_->search(opposite, 1)), ids{7});
    EXPECT_EQ(ids_of(index_->search(old_vector, 1, {"other", "", {}})), ids{7});
    EXPECT_LT(index_->search(old_vector, 1, {"other", "", {}})[0].score, -0.99);
    EXPECT_NE(ids_of(index_->search(old_vector, 1)), ids{7});
    expect_same_entries(*index_);
}

TEST_P(vector_contract, what_is_removed_is_found_no_more) {
    fill(1'300);
    for (std::int64_t id = 0; id < 1'300; ++id) {
        if (id % 3 != 0) remove(id);
    }
    remove(1);
    remove(77'777);
    EXPECT_GE(recall(*index_, {}), 0.99);
    EXPECT_GE(recall(*index_, {"owner3", "", {}}), 0.98);
    expect_same_entries(*index_);
    for (std::int64_t id = 0; id < 1'300; id += 3) {
        remove(id);
    }
    EXPECT_EQ(index_->size(), 0);
    EXPECT_TRUE(index_->search(source_.next(), 10).empty());
    for (int again = 0; again < 100; ++again) {
        remove(77'777);
    }
    fill(1'500);
    EXPECT_GE(recall(*index_, {}), 0.99);
}

TEST_P(vector_contract, entries_of_the_same_vector_are_all_found) {
    fill(1'000);
    const auto same = source_.next();
    for (std::int64_t id = 5'000; id < 5'080; ++id) {
        upsert(id, same, labels_of(id));
    }
    const auto hits = index_->search(same, 80);
    ASSERT_EQ(hits.size(), 80);
    for (std::int64_t nth = 0; nth < 80; ++nth) {
        EXPECT_EQ(hits[static_cast<std::size_t>(nth)].id, 5'000 + nth) << "equal scores go by id";
    }
    EXPECT_GE(recall(*index_, {}), 0.99);
}

TEST_P(vector_contract, refuses_what_is_no_unit_vector) {
    fill(10);
    const auto good = source_.next();
    std::vector<std::vector<float>> bad = {{}, std::vector<float>(dimension)};
    for (const float number : {std::numeric_limits<float>::quiet_NaN(),
                               std::numeric_limits<float>::infinity(), 1.5F, 1e30F, -3e38F}) {
        bad.push_back(good);
        bad.back()[dimension - 1] = number;
    }
    bad.push_back(good);
    bad.back().push_back(0);
    bad.push_back(good);
    bad.back().pop_back();
    for (const auto& vector : bad) {
        for (const bool inserting : {true, false}) {
            try {
                inserting ? index_->upsert(3, vector, {}) : void(index_->search(vector, 3));
                ADD_FAILURE() << "taken: " << vector.size() << " numbers";
            } catch (const error& refusal) {
                EXPECT_EQ(refusal.code(), errc::invalid_argument);
            }
        }
    }
    expect_same_entries(*index_);
}

// Any order of writes, then every entry and many searches compared with the judge's.
TEST_P(vector_contract, agrees_with_the_judge_after_any_writes) {
    const auto holds = rc::check([this] {
        index_ = GetParam().make(space_);
        judge_ = {};
        const auto steps = *rc::gen::container<std::vector<std::pair<int, std::int64_t>>>(
            rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange<std::int64_t>(-50, 50)));
        for (const auto& [kind, id] : steps) {
            if (kind == 0) {
                index_->save(file_, "here");
                index_ = GetParam().load(file_, space_).index;
            } else if (kind < 6) {
                remove(id);
            } else {
                upsert(id, source_.next(), labels_of(id * kind));
            }
        }
        expect_same_entries(*index_);
        RC_ASSERT(recall(*index_, {}) >= 0.98);
        RC_ASSERT(recall(*index_, {"owner2", "", {}}) >= 0.98);
        RC_ASSERT(!HasFailure());
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace medusa
