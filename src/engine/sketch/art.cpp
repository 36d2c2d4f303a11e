#include "engine/sketch/art.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/resources.hpp"

namespace medusa::sketch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view home = "sketch/";
constexpr std::size_t art_file_bytes = 4 << 20;

bool is_hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

}  // namespace

art_files embedded_art() {
    art_files made;
    for (const auto name : resource_names(home))
        made.emplace(name.substr(home.size()), resource(name));
    return made;
}

art_files read_art(const fs::path& folder) {
    std::error_code reason;
    if (!fs::is_directory(folder, reason))
        throw error(errc::not_found, fmt::format("there is no folder {}", folder.string()));
    art_files made;
    for (fs::recursive_directory_iterator entry(folder, reason), end; !reason && entry != end;
         entry.increment(reason)) {
        if (is_hidden(entry->path())) {
            if (entry->is_directory()) entry.disable_recursion_pending();
            continue;
        }
        if (entry->is_regular_file())
            made.emplace(entry->path().lexically_relative(folder).generic_string(),
                         read_file(entry->path(), art_file_bytes));
    }
    if (reason) fail_file("read", folder, reason.value());
    return made;
}

std::string_view art_text(const art_files& art, std::string_view name) {
    const auto found = art.find(name);
    if (found == art.end()) throw error(errc::internal, fmt::format("{} is missing", name));
    return found->second;
}

std::vector<std::string> art_names(const art_files& art, std::string_view folder,
                                   std::string_view ending) {
    std::vector<std::string> names;
    for (auto file = art.lower_bound(folder); file != art.end(); ++file) {
        std::string_view name = file->first;
        if (!name.starts_with(folder)) break;
        if (!name.ends_with(ending)) continue;
        name.remove_prefix(folder.size());
        name.remove_suffix(ending.size());
        if (name.find('/') != name.npos) continue;
        names.emplace_back(name);
    }
    return names;
}

void read_or_note(std::vector<art_fault>& faults, std::string_view file,
                  const std::function<void()>& read) {
    try {
        read();
    } catch (const error& problem) {
        faults.push_back({std::string(file), problem.detail()});
    } catch (const std::exception& problem) {
        faults.push_back({std::string(file), problem.what()});
    }
}

void refuse_faults(const std::vector<art_fault>& faults) {
    if (faults.empty()) return;
    throw error(errc::internal, fmt::format("{}: {}", faults.front().file, faults.front().what));
}

}  // namespace medusa::sketch
