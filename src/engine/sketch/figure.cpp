#include "engine/sketch/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "engine/sketch/body.hpp"
#include "engine/sketch/cloth.hpp"
#include "engine/sketch/colour.hpp"
#include "engine/sketch/dice.hpp"
#include "engine/sketch/head.hpp"

namespace medusa::sketch {
namespace {

std::string stops(const words& colours) {
    std::string made;
    const double last = std::max<double>(1, static_cast<double>(colours.size()) - 1);
    for (std::size_t i = 0; i < colours.size(); ++i)
        made += fmt::format(R"~(<stop offset="{}" stop-color="{}"/>)~",
                            svg_number(static_cast<double>(i) / last), colours[i]);
    return made;
}

constexpr double dark_skin = 0.42;  // brightness; skin below it has lighter lips

const head_rig& rig_of(const wardrobe& pieces, const treatment& finish) {
    const auto found = pieces.heads.find(finish.head);
    if (found == pieces.heads.end())
        throw error(errc::internal, fmt::format("sketch: there is no head '{}'", finish.head));
    return found->second;
}

class painter {
public:
    painter(const wardrobe& pieces, const drawing& what, const scene_light& light)
        : pieces_(pieces), what_(what), light_(light), rig_(rig_of(pieces, what.finish)) {
        choose_colours();
        lines_ = draw_head(rig_, what.who, what.finish, slots_);
        for (const auto& name : what.who.parts) add_part(name);
        for (const auto& name : what.face.signs) add_part(name);
        const auto found = pieces.garments.find(what.who.garment);
        if (found != pieces.garments.end()) garment_ = &found->second;
    }

    figure_art paint() {
        definitions();
        if (what_.full) {
            whole(*what_.full);
            return std::move(art_);
        }
        art_.body += layer("back") + garment("back");
        back_hair();
        neck();
        head();
        face();
        art_.body += garment("body") + layer("neck");
        eyes();
        art_.body += layer("head");
        front_hair();
        art_.body += garment("front") + layer("front");
        return std::move(art_);
    }

private:
    // The same head on a drawn body: back hair falls behind it, the jaw hides its neck.
    void whole(const stance& how) {
        auto colours = garment_ != nullptr ? garment_colours() : slots_;
        const auto cape = pieces_.parts.find(how.cape || !how.mantle ? "cape" : "hood");
        if (cape != pieces_.parts.end()) {
            const auto dyed = colours_of(cape->second);
            colours["cape"] = dyed.at("main");
            colours["cape_dark"] = dyed.at("dark");
        }
        auto made = draw_body(pieces_, how, garment_, colours, light_,
                              {layer_of("back", "back"), layer_of("back", "collar"),
                               layer_if("neck", [](auto&& group) { return group != "beard"; })});
        art_.defs += made.defs;
        if (!rig_.jaw.empty())
            art_.defs += fmt::format(R"~(<clipPath id="jaw"><path d="{}"/></clipPath>)~", rig_.jaw);
        art_.reach = made.reach;
        art_.reach.top = std::min(art_.reach.top, top());
        const auto turn = fmt::format(R"~(<g transform="rotate({} 470 800) {}">)~",
                                      svg_number(how.posture.head), rig_.on_body);
        const auto falling_hair = how.long_hair
                                      ? draw_falling_hair(how.posture, line_, what_.finish.stroke)
                                      : std::string();
        art_.body += made.behind + turn + layer_of("back", "");
        back_hair();
        art_.body += "</g>" + falling_hair + made.body + turn;
        art_.body += rig_.jaw.empty() ? "<g>" : R"~(<g clip-path="url(#jaw)">)~";
        head();
        art_.body += "</g>";
        face();
        art_.body += layer_of("neck", "beard");
        eyes();
        art_.body += layer("head");
        front_hair();
        art_.body += layer("front") + "</g>";
    }

    // Where the head ends, hair and hats included.
    double top() const {
        double made = lines_.top;
        for (const auto& part : worn_)
            if (const auto said = part.piece->number("top")) made = std::min(made, *said);
        return made;
    }

    struct worn {
        std::string name;
        const fragment* piece;
        bool own;  // drawn for this rig
        std::string prefix() const { return name + "-"; }
    };

    // Towards the scene's light and the style's tint, so that figure and place belong together.
    std::string lit(std::string_view colour, double share = 0.3) const {
        auto seen = mix(colour, mix(colour, light_.colour, 0.5), share * light_.strength * 2);
        if (!what_.finish.tint.empty())
            seen = mix(seen, what_.finish.tint, what_.finish.tint_share);
        return seen;
    }

    void choose_colours() {
        const auto& who = what_.who;
        ink_ = what_.finish.ink.empty() ? "#241a2e" : what_.finish.ink;
        skin_ = lit(who.skin, 0.18);
        shade_ = mix(lit(who.skin_shade, 0.18), light_.shade, 0.1);
        line_ = lit(who.hair_line, 0.15);
        for (const auto& stop : who.hair_stops) front_.push_back(lit(stop));
        if (what_.finish.flat && !who.many_hued) front_ = {front_[front_.size() / 2]};
        for (const auto& stop : front_) back_.push_back(mix(stop, line_, 0.2));
        const auto hair = front_[front_.size() / 2];
        slots_ = {{"ink", ink_},
                  {"skin", skin_},
                  {"shade", shade_},
                  {"skin_dark", shade_},
                  {"iris", lit(who.iris, 0.1)},
                  {"iris-light", mix(who.iris, "#ffffff", 0.48)},
                  {"iris2", lit(who.iris2, 0.1)},
                  {"iris2-light", mix(who.iris2, "#ffffff", 0.48)},
                  {"white", lit("#fbfaff", 0.4)},
                  {"nose", mix(shade_, ink_, 0.35)},
                  {"lip", lips()},
                  {"line", svg_number(8 * what_.finish.line)},
                  {"brow", mix(line_, hair, 0.3)},
                  {"hair", hair},
                  {"hair-dark", back_[back_.size() / 2]},
                  {"hair-line", line_}};
    }

    // Darker than light skin, lighter than dark skin: a mouth must be seen.
    std::string lips() const {
        if (brightness(skin_) < dark_skin) return mix(skin_, "#e87a86", 0.55);
        return mix(skin_, what_.who.lashes ? "#a01c44" : "#7a1430", 0.72);
    }

    void add_part(const std::string& name) {
        const auto found = pieces_.parts.find(name);
        if (found == pieces_.parts.end()) return;
        // A full figure has them on its back and in its hands.
        const bool drawn_with_body = name == "cape" || found->second.attribute("group") == "held";
        if (what_.full && drawn_with_body) return;
        const auto own = rig_.parts.find(name);
        const bool has_own = own != rig_.parts.end();
        worn_.push_back({name, has_own ? &own->second : &found->second, has_own});
    }

    // The person's colours where the part wants them, its own elsewhere; those in the scene's
    // light.
    slot_map colours_of(const fragment& piece) const {
        slot_map own = slots_;
        for (const auto& [slot, colour] : piece.palette())
            if (!own.contains(slot)) own[slot] = lit(colour, 0.25);
        if (piece.attribute("dyed"))
            for (const auto& [slot, colour] : what_.who.cloth)
                own[slot == "main_dark" ? "dark" : slot] = lit(colour);
        if (piece.attribute("group") == "hat")
            for (const auto& [slot, colour] : what_.who.hat) own[slot] = lit(colour);
        return own;
    }

    template <class Wanted>
    std::string layer_if(std::string_view name, const Wanted& wanted) const {
        std::string made;
        for (const auto& part : worn_)
            if (part.piece->has_layer(name) && wanted(group_of(part))) made += fitted(part, name);
        return made;
    }
    std::string group_of(const worn& part) const { return pieces_.group_of(part.name); }

    // A layer where this head has it; what its file calls mirrored is drawn on both sides.
    std::string fitted(const worn& part, std::string_view name) const {
        const auto drawn = part.piece->instantiate(name, colours_of(*part.piece), part.prefix());
        const auto place = fit(part, name);
        auto made =
            place.empty() ? drawn : fmt::format(R"~(<g transform="{}">{}</g>)~", place, drawn);
        if (part.piece->attribute("mirror"))
            made += fmt::format(R"~(<g transform="translate({}) scale(-1 1)">{}</g>)~",
                                svg_number(2 * rig_.middle), drawn);
        return made;
    }
    std::string fit(const worn& part, std::string_view layer) const {
        return part.own ? std::string() : fit_of(rig_, part.name, group_of(part), layer);
    }
    std::string layer(std::string_view name) const {
        return layer_if(name, [](auto&&) { return true; });
    }
    // What grows on the back or stands up behind the neck; "": all that belongs to the head.
    std::string layer_of(std::string_view name, std::string_view group) const {
        return layer_if(name, [&](std::string_view own) {
            return group.empty() ? own != "back" && own != "collar" : own == group;
        });
    }

    slot_map garment_colours() const {
        slot_map own = slots_;
        for (const auto& [slot, colour] : garment_->palette())
            if (!own.contains(slot)) own[slot] = lit(colour);
        for (const auto& [slot, colour] : what_.who.cloth) own[slot] = lit(colour);
        own["line"] = svg_number(11 * what_.finish.line);
        return own;
    }

    // What the style lays over a part of the figure, if anything.
    std::string finish(std::string_view name) const {
        const auto found = pieces_.finishes.find(what_.finish.fragment);
        if (found == pieces_.finishes.end()) return {};
        return found->second.instantiate(name, slots_, what_.finish.fragment + "-");
    }

    std::string garment(std::string_view name) const {
        if (garment_ == nullptr) return {};
        return garment_->instantiate(name, garment_colours(), "garment-", what_.who.pattern);
    }

    void definitions() {
        auto& defs = art_.defs;
        const auto down = [&](std::string_view id, const words& colours) {
            defs +=
                fmt::format(R"~(<linearGradient id="{}" gradientUnits="userSpaceOnUse" x1="400" )~"
                            R"~(y1="120" x2="480" y2="{}">{}</linearGradient>)~",
                            id, svg_number(what_.who.hair_end), stops(colours));
        };
        down("hair-front", front_);
        down("hair-back", back_);
        // Blood shows through dark skin as a deeper warmth, not as pink on top of it.
        const auto blush = brightness(skin_) < dark_skin ? slots_.at("lip") : "#f2545f";
        defs += fmt::format(
            R"~(<radialGradient id="blush"><stop offset="0" stop-color="{2}" )~"
            R"~(stop-opacity="{0}"/><stop offset="0.5" stop-color="{2}" stop-opacity="{1}"/>)~"
            R"~(<stop offset="1" stop-color="{2}" stop-opacity="0"/></radialGradient>)~",
            svg_number(what_.face.blush), svg_number(what_.face.blush * 0.55), blush);
        defs += fmt::format(R"~(<clipPath id="skin">{}{}</clipPath>)~", lines_.skin,
                            rig_.neck.empty() || what_.full
                                ? std::string()
                                : fmt::format(R"~(<path d="{}"/>)~", rig_.neck));
        defs += fmt::format(R"~(<clipPath id="fringe">{}</clipPath>)~", lines_.front_hair);
        for (const auto& part : worn_) {
            defs += part.piece->instantiate("defs", colours_of(*part.piece), part.prefix());
            if (const auto shape = part.piece->attribute("hair-clip"); shape && !clipped_) {
                const auto at = fit(part, "front");
                defs +=
                    fmt::format(R"~(<clipPath id="under-hat"><path{} d="{}"/></clipPath>)~",
                                at.empty() ? at : fmt::format(R"~( transform="{}")~", at), *shape);
                clipped_ = true;
            }
        }
        defs += rig_.eyes.instantiate("defs", slots_, "eyes-");
        defs += rig_.mouths.instantiate("defs", slots_, "mouth-");
        if (garment_ != nullptr)
            defs += garment_->instantiate("defs", garment_colours(), "garment-");
    }

    // Hair that a hat covers is cut off along the hat's edge.
    std::string under_hat(const std::string& content) const {
        if (!clipped_) return content;
        return fmt::format(R"~(<g clip-path="url(#under-hat)">{}</g>)~", content);
    }

    void hair(const std::string& shapes, const std::string& strands, std::string_view fill) {
        if (shapes.empty()) return;
        art_.body += under_hat(fmt::format(
            R"~(<g fill="{}" stroke="{}" stroke-width="{}" stroke-linejoin="round">{}</g>{})~",
            fill, line_, svg_number(what_.finish.stroke), shapes, strands));
    }
    void back_hair() { hair(lines_.back_hair, lines_.back_strands, "url(#hair-back)"); }

    // Where the rig's heads have none of their own.
    void neck() {
        if (rig_.neck.empty()) return;
        art_.body += fmt::format(
            R"~(<path d="{}" fill="{}" stroke="{}" stroke-width="{}"/><path d="{}" fill="{}"/>)~",
            rig_.neck, skin_, ink_, svg_number(8 * what_.finish.line), rig_.neck_shade, shade_);
    }

    void head() {
        auto& body = art_.body;
        body += lines_.head + R"~(<g clip-path="url(#skin)">)~";
        if (!rig_.chin_shade.empty())
            body += fmt::format(R"~(<path fill="{}" d="{}"/>)~", shade_, rig_.chin_shade);
        // The fringe throws its own shape as a shadow.
        if (!lines_.front_hair.empty())
            body += under_hat(fmt::format(
                R"~(<g transform="translate(6 24)" fill="{}" fill-opacity="0.7">{}</g>)~", shade_,
                lines_.front_hair));
        body += layer("skin") + finish("skin") + "</g>";
    }

    void face() {
        auto& body = art_.body;
        if (what_.face.blush > 0)
            for (const auto& at : rig_.cheeks)
                body += fmt::format(
                    R"~(<ellipse cx="{}" cy="{}" rx="{}" ry="{}" fill="url(#blush)"/>)~",
                    svg_number(at.x), svg_number(at.y), svg_number(at.rx), svg_number(at.ry));
        body += layer("ear") + grown("nose", lines_.nose);
        body += grown("mouth", rig_.mouths.instantiate(what_.face.mouth, slots_, "mouth-"));
        body += layer("face");
    }

    // Children have the same features, larger eyes and less of the rest.
    std::string grown(std::string_view feature, const std::string& drawn) const {
        const auto place = rig_.child.find(feature);
        if (!what_.who.child || place == rig_.child.end()) return drawn;
        return fmt::format(R"~(<g transform="{}">{}</g>)~", place->second, drawn);
    }

    void eyes() {
        const auto& file = rig_.eyes;
        auto drawn = file.instantiate(what_.face.eyes, slots_, "eyes-");
        if (what_.who.lashes)
            drawn += file.instantiate(what_.face.eyes + "-lashes", slots_, "eyes-");
        art_.body += grown("eyes", drawn + finish("eyes-" + what_.face.eyes)) + brows();
    }

    std::string brows() const {
        const bool bold = what_.who.bold && !what_.who.child;
        return grown("eyes", rig_.brows.instantiate(what_.face.brows + (bold ? "-bold" : ""),
                                                    slots_, "brows-"));
    }

    void front_hair() {
        if (lines_.front_hair.empty()) return;
        hair(lines_.front_hair, lines_.front_strands, "url(#hair-front)");
        // Brows carry half of a mood, so they shine through a fringe.
        art_.body += fmt::format(R"~(<g fill-opacity="0.6">{}</g>)~", brows());
        if (const auto shine = finish("hair"); !shine.empty())
            art_.body += under_hat(fmt::format(R"~(<g clip-path="url(#fringe)">{}</g>)~", shine));
    }

    const wardrobe& pieces_;
    const drawing& what_;
    const scene_light& light_;
    const head_rig& rig_;
    head_art lines_;
    std::vector<worn> worn_;
    const fragment* garment_ = nullptr;  // nullptr: none
    bool clipped_ = false;
    std::string ink_, skin_, shade_, line_;
    words front_, back_;  // stops of the hair
    slot_map slots_;
    figure_art art_;
};

}  // namespace

figure_art draw_figure(const wardrobe& pieces, const drawing& what, const scene_light& light) {
    return painter(pieces, what, light).paint();
}

}  // namespace medusa::sketch
