#include "engine/sketch/sketch_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "card/png.hpp"
#include "core/error.hpp"
#include "domain/style.hpp"
#include "engine/sketch/compose.hpp"
#include "engine/sketch/lint.hpp"
#include "engine/sketch/loaded_art.hpp"
#include "engine/sketch/mosaic.hpp"
#include "engine/sketch/paint.hpp"
#include "engine/sketch/sheet.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

// Pictures are drawn at least that large before they are made smaller for the sheet: blocks of
// pixel art and thin lines look as they do in a picture.
constexpr int least_side_px = 352;

class sketch_desk final : public art_desk {
public:
    explicit sketch_desk(const std::optional<fs::path>& folder) : folder_(folder) {}

    std::vector<sheet_info> sheets() const override { return sketch::sheet_list(); }

    std::size_t pictures(const std::string& name) override {
        return sheet_of(name).pictures.size();
    }

    drawn_sheet draw(const std::string& name, const std::string& style, int cell_px,
                     const std::function<void()>& drawn, std::stop_token stop) override {
        const auto all = sheet_of(name);
        if (name == sketch::sheet_of_all_styles && !style.empty())
            throw error(errc::invalid_argument, "that sheet shows every style",
                        "Leave out --style, or draw another sheet");
        const int side = std::max(least_side_px, cell_px);
        sketch::mosaic canvas(all.pictures.size(), all.columns, cell_px);
        drawn_sheet made;
        std::set<std::string> notes;
        for (const auto& [label, asked] : all.pictures) {
            if (stop.stop_requested()) throw error(errc::cancelled, "the sheet was cancelled");
            auto request = asked;
            if (!style.empty()) request.style = style_of(style).name;
            const auto plan = sketch::plan_drawing(loaded_->tables, loaded_->pieces, request);
            const auto svg = sketch::compose_svg(loaded_->pieces, plan, side, side);
            canvas.add(sketch::paint(svg, plan.finish, side, side));
            notes.insert(plan.notes.begin(), plan.notes.end());
            if (made.rows.empty() || made.rows.back().size() == all.columns)
                made.rows.emplace_back();
            made.rows.back().push_back(label);
            drawn();
        }
        made.png = write_png(canvas.take());
        made.notes.assign(notes.begin(), notes.end());
        return made;
    }

    std::vector<art_fault> faults() override { return sketch::lint_art(art()); }

private:
    const sketch::art_files& art() {
        if (!art_) art_ = folder_ ? sketch::read_art(*folder_) : sketch::embedded_art();
        return *art_;
    }

    sketch::sheet sheet_of(const std::string& name) {
        if (!loaded_) {
            // The embedded art was checked when the program was built.
            if (folder_) sketch::refuse_faults(faults());
            loaded_.emplace(art());
        }
        return sketch::make_sheet(name, art(), loaded_->tables, loaded_->pieces);
    }

    const std::optional<fs::path> folder_;
    std::optional<sketch::art_files> art_;
    std::optional<sketch::loaded_art> loaded_;
};

}  // namespace

std::unique_ptr<art_desk> make_sketch_desk(const std::optional<fs::path>& folder) {
    return std::make_unique<sketch_desk>(folder);
}

}  // namespace medusa
