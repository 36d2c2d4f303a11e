#include "asset/cloudinary/cloudinary_assets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <type_traits>

#include "asset/asset_path.hpp"
#include "asset/cloudinary/calls.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"

namespace medusa {
namespace {

using namespace std::string_view_literals;
using std::chrono::milliseconds;

constexpr auto upload_words = "Cloudinary upload failed";
constexpr double mebibyte = 1 << 20;

// A picture of one grey pixel.
constexpr auto probe_picture =
    "\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00"
    "\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63"
    "\x68\x00\x00\x00\x82\x00\x81\x77\xcd\x72\xb6\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60"
    "\x82"sv;

constexpr int thumbnail_px = 256;

class cloudinary_assets final : public asset_store {
public:
    explicit cloudinary_assets(cloudinary_options options)
        : options_(std::move(options)),
          calls_(account_from(options_.settings), options_.wall, options_.time, options_.log),
          breaker_(options_.time) {}

    stored_asset put(std::string_view path, std::string_view bytes, if_present present) override {
        const auto name = asset_name_of(path);
        if (bytes.empty())
            throw error(errc::invalid_argument,
                        fmt::format("{}: {} would be empty", upload_words, name.path));
        refuse_too_large(name, bytes.size());
        const auto etag = md5_hex(bytes);
        const bool overwrite = present == if_present::replace;
        const auto receipt = with_retries(
            upload_words, [&] { return calls_.upload(name, bytes, overwrite, options_.stop); });
        if (receipt.etag != etag) refuse_other_bytes(name, receipt);
        return {delivery_url(calls_.account(), name, receipt.version), {}};
    }

    std::optional<std::string> get(std::string_view path) override {
        const auto name = asset_name_of(path);
        return with_retries("Cloudinary download failed", [&] {
            return calls_.download(delivery_url(calls_.account(), name, unseen_version()),
                                   options_.stop);
        });
    }

    void remove(std::string_view path) override {
        const auto name = asset_name_of(path);
        with_retries("Cloudinary deletion failed", [&] {
            calls_.destroy(name, options_.stop);
            return true;
        });
    }

    std::vector<asset_entry> entries(std::string_view folder) override {
        const auto prefix = folder.empty() ? std::string() : checked_asset_path(folder) + "/";
        std::vector<asset_entry> found;
        for (const auto* type : {"image", "raw"}) {
            std::string cursor;
            do {
                auto page = with_retries("Cloudinary listing failed", [&] {
                    return calls_.list(type, prefix, cursor, options_.stop);
                });
                std::move(page.assets.begin(), page.assets.end(), std::back_inserter(found));
                cursor = std::move(page.next_cursor);
            } while (!cursor.empty());
        }
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        return found;
    }

    std::optional<open_asset> open(std::string_view) override { return std::nullopt; }

    unfinished_writes sweep_unfinished(time_point, unfinished) override { return {}; }

    stored_asset locate(std::string_view path) const override {
        constexpr std::int64_t any_version = 1;  // as Cloudinary's own libraries write it
        const auto name = asset_name_of(path);
        return {delivery_url(calls_.account(), name, any_version),
                {},
                medusa::thumbnail_url(calls_.account(), name, thumbnail_px)};
    }

    std::string thumbnail_url(std::string_view path, int side_px) const override {
        return medusa::thumbnail_url(calls_.account(), asset_name_of(path), side_px);
    }

    // Each call is tried once: whoever asks for a check wants the answer now.
    std::string check() override {
        const auto told = calls_.usage(options_.stop);
        const auto probe = asset_name_of(fmt::format("medusa-check-{}.png", unseen_version()));
        const auto receipt = calls_.upload(probe, probe_picture, false, options_.stop);
        calls_.destroy(probe, options_.stop);
        if (receipt.etag != md5_hex(probe_picture)) refuse_changed(probe);
        return fmt::format("cloud {}, plan {}, pictures up to {:.0f} MiB",
                           calls_.account().cloud_name, told.plan.empty() ? "unknown" : told.plan,
                           double(told.image_bytes_max) / mebibyte);
    }

private:
    template <class Call>
    std::invoke_result_t<Call&> with_retries(std::string_view words, Call call) {
        retry_loop loop(
            {options_.time, options_.random, nullptr, &breaker_, options_.log, options_.retried},
            {cloudinary_attempts_max, options_.patience}, options_.stop);
        const auto start = options_.time.elapsed();
        for (;;) {
            enter(loop, words);
            std::optional<error> failed;
            try {
                auto result = call();
                loop.succeeded();
                return result;
            } catch (const error& caught) {
                failed = caught;
            } catch (...) {
                loop.abandoned();
                throw;
            }
            if (options_.time.elapsed() - start > options_.patience) {
                loop.abandoned();
                throw std::move(*failed);
            }
            loop.pause_after(*failed);
        }
    }

    static void enter(retry_loop& loop, std::string_view words) {
        try {
            loop.enter();
        } catch (const error& held) {
            const auto detail = fmt::format("{}: {}", words, held.detail());
            if (!held.failure()) throw error(held.code(), detail, held.advice(), "cloudinary");
            throw error(held.code(), *held.failure(), detail, held.advice(), "cloudinary");
        }
    }

    void refuse_too_large(const asset_name& name, std::size_t bytes) {
        if (bytes <= cloudinary_bytes_sure) return;
        const auto limits = known_limits();
        const auto most = name.type == "image" ? limits.image_bytes_max : limits.raw_bytes_max;
        if (most == 0 || bytes <= most) return;
        throw error(
            errc::invalid_argument,
            fmt::format("{}: {} has {} bytes, and the account takes at most {} ({:.1f} "
                        "MiB) for one file of the type {}",
                        upload_words, name.path, bytes, most, double(most) / mebibyte, name.type),
            "Ask for a smaller picture, or choose a larger plan of Cloudinary", "cloudinary");
    }

    account_usage known_limits() {
        const std::scoped_lock lock(usage_mutex_);
        if (!usage_)
            usage_ = with_retries(upload_words, [&] { return calls_.usage(options_.stop); });
        return *usage_;
    }

    [[noreturn]] void refuse_other_bytes(const asset_name& name, const upload_receipt& receipt) {
        if (receipt.existing)
            throw error(errc::conflict,
                        fmt::format("{}: {} holds something else already", upload_words, name.path),
                        "What is there was left as it is; see it in the media library",
                        "cloudinary");
        // It was made by this very call, and would be in the way of a later one.
        with_retries("Cloudinary deletion failed", [&] {
            calls_.destroy(name, options_.stop);
            return true;
        });
        refuse_changed(name);
    }

    [[noreturn]] static void refuse_changed(const asset_name& name) {
        throw error(errc::corrupted,
                    fmt::format("{}: the account changed the bytes of {} on their way in",
                                upload_words, name.path),
                    "Remove the incoming transformation from the account's upload settings",
                    "cloudinary");
    }

    // For a delivery URL: no cache has met it before.
    std::int64_t unseen_version() const {
        constexpr double versions = 9e9;
        return std::int64_t{1'000'000'000} + std::int64_t(options_.random() * versions);
    }

    const cloudinary_options options_;
    cloudinary_calls calls_;
    circuit_breaker breaker_;
    std::mutex usage_mutex_;
    std::optional<account_usage> usage_;
};

}  // namespace

std::unique_ptr<asset_store> make_cloudinary_asset_store(cloudinary_options options) {
    return std::make_unique<cloudinary_assets>(std::move(options));
}

}  // namespace medusa
