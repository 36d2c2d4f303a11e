#include <fmt/format.h>

#include "core/text.hpp"
#include "record/record_json.hpp"
#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

// The columns id, record and number of the row; the column's number is the one that counts.
image read_row(const query& row) {
    try {
        image record = parse_image(row.text(1));
        record.number = row.integer_if_set(2);
        return record;
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of image {}", row.text(0)), reason.detail());
    }
}

void raise_highest(connection& on, std::int64_t number) {
    query(on, "UPDATE counters SET value = max(value, ?) WHERE name = 'image_number'", number)
        .run();
}

}  // namespace

bool insert_image(connection& on, const image& record) {
    const std::string json = boost::json::serialize(to_json(record));
    if (!is_valid_utf8(json))
        throw error(errc::invalid_argument, "the image holds text that is not UTF-8");
    if (!query(on, "SELECT 1 FROM claims WHERE id = ?", record.character_id).next())
        throw error(errc::not_found,
                    fmt::format("character {} does not exist", record.character_id));
    query(on,
          "INSERT INTO images (id, character_id, created_at, number, record) "
          "VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
          record.id, record.character_id, to_rfc3339(record.created_at), record.number, json)
        .run();
    if (on.changed() == 0) return false;
    if (record.number) raise_highest(on, *record.number);
    return true;
}

namespace {

class sqlite_images final : public image_store {
public:
    explicit sqlite_images(shared_database on) : database_(std::move(on)) {}

    bool save(const image& record) override {
        bool stored = false;
        database_->write([&](connection& on) { stored = insert_image(on, record); });
        return stored;
    }

    std::optional<image> find(const std::string& id) override {
        return database_->read([&](connection& on) -> std::optional<image> {
            query row(on, "SELECT id, record, number FROM images WHERE id = ?", id);
            if (!row.next()) return std::nullopt;
            return read_row(row);
        });
    }

    std::vector<image> of_character(std::int64_t character_id,
                                    std::vector<std::string>* damaged) override {
        return database_->read([&](connection& on) {
            query rows(on,
                       "SELECT id, record, number FROM images WHERE character_id = ? "
                       "ORDER BY created_at, sequence",
                       character_id);
            std::vector<image> found;
            std::vector<std::string> unreadable;
            while (rows.next()) {
                try {
                    found.push_back(read_row(rows));
                } catch (const error& reason) {
                    if (!damaged || reason.code() != errc::corrupted) throw;
                    unreadable.push_back(rows.text(0));
                }
            }
            if (damaged) *damaged = std::move(unreadable);
            return found;
        });
    }

    void relocate(std::int64_t character_id, const file_places& places) override {
        database_->write([&](connection& on) {
            const auto set = [&](const char* field, const std::optional<std::string>& url) {
                if (!url) return;
                query(on, "UPDATE characters SET record = json_set(record, ?, ?) WHERE id = ?",
                      field, *url, character_id)
                    .run();
            };
            set("$.avatar", places.avatar);
            set("$.embeddings.url", places.embeddings);
            for (const auto& [id, url] : places.images)
                query(on,
                      "UPDATE images SET record = json_set(record, '$.url', ?) "
                      "WHERE id = ? AND character_id = ?",
                      url, id, character_id)
                    .run();
        });
    }

    void set_number(const std::string& id, std::int64_t number) override {
        database_->write([&](connection& on) {
            query(on, "UPDATE images SET number = ? WHERE id = ? AND number IS NULL", number, id)
                .run();
            if (on.changed() > 0)
                raise_highest(on, number);
            else if (!query(on, "SELECT 1 FROM images WHERE id = ?", id).next())
                throw error(errc::not_found, fmt::format("image {} does not exist", id));
        });
    }

    std::int64_t highest_number() override {
        return database_->read([](connection& on) {
            query row(on, "SELECT value FROM counters WHERE name = 'image_number'");
            return row.next() ? row.integer(0) : 0;
        });
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<image_store> make_images(shared_database on) {
    return std::make_unique<sqlite_images>(std::move(on));
}

}  // namespace medusa::sqlite
