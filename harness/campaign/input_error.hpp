#pragma once

#include <stdexcept>

namespace difftest::harness {

/// Bad usage or bad input. The message is one line that names what is wrong and where; the program ends with exit
/// code 2.
class InputError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace difftest::harness
