#include "engine/a1111/a1111.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <mutex>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "engine/a1111/dialect.hpp"
#include "net/reply_json.hpp"
#include "net/url.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using namespace a1111;

constexpr auto look_deadline = 20s;     // of a look-up
constexpr auto direct_deadline = 900s;  // of a drawing, where no proxy cuts it
constexpr auto proxy_deadline = 95s;    // a little before the proxy's own 100 s
constexpr auto proxy_estimate_max = 85s;
constexpr auto progress_pause = 1s;
// Base64 makes four bytes of three; the rest is the echo of the request, with a reference in it.
constexpr std::size_t drawing_bytes_max = limits::image_bytes * 3;

bool behind_proxy(const server_address& address) {
    return parse_url(address.url).host.ends_with(".proxy.runpod.net");
}

http_request request_to(const server_address& address, std::string_view path) {
    http_request request;
    request.url = join_url(address.url, path);
    request.bearer = address.bearer;
    request.failure_words = "RunPod connection failed";
    request.upstream = "engine";
    request.facts.service = remote_service::engine;
    request.facts.wants_data = true;
    request.deadline = look_deadline;
    return request;
}

// The body of a list route, empty where the server does not have the route. A web page with 404 is
// the proxy's: the pod is not ready.
std::string optional_body(http_client& http, const server_address& address, std::string_view path,
                          std::stop_token stop) {
    auto request = request_to(address, path);
    // Whoever asks this meets the server for the first time, or waits for it to start.
    request.facts.pod_age = 0s;
    const auto reply = http.send(request, stop);
    const bool page = looks_like_html(reply.headers, reply.body);
    if ((reply.status == 404 || reply.status == 405) && !page) return {};
    if (const auto failed = reply_error(request, reply, reason_of(reply.body))) throw *failed;
    return reply.body;
}

// Work of a drawing in steps of a megapixel: what its time grows with.
double effort_of(const generation_settings& settings) {
    return settings.steps * (double(settings.width) * settings.height / 1e6);
}

class a1111_server final : public image_server {
public:
    a1111_server(server_address address, http_client& http, timer& time)
        : address_(std::move(address)),
          http_(http),
          time_(time),
          proxied_(behind_proxy(address_)) {}

    const server_address& address() const override { return address_; }

    server_capabilities probe(std::stop_token stop) override {
        const auto body = [&](std::string_view path) {
            return optional_body(http_, address_, path, stop);
        };
        server_capabilities offers;
        offers.dialect = dialect_of(body("sdapi/v1/cmd-flags"), body("sdapi/v1/sd-modules"));
        offers.checkpoints = names(body("sdapi/v1/sd-models"), "model_name");
        offers.samplers = names(body("sdapi/v1/samplers"), "name");
        offers.schedulers = names(body("sdapi/v1/schedulers"), "name");
        offers.loras = names(body("sdapi/v1/loras"), "name");
        offers.upscalers = names(body("sdapi/v1/upscalers"), "name");
        auto face = find_face_unit(body("controlnet/module_list"), body("controlnet/model_list"));
        if (face) offers.identity_methods.emplace_back("ipadapter");
        offers.identity_methods.insert(offers.identity_methods.end(), {"img2img", "seed"});
        offers.prompts_at_once = proxied_ ? 1 : 2;
        const std::lock_guard lock(mutex_);
        offers.version = version_;
        offers_ = offers;
        face_ = std::move(face);
        return offers;
    }

    server_load load(std::stop_token stop) override {
        const auto body = optional_body(http_, address_, "internal/pending-tasks", stop);
        const auto said = read_json(body);
        const auto* tasks = member(said, "tasks");
        server_load load;
        if (tasks && tasks->is_array()) load.waiting = int(tasks->get_array().size());
        return load;
    }

    std::optional<picture> run(const attempt_order& order, const progress_sink& progress,
                               std::stop_token stop) override {
        const auto offers = known(stop);
        std::string reference;
        if (order.request.reference && order.identity_method != "seed")
            reference = order.request.reference->read();
        const auto call = drawing_call(order, offers, face(), reference, address_.exclusive);
        check_duration(order.request.settings);
        const auto began = time_.elapsed();
        const auto reply = draw(call, order, offers, progress, stop);
        learn(order.request.settings, time_.elapsed() - began);
        return made(order, offers, drawn_picture(reply.body), !reference.empty());
    }

    // These servers hand a picture out once, to the call that asked for it.
    std::optional<picture> resume(const attempt_order&, const progress_sink&,
                                  std::stop_token) override {
        throw error(errc::unavailable, remote_failure{failure_class::lost},
                    "RunPod connection failed: the server keeps no pictures of earlier calls", {},
                    "engine");
    }

private:
    server_capabilities known(std::stop_token stop) {
        {
            const std::lock_guard lock(mutex_);
            if (offers_) return *offers_;
        }
        return probe(std::move(stop));
    }

    std::optional<face_unit> face() {
        const std::lock_guard lock(mutex_);
        return face_;
    }

    // Refuses what the proxy would cut, once the server's speed is known.
    void check_duration(const generation_settings& settings) {
        const std::lock_guard lock(mutex_);
        const double seconds = seconds_per_effort_ * effort_of(settings);
        if (!proxied_ || seconds <= double(proxy_estimate_max.count())) return;
        throw error(
            errc::invalid_argument,
            fmt::format("this picture would take about {:.0f} s, and the proxy before the "
                        "pod cuts a call after 100 s",
                        seconds),
            fmt::format("Ask for at most {} steps or a smaller picture, or use the pod's "
                        "TCP port or ComfyUI",
                        std::max(1, int(settings.steps * proxy_estimate_max.count() / seconds))));
    }

    void learn(const generation_settings& settings, std::chrono::milliseconds took) {
        const double measured = double(took.count()) / 1000 / effort_of(settings);
        const std::lock_guard lock(mutex_);
        // The first call may have loaded a model: the quickest tells the server's speed.
        seconds_per_effort_ =
            seconds_per_effort_ > 0 ? std::min(seconds_per_effort_, measured) : measured;
    }

    http_reply draw(const call& what, const attempt_order& order, const server_capabilities& offers,
                    const progress_sink& progress, std::stop_token stop) {
        auto request = request_to(address_, what.route);
        request.method = "POST";
        request.headers.push_back({"Content-Type", "application/json"});
        request.body = what.body;
        request.deadline = proxied_ ? proxy_deadline : direct_deadline;
        request.reply_bytes_max = drawing_bytes_max;
        request.facts.idempotent = false;
        if (progress) progress({.reached = render_progress::state::waiting});
        std::jthread watcher;
        if (offers.dialect != "sd.cpp" && progress)
            watcher = std::jthread([&](std::stop_token end) { watch(order, progress, end); });
        try {
            const auto reply = http_.send(request, stop);
            if (const auto failed = reply_error(request, reply, reason_of(reply.body)))
                throw refined(*failed, reply);
            return reply;
        } catch (const error& failure) {
            if (failure.code() == errc::cancelled && !order.request.left.stop_requested())
                cancel(order, offers);
            // Cut while the server drew: it hands the picture to nobody else.
            if (failure.failure() && failure.failure()->kind == failure_class::ambiguous)
                throw error(failure.code(),
                            remote_failure{failure_class::lost, {}, failure.failure()->status},
                            failure.detail(), proxied_ ? proxy_advice : failure.advice(),
                            failure.upstream());
            throw;
        }
    }

    // Out of memory is told as 500 and does not go away by itself on this server; on another it
    // may do well. Everything else is as classified.
    static error refined(const error& failed, const http_reply& reply) {
        if (reply.status == 500 && reply.body.find("OutOfMemory") != std::string::npos)
            return error(errc::unavailable, remote_failure{failure_class::transient, {}, 500},
                         "RunPod connection failed: the server ran out of memory",
                         "Ask for a smaller picture", failed.upstream());
        return failed;
    }

    void watch(const attempt_order& order, const progress_sink& progress, std::stop_token end) {
        const auto body = boost::json::serialize(boost::json::object{
            {"id_task", order.attempt_id}, {"id_live_preview", -1}, {"live_preview", false}});
        while (time_.sleep(progress_pause, end)) {
            try {
                auto request = request_to(address_, "internal/progress");
                request.method = "POST";
                request.headers.push_back({"Content-Type", "application/json"});
                request.body = body;
                const auto now = read_progress(send_checked(http_, request, end).body);
                if (now) tell(*now, order.request.settings.steps, progress);
            } catch (const error&) {
                return;  // progress is a courtesy: the drawing itself reports what is wrong
            }
        }
    }

    static void tell(const task_progress& now, int steps, const progress_sink& progress) {
        if (now.active)
            progress({.step = int(std::lround(now.part * steps)), .steps = steps});
        else if (now.queued)
            progress({.reached = render_progress::state::waiting});
    }

    // The interrupt of this family stops whatever runs, so it is sent only to a server that is
    // ours alone, and only while our task is the one that runs (promises.md P15).
    void cancel(const attempt_order& order, const server_capabilities& offers) noexcept {
        if (!address_.exclusive || offers.dialect == "sd.cpp") return;
        try {
            auto ask = request_to(address_, "internal/progress");
            ask.method = "POST";
            ask.headers.push_back({"Content-Type", "application/json"});
            ask.body = boost::json::serialize(boost::json::object{
                {"id_task", order.attempt_id}, {"id_live_preview", -1}, {"live_preview", false}});
            const auto now = read_progress(send_checked(http_, ask, {}).body);
            if (!now || !now->active) return;
            auto interrupt = request_to(address_, "sdapi/v1/interrupt");
            interrupt.method = "POST";
            send_checked(http_, interrupt, {});
        } catch (const std::exception&) {
            // The picture is thrown away anyway.
        }
    }

    picture made(const attempt_order& order, const server_capabilities& offers, drawn got,
                 bool with_reference) {
        picture result;
        result.png = std::move(got.png);
        result.width = order.request.settings.width;
        result.height = order.request.settings.height;
        result.engine = "a1111";
        {
            const std::lock_guard lock(mutex_);
            if (!got.version.empty()) version_ = got.version;
            result.engine_version =
                fmt::format("{}{}{}", offers.dialect, version_.empty() ? "" : " ", version_);
        }
        result.model = got.model.empty() ? order.model : got.model;
        result.identity_method = order.identity_method;
        if (with_reference) result.reference_image_id = order.request.reference->image_id;
        result.source_type = "trainedAlgorithmicMedia";
        return result;
    }

    static constexpr const char* proxy_advice =
        "The proxy before the pod cuts a call after 100 s: ask for fewer steps or a smaller "
        "picture, or use the pod's TCP port or ComfyUI";

    const server_address address_;
    http_client& http_;
    timer& time_;
    const bool proxied_;
    std::mutex mutex_;
    std::optional<server_capabilities> offers_;
    std::optional<face_unit> face_;
    std::string version_;
    double seconds_per_effort_ = 0;
};

}  // namespace

bool is_a1111(const server_address& address, http_client& http, std::stop_token stop) {
    return !optional_body(http, address, "sdapi/v1/options", stop).empty();
}

std::unique_ptr<image_server> make_a1111_server(server_address address, http_client& http,
                                                timer& time) {
    return std::make_unique<a1111_server>(std::move(address), http, time);
}

}  // namespace medusa
