#include "config/config.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "config/dotenv.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/ids.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

class config_test : public testing::Test {
protected:
    void SetUp() override {
        around_.home = fs::temp_directory_path() / ("medusa-config-" + random_ids().uuid());
        around_.working_folder = around_.home / "project" / "server";
        around_.login = "anna";
        fs::create_directories(around_.working_folder);
    }
    void TearDown() override { fs::remove_all(around_.home); }

    std::string refusal() {
        try {
            load_config(around_);
        } catch (const error& refused) {
            EXPECT_EQ(refused.code(), errc::invalid_argument);
            return refused.what();
        }
        return "not refused";
    }

    surroundings around_;
};

TEST_F(config_test, a_fresh_machine_gets_the_embedded_parts) {
    const auto c = load_config(around_);
    EXPECT_FALSE(c.engines.remote());
    EXPECT_FALSE(c.cloudinary.configured());
    EXPECT_EQ(c.data, around_.home / ".local/share/medusa");
    EXPECT_EQ(c.username, "anna");
    EXPECT_EQ(c.user_id, "local");
    EXPECT_EQ(c.image_number_file, around_.home / ".last_image_number");
    EXPECT_FALSE(c.positive_prompt);
    EXPECT_TRUE(c.origins.empty());
}

TEST_F(config_test, what_a_log_must_mask_is_known) {
    write_file_atomic(around_.home / "token", "of-the-pod\n");
    around_.environment["RUNPOD_API_TOKEN_FILE"] = around_.home / "token";
    around_.environment["MONGODB_URI"] = "mongodb://anna:p%40ss@host/db";
    around_.environment["CLOUDINARY_URL"] = "cloudinary://key:secret@demo";
    around_.environment["RUNPOD_WEBUI_URL"] = "https://me:mine@host/a@b, http://plain:1";
    const auto found = secrets_of(load_config(around_));
    for (const std::string secret : {"of-the-pod", "p%40ss", "p@ss", "anna:p@ss", "secret", "mine"})
        EXPECT_NE(std::find(found.begin(), found.end(), secret), found.end()) << secret;
    for (const auto& one : found) EXPECT_EQ(one.find("host"), std::string::npos) << one;
    around_.environment["MEDUSA_LOG_FORMAT"] = "xml";
    EXPECT_NE(refusal().find("text or json"), std::string::npos);
}

TEST_F(config_test, the_environment_wins_over_dotenv) {
    write_file_atomic(around_.home / "project/.env",
                      "# ours\nexport MEDUSA_USERNAME=\"of the file\"\nMEDUSA_USER_ID=7 # seven\n");
    around_.environment["MEDUSA_USERNAME"] = "of the shell";
    const auto c = load_config(around_);
    EXPECT_EQ(c.username, "of the shell");
    EXPECT_EQ(c.user_id, "7");
    ASSERT_EQ(c.origins.size(), 2u);
    EXPECT_EQ(c.origins[0].place, "environment");
    EXPECT_EQ(c.origins[1].place, (around_.home / "project/.env").string() + ":3");
}

TEST_F(config_test, dotenv_is_found_above_then_in_server_and_never_beyond_the_repository) {
    const auto project = around_.home / "project";
    write_file_atomic(around_.home / ".env", "MEDUSA_USERNAME=home\n");
    EXPECT_EQ(load_config(around_).username, "home");
    fs::create_directories(project / ".git");
    EXPECT_EQ(load_config(around_).username, "anna");
    write_file_atomic(project / "server/.env", "MEDUSA_USERNAME=server\n");
    around_.working_folder = project;
    EXPECT_EQ(load_config(around_).username, "server");
    write_file_atomic(project / ".env", "MEDUSA_USERNAME=project\n");
    EXPECT_EQ(load_config(around_).username, "project");
}

TEST_F(config_test, prompt_files_in_the_home_folder_are_used_where_they_exist) {
    write_file_atomic(around_.home / "positive_prompt.txt", " soft light\n");
    const auto c = load_config(around_);
    ASSERT_TRUE(c.positive_prompt);
    EXPECT_EQ(read_prompt_file(*c.positive_prompt), "soft light");
    EXPECT_FALSE(c.negative_prompt);
    EXPECT_THROW(read_prompt_file(around_.home / "none.txt"), error);
}

TEST_F(config_test, a_list_may_be_written_with_blanks) {
    around_.environment["MEDUSA_TRUSTED_PROXIES"] = "127.0.0.1, 10.0.0.5 ,::1";
    EXPECT_EQ(load_config(around_).http.trusted_proxies,
              (std::vector<std::string>{"127.0.0.1", "10.0.0.5", "::1"}));
}

TEST_F(config_test, what_is_wrong_is_refused_by_name_and_place) {
    const std::tuple<const char*, const char*, const char*> cases[] = {
        {"MEDUSA_USERNAM", "x", "Did you mean MEDUSA_USERNAME?"},
        {"MEDUSA_LOG", "loud", "Expected is debug or info"},
        {"MEDUSA_HTTP", "3001", "an address and a port"},
        {"MEDUSA_HTTP", "localhost:99999", "an address and a port"},
        {"MEDUSA_HTTP_RATE", "-1", "a whole number from 0 to"},
        {"MEDUSA_HTTP_RATE", "10/s", "a whole number from 0 to"},
        {"MEDUSA_JOBS_PER_OWNER", "0", "a whole number from 1 to 200000"},
        {"MEDUSA_TRUSTED_PROXIES", "127.0.0.1,proxy.example", "like 127.0.0.1,10.0.0.5"},
        {"MEDUSA_HTTP_ORIGINS", "*", "the pages' own addresses"},
        {"MEDUSA_HTTP_ORIGINS", "null", "the pages' own addresses"},
        {"MEDUSA_HTTP_ORIGINS", "https://a.example/", "the pages' own addresses"},
        {"MEDUSA_HTTP_ORIGINS", "https://a.example,https://*.b.example", "like https://app"},
        {"RUNPOD_WEBUI_URL", "pod:7861", "RUNPOD_WEBUI_URL (environment)"},
        {"RUNPOD_WEBUI_URL", "https://a,ftp://b", "Expected is an address like"},
        {"MONGODB_URI", "localhost", "mongodb://"},
        {"MEDUSA_JWT_ISSUER", "https://id.example", "need MEDUSA_JWT_SECRET_FILE"},
        {"NATS_URL", "nats://localhost", "NATS_URL needs MONGODB_URI"},
        {"CLOUDINARY_API_KEY", "1", "only a part of its credentials"},
        {"MEDUSA_POSITIVE_PROMPT", "/none/p.txt", "names /none/p.txt: it is missing"},
        {"MEDUSA_NEGATIVE_PROMPT", "/dev/zero", "names /dev/zero: it is not a plain file"},
    };
    for (const auto& [name, value, expected] : cases) {
        around_.environment = {{name, value}};
        EXPECT_NE(refusal().find(expected), std::string::npos) << name << ": " << refusal();
    }
    around_.environment = {{"MEDUSA_TEST_ANYTHING", "x"}};
    EXPECT_NO_THROW(load_config(around_));
}

TEST_F(config_test, what_is_no_prompt_text_is_refused_by_the_files_name) {
    const auto path = around_.home / "p.txt";
    ASSERT_EQ(::mkfifo((around_.home / "pipe").c_str(), 0600), 0);
    const std::string texts[] = {std::string("a\0b", 3), "\xff", std::string(8'001, 'x')};
    const auto code_of = [](const fs::path& file) {
        try {
            read_prompt_file(file);
        } catch (const error& refused) {
            EXPECT_NE(refused.detail().find(file.string()), std::string::npos);
            return refused.code();
        }
        return errc::internal;
    };
    for (const auto& text : texts) {
        write_file_atomic(path, text);
        EXPECT_EQ(code_of(path), errc::invalid_argument);
    }
    for (const char* name : {"none.txt", "pipe", "project"})
        EXPECT_EQ(code_of(around_.home / name), errc::invalid_argument);
    write_file_atomic(path, "soft\x1b light\n\u202Ein front");
    EXPECT_EQ(read_prompt_file(path), "soft light in front");
}

TEST_F(config_test, a_dotenv_is_a_plain_file) {
    const auto path = around_.working_folder / ".env";
    fs::create_directories(path);
    EXPECT_NO_THROW(load_config(around_)) << "a Python environment";
    fs::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_NE(refusal().find("is not a plain file"), std::string::npos);
}

TEST_F(config_test, dotenv_errors_name_the_line) {
    const auto path = around_.working_folder / ".env";
    for (const char* text : {"A=1\nnonsense\n", "A=1\nB=\"open\n", "A=1\n1B=2\n"}) {
        write_file_atomic(path, text);
        EXPECT_NE(refusal().find(path.string() + ":2"), std::string::npos) << text;
    }
}

TEST_F(config_test, a_dotenv_that_others_may_write_is_refused) {
    const auto path = around_.working_folder / ".env";
    write_file_atomic(path, "MEDUSA_USERNAME=x\n");
    ::chmod(path.c_str(), 0666);
    EXPECT_NE(refusal().find("may be written by anybody"), std::string::npos);
}

TEST_F(config_test, secrets_are_never_shown) {
    around_.environment = {{"CLOUDINARY_URL", "cloudinary://key:canary@cloud"},
                           {"MONGODB_URI", "mongodb://u:canary@host/db"},
                           {"RUNPOD_WEBUI_URL", "https://u:canary@pod.example"}};
    for (const auto& origin : load_config(around_).origins)
        EXPECT_EQ(origin.value.find("canary"), std::string::npos) << origin.value;
}

}  // namespace
}  // namespace medusa
