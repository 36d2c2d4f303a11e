// The character record and the image record (interface.md 4). Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "domain/look.hpp"

namespace medusa {

struct personality_traits {
    std::string main_trait;
    std::vector<std::string> sub_traits;  // at most 3
    friend bool operator==(const personality_traits&, const personality_traits&) = default;
};

struct selected_tags {
    std::vector<std::string> character_type;
    std::vector<std::string> genre;
    std::vector<std::string> personality;
    std::vector<std::string> appearance;
    std::vector<std::string> origin;
    std::vector<std::string> content_rating;
    friend bool operator==(const selected_tags&, const selected_tags&) = default;
};

// What an engine is asked for, as far as engines have it; the defaults are interface.md 2.
struct generation_settings {
    std::string model;
    int steps = 25;
    double cfg = 6;
    std::string sampler = "dpmpp_2m";
    std::string scheduler = "karras";
    int width = 1024;   // pixels
    int height = 1024;  // pixels
    friend bool operator==(const generation_settings&, const generation_settings&) = default;
};

// How one picture was made: enough to make it again.
struct generation_facts {
    std::string prompt;
    std::string negative_prompt;
    std::uint64_t seed = 0;  // 0 to 2^53-1
    generation_settings settings;
    std::string engine;
    std::string engine_version;
    std::string identity_method;  // the rung of the identity ladder that was used
    std::string attribution;      // owed to the artists of the picture; empty when none is
    friend bool operator==(const generation_facts&, const generation_facts&) = default;
};

struct embeddings_info {
    std::string url;
    int dimension = 384;
    std::string model;
    friend bool operator==(const embeddings_info&, const embeddings_info&) = default;
};

struct owner_info {
    std::string user_id;
    std::string username;
    friend bool operator==(const owner_info&, const owner_info&) = default;
};

struct character {
    std::int64_t id = 0;  // from 123456 upwards
    std::string name;
    std::string description;
    std::string avatar;  // URL
    personality_traits traits;
    selected_tags tags;
    generation_facts generation;       // of the avatar
    std::uint32_t character_seed = 0;  // fixed at creation
    embeddings_info embeddings;
    owner_info owner;
    std::string slug;  // fixed at creation, unique per owner
    std::string style;
    look appearance;
    std::string job_id;
    time_point created_at{};
    time_point updated_at{};
    int version = 1;
    friend bool operator==(const character&, const character&) = default;
};

enum class image_type { avatar, portrait, full_body, action, variation, custom };

// "portrait", "full-body" ...: the word in records, on the command line and over HTTP.
std::string_view to_string(image_type type);
// Empty for an unknown word.
std::optional<image_type> image_type_from(std::string_view word);
// The folder of the asset tree that pictures of this type lie in: avatar, images or variations.
std::string_view folder_of(image_type type);

struct image {
    std::string id;  // UUID
    std::int64_t character_id = 0;
    image_type type = image_type::avatar;
    std::string folder;  // "avatar", "images" ...
    std::string url;
    std::string path;    // of the asset: {username}/characters/{slug}/{folder}/{file}
    std::string sha256;  // of the file's bytes, hexadecimal
    int width = 0;       // pixels
    int height = 0;      // pixels
    std::string mood;
    std::string setting;
    generation_facts generation;
    std::string reference_image_id;
    std::string job_id;
    time_point created_at{};
    std::optional<std::int64_t> number;  // what .last_image_number became with this image
    friend bool operator==(const image&, const image&) = default;
};

}  // namespace medusa
