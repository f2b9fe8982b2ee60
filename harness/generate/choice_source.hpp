#pragma once

#include "harness/generate/counter_random.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace difftest::harness {

/// Where the generator takes its decisions from. Every decision is an integer in a closed range, so that a case can be
/// replayed from the list of its decisions, mutated as such, or read from a fuzzer's bytes.
class ChoiceSource {
public:
    ChoiceSource() = default;
    ChoiceSource(const ChoiceSource&) = delete;
    ChoiceSource& operator=(const ChoiceSource&) = delete;
    virtual ~ChoiceSource() = default;

    /// A number in [lo, hi]; lo when hi < lo.
    std::int64_t integer(std::int64_t lo, std::int64_t hi);

    /// True in `part` of `whole` cases.
    bool chance(std::int64_t part, std::int64_t whole) { return integer(0, whole - 1) < part; }

    /// An index, drawn with the given weights (not all 0).
    std::size_t weighted(std::initializer_list<std::int64_t> weights);

    /// One of the values, each as likely.
    template <typename T>
    T one_of(std::initializer_list<T> values) {
        return values.begin()[integer(0, static_cast<std::int64_t>(values.size()) - 1)];
    }

    /// The decisions so far.
    const std::vector<std::int64_t>& taken() const { return taken_; }

protected:
    /// The next decision, in [0, count - 1].
    virtual std::uint64_t draw(std::uint64_t count) = 0;

private:
    std::vector<std::int64_t> taken_;
};

/// Decisions from a counter-based generator: a pure function of (seed, index).
class CounterChoices : public ChoiceSource {
public:
    CounterChoices(std::uint64_t seed, std::uint64_t index) : random_(seed, index) {}

protected:
    std::uint64_t draw(std::uint64_t count) override;

private:
    CounterRandom random_;
    std::uint64_t counter_ = 0;
};

/// A recorded list of decisions; each is clamped into the range that is asked for, and when the list ends every further
/// decision is the lowest.
class RecordedChoices : public ChoiceSource {
public:
    explicit RecordedChoices(std::vector<std::int64_t> decisions) : decisions_(std::move(decisions)) {}

protected:
    std::uint64_t draw(std::uint64_t count) override;

private:
    std::vector<std::int64_t> decisions_;
    std::size_t next_ = 0;
};

/// A fuzzer's bytes: as many bytes for a decision as its range needs; zeros when they end.
class ByteChoices : public ChoiceSource {
public:
    explicit ByteChoices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

protected:
    std::uint64_t draw(std::uint64_t count) override;

private:
    std::span<const std::uint8_t> bytes_;
    std::size_t next_ = 0;
};

}  // namespace difftest::harness
