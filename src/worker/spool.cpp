#include "worker/spool.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cerrno>
#include <map>
#include <system_error>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "record/json_reader.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t facts_bytes_max = std::size_t{1} << 20;
constexpr std::size_t uuid_chars = 36;

// All that is known of the picture beside its bytes, and what tells that both are whole.
std::string facts_of(const spool_key& key, const rendered_picture& one) {
    const auto& drawn = one.drawn;
    return json::serialize(json::object{
        {"jobId", key.job_id},
        {"index", key.index},
        {"asked", key.asked},
        {"sha256", sha256_hex(drawn.png)},
        {"drawnAt", to_rfc3339(one.drawn_at)},
        {"width", drawn.width},
        {"height", drawn.height},
        {"engine", drawn.engine},
        {"engineVersion", drawn.engine_version},
        {"model", drawn.model},
        {"identityMethod", drawn.identity_method},
        {"referenceImageId", drawn.reference_image_id},
        {"sourceType", drawn.source_type},
        {"attribution", drawn.attribution},
        {"notes", json::array(drawn.notes.begin(), drawn.notes.end())},
    });
}

// Throws error(corrupted).
rendered_picture parsed(const std::string& facts, const spool_key& key, std::string png) {
    const auto parsed = json::parse(facts);
    const json_reader read(parsed, "spooled picture");
    spool_key found;
    std::string sha256;
    read.read("jobId", found.job_id);
    read.read("index", found.index);
    read.read("asked", found.asked);
    read.read("sha256", sha256);
    if (found.job_id != key.job_id || found.index != key.index || found.asked != key.asked ||
        sha256 != sha256_hex(png))
        throw error(errc::corrupted, "the spooled picture is another one");
    rendered_picture one;
    auto& drawn = one.drawn;
    drawn.png = std::move(png);
    read.read("drawnAt", one.drawn_at);
    read.read("width", drawn.width);
    read.read("height", drawn.height);
    read.read("engine", drawn.engine);
    read.read("engineVersion", drawn.engine_version);
    read.read("model", drawn.model);
    read.read("identityMethod", drawn.identity_method);
    read.read("referenceImageId", drawn.reference_image_id);
    read.read("sourceType", drawn.source_type);
    read.read("attribution", drawn.attribution);
    read.read("notes", drawn.notes);
    return one;
}

// In place, and not by way of a second name that a killed worker would leave behind: what is cut
// short does not fit its digest.
void write_in_place(const fs::path& path, std::string_view bytes) {
    descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) fail_file("write", path, errno);
    write_all(file.get(), bytes, path);
    if (file.close() != 0) fail_file("write", path, errno);
}

}  // namespace

fs::path spool::file_of(const std::string& job_id, int index, const char* ending) const {
    return folder_ / fmt::format("{}-{}{}", job_id, index, ending);
}

void spool::keep(const spool_key& key, const rendered_picture& one) const {
    make_folder(folder_);
    // The facts last: they tell whether the bytes are theirs.
    write_in_place(file_of(key.job_id, key.index, ".png"), one.drawn.png);
    write_in_place(file_of(key.job_id, key.index, ".json"), facts_of(key, one));
}

std::optional<rendered_picture> spool::find(const spool_key& key) const {
    try {
        const auto facts = read_file(file_of(key.job_id, key.index, ".json"), facts_bytes_max);
        return parsed(facts, key,
                      read_file(file_of(key.job_id, key.index, ".png"), limits::image_bytes));
    } catch (const error&) {
        return std::nullopt;
    } catch (const boost::system::system_error&) {
        return std::nullopt;
    }
}

void spool::forget(const std::string& job_id, int index) const noexcept {
    std::error_code ignored;
    fs::remove(file_of(job_id, index, ".json"), ignored);
    fs::remove(file_of(job_id, index, ".png"), ignored);
}

void spool::clean(const std::function<bool(const std::string& job_id)>& is_needed) const {
    std::map<std::string, bool> known;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
        const auto owner = entry.path().filename().string().substr(0, uuid_chars);
        if (!is_uuid(owner)) continue;
        const auto [job, is_new] = known.try_emplace(owner);
        if (is_new) job->second = is_needed(owner);
        if (!job->second) fs::remove(entry, ignored);
    }
}

}  // namespace medusa
