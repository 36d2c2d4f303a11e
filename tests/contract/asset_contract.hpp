// What every asset store adapter must do: the suite that each adapter's own test instantiates with
// INSTANTIATE_TEST_SUITE_P and an assets_under_test. Test code, one thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "asset/asset_store.hpp"
#include "support/child.hpp"

namespace medusa {

struct assets_under_test {
    std::string kind;
    // A store of its own for `folder`; called several times for one folder.
    std::function<std::unique_ptr<asset_store>(const std::filesystem::path& folder)> open;
};

inline void PrintTo(const assets_under_test& adapter, std::ostream* out) {
    *out << adapter.kind;
}

class asset_contract : public testing::TestWithParam<assets_under_test> {
protected:
    testing_support::scratch_folder folder_;
    std::unique_ptr<asset_store> assets_ = GetParam().open(folder_.path() / "root");
};

// At least 200 paths that people, scripts or attackers may try; some of them are good ones.
std::vector<std::string> nasty_paths();

}  // namespace medusa
