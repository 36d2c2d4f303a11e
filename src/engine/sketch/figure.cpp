#include "engine/sketch/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "engine/sketch/body.hpp"
#include "engine/sketch/cloth.hpp"
#include "engine/sketch/colour.hpp"
#include "engine/sketch/dice.hpp"

namespace medusa::sketch {
namespace {

// Where lorelei puts hair, head and nose (its own transforms, added up).
constexpr std::string_view hair_place = "translate(76 3)";
constexpr std::string_view head_place = "translate(207 171)";
constexpr std::string_view nose_place = "translate(566 445)";

// The paths of lorelei that we draw ourselves, layer by layer.
struct outlines {
    std::vector<std::string> back_hair, front_hair, nose;
    std::vector<std::pair<std::string, bool>> head;  // path, true: skin
    std::string skin;
};

void collect_paths(const dice_node& node, std::vector<std::string>& into) {
    if (const auto* d = node.find("d")) into.push_back(*d);
    for (const auto& child : node.children) collect_paths(child, into);
}

outlines outlines_of(const dice_style& style, const person& who) {
    dice_options options;
    for (const auto& component : style.components)
        options.components[component.name].probability = 0;
    const auto choose = [&](const std::string& component, const std::string& variant) {
        options.components[component].variants = {{variant, 1}};
        options.components[component].probability = 100;
    };
    choose("hair", who.hair);
    choose("head", who.head);
    choose("nose", who.nose);
    auto figure = build_figure(style, options);

    outlines found;
    const auto* hair = find_definition(figure, "hair");
    const auto* head = find_definition(figure, "head");
    const auto* nose = find_definition(figure, "nose");
    if (hair == nullptr || head == nullptr || nose == nullptr)
        throw error(errc::internal, "sketch: the rig names a variant that lorelei does not have");
    bool behind = true;
    for (const auto& node : hair->children) {
        if (node.component == "head")
            behind = false;
        else if (!who.bare)
            collect_paths(node, behind ? found.back_hair : found.front_hair);
    }
    for (const auto& node : head->children) {
        const auto* d = node.find("d");
        if (d == nullptr) continue;
        const bool skin = std::any_of(node.attributes.begin(), node.attributes.end(),
                                      [](const auto& one) { return one.color == "skin"; });
        found.head.emplace_back(*d, skin);
        if (skin && found.skin.empty()) found.skin = *d;
    }
    collect_paths(*nose, found.nose);
    return found;
}

std::string stops(const words& colours) {
    std::string made;
    const double last = std::max<double>(1, static_cast<double>(colours.size()) - 1);
    for (std::size_t i = 0; i < colours.size(); ++i)
        made += fmt::format(R"~(<stop offset="{}" stop-color="{}"/>)~",
                            svg_number(static_cast<double>(i) / last), colours[i]);
    return made;
}

class painter {
public:
    painter(const wardrobe& pieces, const drawing& what, const scene_light& light)
        : pieces_(pieces),
          what_(what),
          light_(light),
          lines_(outlines_of(pieces.figure, what.who)) {
        choose_colours();
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
        hair(lines_.back_hair, "url(#hair-back)");
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
        art_.defs +=
            made.defs +
            R"~(<clipPath id="jaw"><path d="M-400 -900H1500V600L742 610)~"
            R"~(C700 680 640 729 562 735C480 734 410 716 350 664L312 628H-400Z"/></clipPath>)~";
        art_.reach = made.reach;
        art_.reach.top = std::min(art_.reach.top, top());
        const auto turn =
            fmt::format(R"~(<g transform="rotate({} 470 800)">)~", svg_number(how.posture.head));
        const auto falling_hair = how.long_hair
                                      ? draw_falling_hair(how.posture, line_, what_.finish.stroke)
                                      : std::string();
        art_.body += made.behind + turn + layer_of("back", "");
        hair(lines_.back_hair, "url(#hair-back)");
        art_.body += "</g>" + falling_hair + made.body + turn + R"~(<g clip-path="url(#jaw)">)~";
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
        constexpr double hair_top = 96;
        double made = hair_top;
        for (const auto& part : worn_)
            if (const auto said = part.piece->attribute("top"))
                made = std::min(made, std::stod(*said));
        return made;
    }

    struct worn {
        const fragment* piece;
        std::string prefix;
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
        if (what_.finish.flat) front_ = {front_[front_.size() / 2]};
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
                  {"lip", lips()},
                  {"line", svg_number(8 * what_.finish.line)},
                  {"brow", mix(line_, hair, 0.3)},
                  {"hair", hair},
                  {"hair-dark", back_[back_.size() / 2]},
                  {"hair-line", line_}};
    }

    // Darker than light skin, lighter than dark skin: a mouth must be seen.
    std::string lips() const {
        constexpr double dark_skin = 0.42;
        if (brightness(skin_) < dark_skin) return mix(skin_, "#e87a86", 0.55);
        return mix(skin_, "#7a1430", 0.72);
    }

    void add_part(const std::string& name) {
        const auto found = pieces_.parts.find(name);
        if (found == pieces_.parts.end()) return;
        // A full figure has them on its back and in its hands.
        const bool drawn_with_body = name == "cape" || found->second.attribute("group") == "held";
        if (!what_.full || !drawn_with_body) worn_.push_back({&found->second, name + "-"});
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
        return own;
    }

    template <class Wanted>
    std::string layer_if(std::string_view name, const Wanted& wanted) const {
        std::string made;
        for (const auto& part : worn_)
            if (part.piece->has_layer(name) && wanted(part.piece->attribute("group").value_or("")))
                made += part.piece->instantiate(name, colours_of(*part.piece), part.prefix);
        return made;
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
        defs += fmt::format(
            R"~(<radialGradient id="blush"><stop offset="0" stop-color="#f2545f" )~"
            R"~(stop-opacity="{0}"/><stop offset="0.5" stop-color="#f2545f" stop-opacity="{1}"/>)~"
            R"~(<stop offset="1" stop-color="#f2545f" stop-opacity="0"/></radialGradient>)~",
            svg_number(what_.face.blush), svg_number(what_.face.blush * 0.55));
        defs += fmt::format(R"~(<clipPath id="skin"><path transform="{}" d="{}"/></clipPath>)~",
                            head_place, lines_.skin);
        std::string front;
        for (const auto& d : lines_.front_hair)
            front += fmt::format(R"~(<path transform="{}" d="{}"/>)~", hair_place, d);
        defs += fmt::format(R"~(<clipPath id="fringe">{}</clipPath>)~", front);
        for (const auto& part : worn_) {
            defs += part.piece->instantiate("defs", colours_of(*part.piece), part.prefix);
            if (const auto shape = part.piece->attribute("hair-clip"); shape && !clipped_) {
                defs +=
                    fmt::format(R"~(<clipPath id="under-hat"><path d="{}"/></clipPath>)~", *shape);
                clipped_ = true;
            }
        }
        defs += pieces_.face.at("eyes").instantiate("defs", slots_, "eyes-");
        if (garment_ != nullptr)
            defs += garment_->instantiate("defs", garment_colours(), "garment-");
    }

    // Hair that a hat covers is cut off along the hat's edge.
    std::string under_hat(const std::string& content) const {
        if (!clipped_) return content;
        return fmt::format(R"~(<g clip-path="url(#under-hat)">{}</g>)~", content);
    }

    void hair(const std::vector<std::string>& paths, std::string_view fill) {
        if (paths.empty()) return;
        std::string drawn;
        for (const auto& d : paths) drawn += fmt::format(R"~(<path d="{}"/>)~", d);
        art_.body +=
            under_hat(fmt::format(R"~(<g transform="{}" fill="{}" stroke="{}" stroke-width="{}" )~"
                                  R"~(stroke-linejoin="round">{}</g>)~",
                                  hair_place, fill, line_, svg_number(what_.finish.stroke), drawn));
    }

    void head() {
        auto& body = art_.body;
        const auto more = 10 * (what_.finish.line - 1);
        const auto thicker =
            more <= 0 ? std::string()
                      : fmt::format(R"~( stroke="{}" stroke-width="{}")~", ink_, svg_number(more));
        body += fmt::format(R"~(<g transform="{}">)~", head_place);
        for (const auto& [d, skin] : lines_.head)
            body += fmt::format(R"~(<path d="{}" fill="{}"{}/>)~", d, skin ? skin_ : ink_,
                                skin ? "" : thicker);
        body += "</g>";
        body +=
            fmt::format(R"~(<g clip-path="url(#skin)"><path fill="{}" d="M340 690Q420 742 560 )~"
                        R"~(762Q590 762 610 756L720 800V850Q640 800 610 812Q500 850 392 800z"/>)~",
                        shade_);
        // The fringe throws its own shape as a shadow.
        std::string shadow;
        for (const auto& d : lines_.front_hair) shadow += fmt::format(R"~(<path d="{}"/>)~", d);
        if (!shadow.empty())
            body += under_hat(fmt::format(
                R"~(<g transform="translate(82 27)" fill="{}" fill-opacity="0.7">{}</g>)~", shade_,
                shadow));
        body += layer("skin") + finish("skin") + "</g>";
    }

    void face() {
        auto& body = art_.body;
        if (what_.face.blush > 0)
            body += R"~(<ellipse cx="415" cy="570" rx="64" ry="36" fill="url(#blush)"/>)~"
                    R"~(<ellipse cx="676" cy="564" rx="38" ry="32" fill="url(#blush)"/>)~";
        body += layer("ear");
        for (const auto& d : lines_.nose)
            body += fmt::format(R"~(<path transform="{}" d="{}" fill="{}"/>)~", nose_place, d,
                                mix(shade_, ink_, 0.35));
        body += pieces_.face.at("mouths").instantiate(what_.face.mouth, slots_, "mouth-");
        body += layer("face");
    }

    void eyes() {
        const auto& drawn = pieces_.face.at("eyes");
        art_.body += drawn.instantiate(what_.face.eyes, slots_, "eyes-");
        if (what_.who.lashes)
            art_.body += drawn.instantiate(what_.face.eyes + "-lashes", slots_, "eyes-");
        art_.body += finish("eyes-" + what_.face.eyes) + brows();
    }

    std::string brows() const {
        return pieces_.face.at("brows").instantiate(
            what_.face.brows + (what_.who.bold ? "-bold" : ""), slots_, "brows-");
    }

    void front_hair() {
        if (lines_.front_hair.empty()) return;
        hair(lines_.front_hair, "url(#hair-front)");
        // Brows carry half of a mood, so they shine through a fringe.
        art_.body += fmt::format(R"~(<g fill-opacity="0.6">{}</g>)~", brows());
        if (const auto shine = finish("hair"); !shine.empty())
            art_.body += under_hat(fmt::format(R"~(<g clip-path="url(#fringe)">{}</g>)~", shine));
    }

    const wardrobe& pieces_;
    const drawing& what_;
    const scene_light& light_;
    outlines lines_;
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
