#include "engine/sketch/svg_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace medusa::sketch {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// Reads values off the front of a text.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    bool done() {
        skip(blanks);
        return rest_.empty();
    }

    // Before a number that follows another one a comma may stand.
    std::optional<double> number(bool first) {
        skip(blanks);
        if (!first && !rest_.empty() && rest_.front() == ',') rest_.remove_prefix(1);
        skip(blanks);
        if (rest_.starts_with('+')) rest_.remove_prefix(1);
        double value = 0;
        const char* begin = rest_.data();
        const auto [end, problem] = std::from_chars(begin, begin + rest_.size(), value);
        if (problem != std::errc() || !std::isfinite(value)) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - begin));
        return value;
    }

    // Of an arc: 0 or 1, with nothing needed behind it.
    bool flag() {
        skip(" ,\t\r\n");
        if (rest_.empty() || (rest_.front() != '0' && rest_.front() != '1')) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool number_follows() const {
        reader ahead(rest_);
        return ahead.number(false).has_value();
    }

    char take() {
        const char first = rest_.front();
        rest_.remove_prefix(1);
        return first;
    }

    std::string_view word_until(char end) {
        const auto at = rest_.find(end);
        if (at == std::string_view::npos) return {};
        const auto word = rest_.substr(0, at);
        rest_.remove_prefix(at + 1);
        return word;
    }

private:
    void skip(std::string_view characters) {
        const auto at = rest_.find_first_not_of(characters);
        rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
    }

    std::string_view rest_;
};

// How many numbers a command of a path takes; -1 for what is none.
int numbers_of(char command) {
    switch (command | 0x20) {
        case 'z':
            return 0;
        case 'h':
        case 'v':
            return 1;
        case 'm':
        case 'l':
        case 't':
            return 2;
        case 's':
        case 'q':
            return 4;
        case 'c':
            return 6;
        case 'a':
            return 7;
    }
    return -1;
}

bool is_flag(char command, int index) {
    return (command | 0x20) == 'a' && (index == 3 || index == 4);
}

bool read_arguments(reader& from, char command) {
    const int count = numbers_of(command);
    if (count <= 0) return count == 0;
    bool first = true;
    do {
        for (int i = 0; i < count; ++i) {
            if (is_flag(command, i) ? !from.flag() : !from.number(first)) return false;
            first = false;
        }
    } while (from.number_follows());
    return true;
}

bool takes(std::string_view transform, std::size_t numbers) {
    if (transform == "translate" || transform == "scale") return numbers == 1 || numbers == 2;
    if (transform == "rotate") return numbers == 1 || numbers == 3;
    if (transform == "skewX" || transform == "skewY") return numbers == 1;
    return transform == "matrix" && numbers == 6;
}

}  // namespace

std::optional<double> svg_value(std::string_view text) {
    const auto found = svg_values(text);
    if (!found || found->size() != 1) return std::nullopt;
    return found->front();
}

std::optional<std::vector<double>> svg_values(std::string_view text) {
    std::vector<double> found;
    for (reader from(text); !from.done();) {
        const auto value = from.number(found.empty());
        if (!value) return std::nullopt;
        found.push_back(*value);
    }
    return found;
}

bool holds_word(std::string_view list, std::string_view word) {
    for (std::size_t at = 0; at < list.size();) {
        const auto end = std::min(list.find(' ', at), list.size());
        if (list.substr(at, end - at) == word) return true;
        at = end + 1;
    }
    return false;
}

bool is_hex_colour(std::string_view text) {
    return text.size() == 7 && text.front() == '#' &&
           text.substr(1).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_path_data(std::string_view text) {
    bool moved = false;
    for (reader from(text); !from.done();) {
        const char command = from.take();
        if (!moved && command != 'M' && command != 'm') return false;
        moved = true;
        if (!read_arguments(from, command)) return false;
    }
    return moved;
}

bool is_transform(std::string_view text) {
    for (reader from(text); !from.done();) {
        const auto name = from.word_until('(');
        const auto numbers = svg_values(from.word_until(')'));
        if (!numbers || !takes(name, numbers->size())) return false;
    }
    return true;
}

}  // namespace medusa::sketch
