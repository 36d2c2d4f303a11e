#include "record/job_json.hpp"

#include <array>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "record/json_reader.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

// ---- writing ----

// Only what says something, so that ten thousand of them stay small.
void put(json::object& object, std::string_view name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

void put(json::object& object, std::string_view name, const std::optional<std::string>& text) {
    if (text) object[name] = *text;
}

void put(json::object& object, std::string_view name, std::int64_t number) {
    if (number != 0) object[name] = number;
}

json::object written(const owner_info& owner) {
    return {{"userId", owner.user_id}, {"username", owner.username}};
}

json::object written(const character_draft& draft) {
    json::object object{{"name", draft.name}, {"description", draft.description}};
    put(object, "style", draft.style);
    object["tags"] = json::array(draft.tags.begin(), draft.tags.end());
    if (draft.seed) object["seed"] = *draft.seed;
    const auto& settings = draft.settings;
    put(object, "model", settings.model);
    object["steps"] = settings.steps;
    object["cfg"] = settings.cfg;
    put(object, "sampler", settings.sampler);
    put(object, "scheduler", settings.scheduler);
    object["width"] = settings.width;
    object["height"] = settings.height;
    return object;
}

json::object written(const image_request& wish) {
    json::object object{{"characterId", wish.character_id}, {"type", to_string(wish.type)}};
    put(object, "mood", wish.mood);
    put(object, "setting", wish.setting);
    put(object, "prompt", wish.prompt);
    object["count"] = wish.count;
    if (wish.seed) object["seed"] = *wish.seed;
    return object;
}

void write_status(json::object& object, const job_status& status) {
    object["state"] = to_string(status.state);
    object["stage"] = to_string(status.stage);
    put(object, "pictures", status.pictures);
    put(object, "attempts", status.attempts);
    put(object, "waits", status.waits);
    put(object, "losses", status.losses);
    put(object, "loneLosses", status.lone_losses);
    if (status.cancel_wanted) object["cancelWanted"] = true;
    if (status.not_before != time_point{}) object["notBefore"] = to_rfc3339(status.not_before);
}

json::array written(const std::vector<job_failure>& failures) {
    json::array rows;
    for (const auto& one : failures) {
        json::object row{{"at", to_rfc3339(one.at)},
                         {"stage", to_string(one.stage)},
                         {"code", one.code},
                         {"detail", one.detail}};
        put(row, "advice", one.advice);
        rows.push_back(std::move(row));
    }
    return rows;
}

json::array written(const std::vector<job_event>& events) {
    json::array rows;
    for (const auto& one : events) {
        json::object row{
            {"sequence", one.sequence}, {"at", to_rfc3339(one.at)}, {"what", one.what}};
        put(row, "detail", one.detail);
        rows.push_back(std::move(row));
    }
    return rows;
}

// ---- reading ----

void read(const json_reader& from, std::string_view name, std::optional<std::string>& target) {
    if (from.field(name)) from.read(name, target.emplace());
}

void read(const json_reader& from, std::string_view name, std::optional<std::uint64_t>& target) {
    if (from.field(name)) from.read(name, target.emplace());
}

void read(const json_reader& from, std::string_view name, bool& target) {
    const auto* value = from.field(name);
    if (!value) return;
    if (!value->is_bool()) from.refuse(name, "true or false");
    target = value->get_bool();
}

// A word that must be one of those that `known` knows.
template <class Value, class Known>
void read_word(const json_reader& from, std::string_view name, Value& target, Known known) {
    std::string word;
    from.read(name, word);
    if (word.empty()) return;
    const auto value = known(word);
    if (!value) from.refuse(name, "one of the known words");
    target = *value;
}

template <class Row>
std::vector<Row> read_rows(const json_reader& from, std::string_view name,
                           Row (*row_from)(const json_reader&)) {
    std::vector<Row> rows;
    const auto* value = from.field(name);
    if (!value) return rows;
    if (!value->is_array()) from.refuse(name, "a list");
    for (const auto& row : value->get_array()) rows.push_back(row_from(json_reader(row, name)));
    return rows;
}

owner_info read_owner(const json_reader& from) {
    owner_info owner;
    if (const auto* value = from.field("owner")) {
        const json_reader reader(*value, "owner");
        reader.read("userId", owner.user_id);
        reader.read("username", owner.username);
    }
    return owner;
}

character_request read_character(const json_reader& from) {
    character_request request;
    auto& draft = request.draft;
    from.read("name", draft.name);
    from.read("description", draft.description);
    from.read("style", draft.style);
    from.read("tags", draft.tags);
    read(from, "seed", draft.seed);
    auto& settings = draft.settings;
    settings = {};
    settings.sampler.clear();
    settings.scheduler.clear();
    from.read("model", settings.model);
    from.read("steps", settings.steps);
    from.read("cfg", settings.cfg);
    from.read("sampler", settings.sampler);
    from.read("scheduler", settings.scheduler);
    from.read("width", settings.width);
    from.read("height", settings.height);
    return request;
}

image_request read_image(const json_reader& from) {
    image_request wish;
    from.read("characterId", wish.character_id);
    read_word(from, "type", wish.type, image_type_from);
    from.read("mood", wish.mood);
    from.read("setting", wish.setting);
    from.read("prompt", wish.prompt);
    from.read("count", wish.count);
    read(from, "seed", wish.seed);
    return wish;
}

job_request read_request(const json_reader& from) {
    if (const auto* value = from.field("character"))
        return read_character(json_reader(*value, "job's character"));
    if (const auto* value = from.field("image"))
        return read_image(json_reader(*value, "job's image"));
    from.refuse("character", "there, and neither is \"image\"");
}

job_surroundings read_surroundings(const json_reader& from) {
    job_surroundings found;
    from.read("engine", found.engine);
    read(from, "positiveText", found.positive_text);
    read(from, "negativeText", found.negative_text);
    if (const auto* value = from.field("workflow")) {
        const json_reader reader(*value, "workflow");
        auto& workflow = found.workflow.emplace();
        reader.read("name", workflow.graph.name);
        reader.read("json", workflow.graph.json);
        reader.read("positiveText", workflow.positive_text);
        reader.read("negativeText", workflow.negative_text);
    }
    return found;
}

job_status read_status(const json_reader& from) {
    job_status status;
    read_word(from, "state", status.state, job_state_from);
    read_word(from, "stage", status.stage, job_stage_from);
    from.read("pictures", status.pictures);
    from.read("attempts", status.attempts);
    from.read("waits", status.waits);
    from.read("losses", status.losses);
    from.read("loneLosses", status.lone_losses);
    read(from, "cancelWanted", status.cancel_wanted);
    from.read("notBefore", status.not_before);
    return status;
}

job_failure read_failure(const json_reader& from) {
    job_failure one;
    from.read("at", one.at);
    read_word(from, "stage", one.stage, job_stage_from);
    from.read("code", one.code);
    from.read("detail", one.detail);
    from.read("advice", one.advice);
    return one;
}

job_event read_event(const json_reader& from) {
    job_event one;
    from.read("sequence", one.sequence);
    from.read("at", one.at);
    from.read("what", one.what);
    from.read("detail", one.detail);
    return one;
}

json::value parsed(std::string_view text, const char* what) {
    json::error_code reason;
    auto value = json::parse(text, reason);
    if (reason) throw error(errc::corrupted, std::string("a ") + what + " record is not JSON");
    return value;
}

}  // namespace

json::object to_json(const job_request& request) {
    if (const auto* made = std::get_if<character_request>(&request))
        return {{"character", written(made->draft)}};
    return {{"image", written(std::get<image_request>(request))}};
}

json::object to_json(const job_surroundings& surroundings) {
    json::object object;
    put(object, "engine", surroundings.engine);
    put(object, "positiveText", surroundings.positive_text);
    put(object, "negativeText", surroundings.negative_text);
    if (const auto& workflow = surroundings.workflow)
        object["workflow"] = {{"name", workflow->graph.name},
                              {"json", workflow->graph.json},
                              {"positiveText", workflow->positive_text},
                              {"negativeText", workflow->negative_text}};
    return object;
}

json::object to_json(const submission& one) {
    json::object object{{"id", one.id},
                        {"owner", written(one.owner)},
                        {"surroundings", to_json(one.surroundings)},
                        {"fingerprint", one.fingerprint},
                        {"total", one.total},
                        {"createdAt", to_rfc3339(one.created_at)}};
    put(object, "idempotencyKey", one.idempotency_key);
    return object;
}

json::object to_json(const job& one) {
    json::object object{{"id", one.id},
                        {"submissionId", one.submission_id},
                        {"index", one.index},
                        {"owner", written(one.owner)}};
    put(object, "line", one.line);
    for (const auto& [kind, request] : to_json(one.request)) object[kind] = request;
    put(object, "priority", one.priority);
    put(object, "triesMax", one.tries_max);
    write_status(object, one.status);
    if (!one.lease.token.empty())
        object["lease"] = {
            {"token", one.lease.token}, {"worker", one.lease.worker}, {"beats", one.lease.beats}};
    if (!one.progress.doing.empty())
        object["progress"] = {{"doing", one.progress.doing},
                              {"step", one.progress.step},
                              {"steps", one.progress.steps}};
    if (!one.failures.empty()) object["failures"] = written(one.failures);
    object["events"] = written(one.events);
    if (!one.notes.empty()) object["notes"] = json::array(one.notes.begin(), one.notes.end());
    object["createdAt"] = to_rfc3339(one.created_at);
    object["updatedAt"] = to_rfc3339(one.updated_at);
    object["revision"] = one.revision;
    return object;
}

job job_from_json(const json::value& value) {
    const json_reader from(value, "job");
    job one;
    from.read("id", one.id);
    from.read("submissionId", one.submission_id);
    from.read("index", one.index);
    from.read("line", one.line);
    one.owner = read_owner(from);
    one.request = read_request(from);
    from.read("priority", one.priority);
    from.read("triesMax", one.tries_max);
    one.status = read_status(from);
    if (const auto* lease = from.field("lease")) {
        const json_reader reader(*lease, "lease");
        reader.read("token", one.lease.token);
        reader.read("worker", one.lease.worker);
        reader.read("beats", one.lease.beats);
    }
    if (const auto* progress = from.field("progress")) {
        const json_reader reader(*progress, "progress");
        reader.read("doing", one.progress.doing);
        reader.read("step", one.progress.step);
        reader.read("steps", one.progress.steps);
    }
    one.failures = read_rows<job_failure>(from, "failures", read_failure);
    one.events = read_rows<job_event>(from, "events", read_event);
    from.read("notes", one.notes);
    from.read("createdAt", one.created_at);
    from.read("updatedAt", one.updated_at);
    from.read("revision", one.revision);
    return one;
}

submission submission_from_json(const json::value& value) {
    const json_reader from(value, "submission");
    submission one;
    from.read("id", one.id);
    one.owner = read_owner(from);
    if (const auto* surroundings = from.field("surroundings"))
        one.surroundings = read_surroundings(json_reader(*surroundings, "surroundings"));
    from.read("idempotencyKey", one.idempotency_key);
    from.read("fingerprint", one.fingerprint);
    from.read("total", one.total);
    from.read("createdAt", one.created_at);
    return one;
}

std::string fingerprint_of(const owner_info& owner, const job_surroundings& surroundings,
                           std::span<const job_request> requests) {
    json::array said{json::value(owner.user_id), to_json(surroundings)};
    for (const auto& one : requests) said.push_back(to_json(one));
    return sha256_hex(json::serialize(said));
}

job parse_job(std::string_view text) {
    return job_from_json(parsed(text, "job"));
}

submission parse_submission(std::string_view text) {
    return submission_from_json(parsed(text, "submission"));
}

}  // namespace medusa
