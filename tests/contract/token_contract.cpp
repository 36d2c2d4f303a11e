// What every store adapter's access tokens must do; part of the store contract.
#include "contract/store_contract.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

access_token token_of(const owner_info& owner, const std::string& id) {
    return {id, "digest of " + id, owner, access_scope::write,
            from_rfc3339("2026-11-23T01:35:09.045Z")};
}

TEST_P(store_contract, a_token_is_found_by_its_digest_also_by_the_next_process) {
    store_.tokens->add(token_of(anna, "a"));
    store_ = {};
    store_ = open();
    EXPECT_EQ(store_.tokens->find("digest of a"), token_of(anna, "a"));
    EXPECT_FALSE(store_.tokens->find("a"));
    EXPECT_FALSE(store_.tokens->find(""));
}

TEST_P(store_contract, tokens_are_listed_as_they_were_made) {
    EXPECT_TRUE(store_.tokens->list().empty());
    for (const auto* id : {"z", "a", "m"}) store_.tokens->add(token_of(ben, id));
    EXPECT_EQ(store_.tokens->list(),
              (std::vector{token_of(ben, "z"), token_of(ben, "a"), token_of(ben, "m")}));
}

TEST_P(store_contract, a_token_is_never_made_twice) {
    store_.tokens->add(token_of(anna, "a"));
    auto same_digest = token_of(ben, "b");
    same_digest.sha256 = "digest of a";
    auto same_id = token_of(ben, "a");
    same_id.sha256 = "another digest";
    for (const auto& twin : {token_of(ben, "a"), same_digest, same_id})
        EXPECT_EQ(code_of([&] { store_.tokens->add(twin); }), errc::conflict);
    EXPECT_EQ(store_.tokens->list(), std::vector{token_of(anna, "a")});
}

TEST_P(store_contract, a_removed_token_is_nobodys) {
    store_.tokens->add(token_of(anna, "a"));
    store_.tokens->add(token_of(anna, "b"));
    EXPECT_TRUE(store_.tokens->remove("a"));
    EXPECT_FALSE(store_.tokens->remove("a"));
    EXPECT_FALSE(store_.tokens->find("digest of a"));
    EXPECT_TRUE(store_.tokens->find("digest of b"));
}

}  // namespace
}  // namespace medusa
