#include "moving/backup.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "house_fixture.hpp"
#include "moving/restore.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes_max = 1 << 20;

class backups : public two_houses {
protected:
    move_report backup() {
        return write_backup(here_.store, *here_.assets, file_, system_clock(), quiet());
    }
    restored restore() {
        backup_reader from(file_);
        return restore_backup(from, there_.store, *there_.assets, quiet());
    }
    // Writes an archive of these entries.
    void write(const std::vector<std::pair<std::string, std::string>>& entries) {
        growing_file file(file_);
        archive_writer archive(file.get(), file_, {});
        for (const auto& [name, bytes] : entries) archive.add(name, bytes);
        archive.finish();
        file.finish();
    }
    std::string refusal() {
        try {
            restore();
        } catch (const error& reason) {
            EXPECT_EQ(reason.code(), errc::corrupted) << reason.what();
            EXPECT_TRUE(there_.records().empty());
            EXPECT_TRUE(there_.assets->list("").empty());
            return reason.detail();
        }
        ADD_FAILURE() << "it was taken";
        return {};
    }

    testing_support::scratch_folder folder_;
    fs::path file_ = folder_.path() / "medusa.tar";
};

TEST_F(backups, bring_everything_back) {
    here_.make("a", "Luna");
    here_.make("b", "Zoë 🌙", {"other", "Anna"});
    here_.store.reserved->reserve("c", anna, "in work");
    const auto made = backup();
    EXPECT_EQ(made.characters.moved, 2u);
    EXPECT_EQ(made.files.moved, 10u);
    struct stat facts {};
    ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777u, 0600u);

    const auto done = restore();
    EXPECT_EQ(done.report.characters.moved, 2u);
    EXPECT_EQ(done.report.images.moved, 4u);
    EXPECT_TRUE(done.report.troubles.empty());
    expect_same_records(here_, there_);
    expect_same_assets(here_, there_);
    const auto luna = there_.store.characters->find(123456);
    EXPECT_EQ(luna->avatar, "https://there/anna/characters/luna/avatar/a-avatar.png");
    EXPECT_TRUE(there_.assets->get("anna/characters/luna/embeddings/embeddings.json"));

    const auto again = restore();
    EXPECT_EQ(again.report.characters.same, 2u);
    EXPECT_EQ(again.report.files.same, 10u);
    EXPECT_EQ(again.report.characters.moved + again.report.files.moved, 0u);
}

TEST_F(backups, of_nothing_are_backups_too) {
    backup();
    EXPECT_EQ(restore().report.found, 0u);
}

TEST_F(backups, are_read_by_other_tools) {
    here_.make("a", "Luna");
    backup();
    const auto command = fmt::format(
        "cd {} && tar xf medusa.tar && sha256sum --check --strict "
        "--quiet SHA256SUMS && test -s records.jsonl",
        folder_.path().string());
    EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST_F(backups, leave_out_what_is_damaged_or_missing_and_name_it) {
    const auto luna = here_.make("a", "Luna");
    const auto zara = here_.make("b", "Zara");
    here_.make("c", "Aria");
    here_.assets->remove("anna/characters/luna/avatar/a-avatar.png");
    here_.assets->put("anna/characters/zara/images/b-portrait.png", "rotten", if_present::replace);
    here_.damage("UPDATE characters SET record = '{' WHERE id = 123458");
    EXPECT_EQ(backup().troubles.size(), 3u);
    const auto done = restore();
    EXPECT_EQ(done.contents.summary.left_out.size(), 3u);
    EXPECT_TRUE(done.report.troubles.empty());
    EXPECT_EQ(there_.store.characters->find(luna.id)->avatar, "");
    EXPECT_EQ(there_.images(luna.id).size(), 1u);
    EXPECT_EQ(there_.images(zara.id).size(), 1u);
    EXPECT_EQ(there_.records().size(), 2u);
}

TEST_F(backups, never_replace_what_is_there_and_differs) {
    here_.make("a", "Luna");
    backup();
    const auto other = there_.make("x", "Other");
    const auto files = there_.assets->list("");
    const auto done = restore();
    ASSERT_EQ(done.report.troubles.size(), 1u);
    EXPECT_EQ(done.report.troubles[0].kind, trouble_kind::conflict);
    EXPECT_EQ(there_.store.characters->find(other.id), other);
    EXPECT_EQ(there_.assets->list(""), files) << "no file without a record";
}

TEST_F(backups, that_were_stopped_leave_nothing_and_a_stopped_restore_goes_on) {
    for (int i = 0; i < 8; ++i) here_.make(std::to_string(i), "Luna");
    EXPECT_THROW(write_backup(here_.store, *here_.assets, file_, system_clock(), stopped_at(4, {})),
                 error);
    EXPECT_TRUE(fs::is_empty(folder_.path()));
    backup();
    {
        backup_reader from(file_);
        EXPECT_THROW(restore_backup(from, there_.store, *there_.assets, stopped_at(60, {})), error);
    }
    EXPECT_FALSE(there_.assets->list("").empty());
    restore();
    expect_same_records(here_, there_);
    expect_same_assets(here_, there_);
}

TEST_F(backups, replace_only_backups) {
    here_.make("a", "Luna");
    write_file_atomic(file_, "my letters");
    EXPECT_THROW(backup(), error);
    EXPECT_EQ(read_file(file_, file_bytes_max), "my letters");
    fs::remove(file_);
    backup();
    here_.make("b", "Zara");
    EXPECT_EQ(backup().characters.moved, 2u);
    EXPECT_EQ(restore().report.characters.moved, 2u);
}

TEST_F(backups, that_are_cut_anywhere_are_refused) {
    here_.make("a", "Luna");
    backup();
    const auto whole = read_file(file_, file_bytes_max);
    const auto sums = whole.find("SHA256SUMS", whole.find("\"leftOut\""));
    for (std::size_t bytes = 0; bytes < sums; bytes += 512 + bytes / 8) {
        write_file_atomic(file_, whole.substr(0, bytes));
        EXPECT_FALSE(refusal().empty()) << bytes;
    }
}

TEST_F(backups, with_a_changed_byte_are_refused) {
    here_.make("a", "Luna");
    backup();
    const auto whole = read_file(file_, file_bytes_max);
    for (const auto* word : {"the picture a-avatar", "[a]", "silver hair", "highestImageNumber"}) {
        auto changed = whole;
        const auto at = changed.find(word);
        ASSERT_NE(at, changed.npos) << word;
        changed[at + 1] = 'X';
        write_file_atomic(file_, changed);
        EXPECT_FALSE(refusal().empty()) << word;
    }
}

TEST_F(backups, of_somebody_else_are_refused) {
    const auto head = backup_head({});
    const std::vector<std::vector<std::pair<std::string, std::string>>> foreign = {
        {},
        {{"letter.txt", "dear"}},
        {{"medusa-backup.json", "{}"}},
        {{"medusa-backup.json", head}},
        {{"medusa-backup.json", head}, {"assets/../../etc/passwd", "x"}},
        {{"medusa-backup.json", head}, {"/etc/passwd", "x"}},
        {{"medusa-backup.json", head}, {"assets/a.png", "x"}, {"assets/a.png", "x"}},
        {{"medusa-backup.json", head}, {"assets/a.png", std::string((64u << 20) + 1, 'x')}},
        {{"medusa-backup.json", head}, {"records.jsonl", "{}\n"}},
        {{"medusa-backup.json", head}, {"records.jsonl", "no end"}},
    };
    for (const auto& entries : foreign) {
        write(entries);
        EXPECT_FALSE(refusal().empty());
    }
    for (const auto* text : {"", "PK\3\4", "my letters"}) {
        write_file_atomic(file_, text);
        EXPECT_FALSE(refusal().empty()) << text;
    }
}

}  // namespace
}  // namespace medusa
