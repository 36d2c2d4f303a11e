// The hooks on a figure's tree.
#include <algorithm>

#include "engine/sketch/dice.hpp"

namespace medusa::sketch {
namespace {

void visit_all(std::vector<dice_node>& nodes, const std::function<void(dice_node&)>& visit) {
    for (auto& node : nodes) {
        visit(node);
        visit_all(node.children, visit);
    }
}

bool is_use_of(const dice_node& node, std::string_view component) {
    return node.name == "use" && node.component == component;
}

bool insert_beside(std::vector<dice_node>& nodes, std::string_view component,
                   const dice_node& extra, std::size_t offset) {
    bool inserted = false;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (is_use_of(nodes[i], component)) {
            nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(i + offset), extra);
            ++i;
            inserted = true;
        } else {
            inserted |= insert_beside(nodes[i].children, component, extra, offset);
        }
    }
    return inserted;
}

bool insert_beside(dice_figure& figure, std::string_view component, const dice_node& extra,
                   std::size_t offset) {
    const bool in_definitions = insert_beside(figure.definitions, component, extra, offset);
    return insert_beside(figure.body, component, extra, offset) || in_definitions;
}

// Prefixes what follows each `mark` in `value`.
void prefix_after(std::string& value, std::string_view mark, std::string_view prefix) {
    for (auto at = value.find(mark); at != std::string::npos;
         at = value.find(mark, at + mark.size() + prefix.size()))
        value.insert(at + mark.size(), prefix);
}

}  // namespace

dice_node dice_node::element(std::string name, std::vector<dice_attribute> attributes) {
    dice_node node;
    node.name = std::move(name);
    node.attributes = std::move(attributes);
    return node;
}

dice_node dice_node::markup(std::string svg) {
    dice_node node;
    node.kind = kind_t::markup;
    node.value = std::move(svg);
    return node;
}

const std::string* dice_node::find(std::string_view attribute) const {
    const auto found =
        std::find_if(attributes.begin(), attributes.end(),
                     [&](const dice_attribute& known) { return known.name == attribute; });
    return found == attributes.end() ? nullptr : &found->value;
}

void dice_node::set(std::string_view attribute, std::string new_value) {
    for (auto& known : attributes)
        if (known.name == attribute) {
            known = {std::string(attribute), std::move(new_value), {}};
            return;
        }
    attributes.push_back({std::string(attribute), std::move(new_value), {}});
}

dice_node* find_definition(dice_figure& figure, std::string_view component) {
    const auto found =
        std::find_if(figure.definitions.begin(), figure.definitions.end(),
                     [&](const dice_node& node) { return node.component == component; });
    return found == figure.definitions.end() ? nullptr : &*found;
}

bool insert_before(dice_figure& figure, std::string_view component, const dice_node& extra) {
    return insert_beside(figure, component, extra, 0);
}

bool insert_after(dice_figure& figure, std::string_view component, const dice_node& extra) {
    return insert_beside(figure, component, extra, 1);
}

void for_each_node(dice_figure& figure, const std::function<void(dice_node&)>& visit) {
    const auto visit_one = [&](std::optional<dice_node>& node) {
        if (!node) return;
        visit(*node);
        visit_all(node->children, visit);
    };
    visit_all(figure.definitions, visit);
    visit_one(figure.background);
    visit_all(figure.body, visit);
    visit_one(figure.clip);
}

void prefix_ids(dice_figure& figure, std::string_view prefix) {
    for_each_node(figure, [&](dice_node& node) {
        for (auto& attribute : node.attributes) {
            if (attribute.name == "id")
                attribute.value.insert(0, prefix);
            else if (attribute.name == "href" && attribute.value.starts_with('#'))
                attribute.value.insert(1, prefix);
            else
                prefix_after(attribute.value, "url(#", prefix);
        }
    });
}

}  // namespace medusa::sketch
