#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Pieces of C and C++ text.
namespace difftest::harness {

/// Identifiers made of names of a graph: distinct, and no words of the language.
class CppNames {
public:
    std::string unique(std::string_view wanted);

private:
    std::set<std::string> taken_{
        "main",     "compare", "cpu",       "queue", "wrong",  "failure", "memory", "engine", "stream", "reorder",
        "matmul",   "binary",  "reduction", "error", "sum",    "concat",  "int",    "float",  "double", "char",
        "for",      "if",      "while",     "do",    "return", "const",   "auto",   "bool",   "class",  "struct",
        "switch",   "case",    "default",   "new",   "delete", "this",    "try",    "catch",  "throw",  "template",
        "typename", "using",   "namespace", "union", "enum",   "and",     "or",     "not"};
};

/// A decimal number as a float literal: "0.5f", "INFINITY".
std::string float_literal(std::string_view number);

/// Without the empty lines that left-out sections of a template leave behind: never two in a row.
std::string with_single_gaps(std::string text);

/// "{1, 2, 3}", broken into lines.
std::string braced(const std::vector<std::string>& items, std::size_t indent = 8);

}  // namespace difftest::harness
