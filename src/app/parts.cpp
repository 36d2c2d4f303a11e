#include "app/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "app/checks.hpp"
#include "app/decoder_program.hpp"
#include "app/engine_checks.hpp"
#include "app/lazy_embedder.hpp"
#include "app/recall.hpp"
#include "app/remote_engine.hpp"
#include "app/service_manager.hpp"
#include "app/webhooks.hpp"
#include "asset/cloudinary/cloudinary_assets.hpp"
#include "asset/local/local_assets.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "domain/policy.hpp"
#include "embed/gathering.hpp"
#include "embed/minilm/minilm.hpp"
#include "engine/sketch/sketch.hpp"
#include "engine/sketch/sketch_desk.hpp"
#include "http/serve.hpp"
#include "job/jetstream/jetstream_feed.hpp"
#include "metrics/metered.hpp"
#include "number/image_number.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

retry_sink told_of(const part_hooks& hooks, std::string_view upstream) {
    if (!hooks.retried) return {};
    return [told = hooks.retried, upstream](failure_class kind) { told(upstream, kind); };
}

// The tables of adapters: a new engine, store or embedder is its folder and one line here.
struct engine_adapter {
    std::string_view name;
    std::unique_ptr<image_engine> (*make)(const config&, attempt_log&, const part_hooks&);
};
constexpr engine_adapter sketch{
    "sketch", [](const config&, attempt_log&, const part_hooks&) { return make_sketch_engine(); }};
// Its servers' adapters: remote_engine.cpp.
constexpr engine_adapter remote{"remote",
                                [](const config& c, attempt_log& sent,
                                   const part_hooks& hooks) -> std::unique_ptr<image_engine> {
                                    return make_remote_engine(c.engines, &sent, hooks.log,
                                                              told_of(hooks, "engine"));
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
         return make_cloudinary_asset_store({.settings = c.cloudinary,
                                             .stop = hooks.stop,
                                             .log = hooks.log,
                                             .retried = told_of(hooks, "cloudinary")});
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
         return make_mongo_store({.uri = c.mongodb_uri,
                                  .stop = hooks.stop,
                                  .notice = hooks.notice,
                                  .log = hooks.log,
                                  .retried = told_of(hooks, "mongodb")});
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

std::unique_ptr<job_feed> feed_for(const config& settings, const part_hooks& hooks) {
    if (settings.nats_url.empty()) return nullptr;
    return make_jetstream_feed({.url = settings.nats_url, .notice = hooks.notice});
}

// Everything that one command works with. Engines are made when a job wants them.
class opened_parts {
public:
    opened_parts(const config& settings, const part_hooks& hooks, metrics& counted)
        : settings_(settings),
          hooks_(hooks),
          counted_(counted),
          rules_(policy_for(settings)),
          stored_(store_for(settings).make(settings, hooks)),
          webhooks_(settings, stored_, counted, hooks.log),
          assets_(metered(assets_for(settings).make(settings, hooks), counted)),
          vectors_(make_gathering_embedder(make_lazy_embedder(minilm_name, load_embedder))),
          recall_(settings, stored_, *assets_, *vectors_),
          feed_(feed_for(settings, hooks)),
          queue_({*stored_.intake, *stored_.leases, system_clock(), random_ids(), system_random(),
                  feed_.get(), settings.jobs_per_owner,
                  [&counted](const job_before* before, const job& now) {
                      counted.changed(before, now);
                  }}) {}

    const pipeline_parts& with(const job_surroundings& wanted) {
        const std::lock_guard lock(mutex_);
        for (const auto& one : views_)
            if (one->wanted == wanted) return one->refs;
        const auto& adapter = engine_for(settings_, wanted.engine);
        auto& engine = engines_[adapter.name];
        if (!engine) engine = metered(adapter.make(settings_, *stored_.attempts, hooks_), counted_);
        views_.push_back(std::make_unique<view>(
            view{wanted, pipeline_parts{*engine, *assets_, *stored_.reserved, *stored_.characters,
                                        *stored_.images, *vectors_, rules_, system_clock(),
                                        random_ids(), wanted.positive_text, wanted.negative_text,
                                        settings_.image_number_file, wanted.workflow}}));
        return views_.back()->refs;
    }

    job_queue& queue() { return queue_; }
    access_tokens& tokens() { return *stored_.tokens; }
    opened_recall& recall() { return recall_; }
    change_counter* changes() { return stored_.changes.get(); }
    opened_webhooks& webhooks() { return webhooks_; }
    job_feed* feed() { return feed_.get(); }
    asset_store& assets() { return *assets_; }
    http::vitals vital() {
        return {queue_, feed_.get(), [this] { return with({}).engine.health(); }, system_clock()};
    }

private:
    struct view {
        job_surroundings wanted;
        pipeline_parts refs;
    };

    const config& settings_;
    const part_hooks hooks_;
    metrics& counted_;
    content_policy rules_;
    stores stored_;
    opened_webhooks webhooks_;
    std::unique_ptr<asset_store> assets_;
    std::unique_ptr<embedder> vectors_;
    opened_recall recall_;
    std::unique_ptr<job_feed> feed_;  // none: workers ask the store
    job_queue queue_;
    std::mutex mutex_;
    std::map<std::string_view, std::unique_ptr<image_engine>> engines_;
    std::vector<std::unique_ptr<view>> views_;  // one for each of the wishes so far
};

// What a service works with beside the parts.
struct service_extras {
    service_extras(opened_parts& parts, const config& settings)
        : health(parts.vital()),
          small(parts.assets(), thumbnails_in(settings),
                make_thumbnailer(decoder_program(), decoders_at_once())) {}
    http::vitals health;
    http::thumbnails small;
    std::unique_ptr<index_keeper> keeper{};  // where it serves
};

class real_backstage final : public backstage {
public:
    explicit real_backstage(part_hooks hooks) : hooks_(std::move(hooks)) {
        hooks_.retried = [this](std::string_view upstream, failure_class kind) {
            counted_.retried(upstream, kind);
        };
    }

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
    index_follower& search_index() override { return opened().recall().follower(); }
    recall_desk& recall() override { return opened().recall().desk(); }
    std::unique_ptr<postman> deliver(std::function<void(const error&)> trouble) override {
        return opened().webhooks().deliver(std::move(trouble));
    }

    std::shared_ptr<void> tell_metrics() override {
        const auto& address = settings().metrics_address;
        if (address.empty()) return nullptr;
        auto more = std::make_shared<service_extras>(opened(), settings());
        auto told = http::serve_operations(served(*more), address);
        return {told.get(), [told, more](void*) mutable {
                    told.reset();
                    more.reset();
                }};
    }

    void serve(const serve_wish& wish, std::stop_token stop) override {
        auto& parts = opened();
        service_extras more(parts, settings());
        http::serve_terms terms;
        terms.worker_concurrency = wish.works ? parts.with({}).engine.parallel() : 0;
        terms.listening = [&](const std::string& address) {
            wish.listening(address);
            tell_service_manager("READY=1");
        };
        const std::stop_callback stops(stop, [] { tell_service_manager("STOPPING=1"); });
        terms.trouble = wish.trouble;
        terms.log = wish.log;
        terms.logs_all = wish.logs_all;
        const auto delivering = parts.webhooks().deliver(wish.trouble);
        more.keeper = parts.recall().keep(wish.trouble);
        http::serve(served(more), worker(), terms, std::move(stop));
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
    http::service served(service_extras& more) {
        auto& parts = opened();
        return {.settings = settings(),
                .port = {},
                .open = worker().parts_for,
                .queue = parts.queue(),
                .tokens = parts.tokens(),
                .webhooks = parts.webhooks().desk(),
                .time = system_clock(),
                .counted = counted_,
                .health = more.health,
                .small = more.small,
                .recall = parts.recall().desk(),
                .keeper = more.keeper.get(),
                .changes = parts.changes()};
    }

    opened_parts& opened() {
        if (!opened_) opened_ = std::make_unique<opened_parts>(settings(), hooks_, counted_);
        return *opened_;
    }

    metrics counted_;
    part_hooks hooks_;
    std::optional<config> settings_;
    std::unique_ptr<opened_parts> opened_;
};

}  // namespace

std::unique_ptr<backstage> make_backstage(part_hooks hooks) {
    return std::make_unique<real_backstage>(std::move(hooks));
}

}  // namespace medusa
