#include <fmt/format.h>

#include "record/json_reader.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/failures.hpp"
#include "store/mongo/ports.hpp"

namespace medusa::mongo {
namespace {

access_token token_from(const document& stored) {
    const boost::json::value fields = stored.to_json();
    try {
        const json_reader reader(fields, "token");
        access_token read;
        std::string scope;
        reader.read("_id", read.sha256);
        reader.read("id", read.id);
        reader.read("userId", read.owner.user_id);
        reader.read("username", read.owner.username);
        reader.read("scope", scope);
        reader.read("createdAt", read.created_at);
        const auto known = access_scope_from(scope);
        if (!known) reader.refuse("scope", "a known scope");
        read.scope = *known;
        return read;
    } catch (const error& reason) {
        throw damaged("token " + stored.text("id"), reason.detail());
    }
}

class mongo_tokens final : public access_tokens {
public:
    explicit mongo_tokens(shared_database on) : database_(std::move(on)) {}

    void add(const access_token& made) override {
        const document stored(object{{"_id", made.sha256},
                                     {"id", made.id},
                                     {"userId", made.owner.user_id},
                                     {"username", made.owner.username},
                                     {"scope", to_string(made.scope)},
                                     {"createdAt", to_rfc3339(made.created_at)},
                                     {"sequence", next_sequence()}});
        if (!database_->insert(tokens_in, stored))
            throw error(errc::conflict, fmt::format("there is a token {}", made.id));
    }

    std::optional<access_token> find(const std::string& sha256) override {
        const auto found = database_->find_one(tokens_in, object{{"_id", sha256}});
        if (!found) return std::nullopt;
        return token_from(*found);
    }

    std::vector<access_token> list() override {
        std::vector<access_token> found;
        for (const auto& stored : database_->find(tokens_in, {}, {{"sort", {{"sequence", 1}}}}))
            found.push_back(token_from(stored));
        return found;
    }

    bool remove(const std::string& id) override {
        return database_->remove(tokens_in, object{{"id", id}}) > 0;
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<access_tokens> make_tokens(shared_database on) {
    return std::make_unique<mongo_tokens>(std::move(on));
}

}  // namespace medusa::mongo
