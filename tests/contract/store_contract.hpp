// What every store adapter must do: the suite that each adapter's own test instantiates with
// INSTANTIATE_TEST_SUITE_P and a store_under_test. Test code, one thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "store/stores.hpp"
#include "support/child.hpp"

namespace medusa {

struct store_under_test {
    std::string kind;
    // Opens the store whose data lies in `folder`, or that belongs to it; called several times for
    // one folder.
    std::function<stores(const std::filesystem::path& folder)> open;
    // What the helper program store_writer calls that store.
    std::function<std::string(const std::filesystem::path& folder)> address;
};

inline void PrintTo(const store_under_test& adapter, std::ostream* out) {
    *out << adapter.kind;
}

class store_contract : public testing::TestWithParam<store_under_test> {
protected:
    stores open() { return GetParam().open(folder_.path()); }

    testing_support::scratch_folder folder_;
    stores store_ = open();
};

// A complete record for a reservation, and an image of it.
character record_for(const std::string& job_id, const owner_info& owner, const reservation& held,
                     const std::string& name);
image image_for(const std::string& id, std::int64_t character_id);

inline const owner_info anna{"local", "anna"};
inline const owner_info ben{"other", "ben"};

// A character of `owner`, saved.
inline character make(const stores& store, const std::string& job, const owner_info& owner,
                      const std::string& slug) {
    const auto held = store.reserved->reserve(job, owner, slug);
    const auto record = record_for(job, owner, held, slug);
    store.characters->save(record);
    return record;
}

template <typename action>
errc code_of(const action& act) {
    try {
        act();
    } catch (const error& reason) {
        return reason.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return errc::internal;
}

}  // namespace medusa
