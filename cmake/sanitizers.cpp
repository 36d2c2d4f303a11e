// How the sanitizers behave in our test programs, wherever they are started from: linked into each
// of them by medusa_room(). The usual environment variables (ASAN_OPTIONS ...) still win.
#include <sanitizer/common_interface_defs.h>

#include <cstdlib>

namespace {

// TBB, which OpenVINO runs on, opens libraries in a way (RTLD_DEEPBIND) in which the sanitizers
// refuse to go on, unless this variable tells it not to.
[[maybe_unused]] const int tbb_under_sanitizers = setenv("TBB_ENABLE_SANITIZERS", "1", 0);

}  // namespace

extern "C" {

const char* __asan_default_options() {
    return "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1";
}

const char* __ubsan_default_options() {
    return "print_stacktrace=1:halt_on_error=1";
}

const char* __tsan_default_options() {
    return "halt_on_error=1:second_deadlock_stack=1";
}

// MongoDB's driver comes without instrumentation: its atomic counters are not seen, and what they
// guard would look like races.
const char* __tsan_default_suppressions() {
    return "race:libmongoc-1.0.so\nrace:libbson-1.0.so\n";
}

}  // extern "C"
