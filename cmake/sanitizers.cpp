// How the sanitizers behave in our test programs, wherever they are started from: linked into each
// of them by medusa_room(). The usual environment variables (ASAN_OPTIONS ...) still win.
#include <sanitizer/common_interface_defs.h>

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

}  // extern "C"
