#include "moving/backup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "moving/archive.hpp"
#include "moving/backup_format.hpp"
#include "moving/read_backup.hpp"
#include "moving/walk.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

// The file while it grows. Any thread.
class backup_builder {
public:
    backup_builder(const fs::path& file, time_point now)
        : file_(file),
          shown_(file),
          archive_(file_.get(), file, now),
          records_(nameless_file(file.has_parent_path() ? file.parent_path() : ".")) {
        add(std::string(backup_entry::head), backup_head(now));
    }

    // False when it holds this one already.
    bool add_asset(const std::string& path, std::string_view bytes) {
        const std::lock_guard lock(mutex_);
        if (!assets_.insert(path).second) return false;
        add(std::string(backup_entry::assets) + path, bytes);
        return true;
    }

    // False when it holds one of that id: other programs can leave two in a database.
    bool add_record(const kept_character& kept) {
        const auto line = record_line(kept) + "\n";
        const std::lock_guard lock(mutex_);
        if (!ids_.insert(kept.record.id).second) return false;
        write_all(records_.get(), line, shown_);
        records_sum_.add(line);
        return true;
    }

    void finish(const backup_summary& summary) {
        archive_.add_file(std::string(backup_entry::records), records_.get());
        list(records_sum_.hex(), backup_entry::records);
        add(std::string(backup_entry::summary), summary_text(summary));
        archive_.add(std::string(backup_entry::sums), sums_);
        archive_.finish();
        file_.finish();
    }

private:
    void add(const std::string& name, std::string_view bytes) {
        archive_.add(name, bytes);
        list(sha256_hex(bytes), name);
    }
    void list(const std::string& digest, std::string_view name) {
        sums_ += fmt::format("{}  {}\n", digest, name);
    }

    growing_file file_;
    fs::path shown_;
    archive_writer archive_;
    descriptor records_;
    sha256_stream records_sum_;
    std::string sums_;
    std::mutex mutex_;
    std::set<std::string> assets_;
    std::set<std::int64_t> ids_;
};

// The records say nothing of a file that the backup does not have.
void leave_out(kept_character& kept, const std::string& path) {
    std::erase_if(kept.images, [&](const image& one) { return one.path == path; });
    if (kept.record.avatar.ends_with("/" + path)) kept.record.avatar.clear();
    if (kept.record.embeddings.url.ends_with("/" + path)) kept.record.embeddings.url.clear();
}

struct lost_file {
    std::string path;
    bool damaged = false;
};

void keep(const stores& from, asset_store& files, const given_out& books, const character& record,
          backup_builder& builder, move_tally& tally) {
    auto kept = read_kept(from, record, tally);
    std::vector<lost_file> lost;
    for (const auto& file : files_of(kept, tree_folder(books, record))) {
        const auto bytes = files.get(file.path);
        const bool sound = bytes && (file.sha256.empty() || sha256_hex(*bytes) == file.sha256);
        if (!sound && (bytes || file.expected)) lost.push_back({file.path, bytes.has_value()});
        if (!sound || !builder.add_asset(file.path, *bytes)) continue;
        tally.count(&move_report::files, false);
        tally.add_bytes(bytes->size());
    }
    // Removed meanwhile, files and all: it was never in this backup.
    if (!lost.empty() && !from.characters->find(record.id)) return;
    for (const auto& [path, damaged] : lost) {
        tally.add(damaged ? trouble_kind::damaged : trouble_kind::missing, path,
                  fmt::format("{} names it, and {}, so it is left out", name_of(record),
                              damaged ? "its bytes are others" : "it is not there"));
        leave_out(kept, path);
    }
    if (!builder.add_record(kept))
        return tally.add(trouble_kind::conflict, name_of(record),
                         "two characters have this id, so one is left out");
    tally.count(&move_report::characters, false);
    for (std::size_t i = 0; i < kept.images.size(); ++i) tally.count(&move_report::images, false);
}

}  // namespace

move_report write_backup(const stores& from, asset_store& files, const fs::path& file,
                         const clock& time, const move_context& context) {
    expect_replaceable(file);
    move_tally tally;
    const auto total = count_characters(*from.characters, context.stop);
    std::atomic<std::size_t> done{0};
    const auto advance = [&] { context.progress("characters", ++done, total); };

    backup_builder builder(file, time.now());
    const auto books = from.books->all();
    const visitor visit{
        [&](const character& record) {
            tally.attempt(name_of(record),
                          [&] { keep(from, files, books, record, builder, tally); });
            advance();
        },
        [&](std::int64_t id) {
            tally.add(trouble_kind::damaged, fmt::format("character {}", id),
                      "its record cannot be read, so it is left out");
            advance();
        },
    };
    walk(*from.characters, visit, context.stop);
    auto report = tally.take(total);
    builder.finish({report.characters.moved, report.images.moved, report.files.moved,
                    from.books->all(), report.troubles});
    return report;
}

}  // namespace medusa
