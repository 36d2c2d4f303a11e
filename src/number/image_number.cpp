#include "number/image_number.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes_max = 256;
// What scripts in other languages still hold exactly.
constexpr std::int64_t number_max = (std::int64_t{1} << 53) - 1;

struct number_file {
    std::int64_t number = -1;  // below every count: not there yet, or damaged
    bool damaged = false;
};

// A link could lead anywhere, and replacing a file of someone else would take it from him.
void check_ours(const fs::path& file) {
    struct stat facts {};
    if (::lstat(file.c_str(), &facts) != 0) {
        if (errno == ENOENT) return;
        fail_file("look at", file, errno);
    }
    if (!S_ISREG(facts.st_mode))
        throw error(errc::storage, fmt::format("{} is not a plain file", file.string()));
    if (facts.st_uid != ::geteuid())
        throw error(errc::storage, fmt::format("{} belongs to another user", file.string()));
}

number_file read_number(const fs::path& file) {
    check_ours(file);
    std::string text;
    try {
        text = collapse_spaces(read_file(file, file_bytes_max));
    } catch (const error& reason) {
        if (reason.code() == errc::not_found) return {};
        if (reason.code() == errc::invalid_argument) return {.number = -1, .damaged = true};
        throw;
    }
    if (text.empty()) return {};
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = problem == std::errc() && end == text.data() + text.size();
    if (!whole || text[0] == '-' || number > number_max) return {.number = -1, .damaged = true};
    return {.number = number};
}

// The first free name of the form `<file>.damaged-N`.
fs::path keep_aside(const fs::path& file) {
    fs::path aside;
    for (int n = 1; aside.empty() || fs::exists(fs::symlink_status(aside)); ++n)
        aside = fmt::format("{}.damaged-{}", file.string(), n);
    fs::rename(file, aside);
    return aside;
}

// Runs what touches the file; whatever it cannot do is reported with the way out.
template <typename action>
auto on_file(const fs::path& file, const action& act) {
    constexpr auto advice = "Set MEDUSA_IMAGE_NUMBER_FILE to a file in a folder of yours";
    try {
        return act();
    } catch (const error& reason) {
        if (reason.code() == errc::timed_out) throw;
        throw error(errc::storage, reason.detail(), advice);
    } catch (const fs::filesystem_error& reason) {
        throw error(errc::storage,
                    fmt::format("cannot use {}: {}", file.string(), reason.code().message()),
                    advice);
    }
}

file_lock lock_beside(const fs::path& file, std::chrono::milliseconds patience) {
    if (file.has_parent_path()) make_folder(file.parent_path());
    return file_lock(fs::path(file) += ".lock", patience);
}

}  // namespace

number_turn::number_turn(fs::path file, image_store& images, std::chrono::milliseconds patience)
    : file_(std::move(file)),
      images_(images),
      lock_(on_file(file_, [&] { return lock_beside(file_, patience); })) {
    const auto current = on_file(file_, [&] { return read_number(file_); });
    found_ = current.number;
    damaged_ = current.damaged;
}

std::int64_t number_turn::next() const {
    const auto highest = std::max(images_.highest_number(), found_);
    return std::min(std::max<std::int64_t>(highest, 0) + 1, number_max);
}

std::optional<std::string> number_turn::advance(std::int64_t number) {
    return on_file(file_, [&] {
        std::optional<std::string> warning;
        if (damaged_)
            warning = fmt::format("{} did not hold a number; it is kept as {}", file_.string(),
                                  keep_aside(file_).string());
        if (found_ < number)
            write_file_atomic(file_, fmt::format("{}\n", number), durability::soon);
        return warning;
    });
}

counted_image count_image(const fs::path& file, image_store& images, const std::string& image_id,
                          std::chrono::milliseconds patience) {
    number_turn turn(file, images, patience);
    const auto record = images.find(image_id);
    if (!record) throw error(errc::not_found, fmt::format("image {} does not exist", image_id));
    counted_image result{record->number.value_or(0), {}};
    if (!record->number) {
        result.number = turn.next();
        images.set_number(image_id, result.number);
    }
    result.warning = turn.advance(result.number);
    return result;
}

std::string check_number_file(const fs::path& file) {
    const auto current = on_file(file, [&] {
        const auto lock = lock_beside(file, lock_patience);
        return read_number(file);
    });
    if (current.damaged)
        throw error(errc::storage, fmt::format("{} does not hold a number", file.string()),
                    "The next picture puts it aside and goes on counting from the records; "
                    "remove it if you do not need it");
    if (current.number < 0) return fmt::format("{}, not made yet", file.string());
    return fmt::format("{} holds {}", file.string(), current.number);
}

}  // namespace medusa
