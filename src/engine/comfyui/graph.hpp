// Graphs of ComfyUI in API format, made of the templates in resources/workflows/: values put in
// place of %names%, LoRAs chained in.
//
// Pure functions: any thread. Errors: error(invalid_argument) for LoRAs that the server lacks;
// error(internal) for a broken template.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace medusa::comfyui {

// By the name between the % signs. Numbers stay numbers where the placeholder is all of a string.
using graph_values = boost::json::object;

struct prompt_graph {
    boost::json::object nodes;  // by id
    std::string save_node;      // the SaveImage node whose file is the picture
};

// A LoRA that a prompt asks for as "<lora:name:0.8>"; the weight is 1 where none is written.
struct lora_use {
    std::string file;
    double weight = 1;
};

inline constexpr std::size_t loras_max = 8;

// Takes the LoRA words out of `prompt`. A name fits a file of the server with or without its folder
// and ending. `label` is the server's, for errors.
std::vector<lora_use> take_loras(std::string& prompt, const std::vector<std::string>& on_server,
                                 const std::string& label);

// Each %name% of `values` in any string below `tree`; what is put in is not looked at again.
// Unknown names stay as they are.
void fill_in(boost::json::value& tree, const graph_values& values);

// resources/workflows/{name}.json with `values`, and `loras` chained between its loader and
// whatever is linked to that.
prompt_graph graph_from_template(std::string_view name, const graph_values& values,
                                 const std::vector<lora_use>& loras = {});

// The subfolder and name of the picture's file: the attempt's id makes it one of its own, so that
// nobody else's file is ever taken for it and a cached answer cannot name an older one.
std::string save_prefix(const std::string& attempt_id);

}  // namespace medusa::comfyui
