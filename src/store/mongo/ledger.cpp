#include "store/mongo/ports.hpp"
#include "store/mongo/schema.hpp"

namespace medusa::mongo {
namespace {

class mongo_ledger final : public ledger {
public:
    explicit mongo_ledger(shared_database on) : database_(std::move(on)) {}

    given_out all() override {
        raise_id_counter(*database_);
        given_out found;
        found.last_id = counter_value(*database_, id_counter);
        found.highest_number = counter_value(*database_, number_counter);
        for (const auto& one : database_->find(folders_in, object{}))
            found.folders[one.text("_id")] = one.text("folder");
        return found;
    }

    void take_over(const given_out& from) override {
        raise_id_counter(*database_);
        raise_counter(*database_, id_counter, from.last_id);
        raise_counter(*database_, number_counter, from.highest_number);
        for (const auto& [user_id, folder] : from.folders)
            database_->insert(folders_in, object{{"_id", user_id}, {"folder", folder}});
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<ledger> make_ledger(shared_database on) {
    return std::make_unique<mongo_ledger>(std::move(on));
}

}  // namespace medusa::mongo
