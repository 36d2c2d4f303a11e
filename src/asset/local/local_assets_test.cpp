#include "asset/local/local_assets.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "contract/asset_contract.hpp"
#include "core/error.hpp"
#include "core/files.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<asset_store> open_in(const fs::path& folder) {
    return make_local_asset_store(folder);
}

INSTANTIATE_TEST_SUITE_P(local, asset_contract,
                         testing::Values(assets_under_test{"local", open_in}));

class local_folder : public testing::Test {
protected:
    // Everything below the scratch folder but not below the root, with its content.
    std::map<std::string, std::string> outside() const {
        std::map<std::string, std::string> found;
        for (fs::recursive_directory_iterator entry(folder_.path()), end; entry != end; ++entry) {
            if (entry->path() == root_) {
                entry.disable_recursion_pending();
                continue;
            }
            found[entry->path().string()] =
                entry->is_regular_file() ? read_file(entry->path(), 1'000) : "folder";
        }
        return found;
    }

    template <typename action>
    void expect_storage_error(const action& act) const {
        try {
            act();
            ADD_FAILURE() << "nothing was refused";
        } catch (const error& reason) {
            EXPECT_EQ(reason.code(), errc::storage) << reason.what();
        }
    }

    testing_support::scratch_folder folder_;
    fs::path root_ = folder_.path() / "root";
    std::unique_ptr<asset_store> assets_ = make_local_asset_store(root_);
};

TEST_F(local_folder, keeps_the_tree_of_the_contract) {
    const auto stored = assets_->put("anna/characters/luna/avatar/x.png", "bytes");
    EXPECT_EQ(stored.url, "/assets/anna/characters/luna/avatar/x.png");
    EXPECT_EQ(stored.local_path, root_ / "anna/characters/luna/avatar/x.png");
    EXPECT_EQ(read_file(stored.local_path, 100), "bytes");
    EXPECT_EQ(make_local_asset_store(root_, "https://example.org/a/")->locate("x").url,
              "https://example.org/a/x");
}

TEST_F(local_folder, no_nasty_path_makes_a_file_outside) {
    write_file_atomic(folder_.path() / "passwd", "secret");
    const auto before = outside();
    for (const auto& path : nasty_paths()) {
        try {
            assets_->put(path, "x");
            EXPECT_TRUE(fs::exists(root_ / path)) << path;
            assets_->remove(path);
        } catch (const error& reason) {
            EXPECT_EQ(reason.code(), errc::invalid_argument) << path << ": " << reason.what();
        }
    }
    EXPECT_EQ(outside(), before);
}

TEST_F(local_folder, no_link_leads_outside) {
    const auto elsewhere = folder_.path() / "elsewhere";
    write_file_atomic(elsewhere / "secret.png", "secret");
    fs::create_directory(root_);
    fs::create_directory_symlink(elsewhere, root_ / "absolute");
    fs::create_directory_symlink("../elsewhere", root_ / "relative");
    fs::create_directory(root_ / "anna");
    fs::create_symlink(elsewhere / "secret.png", root_ / "anna" / "file.png");
    const auto before = outside();
    for (const std::string folder : {"absolute", "relative"}) {
        expect_storage_error([&] { assets_->put(folder + "/new.png", "x"); });
        expect_storage_error([&] { assets_->put(folder + "/deeper/new.png", "x"); });
        expect_storage_error([&] { assets_->get(folder + "/secret.png"); });
        expect_storage_error([&] { assets_->remove(folder + "/secret.png"); });
        expect_storage_error([&] { assets_->list(folder); });
    }
    expect_storage_error([&] { assets_->get("anna/file.png"); });
    try {
        assets_->get("absolute/secret.png");
    } catch (const error& reason) {
        EXPECT_NE(reason.detail().find("leads out of"), std::string::npos) << reason.detail();
    }
    assets_->put("anna/file.png", "mine", if_present::replace);
    EXPECT_EQ(assets_->get("anna/file.png"), "mine") << "the link was replaced, not followed";
    EXPECT_EQ(outside(), before);
}

TEST_F(local_folder, follows_a_link_that_stays_inside) {
    assets_->put("anna/x.png", "x");
    fs::create_directory_symlink("anna", root_ / "ben");
    EXPECT_EQ(assets_->get("ben/x.png"), "x");
    EXPECT_EQ(assets_->list(""), std::vector<std::string>{"anna/x.png"});
}

TEST_F(local_folder, opens_plain_files_of_its_own_and_follows_no_link_to_them) {
    EXPECT_FALSE(assets_->open("anna/x.png"));
    assets_->put("anna/x.png", "x");
    const auto opened = assets_->open("anna/x.png");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->bytes, 1u);
    fs::create_directory_symlink("anna", root_ / "ben");
    fs::create_symlink("x.png", root_ / "anna/near.png");
    fs::create_symlink(folder_.path(), root_ / "anna/out");
    ASSERT_EQ(::mkfifo((root_ / "anna/pipe").c_str(), 0600), 0);
    for (const char* path : {"ben/x.png", "anna/near.png", "anna/out/x", "anna/pipe", "anna"})
        EXPECT_FALSE(assets_->open(path)) << path;
    assets_->remove("anna/x.png");
    EXPECT_EQ(read_open_file(opened->file.get(), 10, "x"), "x") << "whatever is removed meanwhile";
}

TEST_F(local_folder, an_opened_file_has_another_version_once_it_is_written_anew) {
    assets_->put("x.json", "one");
    const auto before = assets_->open("x.json")->version;
    EXPECT_EQ(assets_->open("x.json")->version, before);
    assets_->put("x.json", "two", if_present::replace);
    EXPECT_NE(assets_->open("x.json")->version, before);
}

TEST_F(local_folder, does_not_wait_for_a_pipe) {
    fs::create_directory(root_);
    ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
    EXPECT_FALSE(assets_->get("pipe"));
}

TEST_F(local_folder, a_file_in_place_of_a_folder_is_reported) {
    assets_->put("anna/x", "file");
    expect_storage_error([&] { assets_->put("anna/x/y.png", "x"); });
    expect_storage_error([&] { assets_->put("anna", "x", if_present::replace); });
    EXPECT_EQ(assets_->list(""), std::vector<std::string>{"anna/x"});
    write_file_atomic(folder_.path() / "file", "x");
    const auto below_a_file = make_local_asset_store(folder_.path() / "file");
    expect_storage_error([&] { below_a_file->put("x", "x"); });
    expect_storage_error([&] { below_a_file->check(); });
}

TEST_F(local_folder, unfinished_files_are_hidden_and_can_be_removed) {
    assets_->put("anna/x.png", "x");
    write_file_atomic(root_ / "anna" / "y.png.1-0.part", "half");
    write_file_atomic(root_ / "anna" / "somebody's.part", "of a download");
    EXPECT_EQ(assets_->list(""), std::vector<std::string>{"anna/x.png"});
    const auto now = system_clock().now();
    const auto swept = [&](time_point before, unfinished what, std::size_t most = SIZE_MAX) {
        return sweep_unfinished(root_, before, what, most).files;
    };
    EXPECT_EQ(swept(now - unfinished_age, unfinished::remove), 0u) << "it may still be written";
    EXPECT_EQ(swept(now + unfinished_age, unfinished::remove, 1), 0u) << "the limit is not kept";
    EXPECT_EQ(swept(now + unfinished_age, unfinished::count), 1u);
    EXPECT_TRUE(fs::exists(root_ / "anna" / "y.png.1-0.part")) << "it was only to be counted";
    const auto gone = assets_->sweep_unfinished(now + unfinished_age, unfinished::remove);
    EXPECT_EQ(gone.files, 1u);
    EXPECT_EQ(gone.bytes, 4u);
    EXPECT_TRUE(fs::exists(root_ / "anna" / "somebody's.part")) << "no write of ours is called so";
    EXPECT_FALSE(fs::exists(root_ / "anna" / "y.png.1-0.part"));
    EXPECT_EQ(assets_->get("anna/x.png"), "x");
    EXPECT_EQ(sweep_unfinished(folder_.path() / "none", now, unfinished::remove).files, 0u);
}

TEST_F(local_folder, the_same_bytes_again_make_an_asset_young_again) {
    assets_->put("anna/x.png", "x");
    const auto two_days = std::chrono::hours(48);
    fs::last_write_time(root_ / "anna/x.png", fs::file_time_type::clock::now() - two_days);
    EXPECT_LT(assets_->entries("").at(0).stored_at, system_clock().now() - two_days / 2);
    assets_->put("anna/x.png", "x");
    EXPECT_GT(assets_->entries("").at(0).stored_at, system_clock().now() - two_days / 2);
}

TEST_F(local_folder, the_first_put_removes_what_a_dead_process_left) {
    const auto old = root_ / "anna" / "y.png.1-0.part";
    const auto young = root_ / "anna" / "z.png.1-0.part";
    write_file_atomic(old, "half");
    write_file_atomic(young, "half");
    fs::last_write_time(old, fs::file_time_type::clock::now() - 2 * unfinished_age);
    assets_->put("anna/x.png", "x");
    EXPECT_FALSE(fs::exists(old));
    EXPECT_TRUE(fs::exists(young));
}

}  // namespace
}  // namespace medusa
