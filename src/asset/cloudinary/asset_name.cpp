#include "asset/cloudinary/asset_name.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "asset/asset_path.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::size_t public_id_chars_max = 255;
constexpr std::string_view picture_ending = ".png";

bool is_version(std::string_view folder) {
    return folder.size() > 1 && folder.front() == 'v' &&
           folder.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool is_picture(std::string_view path) {
    const auto file = path.substr(path.rfind('/') + 1);  // all of it where there is no slash
    return file.ends_with(picture_ending) && file.size() > picture_ending.size();
}

}  // namespace

asset_name asset_name_of(std::string_view path) {
    asset_name name{.type = "raw",
                    .public_id = checked_asset_path(path),
                    .folder = {},
                    .path = std::string(path)};
    if (is_picture(path)) {
        name.type = "image";
        name.public_id.resize(path.size() - picture_ending.size());
    }
    const auto slash = path.rfind('/');
    if (slash != std::string_view::npos) name.folder = path.substr(0, slash);
    const auto folders = split(name.folder, '/');
    if (name.public_id.size() > public_id_chars_max ||
        std::any_of(folders.begin(), folders.end(), is_version))
        refuse_asset_path(path);
    return name;
}

std::optional<std::string> path_of_found(std::string_view type, std::string_view public_id,
                                         std::string_view format) {
    std::string path(public_id);
    if (type == "image") path += fmt::format(".{}", format);
    try {
        const auto name = asset_name_of(path);
        if (name.type == type && name.public_id == public_id) return path;
    } catch (const error& reason) {
        if (reason.code() != errc::invalid_argument) throw;
    }
    return std::nullopt;
}

std::string delivery_url(const cloudinary_account& account, const asset_name& name,
                         std::int64_t version) {
    return fmt::format("{}/{}/upload/v{}/{}", account.delivery, name.type, version, name.path);
}

std::string thumbnail_url(const cloudinary_account& account, const asset_name& name, int side_px) {
    if (name.type != "image") return {};
    return fmt::format("{}/image/upload/c_limit,h_{},w_{}/f_webp/v1/{}", account.delivery, side_px,
                       side_px, name.path);
}

}  // namespace medusa
