#include "app/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/error.hpp"
#include "core/files.hpp"
#include "embed/minilm/minilm.hpp"

namespace medusa {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t policy_file_bytes = 1 << 20;

std::vector<fs::path> policy_files(const config& settings) {
    std::vector<fs::path> files;
    std::error_code reason;
    for (fs::directory_iterator entry(settings.data / "policy", reason), end;
         !reason && entry != end; entry.increment(reason))
        if (entry->path().extension() == ".txt") files.push_back(entry->path());
    if (reason && reason != std::errc::no_such_file_or_directory)
        fail_file("read", settings.data / "policy", reason.value());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

std::unique_ptr<embedder> load_embedder() {
    constexpr int threads = 2;
    return make_minilm_embedder({fs::path(MEDUSA_MODELS), threads});
}

content_policy policy_for(const config& settings) {
    content_policy rules;
    for (const auto& file : policy_files(settings))
        rules.add(file.stem().string(), read_file(file, policy_file_bytes), file.string());
    return rules;
}

std::string check_policy(const config& settings) {
    policy_for(settings);
    return fmt::format("with {} of your own in {}", policy_files(settings).size(),
                       (settings.data / "policy").string());
}

std::string check_embedder() {
    const auto vectors = load_embedder();
    const std::string text = "a short text";
    const auto made = vectors->embed({&text, 1});
    return fmt::format("{}, {} dimensions", vectors->model(), made.front().size());
}

std::string check_prompts(const config& settings) {
    const auto source = [](const std::optional<fs::path>& file) {
        if (!file) return std::string("built-in");
        read_prompt_file(*file);
        return file->string();
    };
    return fmt::format("positive {}, negative {}", source(settings.positive_prompt),
                       source(settings.negative_prompt));
}

}  // namespace medusa
