#include "engine/comfyui/prompt_run.hpp"

#include <fmt/format.h>

#include "card/png.hpp"
#include "engine/comfyui/troubles.hpp"

namespace medusa::comfyui {

namespace {

constexpr milliseconds feed_open_max{2'000};
constexpr milliseconds cancel_again_pause{300};
constexpr milliseconds cancel_again_until{900};
constexpr int fetches_max = 3;
constexpr milliseconds fetch_pause{100};

// Whether the server may have the prompt although the call failed. Of a gateway's 5xx nobody knows
// which side of it failed.
bool may_have_arrived(const remote_failure& failed) {
    return failed.kind == failure_class::ambiguous || failed.status >= 500;
}

bool is_about_reference(const trouble& found) {
    return found.kind == trouble_kind::no_face || found.kind == trouble_kind::missing_parts;
}

error with_class(const error& from, failure_class kind) {
    auto told = from.failure().value_or(remote_failure{});
    told.kind = kind;
    return {from.code(), told, from.detail(), from.advice(), from.upstream()};
}

}  // namespace

prompt_run::prompt_run(const run_parts& parts, const server_profile& profile,
                       const attempt_order& order, std::string save_node,
                       const progress_sink& progress, std::stop_token stop)
    : parts_(parts),
      profile_(profile),
      order_(order),
      save_node_(std::move(save_node)),
      progress_(progress),
      stop_(std::move(stop)),
      watch_(order.remote_id.empty() ? order.attempt_id : order.remote_id, false, parts.limits,
             parts.time) {
    reported_accepted_ = !order.remote_id.empty();
}

prompt_run::~prompt_run() {
    parts_.frames.forget(watch_);
}

prompt_key prompt_run::key() {
    auto prompt = watch_.with([](const prompt_protocol& known, auto) { return known.prompt(); });
    return {std::move(prompt), order_.attempt_id, save_node_};
}

std::optional<trouble> prompt_run::submit(const prompt_graph& graph) {
    parts_.frames.keep_open();
    parts_.frames.wait_open(feed_open_max, stop_);
    const auto client_id = parts_.frames.client_id();
    parts_.frames.follow(watch_, client_id);
    prompt_reply reply;
    try {
        reply = parts_.api.submit(graph, order_.attempt_id, client_id, stop_);
    } catch (const error& failed) {
        if (failed.code() == errc::cancelled) stopped();
        if (!failed.failure() || !may_have_arrived(*failed.failure())) throw;
        doubt_ = failed;
        return std::nullopt;
    }
    if (reply.prompt.empty()) return reply.refused;
    watch_.with([&](prompt_protocol& known, auto now) { known.accepted(reply.prompt, now); });
    if (reply.refused) cancel();  // queued without the part that is ours
    if (!reply.refused) report_accepted();
    return reply.refused;
}

void prompt_run::report_accepted() {
    if (reported_accepted_) return;
    reported_accepted_ = true;
    if (order_.accepted) order_.accepted(key().prompt);
}

void prompt_run::report() {
    const auto preview = watch_.take_preview();
    const auto seen = watch_.with([](const prompt_protocol& known, auto) {
        return known.confirmed() ? std::optional(known.seen()) : std::nullopt;
    });
    if (!seen || !progress_ || (reported_ == seen && !preview)) return;
    reported_ = seen;
    using state = render_progress::state;
    progress_({.reached = seen->running ? state::drawing : state::waiting,
               .step = seen->step,
               .steps = seen->steps,
               .position = seen->before,
               .preview = preview ? std::string_view(*preview) : std::string_view()});
}

std::optional<history_entry> prompt_run::ask_history() {
    auto entry = parts_.api.history(key(), stop_);
    const bool known = watch_.with([](const prompt_protocol& p, auto) { return p.confirmed(); });
    // A server that gives its own ids knows a prompt in doubt only by our mark.
    if (!entry && !known) entry = parts_.api.history_by_mark(key(), stop_);
    return entry;
}

void prompt_run::ask(prompt_protocol::step question) {
    try {
        if (question == prompt_protocol::step::ask_history) {
            const auto entry = ask_history();
            watch_.with([&](prompt_protocol& known, auto now) { known.see(entry, now); });
        } else {
            const auto place = parts_.api.queue(key(), stop_);
            watch_.with([&](prompt_protocol& known, auto now) { known.see(place, now); });
        }
    } catch (const error& failed) {
        if (failed.code() == errc::cancelled) stopped();
        unanswered_ = failed;
        watch_.with([&](prompt_protocol& known, auto now) { known.unanswered(now); });
    }
}

std::optional<std::string> prompt_run::follow() {
    for (;;) {
        parts_.frames.keep_open();
        const auto todo = watch_.with(
            [&](prompt_protocol& known, auto now) { return known.next(now, parts_.random()); });
        const bool confirmed =
            watch_.with([](const prompt_protocol& known, auto) { return known.confirmed(); });
        if (confirmed) report_accepted();
        report();
        if (stop_.stop_requested()) stopped();
        switch (todo.what) {
            case prompt_protocol::step::wait:
                watch_.wait(todo.at, stop_);
                break;
            case prompt_protocol::step::ask_history:
            case prompt_protocol::step::ask_queue:
                ask(todo.what);
                break;
            case prompt_protocol::step::over:
                return end(watch_.with([](const prompt_protocol& p, auto) { return p.ended(); }));
        }
    }
}

std::optional<std::string> prompt_run::end(prompt_protocol::ending how) {
    const auto& label = parts_.api.address().label;
    const auto entry = watch_.with([](const prompt_protocol& p, auto) { return p.entry(); });
    switch (how) {
        case prompt_protocol::ending::finished:
            return fetch(entry.files.front());
        case prompt_protocol::ending::failed:
            if (is_about_reference(*entry.why) && !order_.request.workflow) return std::nullopt;
            throw error_of(*entry.why, label);
        case prompt_protocol::ending::interrupted:
            throw failure(failure_class::transient, errc::unavailable, connection_words, label,
                          "was told by somebody else to stop this picture");
        case prompt_protocol::ending::lost:
            if (doubt_ && doubt_->failure()->kind != failure_class::ambiguous) throw *doubt_;
            throw failure(failure_class::lost, errc::unavailable, connection_words, label,
                          "knows nothing of the picture any more",
                          "It was probably restarted, and forgets its work then");
        case prompt_protocol::ending::still:
            cancel();
            throw failure(failure_class::transient, errc::timed_out, connection_words, label,
                          "does not get on with the picture", "Restart the pod if this goes on");
        case prompt_protocol::ending::unreachable:
        case prompt_protocol::ending::none:
            break;
    }
    // It may be there still, running or finished.
    throw with_class(*unanswered_, failure_class::ambiguous);
}

std::string prompt_run::fetch(const file_name& file) {
    const auto& label = parts_.api.address().label;
    if (!file.name.starts_with(order_.attempt_id)) {
        throw failure(failure_class::transient, errc::unavailable, download_words, label,
                      "named another picture's file");
    }
    std::optional<error> failed;
    for (int tries = 0; tries < fetches_max; ++tries) {
        if (tries > 0) parts_.time.sleep(fetch_pause * tries, stop_);
        try {
            auto bytes = parts_.api.view(file, stop_);
            read_png(bytes);
            return bytes;
        } catch (const error& caught) {
            if (caught.code() == errc::cancelled) throw;
            const auto& told = caught.failure();
            if (!told) {  // of read_png()
                failed = failure(
                    failure_class::permanent, errc::unavailable, download_words, label,
                    fmt::format("sent a file that is no whole picture ({})", caught.detail()),
                    "Look at the log of the server, and at its free disk space");
                continue;
            }
            if (told->kind == failure_class::permanent || told->kind == failure_class::lost) throw;
            // The picture is there, and paid for: resume() may have better luck.
            failed = with_class(caught, failure_class::transient);
        }
    }
    throw *failed;
}

void prompt_run::stopped() {
    if (!order_.request.left.stop_requested()) cancel();
    throw error(errc::cancelled, "The picture was cancelled", {}, parts_.api.address().label);
}

// Exactly our prompt, or nothing: what cannot be told which prompt to stop is not told to stop.
void prompt_run::cancel_once() {
    auto which = key();
    const bool confirmed =
        watch_.with([](const prompt_protocol& known, auto) { return known.confirmed(); });
    if (profile_.has_jobs) return parts_.api.cancel_job(which.prompt);
    const bool whole_server = !profile_.interrupts_by_id && parts_.api.address().exclusive;
    queue_place place;
    if (!confirmed || whole_server) place = parts_.api.queue_now(which);
    if (!place.prompt.empty()) which.prompt = place.prompt;
    parts_.api.delete_pending(which.prompt);
    if (profile_.interrupts_by_id) {
        parts_.api.interrupt(which.prompt);
    } else if (whole_server && place.where == queue_place::state::running) {
        parts_.api.interrupt(std::nullopt);
    }
}

void prompt_run::cancel() {
    const auto began = parts_.time.elapsed();
    const bool confirmed =
        watch_.with([](const prompt_protocol& known, auto) { return known.confirmed(); });
    try {
        cancel_once();
        // A prompt in doubt may arrive after it was cancelled.
        if (!confirmed && parts_.time.elapsed() - began < cancel_again_until) {
            parts_.time.sleep(cancel_again_pause, {});
            cancel_once();
        }
    } catch (const error&) {
        // The caller stops in any case, and says so; its picture is thrown away if it comes.
    }
}

}  // namespace medusa::comfyui
