#include "cli/batch_file.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "cli/csv.hpp"
#include "core/files.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::size_t batch_file_bytes = std::size_t{256} << 20;

[[noreturn]] void refuse(std::string detail, std::string advice = {}) {
    throw error(errc::invalid_argument, std::move(detail), std::move(advice));
}

template <class Number>
Number number_from(const std::string& field, const std::string& text) {
    Number value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size())
        refuse(fmt::format("{} must be a number, not \"{}\"", field, printable(text)));
    return value;
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
    {"seed", [](auto& d, auto& n, auto& text) { d.seed = number_from<std::uint64_t>(n, text); }},
    {"steps", [](auto& d, auto& n, auto& text) { d.settings.steps = number_from<int>(n, text); }},
    {"cfg", [](auto& d, auto& n, auto& text) { d.settings.cfg = number_from<double>(n, text); }},
    {"width", [](auto& d, auto& n, auto& text) { d.settings.width = number_from<int>(n, text); }},
    {"height", [](auto& d, auto& n, auto& text) { d.settings.height = number_from<int>(n, text); }},
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

character_draft draft_from_json(const std::string& line, character_draft draft) {
    json::error_code fault;
    const auto value = json::parse(line, fault);
    if (fault) refuse("the line is no JSON: " + fault.message());
    if (!value.is_object()) refuse("the line is no JSON object", "Write {\"name\":\"…\",…}");
    for (const auto& [key, content] : value.get_object()) {
        const std::string name(key);
        reader_of(name).read(draft, name, cell_text(name, content));
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

std::vector<batch_entry> read_jsonl(const std::string& text, const character_draft& defaults) {
    std::vector<batch_entry> entries;
    int number = 0;
    for (const auto& line : split(text, '\n')) {
        ++number;
        if (collapse_spaces(line).empty()) continue;
        entries.push_back(entry_of(number, [&] { return draft_from_json(line, defaults); }));
    }
    return entries;
}

std::vector<batch_entry> read_csv(const std::string& text, const character_draft& defaults) {
    const auto rows = parse_csv(text);
    if (rows.empty()) return {};
    const auto& header = rows.front().fields;
    for (const auto& name : header) reader_of(collapse_spaces(name));
    std::vector<batch_entry> entries;
    for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
        entries.push_back(entry_of(row->line, [&] {
            if (!row->closed) refuse("a quote is never closed");
            if (row->fields.size() != header.size())
                refuse(fmt::format("the row has {} fields, the header {}", row->fields.size(),
                                   header.size()));
            character_draft draft = defaults;
            for (std::size_t i = 0; i < header.size(); ++i) {
                const auto name = collapse_spaces(header[i]);
                if (!row->fields[i].empty()) reader_of(name).read(draft, name, row->fields[i]);
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
    auto entries = ending == ".csv" ? read_csv(text, defaults) : read_jsonl(text, defaults);
    if (entries.empty()) refuse(fmt::format("{} holds no character", path.string()));
    if (entries.size() > limits::batch_file_lines)
        refuse(fmt::format("{} holds {} characters, at most {} are allowed", path.string(),
                           entries.size(), limits::batch_file_lines),
               "Split it into several files");
    return entries;
}

}  // namespace medusa
