// argv -> subcommand -> exit code.
#include "app/run.hpp"

int main(int argc, char** argv) {
    return medusa::run(argc, argv);
}
