#include "support/service_on_trial.hpp"

#include "asset/local/local_assets.hpp"
#include "core/error.hpp"
#include "domain/slug.hpp"
#include "http/gate.hpp"
#include "pipeline/draft_to_character.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/recall_on_trial.hpp"
#include "webhook/desk.hpp"

namespace medusa::testing_support {
namespace {

[[noreturn]] void never() {
    throw error(errc::internal, "no job is done here");
}

class no_engine final : public image_engine {
public:
    picture render(const picture_request&, const progress_sink&, std::stop_token) override {
        never();
    }
    int parallel() const override { return 1; }
    std::vector<server_health> health() override { return {}; }
    std::string check() override { return {}; }
};

class no_thumbnailer final : public thumbnailer {
public:
    std::string webp(std::string_view, int) override { never(); }
};

}  // namespace

struct service_on_trial::inside {
    explicit inside(const std::filesystem::path& folder)
        : stored(make_sqlite_store({.file = folder / "medusa.db"})),
          assets(make_local_asset_store(folder / "assets", "/assets/", folder / "thumbnails")),
          queue({*stored.intake, *stored.leases, system_clock(), random_ids(), [] { return 0.5; }}),
          small(*assets, folder / "thumbnails", std::make_unique<no_thumbnailer>()) {
        settings.data = folder;
        settings.user_id = user.user_id;
        settings.username = user.username;
        settings.http.requests_a_minute = 0;  // as many as there are
    }

    const owner_info user{"local", "anna"};
    config settings;
    stores stored;
    std::unique_ptr<asset_store> assets;
    no_engine engine;
    word_embedder vectors;
    content_policy rules;
    job_queue queue;
    pipeline_parts parts{engine,
                         *assets,
                         *stored.reserved,
                         *stored.characters,
                         *stored.images,
                         vectors,
                         rules,
                         system_clock(),
                         random_ids(),
                         {},
                         {},
                         settings.data / "number"};
    http::thumbnails small;
    webhook_sender sender{make_webhook_client({}), system_clock()};
    webhook_desk webhooks{
        {*stored.webhooks, *stored.outbox, sender, {}, system_clock(), random_ids()}};
    recall_on_trial recall{stored, *assets, settings.data, vectors};
    metrics counted;
    http::vitals health{queue, nullptr, [] { return std::vector<server_health>(); },
                        system_clock()};
    http::service with{
        .settings = settings,
        .port = "3001",
        .open = [this](const job_surroundings&) -> const pipeline_parts& { return parts; },
        .queue = queue,
        .tokens = *stored.tokens,
        .webhooks = webhooks,
        .time = system_clock(),
        .counted = counted,
        .health = health,
        .small = small,
        .recall = recall.desk,
    };
    http::gate gate{with};
};

service_on_trial::service_on_trial() : inside_(std::make_unique<inside>(folder_.path())) {}
service_on_trial::~service_on_trial() = default;

const owner_info& service_on_trial::local_user() const {
    return inside_->user;
}
stores& service_on_trial::stored() {
    return inside_->stored;
}
job_queue& service_on_trial::queue() {
    return inside_->queue;
}
index_follower& service_on_trial::index() {
    return inside_->recall.follower;
}

http::response service_on_trial::ask(http::request asked) {
    if (asked.header("host").empty()) asked.headers.emplace_back("host", "127.0.0.1:3001");
    auto told = inside_->gate.pass(asked);
    if (auto* wait = std::get_if<http::wait_for>(&told)) return wait->then(std::nullopt);
    if (auto* slow = std::get_if<http::slow_answer>(&told)) return slow->make();
    if (std::holds_alternative<http::event_stream>(told)) return {200, "text/event-stream", {}};
    return std::get<http::response>(std::move(told));
}

http::response service_on_trial::ask(std::string_view method, std::string_view target,
                                     std::string body) {
    http::request asked;
    asked.method = std::string(method);
    asked.at = http::parse_target(target);
    asked.body = std::move(body);
    if (method != "GET") asked.headers.emplace_back("content-type", "application/json");
    return ask(std::move(asked));
}

character service_on_trial::make(const owner_info& owner, const std::string& name) {
    character_draft draft;
    draft.name = name;
    draft.description = "A mystical elven sorceress with silver hair";
    return make(owner, draft, random_ids().uuid());
}

character service_on_trial::make(const owner_info& owner, const character_draft& draft,
                                 const std::string& job) {
    const auto held = inside_->stored.reserved->reserve(job, owner, slug_of(draft.name));
    auto record = draft_to_character(draft);
    record.id = held.id;
    record.owner = owner;
    record.slug = held.slug;
    record.job_id = job;
    record.created_at = record.updated_at = system_clock().now();
    inside_->stored.characters->save(record);
    return record;
}

}  // namespace medusa::testing_support
