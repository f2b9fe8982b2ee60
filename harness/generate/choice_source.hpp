#pragma once

#include "harness/generate/counter_random.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
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

    /// How many values each of them could have had.
    const std::vector<std::uint64_t>& counts() const { return counts_; }

    /// Decisions that belong together: those of one step of a graph, or of the data of one tensor.
    struct Part {
        std::string_view kind;
        std::size_t first = 0;
        std::size_t end = 0;  ///< behind the last decision
    };

    /// The parts that are finished, an inner one before the one around it.
    const std::vector<Part>& parts() const { return parts_; }

    /// A part while it is drawn. `kind` must outlive the source.
    class DrawnPart {
    public:
        DrawnPart(ChoiceSource& choices, std::string_view kind)
            : choices_(choices), kind_(kind), first_(choices.taken_.size()) {}
        DrawnPart(const DrawnPart&) = delete;
        DrawnPart& operator=(const DrawnPart&) = delete;
        ~DrawnPart() { choices_.parts_.push_back({kind_, first_, choices_.taken_.size()}); }

    private:
        ChoiceSource& choices_;
        std::string_view kind_;
        std::size_t first_;
    };

protected:
    /// The next decision, in [0, count - 1].
    virtual std::uint64_t draw(std::uint64_t count) = 0;

private:
    std::vector<std::int64_t> taken_;
    std::vector<std::uint64_t> counts_;
    std::vector<Part> parts_;
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

/// A fuzzer's bytes: every decision is a number in groups of seven bits, the lowest first, of which all bytes but the
/// last have their highest bit set (LEB128); it is taken modulo the range that is asked for. Zeros when they end.
class ByteChoices : public ChoiceSource {
public:
    explicit ByteChoices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

protected:
    std::uint64_t draw(std::uint64_t count) override;

private:
    std::span<const std::uint8_t> bytes_;
    std::size_t next_ = 0;
};

/// The bytes from which ByteChoices takes these decisions; zeros at the end are left out.
std::vector<std::uint8_t> bytes_of_decisions(std::span<const std::int64_t> decisions);

}  // namespace difftest::harness
