#pragma once

#include "reference/oracle/argument.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace difftest::oracle {

/// True when the value is a non-zero f32 below the normal range.
inline bool is_subnormal(double value) {
    return value != 0 && std::fabs(value) < 0x1p-126;
}

/// Elements of a row that are evaluated together, their arguments side by side.
template <std::size_t N>
class ElementwiseChunk {
public:
    static constexpr std::int64_t kMost = 256;

    ElementwiseChunk(const std::array<Argument, N>& arguments, const std::array<std::int64_t, N>& steps)
        : tensors_(arguments), steps_(steps) {}

    void load(const std::array<std::int64_t, N>& offsets, std::int64_t count) {
        count_ = count;
        for (std::size_t n = 0; n < N; ++n) {
            const double* from = tensors_[n].tensor->points().data() + offsets[n];
            arguments_[n] = steps_[n] == 1 ? from : copies_[n].data();
            for (std::int64_t i = 0; steps_[n] != 1 && i < count; ++i) {
                copies_[n][static_cast<std::size_t>(i)] = from[i * steps_[n]];
            }
        }
    }

    std::array<double, N> at(std::int64_t i) const {
        std::array<double, N> result;
        for (std::size_t n = 0; n < N; ++n) {
            result[n] = arguments_[n][i];
        }
        return result;
    }

    std::int64_t count() const { return count_; }
    std::span<const double> values() const { return {values_.data(), static_cast<std::size_t>(count_)}; }
    double& value(std::int64_t i) { return values_[static_cast<std::size_t>(i)]; }

    /// Evaluates all elements under a variant that is a function of numbers; returns whether it gives numbers, and
    /// those of the variants before it. Comparisons stand in loops of their own, which leaves the others to be
    /// vectorized.
    template <class Function>
    bool agrees(bool first, const Function& function) {
        double* to = first ? values_.data() : others_.data();
        for (std::int64_t i = 0; i < count_; ++i) {
            to[i] = function(at(i));
        }
        if (first) {
            return all_finite() || std::none_of(to, to + count_, [](double value) { return std::isnan(value); });
        }
        return std::memcmp(to, values_.data(), static_cast<std::size_t>(count_) * sizeof *to) == 0 ||
               std::equal(to, to + count_, values_.data());
    }

    bool any_subnormal() const {
        bool any = std::any_of(values_.data(), values_.data() + count_, is_subnormal);
        for (std::size_t n = 0; n < N && !any; ++n) {
            any = std::any_of(arguments_[n], arguments_[n] + count_, is_subnormal);
        }
        return any;
    }

private:
    /// By the exponents: with all bits set, one more carries into the sign.
    bool all_finite() const {
        constexpr std::uint64_t kExponent = 0x7FF0000000000000U;
        constexpr std::uint64_t kOne = 0x0010000000000000U;
        std::uint64_t carries = 0;
        for (std::int64_t i = 0; i < count_; ++i) {
            carries |= (std::bit_cast<std::uint64_t>(values_[static_cast<std::size_t>(i)]) & kExponent) + kOne;
        }
        return carries >> 63U == 0;
    }

    const std::array<Argument, N>& tensors_;
    std::array<std::int64_t, N> steps_;
    std::int64_t count_ = 0;
    std::array<const double*, N> arguments_{};
    std::array<std::array<double, kMost>, N> copies_;
    std::array<double, kMost> values_;
    std::array<double, kMost> others_;  ///< of a further variant
};

}  // namespace difftest::oracle
