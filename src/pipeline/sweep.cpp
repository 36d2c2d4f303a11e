#include "pipeline/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/error.hpp"
#include "core/text.hpp"
#include "pipeline/vacant_slug.hpp"

namespace medusa {
namespace {

constexpr std::size_t records_a_page = 1'000;
constexpr std::string_view embeddings_file = "/embeddings/embeddings.json";

// What lies in the folder of one character.
struct character_files {
    std::string user_id;
    std::string slug;
    bool recorded = false;                    // the character is there
    std::optional<found_reservation> held{};  // or only this
    std::vector<asset_entry> files{};
};

// By folder: "anna/characters/luna".
using tree = std::map<std::string, character_files>;

class sweeper {
public:
    sweeper(const pipeline_parts& with, const sweep_wish& wish, const sweep_progress& progress,
            const std::stop_token& stop)
        : with_(with), wish_(wish), progress_(progress), stop_(stop), now_(with.time.now()) {}

    sweep_report run() {
        // In this order: what is stored or recorded meanwhile is missed, and so it stays.
        look_at_files();
        look_at_reservations();
        look_at_records();
        keep_what_is_named();
        expect_a_good_reason();
        report_.unfinished = with_.assets.sweep_unfinished(
            wish_.older_than.count() == 0 ? time_point::max() : now_ - wish_.older_than,
            wish_.dry_run ? unfinished::count : unfinished::remove);
        if (!wish_.dry_run) report_.finished = with_.reserved.finish_begun();
        for (auto& [folder, found] : tree_) clear(found);
        return std::move(report_);
    }

private:
    void look_at_files();
    void look_at_reservations();
    void look_at_records();
    void name(const character& record, const std::string& folder);
    void keep_what_is_named();
    void expect_a_good_reason() const;
    void clear(const character_files& found);
    void clear_unrecorded(const character_files& found);
    void remove(const std::vector<asset_entry>& files);

    bool is_old(time_point last_used) const {
        return wish_.older_than.count() == 0 || last_used <= now_ - wish_.older_than;
    }

    // Whether a job may still come back for what has no record: it waits, or the age of its
    // reservation and of its files says so.
    bool may_come_back(const character_files& found) const {
        return (found.held && (!is_old(found.held->asked_at) || wish_.waits(found.held->job_id))) ||
               std::any_of(found.files.begin(), found.files.end(),
                           [&](const asset_entry& file) { return !is_old(file.stored_at); });
    }

    void tell(std::string_view doing, std::size_t done, std::size_t total = 0) const {
        if (stop_.stop_requested()) throw error(errc::cancelled, "interrupted; sweep again");
        progress_(doing, done, total);
    }

    const pipeline_parts& with_;
    const sweep_wish& wish_;
    const sweep_progress& progress_;
    const std::stop_token& stop_;
    const time_point now_;
    tree tree_;
    std::map<std::string, std::string> folders_;  // of users
    std::set<std::string> named_;                 // paths
    std::size_t seen_ = 0;                        // files
    std::size_t wanted_ = 0;                      // of them, those that are to go
    sweep_report report_;
};

// Whether medusa itself names files so; {folder, file} is what comes below a character's folder.
bool is_ours(const std::string& folder, const std::string& file) {
    constexpr std::size_t uuid_chars = 36;
    constexpr std::size_t hash_chars = 8;
    const auto rest = file.substr(std::min(uuid_chars, file.size()));
    if (folder == "embeddings") return file == "embeddings.json";
    if (!is_uuid(file.substr(0, uuid_chars))) return false;
    if (folder == "generations") return rest == ".json";
    return (folder == "avatar" || folder == "images" || folder == "variations") &&
           rest.size() == hash_chars + 5 && rest.front() == '-' && rest.ends_with(".png") &&
           rest.find_first_not_of("0123456789abcdef", 1) == hash_chars + 1;
}

// The path of the asset that a URL leads to, in either store; empty for somebody else's.
std::string path_in(const std::string& url) {
    const auto middle = url.find("/characters/");
    if (middle == std::string::npos || middle == 0) return {};
    return url.substr(url.rfind('/', middle - 1) + 1);
}

void sweeper::look_at_files() {
    for (auto& [user_id, folder] : with_.reserved.user_folders()) {
        const auto root = folder + "/characters";
        for (auto& entry : with_.assets.entries(root)) {
            tell("Looking at files", seen_);
            const auto parts = split(entry.path, '/');  // user, "characters", slug, folder, file
            if (parts.size() != 5 || !is_ours(parts[3], parts[4])) continue;
            auto& found = tree_[fmt::format("{}/{}", root, parts[2])];
            found.user_id = user_id;
            found.slug = parts[2];
            found.files.push_back(std::move(entry));
            ++seen_;
        }
        folders_[user_id] = root;
    }
}

void sweeper::look_at_reservations() {
    for (auto& one : with_.reserved.unused()) {
        const auto folder = fmt::format("{}/characters/{}", one.held.user_folder, one.held.slug);
        tree_[folder].held = std::move(one);
    }
}

void sweeper::look_at_records() {
    character_query page{.limit = records_a_page};
    std::size_t read = 0;
    for (auto records = with_.characters.list(page); !records.empty();
         records = with_.characters.list(page)) {
        for (const auto& record : records) {
            tell("Reading records", read++);
            const auto root = folders_.find(record.owner.user_id);
            name(record, root == folders_.end() ? std::string()
                                                : fmt::format("{}/{}", root->second, record.slug));
        }
        page.before_id = records.back().id;
    }
}

void sweeper::name(const character& record, const std::string& folder) {
    if (const auto known = tree_.find(folder); known != tree_.end()) known->second.recorded = true;
    named_.insert(folder + std::string(embeddings_file));
    named_.insert(path_in(record.avatar));
    named_.insert(path_in(record.embeddings.url));
    for (const auto& picture : with_.images.of_character(record.id)) {
        named_.insert(picture.path);
        named_.insert(path_in(picture.url));
        named_.insert(fmt::format("{}/generations/{}.json", folder, picture.id));
    }
}

void sweeper::keep_what_is_named() {
    for (auto& [folder, found] : tree_) {
        const bool in_use = !found.recorded && may_come_back(found);
        if (in_use) found.held.reset();
        std::erase_if(found.files, [&](const asset_entry& file) {
            if (named_.contains(file.path)) return true;
            const bool stays = in_use || !is_old(file.stored_at);
            report_.young += stays;
            return stays;
        });
        wanted_ += found.files.size();
    }
}

// A database that knows nothing of these files, or an old copy of it, is more likely than so many
// crashes.
void sweeper::expect_a_good_reason() const {
    if (wish_.force || wish_.dry_run) return;
    if (wanted_ <= swept_unasked_max || wanted_ * 2 <= seen_) return;
    throw error(
        errc::conflict,
        fmt::format("{} of {} files have no record here: nothing was removed", wanted_, seen_),
        "Is this the database that belongs to these files? medusa sweep --dry-run shows "
        "them, --force removes them");
}

void sweeper::clear(const character_files& found) {
    if (found.recorded)
        remove(found.files);
    else if (found.held || !found.files.empty())
        clear_unrecorded(found);
}

// The reservation first: a job that comes back after this gets a slug, and so a folder, of its own.
void sweeper::clear_unrecorded(const character_files& found) {
    if (wish_.dry_run) {
        report_.reservations += found.held.has_value();
        return remove(found.files);
    }
    if (found.held) {
        if (!with_.reserved.release_unused(*found.held)) return;
        ++report_.reservations;
    }
    if (found.files.empty()) return;
    while_vacant(with_, {found.user_id, found.user_id}, found.slug, [&] { remove(found.files); });
}

void sweeper::remove(const std::vector<asset_entry>& files) {
    for (const auto& file : files) {
        tell("Removing files", report_.files.size(), wanted_);
        if (!wish_.dry_run) with_.assets.remove(file.path);
        report_.files.push_back(file);
    }
}

}  // namespace

sweep_report sweep(const pipeline_parts& with, const sweep_wish& wish,
                   const sweep_progress& progress, const std::stop_token& stop) {
    return sweeper(with, wish, progress, stop).run();
}

}  // namespace medusa
