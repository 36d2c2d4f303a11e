#include "number/image_number.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/files.hpp"
#include "support/child.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

// Numbers in memory, with a switch that lets the next set_number() fail after it has worked, as a
// crash would.
class fake_images final : public image_store {
public:
    bool save(const image& record) override {
        const std::lock_guard lock(mutex_);
        highest_ = std::max(highest_, record.number.value_or(0));
        return records_.insert({record.id, record}).second;
    }
    std::optional<image> find(const std::string& id) override {
        const std::lock_guard lock(mutex_);
        const auto found = records_.find(id);
        if (found == records_.end()) return std::nullopt;
        return found->second;
    }
    std::vector<image> of_character(std::int64_t, std::vector<std::string>*) override { return {}; }
    void relocate(std::int64_t, const file_places&) override {}
    void set_number(const std::string& id, std::int64_t number) override {
        const std::lock_guard lock(mutex_);
        records_[id].number = number;
        highest_ = std::max(highest_, number);
        if (crash_) throw std::runtime_error("killed");
    }
    std::int64_t highest_number() override {
        const auto highest = [&] {
            const std::lock_guard lock(mutex_);
            return highest_;
        }();
        // As long as a real store may take, so that counters without a lock would meet.
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return highest;
    }

    bool crash_ = false;

private:
    std::mutex mutex_;
    std::map<std::string, image> records_;
    std::int64_t highest_ = 0;
};

class image_number : public testing::Test {
protected:
    image_number() {
        for (const auto* id : {"a", "b", "c", "d"}) {
            image record;
            record.id = id;
            images_.save(record);
        }
    }
    std::string content() const { return read_file(file_, 1'000); }
    counted_image count(const std::string& id) { return count_image(file_, images_, id); }

    // The error of counting image "a".
    error refusal() {
        try {
            count("a");
        } catch (const error& reason) {
            return reason;
        }
        return {errc::internal, "nothing was refused"};
    }

    testing_support::scratch_folder folder_;
    fs::path file_ = folder_.path() / ".last_image_number";
    fake_images images_;
};

TEST_F(image_number, grows_by_one_with_each_image) {
    EXPECT_EQ(count("a").number, 1);
    EXPECT_EQ(content(), "1\n");
    EXPECT_EQ(count("b").number, 2);
    EXPECT_EQ(content(), "2\n");
}

TEST_F(image_number, counts_an_image_once) {
    count("a");
    count("b");
    EXPECT_EQ(count("a").number, 1);
    EXPECT_EQ(content(), "2\n");
}

TEST_F(image_number, carries_on_what_a_script_wrote) {
    for (const auto* text : {"812", "812\n", "  812 \r\n", "0812\n"}) {
        fake_images fresh;
        image record;
        record.id = "x";
        fresh.save(record);
        write_file_atomic(file_, text);
        const auto counted = count_image(file_, fresh, "x");
        EXPECT_EQ(counted.number, 813) << text;
        EXPECT_FALSE(counted.warning) << text;
        EXPECT_EQ(content(), "813\n");
    }
}

TEST_F(image_number, is_never_lower_than_what_the_store_knows) {
    count("a");
    count("b");
    for (const auto* lost : {"", "1\n"}) {
        write_file_atomic(file_, lost);
        EXPECT_EQ(count("b").number, 2);
        EXPECT_EQ(content(), "2\n");
    }
    fs::remove(file_);
    EXPECT_EQ(count("c").number, 3);
    write_file_atomic(file_, "500\n");
    EXPECT_EQ(count("a").number, 1);
    EXPECT_EQ(content(), "500\n");
}

TEST_F(image_number, stays_at_the_highest_that_scripts_hold) {
    write_file_atomic(file_, "9007199254740991\n");
    EXPECT_EQ(count("a").number, 9007199254740991);
    EXPECT_FALSE(count("b").warning);
    EXPECT_EQ(content(), "9007199254740991\n");
}

TEST_F(image_number, a_lock_that_another_program_keeps_is_not_waited_for_without_end) {
    const file_lock held(fs::path(file_) += ".lock");
    image record;
    record.id = "a";
    images_.save(record);
    try {
        count_image(file_, images_, "a", std::chrono::milliseconds(20));
        ADD_FAILURE() << "counted";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::timed_out);
    }
    EXPECT_FALSE(fs::exists(file_));
}

TEST_F(image_number, the_check_reads_the_file) {
    EXPECT_NE(check_number_file(file_).find("not made yet"), std::string::npos);
    write_file_atomic(file_, "812\n");
    EXPECT_NE(check_number_file(file_).find("holds 812"), std::string::npos);
    write_file_atomic(file_, "many\n");
    EXPECT_THROW(check_number_file(file_), error);
    fs::remove(file_);
    fs::create_directories(file_);
    EXPECT_THROW(check_number_file(file_), error);
}

TEST_F(image_number, is_created_with_its_folder) {
    file_ = folder_.path() / "new" / "folder" / "number";
    EXPECT_EQ(count("a").number, 1);
    EXPECT_EQ(content(), "1\n");
}

TEST_F(image_number, survives_a_crash_between_record_and_file) {
    count("a");
    images_.crash_ = true;
    EXPECT_THROW(count("b"), std::runtime_error);
    EXPECT_EQ(content(), "1\n");
    images_.crash_ = false;
    EXPECT_EQ(count("c").number, 3) << "b has number 2 already";
    EXPECT_EQ(count("b").number, 2);
    EXPECT_EQ(content(), "3\n");
}

// What a crash may leave at any of the steps of a picture that is recorded with its number.
TEST_F(image_number, an_image_recorded_with_its_number_is_counted_once_after_any_crash) {
    count("a");
    image record;
    record.id = "e";
    {
        number_turn turn(file_, images_);
        EXPECT_EQ(turn.next(), 2);
    }
    EXPECT_EQ(content(), "1\n") << "a number without a record is not used up";
    {
        number_turn turn(file_, images_);
        record.number = turn.next();
        images_.save(record);
    }
    EXPECT_EQ(content(), "1\n");
    EXPECT_EQ(count("e").number, 2) << "the file follows the record";
    EXPECT_EQ(content(), "2\n");
    record.id = "f";
    {
        number_turn turn(file_, images_);
        record.number = turn.next();
        images_.save(record);
        turn.advance(*record.number);
    }
    EXPECT_EQ(content(), "3\n");
    for (const auto* torn : {"", "1\n"}) {
        write_file_atomic(file_, torn);
        EXPECT_EQ(number_turn(file_, images_).next(), 4) << "the store knows what the power took";
    }
}

TEST_F(image_number, a_turn_makes_all_others_wait) {
    const number_turn held(file_, images_);
    EXPECT_THROW(number_turn(file_, images_, std::chrono::milliseconds(20)), error);
}

TEST_F(image_number, keeps_a_damaged_file_aside_and_says_so) {
    const std::string damaged[] = {"twelve",
                                   "-3",
                                   "1 2",
                                   "1.5",
                                   "99999999999999999999",
                                   "0x10",
                                   "9007199254740992",
                                   "\xff",
                                   std::string(5'000, '1'),
                                   std::string("1\0", 2)};
    int n = 0;
    for (const auto& text : damaged) {
        ++n;
        fake_images fresh;
        image record;
        record.id = "x";
        fresh.save(record);
        write_file_atomic(file_, text);
        const auto counted = count_image(file_, fresh, "x");
        const auto aside = fs::path(file_) += ".damaged-" + std::to_string(n);
        EXPECT_EQ(counted.number, 1) << text;
        EXPECT_NE(counted.warning.value_or("").find(aside.string()), std::string::npos) << text;
        EXPECT_EQ(content(), "1\n");
        EXPECT_EQ(read_file(aside, 10'000), text);
    }
}

TEST_F(image_number, a_damaged_file_does_not_lose_the_count) {
    count("a");
    count("b");
    write_file_atomic(file_, "oops");
    EXPECT_EQ(count("c").number, 3);
    write_file_atomic(file_, "oops");
    try {
        check_number_file(file_);
        ADD_FAILURE();
    } catch (const error& found) {
        EXPECT_NE(found.advice().find("goes on counting"), std::string::npos) << found.advice();
    }
    EXPECT_TRUE(count("a").warning);
    EXPECT_EQ(count("d").number, 4);
}

TEST_F(image_number, an_unknown_image_is_not_counted) {
    EXPECT_THROW(count("none"), error);
    EXPECT_FALSE(fs::exists(file_));
}

TEST_F(image_number, a_link_is_refused_with_advice) {
    write_file_atomic(folder_.path() / "target", "7\n");
    fs::create_symlink(folder_.path() / "target", file_);
    const auto reason = refusal();
    EXPECT_EQ(reason.code(), errc::storage);
    EXPECT_NE(reason.advice().find("MEDUSA_IMAGE_NUMBER_FILE"), std::string::npos);
    EXPECT_EQ(read_file(folder_.path() / "target", 10), "7\n");
    EXPECT_FALSE(images_.find("a")->number) << "the image is not counted yet";
}

TEST_F(image_number, a_file_that_cannot_be_replaced_is_refused_with_advice) {
    write_file_atomic(folder_.path() / "file", "x");
    for (const auto& place : std::vector<fs::path>{folder_.path() / "file" / "number",
                                                   folder_.path(), "/proc/medusa-number"}) {
        file_ = place;
        const auto reason = refusal();
        EXPECT_EQ(reason.code(), errc::storage) << place << ": " << reason.what();
        EXPECT_NE(reason.advice().find("MEDUSA_IMAGE_NUMBER_FILE"), std::string::npos) << place;
    }
}

TEST_F(image_number, a_file_of_another_user_is_refused_with_advice) {
    write_file_atomic(file_, "7\n");
    // Only root can give a file away; everybody else meets a file of root's.
    if (::geteuid() == 0)
        ASSERT_EQ(::chown(file_.c_str(), 12'345, 12'345), 0);
    else
        file_ = "/etc/hostname";
    const auto reason = refusal();
    EXPECT_EQ(reason.code(), errc::storage) << reason.what();
    EXPECT_NE(reason.advice().find("MEDUSA_IMAGE_NUMBER_FILE"), std::string::npos);
}

TEST_F(image_number, many_threads_count_without_gap_or_repetition) {
    constexpr int threads = 8;
    constexpr int each = 5;
    std::vector<std::thread> counters;
    std::mutex mutex;
    std::set<std::int64_t> numbers;
    for (int t = 0; t < threads; ++t)
        counters.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                image record;
                record.id = std::to_string(t) + "-" + std::to_string(i);
                images_.save(record);
                const auto number = count(record.id).number;
                const std::lock_guard lock(mutex);
                numbers.insert(number);
            }
        });
    for (auto& counter : counters) counter.join();
    EXPECT_EQ(numbers.size(), std::size_t(threads * each));
    EXPECT_EQ(*numbers.rbegin(), threads * each);
    EXPECT_EQ(content(), std::to_string(threads * each) + "\n");
}

}  // namespace
}  // namespace medusa
