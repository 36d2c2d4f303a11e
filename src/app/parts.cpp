#include "app/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "app/decoder_program.hpp"
#include "app/engine_checks.hpp"
#include "app/lazy_embedder.hpp"
#include "app/remote_engine.hpp"
#include "app/webhooks.hpp"
#include "asset/cloudinary/cloudinary_assets.hpp"
#include "asset/local/local_assets.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "domain/policy.hpp"
#include "embed/minilm/minilm.hpp"
#include "engine/sketch/sketch.hpp"
#include "engine/sketch/sketch_desk.hpp"
#include "http/serve.hpp"
#include "job/jetstream/jetstream_feed.hpp"
#include "number/image_number.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t embed_threads = 2;
constexpr std::size_t policy_file_bytes = 1 << 20;

// The tables of adapters: a new engine, store or embedder is its folder and one line here.
struct engine_adapter {
    std::string_view name;
    std::unique_ptr<image_engine> (*make)(const config&, attempt_log&, const log_sink&);
};
constexpr engine_adapter sketch{
    "sketch", [](const config&, attempt_log&, const log_sink&) { return make_sketch_engine(); }};
// Its servers' adapters: remote_engine.cpp.
constexpr engine_adapter remote{
    "remote",
    [](const config& c, attempt_log& sent, const log_sink& log) -> std::unique_ptr<image_engine> {
        return make_remote_engine(c.engines, &sent, log);
    }};
constexpr const engine_adapter* engines[] = {&sketch, &remote};

fs::path thumbnails_in(const config& settings) {
    return settings.data / "thumbnails";
}

struct asset_adapter {
    std::string_view word;  // on the command line
    std::string_view name;
    bool (*wanted)(const config&);
    std::unique_ptr<asset_store> (*make)(const config&, const part_hooks&);
};
constexpr asset_adapter asset_stores[] = {
    {"local", "local folder, embedded", [](const config& c) { return !c.cloudinary.configured(); },
     [](const config& c, const part_hooks&) {
         return make_local_asset_store(c.data / "assets", "/assets/", thumbnails_in(c));
     }},
    {"cloudinary", "Cloudinary", [](const config& c) { return c.cloudinary.configured(); },
     [](const config& c, const part_hooks& hooks) {
         return make_cloudinary_asset_store(
             {.settings = c.cloudinary, .stop = hooks.stop, .log = hooks.log});
     }},
};

struct store_adapter {
    std::string_view word;  // on the command line
    std::string_view name;
    bool (*wanted)(const config&);
    stores (*make)(const config&, const part_hooks&);
};
constexpr store_adapter character_stores[] = {
    {"sqlite", "SQLite, embedded", [](const config& c) { return c.mongodb_uri.empty(); },
     [](const config& c, const part_hooks& hooks) {
         return make_sqlite_store({.file = c.data / "medusa.db", .stop = hooks.stop});
     }},
    {"mongo", "MongoDB", [](const config& c) { return !c.mongodb_uri.empty(); },
     [](const config& c, const part_hooks& hooks) {
         return make_mongo_store(
             {.uri = c.mongodb_uri, .stop = hooks.stop, .notice = hooks.notice, .log = hooks.log});
     }},
};

const engine_adapter& engine_for(const config& settings, const std::string& wanted) {
    if (wanted == remote.name && !settings.engines.remote())
        throw error(errc::invalid_argument, "no remote image server is set",
                    "Set RUNPOD_WEBUI_URL to the address of one");
    std::vector<std::string> names;
    for (const auto* adapter : engines) {
        if (wanted == adapter->name) return *adapter;
        names.emplace_back(adapter->name);
    }
    if (!wanted.empty()) {
        const auto near = nearest(wanted, names);
        throw error(errc::invalid_argument,
                    fmt::format("there is no image engine \"{}\"", printable(wanted)),
                    near.empty() ? fmt::format("There are {}", fmt::join(names, ", "))
                                 : fmt::format("Did you mean {}?", near));
    }
    return settings.engines.remote() ? remote : sketch;
}

template <class Adapters>
const auto& adapter_for(const Adapters& adapters, const config& settings, const char* failure) {
    for (const auto& adapter : adapters)
        if (adapter.wanted(settings)) return adapter;
    throw error(errc::unavailable, failure, "Unset its variables to work on the embedded part");
}

// The adapter of that name, whether it is the configured one or not.
template <class Adapters>
const auto& adapter_named(const Adapters& adapters, const std::string& word) {
    for (const auto& adapter : adapters)
        if (adapter.word == word) return adapter;
    throw error(errc::invalid_argument, fmt::format("there is no store \"{}\"", printable(word)));
}

const asset_adapter& assets_for(const config& settings) {
    return adapter_for(asset_stores, settings,
                       "Cloudinary upload failed: no store fits the settings");
}

const store_adapter& store_for(const config& settings) {
    return adapter_for(character_stores, settings,
                       "Database connection failed: no store fits the settings");
}

std::vector<fs::path> policy_files(const config& settings) {
    std::vector<fs::path> files;
    std::error_code reason;
    for (fs::directory_iterator entry(settings.data / "policy", reason), end;
         !reason && entry != end; entry.increment(reason))
        if (entry->path().extension() == ".txt") files.push_back(entry->path());
    if (reason && reason != std::errc::no_such_file_or_directory)
        fail_file("read", settings.data / "policy", reason.value());
    std::sort(files.begin(), files.end());
    return files;
}

// The compiled-in lists and what the operator adds to them.
content_policy policy_for(const config& settings) {
    content_policy rules;
    for (const auto& file : policy_files(settings))
        rules.add(file.stem().string(), read_file(file, policy_file_bytes), file.string());
    return rules;
}

std::unique_ptr<job_feed> feed_for(const config& settings, const part_hooks& hooks) {
    if (settings.nats_url.empty()) return nullptr;
    return make_jetstream_feed({.url = settings.nats_url, .notice = hooks.notice});
}

// Everything that one command works with. Engines are made when a job wants them.
class opened_parts {
public:
    opened_parts(const config& settings, const part_hooks& hooks)
        : settings_(settings),
          log_(hooks.log),
          rules_(policy_for(settings)),
          stored_(store_for(settings).make(settings, hooks)),
          webhooks_(settings, stored_),
          assets_(assets_for(settings).make(settings, hooks)),
          vectors_(make_lazy_embedder([] {
              return make_minilm_embedder({fs::path(MEDUSA_MODELS), embed_threads});
          })),
          feed_(feed_for(settings, hooks)),
          queue_({*stored_.intake, *stored_.leases, system_clock(), random_ids(), system_random(),
                  feed_.get(), settings.jobs_per_owner}) {}

    const pipeline_parts& with(const job_surroundings& wanted) {
        const std::lock_guard lock(mutex_);
        for (const auto& one : views_)
            if (one->wanted == wanted) return one->refs;
        const auto& adapter = engine_for(settings_, wanted.engine);
        auto& engine = engines_[adapter.name];
        if (!engine) engine = adapter.make(settings_, *stored_.attempts, log_);
        views_.push_back(std::make_unique<view>(
            view{wanted, pipeline_parts{*engine, *assets_, *stored_.reserved, *stored_.characters,
                                        *stored_.images, *vectors_, rules_, system_clock(),
                                        random_ids(), wanted.positive_text, wanted.negative_text,
                                        settings_.image_number_file, wanted.workflow}}));
        return views_.back()->refs;
    }

    job_queue& queue() { return queue_; }
    access_tokens& tokens() { return *stored_.tokens; }
    opened_webhooks& webhooks() { return webhooks_; }
    character_store& characters() { return *stored_.characters; }
    asset_store& assets() { return *assets_; }
    job_feed* feed() { return feed_.get(); }

private:
    struct view {
        job_surroundings wanted;
        pipeline_parts refs;
    };

    const config& settings_;
    const log_sink log_;
    content_policy rules_;
    stores stored_;
    opened_webhooks webhooks_;
    std::unique_ptr<asset_store> assets_;
    std::unique_ptr<embedder> vectors_;
    std::unique_ptr<job_feed> feed_;  // none: workers ask the store
    job_queue queue_;
    std::mutex mutex_;
    std::map<std::string_view, std::unique_ptr<image_engine>> engines_;
    std::vector<std::unique_ptr<view>> views_;  // one for each of the wishes so far
};

std::string check_embedder() {
    const auto vectors = make_minilm_embedder({fs::path(MEDUSA_MODELS), embed_threads});
    const std::string text = "a short text";
    const auto made = vectors->embed({&text, 1});
    return fmt::format("{}, {} dimensions", vectors->model(), made.front().size());
}

std::string check_prompts(const config& settings) {
    const auto source = [](const std::optional<fs::path>& file) {
        if (!file) return std::string("built-in");
        read_prompt_file(*file);
        return file->string();
    };
    return fmt::format("positive {}, negative {}", source(settings.positive_prompt),
                       source(settings.negative_prompt));
}

std::string check_policy(const config& settings) {
    policy_for(settings);
    return fmt::format("with {} of your own in {}", policy_files(settings).size(),
                       (settings.data / "policy").string());
}

class real_backstage final : public backstage {
public:
    explicit real_backstage(part_hooks hooks) : hooks_(std::move(hooks)) {}

    const config& settings() override {
        if (!settings_) {
            settings_ = load_config(read_surroundings());
            if (!settings_->debug) hooks_.log = {};
        }
        return *settings_;
    }

    const pipeline_parts& open(const job_surroundings& wanted) override {
        engine_for(settings(), wanted.engine);  // a wrong name is said before anything is opened
        return opened().with(wanted);
    }

    job_queue& queue() override { return opened().queue(); }

    worker_parts worker() override {
        auto& parts = opened();
        return {parts.queue(), system_timer(),
                [&parts](const job_surroundings& wanted) -> const pipeline_parts& {
                    return parts.with(wanted);
                },
                settings().data, parts.feed()};
    }

    access_tokens& tokens() override { return opened().tokens(); }
    webhook_desk& webhooks() override { return opened().webhooks().desk(); }
    std::unique_ptr<postman> deliver(std::function<void(const error&)> trouble) override {
        return opened().webhooks().deliver(std::move(trouble));
    }

    void serve(const serve_wish& wish, std::stop_token stop) override {
        auto& parts = opened();
        const auto with = worker();
        http::thumbnails small(parts.assets(), thumbnails_in(settings()),
                               make_thumbnailer(decoder_program(), decoders_at_once()));
        const http::service served{settings(),
                                   {},
                                   with.parts_for,
                                   parts.queue(),
                                   parts.tokens(),
                                   parts.webhooks().desk(),
                                   system_clock(),
                                   small,
                                   {{"character store", [&] { parts.characters().check(); }},
                                    {"asset store", [&] { parts.assets().check(); }}}};
        http::serve_terms terms;
        terms.worker_concurrency = wish.works ? parts.with({}).engine.parallel() : 0;
        terms.listening = wish.listening;
        terms.trouble = wish.trouble;
        terms.log = wish.log;
        const auto delivering = parts.webhooks().deliver(wish.trouble);
        http::serve(served, with, terms, std::move(stop));
    }

    stores open_stores(const std::string& name) override {
        const auto& c = settings();
        if (name == "mongo" && c.mongodb_uri.empty())
            throw error(errc::invalid_argument, "MONGODB_URI is not set",
                        "Set it to the address of your MongoDB and try again");
        const auto& chosen = name.empty() ? store_for(c) : adapter_named(character_stores, name);
        return chosen.make(c, hooks_);
    }

    std::unique_ptr<asset_store> open_assets(const std::string& name) override {
        const auto& c = settings();
        if (name == "cloudinary" && !c.cloudinary.configured())
            throw error(errc::invalid_argument, "CLOUDINARY_CLOUD_NAME is not set",
                        "Set it with CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET and try again");
        const auto& chosen = name.empty() ? assets_for(c) : adapter_named(asset_stores, name);
        return chosen.make(c, hooks_);
    }

    std::vector<health_check> checks() override {
        const auto& c = settings();
        auto found = engine_checks(c, hooks_.log);
        const health_check others[] = {
            {"asset store", std::string(assets_for(c).name),
             [this, &c] { return assets_for(c).make(c, hooks_)->check(); }},
            {"character store", std::string(store_for(c).name),
             [this, &c] { return store_for(c).make(c, hooks_).characters->check(); }},
            {"embedder", "MiniLM on OpenVINO, embedded", check_embedder},
            {"prompt texts", "files", [&c] { return check_prompts(c); }},
            {"content policy", "built-in lists", [&c] { return check_policy(c); }},
            {"image number", "file", [&c] { return check_number_file(c.image_number_file); }},
        };
        found.insert(found.end(), std::begin(others), std::end(others));
        if (!c.http.jwt_secret_file.empty())
            found.push_back({"sign-in", "JSON web tokens, HS256", [&c] {
                                 const auto terms = http::sign_in_terms_of(c.http);
                                 return fmt::format("a secret of {} bytes", terms.secret.size());
                             }});
        if (!c.nats_url.empty())
            found.push_back({"job feed", "NATS JetStream",
                             [&c] { return make_jetstream_feed({.url = c.nats_url})->check(); }});
        return found;
    }

    std::vector<server_status> engines(std::stop_token stop) override {
        const auto& set = settings().engines;
        std::vector<server_status> found;
        if (set.remote())
            found = make_remote_engine(set, nullptr, hooks_.log)->survey(std::move(stop));
        server_status embedded;
        embedded.label = sketch.name;
        embedded.serves = set.remote() ? "every style, on --engine sketch" : "every style";
        embedded.state = "ready";
        found.push_back(std::move(embedded));
        return found;
    }

    std::unique_ptr<art_desk> art(const std::optional<fs::path>& folder) override {
        return make_sketch_desk(folder);
    }

private:
    opened_parts& opened() {
        if (!opened_) opened_ = std::make_unique<opened_parts>(settings(), hooks_);
        return *opened_;
    }

    part_hooks hooks_;
    std::optional<config> settings_;
    std::unique_ptr<opened_parts> opened_;
};

}  // namespace

std::unique_ptr<backstage> make_backstage(part_hooks hooks) {
    return std::make_unique<real_backstage>(std::move(hooks));
}

}  // namespace medusa
