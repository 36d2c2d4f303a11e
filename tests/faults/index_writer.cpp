// Makes, changes and removes characters and keeps the search index to them, until it is killed:
//
//   index_writer FOLDER SEED
//
// Prints "s" before each snapshot is written and "." behind it, at once.
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "index_house.hpp"

namespace {

void say(char what) {
    if (write(STDOUT_FILENO, &what, 1) != 1) std::_Exit(1);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace medusa;
    if (argc != 3) return 2;
    faults::index_house house(argv[1]);
    std::mt19937 random(unsigned(std::atoi(argv[2])));
    house.follower().catch_up();
    const auto& characters = house.stored().characters;
    for (int i = 0;; ++i) {
        for (int change = 0; change < 10; ++change) {
            const auto name = fmt::format("{} {} {}", argv[2], i, change);
            auto records = characters->list({.limit = 50});
            const auto kind = records.size() < 20 ? 0 : random() % 3;
            if (kind == 0) {
                testing_support::store_described(house.stored(), name, "a knight of " + name);
                continue;
            }
            auto& was = records[random() % records.size()];
            if (kind == 1) {
                characters->remove(was.id);
                continue;
            }
            auto now = was;
            now.description = "a queen of " + name;
            now.style = change % 2 == 0 ? "anime" : "fantasy";
            characters->update(was, now);
        }
        house.follower().catch_up();
        say('s');
        house.follower().save();
        say('.');
    }
}
