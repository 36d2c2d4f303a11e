// The rules that look.hpp tells: what counts where a text contradicts itself, whom it is about,
// what is a name, and texts that say nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "domain/look.hpp"
#include "domain/look_rows.hpp"

namespace medusa {
namespace {

using row = std::pair<const char*, const char*>;

void expect_looks(const std::vector<row>& rows) {
    for (const auto& [text, expected] : rows)
        EXPECT_EQ(fields_of(parse_look(text, {})), expected) << text;
}

TEST(look_rules, of_two_words_the_later_counts) {
    expect_looks({
        {"Hair colour red. In the end her hair is blue.", "hair_color=blue gender=female"},
        {"red hair, blue hair", "hair_color=blue"},
        {"black and white hair, red hair", "hair_color=red"},
        {"bald, with long silver hair", "hair_color=silver hair_length=long"},
        {"a man with long hair, bald", "hair_length=bald gender=male"},
        {"short hair, waist-length silver hair", "hair_color=silver hair_length=long"},
        {"blue eyes, no wait, green eyes", "eye_color=green"},
        {"grey eyes; her eyes are violet", "eye_color=violet gender=female"},
        {"pale skin, dark skin", "skin=dark"},
        {"a slim woman, muscular and tall", "gender=female build=strong"},
        {"at dawn, and later at night", "time_of_day=night"},
        {"a clerk by day, a thief by night", "role=clerk time_of_day=night"},
        {"an elf who is a vampire", "species=vampire"},
        {"a man who is a woman", "gender=female"},
        {"a young woman who is old", "age_band=elder gender=female"},
        {"a young woman, seventy years old", "age_band=elder gender=female"},
        {"is 38", ""},
        {"She is thirty-eight.", "age_band=adult gender=female"},
        {"He has kept the gate for ages. Zero patience.", "gender=male"},
        {"a mage. He is a pirate now.", "gender=male role=pirate"},
    });
}

TEST(look_rules, of_two_words_the_narrower_counts) {
    expect_looks({
        {"dark hair, raven-black", "hair_color=black"},
        {"raven-black hair, dark and flowing", "hair_color=black hair_length=long"},
        {"red hair, long crimson waist-length hair", "hair_color=red hair_length=long"},
        {"auburn hair, her red hair", "hair_color=auburn gender=female"},
        {"light blue eyes, blue as the sea", "eye_color=light-blue"},
        {"dark skin, brown skin", "skin=brown"},
        {"a beard, a full beard", "facial_hair=full-beard"},
        {"a samurai, a fearless warrior", "role=samurai mood=confident"},
        {"a warrior, a samurai", "role=samurai"},
        {"a rooftop in the city", "setting=rooftop"},
        {"a city, on a rooftop", "setting=rooftop"},
    });
}

// Two that go together are no contradiction.
TEST(look_rules, what_goes_together_stays) {
    expect_looks({
        {"one blue eye and one green eye", "eye_color=blue eye_color2=green"},
        {"one eye amber, the other violet", "eye_color=amber eye_color2=violet"},
        {"black hair with purple streaks", "hair_color=black hair_color2=purple"},
        {"streaks of grey run through her brown hair",
         "hair_color=brown hair_color2=gray gender=female"},
        {"a ponytail, and later two braids", "hair_style=ponytail"},
        {"a red dress and a blue dress", "outfit=dress palette=red"},
    });
}

TEST(look_rules, who_is_a_child_once_stays_one) {
    expect_looks({
        {"a young girl who is an old woman", "age_band=teen gender=female"},
        {"a child, she is an adult", "age_band=child gender=female"},
        {"a 12-year-old boy. He is a grown man.", "age_band=child gender=male"},
    });
}

TEST(look_rules, what_was_is_not) {
    expect_looks({
        {"her hair, once blonde, is now white", "hair_color=white gender=female"},
        {"his hair was brown once; now it is grey", "hair_color=gray gender=male"},
        {"She used to be blonde. Now her hair is black.", "hair_color=black gender=female"},
        {"Her hair is long. It is brown.", "hair_color=brown hair_length=long gender=female"},
    });
}

TEST(look_rules, others_and_things_are_not_the_subject) {
    expect_looks({
        {"She has green eyes. A dragon with red eyes stands beside her.",
         "eye_color=green gender=female"},
        {"a dragon with green eyes beside her, she has brown hair",
         "hair_color=brown gender=female"},
        {"a green-eyed woman; her dragon has red eyes and blue scales",
         "eye_color=green gender=female"},
        {"A sorceress and her wolf, whose golden eyes glow", "gender=female role=mage"},
        {"a knight on a white horse with a golden mane", "role=knight"},
        {"a blonde woman holding a doll with black hair", "hair_color=blonde gender=female"},
        {"a blonde woman, the sea is blue, the sky is red",
         "hair_color=blonde gender=female setting=sea"},
        {"A knight with brown hair. The queen has blonde hair.",
         "hair_color=brown gender=female role=knight"},
        {"A girl with red hair talks to her blond brother with blue eyes",
         "hair_color=red age_band=teen gender=female"},
        {"a boy and his robot", "age_band=teen gender=male"},
        {"kind eyes, bald, moss growing on his shoulders",
         "hair_length=bald gender=male mood=caring"},
        {"a ghost ship", "setting=ship"},
        {"a knight in a gloomy old castle", "role=knight setting=castle"},
        // The one that a text is about may well be a beast.
        {"a clever fox with green eyes in a red waistcoat",
         "eye_color=green outfit=vest palette=red"},
    });
}

TEST(look_rules, names_are_no_words) {
    expect_looks({
        {"Violet is a young mage with brown hair.", "hair_color=brown age_band=young role=mage"},
        {"Amber, a knight with short black hair", "hair_color=black hair_length=short role=knight"},
        {"Rose Winters is a detective in the rain", "role=detective weather=rain"},
        {"Hunter is a baker with a beard", "facial_hair=beard role=baker"},
        {"Jade King, lawyer, 40", "age_band=adult role=lawyer"},
        {"Robin Hood, archer in the forest", "role=archer setting=forest"},
        {"Captain Ash sails the seven seas", "role=captain setting=sea"},
        {"Forest Green is an old botanist", "age_band=elder role=scientist"},
        {"Dawn, a nurse at the hospital", "role=nurse setting=hospital"},
        {"My name is Hunter. I am a baker.", "role=baker"},
        {"A knight named Forest with black hair", "hair_color=black role=knight"},
        // What is written with a capital is not always a name.
        {"Amber eyes and Violet hair", "hair_color=violet eye_color=amber"},
        {"Half-Elf Ranger with a cloak", "species=half-elf role=ranger outfit=cloak"},
        {"Hair: Black, Eyes: Hazel, Role: Hunter", "hair_color=black eye_color=hazel role=hunter"},
        {"Hunter with a beard", "facial_hair=beard role=hunter"},
        {"Forest at dawn, a knight", "role=knight setting=forest time_of_day=dusk"},
    });
}

struct named_row {
    const char* name;
    const char* text;
    const char* expected;
};

TEST(look_rules, the_name_of_the_character_is_no_word) {
    const named_row rows[] = {
        {"Rose Winters", "Rose wears a blue dress", "outfit=dress palette=blue"},
        {"Hunter", "Hunter wears a blue hat", "accessories=hat"},
        {"Jade King", "The lawyer Jade King has brown hair", "hair_color=brown role=lawyer"},
        {"Captain Ash", "Captain Ash has a black coat", "role=captain outfit=coat palette=black"},
        {"Storm", "In the city Storm waits with white hair", "hair_color=white setting=city"},
        {"Raven", "Raven hair, blue eyes", "hair_color=black eye_color=blue"},
        {"Hunter", "a hunter with a bow", "role=hunter"},
        {"Baron", "A Baron with a moustache", "gender=male facial_hair=moustache role=noble"},
        {"", "Storm over the city", "setting=city weather=storm"},
    };
    for (const auto& given : rows)
        EXPECT_EQ(fields_of(parse_look(given.text, {}, given.name)), given.expected) << given.text;
}

TEST(look_rules, nonsense_and_other_languages_say_nothing) {
    const char* const texts[] = {
        "asdf qwerty lorem ipsum dolor sit amet 12345 !!! ???",
        "blorpy snarfle with seventeen frumious bandersnatches",
        "xXx_dark_xXx qwop zxcv",
        "1234567890 0987654321 -- // \\ <> {} [] ()",
        "SELECT * FROM characters WHERE name = 'x'; DROP TABLE",
        "The stock market fell by three percent today.",
        "How do I bake bread? Preheat the oven to 220 degrees.",
        "Ein alter Mann mit weißem Bart und blauen Augen in einer roten Robe",
        "Una mujer joven con pelo negro y ojos verdes",
        "Une fille aux cheveux roux, robe verte, dans la forêt",
        "Een jonge vrouw met lang blond haar en blauwe ogen",
        "Kobieta z długimi czarnymi włosami",
        "Genç bir kadın, siyah saçlı",
        "Жінка з чорним волоссям",
        "Άντρας με μαύρα μαλλιά",
        "赤い髪の女性",
        "파란 눈을 가진 소녀",
        "امرأة ذات شعر أحمر",
        "אישה עם שיער אדום",
        "red髪 blue目",
        "a 女 with 赤い hair and синие eyes",
        "😀😀🔥🔥👩‍🦰🧙‍♂️🏳️‍🌈",
    };
    for (const auto* text : texts) EXPECT_EQ(fields_of(parse_look(text, {})), "") << text;
    EXPECT_EQ(fields_of(parse_look("🔥 silver 🔥 hair 🔥, 日本 a mage", {})),
              "hair_color=silver role=mage");
}

// 50 ms are a hundred times what is needed, and far less than what anybody would wait for.
TEST(look_rules, long_texts_are_read_at_once) {
    const std::vector<std::string> parts = {"a ",   "red ",    "no ",     "who is ", "Amber ",
                                            "Rose", ", ",      "hair is", "?",       "🔥",
                                            "髪",   "he has ", "\xFF"};
    std::vector<std::string> texts;
    for (const auto& part : parts) {
        std::string text;
        while (text.size() < 4'000) text += part;
        texts.push_back(std::move(text));
    }
    using clock = std::chrono::steady_clock;
    for (const auto& text : texts) {
        const auto start = clock::now();
        parse_look(text, {}, "Amber Rose");
        const auto again = clock::now();
        parse_look(text, {}, "Amber Rose");
        const auto taken = std::min(again - start, clock::now() - again);
        EXPECT_LT(taken, std::chrono::milliseconds(50)) << text.substr(0, 20);
    }
}

}  // namespace
}  // namespace medusa
