#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t narrowest = 0;  ///< when not 0: gives way down to this, with "..", where the screen is too narrow
};

/// Aligned columns of plain text, two blanks apart. Cells are ASCII.
class TextTable {
public:
    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// `style` is an escape sequence put around the whole row; empty for none.
    void add_row(std::vector<std::string> cells, std::string style = {});

    /// Every line begins with `indent` and ends with a newline. Lines stay within `width` as far as the shrinking
    /// columns allow.
    std::string text(std::string_view indent, std::optional<std::size_t> width) const;

private:
    struct Row {
        std::vector<std::string> cells;
        std::string style;
    };
    std::vector<std::size_t> widths(std::size_t indent, std::optional<std::size_t> width) const;

    std::vector<Column> columns_;
    std::vector<Row> rows_;
};

}  // namespace difftest::harness
