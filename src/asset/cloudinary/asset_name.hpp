// What an asset of the tree is called at Cloudinary. Pure functions: any thread.
//
// Pictures ("....png") are of the type image, whose public id has no ending; all else is raw, where
// the ending belongs to the id. Documentation: a public id has 1 to 255 characters, and none of its
// folders is called 'v' plus digits, since that is a version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "asset/cloudinary/account.hpp"

namespace medusa {

struct asset_name {
    std::string type;       // "image" or "raw"
    std::string public_id;  // "anna/characters/luna/avatar/x"
    std::string folder;     // "anna/characters/luna/avatar"; empty: none
    std::string path;       // as the port has it
};

// Throws error(invalid_argument) for a path that Cloudinary or the port cannot have.
asset_name asset_name_of(std::string_view path);

// The other way round, for what is found in an account: empty for an asset that none of our paths
// leads to. `format` is that of an image ("png").
std::optional<std::string> path_of_found(std::string_view type, std::string_view public_id,
                                         std::string_view format);

// Any version leads to the newest bytes; a new one passes by the caches.
std::string delivery_url(const cloudinary_account& account, const asset_name& name,
                         std::int64_t version);

// The same picture within `side_px` x `side_px` pixels, as WebP, which the account makes and keeps
// (https://cloudinary.com/documentation/transformation_reference); empty for other files.
std::string thumbnail_url(const cloudinary_account& account, const asset_name& name, int side_px);

}  // namespace medusa
