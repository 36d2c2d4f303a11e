// The look: what a description says about how a character appears, in the words of one vocabulary.
//
// Parsed once from description and tags, stored with the character and used by every engine: the
// same look gives the same person in every mood, setting and framing. Plain values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace medusa {

// Every field holds words of resources/look/; empty means that the text does not say.
struct look {
    std::string hair_color;                // "silver"
    std::string hair_color2;               // the second colour of two-tone, ombre or neon hair
    std::string hair_length;               // "bald", "short", "medium", "long"
    std::string hair_style;                // "wavy", "ponytail", "bun", "braid", "mohawk" ...
    std::string eye_color;                 // "violet"
    std::string eye_color2;                // the other eye, for heterochromia
    std::string skin;                      // "pale", "dark", "green" ...
    std::string species;                   // "elf", "android"; empty: human
    std::string age_band;                  // "child", "teen", "young", "adult", "elder"
    std::string gender;                    // "female", "male", "neutral"
    std::string build;                     // "slim", "strong" ...
    std::string facial_hair;               // "beard", "moustache" ...
    std::string role;                      // "mage", "pirate", "hacker" ...
    std::vector<std::string> outfit;       // garments, most telling first
    std::vector<std::string> accessories;  // hats, glasses, jewellery, things held
    std::vector<std::string> marks;        // scars, tattoos, freckles
    std::string palette;                   // a colour that the whole picture follows
    std::string setting;                   // "forest", "city" ...
    std::string time_of_day;               // "day", "dusk", "night"
    std::string weather;                   // "rain", "snow", "fog"
    std::string mood;                      // one of the expression labels
    std::string hat_color;                 // of what is worn on the head: "green"
    std::string expression;           // a face that is described, "laughing": stronger than mood
    std::vector<std::string> absent;  // accessories, marks and beards that the text denies

    friend bool operator==(const look&, const look&) = default;
};

// Reads `description` and `tags` (tags win where both speak). Negated words ("no glasses") remove
// what they name. `name` is the character's: "Rose" and "Hunter" are no colour and no trade where
// they stand as a name; without it names are told by their capitals. Pure: the same texts give the
// same look.
//
// What counts where a text contradicts itself:
// - The narrower of two words, wherever it stands: "raven-black hair, dark and flowing" is black,
//   "a rooftop in the city" a rooftop. What is narrower is told in resources/look/grammar.json.
// - The later of two colours or lengths of hair, colours of eyes or skin, builds or times of day:
//   "bald with long hair" is long, "red hair, her hair is blue" is blue.
// - What "is" says of the subject before what was said: "an elf who is a vampire" is a vampire.
//   So does any word after one of correction: "red, no wait, blue".
// - An age in years before a word: "a young woman, seventy years old". A child's age before any
//   other, wherever it stands: "a young girl who is an old woman" is a girl.
// - Otherwise the first: of two roles, moods or hair styles that a text names. Of two places side
// by
//   side the second is the place ("a castle kitchen").
// What was ("once blonde") is not read, and neither is a question that is denied at once, or has at
// most four words before an answer ("Blonde? No, black."). Of several persons, beasts and things
// only the subject counts: not who is beside her, her brother, her dragon, or the sea. A text that
// turns to somebody else without saying so ("a knight ... The queen has ...") only fills what is
// open.
look parse_look(std::string_view description, const std::vector<std::string>& tags,
                std::string_view name = {});

// The word of the vocabulary that free text names for one field ("magical forest" -> "forest"),
// empty when it names none. Used for the mood and setting that a request gives.
std::string parse_setting(std::string_view text);
std::string parse_mood(std::string_view text);
std::string parse_time_of_day(std::string_view text);
std::string parse_weather(std::string_view text);

// True for under 18, and for an age that the look leaves open while its words suggest youth.
bool is_young(const look& subject);

}  // namespace medusa
