#include "fuzzers/text_mutation.hpp"

#include "fuzzers/mutation_random.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <vector>

namespace difftest::fuzzers {
namespace {

using nlohmann::json;

/// All values of a document, each after those around it.
std::vector<json*> places_of(json& document) {
    std::vector<json*> places{&document};
    for (std::size_t i = 0; i < places.size(); ++i) {
        json* const place = places[i];
        if (place->is_structured()) {
            for (json& below : *place) {
                places.push_back(&below);
            }
        }
    }
    return places;
}

json interesting_value(MutationRandom& random) {
    static const std::array<json, 25> kValues{nullptr,
                                              true,
                                              false,
                                              0,
                                              1,
                                              -1,
                                              255,
                                              256,
                                              -129,
                                              2147483647,
                                              4294967296,
                                              -2147483648LL,
                                              9223372036854775807LL,
                                              18446744073709551615ULL,
                                              0.5,
                                              1e300,
                                              -1e-320,
                                              "",
                                              "nan",
                                              "-inf",
                                              "../../../../tmp/x",
                                              "<script>alert(1)</script>",
                                              "\xE2\x80\xAE\n\t\"\\",
                                              json::array(),
                                              json::object()};
    return kValues[random.below(kValues.size())];
}

json nested(json value, std::size_t depth) {
    for (; depth > 0; --depth) {
        value = json::array({std::move(value)});
    }
    return value;
}

void change_number(json& value, MutationRandom& random) {
    const auto integer = value.is_number_integer() ? value.get<std::int64_t>() : 0;
    switch (random.below(5)) {
        case 0: value = integer / 2; break;
        case 1: value = static_cast<std::int64_t>(static_cast<std::uint64_t>(integer) + 1); break;
        case 2: value = static_cast<std::int64_t>(static_cast<std::uint64_t>(integer) - 1); break;
        case 3: value = static_cast<std::int64_t>(static_cast<std::uint64_t>(integer) << random.below(40)); break;
        default: value = static_cast<std::int64_t>(random.below(70000)) - 3000;
    }
}

void change_members(json& place, json other, MutationRandom& random) {
    if (place.is_array()) {
        const auto at = place.begin() + static_cast<std::ptrdiff_t>(random.below(place.size() + 1));
        if (at != place.end() && random.one_in(2)) {
            place.erase(at);
        } else {
            place.insert(at, std::move(other));
        }
        return;
    }
    auto member = place.begin();
    std::advance(member, static_cast<std::ptrdiff_t>(random.below(place.size())));
    if (member == place.end()) {
        place["name"] = std::move(other);
    } else if (random.one_in(2)) {
        place.erase(member);
    } else {
        place[member.key() + (random.one_in(2) ? "" : "_")] = std::move(other);
    }
}

void change_one(json& document, MutationRandom& random) {
    const std::vector<json*> places = places_of(document);
    json& place = *places[random.below(places.size())];
    json other = *places[random.below(places.size())];
    switch (random.below(6)) {
        case 0: place = interesting_value(random); break;
        case 1: place = std::move(other); break;
        case 2: place = nested(place, random.length(64)); break;
        default:
            if (place.is_number()) {
                change_number(place, random);
            } else if (place.is_structured()) {
                change_members(place, random.one_in(3) ? interesting_value(random) : std::move(other), random);
            } else if (place.is_string() && random.one_in(2)) {
                place = mutated_bytes(place.get_ref<const std::string&>(),
                                      static_cast<std::uint32_t>(random.below(1U << 31)));
            } else {
                place = std::move(other);
            }
    }
}

std::string text_of(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::ignore);
}

json parsed(std::string_view text) {
    return json::parse(text, nullptr, false);
}

/// What is inserted into texts.
std::string hostile_piece(MutationRandom& random) {
    switch (random.below(12)) {
        case 0: return std::string(1, '\0');
        case 1: return "\xC3\x28";
        case 2: return "\xF5\x80\x80\x80";
        case 3: return "NaN";
        case 4: return "1e999";
        case 5: return std::string(1000, '9');
        case 6: return std::string(random.one_in(16) ? 10000 : 40, '[');
        case 7: return "\\ud800";
        case 8: return "{\"name\":1,\"name\":2}";
        case 9: return "/../";
        case 10: return "\n";
        default: return std::string(random.length(64), static_cast<char>(random.below(256)));
    }
}

/// The text from a quotation mark to the next comma once more: often a member twice.
void double_a_member(std::string& text, MutationRandom& random) {
    const std::size_t from = text.find('"', random.below(text.size() + 1));
    const std::size_t to = from == std::string::npos ? from : text.find(',', from);
    if (to != std::string::npos && to - from < 4096) {
        text.insert(from, text.substr(from, to - from + 1));
    }
}

}  // namespace

std::string mutated_json(std::string_view text, std::uint32_t seed) {
    json document = parsed(text);
    if (document.is_discarded()) {
        return mutated_bytes(text, seed);
    }
    MutationRandom random(seed);
    for (std::size_t times = random.length(3); times > 0; --times) {
        change_one(document, random);
    }
    std::string result = text_of(document);
    return random.one_in(8) ? mutated_bytes(result, static_cast<std::uint32_t>(random.below(1U << 31))) : result;
}

std::string crossed_json(std::string_view a, std::string_view b, std::uint32_t seed) {
    json first = parsed(a);
    json second = parsed(b);
    if (first.is_discarded() || second.is_discarded()) {
        return mutated_bytes(a, seed);
    }
    MutationRandom random(seed);
    const std::vector<json*> own = places_of(first);
    const std::vector<json*> others = places_of(second);
    json by = *others[random.below(others.size())];
    *own[random.below(own.size())] = std::move(by);
    return text_of(first);
}

std::string mutated_bytes(std::string_view text, std::uint32_t seed) {
    MutationRandom random(seed);
    std::string result(text);
    for (std::size_t times = random.length(4); times > 0; --times) {
        const auto at = static_cast<std::size_t>(random.below(result.size() + 1));
        const std::size_t length = std::min(random.length(256), result.size() - at);
        switch (random.below(7)) {
            case 0: result.erase(at, length); break;
            case 1: result.insert(at, result.substr(at, length)); break;
            case 2: result.insert(at, hostile_piece(random)); break;
            case 3: result.resize(at); break;
            case 4: double_a_member(result, random); break;
            default:
                if (at < result.size()) {
                    result[at] = random.one_in(2) ? static_cast<char>(random.below(256))
                                                  : static_cast<char>(result[at] ^ (1 << random.below(8)));
                }
        }
    }
    return result;
}

}  // namespace difftest::fuzzers
