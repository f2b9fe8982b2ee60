#include "harness/execute/one_processor.hpp"

#include <cstddef>

namespace difftest::harness {
namespace {

constexpr pid_t kThisThread = 0;

bool restrict(pid_t thread, const cpu_set_t& processors) {
    return ::sched_setaffinity(thread, sizeof processors, &processors) == 0;
}

}  // namespace

OneProcessor::OneProcessor(pid_t worker) : worker_(worker) {
    const int here = ::sched_getcpu();
    if (here < 0 || here >= CPU_SETSIZE || ::sched_getaffinity(kThisThread, sizeof allowed_, &allowed_) != 0 ||
        CPU_COUNT(&allowed_) < 2) {
        return;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(here), &one);
    holds_ = restrict(kThisThread, one);
    if (holds_ && !restrict(worker_, one)) {
        let_go();
    }
}

OneProcessor::~OneProcessor() {
    let_go();
}

void OneProcessor::let_go() {
    if (holds_) {
        restrict(worker_, allowed_);
        restrict(kThisThread, allowed_);
        holds_ = false;
    }
}

}  // namespace difftest::harness
