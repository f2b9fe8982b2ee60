#include "backends/worker/lifeline.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace difftest::backends {
namespace {

void* watch(void* argument) {
    pollfd lifeline{static_cast<int>(reinterpret_cast<std::intptr_t>(argument)), POLLIN, 0};
    while (::poll(&lifeline, 1, -1) < 0 && errno == EINTR) {
    }
    end_with_group();
}

}  // namespace

void end_with_group() {
    // Only when the group is our own: not that of a shell which started us by hand.
    ::kill(::getpgrp() == ::getpid() ? 0 : ::getpid(), SIGKILL);
    ::_exit(1);
}

bool follow_lifeline(int descriptor) {
    sigset_t all;
    sigset_t previous;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &previous);
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    const int error =
        ::pthread_create(&thread, &attributes, watch, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
    ::pthread_attr_destroy(&attributes);
    ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    if (error == 0) {
        // The death signal comes when the *thread* that started us ends, which need not be the end of the judge.
        ::prctl(PR_SET_PDEATHSIG, 0);
    }
    return error == 0;
}

}  // namespace difftest::backends
