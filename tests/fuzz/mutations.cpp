#include "mutations.hpp"

#include <algorithm>
#include <string_view>

namespace medusa::fuzzing {
namespace {

constexpr std::size_t changes_max = 8;
constexpr std::size_t piece_bytes_max = 64;
constexpr std::size_t repeats_max = 200;

// What parsers of ours look for, and where they might count wrongly.
constexpr std::string_view words[] = {
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\t",
    " ",
    ":",
    ";",
    ",",
    "=",
    "/",
    "?",
    "&",
    "%",
    "%00",
    "%2e",
    "%2f",
    "%25",
    "..",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "{\"a\":",
    "null",
    "true",
    "1e999",
    "\\u0000",
    "\\ud800",
    "\xc3\xa9",
    "\xff",
    "\xe2\x80\xae",
    "0",
    "-1",
    "1",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
    "0x10",
    "1e3",
    "GET ",
    "POST ",
    "HEAD ",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    "Host: a\r\n",
    "Content-Length: ",
    "Expect: ",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
    "ffffffffffffffff",
    "100-continue",
    "gzip;q=0",
    "identity",
    "bytes=",
    "bytes=0-",
    "W/\"",
    "wait=",
    "respond-async",
    "Bearer ",
    "chunked",
    "*",
    "if-range: ",
    "range: ",
    "if-none-match: ",
    "prefer: ",
    "accept-encoding: ",
    "origin: ",
    "cursor=b",
    "limit=",
    "size=256",
    "imageType",
    "name",
    "description",
    "tags",
    "seed",
};

}  // namespace

std::string mutator::piece_of(const std::string& input) {
    if (input.empty()) return {};
    const auto at = drawn(input.size());
    return input.substr(at, 1 + drawn(std::min(piece_bytes_max, input.size() - at)));
}

void mutator::change(std::string& input, const std::vector<std::string>& corpus) {
    const auto at = drawn(input.size() + 1);
    const bool at_end = at == input.size();
    switch (drawn(8)) {
        case 0:
            if (!at_end) input[at] = char(input[at] ^ (1 << drawn(8)));
            break;
        case 1:
            if (!at_end) input[at] = char(drawn(256));
            break;
        case 2:
            input.insert(at, 1, char(drawn(256)));
            break;
        case 3:
            input.erase(at, 1 + drawn(piece_bytes_max));
            break;
        case 4:
            input.insert(at, words[drawn(std::size(words))]);
            break;
        case 5: {
            const auto word = words[drawn(std::size(words))];
            input.replace(at, std::min(word.size(), input.size() - at), word);
            break;
        }
        case 6:
            input.insert(at, piece_of(corpus[drawn(corpus.size())]));
            break;
        default: {
            const auto piece = piece_of(input);
            for (auto times = drawn(repeats_max); times > 0; --times) input.insert(at, piece);
            break;
        }
    }
}

std::string mutator::changed(const std::vector<std::string>& corpus) {
    auto input = corpus[drawn(corpus.size())];
    if (drawn(8) == 0) {
        const auto& other = corpus[drawn(corpus.size())];
        input = input.substr(0, drawn(input.size() + 1)) + other.substr(drawn(other.size() + 1));
    }
    for (auto times = 1 + drawn(changes_max); times > 0; --times) change(input, corpus);
    if (input.size() > input_bytes_max) input.resize(input_bytes_max);
    return input;
}

}  // namespace medusa::fuzzing
