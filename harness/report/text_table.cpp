#include "harness/report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::harness {
namespace {

constexpr std::size_t kGap = 2;

std::string fitted(const std::string& cell, std::size_t width) {
    return cell.size() <= width ? cell : cell.substr(0, width - 2) + "..";
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells, std::string style) {
    cells.resize(columns_.size());
    rows_.push_back({std::move(cells), std::move(style)});
}

std::vector<std::size_t> TextTable::widths(std::size_t indent, std::optional<std::size_t> width) const {
    std::vector<std::size_t> result;
    std::size_t total = indent;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t widest = columns_[column].title.size();
        for (const Row& row : rows_) {
            widest = std::max(widest, row.cells[column].size());
        }
        result.push_back(widest);
        total += widest + (column == 0 ? 0 : kGap);
    }
    for (std::size_t column = columns_.size(); width && column-- > 0 && total > *width;) {
        const std::size_t floor = std::max(columns_[column].narrowest, columns_[column].title.size());
        if (columns_[column].narrowest > 0 && result[column] > floor) {
            const std::size_t cut = std::min(total - *width, result[column] - floor);
            result[column] -= cut;
            total -= cut;
        }
    }
    return result;
}

std::string TextTable::text(std::string_view indent, std::optional<std::size_t> width) const {
    const std::vector<std::size_t> wide = widths(indent.size(), width);
    const auto line = [&](auto&& cell_of) {
        std::string result(indent);
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            const std::string cell = fitted(cell_of(column), wide[column]);
            const std::string gap = column == 0 ? "" : std::string(kGap, ' ');
            result += columns_[column].align == Align::right ? fmt::format("{}{:>{}}", gap, cell, wide[column])
                                                             : fmt::format("{}{:<{}}", gap, cell, wide[column]);
        }
        result.erase(result.find_last_not_of(' ') + 1);
        return result;
    };
    std::string result = line([this](std::size_t column) { return columns_[column].title; }) + "\n";
    for (const Row& row : rows_) {
        const std::string body = line([&row](std::size_t column) { return row.cells[column]; });
        result += row.style.empty() ? body + "\n" : row.style + body + "\x1b[0m\n";
    }
    return result;
}

}  // namespace difftest::harness
