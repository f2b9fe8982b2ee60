#include "harness/generate/catalogue.hpp"

#include "harness/generate/catalogue_steps.hpp"

#include <fmt/format.h>

#include <charconv>
#include <sstream>
#include <stdexcept>

namespace difftest::harness {
namespace {

using graph::DataType;

/// Enough for every token; what random cases may contain is another question.
GeneratorLimits wide_limits() {
    GeneratorLimits limits;
    limits.most_elements = 1 << 20;
    limits.most_products = 1 << 24;
    return limits;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

float number_from(const std::string& text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return static_cast<float>(number);
}

/// "q256:u8:pt:0:100"
CatalogueQuantization quantization_from(const std::string& token) {
    const std::vector<std::string> parts = split(token.substr(1), ':');
    CatalogueQuantization result;
    result.levels = static_cast<std::int64_t>(number_from(parts.at(0)));
    const std::optional<DataType> type = graph::data_type_from(parts.at(1));
    if (!type) {
        throw std::invalid_argument(fmt::format("'{}': no such type", token));
    }
    result.type = *type;
    // The whole range of the type, or one less below zero: 255 levels of s8 are -127 to 127.
    result.low = result.type == DataType::s8 ? 127.0F - static_cast<float>(result.levels - 1) : 0.0F;
    result.high = result.low + static_cast<float>(result.levels - 1);
    std::size_t next = 2;
    if (next < parts.size() && parts[next] == "pt") {
        result.per_channel = false;
        ++next;
    }
    if (next + 1 < parts.size()) {
        result.low = number_from(parts[next]);
        result.high = number_from(parts[next + 1]);
    }
    return result;
}

}  // namespace

graph::Case catalogue_case(const CatalogueRow& row) {
    const GeneratorLimits limits = wide_limits();
    // Everything that is drawn is drawn from the row's own stream.
    std::uint64_t stream = 0;
    for (const char letter : row.name) {
        stream = stream * 31 + static_cast<unsigned char>(letter);
    }
    CounterChoices choices(20220915, stream);
    CaseGrower grower(choices, limits, fmt::format("catalogue_{:02}_{}", row.number, row.name));
    CatalogueSteps steps(grower);
    for (const std::string& token : split(std::string(row.chain), ' ')) {
        if (token.front() == 'q') {
            steps.fake_quantize(quantization_from(token));
        } else if (!steps.take(token)) {
            throw std::invalid_argument(fmt::format("{}: unknown token '{}'", row.name, token));
        }
    }
    graph::Case value = grower.finish();
    value.annotations["origin"] = fmt::format("row {} of the fusion catalogue: {}", row.number, row.name);
    value.annotations["chain"] = std::string(row.chain);
    return value;
}

}  // namespace difftest::harness
