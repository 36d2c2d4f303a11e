// Searches over HTTP, and new characters that are much like others, without a network. The embedder
// of these tests knows words and no meaning.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/ids.hpp"
#include "support/service_on_trial.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

std::string header(const response& of, std::string_view name) {
    for (const auto& [key, value] : of.headers)
        if (key == name) return value;
    return {};
}

std::int64_t id_of(const json::value& row) {
    return row.at("id").to_number<std::int64_t>();
}

class http_search : public testing::Test {
protected:
    http_search() {
        luna_ = make("Luna", "an elven sorceress with silver hair", {"wise", "calm"});
        robin_ = make("Robin", "a shy android who plays the violin", {"shy"}, "anime");
        mira_ = make("Mira", "a bold android who mends ships", {"bold", "wise"}, "anime");
        make("Robin", "a shy android who plays the violin", {"shy"}, "anime", {"other", "ben"});
        service_.index().catch_up();
    }

    std::int64_t make(const char* name, const char* description, std::vector<std::string> tags,
                      const char* style = "fantasy", owner_info owner = {"local", "anna"},
                      const std::string& job = random_ids().uuid()) {
        character_draft draft;
        draft.name = name;
        draft.description = description;
        draft.tags = std::move(tags);
        draft.style = style;
        return service_.make(owner, draft, job).id;
    }

    json::array found(const std::string& target) {
        const auto reply = service_.ask("GET", target);
        EXPECT_EQ(reply.status, 200) << target << reply.body;
        const auto document = json::parse(reply.body);
        EXPECT_TRUE(document.at("next").is_null());
        return document.at("items").as_array();
    }

    std::vector<std::int64_t> ids(const std::string& target) {
        std::vector<std::int64_t> all;
        for (const auto& row : found(target)) all.push_back(id_of(row));
        return all;
    }

    // The advice of a refusal.
    std::string advice(const std::string& target, int status = 400) {
        const auto reply = service_.ask("GET", target);
        EXPECT_EQ(reply.status, status) << target << reply.body;
        if (reply.status < 400) return {};
        const auto document = json::parse(reply.body).as_object();
        const auto* told = document.if_contains("advice");
        return told ? std::string(told->as_string()) : std::string();
    }

    std::string similar(std::int64_t id, const std::string& query = {}) {
        return fmt::format("/api/characters/{}/similar?{}", id, query);
    }

    response create(const std::string& if_similar, const std::string& key = {},
                    const std::string& description = "a shy android who plays the violin") {
        request asked;
        asked.method = "POST";
        asked.at = parse_target("/api/characters");
        asked.body = json::serialize(json::object{{"name", "Robin"},
                                                  {"description", description},
                                                  {"tags", {"shy"}},
                                                  {"style", "anime"},
                                                  {"ifSimilar", if_similar}});
        asked.headers = {{"content-type", "application/json"}};
        if (!key.empty()) asked.headers.emplace_back("idempotency-key", key);
        return service_.ask(std::move(asked));
    }

    std::size_t jobs() { return service_.queue().list({}).size(); }

    // What a worker would have made of the accepted job.
    std::int64_t work_off(const response& accepted) {
        const auto job = std::string(json::parse(accepted.body).at("id").as_string());
        const auto id = make("Robin", "a shy android who plays the violin", {"shy"}, "anime",
                             {"local", "anna"}, job);
        service_.index().catch_up();
        return id;
    }

    testing_support::service_on_trial service_;
    std::int64_t luna_ = 0;
    std::int64_t robin_ = 0;
    std::int64_t mira_ = 0;
};

TEST_F(http_search, finds_one_s_own_and_says_why) {
    const auto rows = found("/api/search?q=a+shy+android");
    ASSERT_GE(rows.size(), 2u);
    EXPECT_EQ(id_of(rows[0]), robin_);
    EXPECT_EQ(id_of(rows[1]), mira_);
    EXPECT_EQ(rows[0].at("name"), "Robin");
    EXPECT_EQ(rows[0].at("owner").at("userId"), "local");
    const auto& match = rows[0].at("match");
    EXPECT_EQ(match.at("words"), json::value({"shy", "android"}));
    EXPECT_EQ(match.at("shared"), json::value({"android", "science fiction", "shy"}));
    EXPECT_GT(match.at("similarity").to_number<double>(), 0.3);
    EXPECT_GT(match.at("score").to_number<double>(),
              rows[1].at("match").at("score").to_number<double>());
}

TEST_F(http_search, keeps_to_style_tags_and_limit) {
    using list = std::vector<std::int64_t>;
    EXPECT_EQ(ids("/api/search?q=android&limit=1").size(), 1u);
    EXPECT_EQ(ids("/api/search?q=android&tag=WISE").size(), 2u);
    EXPECT_EQ(ids("/api/search?q=android&tag=wise&tag=bold"), list{mira_});
    EXPECT_EQ(ids("/api/search?q=android&tag=wise&style=Anime"), list{mira_});
    EXPECT_EQ(ids("/api/search?q=android&tag=wise&style=fantasy"), list{luna_});
    EXPECT_EQ(ids("/api/search?q=android&tag=nothing"), list{});
    EXPECT_EQ(ids("/api/search?q=android&tag=&style=").size(), 3u);
    EXPECT_EQ(ids(similar(robin_, "tag=wise&tag=calm")), list{luna_});
    EXPECT_EQ(ids(similar(robin_, "style=anime")), list{mira_});
    EXPECT_EQ(ids(similar(robin_, "limit=1")), list{mira_});
}

TEST_F(http_search, finds_more_like_these_and_less_like_those) {
    using list = std::vector<std::int64_t>;
    const auto ann = make("Ann", "a shy sorceress with silver hair", {"shy"});
    const auto ben = make("Ben", "a shy clerk who mends ships", {"shy"});
    service_.index().catch_up();
    EXPECT_EQ(ids(similar(robin_, fmt::format("also={}:9&limit=1", luna_))), list{ann});
    EXPECT_EQ(ids(similar(robin_, fmt::format("also={}:9,{}:9", mira_, luna_))).size(), 2u);
    EXPECT_EQ(ids(similar(mira_, fmt::format("less={}", robin_))).front(), ben);
    const auto both = ids(similar(luna_, fmt::format("less={},{}&less={}", robin_, mira_, ben)));
    EXPECT_EQ(both, list{ann});
}

TEST_F(http_search, opens_nothing_of_anybody_else_s) {
    const auto bens = make("Zoe", "a shy android who sings", {"shy"}, "anime", {"other", "ben"});
    service_.index().catch_up();
    advice(similar(bens), 404);
    advice(similar(bens + 100), 404);
    advice("/api/characters/luna/similar", 404);
    for (const auto* list : {"also", "less"}) {
        advice(similar(luna_, fmt::format("{}={}", list, bens)), 404);
        advice(similar(luna_, fmt::format("{}={}", list, bens + 100)), 404);
    }
}

TEST_F(http_search, does_not_find_what_is_gone_or_not_so_any_more) {
    const auto gone = service_.ask("DELETE", fmt::format("/api/characters/{}", robin_));
    ASSERT_EQ(gone.status, 204) << gone.body;
    EXPECT_EQ(ids("/api/search?q=shy+android&style=anime"), std::vector<std::int64_t>{mira_})
        << "also before the index has heard of it";
    EXPECT_EQ(ids(similar(mira_)), std::vector<std::int64_t>{luna_});
    advice(similar(robin_), 404);
}

TEST_F(http_search, says_what_is_wrong_with_a_wish) {
    for (const auto* text : {"", "?q=", "?q=+", "?q=%E2%80%8B"})
        EXPECT_NE(advice(std::string("/api/search") + text).find("a+shy+android"),
                  std::string::npos)
            << text;
    EXPECT_EQ(ids("/api/search?q=" + std::string(2'000, 'x')).size(), 3u);
    EXPECT_EQ(advice("/api/search?q=" + std::string(2'001, 'x')), "At most 2,000 fit");
    for (const auto* limit : {"0", "101", "-1", "many", ""})
        for (const auto& target : {std::string("/api/search?q=elf&"), similar(luna_)})
            advice(fmt::format("{}{}limit={}", target, target.ends_with('&') ? "" : "&", limit));
    for (const auto* wrong : {"x", "123456:", "123456:0", "123456:-1", "123456:101", "123456:nan",
                              ":2", "1,,2", "123456;123457"})
        for (const auto* list : {"also", "less"})
            EXPECT_NE(advice(similar(luna_, fmt::format("{}={}", list, wrong))).find("123456:2"),
                      std::string::npos)
                << wrong;
    std::string many = "1";
    for (int i = 0; i < 32; ++i) many += ",1";
    EXPECT_EQ(advice(similar(luna_, "also=" + many)), "Name 32 at most");
    EXPECT_NE(advice(similar(luna_, fmt::format("less={}:2", luna_))), "") << "nothing is left";
}

TEST_F(http_search, of_an_index_that_is_not_there_yet_finds_words) {
    testing_support::service_on_trial fresh;
    const auto made = fresh.make(fresh.local_user(), "Luna");
    const auto by_words = json::parse(fresh.ask("GET", "/api/search?q=sorceress").body);
    ASSERT_EQ(by_words.at("items").as_array().size(), 1u);
    const auto none = fresh.ask("GET", similar(made.id));
    EXPECT_EQ(none.status, 200);
    EXPECT_TRUE(json::parse(none.body).at("items").as_array().empty());
}

TEST_F(http_search, refuses_a_new_one_that_is_like_another_of_the_owner_s) {
    const auto refused = create("refuse");
    EXPECT_EQ(refused.status, 409) << refused.body;
    const auto told = json::parse(refused.body);
    EXPECT_EQ(told.at("code"), "conflict");
    const std::string detail(told.at("detail").as_string());
    EXPECT_NE(detail.find(fmt::format("character {}, Robin", robin_)), std::string::npos) << detail;
    EXPECT_NE(detail.find("100 % alike"), std::string::npos) << detail;
    EXPECT_NE(told.at("advice").as_string().find("ifSimilar"), json::string::npos);
    EXPECT_EQ(jobs(), 0u);
    EXPECT_EQ(create("refuse", {}, "an old sailor with a red beard").status, 202);
    EXPECT_EQ(create("ignore").status, 202);
    const auto gone = service_.ask("DELETE", fmt::format("/api/characters/{}", robin_));
    ASSERT_EQ(gone.status, 204) << gone.body;
    EXPECT_EQ(create("refuse").status, 202) << "only ben has one like that now";
}

TEST_F(http_search, warns_of_those_that_a_new_one_is_like) {
    const auto warned = create("warn");
    EXPECT_EQ(warned.status, 202);
    EXPECT_EQ(header(warned, "Similar-Characters"), std::to_string(robin_));
    EXPECT_EQ(header(create("warn", {}, "an old sailor with a red beard"), "Similar-Characters"),
              "");
    EXPECT_EQ(header(create("ignore"), "Similar-Characters"), "");
    const auto twin = make("Robin", "a shy android who plays the violin", {"shy"}, "anime");
    service_.index().catch_up();
    EXPECT_EQ(header(create("warn"), "Similar-Characters"), fmt::format("{}, {}", robin_, twin));
    EXPECT_EQ(create("perhaps").status, 400);
}

TEST_F(http_search, does_not_hold_what_a_request_has_made_against_its_replay) {
    const auto gone = service_.ask("DELETE", fmt::format("/api/characters/{}", robin_));
    ASSERT_EQ(gone.status, 204) << gone.body;
    const auto first = create("refuse", "k");
    ASSERT_EQ(first.status, 202) << first.body;
    const auto made = work_off(first);
    const auto again = create("refuse", "k");
    EXPECT_EQ(again.status, 202) << again.body;
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotency-Replayed"), "true");
    EXPECT_EQ(create("refuse", "l").status, 409);
    EXPECT_EQ(create("refuse").status, 409);
    EXPECT_EQ(create("refuse", "k", "a shy android who plays the violin").status, 202);
    EXPECT_EQ(header(create("warn", "k"), "Similar-Characters"), "");
    EXPECT_EQ(header(create("warn", "l"), "Similar-Characters"), std::to_string(made));
    EXPECT_EQ(jobs(), 2u);
}

TEST_F(http_search, a_batch_knows_no_such_wish) {
    for (const auto* body :
         {R"({"ifSimilar": "warn", "characters": [{"name": "Ann", "description": "a knight"}]})",
          R"({"characters": [{"name": "Ann", "description": "a knight", "ifSimilar": "warn"}]})"})
        EXPECT_EQ(service_.ask("POST", "/api/characters/batch", body).status, 400) << body;
}

}  // namespace
}  // namespace medusa::http
