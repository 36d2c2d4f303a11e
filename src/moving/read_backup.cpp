#include "moving/read_backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <set>
#include <vector>

#include "asset/asset_path.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/limits.hpp"
#include "moving/walk.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t head_bytes_max = 4'096;
constexpr std::size_t line_bytes_max = std::size_t{64} << 20;
constexpr std::size_t summary_bytes_max = std::size_t{256} << 20;
constexpr std::size_t entries_max = 20'000'000;

// One pass over all entries, each allowed in its place only.
class check {
public:
    check(archive_reader reader, std::uint64_t size_bytes, const move_context& context)
        : reader_(std::move(reader)), size_bytes_(size_bytes), context_(context) {}

    backup_contents run() {
        read_head();
        auto entry = next();
        for (; entry.name.starts_with(backup_entry::assets); entry = next()) read_asset(entry.name);
        expect(entry, backup_entry::records);
        read_records();
        expect(next(), backup_entry::summary);
        read_summary();
        expect(next(), backup_entry::sums);
        read_sums();
        if (const auto more = reader_.next())
            reader_.refuse(fmt::format("\"{}\" follows its end", more->name));
        context_.progress("bytes", size_bytes_, size_bytes_);
        return std::move(found_);
    }

private:
    archive_entry_head next() {
        expect_no_stop(context_.stop);
        context_.progress("bytes", reader_.position(), size_bytes_);
        auto entry = reader_.next();
        if (!entry) reader_.refuse("it ends early");
        return std::move(*entry);
    }

    void expect(const archive_entry_head& entry, std::string_view name) {
        if (entry.name != name)
            reader_.refuse(fmt::format("\"{}\" is in it where \"{}\" belongs", entry.name, name));
    }

    void note(std::string_view name, std::string digest) {
        if (sums_.size() >= entries_max) reader_.refuse("it has too many entries");
        sums_.emplace_back(std::move(digest), name);
    }

    // Reads with `parse`, and says of which entry it was that cannot be read.
    template <class Work>
    void reading(std::string_view name, const Work& work) {
        try {
            work();
        } catch (const error& failure) {
            if (failure.code() != errc::corrupted) throw;
            reader_.refuse(fmt::format("{}: {}", name, failure.detail()));
        }
    }

    void read_head() {
        expect(next(), backup_entry::head);
        const auto text = reader_.read(head_bytes_max);
        note(backup_entry::head, sha256_hex(text));
        found_.created_at = parse_backup_head(text);
    }

    void read_asset(const std::string& name) {
        const auto path = name.substr(backup_entry::assets.size());
        try {
            checked_asset_path(path);
        } catch (const error&) {
            reader_.refuse(fmt::format("\"{}\" in it is no name of an asset", name));
        }
        const auto bytes = reader_.read(limits::image_bytes);
        if (bytes.empty()) reader_.refuse(fmt::format("\"{}\" in it is empty", name));
        auto digest = sha256_hex(bytes);
        if (!found_.files.emplace(path, digest).second)
            reader_.refuse(fmt::format("\"{}\" is in it twice", name));
        found_.bytes += bytes.size();
        note(name, std::move(digest));
    }

    void read_records() {
        sha256_stream digest;
        reader_.read_lines(line_bytes_max, [&](std::string_view line) {
            digest.add(line);
            digest.add("\n");
            ++lines_;
            reading(fmt::format("line {} of {}", lines_, backup_entry::records),
                    [&] { check_record(parse_record_line(line)); });
        });
        note(backup_entry::records, digest.hex());
    }

    void check_record(const kept_character& kept) {
        if (!ids_.insert(kept.record.id).second)
            throw error(errc::corrupted, fmt::format("{} is there twice", name_of(kept.record)));
        images_ += kept.images.size();
        for (const auto& one : kept.images) {
            if (one.path.empty()) continue;
            const auto file = found_.files.find(one.path);
            if (file == found_.files.end() || (!one.sha256.empty() && file->second != one.sha256))
                throw error(errc::corrupted,
                            fmt::format("the picture of {} is not in it", name_of(one)));
        }
    }

    void read_summary() {
        const auto text = reader_.read(summary_bytes_max);
        note(backup_entry::summary, sha256_hex(text));
        reading(backup_entry::summary, [&] { found_.summary = parse_summary(text); });
        const auto& told = found_.summary;
        if (told.characters != ids_.size() || told.images != images_ ||
            told.files != found_.files.size())
            reader_.refuse(
                fmt::format("it holds {} characters, {} images and {} files, and says "
                            "{}, {} and {}",
                            ids_.size(), images_, found_.files.size(), told.characters, told.images,
                            told.files));
    }

    void read_sums() {
        std::size_t line = 0;
        reader_.read_lines(line_bytes_max, [&](std::string_view text) {
            if (line >= sums_.size()) reader_.refuse("SHA256SUMS names more than is in it");
            const auto& [digest, name] = sums_[line++];
            if (text != fmt::format("{}  {}", digest, name))
                reader_.refuse(fmt::format("\"{}\" was changed, or SHA256SUMS was", name));
        });
        if (line != sums_.size()) reader_.refuse("SHA256SUMS names less than is in it");
    }

    archive_reader reader_;
    std::uint64_t size_bytes_;
    const move_context& context_;
    backup_contents found_;
    std::vector<std::pair<std::string, std::string>> sums_;  // digest and name, in order
    std::set<std::int64_t> ids_;
    std::size_t images_ = 0;
    std::size_t lines_ = 0;
};

}  // namespace

backup_reader::backup_reader(fs::path file)
    : shown_(std::move(file)),
      file_(::open(shown_.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {
    struct stat facts {};
    if (file_.get() < 0 || ::fstat(file_.get(), &facts) != 0) fail_file("read", shown_, errno);
    size_bytes_ = std::uint64_t(facts.st_size);
    auto reader = from_begin();
    if (!S_ISREG(facts.st_mode)) reader.refuse("it is no plain file");
    const auto first = reader.next();
    if (!first || first->name != backup_entry::head) reader.refuse("it begins with something else");
    parse_backup_head(reader.read(head_bytes_max));
}

backup_contents backup_reader::verify(const move_context& context) {
    return check(from_begin(), size_bytes_, context).run();
}

void backup_reader::each_record(const std::function<void(const kept_character&)>& take) {
    auto reader = from_begin();
    for (auto entry = reader.next(); entry; entry = reader.next())
        if (entry->name == backup_entry::records)
            reader.read_lines(line_bytes_max,
                              [&](std::string_view line) { take(parse_record_line(line)); });
}

void backup_reader::each_file(
    const std::function<void(const std::string& path, std::string bytes)>& take) {
    auto reader = from_begin();
    for (auto entry = reader.next(); entry; entry = reader.next())
        if (entry->name.starts_with(backup_entry::assets))
            take(entry->name.substr(backup_entry::assets.size()), reader.read(limits::image_bytes));
}

archive_reader backup_reader::from_begin() const {
    return archive_reader(file_.get(), shown_);
}

void expect_replaceable(const fs::path& file) {
    struct stat facts {};
    if (::lstat(file.c_str(), &facts) != 0 && errno == ENOENT) return;
    try {
        backup_reader existing(file);
    } catch (const error& failure) {
        if (failure.code() != errc::corrupted) throw;
        throw error(errc::conflict,
                    fmt::format("{} is there already and is no backup of medusa", file.string()),
                    "Give the backup another name; only an older backup is replaced");
    }
}

}  // namespace medusa
