// What search needs, over the stores of the composition root. Owned by parts.cpp; any thread.
#pragma once

#include <functional>
#include <memory>

#include "config/config.hpp"
#include "recall/desk.hpp"
#include "recall/keeper.hpp"
#include "store/stores.hpp"

namespace medusa {

class opened_recall {
public:
    // All must outlive it.
    opened_recall(const config& settings, const stores& on, asset_store& assets, embedder& vectors);

    index_follower& follower() { return follower_; }
    recall_desk& desk() { return desk_; }
    // Follows the store until it is destroyed.
    std::unique_ptr<index_keeper> keep(std::function<void(const error&)> trouble);

private:
    index_follower follower_;
    recall_desk desk_;
};

}  // namespace medusa
