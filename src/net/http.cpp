#include "net/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "core/version.hpp"
#include "net/call.hpp"
#include "net/curl_lines.hpp"
#include "net/url.hpp"

namespace medusa {
namespace {

call_words words_of(const http_request& request) {
    return {request.failure_words, request.upstream, request.url, request.facts};
}

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    for (auto& c : lower)
        if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The reply as it arrives, with its limits; curl calls the two functions.
struct arriving_reply {
    explicit arriving_reply(std::size_t bytes_max) : body_bytes_max(bytes_max) {}

    http_reply reply;
    std::size_t body_bytes_max;
    std::size_t header_bytes = 0;
    bool too_large = false;
    bool head_is_whole = false;

    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self_pointer) {
        auto& self = *static_cast<arriving_reply*>(self_pointer);
        if (size > self.body_bytes_max - self.reply.body.size()) {
            self.too_large = true;
            return CURL_WRITEFUNC_ERROR;
        }
        self.reply.body.append(data, size);
        return size;
    }

    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self_pointer) {
        auto& self = *static_cast<arriving_reply*>(self_pointer);
        self.header_bytes += size;
        if (self.header_bytes > reply_header_bytes_max) {
            self.too_large = true;
            return CURL_WRITEFUNC_ERROR;
        }
        const std::string_view line(data, size);
        const auto colon = line.find(':');
        // A status line: what came before it was an interim reply (100, 103).
        if (line.starts_with("HTTP/")) {
            self.reply.headers.clear();
            self.head_is_whole = false;
        } else if (trimmed(line).empty()) {
            self.head_is_whole = true;
        } else if (colon != std::string_view::npos) {
            self.reply.headers.push_back({lower_ascii(trimmed(line.substr(0, colon))),
                                          std::string(trimmed(line.substr(colon + 1)))});
        }
        return size;
    }
};

// Opens the sockets of a transfer; curl calls it for every address that it tries.
struct connect_guard {
    const std::function<bool(const sockaddr&)>* may_connect = nullptr;
    bool has_refused = false;

    static curl_socket_t on_open(void* self_pointer, curlsocktype, curl_sockaddr* to) {
        auto& self = *static_cast<connect_guard*>(self_pointer);
        if (!(*self.may_connect)(to->addr)) {
            self.has_refused = true;
            return CURL_SOCKET_BAD;
        }
        return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    }
};

// A part of a form, read from the caller's memory instead of copied.
struct part_reader {
    std::string_view data;
    std::size_t position = 0;

    static std::size_t read(char* buffer, std::size_t size, std::size_t count, void* self_pointer) {
        auto& self = *static_cast<part_reader*>(self_pointer);
        const auto piece = self.data.substr(self.position, size * count);
        std::memcpy(buffer, piece.data(), piece.size());
        self.position += piece.size();
        return piece.size();
    }

    static int seek(void* self_pointer, curl_off_t offset, int origin) {
        auto& self = *static_cast<part_reader*>(self_pointer);
        if (origin != SEEK_SET || offset < 0 || std::size_t(offset) > self.data.size())
            return CURL_SEEKFUNC_FAIL;
        self.position = std::size_t(offset);
        return CURL_SEEKFUNC_OK;
    }
};

socket_failure failure_of(CURLcode code, bool connected, bool reply_began) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return socket_failure::unknown_host;
        case CURLE_COULDNT_CONNECT:
            return socket_failure::refused;
        case CURLE_OPERATION_TIMEDOUT:
            return connected ? socket_failure::silent : socket_failure::connect_timeout;
        case CURLE_PEER_FAILED_VERIFICATION:
            return socket_failure::certificate;
        case CURLE_SSL_CONNECT_ERROR:
            return socket_failure::tls;
        case CURLE_UNSUPPORTED_PROTOCOL:  // "HTTP/0.9 when not allowed": bytes without a status
                                          // line
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_BAD_CONTENT_ENCODING:
            return socket_failure::not_http;
        case CURLE_FILESIZE_EXCEEDED:
            return socket_failure::too_large;
        default:
            return reply_began ? socket_failure::cut_short : socket_failure::reset;
    }
}

// One request on one line, from its options to its reply.
class transfer {
public:
    transfer(const http_request& request, const url_parts& address, const http_options& options,
             curl_line& line)
        : request_(request), line_(line), arriving_(request.reply_bytes_max) {
        set_address(address, options);
        set_limits();
        set_headers();
        set_body();
        set(CURLOPT_WRITEFUNCTION, &arriving_reply::on_body);
        set(CURLOPT_WRITEDATA, &arriving_);
        set(CURLOPT_HEADERFUNCTION, &arriving_reply::on_header);
        set(CURLOPT_HEADERDATA, &arriving_);
    }

    http_reply run(std::stop_token stop) {
        CURLM* const multi = line_.multi.get();
        const auto code = perform(multi, stop);
        // Removing an unfinished transfer also closes its connection.
        curl_multi_remove_handle(multi, line_.easy.get());
        if (!code) throw stopped_error(words_of(request_));
        arriving_.reply.status = int(read<long>(CURLINFO_RESPONSE_CODE));
        const bool is_final = arriving_.head_is_whole && arriving_.reply.status >= 200;
        if (*code != CURLE_OK && !(request_.head_is_enough && is_final)) throw failed(*code);
        return std::move(arriving_.reply);
    }

private:
    template <class Value>
    void set(CURLoption option, Value value) {
        if (curl_easy_setopt(line_.easy.get(), option, value) != CURLE_OK)
            throw error(errc::internal, fmt::format("curl refused its option {}", int(option)));
    }

    template <class Value>
    Value read(CURLINFO what) const {
        Value value{};
        curl_easy_getinfo(line_.easy.get(), what, &value);
        return value;
    }

    void set_address(const url_parts& address, const http_options& options) {
        set(CURLOPT_URL, request_.url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_2TLS));
        set(CURLOPT_TCP_KEEPALIVE, 1L);
        set(CURLOPT_NOSIGNAL, 1L);
        // Without it, an aborted look-up of a name would be waited for.
        set(CURLOPT_QUICK_EXIT, 1L);
        if (is_loopback(address.host)) set(CURLOPT_PROXY, "");
        if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
        set(CURLOPT_ERRORBUFFER, note_.data());
        if (options.may_connect) {
            guard_.may_connect = &options.may_connect;
            set(CURLOPT_OPENSOCKETFUNCTION, &connect_guard::on_open);
            set(CURLOPT_OPENSOCKETDATA, &guard_);
            set(CURLOPT_PROXY, "");
        }
        // On a kept connection that turns out dead, curl would send the request again by itself.
        if (!request_.facts.idempotent) set(CURLOPT_FRESH_CONNECT, 1L);
    }

    void set_limits() {
        set(CURLOPT_CONNECTTIMEOUT_MS, long(request_.connect_timeout.count()));
        set(CURLOPT_TIMEOUT_MS, long(request_.deadline.count()));
        // Curl refuses by the header "Content-Length", before the head is whole.
        if (!request_.head_is_enough)
            set(CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request_.reply_bytes_max));
        if (request_.silence_max.count() == 0) return;
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, long((request_.silence_max.count() + 999) / 1'000));
    }

    void set_headers() {
        // Some servers never answer "Expect: 100-continue", which curl sends with larger bodies.
        add_header("Expect:");
        const auto user_agent = fmt::format("medusa/{}", version);
        set(CURLOPT_USERAGENT, user_agent.c_str());
        set(CURLOPT_ACCEPT_ENCODING, "gzip");
        bool typed = false;
        for (const auto& header : request_.headers) {
            typed = typed || lower_ascii(header.name) == "content-type";
            add_header(header.value.empty() ? header.name + ";"
                                            : fmt::format("{}: {}", header.name, header.value));
        }
        // Otherwise curl declares every body to be a form.
        if (!typed && request_.form.empty()) add_header("Content-Type:");
        if (!request_.bearer.empty()) add_header("Authorization: Bearer " + request_.bearer);
        set(CURLOPT_HTTPHEADER, headers_.get());
    }

    void add_header(const std::string& line) {
        auto* const longer = curl_slist_append(headers_.get(), line.c_str());
        if (!longer) throw error(errc::internal, "no memory for a header");
        static_cast<void>(headers_.release());
        headers_.reset(longer);
    }

    void set_body() {
        if (!request_.form.empty()) {
            set_form();
        } else if (!request_.body.empty() || request_.method == "POST") {
            set(CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request_.body.size()));
            set(CURLOPT_POSTFIELDS, request_.body.data());
        }
        if (request_.method == "HEAD")
            set(CURLOPT_NOBODY, 1L);
        else
            set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }

    void set_form() {
        form_.reset(curl_mime_init(line_.easy.get()));
        readers_.reserve(request_.form.size());
        for (const auto& field : request_.form) {
            auto* const part = curl_mime_addpart(form_.get());
            const std::string_view data = field.borrowed.empty() ? field.data : field.borrowed;
            auto& reader = readers_.emplace_back(part_reader{data});
            if (!part || curl_mime_name(part, field.name.c_str()) != CURLE_OK ||
                curl_mime_data_cb(part, curl_off_t(data.size()), &part_reader::read,
                                  &part_reader::seek, nullptr, &reader) != CURLE_OK)
                throw error(errc::internal, "no memory for a form");
            if (!field.file_name.empty()) curl_mime_filename(part, field.file_name.c_str());
            if (!field.content_type.empty()) curl_mime_type(part, field.content_type.c_str());
        }
        set(CURLOPT_MIMEPOST, form_.get());
    }

    // Empty if `stop` came first.
    std::optional<CURLcode> perform(CURLM* multi, const std::stop_token& stop) {
        curl_multi_add_handle(multi, line_.easy.get());
        const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
        while (!stop.stop_requested()) {
            int running = 0;
            if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
            int left = 0;
            if (const auto* message = curl_multi_info_read(multi, &left))
                return message->data.result;
            // Curl shortens the pause to its own next deadline.
            constexpr int pause_ms_max = 60'000;
            curl_multi_poll(multi, nullptr, 0, pause_ms_max, nullptr);
        }
        return std::nullopt;
    }

    error failed(CURLcode code) const {
        if (code == CURLE_COULDNT_CONNECT && guard_.has_refused)
            return {errc::invalid_argument, remote_failure{},
                    fmt::format("{}: {} leads to an address that is not public",
                                request_.failure_words, printable_url(request_.url)),
                    "Use an address that can be reached from everywhere", request_.upstream};
        // The time at which the request could begin to be sent; 0: it never could.
        const bool connected = read<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) > 0;
        const auto length = read<curl_off_t>(CURLINFO_CONTENT_LENGTH_UPLOAD_T);
        const auto uploaded = read<curl_off_t>(CURLINFO_SIZE_UPLOAD_T);
        const bool sent = connected && uploaded >= length;
        const auto failure = arriving_.too_large
                                 ? socket_failure::too_large
                                 : failure_of(code, connected, arriving_.header_bytes > 0);
        return socket_error(words_of(request_), failure, sent, note_.data());
    }

    const http_request& request_;
    curl_line& line_;
    arriving_reply arriving_;
    connect_guard guard_;
    std::array<char, CURL_ERROR_SIZE> note_{};
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_{nullptr,
                                                                         &curl_slist_free_all};
    std::vector<part_reader> readers_;
    std::unique_ptr<curl_mime, decltype(&curl_mime_free)> form_{nullptr, &curl_mime_free};
};

class curl_client final : public http_client {
public:
    explicit curl_client(http_options options) : options_(std::move(options)) {}

    http_reply send(const http_request& request, std::stop_token stop) override {
        const auto address = address_of(words_of(request), "http");
        check_headers(request.headers, request.bearer);
        auto line = lines_.take(address.origin());
        // A line whose transfer threw is as good as new: curl has closed what was unfinished.
        struct returner {
            curl_lines& lines;
            std::unique_ptr<curl_line>& line;
            ~returner() { lines.give_back(std::move(line)); }
        } const returner{lines_, line};
        transfer one(request, address, options_, *line);
        return one.run(std::move(stop));
    }

private:
    const http_options options_;
    curl_lines lines_;
};

// Curl's own set-up, once a program and never undone: other libraries may use curl as well.
void start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) throw error(errc::internal, "curl does not start");
}

}  // namespace

std::unique_ptr<http_client> make_http_client(http_options options) {
    start_curl();
    return std::make_unique<curl_client>(std::move(options));
}

std::optional<error> reply_error(const http_request& request, const http_reply& reply,
                                 std::string_view reason, const clock& time) {
    return status_error(words_of(request), reply.status, reply.headers, reply.body, reason,
                        time.now());
}

http_reply send_checked(http_client& client, const http_request& request, std::stop_token stop) {
    auto reply = client.send(request, std::move(stop));
    if (auto failed = reply_error(request, reply)) throw std::move(*failed);
    return reply;
}

}  // namespace medusa
