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
    for (std::uint64_t range = count - 1; range > 0; range >>= 8) {
        value = (value << 8) | (next_ < bytes_.size() ? bytes_[next_++] : 0U);
    }
    return value % count;
}

}  // namespace difftest::harness
