#include <algorithm>
#include <fstream>

#include "contract/vector_contract.hpp"
#include "core/error.hpp"
#include "core/files.hpp"

namespace medusa {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 30;

// The code of the error that loading ends in; empty when it is loaded.
std::optional<errc> refusal_of(const index_kind& kind, const std::filesystem::path& file,
                               const vector_space& space) {
    try {
        kind.load(file, space);
        return {};
    } catch (const error& refusal) {
        EXPECT_FALSE(refusal.detail().empty());
        return refusal.code();
    }
}

TEST_P(vector_contract, a_snapshot_gives_back_everything) {
    fill(1'500);
    for (std::int64_t id = 0; id < 1'500; id += 9) {
        remove(id);
    }
    for (std::int64_t id = 1; id < 1'500; id += 90) {
        upsert(id, source_.next(), labels_of(id + 1));
    }
    index_->save(file_, "store is at 17");
    const auto loaded = GetParam().load(file_, space_);
    EXPECT_EQ(loaded.position, "store is at 17");
    expect_same_entries(*loaded.index);
    EXPECT_GE(recall(*loaded.index, {}), 0.99);
    EXPECT_GE(recall(*loaded.index, {"", "", {"multiple of 7"}}), 0.98);

    index_->save(file_, "");
    index_ = GetParam().load(file_, space_).index;
    fill(1'600);
    remove(5);
    EXPECT_GE(recall(*index_, {}), 0.99) << "a loaded index goes on like any other";
    expect_same_entries(*index_);
}

TEST_P(vector_contract, an_empty_index_has_a_snapshot_too) {
    index_->save(file_, "");
    const auto loaded = GetParam().load(file_, space_);
    EXPECT_EQ(loaded.index->size(), 0);
    EXPECT_TRUE(loaded.index->search(source_.next(), 3).empty());
}

TEST_P(vector_contract, nothing_of_a_removed_entry_is_in_a_snapshot) {
    fill(300);
    index_->upsert(1'000, source_.next(), {"a secret owner", "a secret style", {"a secret tag"}});
    index_->save(file_, "");
    const auto with = read_file(file_, file_bytes_max);
    EXPECT_NE(with.find("a secret"), std::string::npos);
    index_->remove(1'000);
    index_->save(file_, "");
    const auto without = read_file(file_, file_bytes_max);
    EXPECT_EQ(without.find("a secret"), std::string::npos);
    EXPECT_LT(without.size(), with.size());
}

TEST_P(vector_contract, a_snapshot_cut_anywhere_is_refused) {
    fill(3);
    index_->save(file_, "here");
    const auto whole = read_file(file_, file_bytes_max);
    for (auto size = whole.size(); size-- > 0;) {
        std::filesystem::resize_file(file_, size);
        ASSERT_EQ(refusal_of(GetParam(), file_, space_), errc::corrupted) << size;
    }
    std::ofstream(file_, std::ios::binary) << whole << '.';
    EXPECT_EQ(refusal_of(GetParam(), file_, space_), errc::corrupted) << "one byte more";
    std::ofstream(file_, std::ios::binary) << whole;
    EXPECT_EQ(refusal_of(GetParam(), file_, space_), std::nullopt);
}

TEST_P(vector_contract, a_snapshot_with_one_bit_changed_is_refused) {
    fill(3);
    index_->save(file_, "here");
    const auto whole = read_file(file_, file_bytes_max);
    std::fstream changed(file_, std::ios::binary | std::ios::in | std::ios::out);
    for (std::size_t place = 0; place < whole.size(); ++place) {
        changed.seekp(static_cast<std::streamoff>(place));
        changed.put(static_cast<char>(whole[place] ^ (1 << (place % 8)))).flush();
        const auto refusal = refusal_of(GetParam(), file_, space_);
        // In the version it makes another one.
        ASSERT_TRUE(refusal == errc::corrupted || (place < 24 && refusal == errc::conflict))
            << place;
        changed.seekp(static_cast<std::streamoff>(place));
        changed.put(whole[place]);
    }
}

TEST_P(vector_contract, a_snapshot_of_something_else_is_refused) {
    fill(20);
    index_->save(file_, "here");
    EXPECT_EQ(refusal_of(GetParam(), file_, {dimension, "model-2"}), errc::conflict);
    EXPECT_EQ(refusal_of(GetParam(), file_, {dimension + 1, "model-1"}), errc::conflict);
    EXPECT_EQ(refusal_of(GetParam(), folder_.path() / "none", space_), errc::not_found);
    EXPECT_EQ(refusal_of(GetParam(), folder_.path(), space_), errc::corrupted);
    std::ofstream(file_, std::ios::binary) << "not an index at all, but long enough to be read";
    EXPECT_EQ(refusal_of(GetParam(), file_, space_), errc::corrupted);
}

TEST_P(vector_contract, a_save_that_fails_leaves_the_former_snapshot) {
    fill(20);
    index_->save(file_, "here");
    EXPECT_THROW(index_->save(file_ / "below a file", "there"), error);
    EXPECT_EQ(GetParam().load(file_, space_).position, "here");
}

}  // namespace
}  // namespace medusa
