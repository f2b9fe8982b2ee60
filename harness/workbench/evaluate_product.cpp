// Gemm-13 and MatMul-13.
#include "harness/workbench/model_evaluation.hpp"

#include <algorithm>

namespace difftest::harness {
namespace {

/// A matrix in a flat tensor: rows and columns as they are used.
struct Matrix {
    const RealTensor* tensor;
    std::int64_t rows, columns;
    bool transposed;
    std::int64_t offset = 0;

    double at(std::int64_t row, std::int64_t column) const {
        const std::int64_t flat = transposed ? column * rows + row : row * columns + column;
        return tensor->values[static_cast<std::size_t>(offset + flat)];
    }
};

Matrix matrix_of(const RealTensor& tensor, bool transposed) {
    const std::size_t rank = tensor.shape.size();
    const std::int64_t first = tensor.shape[rank - 2], second = tensor.shape[rank - 1];
    return {&tensor, transposed ? second : first, transposed ? first : second, transposed};
}

void add_product(const Matrix& a, const Matrix& b, double alpha, std::vector<double>& to) {
    for (std::int64_t m = 0; m < a.rows; ++m) {
        for (std::int64_t n = 0; n < b.columns; ++n) {
            double sum = 0;
            for (std::int64_t k = 0; k < a.columns; ++k) {
                sum += a.at(m, k) * b.at(k, n);
            }
            to.push_back(alpha * sum);
        }
    }
}

RealTensor gemm(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    const Matrix a = matrix_of(*inputs[0], node.integer("transA", 0) != 0);
    const Matrix b = matrix_of(*inputs[1], node.integer("transB", 0) != 0);
    if (a.columns != b.rows) {
        refuse_node(node, "the inner dimensions differ");
    }
    RealTensor y{{a.rows, b.columns}, {}};
    add_product(a, b, node.number("alpha", 1), y.values);
    const RealTensor* c = inputs.size() > 2 ? inputs[2] : nullptr;
    if (c == nullptr) {
        return y;
    }
    const auto count = static_cast<std::int64_t>(c->values.size());
    if (count != 1 && count != b.columns && count != a.rows * b.columns) {
        refuse_node(node, "the bias does not fit the columns");
    }
    for (std::size_t i = 0; i < y.values.size(); ++i) {
        y.values[i] += static_cast<double>(node.number("beta", 1)) * c->values[i % c->values.size()];
    }
    return y;
}

RealTensor matmul(const ModelNode& node, const RealTensor& left, const RealTensor& right) {
    Matrix a = matrix_of(left, false);
    Matrix b = matrix_of(right, false);
    const graph::Shape batch(left.shape.begin(), left.shape.end() - 2);
    const bool shared = right.shape.size() == 2;
    if (a.columns != b.rows || (!shared && graph::Shape(right.shape.begin(), right.shape.end() - 2) != batch)) {
        refuse_node(node, "the dimensions of the factors do not fit");
    }
    RealTensor y{batch, {}};
    y.shape.push_back(a.rows);
    y.shape.push_back(b.columns);
    std::int64_t count = 1;
    for (const std::int64_t each : batch) {
        count *= each;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        a.offset = i * a.rows * a.columns;
        b.offset = shared ? 0 : i * b.rows * b.columns;
        add_product(a, b, 1, y.values);
    }
    return y;
}

}  // namespace

RealTensor evaluate_product(const ModelNode& node, const std::vector<const RealTensor*>& inputs) {
    if (inputs.size() < 2 || inputs[1] == nullptr || inputs[0]->shape.size() < 2 || inputs[1]->shape.size() < 2) {
        refuse_node(node, "two matrices are multiplied");
    }
    if (node.type == "MatMul") {
        return matmul(node, *inputs[0], *inputs[1]);
    }
    if (inputs[0]->shape.size() != 2 || inputs[1]->shape.size() != 2) {
        refuse_node(node, "two matrices are multiplied");
    }
    return gemm(node, inputs);
}

}  // namespace difftest::harness
