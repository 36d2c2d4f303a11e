// Reads the fields of one JSON object into plain values, naming the field that does not fit.
// Borrows the object. Errors: error(corrupted).
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"

namespace medusa {

class json_reader {
public:
    // `json` must be an object; `what` names it in errors, for example "character".
    json_reader(const boost::json::value& json, std::string_view what);

    // Each leaves `target` alone when the field is missing.
    void read(std::string_view name, std::string& target) const;
    void read(std::string_view name, std::vector<std::string>& target) const;
    void read(std::string_view name, int& target) const;
    void read(std::string_view name, std::int64_t& target) const;
    void read(std::string_view name, std::uint32_t& target) const;
    void read(std::string_view name, std::uint64_t& target) const;
    void read(std::string_view name, std::optional<std::int64_t>& target) const;
    void read(std::string_view name, double& target) const;
    void read(std::string_view name, time_point& target) const;
    // Null when the field is missing.
    const boost::json::value* field(std::string_view name) const;
    [[noreturn]] void refuse(std::string_view name, std::string_view expected) const;

private:
    template <typename number>
    void read_number(std::string_view name, number& target) const;

    const boost::json::object* object_ = nullptr;
    std::string what_;
};

}  // namespace medusa
