#include "cli/batch_file.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "cli/csv.hpp"
#include "cli/numbers.hpp"
#include "core/files.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::size_t batch_file_bytes = std::size_t{256} << 20;
constexpr std::size_t line_bytes = std::size_t{1} << 20;
// Reading stops at the first character too many.
constexpr std::size_t characters_read = limits::batch_file_lines + 1;

[[noreturn]] void refuse(std::string detail, std::string advice = {}) {
    throw error(errc::invalid_argument, std::move(detail), std::move(advice));
}

std::vector<std::string> words_from(const std::string& text) {
    std::vector<std::string> words;
    for (const auto& part : split(text, ','))
        if (auto word = collapse_spaces(part); !word.empty()) words.push_back(std::move(word));
    return words;
}

struct field_reader {
    std::string name;
    void (*read)(character_draft&, const std::string& name, const std::string& text);
};

const field_reader fields[] = {
    {"name", [](auto& d, auto&, auto& text) { d.name = text; }},
    {"description", [](auto& d, auto&, auto& text) { d.description = text; }},
    {"style", [](auto& d, auto&, auto& text) { d.style = text; }},
    {"tags", [](auto& d, auto&, auto& text) { d.tags = words_from(text); }},
    {"seed",
     [](auto& d, auto& n, auto& t) { d.seed = std::uint64_t(whole_number(n, t, seed_range)); }},
    {"steps",
     [](auto& d, auto& n, auto& t) { d.settings.steps = int(whole_number(n, t, steps_range)); }},
    {"cfg", [](auto& d, auto& n, auto& t) { d.settings.cfg = cfg_number(n, t); }},
    {"width",
     [](auto& d, auto& n, auto& t) { d.settings.width = int(whole_number(n, t, side_px_range)); }},
    {"height",
     [](auto& d, auto& n, auto& t) { d.settings.height = int(whole_number(n, t, side_px_range)); }},
    {"model", [](auto& d, auto&, auto& text) { d.settings.model = text; }},
    {"sampler", [](auto& d, auto&, auto& text) { d.settings.sampler = text; }},
    {"scheduler", [](auto& d, auto&, auto& text) { d.settings.scheduler = text; }},
};

const field_reader& reader_of(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& field : fields) {
        if (field.name == name) return field;
        known.push_back(field.name);
    }
    const auto near = nearest(name, known);
    refuse(fmt::format("there is no field \"{}\"", printable(name)),
           near.empty() ? fmt::format("There are {}", fmt::join(known, ", "))
                        : fmt::format("Did you mean {}?", near));
}

// Any JSON value as the text that a CSV cell would hold.
std::string cell_text(const std::string& name, const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_double()) {
        // Many programs write every number as a double: 3.0 and 1e3 are whole numbers all the same.
        const double number = value.get_double();
        const bool whole = number == std::trunc(number) && std::abs(number) <= limits::seed_max;
        return whole ? std::to_string(std::int64_t(number)) : fmt::format("{}", number);
    }
    if (value.is_number()) return json::serialize(value);
    if (value.is_array() && name == "tags") {
        std::string joined;
        for (const auto& tag : value.get_array()) {
            if (!tag.is_string()) refuse("tags must be words");
            joined += std::string(tag.get_string()) + ",";
        }
        return joined;
    }
    refuse(fmt::format("the field \"{}\" holds a value of a wrong kind", printable(name)));
}

character_draft draft_from_json(std::string_view line, character_draft draft) {
    if (line.size() > line_bytes) refuse("the line is longer than 1 MiB");
    json::error_code fault;
    const auto value = json::parse(line, fault);
    if (fault) refuse("the line is no JSON: " + fault.message());
    if (!value.is_object()) refuse("the line is no JSON object", "Write {\"name\":\"…\",…}");
    for (const auto& [key, content] : value.get_object()) {
        const std::string name(key);
        const auto& field = reader_of(name);
        if (!content.is_null()) field.read(draft, name, cell_text(name, content));
    }
    return draft;
}

template <class Read>
batch_entry entry_of(int line, const Read& read) {
    batch_entry entry;
    entry.line = line;
    try {
        entry.draft = read();
    } catch (const error& unreadable) {
        entry.unreadable = unreadable;
    }
    return entry;
}

// The text up to the next LF, CR LF or CR, which is taken away with it.
std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(end);
    if (text.starts_with("\r\n"))
        text.remove_prefix(2);
    else if (!text.empty())
        text.remove_prefix(1);
    return line;
}

std::vector<batch_entry> read_jsonl(std::string_view text, const character_draft& defaults) {
    std::vector<batch_entry> entries;
    for (int number = 1; !text.empty() && entries.size() < characters_read; ++number) {
        const auto line = take_line(text);
        if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
        entries.push_back(entry_of(number, [&] { return draft_from_json(line, defaults); }));
    }
    return entries;
}

std::vector<std::string> header_of(const csv_row& row) {
    if (!row.closed) refuse("a quote in the header is never closed");
    std::vector<std::string> header;
    for (const auto& field : row.fields) {
        auto name = collapse_spaces(field);
        reader_of(name);
        if (std::find(header.begin(), header.end(), name) != header.end())
            refuse(fmt::format("the header names the field \"{}\" twice", name));
        header.push_back(std::move(name));
    }
    return header;
}

std::vector<batch_entry> read_csv(std::string_view text, const character_draft& defaults) {
    const auto rows = parse_csv(text, characters_read + 1);
    if (rows.empty()) return {};
    const auto header = header_of(rows.front());
    std::vector<batch_entry> entries;
    for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
        entries.push_back(entry_of(row->line, [&] {
            if (!row->closed)
                refuse("a quote is never closed: from this line on, the file was not read",
                       "Close it, or write two quotes for one that belongs to the text");
            if (row->fields.size() != header.size())
                refuse(fmt::format("the row has {}, the header {}",
                                   counted(row->fields.size(), "field"), header.size()));
            character_draft draft = defaults;
            for (std::size_t i = 0; i < header.size(); ++i) {
                if (row->fields[i].empty()) continue;
                reader_of(header[i]).read(draft, header[i], row->fields[i]);
            }
            return draft;
        }));
    }
    return entries;
}

}  // namespace

std::vector<batch_entry> read_batch_file(const std::filesystem::path& path,
                                         const character_draft& defaults) {
    const auto ending = to_lower(path.extension().string());
    if (ending != ".jsonl" && ending != ".csv")
        refuse(fmt::format("{} is neither a .jsonl nor a .csv file", path.string()));
    const auto text = [&] {
        try {
            return read_file(path, batch_file_bytes);
        } catch (const error& cause) {
            refuse("the batch file cannot be used: " + cause.detail());
        }
    }();
    if (!is_valid_utf8(text))
        refuse(fmt::format("{} is not text in UTF-8", path.string()), "Save it as UTF-8");
    std::string_view content = text;
    constexpr std::string_view mark = "\xEF\xBB\xBF";  // spreadsheets and editors write it first
    if (content.starts_with(mark)) content.remove_prefix(mark.size());
    auto entries = ending == ".csv" ? read_csv(content, defaults) : read_jsonl(content, defaults);
    if (entries.empty()) refuse(fmt::format("{} holds no character", path.string()));
    if (entries.size() > limits::batch_file_lines)
        refuse(fmt::format("{} holds more than {} characters", path.string(),
                           fmt::group_digits(limits::batch_file_lines)),
               "Split it into several files");
    return entries;
}

}  // namespace medusa
