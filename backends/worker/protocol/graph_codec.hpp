#pragma once

#include "reference/graph/case.hpp"

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

/// A case without its values as compact bytes (packing.hpp). Only for the way from the judge to a worker of the same
/// build: case files have a readable format of their own.
namespace difftest::backends::protocol {

class CodecError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Name, graph and execution request. Values and annotations are left out.
std::string encode_case(const graph::Case& value);

/// The inverse of encode_case; `data` has one empty entry per tensor. Throws CodecError.
graph::Case decode_case(std::span<const std::byte> bytes);

}  // namespace difftest::backends::protocol
