// Loaded first (LD_PRELOAD), it lets the time of day go back by an hour each time that it is asked for.
#include <dlfcn.h>

#include <atomic>
#include <ctime>

namespace {

std::time_t hours_back() {
    static std::atomic<std::time_t> calls{0};
    return 3600 * ++calls;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    using Function = int(clockid_t, timespec*);
    static auto* const kOriginal = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, "clock_gettime"));
    const int result = kOriginal(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) {
        time->tv_sec -= hours_back();
    }
    return result;
}

extern "C" std::time_t time(std::time_t* where) noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (where != nullptr) {
        *where = now.tv_sec;
    }
    return now.tv_sec;
}
