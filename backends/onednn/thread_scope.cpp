#include "backends/onednn/thread_scope.hpp"

#include "backends/backend.hpp"

#include <dlfcn.h>

namespace difftest::backends::onednn {

namespace {

template <typename Function>
Function* openmp_function(const char* name) {
    void* symbol = dlsym(RTLD_DEFAULT, name);
    if (symbol == nullptr) {
        throw Unsupported("the number of threads cannot be set: the library does not use OpenMP");
    }
    return reinterpret_cast<Function*>(symbol);
}

}  // namespace

int library_threads() {
    return openmp_function<int()>("omp_get_max_threads")();
}

ThreadScope::ThreadScope(std::optional<int> threads) {
    if (threads) {
        set_threads_ = openmp_function<void(int)>("omp_set_num_threads");
        before_ = library_threads();
        set_threads_(*threads);
    }
}

ThreadScope::~ThreadScope() {
    if (before_) {
        set_threads_(*before_);
    }
}

}  // namespace difftest::backends::onednn
