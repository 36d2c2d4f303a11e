// The vectors of records: as their files have them, where those can be read at once and speak of
// what the record says now, and computed anew otherwise.
//
// Owned by the follower; one thread at a time. Throws what the parts throw.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "asset/asset_store.hpp"
#include "domain/character.hpp"
#include "embed/embedder.hpp"
#include "store/character_store.hpp"

namespace medusa {

class record_vectors {
public:
    record_vectors(asset_store& assets, reservations& folders, embedder& vectors)
        : assets_(assets), folders_(folders), vectors_(vectors) {}

    // One a record, in their order.
    std::vector<embedding> of(std::span<const character> records);

private:
    std::string folder_of(const owner_info& owner);
    bool read(const character& record, const std::string& text, embedding& into);

    asset_store& assets_;
    reservations& folders_;
    embedder& vectors_;
    std::map<std::string, std::string> known_folders_;  // by user id
};

}  // namespace medusa
