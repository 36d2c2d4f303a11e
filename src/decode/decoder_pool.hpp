// The processes of src/decode/child, which decode pictures that nobody vouches for: how they are
// started, asked, replaced and shared. Private to this room.
//
// Used from several threads at once. Processes start when they are first needed and end with the
// object; one that dies, hangs or answers too much is replaced.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

class decoder_process;

class decoder_pool {
public:
    // `program` is the one of src/decode/child; at most `children` of them run at once.
    decoder_pool(std::filesystem::path program, int children);
    ~decoder_pool();

    struct reply {
        std::string line;   // what the child says, without its end
        std::string bytes;  // of a thumbnail
    };
    // `side_px`: of the thumbnail that is wanted, 0 for none. Waits while all children are at
    // work. Empty when the child died, or took more than its time. Throws error(not_found,
    // storage) when none can be started.
    std::optional<reply> ask(std::string_view file, std::uint64_t side_px);

private:
    std::unique_ptr<decoder_process> take();
    void put_back(std::unique_ptr<decoder_process> child);

    std::filesystem::path program_;
    std::mutex mutex_;
    std::condition_variable returned_;
    int free_;
    std::vector<std::unique_ptr<decoder_process>> idle_;
};

}  // namespace medusa
