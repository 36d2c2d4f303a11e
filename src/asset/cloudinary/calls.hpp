// The calls of Cloudinary's API that medusa makes: each is one try of one call.
//
// Owned by the store; any thread. Errors: those of net/http.hpp, begun with "Cloudinary upload
// failed" and the like, with what the failure allows next; their words hold neither the key nor the
// secret. After a rate limit was met, no call of that kind leaves before the time that Cloudinary
// told: until then error(quota) with the rest of the wait.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "asset/asset_store.hpp"
#include "asset/cloudinary/account.hpp"
#include "asset/cloudinary/asset_name.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "net/http.hpp"

namespace medusa {

struct upload_receipt {
    std::int64_t version = 0;
    bool existing = false;  // nothing was stored: the id was taken
    std::string etag;       // MD5 of the bytes that are stored now
};

struct found_page {
    std::vector<asset_entry> assets;  // those that no path leads to are left out
    std::string next_cursor;          // empty: the last page
};

struct account_usage {
    std::string plan;
    std::uint64_t image_bytes_max = 0;  // of one picture; 0: not told
    std::uint64_t raw_bytes_max = 0;
};

class cloudinary_calls {
public:
    // Both references must outlive it.
    cloudinary_calls(cloudinary_account account, const clock& wall, timer& time, log_sink log);

    // Signed, and sent from the caller's memory. Without `overwrite` an asset of that name stays as
    // it is and is told as existing.
    upload_receipt upload(const asset_name& name, std::string_view bytes, bool overwrite,
                          const std::stop_token& stop);
    // Nothing of that name counts as success.
    void destroy(const asset_name& name, const std::stop_token& stop);
    // The newest bytes under this address (see delivery_url); empty if there are none.
    std::optional<std::string> download(const std::string& url, const std::stop_token& stop);
    // These two call the Admin API, which allows 500 calls an hour on the free plan.
    found_page list(std::string_view type, std::string_view prefix, std::string_view cursor,
                    const std::stop_token& stop);
    account_usage usage(const std::stop_token& stop);

    const cloudinary_account& account() const { return account_; }

private:
    // Each has a rate limit of its own.
    enum class kind { upload, admin, delivery };

    http_request request_for(std::string_view words) const;
    http_request signed_request(std::string_view words, std::string_view route,
                                call_parameters parameters) const;
    http_request admin_request(std::string_view words, std::string_view route) const;
    http_reply answered(kind of, const http_request& request, const std::stop_token& stop);
    error worded(const error& failed, const http_reply& reply, std::string_view reason) const;
    std::string reason_in(const http_reply& reply) const;
    void respect(kind of, const http_request& request) const;
    void remember(kind of, const http_reply& reply);

    const cloudinary_account account_;
    const clock& wall_;
    timer& time_;
    std::unique_ptr<http_client> http_;
    std::array<std::atomic<std::chrono::milliseconds::rep>, 3> closed_until_ms_{};  // by kind
};

}  // namespace medusa
