#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// A release number such as "2.6.3", compared number by number; missing numbers count as 0, so that 2.7 equals 2.7.0.
/// What follows the numbers ("-rc", "+git") does not count.
class LibraryVersion {
public:
    explicit LibraryVersion(std::string_view text);

    /// False when the text begins with no number.
    bool known() const { return !numbers_.empty(); }

    friend std::strong_ordering operator<=>(const LibraryVersion& a, const LibraryVersion& b);
    friend bool operator==(const LibraryVersion& a, const LibraryVersion& b) { return (a <=> b) == 0; }

private:
    std::vector<unsigned long> numbers_;
};

}  // namespace difftest::harness
