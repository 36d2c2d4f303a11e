#include <fmt/format.h>

#include "record/json_reader.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/failures.hpp"
#include "store/mongo/ports.hpp"
#include "store/naming.hpp"

namespace medusa::mongo {
namespace {

attempt attempt_from(const document& stored) {
    const boost::json::value fields = stored.to_json();
    try {
        const json_reader reader(fields, "attempt");
        attempt read;
        std::string state;
        reader.read("_id", read.id);
        reader.read("jobId", read.job_id);
        reader.read("imageIndex", read.image_index);
        reader.read("server", read.server);
        reader.read("remoteId", read.remote_id);
        reader.read("model", read.model);
        reader.read("identityMethod", read.identity_method);
        reader.read("state", state);
        reader.read("reason", read.reason);
        reader.read("createdAt", read.created_at);
        const auto known = attempt_state_from(state);
        if (!known) reader.refuse("state", "a known state");
        read.state = *known;
        return read;
    } catch (const error& reason) {
        throw damaged("attempt " + stored.text("_id"), reason.detail());
    }
}

class mongo_attempts final : public attempt_log {
public:
    explicit mongo_attempts(shared_database on) : database_(std::move(on)) {}

    void begin(const attempt& sent) override {
        const document made(object{{"_id", sent.id},
                                   {"jobId", sent.job_id},
                                   {"imageIndex", sent.image_index},
                                   {"server", sent.server},
                                   {"remoteId", sent.remote_id},
                                   {"model", sent.model},
                                   {"identityMethod", sent.identity_method},
                                   {"state", to_string(sent.state)},
                                   {"reason", sent.reason},
                                   {"createdAt", to_rfc3339(sent.created_at)},
                                   {"sequence", next_sequence()}});
        if (!database_->insert(attempts_in, made))
            throw error(errc::conflict, fmt::format("attempt {} was begun already", sent.id));
    }

    void accepted(const std::string& id, const std::string& remote_id) override {
        database_->update(attempts_in, object{{"_id", id}}, {{"$set", {{"remoteId", remote_id}}}});
    }

    void end(const std::string& id, attempt_state state, const std::string& reason) override {
        database_->update(attempts_in,
                          object{{"_id", id}, {"state", to_string(attempt_state::sent)}},
                          {{"$set", {{"state", to_string(state)}, {"reason", reason}}}});
    }

    std::vector<attempt> of(const std::string& job_id, int image_index) override {
        std::vector<attempt> found;
        for (const auto& stored :
             database_->find(attempts_in, object{{"jobId", job_id}, {"imageIndex", image_index}},
                             {{"sort", {{"sequence", 1}}}}))
            found.push_back(attempt_from(stored));
        return found;
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<attempt_log> make_attempts(shared_database on) {
    return std::make_unique<mongo_attempts>(std::move(on));
}

}  // namespace medusa::mongo
