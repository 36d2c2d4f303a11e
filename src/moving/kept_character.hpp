// One character as it moves: its record, the records of its pictures, and the files that they name.
// Pure but for place(); any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "asset/asset_store.hpp"
#include "moving/moving.hpp"
#include "store/stores.hpp"

namespace medusa {

struct kept_character {
    character record;
    std::vector<image> images;  // oldest first
};

std::string name_of(const character& record);  // "character 123456"
std::string name_of(const image& record);      // "image ... of character 123456"

// SHA-256 of what a record says, apart from where its files lie.
std::string content_digest(const character& record);
std::string content_digest(const image& record);

// Its record, and its images as far as they are whole; those that are not are added to the tally.
kept_character read_kept(const stores& from, const character& record, move_tally& tally);

struct named_file {
    std::string path;
    std::string sha256;     // empty: its record does not say
    bool expected = false;  // a record leads to it; else it is beside those that do, if it is there
};

// The folder of a character in the asset tree; empty where its user has none.
std::string tree_folder(const given_out& books, const character& record);

// Its pictures, their manifests and its embeddings, each path once.
std::vector<named_file> files_of(const kept_character& kept, const std::string& folder);

// The URLs of those records that lead into the tree, as `assets` has them.
file_places places_in(const asset_store& assets, const kept_character& kept,
                      const std::string& folder);
// Writes them into the records.
void set_places(kept_character& kept, const file_places& places);

// Throws error(conflict) where another character has the id, error(corrupted) where what has it
// cannot be read.
void expect_no_other(const stores& to, const character& record);

// Stores the records where they are missing, reads them back and counts them. A character that
// differs from the one there is a conflict, and nothing of it is changed. The files come first.
void place(const stores& to, const kept_character& kept, move_tally& tally);

// Whether the folder of its user at the other place is the same; if not, that is a conflict.
bool same_folder(const given_out& here, const given_out& there, const character& record,
                 move_tally& tally);

}  // namespace medusa
