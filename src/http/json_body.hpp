// The JSON object of a request body, read strictly: a field of another type, and one that is not
// known, is an error of its own, and all of them are told at once. One thread.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.hpp"

namespace medusa::http {

class json_body {
public:
    // Throws error(invalid_argument) for what is no JSON object, or nests more than 32 deep. An
    // empty body is an empty object. `above` stands before the pointers in errors: "/characters/3".
    explicit json_body(const std::string& text);
    explicit json_body(const boost::json::value& part, std::string above);

    // Each leaves `into` alone where the field is missing or null.
    void read(std::string_view name, std::string& into);
    template <class value>
    void read(std::string_view name, std::optional<value>& into) {
        value found{};
        read(name, found);
        if (has(name)) into = std::move(found);
    }
    void read(std::string_view name, int& into);
    void read(std::string_view name, double& into);
    void read(std::string_view name, std::optional<std::uint64_t>& into);
    void read(std::string_view name, std::vector<std::string>& into);
    const boost::json::array* array(std::string_view name);

    bool has(std::string_view name) const;
    void refuse(std::string_view name, const std::string& detail);
    // Throws bad_body when anything was wrong, or is there and was not read.
    void expect_whole();

private:
    const boost::json::value* taken(std::string_view name);

    boost::json::value document_;
    std::string above_;
    std::set<std::string, std::less<>> known_;
    std::vector<bad_field> wrong_;
};

}  // namespace medusa::http
