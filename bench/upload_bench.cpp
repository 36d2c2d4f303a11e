// What an upload to Cloudinary costs beside sending the same bytes: the store's put() of a picture
// of 2 MB and a bare POST of the same form, in turns, against one server on this machine that reads
// as fast as it can. Prints one JSON object; times in milliseconds, medians.
//
// overhead   put() less the bare POST: the digest, the signature, the check of the answer. The
//            target is 5 ms
// memory     how much the process grew, at its peak, over all uploads, in pictures: the target is
//            less than one, so that no second copy was made
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "asset/cloudinary/cloudinary_assets.hpp"
#include "core/hash.hpp"
#include "net/http.hpp"
#include "support/raw_server.hpp"

namespace medusa {
namespace {

using std::chrono::steady_clock;
using testing_support::raw_connection;
using testing_support::raw_server;

constexpr std::size_t picture_bytes = 2'000'000;
constexpr int warm_up = 10;
constexpr int uploads = 200;

// Bytes that do not compress, and so are like a PNG's; the same in both processes.
std::string made_picture() {
    std::string bytes(picture_bytes, '\0');
    std::uint64_t state = 1;
    for (auto& byte : bytes) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        byte = char(state >> 56);
    }
    return bytes;
}

std::string field_of(const std::string& form, std::string_view name) {
    const auto marker = fmt::format("name=\"{}\"\r\n\r\n", name);
    const auto begin = form.find(marker);
    if (begin == std::string::npos) return "";
    const auto from = begin + marker.size();
    return form.substr(from, form.find("\r\n", from) - from);
}

void answer(raw_connection& on, const std::string& etag) {
    for (auto request = on.read_request(); !request.head.empty(); request = on.read_request()) {
        const auto body = fmt::format(R"({{"public_id":"{}","version":1700000000,"etag":"{}"}})",
                                      field_of(request.body, "public_id"), etag);
        if (!on.write(testing_support::raw_reply(200, body))) return;
    }
}

// In a process of its own, so that its memory is not ours. Writes its port to `told`.
[[noreturn]] void serve(int told) {
    const auto etag = md5_hex(made_picture());
    const raw_server server([&](raw_connection& on) { answer(on, etag); });
    const auto port = std::to_string(server.port()) + "\n";
    if (::write(told, port.data(), port.size()) < 0) ::_exit(1);
    for (;;) ::pause();
}

double milliseconds_of(const std::function<void()>& work) {
    const auto start = steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

double median(std::vector<double> of) {
    std::sort(of.begin(), of.end());
    return of[of.size() / 2];
}

double peak_bytes() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return double(used.ru_maxrss) * 1'024;
}

void measure(const std::string& server) {
    const auto picture = made_picture();
    cloudinary_config settings;
    settings.url = fmt::format("cloudinary://key:secret@cloud?upload_prefix={}", server);
    const auto store = make_cloudinary_asset_store({.settings = settings});
    const auto client = make_http_client();
    http_request bare{.method = "POST", .url = server + "/v1_1/cloud/image/upload"};
    bare.form = {{.name = "public_id", .data = "a/characters/b/avatar/x"},
                 {.name = "file",
                  .data = {},
                  .file_name = "file",
                  .content_type = "application/octet-stream",
                  .borrowed = picture}};
    int number = 0;
    const auto put = [&] {
        store->put(fmt::format("a/characters/b/avatar/{}.png", ++number), picture);
    };
    const auto post = [&] { send_checked(*client, bare, {}); };
    for (int i = 0; i < warm_up; ++i) post();
    const auto before = peak_bytes();
    for (int i = 0; i < warm_up; ++i) put();
    std::vector<double> by_store, by_hand;
    for (int i = 0; i < uploads; ++i) {
        by_hand.push_back(milliseconds_of(post));
        by_store.push_back(milliseconds_of(put));
    }
    const auto digest = milliseconds_of([&] { md5_hex(picture); });
    fmt::print(
        R"({{"bytes":{},"uploads":{},"put_ms":{:.2f},"bare_post_ms":{:.2f},"overhead_ms":{:.2f},)"
        R"("of_that_md5_ms":{:.2f},"grown_pictures":{:.2f}}})"
        "\n",
        picture_bytes, uploads, median(by_store), median(by_hand),
        median(by_store) - median(by_hand), digest,
        (peak_bytes() - before) / double(picture_bytes));
}

int run() {
    int told[2];
    if (::pipe(told) != 0) return 1;
    const auto server = ::fork();
    if (server == 0) serve(told[1]);
    char port[16]{};
    if (::read(told[0], port, sizeof port - 1) <= 0) return 1;
    measure(fmt::format("http://127.0.0.1:{}", std::atoi(port)));
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    return 0;
}

}  // namespace
}  // namespace medusa

int main() {
    return medusa::run();
}
