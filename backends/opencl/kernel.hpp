#pragma once

#include "reference/graph/graph.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What a partition becomes: everything that is needed to build and launch one kernel. Generated kernels and a user's
/// own come in this form, and nothing behind it asks where they come from.
namespace difftest::backends::opencl {

/// A buffer that holds a tensor of the graph in its device layout (KernelWriter::layout_of).
struct TensorArgument {
    graph::TensorId tensor = graph::kAbsent;
    friend bool operator==(const TensorArgument&, const TensorArgument&) = default;
};

/// A buffer of constants that only this kernel reads: packed weights, geometry.
struct TableArgument {
    std::vector<std::byte> bytes;
    friend bool operator==(const TableArgument&, const TableArgument&) = default;
};

/// The buffer in which all tensors and tables lie, at the offsets of the memory plan.
struct MemoryArgument {
    friend bool operator==(const MemoryArgument&, const MemoryArgument&) = default;
};

/// Words in memory, passed as the offset of the first one in bytes. At each of `places` stands the offset of a tensor,
/// which is known only when everything has its place.
struct CodeArgument {
    std::vector<std::int32_t> words;
    std::vector<std::pair<std::size_t, graph::TensorId>> places;
    friend bool operator==(const CodeArgument&, const CodeArgument&) = default;
};

/// A scalar, passed by value.
struct ScalarArgument {
    std::variant<std::int32_t, float> value;
    friend bool operator==(const ScalarArgument&, const ScalarArgument&) = default;
};

using KernelArgument = std::variant<TensorArgument, TableArgument, MemoryArgument, CodeArgument, ScalarArgument>;

/// What a parameter of a user's kernel is given: its role in the manifest, and the type of its elements.
struct ParameterNote {
    std::string role;
    graph::DataType type = graph::DataType::f32;
};

struct Kernel {
    std::vector<graph::NodeId> nodes;  ///< that it computes
    std::string implementation;        ///< "direct:bfyx", "tiled:b_fs_yx_fsv16:dot"
    std::string entry;                 ///< name of the kernel function
    std::string source;                ///< OpenCL C
    std::string options;               ///< build options besides the plan's
    /// Whether `source` is a program of its own. Others are completed by the functions that they call, and all kernels
    /// of a plan are built as one program.
    bool is_program = false;
    std::vector<KernelArgument> arguments;  ///< in the order of the function's parameters
    std::vector<ParameterNote> parameters;  ///< of a user's kernel, one for each argument; else empty
    std::vector<std::size_t> global;        ///< work items, 1 to 3 dimensions; nothing runs when one is 0
    std::size_t sub_group = 0;              ///< items of the one sub-group that each work group must be; 0 = any
    std::vector<std::size_t> local;         ///< of a work group; empty = the device decides
};

}  // namespace difftest::backends::opencl
