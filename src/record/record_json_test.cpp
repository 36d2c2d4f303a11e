#include "record/record_json.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "record/documents.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

generation_facts some_facts() {
    return {.prompt = "portrait, \"silver\" hair\n\\",
            .negative_prompt = "blurry",
            .seed = (std::uint64_t{1} << 53) - 1,
            .settings = {.model = "diving.safetensors",
                         .steps = 30,
                         .cfg = 6.5,
                         .sampler = "euler",
                         .scheduler = "normal",
                         .width = 832,
                         .height = 1216},
            .engine = "sketch",
            .engine_version = "1.0",
            .identity_method = "look",
            .attribution = "drawn by somebody, CC BY 4.0"};
}

character some_character() {
    character record;
    record.id = 123456;
    record.name = "Zoë 🌙 العربية";
    record.description = std::string(4'000, 'x') + "\t\"\\\x01";
    record.avatar = "/assets/anna/characters/zoe/avatar/1.png";
    record.traits = {"mystical", {"wise", "calm", "kind"}};
    record.tags = {{"mage"}, {"fantasy"}, {"wise"}, {"silver hair"}, {"elf"}, {"general"}};
    record.generation = some_facts();
    record.character_seed = 4'164'696'983u;
    record.embeddings = {"/assets/e.json", 384, "all-MiniLM-L6-v2"};
    record.owner = {"local", "anna"};
    record.slug = "zoe";
    record.style = "fantasy";
    record.appearance.hair_color = "silver";
    record.appearance.time_of_day = "night";
    record.appearance.outfit = {"robe", "cloak"};
    record.job_id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    record.created_at = from_rfc3339("2026-11-23T01:35:09.045Z");
    record.updated_at = from_rfc3339("2026-11-23T01:35:10.000Z");
    record.version = 3;
    return record;
}

image some_image() {
    image record;
    record.id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    record.character_id = 123456;
    record.type = image_type::full_body;
    record.folder = "images";
    record.url = "/assets/a.png";
    record.path = "a.png";
    record.sha256 = std::string(64, 'a');
    record.width = 832;
    record.height = 1216;
    record.mood = "happy";
    record.setting = "forest";
    record.generation = some_facts();
    record.reference_image_id = "other";
    record.job_id = "job";
    record.created_at = from_rfc3339("2026-11-23T01:35:09.045Z");
    return record;
}

template <typename record>
json::value reparsed(const record& value) {
    return json::parse(json::serialize(to_json(value)));
}

TEST(record_json, character_survives_text) {
    const auto record = some_character();
    EXPECT_EQ(character_from_json(reparsed(record)), record);
    const character empty;
    EXPECT_EQ(parse_character(json::serialize(to_json(empty))), empty);
}

TEST(record_json, image_survives_text) {
    auto record = some_image();
    EXPECT_EQ(image_from_json(reparsed(record)), record);
    record.number = 812;
    record.width = 2'048;
    EXPECT_EQ(parse_image(json::serialize(to_json(record))), record);
}

TEST(record_json, look_survives_with_every_field) {
    look full;
    std::string* fields[] = {
        &full.hair_color, &full.hair_color2, &full.hair_length, &full.hair_style,
        &full.eye_color,  &full.eye_color2,  &full.skin,        &full.species,
        &full.age_band,   &full.gender,      &full.build,       &full.facial_hair,
        &full.role,       &full.palette,     &full.setting,     &full.time_of_day,
        &full.weather,    &full.mood,        &full.hat_color,   &full.expression};
    int count = 0;
    for (auto* field : fields) *field = "w" + std::to_string(count++);
    full.outfit = {"a", "b"};
    full.accessories = {"c"};
    full.marks = {"d"};
    full.absent = {"e"};
    EXPECT_EQ(look_from_json(reparsed(full)), full);
    EXPECT_EQ(to_json(full).size(), 24u);
    EXPECT_TRUE(to_json(look{}).empty());
}

// The names that scripts rely on, and their order in the text.
TEST(record_json, names_are_those_of_the_contract) {
    const auto object = to_json(some_character());
    std::vector<std::string> names;
    for (const auto& field : object) names.emplace_back(field.key());
    EXPECT_EQ(names, (std::vector<std::string>{
                         "id", "name", "description", "avatar", "personalityTraits", "selectedTags",
                         "imageGeneration", "embeddings", "owner", "slug", "style", "look", "jobId",
                         "createdAt", "updatedAt", "version"}));
    EXPECT_EQ(json::serialize(object.at("selectedTags")),
              R"({"character-type":["mage"],"genre":["fantasy"],"personality":["wise"],)"
              R"("appearance":["silver hair"],"origin":["elf"],"content-rating":["general"]})");
    EXPECT_EQ(json::serialize(object.at("look")),
              R"({"hairColor":"silver","timeOfDay":"night","outfit":["robe","cloak"]})");
    EXPECT_EQ(object.at("imageGeneration").at("seed").as_uint64(), 9'007'199'254'740'991u);
    EXPECT_EQ(object.at("imageGeneration").at("characterSeed").to_number<std::uint32_t>(),
              4'164'696'983u);
    for (const auto* name :
         {"prompt", "negativePrompt", "model", "steps", "cfg", "sampler", "scheduler", "width",
          "height", "engine", "engineVersion", "identityMethod"})
        EXPECT_TRUE(object.at("imageGeneration").as_object().contains(name)) << name;
}

TEST(record_json, a_manifest_stays_the_same_when_its_picture_is_stored_and_counted) {
    auto fresh = some_image();
    fresh.url = fresh.path = fresh.sha256 = {};
    auto counted = some_image();
    counted.number = 7;
    EXPECT_EQ(manifest_document(some_character(), fresh),
              manifest_document(some_character(), counted));
}

TEST(record_json, a_picture_that_owes_no_credit_names_none) {
    auto facts = some_facts();
    EXPECT_EQ(to_json(facts).at("attribution"), "drawn by somebody, CC BY 4.0");
    facts.attribution.clear();
    EXPECT_FALSE(to_json(facts).contains("attribution"));
    EXPECT_EQ(facts_from_json(reparsed(facts)), facts);
}

TEST(record_json, whole_cfg_is_written_as_people_write_it) {
    auto facts = some_facts();
    facts.settings.cfg = 6;
    EXPECT_NE(json::serialize(to_json(facts)).find("\"cfg\":6,"), std::string::npos);
    EXPECT_EQ(facts_from_json(reparsed(facts)), facts);
}

TEST(record_json, damage_is_named) {
    const auto message = [](std::string_view text) -> std::string {
        try {
            parse_character(text);
        } catch (const error& e) {
            return e.code() == errc::corrupted ? e.detail() : "another code";
        }
        return "accepted";
    };
    EXPECT_NE(message("{").find("not JSON"), std::string::npos);
    EXPECT_NE(message("[]").find("not an object"), std::string::npos);
    EXPECT_NE(message("{}").find("\"id\""), std::string::npos);
    EXPECT_NE(message(R"({"id":1.5})").find("\"id\""), std::string::npos);
    EXPECT_NE(message(R"({"id":1,"name":7})").find("\"name\""), std::string::npos);
    EXPECT_NE(message(R"({"id":1,"look":{"outfit":[1]}})").find("\"outfit\""), std::string::npos);
    EXPECT_NE(message(R"({"id":1,"imageGeneration":{"characterSeed":-1}})").find("characterSeed"),
              std::string::npos);
    EXPECT_NE(message(R"({"id":1,"createdAt":"soon"})"), "accepted");
    EXPECT_EQ(message(R"({"id":1,"later":"field"})"), "accepted");
    EXPECT_THROW(parse_image(R"({"id":"x","type":"poster"})"), error);
}

}  // namespace
}  // namespace medusa
