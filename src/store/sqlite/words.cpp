#include <fmt/format.h>

#include "store/naming.hpp"
#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

// The words as FTS5 reads them (https://sqlite.org/fts5.html#full_text_query_syntax): each a
// string, so that none is an operator. One with a quotation mark in it would be none.
std::string any_of_words(const std::vector<std::string>& words, bool in_names) {
    std::string match;
    for (const auto& word : words) {
        if (word.empty() || word.find('"') != word.npos) continue;
        if (!match.empty()) match += " OR ";
        match += fmt::format("\"{}\"", word);
    }
    return in_names && !match.empty() ? fmt::format("name : ({})", match) : match;
}

class sqlite_words final : public word_search {
public:
    explicit sqlite_words(shared_database on) : database_(std::move(on)) {}

    std::vector<std::int64_t> saying(const word_query& wanted) override {
        const auto match = any_of_words(wanted.words, wanted.in_names);
        if (match.empty() || wanted.limit == 0) return {};
        std::string sql =
            "SELECT c.id FROM character_words JOIN characters c ON c.id = character_words.rowid "
            "WHERE character_words MATCH ? AND c.user_id = ?";
        if (wanted.style) sql += " AND c.style = ?";
        for (std::size_t i = 0; i < wanted.tags.size(); ++i)
            sql += " AND c.id IN (SELECT character_id FROM character_tags WHERE tag = ?)";
        // Of name, tags and description.
        sql += " ORDER BY bm25(character_words, 3.0, 2.0, 1.0), c.id LIMIT ?";
        return database_->read([&](connection& on) {
            query rows(on, sql, match, wanted.user_id);
            if (wanted.style) rows.bind(*wanted.style);
            for (const auto& tag : wanted.tags) rows.bind(tag);
            rows.bind(std::int64_t(wanted.limit));
            std::vector<std::int64_t> found;
            while (rows.next()) found.push_back(rows.integer(0));
            return found;
        });
    }

private:
    shared_database database_;
};

}  // namespace

void index_words(connection& on, const character& record) {
    const auto tags = telling_tags(record);
    query(on,
          "INSERT OR REPLACE INTO character_words (rowid, name, tags, description) "
          "VALUES (?, ?, ?, ?)",
          record.id, record.name, fmt::format("{}", fmt::join(tags, " ")), record.description)
        .run();
}

std::unique_ptr<word_search> make_words(shared_database on) {
    return std::make_unique<sqlite_words>(std::move(on));
}

}  // namespace medusa::sqlite
