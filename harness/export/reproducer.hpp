#pragma once

#include "harness/report/tolerance_report.hpp"
#include "reference/graph/case.hpp"
#include "reference/graph/tensor_data.hpp"
#include "reference/oracle/allowed_tensor.hpp"

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

/// Programs and files that show a finding without difftest. Each kind writes its files from a subject; whether they
/// show the finding is found out by running them (verification.hpp), never assumed.
namespace difftest::harness {

/// An output of the minimal case: what it may be, and what the backend gave.
struct ExportedOutput {
    std::string name;
    oracle::AllowedTensor allowed;
    graph::TensorData got;  ///< empty where nothing was given: a crash
};

/// A finding with everything that a reproducer is made of.
struct ExportSubject {
    graph::Case value;  ///< minimal, with the ISA and the plan it fails on
    std::string title;
    std::string backend;
    std::string library;
    std::string isa;
    std::string plan;
    std::string verdict;
    std::string reason;
    std::string recording;         ///< what the backend asked of the library, JSON; empty where it records nothing
    std::string why_not_recorded;  ///< then
    std::string contract;          ///< that the run was judged under
    std::vector<ExportedOutput> outputs;
    std::vector<ExportedOutput> intermediates;  ///< what the plan wrote to memory between its partitions
};

/// This kind of reproducer cannot say what the finding needs; the message is why, for a reader.
class NotExpressible : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

using ReproducerFiles = std::vector<ReportedReproducer::File>;

}  // namespace difftest::harness
