// The art files: everything below resources/sketch, by name ("parts/tiara.svg"), as it was when the
// program was built or as it lies in an artist's folder now.
//
// Values that their maker owns: any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/art_desk.hpp"

namespace medusa::sketch {

using art_files = std::map<std::string, std::string, std::less<>>;

art_files embedded_art();

// Every plain file below `folder` but hidden ones. Throws error(not_found) where there is no such
// folder, error(storage) where a file cannot be read and error(invalid_argument) for one that is
// larger than any drawing of ours.
art_files read_art(const std::filesystem::path& folder);

// Throws error(internal) for a file that is missing.
std::string_view art_text(const art_files& art, std::string_view name);

// The files of one folder ("parts/"), but not of folders in it, with one ending (".svg"): their
// names without both.
std::vector<std::string> art_names(const art_files& art, std::string_view folder,
                                   std::string_view ending);

// Runs `read`; what it throws becomes a fault of `file`.
void read_or_note(std::vector<art_fault>& faults, std::string_view file,
                  const std::function<void()>& read);

// Throws the first fault as error(internal), if there is any.
void refuse_faults(const std::vector<art_fault>& faults);

}  // namespace medusa::sketch
