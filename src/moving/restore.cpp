#include "moving/restore.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "moving/move_assets.hpp"
#include "moving/walk.hpp"

namespace medusa {
namespace {

enum class need { wanted, placed };

class restoration {
public:
    restoration(const backup_contents& contents, const stores& to, asset_store& assets,
                const move_context& context)
        : contents_(contents), to_(to), assets_(assets), context_(context) {
        to_.books->take_over(contents_.summary.books);
        there_ = to_.books->all();
    }

    // Which files are needed: none of a character that has to stay as it is there.
    void plan(const kept_character& kept) {
        if (!same_folder(contents_.summary.books, there_, kept.record, tally_) ||
            !tally_.attempt(name_of(kept.record), [&] { expect_no_other(to_, kept.record); })) {
            left_out_.insert(kept.record.id);
            return;
        }
        for (const auto& file : files(kept))
            if (contents_.files.contains(file.path)) files_.emplace(file.path, need::wanted);
    }

    void add_file(const std::string& path, std::string bytes) {
        expect_no_stop(context_.stop);
        if (!files_.contains(path)) return;
        waiting_.push_back({{path, contents_.files.at(path), true}, std::move(bytes)});
        if (waiting_.size() == std::size_t(movers)) place_waiting();
    }

    void place_waiting() {
        std::vector<char> placed(waiting_.size());
        side_by_side(waiting_.size(), [&](std::size_t i) {
            const auto& [file, bytes] = waiting_[i];
            placed[i] = place_file(assets_, file, bytes, tally_);
        });
        for (std::size_t i = 0; i < placed.size(); ++i) {
            if (placed[i]) files_.at(waiting_[i].file.path) = need::placed;
            advance();
        }
        waiting_.clear();
    }

    void add_record(kept_character kept) {
        expect_no_stop(context_.stop);
        advance();
        if (left_out_.contains(kept.record.id)) return;
        const auto named = files(kept);
        const bool whole = std::ranges::all_of(named, [&](const named_file& file) {
            const auto known = files_.find(file.path);
            return known == files_.end() || known->second == need::placed;
        });
        if (!whole) return tally_.add_half(name_of(kept.record), "it is left out");
        set_places(kept, places_in(assets_, kept, folder(kept)));
        place(to_, kept, tally_);
    }

    move_report take() { return tally_.take(contents_.summary.characters); }

private:
    struct waiting_file {
        named_file file;
        std::string bytes;
    };

    std::string folder(const kept_character& kept) const {
        return tree_folder(contents_.summary.books, kept.record);
    }

    std::vector<named_file> files(const kept_character& kept) const {
        return files_of(kept, folder(kept));
    }

    void advance() {
        context_.progress("steps", ++done_, files_.size() + contents_.summary.characters);
    }

    const backup_contents& contents_;
    const stores& to_;
    asset_store& assets_;
    const move_context& context_;
    move_tally tally_;
    given_out there_;
    std::set<std::int64_t> left_out_;
    std::unordered_map<std::string, need> files_;
    std::vector<waiting_file> waiting_;
    std::uint64_t done_ = 0;
};

}  // namespace

restored restore_backup(backup_reader& from, const stores& to, asset_store& assets,
                        const move_context& context) {
    auto contents = from.verify(context);
    restoration work(contents, to, assets, context);
    from.each_record([&](const kept_character& kept) {
        expect_no_stop(context.stop);
        work.plan(kept);
    });
    from.each_file(
        [&](const std::string& path, std::string bytes) { work.add_file(path, std::move(bytes)); });
    work.place_waiting();
    from.each_record([&](const kept_character& kept) { work.add_record(kept); });
    auto report = work.take();
    return {std::move(contents), std::move(report)};
}

}  // namespace medusa
