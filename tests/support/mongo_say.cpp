// Says a command to a MongoDB database and prints the answer, for tests in Python:
//
//   mongo_say URI JSON
#include <cstdio>
#include <exception>

#include "support/mongo_server.hpp"

int main(int count, char** words) {
    if (count != 3) return 2;
    try {
        std::puts(medusa::testing_support::run_on_mongo(words[1], words[2]).c_str());
    } catch (const std::exception& reason) {
        std::fprintf(stderr, "mongo_say: %s\n", reason.what());
        return 1;
    }
}
