#include "moving/moving.hpp"

#include <utility>

namespace medusa {
namespace {

// What a store says of one record or file, and not of itself.
bool concerns_one(errc code) {
    return code == errc::conflict || code == errc::corrupted || code == errc::not_found ||
           code == errc::invalid_argument;
}

}  // namespace

std::string_view to_string(trouble_kind kind) {
    switch (kind) {
        case trouble_kind::conflict:
            return "conflict";
        case trouble_kind::damaged:
            return "damaged";
        case trouble_kind::missing:
            return "missing";
        case trouble_kind::refused:
            return "refused";
    }
    return "";
}

trouble_kind kind_of(const error& failure) {
    if (failure.code() == errc::conflict) return trouble_kind::conflict;
    if (failure.code() == errc::corrupted) return trouble_kind::damaged;
    if (failure.code() == errc::not_found) return trouble_kind::missing;
    return trouble_kind::refused;
}

void move_tally::count(amount move_report::*what, bool was_there) {
    const std::lock_guard lock(mutex_);
    ++(was_there ? (report_.*what).same : (report_.*what).moved);
}

void move_tally::add_bytes(std::size_t more) {
    const std::lock_guard lock(mutex_);
    report_.bytes += more;
}

void move_tally::add(trouble_kind kind, std::string what, std::string why) {
    const std::lock_guard lock(mutex_);
    report_.troubles.push_back({kind, std::move(what), std::move(why)});
}

void move_tally::add_half(std::string what, const std::string& consequence) {
    add(trouble_kind::refused, std::move(what),
        "not all of its files are there, so " + consequence);
}

bool move_tally::attempt(const std::string& what, const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const error& failure) {
        if (!concerns_one(failure.code())) throw;
        add(kind_of(failure), what, failure.detail());
        return false;
    }
}

move_report move_tally::take(std::size_t found) {
    const std::lock_guard lock(mutex_);
    report_.found = found;
    return std::move(report_);
}

}  // namespace medusa
