#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace difftest::oracle {

/// A closed interval of values of the element's type. Every value of every element type is exact in a double.
struct Interval {
    double lo = 0;
    double hi = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// All values that some admissible evaluation of one element can yield: disjoint closed intervals in ascending order.
/// For integer types an interval stands for the integers in it, for floating types for the representable numbers in it.
struct AllowedSet {
    std::vector<Interval> intervals;
    bool may_be_nan = false;
    /// Outside the contract (accumulator overflow, NaN to integer, ...): nothing may be judged, the element is counted.
    bool unconstrained = false;

    bool contains(double value) const;
    bool is_singleton() const;

    /// How far outside the set the value lies, in units of the value's own type's scale (absolute); 0 when inside.
    double distance(double value) const;

    /// "{28}", "{27, 28}", "[1.5, 1.5000001]", "anything".
    std::string to_string() const;
};

}  // namespace difftest::oracle
