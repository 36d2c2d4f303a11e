// The thumbnails of local pictures: made when the first one asks, once however many ask, and kept
// as files. Made in app/; any thread.
#pragma once

#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "asset/asset_store.hpp"
#include "asset/thumbnail_folder.hpp"
#include "decode/thumbnailer.hpp"

namespace medusa::http {

class thumbnails {
public:
    // `pictures` are borrowed; `folder` is where thumbnails are kept.
    thumbnails(asset_store& pictures, std::filesystem::path folder, std::unique_ptr<thumbnailer> by)
        : pictures_(pictures), kept_(std::move(folder)), by_(std::move(by)) {}

    // One that was made already; quick.
    std::optional<open_asset> find(const std::string& picture, int side_px);
    // The copy in WebP within `side_px` x `side_px` pixels; empty where there is no such picture.
    // Waits while it is made. Throws error(corrupted) for a picture that cannot be decoded,
    // storage, and invalid_argument for a path that no asset has.
    std::optional<open_asset> of(const std::string& picture, int side_px);

private:
    void make_once(const std::string& picture, int side_px);
    void make(const std::string& picture, int side_px);

    asset_store& pictures_;
    thumbnail_folder kept_;
    std::unique_ptr<thumbnailer> by_;
    std::mutex mutex_;
    std::map<std::pair<std::string, int>, std::shared_future<void>> at_work_;
};

}  // namespace medusa::http
