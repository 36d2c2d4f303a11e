// What a backup holds, in this order: medusa-backup.json, which says that it is one; the asset tree
// below assets/; records.jsonl, one character with its images a line; summary.json; and SHA256SUMS
// of all entries before it, as sha256sum writes and checks them. Pure; any thread.
//
// Errors of reading: error(corrupted).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "moving/kept_character.hpp"

namespace medusa {

namespace backup_entry {
inline constexpr std::string_view head = "medusa-backup.json";
inline constexpr std::string_view assets = "assets/";  // and the path of the asset
inline constexpr std::string_view records = "records.jsonl";
inline constexpr std::string_view summary = "summary.json";
inline constexpr std::string_view sums = "SHA256SUMS";
}  // namespace backup_entry

inline constexpr int backup_version = 1;

struct backup_summary {
    std::size_t characters = 0;
    std::size_t images = 0;
    std::size_t files = 0;
    given_out books;
    std::vector<trouble> left_out;  // when it was made
};

std::string backup_head(time_point created_at);
// When it was made; error(corrupted) also for a version that this program does not know.
time_point parse_backup_head(std::string_view text);

// Without its end of line.
std::string record_line(const kept_character& kept);
kept_character parse_record_line(std::string_view line);

std::string summary_text(const backup_summary& summary);
backup_summary parse_summary(std::string_view text);

}  // namespace medusa
