#include "harness/generate/choice_source.hpp"

#include <algorithm>
#include <numeric>

namespace difftest::harness {

std::int64_t ChoiceSource::integer(std::int64_t lo, std::int64_t hi) {
    const std::uint64_t count = hi < lo ? 1 : static_cast<std::uint64_t>(hi - lo) + 1;
    if (count == 1) {
        return lo;  // nothing to decide
    }
    const auto offset = static_cast<std::int64_t>(draw(count));
    taken_.push_back(offset);
    counts_.push_back(count);
    return lo + offset;
}

std::size_t ChoiceSource::weighted(std::initializer_list<std::int64_t> weights) {
    std::int64_t rest = integer(0, std::accumulate(weights.begin(), weights.end(), std::int64_t{0}) - 1);
    std::size_t index = 0;
    for (const std::int64_t weight : weights) {
        if (rest < weight) {
            return index;
        }
        rest -= weight;
        ++index;
    }
    return 0;
}

std::uint64_t CounterChoices::draw(std::uint64_t count) {
    return static_cast<std::uint64_t>(random_.integer_at(counter_++, 0, static_cast<std::int64_t>(count) - 1));
}

std::uint64_t RecordedChoices::draw(std::uint64_t count) {
    if (next_ >= decisions_.size()) {
        return 0;
    }
    const std::int64_t decision = decisions_[next_++];
    return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(decision, 0)), count - 1);
}

std::uint64_t ByteChoices::draw(std::uint64_t count) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; next_ < bytes_.size(); shift += 7) {
        const std::uint8_t byte = bytes_[next_++];
        value |= shift < 64 ? std::uint64_t{byte & 0x7FU} << shift : 0;
        if ((byte & 0x80U) == 0) {
            break;
        }
    }
    return count == 0 ? value : value % count;  // 0: all 64 bits
}

std::vector<std::uint8_t> bytes_of_decisions(std::span<const std::int64_t> decisions) {
    while (!decisions.empty() && decisions.back() == 0) {
        decisions = decisions.first(decisions.size() - 1);
    }
    std::vector<std::uint8_t> bytes;
    for (const std::int64_t decision : decisions) {
        auto rest = static_cast<std::uint64_t>(decision);
        for (; rest >= 0x80U; rest >>= 7) {
            bytes.push_back(static_cast<std::uint8_t>(rest | 0x80U));
        }
        bytes.push_back(static_cast<std::uint8_t>(rest));
    }
    return bytes;
}

}  // namespace difftest::harness
