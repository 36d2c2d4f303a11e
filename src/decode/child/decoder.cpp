// medusa-decoder: decodes pictures that nobody vouches for, and can do nothing else.
//
// Started by decoder_pool with a socket as its standard input. A request is the length of the file
// as 8 bytes, lowest first, the longest side of the thumbnail that is wanted, likewise and 0 for
// none, and the file; the answer is one line, "ok WIDTH HEIGHT SPREAD BRIGHTEST", "webp BYTES" with
// so many bytes after it, or "bad REASON". Before the first request it gives up every right that
// decoding does not need: no files, no sockets, no programs, 1 GiB of memory, 10 s of processor
// time a picture. A request that breaks a rule ends the process, and with it nothing of medusa.

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include <vips/vips.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int webp_quality = 82;  // of 100
constexpr std::uint64_t file_bytes_max = std::uint64_t{64} << 20;
constexpr std::uint64_t side_px_max = 1'024;
constexpr rlim_t memory_bytes_max = rlim_t{1} << 30;
constexpr time_t picture_seconds_max = 10;

struct unref {
    void operator()(VipsImage* image) const { g_object_unref(image); }
};
using image = std::unique_ptr<VipsImage, unref>;

bool read_all(void* to, std::size_t size) {
    auto* at = static_cast<char*>(to);
    while (size > 0) {
        const auto got = ::read(STDIN_FILENO, at, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        size -= std::size_t(got);
    }
    return true;
}

void answer(const std::string& whole) {
    std::size_t written = 0;
    while (written < whole.size()) {
        const auto taken = ::write(STDIN_FILENO, whole.data() + written, whole.size() - written);
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) std::_Exit(1);
        written += std::size_t(taken);
    }
}

// One line of what the library says is wrong.
std::string complaint() {
    std::string text = vips_error_buffer();
    vips_error_clear();
    const auto end = text.find('\n');
    text = text.substr(0, end);
    for (auto& c : text)
        if (c < ' ' || c > '~') c = '?';
    return "bad " + (text.empty() ? "it cannot be decoded" : text) + "\n";
}

// Null with the library's complaint.
image opened(const std::vector<char>& file) {
    VipsImage* picture = nullptr;
    if (vips_pngload_buffer(const_cast<char*>(file.data()), file.size(), &picture, "fail_on",
                            VIPS_FAIL_ON_ERROR, "access", VIPS_ACCESS_SEQUENTIAL, nullptr))
        return nullptr;
    return image(picture);
}

std::string decoded(const std::vector<char>& file) {
    const auto picture = opened(file);
    if (!picture) return complaint();
    VipsImage* counted = nullptr;
    if (vips_stats(picture.get(), &counted, nullptr)) return complaint();
    const image stats(counted);
    // A row of figures for each band after the first row, which is for all of them: minimum,
    // maximum, sum, sum of squares, mean, standard deviation. Alpha, if any, comes last.
    const int bands = picture->Bands;
    const int colours = bands == 2 || bands == 4 ? bands - 1 : bands;
    double spread = 0;
    double brightest = 0;
    for (int band = 1; band <= colours; ++band) {
        brightest = std::max(brightest, *VIPS_MATRIX(stats.get(), 1, band));
        spread = std::max(spread, *VIPS_MATRIX(stats.get(), 5, band));
    }
    std::array<char, 128> line{};
    std::snprintf(line.data(), line.size(), "ok %d %d %.3f %.0f\n", picture->Xsize, picture->Ysize,
                  spread, brightest);
    return line.data();
}

// Without all that a file says of itself. libvips 8.14 has an option for that, and leaves the EXIF
// of a WebP in spite of it.
image stripped(const image& picture) {
    VipsImage* copy = nullptr;
    if (vips_copy(picture.get(), &copy, nullptr)) return nullptr;
    image bare(copy);
    gchar** names = vips_image_get_fields(bare.get());
    for (gchar** name = names; *name; ++name) vips_image_remove(bare.get(), *name);
    g_strfreev(names);
    return bare;
}

// Within `side` x `side` pixels, never enlarged, and without anything that the file says of itself.
std::string thumbnail(const std::vector<char>& file, std::uint64_t side) {
    const auto picture = opened(file);
    if (!picture) return complaint();
    VipsImage* made = nullptr;
    if (vips_thumbnail_image(picture.get(), &made, int(side), "height", int(side), "size",
                             VIPS_SIZE_DOWN, nullptr))
        return complaint();
    const auto small = stripped(image(made));
    if (!small) return complaint();
    void* bytes = nullptr;
    std::size_t size = 0;
    if (vips_webpsave_buffer(small.get(), &bytes, &size, "Q", webp_quality, "strip", TRUE, nullptr))
        return complaint();
    auto told = "webp " + std::to_string(size) + "\n";
    told.append(static_cast<char*>(bytes), size);
    g_free(bytes);
    return told;
}

// A small picture through the whole road, so that everything that it loads is loaded.
void warm_up() {
    VipsImage* made = nullptr;
    if (vips_black(&made, 8, 8, "bands", 3, nullptr)) std::_Exit(2);
    const image black(made);
    void* bytes = nullptr;
    std::size_t size = 0;
    if (vips_pngsave_buffer(black.get(), &bytes, &size, nullptr)) std::_Exit(2);
    const std::vector<char> file(static_cast<char*>(bytes), static_cast<char*>(bytes) + size);
    g_free(bytes);
    if (decoded(file).rfind("ok", 0) != 0 || thumbnail(file, 4).rfind("webp", 0) != 0)
        std::_Exit(2);
}

void limit(__rlimit_resource what, rlim_t value) {
    const rlimit both{value, value};
    if (::setrlimit(what, &both)) std::_Exit(3);
}

// Only what memory, threads and the one socket need. clone3 hides its flags from the filter, so
// the C library is told to use clone, of which only new threads are allowed.
void give_up_rights() {
    limit(RLIMIT_AS, memory_bytes_max);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 0);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) std::_Exit(3);
    auto* filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter) std::_Exit(3);
    for (const int call : {SCMP_SYS(read),
                           SCMP_SYS(write),
                           SCMP_SYS(mmap),
                           SCMP_SYS(munmap),
                           SCMP_SYS(mprotect),
                           SCMP_SYS(mremap),
                           SCMP_SYS(madvise),
                           SCMP_SYS(brk),
                           SCMP_SYS(futex),
                           SCMP_SYS(exit),
                           SCMP_SYS(exit_group),
                           SCMP_SYS(rt_sigreturn),
                           SCMP_SYS(rt_sigprocmask),
                           SCMP_SYS(sched_yield),
                           SCMP_SYS(sched_getaffinity),
                           SCMP_SYS(clock_gettime),
                           SCMP_SYS(clock_nanosleep),
                           SCMP_SYS(getrandom),
                           SCMP_SYS(gettid),
                           SCMP_SYS(getpid),
                           SCMP_SYS(set_robust_list),
                           SCMP_SYS(rseq),
                           SCMP_SYS(sigaltstack),
                           SCMP_SYS(setitimer),
                           SCMP_SYS(tgkill),
                           SCMP_SYS(prctl)})
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0)) std::_Exit(3);
    constexpr scmp_datum_t thread = 0x10000;  // CLONE_THREAD
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                         SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread)) ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0) ||
        seccomp_load(filter))
        std::_Exit(3);
    seccomp_release(filter);
}

// SIGPROF ends the process when one picture takes more processor time.
void allow_seconds(time_t seconds) {
    const itimerval budget{{0, 0}, {seconds, 0}};
    ::setitimer(ITIMER_PROF, &budget, nullptr);
}

}  // namespace

int main(int, char** arguments) {
    if (VIPS_INIT(arguments[0])) return 2;
    vips_block_untrusted_set(TRUE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    warm_up();
    give_up_rights();
    std::array<std::uint64_t, 2> wish{};
    while (read_all(wish.data(), sizeof wish)) {
        const auto [size, side] = wish;
        if (size > file_bytes_max || side > side_px_max) return 4;
        std::vector<char> file(size);
        if (!read_all(file.data(), file.size())) return 0;
        allow_seconds(picture_seconds_max);
        answer(side == 0 ? decoded(file) : thumbnail(file, side));
        allow_seconds(0);
    }
    return 0;
}
