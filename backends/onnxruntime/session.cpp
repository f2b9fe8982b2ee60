#include "backends/onnxruntime/session.hpp"

#include "backends/onnxruntime/model_writer.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

namespace difftest::backends::onnxruntime {
namespace {

ONNXTensorElementDataType type_of(graph::DataType type) {
    switch (type) {
        case graph::DataType::u8: return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
        case graph::DataType::s8: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8;
        case graph::DataType::s32: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
        case graph::DataType::f32: return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
        default: throw Unsupported("halves");
    }
}

/// A file in memory: the library writes its optimized model into a file only.
class MemoryFile {
public:
    MemoryFile() : descriptor_(::memfd_create("optimized_model", MFD_CLOEXEC)) {
        if (descriptor_ < 0) {
            throw BackendError("no file in memory for the optimized model");
        }
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

    std::string content() const {
        std::string text;
        std::array<char, 65536> part{};
        for (::off_t at = 0;;) {
            const ::ssize_t got = ::pread(descriptor_, part.data(), part.size(), at);
            if (got <= 0) {
                return text;
            }
            text.append(part.data(), static_cast<std::size_t>(got));
            at += got;
        }
    }

private:
    int descriptor_;
};

class Options {
public:
    explicit Options(const RuntimeLibrary& library) : library_(library) {
        library.require(library.api().CreateSessionOptions(&options_), "creating options");
    }
    ~Options() { library_.api().ReleaseSessionOptions(options_); }
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

    OrtSessionOptions* get() const { return options_; }
    void entry(const char* key, const char* value) const {
        library_.require(library_.api().AddSessionConfigEntry(options_, key, value), key);
    }

private:
    const RuntimeLibrary& library_;
    OrtSessionOptions* options_ = nullptr;
};

}  // namespace

Session::Session(const RuntimeLibrary& library, const OrtEnv& environment, const std::string& model,
                 const graph::Graph& graph, const SessionOptions& options, const Buffers& buffers)
    : library_(library) {
    create(environment, model, options);
    bind(graph, buffers);
}

void Session::create(const OrtEnv& environment, const std::string& model, const SessionOptions& wanted) {
    const OrtApi& api = library_.api();
    const Options options(library_);
    const MemoryFile optimized;
    library_.require(api.SetIntraOpNumThreads(options.get(), 1), "one thread");
    library_.require(api.SetInterOpNumThreads(options.get(), 1), "one thread");
    library_.require(api.DisableCpuMemArena(options.get()), "no arena");
    library_.require(api.DisableMemPattern(options.get()), "no memory pattern");
    library_.require(api.SetSessionGraphOptimizationLevel(options.get(), wanted.level), "optimization level");
    library_.require(api.SetOptimizedModelFilePath(options.get(), optimized.path().c_str()), "optimized model");
    options.entry("session.qdqisint8allowed", "1");
    if (!wanted.merges_double_qdq) {
        options.entry("session.disable_double_qdq_remover", "1");
    }
    library_.require(api.CreateSessionFromArray(&environment, model.data(), model.size(), options.get(), &session_),
                     "creating the session");
    operators_ = operators_of_model(optimized.content());
}

void Session::bind(const graph::Graph& graph, const Buffers& buffers) {
    const OrtApi& api = library_.api();
    library_.require(api.CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory_), "memory");
    const auto value_of = [&](graph::TensorId id) {
        const graph::Tensor& tensor = graph.tensor(id);
        const auto bytes = buffers.tensors[static_cast<std::size_t>(id)];
        OrtValue* value = nullptr;
        library_.require(api.CreateTensorWithDataAsOrtValue(memory_, bytes.data(), bytes.size(), tensor.shape.data(),
                                                            tensor.shape.size(), type_of(tensor.type), &value),
                         "binding a tensor");
        return value;
    };
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        const auto id = static_cast<graph::TensorId>(i);
        if (graph.tensors[i].role == graph::TensorRole::input) {
            inputs_.push_back(value_of(id));
            input_names_.push_back(name_in_model(id));
        }
    }
    for (const graph::TensorId id : graph.outputs) {
        outputs_.push_back(value_of(id));
        output_names_.push_back(name_in_model(id));
    }
}

void Session::run() {
    const auto pointers = [](const std::vector<std::string>& names) {
        std::vector<const char*> result;
        for (const std::string& name : names) {
            result.push_back(name.c_str());
        }
        return result;
    };
    const std::vector<const char*> inputs = pointers(input_names_);
    const std::vector<const char*> outputs = pointers(output_names_);
    library_.require(library_.api().Run(session_, nullptr, inputs.data(), inputs_.data(), inputs.size(), outputs.data(),
                                        outputs.size(), outputs_.data()),
                     "running the session");
}

Session::~Session() {
    const OrtApi& api = library_.api();
    for (OrtValue* const value : inputs_) {
        api.ReleaseValue(value);
    }
    for (OrtValue* const value : outputs_) {
        api.ReleaseValue(value);
    }
    api.ReleaseMemoryInfo(memory_);
    api.ReleaseSession(session_);
}

}  // namespace difftest::backends::onnxruntime
